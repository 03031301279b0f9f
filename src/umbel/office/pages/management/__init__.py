# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for management: goals, key figures, what it is worth, budgets, reviews and other documents."""
