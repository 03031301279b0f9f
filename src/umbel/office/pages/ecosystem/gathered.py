# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of each project of the strategic list, put together once for all figures and lists of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.model.errors import EvidenceError
from umbel.reports import columns, control_chart
from umbel.reports.health import described, trends
from umbel.strategy.control.records import Control
from umbel.strategy.funding.records import Asks
from umbel.strategy.interface import Opinion, Ranked
from umbel.strategy.naming import Named
from umbel.strategy.owners import Answer, Coordinator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.metrics.health import Health
    from umbel.model.measurement import Measurement
    from umbel.office.editions.interface import Shared
    from umbel.strategy.fragility.model import Model
    from umbel.strategy.interface import Fragility

CHARTED = 40
"""Projects whose history is drawn: the first of the list that were examined."""


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One feature that fragility is told by: its value and points, or why it isn't known.

    `share` is that of its points in all that moves the risk, up or down.
    """

    name: str
    title: str
    value: float | None
    points: float | None = None
    share: float | None = None
    unknown: str | None = None


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing with its title and its newest figure in words; `svg` was made by `umbel.reports`."""

    title: str
    now: str
    svg: str


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """What a score of others says, or why it can't."""

    metric: str
    value: float | None
    why: str | None = None


class ProjectFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one project's page shows."""

    ranked: Ranked
    frequency: int | None = None
    frequency_place: int | None = None
    features: tuple[Feature, ...] = ()
    control: Control | None = None
    charts: tuple[Chart, ...] = ()
    over_time: Chart | None = None
    sentences: tuple[str, ...] = ()
    asks: Asks | None = None
    coordinator: Coordinator | None = None
    named: Named | None = None
    opinions: tuple[Opinion, ...] = ()
    answers: tuple[Answer, ...] = ()
    contributions: tuple[str, ...] = ()
    peers: tuple[Peer, ...] = ()
    charted: bool = False
    """Whether its history was to be drawn; others are beyond the first ones."""


class People(NamedTuple):
    """What people said and decided, by project."""

    speakers: Mapping[str, Coordinator]
    named: Mapping[str, Named]


def ranked(shared: Shared) -> list[Ranked]:
    """The strategic list; empty where nothing is collected."""
    return list(shared.known.ranked)


def people(shared: Shared) -> People:
    """Who coordinates what: as the data propose, and as somebody decided."""

    def made() -> People:
        space = shared.workspace
        return People(space.speakers(ranked(shared), shared.as_of), space.named_coordinators(shared.as_of))

    return shared.once("ecosystem people", made)


def speaker(found: People, project: str) -> str | None:
    """Who speaks for a project: as decided, else as proposed."""
    if project in found.named:
        return found.named[project].coordinator
    return found.speakers[project].department if project in found.speakers else None


def among(shared: Shared) -> dict[str, list[str] | None]:
    """By project those of ours that use what comes from it, where they are few; None: they are many.

    What only confidential projects use is told to nobody who may see none of these: its name may tell theirs.
    """

    def made() -> dict[str, list[str] | None]:
        from umbel.office.pages.portfolio.figures import packages_table

        table = packages_table(shared)
        few = dict(zip(table.column("key").to_pylist(), table.column("among").to_pylist(), strict=True))
        packages: dict[str, set[str]] = {}
        for mapped in shared.known.mapped:
            if mapped.project is not None:
                packages.setdefault(mapped.project, set()).add(mapped.package)
        for each in ranked(shared):
            packages.setdefault(each.project, set()).update(each.packages)
        return {project: _users(few.get(name) for name in names) for project, names in packages.items()}

    return shared.once("ecosystem among", made)


def _users(told: Iterable[list[str] | None]) -> list[str] | None:
    """Who uses any of some packages; None where one is used by many."""
    found: set[str] = set()
    for users in told:
        if users is None:
            return None
        found.update(users)
    return sorted(found)


def asks(shared: Shared) -> dict[str, Asks]:
    """Where the examined projects of the list say that they take money, by project."""

    def made() -> dict[str, Asks]:
        names = examined(shared)
        if not names:
            return {}
        return {each.project: each for each in shared.workspace.funding(names, as_of=shared.as_of)}

    return shared.once("ecosystem asks", made)


def examined(shared: Shared) -> list[str]:
    """Those of the list whose history was examined, in its order."""
    return [each.project for each in ranked(shared) if each.fragility is not None]


def facts(shared: Shared) -> list[ProjectFacts]:
    """What each project's page shows, in the order of the list."""
    return shared.once("ecosystem facts", lambda: _facts(shared))


def _facts(shared: Shared) -> list[ProjectFacts]:
    from umbel.strategy import contributions

    space, listed, said = shared.workspace, ranked(shared), people(shared)
    drawn, model = _drawn(shared), space.fragility_model()
    opinions, answers, money = space.opinions(shared.as_of), space.answers(shared.as_of), asks(shared)
    peers = space.strategy_peers(shared.as_of) if examined(shared) else {}
    meant: dict[str, list[str]] = {}
    for standing in contributions.load(space.folder, shared.day):
        meant.setdefault(standing.contribution.project, []).append(standing.contribution.name)
    found = []
    for each in listed:
        name, evidence = each.project, each.parts["dependency"].evidence if "dependency" in each.parts else {}
        found.append(
            msgspec.structs.replace(
                drawn.get(name) or ProjectFacts(ranked=each),
                frequency=evidence.get("frequency"),
                frequency_place=evidence.get("frequency_place"),
                features=features(each.fragility, model),
                control=shared.known.controls.get(name),
                asks=money.get(name),
                coordinator=said.speakers.get(name),
                named=said.named.get(name),
                opinions=tuple(opinions.of(name).values()),
                answers=tuple(answers.answers(name)),
                contributions=tuple(meant.get(name, ())),
                peers=_peers(peers.get(name, {})),
            )
        )
    return found


def _peers(found: Mapping[str, Measurement]) -> tuple[Peer, ...]:
    return tuple(Peer(metric=name, value=each.value, why=each.why) for name, each in found.items())


def features(found: Fragility | None, model: Model) -> tuple[Feature, ...]:
    """What fragility was told by, what moves it most first; then what isn't known, with why."""
    if found is None:
        return ()
    points = model.score(found.features).points
    moved = sum(abs(each) for each in points.values())
    unknown: Mapping[str, str] = getattr(found, "unknown", {})
    known = [
        Feature(
            name=each.name,
            title=each.title,
            value=found.features[each.name],
            points=points[each.name],
            share=abs(points[each.name]) / moved if moved else None,
        )
        for each in model.feature
        if each.name in points
    ]
    blank = [
        Feature(name=each.name, title=each.title, value=None, unknown=unknown.get(each.name, each.unknown))
        for each in model.feature
        if each.name not in points
    ]
    return (*sorted(known, key=lambda each: (-(each.points or 0.0), each.name)), *blank)


def _drawn(shared: Shared) -> dict[str, ProjectFacts]:
    """The first of the list that were examined, with their histories drawn."""
    names = examined(shared)[:CHARTED]
    if not names:
        return {}
    space = shared.workspace
    try:
        health = {
            each.project: each for each in space.over_upstream().health(names, as_of=shared.as_of).projects
        }
        over = space.controls_over(names, "year", as_of=shared.as_of)
    except EvidenceError:
        return {}
    by_name = {each.project: each for each in ranked(shared)}
    return {
        name: ProjectFacts(
            ranked=by_name[name],
            charts=charts(health.get(name), number),
            sentences=tuple(health[name].sentences) if name in health else (),
            over_time=_over_time(control_chart.series(over.get(name, [])), number),
            charted=True,
        )
        for number, name in enumerate(names)
    }


def charts(health: Health | None, number: int) -> tuple[Chart, ...]:
    """The series of a project as small drawings."""
    drawn = []
    for place, trend in enumerate(trends(health) if health else ()):
        now = trend.values[-1]
        svg = columns.draw(trend, name=f"health-{number}-{place}", description=described(trend))
        drawn.append(Chart(title=trend.title, now="unknown" if now is None else f"{now:,.0f}", svg=str(svg)))
    return tuple(drawn)


def _over_time(found: control_chart.Series | None, number: int) -> Chart | None:
    if found is None:
        return None
    svg = control_chart.draw(found, name=f"control-{number}")
    return Chart(title="Commits made for", now=found.organisation, svg=str(svg))


def first_sentence(each: Ranked) -> str:
    """The strongest words about why much depends on it."""
    from umbel.reports.strategy import reason_of

    said = reason_of(each).strip()
    return said if not said or said[-1] in ".!?" else f"{said}."


def order_of(listed: Sequence[Ranked]) -> dict[str, int]:
    """Places of those with a verdict, from 1, as the list and the picture number them."""
    told = [each for each in listed if each.verdict and each.strategic is not None]
    return {each.project: place for place, each in enumerate(told, 1)}
