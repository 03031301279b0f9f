# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""In: packages, and what the registry of their ecosystem answers, over the network or from saved files.
Out: facts of packages and their versions, for the reference tables.
"""
