# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures for business: what each product is exposed to, and what is known of those who hold what it relies on."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.settings import Release
from umbel.office.editions.registry import figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.app.products import ProductState
    from umbel.model.settings import Product
    from umbel.office.editions.interface import Shared
    from umbel.policy.risks import Group
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Ranked

MOST_PROJECTS = 500
MOST_STRATEGIC = 25
MOST_ENDS = 25
MOST_HELD = 100
ENDS = frozenset({"end-of-life", "system-end-of-life"})


class Depends(msgspec.Struct, frozen=True, kw_only=True):
    """An upstream project that a product relies on, as the strategic list has it."""

    name: str
    strategic: float | None
    risk: float | None
    stance: str | None
    reason: str


class End(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of support that ends or has ended."""

    project: str
    subject: str
    reason: str
    level: str


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """A product and what it is exposed to; `name` is None for the projects of no product.

    `open` counts findings that no exception covers, by rule in `by_rule`; `gaps` are rules that could not be asked, so
    that 0 of theirs means nothing. `members` are the first ones of `projects`, `strategic` the first of `relies_on`.
    What nobody has looked at is None.
    """

    name: str | None
    owner: str | None
    department: str | None
    criticality: str | None
    distribution: str
    releases: tuple[Release, ...]
    end_of_support: date | None
    patterns: tuple[str, ...]
    unmatched: tuple[str, ...]
    projects: int | None
    members: tuple[str, ...]
    components: int | None
    license_unknown: int | None
    open: int
    failing: int
    excused: int
    overdue: int
    fixable: int
    worst: str | None
    oldest_days: int | None
    by_rule: dict[str, int]
    relies_on: int | None
    strategic: tuple[Depends, ...]
    ends: tuple[End, ...]
    ending: int


class Exposures(msgspec.Struct, frozen=True, kw_only=True):
    """Every product, the projects of none last; the rules that found something, and those that couldn't be asked."""

    products: tuple[Exposure, ...]
    rules: tuple[str, ...]
    gaps: dict[str, str]
    is_collected: bool
    is_ranked: bool


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An upstream project and who holds it, as far as evidence tells."""

    name: str
    products: tuple[str, ...]
    governed: str | None
    holder: str | None
    exposure: str | None
    terms: str | None
    license: str | None
    why: str | None


@figure
def exposures(shared: Shared) -> Exposures:
    """What each product is exposed to."""
    from umbel.app.products import product_states

    workspace, known = shared.workspace, shared.known
    if known.lake is None:
        return Exposures(
            products=tuple(declared(each) for each in workspace.settings.products),
            rules=(),
            gaps={},
            is_collected=False,
            is_ranked=False,
        )
    told = [each for each in known.verdict.findings if each.level != "note"]
    groups = {each.name: each for each in workspace.risks(told, "product", as_of=shared.as_of)}
    by_rule, ends = _counted(shared)
    relied = _relied(known.ranked)
    settings = {each.name: each for each in workspace.settings.products}
    products = []
    for state in product_states(workspace, known.session):
        said = settings.get(state.name or "")
        made = _exposure(state, groups.get(state.name), by_rule[state.name], relied.get(state.name, []))
        ending = ends[state.name]
        products.append(
            msgspec.structs.replace(
                made,
                releases=said.releases if said else (),
                patterns=said.projects if said else (),
                ends=tuple(ending[:MOST_ENDS]),
                ending=len(ending),
            )
        )
    return Exposures(
        products=tuple(products),
        rules=tuple(rule for rule, _ in sum(by_rule.values(), Counter()).most_common()),
        gaps={each.rule: f"{each.reason} {each.remedy}" for each in known.verdict.gaps},
        is_collected=True,
        is_ranked=bool(known.ranked),
    )


@figure
def held(shared: Shared) -> list[Held]:
    """The upstream projects that matter most, and who holds them."""
    known = shared.known
    return [_held(each, known.controls) for each in known.ranked[:MOST_HELD]]


def declared(product: Product) -> Exposure:
    """A product of which nobody has looked at anything: what somebody said of it, and nothing else."""
    return Exposure(
        name=product.name,
        **said(product),
        patterns=product.projects,
        unmatched=(),
        projects=None,
        members=(),
        components=None,
        license_unknown=None,
        open=0,
        failing=0,
        excused=0,
        overdue=0,
        fixable=0,
        worst=None,
        oldest_days=None,
        by_rule={},
        relies_on=None,
        strategic=(),
        ends=(),
        ending=0,
    )


def said(product: Product) -> dict[str, Any]:
    """What somebody said of a product that no evidence changes."""
    ends = [each.end_of_support for each in product.releases if each.end_of_support]
    return {
        "owner": product.owner,
        "department": product.department,
        "criticality": product.criticality,
        "distribution": ", ".join(product.distribution),
        "releases": product.releases,
        "end_of_support": max(ends, default=None),
    }


def _counted(shared: Shared) -> tuple[dict[str | None, Counter[str]], dict[str | None, list[End]]]:
    """Open findings by product and rule, and those of support that ends."""
    by_rule: dict[str | None, Counter[str]] = defaultdict(Counter)
    ends: dict[str | None, list[End]] = defaultdict(list)
    owned: dict[str, list[str | None]] = {}
    for finding in shared.known.verdict.findings:
        if finding.level == "note" or finding.excused:
            continue
        if finding.project not in owned:
            names = [each.product for each in shared.workspace.owned(finding.project)]
            owned[finding.project] = [*names] or [None]
        for name in owned[finding.project]:
            by_rule[name][finding.rule] += 1
            if finding.rule in ENDS:
                ends[name].append(
                    End(
                        project=finding.project,
                        subject=finding.subject,
                        reason=finding.reason,
                        level=finding.level,
                    )
                )
    return by_rule, ends


def _relied(ranked: Sequence[Ranked]) -> dict[str | None, list[Ranked]]:
    found: dict[str | None, list[Ranked]] = defaultdict(list)
    for each in ranked:
        for name in each.products:
            found[name].append(each)
    return found


def _exposure(
    state: ProductState, group: Group | None, by_rule: Mapping[str, int], relied: Sequence[Ranked]
) -> Exposure:
    looked = state.projects > 0
    return Exposure(
        name=state.name,
        owner=state.owner,
        department=state.department,
        criticality=state.criticality,
        distribution=state.distribution,
        releases=(),
        end_of_support=state.end_of_support,
        patterns=(),
        unmatched=tuple(state.unmatched),
        projects=state.projects,
        members=tuple(state.members[:MOST_PROJECTS]),
        components=state.components if looked else None,
        license_unknown=state.license_unknown if looked else None,
        open=group.open if group else 0,
        failing=group.failing if group else 0,
        excused=group.excused if group else 0,
        overdue=group.overdue if group else 0,
        fixable=group.fixable if group else 0,
        worst=group.worst if group else None,
        oldest_days=group.oldest_days if group else None,
        by_rule=dict(by_rule),
        relies_on=len(relied),
        strategic=tuple(_depends(each) for each in relied[:MOST_STRATEGIC]),
        ends=(),
        ending=0,
    )


def _depends(each: Ranked) -> Depends:
    return Depends(
        name=each.project,
        strategic=each.strategic,
        risk=each.fragility.risk if each.fragility else None,
        stance=each.stance.name if each.stance else None,
        reason=each.stance.reason if each.stance else "",
    )


def _held(each: Ranked, controls: Mapping[str, Control]) -> Held:
    control = controls.get(each.project)
    if control is None:
        return Held(
            name=each.project,
            products=each.products,
            governed=None,
            holder=None,
            exposure=None,
            terms=None,
            license=None,
            why="its history was not examined",
        )
    return Held(
        name=each.project,
        products=each.products,
        governed=control.governed,
        holder=control.single_vendor.name or control.foundation.name,
        exposure=control.exposure.level,
        terms=control.rights.terms,
        license=control.licensing.license,
        why=control.exposure.because,
    )
