# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: a commit, what it adds to a file, or a tip. Leaves: what one rule says of it.
One rule a file: its stem, with dashes, is its table's name in policy.toml (`[outbound.secrets]`).
"""
