# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: a session over the lake, and what to ask for.
Leaves: an `Answer`, one module a question; set-based SQL with bound parameters.
"""
