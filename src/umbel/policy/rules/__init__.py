# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: one component or project, and what is known of it. Leaves: what one rule says of it.
One rule a file: its stem, with dashes, is its name in `policy.toml`, on the command line and in the docs.
"""
