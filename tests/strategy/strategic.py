# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of the strategic list for tests, told by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from umbel.model.settings import Product
from umbel.strategy.interface import Fragility, Part, Ranked, Reason

DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FLASK = "github.com/pallets/flask"
LEFT_PAD = "github.com/left-pad/left-pad"
SHOP = Product(
    name="Shop", owner="shop@acme.example", department="Retail", criticality="high", projects=("shop",)
)
TILL = Product(
    name="Till", owner="till@acme.example", department="Tills", criticality="critical", projects=("till",)
)
SITE = Product(name="Site", department="Retail", criticality="low", projects=("site",))


def fragility(risk: float | None, project: str = FLASK, **more: Any) -> Fragility:
    given: dict[str, Any] = {
        "project": project,
        "as_of": NOW,
        "risk": risk,
        "level": None if risk is None else "high" if risk >= 0.65 else "low",
        "confidence": 0.9,
        "reasons": ()
        if risk is None
        else (Reason(text="One person wrote all.", of="top_share", weight=1.0),),
        "why": "its history was cut off" if risk is None else None,
    }
    return Fragility(**(given | more))


def ranked(
    project: str = FLASK,
    strategic: float | None = 8.0,
    risk: float | None = 0.7,
    skills: float | None = 2.0,
    **more: Any,
) -> Ranked:
    reason = Reason(text="Two products are built on it.", of="dependency", weight=1.0)
    given: dict[str, Any] = {
        "project": project,
        "url": f"https://{project}",
        "packages": ("pkg:pypi/flask",),
        "products": ("Shop", "Till"),
        "parts": {
            "dependency": Part(
                name="dependency",
                value=strategic,
                confidence=0.9,
                reasons=(reason,),
                missing=("who plugs into it",),
            ),
            "supportability": Part(name="supportability", value=skills, confidence=0.5),
        },
        "strategic": strategic,
        "criticality": None,
        "health_risk": None,
        "priority": None,
        "by_data": None,
        "confidence": 0.86,
        "verdict": strategic is not None,
        "find_out": () if strategic is not None else ("which code uses it",),
        "fragility": fragility(risk, project),
    }
    return Ranked(**(given | more))
