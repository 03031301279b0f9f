# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of shipped frameworks share: a framework read, and assessed by the best and the emptiest evidence."""

from __future__ import annotations

import pkgutil
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel import frameworks
from umbel.cli import commands
from umbel.frameworks import claims, loading
from umbel.frameworks.assess import Facts, assess
from umbel.frameworks.attestations import Book, main_key
from umbel.frameworks.checking import Names
from umbel.frameworks.indicators import catalog
from umbel.frameworks.interface import Assessment, Attestation, Framework, Practice, Reading
from umbel.frameworks.kept import POLICIES, STRATEGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(frameworks.__file__).parent
AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
PETALS = {"office", "contributors", "management", "legal", "business", "ecosystem"}
DOCUMENTS = {STRATEGY, *POLICIES, "office-plan", "stakeholder-map", "quarterly-review"}
IMPOSSIBLE = re.compile(r"\b(certified|guarantees?|compliant with)\b", re.IGNORECASE)


@cache
def read(name: str) -> Framework:
    """A shipped framework, held against the indicators, claims, documents and petals that there are."""
    units = {key: each.unit for key, each in catalog().indicators.items()}
    names = Names(indicators=units, claims=claims.shipped(), templates=DOCUMENTS, petals=PETALS)
    return loading.read(HERE / f"{name}.toml", names)


def best(framework: Framework) -> dict[str, Reading]:
    """Readings of all indicators that a framework asks, each at the strictest limit that it is held to."""
    units = {key: each.unit for key, each in catalog().indicators.items()}
    values: dict[str, float] = {}
    for practice in framework.practices:
        if practice.applies_if is not None:
            values.setdefault(practice.applies_if, 1.0)
        for check in practice.checks:
            before = values.get(check.indicator)
            if check.at_least is not None:
                values[check.indicator] = max(check.at_least, before or 0.0)
            elif check.at_most is not None:
                values[check.indicator] = min(check.at_most, check.at_most if before is None else before)
    return {name: reading(name, value, unit=units[name]) for name, value in values.items()}


def reading(name: str, value: float | None, *, unit: str = "share", why: str | None = None) -> Reading:
    """One reading of a hundred things that are all known, of today."""
    told = {
        "indicator": name,
        "as_of": AS_OF,
        "value": value,
        "unit": unit,
        "denominator": None if value is None else 100,
        "coverage": None if value is None else 1.0,
        "observed_at": AS_OF,
        "oldest_at": AS_OF,
        "sentence": f"{name} is {value}.",
        "why": why,
    }
    return msgspec.convert(told, Reading)


def unknown(framework: Framework) -> dict[str, Reading]:
    """Readings of an empty lake: nothing is known."""
    return {name: reading(name, None, why="nothing was collected") for name in best(framework)}


def word(practice: Practice, framework: str, says: str = "met") -> Attestation:
    """What a person says of a practice."""
    return Attestation(
        claim=main_key(framework, practice),
        says=says,  # type: ignore[arg-type]
        owner="office@acme.example",
        by="office@acme.example",
        decided=date(2026, 6, 1),
        reason="so it is",
    )


def assessed(
    framework: Framework, readings: Mapping[str, Reading], said: Iterable[Attestation] = ()
) -> Assessment:
    """How a framework stands by some readings, and what people say."""
    book = Book(tuple(said), AS_OF.date())
    return assess(framework, Facts(as_of=AS_OF, readings=readings, book=book, claims=claims.shipped()))


def confirmed(framework: Framework) -> Assessment:
    """Everything at its best, and everybody says yes."""
    return assessed(framework, best(framework), [word(each, framework.id) for each in framework.practices])


def by_kind(framework: Framework) -> dict[str, str]:
    """How each practice is answered: A computed, P a proxy, H by a person."""
    letters = {"evidence": "A", "proxy": "P", "attestation": "H"}
    return {each.id: letters[each.kind] for each in framework.practices}


def commands_that_arent(framework: Framework) -> set[str]:
    """The commands that its texts name and that nobody can type."""
    told = " ".join(f"{each.next} {each.note}" for each in framework.practices)
    named = set(re.findall(r"\bumbel ([a-z][a-z-]+)", told))
    there = {each.name.replace("_", "-") for each in pkgutil.iter_modules(commands.__path__)}
    return named - there


def faults_of_style(framework: Framework) -> list[str]:
    """What a reader would stumble over, practice by practice."""
    found = []
    for each in framework.practices:
        if not each.question.endswith("?") or len(each.question) > 180:
            found.append(f"{each.id}: the question is no question, or too long")
        if not each.next or each.next.endswith("."):
            found.append(f"{each.id}: next is missing, or ends as a sentence")
        if not each.petals:
            found.append(f"{each.id}: it has no petal")
        if each.level == 0 and framework.levels and framework.levels[0].number > 0:
            found.append(f"{each.id}: it has no level")
        if IMPOSSIBLE.search(f"{each.title} {each.question} {each.note}"):
            found.append(f"{each.id}: it promises what nobody can")
    found += [f"umbel {name} is no command" for name in commands_that_arent(framework)]
    titles = [each.title for each in framework.practices]
    found += [f"two practices are called {title!r}" for title in set(titles) if titles.count(title) > 1]
    return found
