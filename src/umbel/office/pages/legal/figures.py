# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of the legal pages: how much is open, and what the licences of each product ask for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from umbel.app.licensing import obliged_products
from umbel.frameworks.indicators.policy import LICENSE_RULES
from umbel.office.editions.registry import figure
from umbel.office.pages.legal.exceptions_listed import WORDS, among, state_of
from umbel.office.pages.legal.lists import UNDECIDED
from umbel.office.pages.legal.policy_told import policy_told

if TYPE_CHECKING:
    from umbel.evidence.questions.obligations import Bringer, Duty, Obliged
    from umbel.office.editions import Shared
    from umbel.policy.exceptions import Entry

__all__ = ["legal_state", "policy_told", "product_duties"]

MOST = 12
"""Packages that an obligation names, and exceptions that end soon; of the rest there is the number."""
MOST_PRODUCTS = 500


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """An exception that ends soon."""

    id: str
    rule: str
    about: str
    where: str | None
    until: date
    among: tuple[str, ...] = ()
    """The projects that its pattern means, where they are few."""


class LegalState(msgspec.Struct, frozen=True, kw_only=True):
    """How much is open for legal. `judged` counts components in projects, None where nothing could be judged."""

    judged: int | None
    failing: int
    asking: int
    excused: int
    findings: int
    failing_projects: int
    projects: int
    undecided: int
    in_force: int
    ended: int
    soon: int
    ending: tuple[Ending, ...]
    by_rule: dict[str, int]


class Bringing(msgspec.Struct, frozen=True, kw_only=True):
    """A package that brings an obligation: by which licence, and on what that still depends."""

    package: str
    name: str
    license: str
    open: str | None = None


class DutyTold(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation of a product with the first packages that bring it; `sure` and `open` count them all."""

    id: str
    title: str
    text: str
    state: str
    packages: int
    licenses: tuple[str, ...]
    licenses_total: int
    sure: int
    open: int
    bringers: tuple[Bringing, ...]
    derived: tuple[str, ...]


class ProductDuties(msgspec.Struct, frozen=True, kw_only=True):
    """What a product's licences ask for in the ways in which it reaches its users; `packages` None: no evidence."""

    product: str
    owner: str | None
    distribution: tuple[str, ...]
    packages: int | None
    duties: tuple[DutyTold, ...] = ()
    projects: tuple[str, ...] = ()

    @property
    def open(self) -> int:
        """Obligations of which it isn't sure whether they apply."""
        return sum(each.state == "open" for each in self.duties)


@figure
def legal_state(shared: Shared) -> LegalState:
    """How much is open: findings of the rules on licences, decisions, exceptions."""
    verdict = shared.known.verdict
    found = [each for each in verdict.findings if each.rule in LICENSE_RULES]
    failing = [each for each in found if each.fails]
    rules: dict[str, int] = defaultdict(int)
    for each in failing:
        rules[each.rule] += 1
    entries = [
        e for e in shared.workspace.exceptions(shared.known.policy).exceptions if e.decided <= shared.day
    ]
    states = [state_of(each, shared.day) for each in entries]
    soon = sorted(
        (e for e, state in zip(entries, states, strict=True) if state == "ends-soon"), key=lambda e: e.end
    )
    tell = among(shared) if soon else None
    return LegalState(
        judged=verdict.judged or None,
        failing=len(failing),
        asking=sum(each.outcome == "unknown" and not each.excused for each in found),
        excused=sum(each.excused for each in found),
        findings=len(found),
        failing_projects=len({each.project for each in failing}),
        projects=verdict.projects,
        undecided=UNDECIDED.rows(shared).num_rows,
        in_force=states.count("in-force") + len(soon),
        ended=states.count("ended"),
        soon=len(soon),
        ending=tuple(_ending(each, tell(each)) for each in soon[:MOST]) if tell else (),
        by_rule=dict(rules),
    )


def _ending(entry: Entry, projects: list[str] | None) -> Ending:
    what = None if entry.rule == WORDS else entry.what
    about = " · ".join(each for each in (entry.package, what, entry.product) if each)
    return Ending(
        id=entry.name,
        rule=entry.rule,
        about=about or "everything that it finds",
        where=entry.project,
        until=entry.end,
        among=tuple(projects or ()),
    )


@figure
def product_duties(shared: Shared) -> list[ProductDuties]:
    """What the licences of each product ask for, in the order of umbel.toml."""
    declared = {each.name: each for each in shared.workspace.settings.products[:MOST_PRODUCTS]}
    obliged: dict[str, tuple[list[str], Obliged | None]] = {}
    if shared.known.lake is not None:
        told = obliged_products(shared.workspace, shared.known.session)
        obliged = {name: (projects, found) for name, projects, found in told}
    made = []
    for name, product in declared.items():
        projects, found = obliged.get(name, ([], None))
        made.append(
            ProductDuties(
                product=name,
                owner=product.owner,
                distribution=product.distribution,
                packages=None if found is None else found.packages,
                duties=() if found is None else tuple(_duty(each) for each in found.duties),
                projects=tuple(projects),
            )
        )
    return made


def _duty(duty: Duty) -> DutyTold:
    named = (*duty.sure, *duty.open)
    return DutyTold(
        id=duty.id,
        title=duty.title,
        text=duty.text,
        state=duty.state,
        packages=duty.packages,
        licenses=duty.licenses[:MOST],
        licenses_total=len(duty.licenses),
        sure=len(duty.sure),
        open=len(duty.open),
        bringers=tuple(_bringing(each) for each in named[:MOST]),
        derived=duty.derived[:MOST],
    )


def _bringing(each: Bringer) -> Bringing:
    return Bringing(package=each.package, name=each.name, license=each.license, open=each.open)
