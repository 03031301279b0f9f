# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows on who keeps it alive: fragility, governance, maintainers, rhythm, age, size."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from umbel.strategy.evaluate.model import model
from umbel.strategy.evaluate.records import Cell, unknown
from umbel.strategy.evaluate.rows_terms import DOUBTED, sync_packages
from umbel.strategy.evaluate.words import counted, day, years

if TYPE_CHECKING:
    from umbel.strategy.evaluate.about import About

GOVERNED = {
    "foundation": "a foundation",
    "single-vendor": "a single vendor",
    "council": "a council of several",
    "few-people": "very few people",
    "one-person": "one person",
}


def _unexamined(about: About) -> Cell | None:
    """Why nothing is known of the project behind it; None where something is."""
    upstream = about.upstream
    if upstream.project is None:
        why = (
            upstream.mapped.why
            if upstream.mapped and upstream.mapped.why
            else "nobody says where it comes from"
        )
        asked = about.known.registry is not None
        return unknown(why, None if asked else sync_packages(about.package))
    examined = upstream.examined
    if examined is None or examined.examined_at is None:
        if examined is not None and examined.failed_at is not None:
            why = examined.message or examined.code or "no reason given"
            return unknown(
                f"{upstream.project} could not be had on {day(examined.failed_at)}: {why}", about.examine
            )
        return unknown(f"{upstream.project} was never examined", about.examine)
    return None


def fragility(about: About) -> Cell:
    """How likely it is to fail its users, and the strongest reasons."""
    gap, found = _unexamined(about), about.upstream.fragility
    if gap is not None:
        return gap
    if found is None or found.risk is None:
        return unknown(found.why if found and found.why else "its history tells too little", about.examine)
    notes = [each.text for each in found.reasons]
    notes += [f"To its credit: {each.text}" for each in found.relief]
    notes.append(f"{found.confidence:.0%} of what the model stands on was known.")
    value = {"level": found.level, "risk": found.risk, "confidence": found.confidence}
    return Cell(text=f"{found.level} (risk {found.risk:.2f})", value=value, notes=tuple(notes))


def governance(about: About) -> Cell:
    """Who decides: a single vendor, a foundation, a council, one person."""
    gap, found = _unexamined(about), about.upstream.control
    if gap is not None:
        return gap
    if found is None:
        return unknown("its history tells too little", about.examine)
    notes = (*found.sentences, *found.unknown)
    value = {
        "governed": found.governed,
        "exposure": found.exposure.level,
        "foundation": found.foundation.name,
        "confidence": found.confidence,
    }
    if found.governed is None:
        return Cell(
            text="unknown: no maintainer or firm stands out",
            known=False,
            value=value,
            notes=notes,
            find_out=about.examine,
        )
    name = found.foundation.name if found.governed == "foundation" else None
    firm = found.single_vendor.name if found.governed == "single-vendor" else None
    who = GOVERNED[found.governed] + (f" ({name or firm})" if name or firm else "")
    return Cell(text=who, value=value, notes=notes)


def maintainers(about: About) -> Cell:
    """How many people may release it, and how many are seen to maintain it."""
    registry, control = about.known.registry, about.upstream.control
    may = (
        (registry.maintainers or None) if registry else None
    )  # none named: an organisation holds it, or nobody says
    seen = control.maintainers.total if control else None
    value = {"may_release": may, "seen": seen, "absence_factor": control.absence_factor if control else None}
    parts = [f"{counted(may, 'person', 'people')} may release it"] if may else []
    if seen is not None:
        parts.append(f"{seen or 'none'} seen in its history")
    if not parts:
        command = sync_packages(about.package) if registry is None else about.examine
        return unknown("the registry doesn't say, and no history was examined", command)
    notes = []
    if control and control.absence_factor is not None:
        half = counted(control.absence_factor, "person makes", "people make")
        notes.append(f"{half} half of the commits of the last year.")
    return Cell(text="; ".join(parts), value=value, notes=tuple(notes))


def rhythm(about: About) -> Cell:
    """How often it is released, and when last; by its registry, else by its tags."""
    early = {v.version for v in about.known.versions if v.prerelease}
    dated = sorted(at for version, at in about.known.dated.items() if version not in early)
    if not dated:
        return _by_tags(about)
    days = model().evaluate.recent_days
    recent = sum(each > about.as_of - timedelta(days=days) for each in dated)
    gaps = [(b - a) / timedelta(days=1) for a, b in zip(dated[-11:], dated[-10:], strict=False)]
    silent = (about.as_of - dated[-1]).days
    notes = [f"{counted(len(dated), 'stable release')} in all."]
    if gaps:
        notes.append(f"Half of the last {len(gaps)} came within {years(median(gaps))} of the one before.")
    open_ = sum(v.released_at is None for v in about.known.versions)
    if open_:
        notes.append(f"{counted(open_, 'version')} without a date count nowhere.")
    text = f"{recent:,} in the last year, the last {years(silent)} ago ({day(dated[-1])})"
    return Cell(
        text=text, value={"last_year": recent, "days_since": silent, "all": len(dated)}, notes=tuple(notes)
    )


def _by_tags(about: About) -> Cell:
    examined = about.upstream.examined
    if examined is not None and examined.last_release is not None:
        silent = (about.as_of - examined.last_release).days
        text = f"{examined.releases:,} tagged in all, the last {years(silent)} ago ({day(examined.last_release)})"
        return Cell(
            text=text,
            value={"all": examined.releases, "days_since": silent},
            notes=("By the tags of its repository.",),
        )
    asked = about.known.registry is not None
    why = (
        DOUBTED
        if about.known.doubted
        else "its registry gives no dates"
        if asked
        else "its registry was never asked"
    )
    return unknown(why, about.examine if asked else sync_packages(about.package))


def age(about: About) -> Cell:
    """Since when it is there."""
    dated = list(about.known.dated.values())
    examined = about.upstream.examined
    started = [*dated, *([examined.first_commit] if examined and examined.first_commit else [])]
    if not started:
        asked = about.known.registry is not None
        why = DOUBTED if about.known.doubted else "neither its registry nor its history says"
        return unknown(why, about.examine if asked else sync_packages(about.package))
    since: datetime = min(started)
    what = "first release" if not examined or since in dated else "first commit"
    text = f"{years((about.as_of - since).days)} ({what} {day(since)})"
    return Cell(text=text, value={"days": (about.as_of - since).days, "since": since})


def size(about: About) -> Cell:
    """How much code it is, and how much work went into it."""
    gap, upstream = _unexamined(about), about.upstream
    if gap is not None:
        return gap
    examined = upstream.examined
    commits = examined.commits if examined else None
    value = {"code": upstream.code, "commits": commits}
    work = f"{commits:,} commits" if commits is not None else None
    if upstream.code is None:
        text = f"lines unknown; {work}" if work else "unknown: its files were never read"
        return Cell(text=text, known=False, value=value, find_out=about.examine)
    words = [f"{upstream.code:,} lines of code in the whole repository", *([work] if work else [])]
    return Cell(text="; ".join(words), value=value)
