# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""From packages in use to the upstream projects that they come from.

Enters: what documents, registries, installed metadata and people say. Leaves: one project a package, with who says
so, how sure that is and who disagrees; or why nobody knows.
"""

from __future__ import annotations

from umbel.strategy.mapping.addresses import Place, place
from umbel.strategy.mapping.claims import TABLES
from umbel.strategy.mapping.reach import Reached, reach
from umbel.strategy.mapping.related import Related, attach, forks
from umbel.strategy.mapping.weigh import mapped

__all__ = ["TABLES", "Place", "Reached", "Related", "attach", "forks", "mapped", "place", "reach"]
