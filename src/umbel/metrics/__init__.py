# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence → figures: definitions are files beside the code that asks them of the lake.

Enters: a session over the lake. Leaves: answers, set-based, with their denominators.
"""
