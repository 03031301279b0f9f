# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: nothing; it stands at the bottom of the house.
Leaves: typed records, identifiers and the lake's table schemas, for every other folder.
"""
