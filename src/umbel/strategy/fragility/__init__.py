# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: histories of upstream projects, as of any day. Leaves: how likely each is to fail its users, and why.
The model stands in `strategy/data/fragility.toml`; `backtest` says how well it would have warned.
"""

from umbel.strategy.fragility.judge import TABLES, Judged, fragility, fragility_of

__all__ = ["TABLES", "Judged", "fragility", "fragility_of"]
