# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Each feature as one plain sentence with its figures. Whether it is a reason or a relief is the model's to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.metrics.words import agree, count, of_all, percent, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Facts = dict[str, Any]
_LITTLE = 100
"""Contributions a year below which little is to be done: one or two a week."""


def sentence(feature: str, facts: Facts) -> str:
    """What the facts say of a feature that is known."""
    return _SAYINGS[feature](facts)


def _window(facts: Facts) -> str:
    return "the last year's commits" if facts["whole_year"] else f"the last {int(facts['recent']):,} commits"


def _people(number: int, *, capital: bool = True) -> str:
    return f"{count(number, capital=capital)} {agree(number, 'person', 'people')}"


def _top(facts: Facts) -> str:
    return f"One person wrote {of_all(facts['top'] / facts['recent'], _window(facts))}."


def _absence(facts: Facts) -> str:
    half, there = int(facts["half"]), int(facts["absence_factor"])
    text = f"{_people(half)} wrote half of {_window(facts)} or more"
    if half == there:
        return f"{text}."
    some = count(there) if there else "none"
    return f"{text}; {some} of them {agree(max(1, there), 'was', 'were')} seen in the last year."


def _trend(facts: Facts) -> str:
    first, last = percent(facts["first_share"]), percent(facts["last_share"])
    if first == last:
        return f"The busiest person's share is what it was in {int(facts['first_year'])}: {last} of a year's work."
    way = "rose" if facts["concentration_trend"] > 0 else "fell"
    return (
        f"The busiest person's share {way}: {first} of the work in {int(facts['first_year'])}, {last} lately."
    )


def _newcomers(facts: Facts) -> str:
    number = int(facts["newcomers"])
    return f"{_people(number)} began in the last year." if number else "Nobody new came in the last year."


def _conversion(facts: Facts) -> str:
    began, back = int(facts["began"]), int(facts["returned"])
    return f"Of {count(began)} people who began the year before, {count(back) if back else 'none'} came back."


def _lost(facts: Facts) -> str:
    share = facts["lost_share"]
    if not share:
        return "Everyone who did the work of the last three years is still there."
    if share == 1:
        return "All who did the work of the last three working years have been silent for half a year."
    return f"Those who did {percent(share)} of the last three years' work have been silent for half a year."


def _silent(facts: Facts) -> str:
    before, silent = int(facts["maintainers_before"]), int(facts["maintainers_silent"])
    if before == 1:
        return f"The one maintainer of the year before {'has fallen silent' if silent else 'is still there'}."
    if not silent:
        return f"The {count(before)} maintainers of the year before are all still there."
    of = f"{count(silent, capital=True)} of the {count(before)} maintainers of the year before"
    return f"{of} {agree(silent, 'has', 'have')} fallen silent."


def _silence(facts: Facts) -> str:
    quiet, usual = int(facts["quiet_days"]), facts["usual_gap"]
    return f"{_days_without('commit', quiet)}; before, nine of ten came within {_days(usual)}."


def _quiet(facts: Facts) -> str:
    return f"{_days_without('commit', int(facts['quiet_days']))}."


def _fall(facts: Facts) -> str:
    now, usual = int(facts["last_year"]), round(facts["usual_year"])
    done = f"{count(now, capital=True)} {agree(now, 'contribution', 'contributions')} in the last year"
    return f"{done}; {rounded(usual)} {agree(usual, 'was', 'were')} usual in a year before."


def _upkeep(facts: Facts) -> str:
    usual = round(facts["upkeep"])
    if not usual:
        return "Next to nothing had to be done in a usual year."
    much = "Little is to be done" if usual < _LITTLE else "There is much to be done"
    return f"{much}: a usual year took {rounded(usual)} {agree(usual, 'contribution', 'contributions')}."


def _wait(facts: Facts) -> str:
    waited = _days_without("release", int(facts["release_days"]))
    return f"{waited}; before, one came every {_days(facts['release_gap'])}."


def _burst(facts: Facts) -> str:
    gap = int(facts["burst"])
    return (
        f"Work began anew in the last half year after {_days(gap)} of silence."
        if gap > 1
        else "The work went on without a break."
    )


def _newcomer(facts: Facts) -> str:
    commits, releases = facts.get("commit_share") or 0, facts.get("release_share") or 0
    if not commits and not releases:
        return "Nobody new has taken over."
    parts = [of_all(commits, "the commits")] if commits else []
    parts += [of_all(releases, "the releases")] if releases else []
    return f"Someone who began in the last half year made {' and '.join(parts)} of that time."


def _releasers(facts: Facts) -> str:
    number = int(facts["releasers"])
    known = int(facts["releases_known"])
    if number == 1:
        return f"One person made all {known:,} releases of the last three years."
    return f"{_people(number)} made the {known:,} releases of the last three years."


def _maintainers(facts: Facts) -> str:
    number = int(facts["maintainers"])
    if not number:
        return "Nobody was seen to look after others' work in the last year."
    return f"{_people(number)} {agree(number, 'is', 'are')} seen to look after others' work."


def _vendor(facts: Facts) -> str:
    others = int(facts["organisations"]) - 1
    beside = (
        f"{count(others)} {agree(others, 'other takes', 'others take')} part"
        if others
        else "no other takes part"
    )
    return f"One organisation wrote {of_all(facts['vendor_share'], _window(facts))}; {beside}."


def _bots(facts: Facts) -> str:
    return f"Bots made {of_all(facts['bot_share'], 'all commits')} of the last year."


def _age(facts: Facts) -> str:
    years = facts["age"]
    return (
        f"The project is {rounded(round(years, 1))} years old."
        if years >= 1
        else "The project is younger than a year."
    )


def _practices(facts: Facts) -> str:
    met, known = int(facts["practices_met"]), int(facts["practices_known"])
    return f"Its files show {count(met)} of {count(known)} good practices that were looked for."


def _days_without(what: str, days: int) -> str:
    if days == 0:
        return f"The last {what} came today"
    return f"No {what} for {_days(days)}" if days >= 30 else f"The last {what} came {_days(days)} ago"


def _days(days: float) -> str:
    number = max(1, round(days))
    return f"{number:,} {agree(number, 'day', 'days')}"


_SAYINGS: Mapping[str, Callable[[Facts], str]] = {
    "top_share": _top,
    "absence_factor": _absence,
    "concentration_trend": _trend,
    "newcomers": _newcomers,
    "conversion": _conversion,
    "lost_share": _lost,
    "silent_maintainers": _silent,
    "silence": _silence,
    "quiet_days": _quiet,
    "fall": _fall,
    "upkeep": _upkeep,
    "release_wait": _wait,
    "burst": _burst,
    "newcomer_share": _newcomer,
    "releasers": _releasers,
    "maintainers": _maintainers,
    "vendor_share": _vendor,
    "bot_share": _bots,
    "age": _age,
    "practices": _practices,
}
