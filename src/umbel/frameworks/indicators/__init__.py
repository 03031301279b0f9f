# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Indicators: one figure about the whole program on one day, one .toml file each; its stem is its name.

Enters: `Known`, what may be asked as of a day. Leaves: one `Reading` a name; one that fails costs only itself.
"""

from __future__ import annotations

from umbel.frameworks.indicators.catalog import Catalog, catalog
from umbel.frameworks.indicators.found import Found
from umbel.frameworks.indicators.read import read

__all__ = ["Catalog", "Found", "catalog", "read"]
