# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The petal of individual contributors: where to take part, who does, how it is done, and thanks for it.

Start at `routes.py`. Nobody is named here who didn't agree to it.
"""
