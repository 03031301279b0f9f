# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows on what is wrong with it, or was: vulnerabilities, deprecation, the end of its life."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from umbel.model.vulnerability import SEVERITIES
from umbel.strategy.evaluate.records import Cell, unknown
from umbel.strategy.evaluate.rows_terms import sync_advisories, sync_packages
from umbel.strategy.evaluate.words import counted, day, first, listed, years

if TYPE_CHECKING:
    from umbel.strategy.evaluate.about import About

_ORDER: dict[str, int] = {name: -place for place, name in enumerate((*SEVERITIES,))}


def vulnerabilities(about: About) -> Cell:
    """What is known to be wrong with the version that one would get."""
    told = about.told
    if about.known.version is None:
        return unknown("which version one would get isn't known", sync_packages(about.package))
    if told.now is None:
        return unknown("no whole database of its advisories was read", sync_advisories(about.package))
    sure = [one for one in told.now if one.affected]
    doubt = [one for one in told.now if one.affected is None]
    grave = Counter(one.severity or "unrated" for one in sure)
    text = "none known"
    if sure:
        each = [
            f"{number} {name}" for name, number in sorted(grave.items(), key=lambda i: _ORDER.get(i[0], 1))
        ]
        text = f"{counted(len(sure), 'known', 'known')}: {', '.join(each)}"
    if doubt:
        text += f"; {len(doubt)} perhaps"
    notes = [f"{one.id} ({one.severity or 'unrated'}): {first(one.summary or 'no summary')}" for one in sure]
    notes += [f"{one.id}: whether it is affected is unknown, {one.why}" for one in doubt]
    if not told.whole:
        notes.append("Only some advisories of its ecosystem were read: there may be more.")
    if told.malicious:
        text = f"malicious: {text}"
    return Cell(
        text=text,
        known=not doubt,
        value={
            "known": len(sure),
            "severities": dict(grave),
            "unclear": len(doubt),
            "malicious": told.malicious,
        },
        notes=tuple(notes),
        find_out=None if told.whole else sync_advisories(about.package),
    )


def past(about: About) -> Cell:
    """How often it had one, how grave, and how long its users waited for a fix."""
    told = about.told
    if told.past is None:
        return unknown("no whole database of its advisories was read", sync_advisories(about.package))
    if not told.past:
        return Cell(text="none on record", value={"all": 0})
    severities = ", ".join(f"{number} {name}" for name, number in told.severities.items())
    timed = [one for one in told.past if one.days is not None]
    at_once = sum(one.days == 0 for one in timed)
    notes = [f"By severity: {severities}."]
    if timed:
        waited = told.waited or 0
        mended = f"{at_once:,} of {counted(len(timed), 'was', 'were')} fixed by the day they were published"
        text = (
            f"{len(told.past):,} ({severities}); half fixed within {years(waited)}"
            if waited
            else (f"{len(told.past):,} ({severities}); mostly fixed before they were published")
        )
        notes.append(f"{mended[0].upper()}{mended[1:]}; median {years(waited)}.")
    else:
        text = f"{len(told.past):,} ({severities})"
    untimed = len(told.past) - len(timed)
    if untimed:
        notes.append(f"For {untimed:,} of {len(told.past):,} the record doesn't say when a fix came.")
    unfixed = [one.id for one in told.past if not one.fixable]
    if unfixed:
        notes.append(f"The record names no fix of {listed(unfixed, 5)}.")
    last = max((one.published_at for one in told.past if one.published_at), default=None)
    if last is not None:
        notes.append(f"The last was published on {day(last)}.")
    value = {
        "all": len(told.past),
        "severities": told.severities,
        "timed": len(timed),
        "median_days": told.waited,
    }
    return Cell(text=text, value=value, notes=tuple(notes))


def state(about: About) -> Cell:
    """Whether its authors or its registry took it back, or gave it up."""
    registry, got = about.known.registry, about.known.got
    if registry is None:
        return unknown("its registry was never asked", sync_packages(about.package))
    if registry.found is False:
        return Cell(text="its registry knows no such package", value={"found": False})
    signs, notes = [], []
    if registry.deprecated:
        signs.append("deprecated")
        notes.append(f"Its authors say: {first(registry.deprecation or 'no reason given')}")
    elif got is not None and got.deprecation:
        signs.append("this version is deprecated")
        notes.append(f"Its authors say: {first(got.deprecation)}")
    if registry.archived:
        signs.append("archived")
    if got is not None and got.yanked:
        signs.append("this version was yanked")
    if registry.successor:
        notes.append(f"Its successor: {registry.successor}.")
    open_ = [
        word
        for word, value in (("deprecated", registry.deprecated), ("archived", registry.archived))
        if value is None
    ]
    if open_:
        notes.append(f"Whether it is {listed(open_)} its registry doesn't say.")
    value = {
        "deprecated": registry.deprecated,
        "archived": registry.archived,
        "yanked": None if got is None else got.yanked,
        "successor": registry.successor,
    }
    if signs:
        return Cell(text=listed(signs), value=value, notes=tuple(notes))
    text = (
        "none of these" if not open_ else f"not known to be; the registry doesn't say whether {listed(open_)}"
    )
    return Cell(text=text, known=len(open_) < 2, value=value, notes=tuple(notes))


def end_of_life(about: About) -> Cell:
    """Until when the version that one would get is cared for."""
    cycle = about.known.cycle
    if cycle is None:
        if not about.known.lifecycles:
            return unknown("no list of lifecycles was read", "umbel sync lifecycles")
        return Cell(
            text="in no list of lifecycles", known=False, notes=("Nobody promised how long it is cared for.",)
        )
    name = f"{cycle.title} {cycle.cycle}" if cycle.cycle else cycle.title
    value = {"product": cycle.product, "cycle": cycle.cycle, "eol": cycle.eol, "eol_on": cycle.eol_on}
    if cycle.eol:
        when = f" since {cycle.eol_on}" if cycle.eol_on else ""
        return Cell(text=f"{name}: over{when}", value=value)
    if cycle.eol_on:
        return Cell(text=f"{name}: until {cycle.eol_on}", value=value)
    if cycle.eol is False:
        return Cell(text=f"{name}: alive, its end isn't dated", value=value)
    return Cell(text=f"{name}: its end is unknown", known=False, value=value)
