# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Frameworks, readings and words of people, as short as tests like them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from umbel.frameworks.assess import Facts, assess
from umbel.frameworks.attestations import Book
from umbel.frameworks.interface import Attestation, Check, Framework, Level, Practice, Reading

if TYPE_CHECKING:
    from umbel.frameworks.interface import Answer, Assessment, Outcome

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
TODAY = NOW.date()
LEVELS = (Level(number=1, title="One"), Level(number=2, title="Two"), Level(number=3, title="Three"))
CHECK = Check(indicator="inventory_coverage", at_least=0.8)


def reading(value: float | None, indicator: str = "inventory_coverage", **more: Any) -> Reading:
    """A reading; a share of forty unless told."""
    told: dict[str, Any] = {
        "indicator": indicator,
        "as_of": NOW,
        "value": value,
        "unit": "share",
        "numerator": None if value is None else value * 40,
        "denominator": 40,
        "coverage": 1.0,
        "observed_at": NOW,
        "sentence": f"{indicator} is {value}.",
        "why": None if value is not None else "nothing was collected",
    }
    return Reading(**(told | more))


def practice(name: str, kind: Any = "attestation", **more: Any) -> Practice:
    """A practice; one of evidence has a check unless told."""
    checks = () if kind == "attestation" else (CHECK,)
    told = {
        "id": name,
        "title": name.title(),
        "question": "Is it so?",
        "kind": kind,
        "checks": checks,
        "next": "Do it",
    }
    return Practice(**(told | more))


def framework(*practices: Practice, **more: Any) -> Framework:
    """A framework of three levels unless told."""
    told: dict[str, Any] = {
        "id": "ours",
        "title": "Ours",
        "about": "For tests",
        "version": "1",
        "source": "Acme",
        "license": "CC0-1.0",
        "url": "https://acme.example",
        "levels": LEVELS,
        "practices": practices,
    }
    return Framework(**(told | more))


def attested(claim: str, says: Any = "met", **more: Any) -> Attestation:
    """What somebody said a month ago."""
    told: dict[str, Any] = {
        "claim": claim,
        "says": says,
        "owner": "cto@acme.example",
        "by": "ospo@acme.example",
        "decided": date(2026, 3, 1),
    }
    return Attestation(**(told | more))


def facts(*said: Attestation, readings: tuple[Reading, ...] = (), **more: Any) -> Facts:
    """What practices are answered from."""
    told: dict[str, Any] = {
        "as_of": NOW,
        "readings": {each.indicator: each for each in readings},
        "book": Book(said, TODAY),
        "claims": {},
    }
    return Facts(**(told | more))


def answered(one: Practice, *said: Attestation, readings: tuple[Reading, ...] = (), **more: Any) -> Answer:
    """The answer of one practice."""
    (found,) = assess(framework(one, levels=(), **more), facts(*said, readings=readings)).answers
    return found


def standing(outcomes: dict[str, Outcome], **more: Any) -> Assessment:
    """An assessment whose practices stand as told; `level-name` is of that level, `level-dimension-name` of both."""
    practices, said = [], []
    for name, outcome in outcomes.items():
        level, *dimension, _ = name.split("-")
        practices.append(practice(name, level=int(level), dimension=dimension[0] if dimension else ""))
        if outcome in {"met", "unmet", "not-applicable"}:
            said.append(attested(f"ours/{name}", outcome, reason="so it is"))
    return assess(framework(*practices, **more), facts(*said))
