# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: what is known of packages that somebody thinks of adopting. Leaves: they side by side, and what differs.

No total score: a comparison is told in words, and people decide (`umbel.policy.evaluations`).
"""
