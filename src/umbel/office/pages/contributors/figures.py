# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of the contributors' pages: each is made once for an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.catalogue import Entry, catalogue, shown_by
from umbel.frameworks.indicators._asked import with_people
from umbel.frameworks.recognition import Earned, Working, earned, working
from umbel.office.editions import figure
from umbel.office.pages.ecosystem import gathered
from umbel.office.pages.ecosystem.figures import HANDS
from umbel.strategy.drafting import Area

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.office.editions import Shared
    from umbel.strategy.interface import Ranked

MOST_HELPED = 30
MOST_AREAS = 5
MOST_EARNED = 500
WELCOMING = ("contributing", "code-of-conduct", "issue-template", "support", "documentation")
"""What upstream files say to somebody who comes."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody could begin: what its files show, newcomers of the last year, areas on few shoulders.

    `welcome` is by practice whether its files show it, None where nobody looked; `areas` None where paths are unknown.
    """

    welcome: dict[str, bool | None]
    newcomers: int | None
    areas: tuple[Area, ...] | None


class Helped(msgspec.Struct, frozen=True, kw_only=True):
    """A project that needs help, and why us."""

    project: str
    url: str | None
    place: int
    strategic: float
    level: str | None
    stance: str
    reason: str
    need: str | None
    products: tuple[str, ...]
    planned: int
    start: Start


class Catalogued(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue in figures: our projects, of which files were looked at, ready to take part in, with a history."""

    projects: int
    seen: int
    ready: int
    lacking: int
    histories: int


def entries(shared: Shared) -> list[Entry]:
    """The catalogue, made once for its figures and lists."""
    return shared.once("catalogue", lambda: catalogue(shared.known))


def names(shared: Shared) -> Mapping[str, str]:
    """The names of those who agreed to be named, by pseudonym, in both lakes; nobody else's."""

    def made() -> Mapping[str, str]:
        if shared.known.lake is None or not shared.known.who.book.decisions.opt_in:
            return {}
        from umbel.evidence.people import attach
        from umbel.evidence.people.shown import Shown

        space, who = shared.workspace, shared.known.who
        with space.session(shared.as_of, attach.TABLES) as session:
            found = dict(Shown(attach.attach(session, who)).names)
        if shared.known.upstream is not None:
            with space.upstream_session(shared.as_of, attach.TABLES) as session:
                found |= Shown(attach.attach(session, who)).names
        return found

    return shared.once("names of those who agreed", made)


def at_work(shared: Shared) -> list[Working]:
    """Who works on what within the year, made once."""
    return shared.once("who works on what", lambda: working(shared.known, names(shared)))


@figure
def catalogued(shared: Shared) -> Catalogued:
    """What is known of our own projects as places to take part in."""
    found = entries(shared)
    return Catalogued(
        projects=len(found),
        seen=sum(bool(each.practices) for each in found),
        ready=sum(each.ready is True for each in found),
        lacking=sum(each.ready is False for each in found),
        histories=sum(each.last_commit is not None for each in found),
    )


@figure
def help_wanted(shared: Shared) -> list[Helped]:
    """Strategic projects whose stance wants hands, those that matter most first, with where to begin."""
    listed = gathered.ranked(shared)
    places = gathered.order_of(listed)
    chosen = [
        each
        for each in listed
        if each.project in places and each.stance is not None and each.stance.name in HANDS
    ][:MOST_HELPED]
    starts = _starts(shared, chosen)
    return [_helped(shared, each, places[each.project], starts[each.project]) for each in chosen]


def _helped(shared: Shared, each: Ranked, place: int, start: Start) -> Helped:
    found = each.fragility
    return Helped(
        project=each.project,
        url=each.url,
        place=place,
        strategic=each.strategic or 0.0,
        level=found.level if found else None,
        stance=(each.stance.name or "") if each.stance else "",
        reason=gathered.first_sentence(each),
        need=found.reasons[0].text if found and found.reasons else None,
        products=each.products,
        planned=sum(one.project == each.project for one in shared.known.contributions),
        start=start,
    )


def _starts(shared: Shared, chosen: list[Ranked]) -> dict[str, Start]:
    from umbel.strategy import drafting, follow_up

    known = shared.known
    blank = Start(welcome=dict.fromkeys(WELCOMING), newcomers=None, areas=None)
    if known.upstream is None:
        return {each.project: blank for each in chosen}
    told = shown_by(with_people(known, known.upstream), WELCOMING)
    found = {}
    for each in chosen:
        outcomes = {one.practice: one.outcome for one in told.get(each.project, ())}
        part = each.parts.get("opportunity")
        areas = None
        if each.fragility is not None and follow_up.has_paths(known.upstream, each.project):
            used = drafting.used(known.session, each.packages)
            areas = drafting.areas(known.upstream, each.project, used)[:MOST_AREAS]
        found[each.project] = Start(
            welcome={name: _met(outcomes.get(name)) for name in WELCOMING},
            newcomers=part.evidence.get("newcomers") if part else None,
            areas=areas,
        )
    return found


def _met(outcome: str | None) -> bool | None:
    return {"met": True, "unmet": False}.get(outcome or "")


@figure
def recognition(shared: Shared) -> list[Earned]:
    """Badges of those who agreed to be named, with what shows each."""
    return earned(shared.known, names(shared))[:MOST_EARNED]


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """How many agreed to be named and are seen in a history, and how many people were at work within the year."""

    agreed: int
    projects: int


@figure
def opted_in(shared: Shared) -> Agreed:
    """How many people agreed to be named, and in how many projects somebody was at work within the year."""
    return Agreed(agreed=len(names(shared)), projects=len(at_work(shared)))
