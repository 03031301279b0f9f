# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Effort of writing software of a size, by COCOMO II's post-architecture model.

PM = A × Size^E × Π EM, with E = B + 0.01 × Σ SF and Size in thousands of logical lines (Boehm and others, Software Cost
Estimation with COCOMO II, 2000). It was calibrated on projects of 2,000 lines and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCALE_FACTORS = ("cocomo_prec", "cocomo_flex", "cocomo_resl", "cocomo_team", "cocomo_pmat")


def person_months(lines: Any, drawn: Mapping[str, Any]) -> Any:
    """Person-months for so many logical lines: an array of draws each, by the assumptions named `cocomo_…`."""
    import pyarrow.compute as pc

    points = drawn[SCALE_FACTORS[0]]
    for name in SCALE_FACTORS[1:]:
        points = pc.add(points, drawn[name])
    exponent = pc.add(drawn["cocomo_b"], pc.multiply(points, 0.01))
    effort = pc.multiply(drawn["cocomo_a"], pc.power(pc.divide(lines, 1000.0), exponent))
    return pc.multiply(effort, drawn["cocomo_multipliers"])
