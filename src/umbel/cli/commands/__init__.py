# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: parsed options.
Leaves: one call of `app` and its answer printed; one module a command, its stem is its name.
"""
