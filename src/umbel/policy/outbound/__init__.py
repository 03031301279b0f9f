# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: commits that are about to leave the house, and the policy. Leaves: what stands against it.
Its rules look at commits, at what these add to files, and at what would be published; one a file in rules/.
"""
