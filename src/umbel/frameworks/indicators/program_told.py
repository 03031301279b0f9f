# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The program itself, as people wrote it down: its people and money, goals, documents, attestations, reviews.

What nobody wrote down in this workspace is unknown, not absent: it may stand elsewhere. All of it is stated.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from umbel.frameworks.indicators._asked import once, today
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.records_told import said_yes, stated

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.frameworks.goals import Told
    from umbel.frameworks.interface import Known
    from umbel.frameworks.kept import Kept
    from umbel.frameworks.office import Office

REVIEW_CLAIM = "quarterly-review"
NO_GOALS = "nobody set a goal here (umbel goals add)"
CHANGED_SINCE = "it was changed after that day, and nobody knows how it stood then"


# ---- the office


def _office(known: Known) -> Office:
    from umbel.frameworks import office

    return once(known, "office", lambda: office.load(known.folder / office.FILE).as_of(today(known)))


def stakeholders_known(known: Known) -> Found:
    """How many have a stake, as the office wrote down; nothing is told of who they are."""
    from umbel.frameworks import stakeholders

    found = stakeholders.load_unquoted(known.folder / stakeholders.FILE).as_of(today(known))
    if not found:
        return unknown("nobody wrote down who has a stake (decisions/stakeholders.toml)")
    return stated(
        value=len(found), evidence={"conversations_overdue": sum(each.is_due(today(known)) for each in found)}
    )


def office_people(known: Known) -> Found:
    """Whether the office has people: a role that is filled."""
    found = _office(known)
    if not found.people:
        return unknown("nobody wrote down the office's roles (decisions/office.toml)")
    filled = sum(each.filled for each in found.people)
    return said_yes(filled > 0, roles=len(found.people), filled=filled, posts=found.posts)


def office_budget(known: Known) -> Found:
    """Whether the office has a budget for the year of the day."""
    found = _office(known)
    if not found.budget:
        return unknown("nobody wrote down the office's budget (decisions/office.toml)")
    year = today(known).year
    lines = [each for each in found.budget if each.year == year]
    if not lines:
        return unknown(
            f"nobody wrote down a budget for {year} (decisions/office.toml)", lines=len(found.budget)
        )
    return said_yes(
        any(each.amount > 0 for each in lines), lines_this_year=len(lines), lines=len(found.budget)
    )


def pilots(known: Known) -> Found:
    """Pilots that are planned or running."""
    found = _office(known)
    if not found.pilots:
        return unknown("nobody wrote down a pilot (decisions/office.toml)")
    running = [each for each in found.pilots if each.state in {"planned", "running"}]
    return stated(
        value=len(running),
        evidence={"ever": len(found.pilots), "late": sum(each.is_late(today(known)) for each in running)},
    )


# ---- goals


def _goals(known: Known) -> tuple[list[Told], list[Told]]:
    """The goals that stand on the day, and all that were ever set."""
    from umbel.frameworks import goals

    every = once(known, "goals", lambda: goals.every(known.folder, today(known)))
    return [each for each in every if each.goal.stands(today(known))], every


def goals_set(known: Known) -> Found:
    """Goals that are pursued."""
    standing, every = _goals(known)
    return stated(value=len(standing), evidence={"ever": len(every)}) if every else unknown(NO_GOALS)


def goals_with_targets(known: Known) -> Found:
    """Of the goals that are pursued, those with a figure and a target."""
    standing, _ = _goals(known)
    if not standing:
        return unknown(NO_GOALS)
    return stated(numerator=sum(bool(each.goal.kpis) for each in standing), denominator=len(standing))


def kpis_with_target(known: Known) -> Found:
    """Figures for which a goal has a target."""
    standing, every = _goals(known)
    if not every:
        return unknown(NO_GOALS)
    return stated(value=len({aim.kpi for each in standing for aim in each.goal.kpis}))


def goals_on_track(known: Known) -> Found:
    """Of the targets of which it can be told how they stand, those that are reached or on track."""
    from umbel.frameworks.targets import stand

    standing, _ = _goals(known)
    targets = stand(known)
    if not targets:
        return unknown("no goal that is pursued has a target" if standing else NO_GOALS)
    states = [each.state for each in targets]
    judged = [each for each in states if each is not None]
    return Found(
        numerator=sum(each in {"reached", "late", "on-track"} for each in judged),
        denominator=len(judged),
        known=len(judged),
        whole=len(targets),
        evidence={name: states.count(name) for name in ("reached", "late", "on-track", "behind", "missed")},
        why=None if judged else "of no target can it be told how it stands (umbel goals)",
    )


def goals_reviewed(known: Known) -> Found:
    """Of the goals that are pursued, those whose day of review hasn't passed."""
    standing, _ = _goals(known)
    if not standing:
        return unknown(NO_GOALS)
    late = sum(each.goal.due(today(known)) for each in standing)
    return stated(numerator=len(standing) - late, denominator=len(standing), evidence={"overdue": late})


# ---- documents


def _kept(known: Known, name: str) -> tuple[Kept | None, bool]:
    """A kept document, and whether its file was changed after the day: then nobody knows how it stood."""
    from umbel.frameworks import kept

    found = kept.load(known.folder, name)
    return found, found is not None and _changed(known.folder / found.path) > known.as_of


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return datetime.max.replace(tzinfo=UTC)


def _document(known: Known, name: str) -> Found:
    found, later = _kept(known, name)
    if found is None:
        return unknown(f"documents/{name}.md isn't kept here (umbel document {name})")
    if later:
        return unknown(CHANGED_SINCE)
    return said_yes(found.finished, blanks_left=len(found.blanks))


def strategy_document(known: Known) -> Found:
    """Whether the open source strategy is kept and finished."""
    return _document(known, "strategy")


def use_policy_kept(known: Known) -> Found:
    """Whether the policy for use is kept and finished."""
    return _document(known, "policy-use")


def contribution_policy_kept(known: Known) -> Found:
    """Whether the policy for contributing is kept and finished."""
    return _document(known, "policy-contribution")


def release_policy_kept(known: Known) -> Found:
    """Whether the policy for publishing is kept and finished."""
    return _document(known, "policy-release")


def innersource_policy_kept(known: Known) -> Found:
    """Whether the policy for InnerSource is kept and finished."""
    return _document(known, "policy-innersource")


def ai_policy_kept(known: Known) -> Found:
    """Whether the policy for AI models and data is kept and finished."""
    return _document(known, "policy-ai")


def incident_runbook_kept(known: Known) -> Found:
    """Whether the runbook for incidents is kept and finished."""
    return _document(known, "incident-runbook")


def end_of_life_plan_kept(known: Known) -> Found:
    """Whether the plan for software at its end is kept and finished."""
    return _document(known, "end-of-life-plan")


def trademark_policy_kept(known: Known) -> Found:
    """Whether the policy for trademarks is kept and finished."""
    return _document(known, "policy-trademark")


def policies_published(known: Known) -> Found:
    """Of the policy starters, those that are kept and finished."""
    from umbel.frameworks.kept import POLICIES

    every = [_kept(known, name) for name in POLICIES]
    if all(each is None for each, _ in every):
        return unknown("none of the policy starters is kept here (umbel document policy-use)")
    if any(later for _, later in every):
        return unknown(CHANGED_SINCE)
    found = [each for each, _ in every if each is not None]
    return stated(
        numerator=sum(each.finished for each in found),
        denominator=len(POLICIES),
        known=len(POLICIES),
        whole=len(POLICIES),
        evidence={"kept": len(found), "blanks_left": sum(len(each.blanks) for each in found)},
    )


# ---- attestations and reviews


def attestations_valid(known: Known) -> Found:
    """Of the claims that somebody attested, those whose newest word has not run out."""
    from umbel.frameworks import attestations, claims

    day = today(known)
    shared = claims.of(known.folder / "frameworks")
    newest = {}
    for each in sorted(attestations.every(known.folder), key=lambda one: one.decided):
        if each.decided <= day:
            newest[each.claim] = each
    if not newest:
        return unknown("nobody attested anything here (umbel maturity attest)")
    lasting = 0
    for name, each in newest.items():
        months = shared[name].expires if name in shared else 12
        lasting += (each.until or attestations.after(each.decided, months)) >= day
    return stated(numerator=lasting, denominator=len(newest), known=len(newest), whole=len(newest))


def reviews_held(known: Known) -> Found:
    """Of the last four quarters that are over, those whose review somebody recorded.

    It was attested in that quarter, or a file in documents/reviews/ is named after it. Of a file that was changed
    after the day nobody knows whether it was there.
    """
    from umbel.frameworks import attestations

    said = [
        each.decided
        for each in attestations.every(known.folder)
        if each.claim == REVIEW_CLAIM and each.says == "met" and each.decided <= today(known)
    ]
    kept = _reviews(known.folder / "documents/reviews")
    there = {name for name, changed in kept.items() if changed <= known.as_of}
    if not said and not kept:
        return unknown("nobody recorded a review (umbel maturity attest quarterly-review)")
    quarters = _quarters(today(known))
    held = [
        name for name, first, last in quarters if name in there or any(first <= day <= last for day in said)
    ]
    unsure = sum(name in kept and name not in held for name, _, _ in quarters)
    return stated(
        numerator=len(held),
        denominator=len(quarters) - unsure,
        known=len(quarters) - unsure,
        whole=len(quarters),
        evidence={"quarters": held},
        why=CHANGED_SINCE,
    )


def _quarters(day: date) -> list[tuple[str, date, date]]:
    """The last four quarters that are over: name, first day, last day."""
    number = day.year * 4 + (day.month - 1) // 3
    return [
        (f"{each // 4}-q{each % 4 + 1}", _first(each), _first(each + 1) - timedelta(days=1))
        for each in range(number - 4, number)
    ]


def _first(quarter: int) -> date:
    year, part = divmod(quarter, 4)
    return date(year, part * 3 + 1, 1)


def _reviews(folder: Path) -> dict[str, datetime]:
    """The quarters that files of the folder are named after (2026-Q1.pdf), with when the first of them was changed."""
    found: dict[str, datetime] = {}
    try:
        files = [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return found
    for path in files:
        if told := re.search(r"(\d{4})-?[qQ]([1-4])", path.name):
            name, changed = f"{told[1]}-q{told[2]}", _changed(path)
            found[name] = min(changed, found.get(name, changed))
    return found
