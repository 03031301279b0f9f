# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of the ecosystem's pages: each is made once for an edition."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.indicators._asked import examined_strategic
from umbel.model import purl
from umbel.office.editions import figure, figure_of
from umbel.office.pages.ecosystem import gathered
from umbel.reports import quadrant
from umbel.reports.quadrant import Dot, Lines
from umbel.reports.strategy import MOST_DOTS
from umbel.strategy.contributions import Standing
from umbel.strategy.control.records import Band, Control
from umbel.strategy.follow_up import Done
from umbel.strategy.funding.records import Candidate
from umbel.strategy.interface import Ranked
from umbel.strategy.owners import Answer
from umbel.strategy.owners_sheet import Candidate as Asked
from umbel.strategy.radar import Radar
from umbel.strategy.stance_model import is_strategic
from umbel.strategy.stance_model import model as stances

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.office.editions import Shared
    from umbel.office.seen import Seen

CARDS = 6
HANDS = ("lead", "contribute", "sponsor")
"""Stances that want hands or money there."""
MOST_CONTROLS = 60
MOST_CANDIDATES = 200
MOST_FOLLOWED = 200
MOST_SHEETS = 300


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One of the few projects that matter most, and what to do about it."""

    place: int
    project: str
    reason: str
    strategic: float
    health_risk: float | None
    level: str | None
    fragile: str
    governed: str | None
    exposure: str | None
    control: str
    stance: str | None
    stance_reason: str
    change: str
    decided: bool
    coordinator: str | None
    contributions: int
    products: tuple[str, ...]

    @property
    def called(self) -> str:
        """The project as people call it."""
        return called(self.project)

    @property
    def wants(self) -> bool:
        """Whether its stance wants hands or money there."""
        return self.stance in HANDS


class Placed(Dot, frozen=True):
    """A dot of the picture, with its name as people call it."""

    @property
    def called(self) -> str:
        """The project as people call it."""
        return called(self.project)


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the petal's own page tells of projects.

    `packages` are in use, `mapped` of them come from `projects` that are known; `listed` are told in full, of which
    `told` have a verdict, `strategic` are strategic and `examined` were examined. `high` counts the strategic ones by
    how fragile they are, `stances` by stance ("" is none), `undecided` those of which nobody decided.
    """

    packages: int
    mapped: int
    projects: int
    listed: int
    told: int
    strategic: int
    examined: int
    levels: dict[str, int]
    stances: dict[str, int]
    undecided: int
    cards: tuple[Card, ...]
    lines: Lines
    dots: tuple[Placed, ...]
    picture: str | None


def called(project: str) -> str:
    """A project as people call it: without the forge that most are on, and without a purl's signs."""
    if project.startswith("pkg:"):
        return purl.display(project)
    return project.removeprefix("github.com/")


@figure
def ecosystem(shared: Shared) -> Overview:
    """Which few projects matter, how fragile they are, what is done about them."""
    listed, mapped = gathered.ranked(shared), shared.known.mapped
    places = gathered.order_of(listed)
    few = [each for each in listed if is_strategic(each)]
    lines = _lines()
    dots = _dots(listed, places)
    known = [each.project for each in mapped if each.project is not None]
    return Overview(
        packages=len(mapped),
        mapped=len(known),
        projects=len(set(known)),
        listed=len(listed),
        told=len(places),
        strategic=len(few),
        examined=len(examined_strategic(shared.known)[1]),
        levels=_counted(_level(each) or "" for each in few),
        stances=_counted((each.stance.name or "") if each.stance else "" for each in few),
        undecided=sum(each.stance is None or each.stance.decided_by is None for each in few),
        cards=tuple(_card(shared, each, places[each.project]) for each in listed if each.project in places)[
            :CARDS
        ],
        lines=lines,
        dots=dots,
        picture=None if not dots else _quadrant(dots, lines),
    )


def _lines() -> Lines:
    found = stances().lines
    return Lines(strategic=found["strategic"].value, fragile=1 + 9 * found["fragile"].value)


def _dots(listed: Iterable[Ranked], places: dict[str, int]) -> tuple[Placed, ...]:
    return tuple(
        Placed(
            place=places[each.project],
            project=each.project,
            strategic=each.strategic,
            fragile=each.health_risk,
        )
        for each in listed
        if each.project in places and each.strategic is not None and each.health_risk is not None
    )[:MOST_DOTS]


def _quadrant(dots: Sequence[Dot], lines: Lines) -> str:
    return str(
        quadrant.draw(
            dots,
            lines,
            name="quadrant",
            title="Strategic against fragile",
            description="A dot for each project, numbered as in the table below the picture.",
        )
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())


def _level(each: Ranked) -> str | None:
    return each.fragility.level if each.fragility else None


def _card(shared: Shared, each: Ranked, place: int) -> Card:
    control = shared.known.controls.get(each.project)
    stance = each.stance
    return Card(
        place=place,
        project=each.project,
        reason=gathered.first_sentence(each),
        strategic=each.strategic or 0.0,
        health_risk=each.health_risk,
        level=_level(each),
        fragile=_fragile(each),
        governed=control.governed if control else None,
        exposure=control.exposure.level if control else None,
        control=control.sentences[0]
        if control and control.sentences
        else "Who controls it was not looked at.",
        stance=stance.name if stance else None,
        stance_reason=stance.reason if stance else "Nothing is known that a stance could stand on.",
        change=stance.change if stance else "",
        decided=stance is not None and stance.decided_by is not None,
        coordinator=gathered.speaker(gathered.people(shared), each.project),
        contributions=sum(one.project == each.project for one in shared.known.contributions),
        products=each.products,
    )


def _fragile(each: Ranked) -> str:
    found = each.fragility
    if found is None:
        return "Its history was not examined."
    if found.risk is None:
        return f"Too little is known: {found.why}."
    return found.reasons[0].text if found.reasons else "Nothing stands out."


@figure
def few_users(shared: Shared) -> dict[str, tuple[str, ...]]:
    """By project those of ours that use what comes from it, where they are few."""
    return {name: tuple(users) for name, users in gathered.among(shared).items() if users}


def kept_from(looks: Seen) -> frozenset[str]:
    """The upstream projects that only projects use which are confidential to whoever asks."""
    if not looks.hidden:
        return frozenset()
    found = figure_of(few_users, looks).value or {}
    return frozenset(name for name, users in found.items() if not any(map(looks.shows, users)))


# ---- control


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """Where the work of all these projects happens: a band of time zones, its commits and how many there are."""

    name: str
    holds: str
    commits: int
    total: int


class Sovereignty(msgspec.Struct, frozen=True, kw_only=True):
    """Who controls what business depends on: counts, where the work happens, and those of which a firm may leave."""

    strategic: int
    looked: int
    governed: dict[str, int]
    exposure: dict[str, int]
    foundations: dict[str, int]
    zones: tuple[Zone, ...]
    cannot: str
    leaving: tuple[Control, ...]


@figure
def sovereignty(shared: Shared) -> Sovereignty:
    """Who controls the projects that business depends on, and what would remain if one firm left."""
    found = list(shared.known.controls.values())
    return Sovereignty(
        strategic=sum(is_strategic(each) for each in gathered.ranked(shared)),
        looked=len(found),
        governed=_counted(each.governed or "" for each in found),
        exposure=_counted(each.exposure.level or "" for each in found),
        foundations=_counted(each.foundation.name for each in found if each.foundation.name),
        zones=_zones(found),
        cannot=next((each.zones.cannot for each in found if each.zones.cannot), ""),
        leaving=tuple(each for each in found if each.left is not None)[:MOST_CONTROLS],
    )


def _zones(found: Sequence[Control]) -> tuple[Zone, ...]:
    bands: dict[str, Band] = {}
    counts: Counter[str] = Counter()
    for each in found:
        for band in each.zones.bands:
            bands.setdefault(band.name, band)
            counts[band.name] += band.commits
    total = sum(each.zones.total for each in found)
    return tuple(
        Zone(name=name, holds=bands[name].holds, commits=number, total=total)
        for name, number in counts.most_common()
    )


# ---- money


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """Who could get money: candidates of the list, with their priority and need; how many more there are.

    `ranked` of the candidates have a priority. Of `looked` projects the files were looked at, `asking` say where.
    """

    candidates: tuple[Candidate, ...]
    ranked: int
    more: int
    looked: int
    asking: int


@figure
def funding(shared: Shared) -> Money:
    """Where money would help projects that we stand on, and where they take it."""
    from umbel.strategy.funding.candidates import candidates

    listed, asks = gathered.ranked(shared), gathered.asks(shared)
    found = candidates(listed, shared.known.controls, asks)
    first = sorted(found, key=lambda each: (each.priority is None, -(each.priority or 0.0), each.project))
    return Money(
        candidates=tuple(first[:MOST_CANDIDATES]),
        ranked=sum(each.priority is not None for each in first[:MOST_CANDIDATES]),
        more=max(len(found) - MOST_CANDIDATES, 0),
        looked=sum(each.looked for each in asks.values()),
        asking=sum(bool(each.links) for each in asks.values()),
    )


# ---- contributions


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A contribution, how it stands, and what was done: the core's own, with types that can be read back."""

    standing: Standing
    done: Done
    sentence: str


@figure
def followed(shared: Shared) -> list[Followed]:
    """What we mean to do upstream, those due first, and what was really done."""
    found = shared.workspace.contributions(shared.as_of)[:MOST_FOLLOWED]
    return [Followed(standing=each.standing, done=each.done, sentence=each.sentence) for each in found]


# ---- evaluations


@figure
def technology_radar(shared: Shared) -> Radar:
    """What was decided of software, in rings and sectors, what moved, and what nobody decided."""
    return shared.once("radar", lambda: shared.workspace.radar(as_of=shared.as_of))


# ---- product owners


class OwnerSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner of a product is asked, and what was answered."""

    product: str
    owner: str | None
    day: date
    candidates: tuple[Asked, ...]
    answers: tuple[Answer, ...]

    @property
    def answered(self) -> int:
        """Of how many of the candidates the owner said something."""
        said = {each.project for each in self.answers}
        return sum(each.project in said for each in self.candidates)


@figure
def owner_sheets(shared: Shared) -> list[OwnerSheet]:
    """What product owners are asked, by product, with what they said."""
    space = shared.workspace
    newest = space.answers(shared.as_of).newest
    found = []
    for sheet in space.owner_sheets(gathered.ranked(shared), shared.as_of):
        for product in sheet.products:
            mine = tuple(each for each in sheet.candidates if each.product == product)
            said = tuple(newest[each.project, product] for each in mine if (each.project, product) in newest)
            found.append(
                OwnerSheet(product=product, owner=sheet.owner, day=sheet.day, candidates=mine, answers=said)
            )
    return sorted(found, key=lambda each: each.product.casefold())[:MOST_SHEETS]
