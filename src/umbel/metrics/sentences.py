# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A figure as a sentence that a person understands without knowing the metric's name.

`sentence` says one measurement; `story` says the few that matter of one project, the weightiest first.
Sentences state what was counted. They don't judge, and name nobody but who agreed to it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from umbel.evidence.people.shown import named
from umbel.metrics.words import ago, agree, count, months_of, of_all, percent, rounded, since, span, window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from umbel.metrics.definition import Header
    from umbel.model.measurement import Measurement

SIGN = 0.5
"""From here on a newcomer's share is called a sign of a hand-over."""
QUIET = 180
"""Days without a commit after which that is the first thing to say."""


def sentence(measurement: Measurement, header: Header) -> str:
    """One measurement in plain words; where it is unknown, the question and why."""
    if measurement.value is None:
        return f"{header.question} Unknown: {measurement.why}."
    say = _SAYINGS.get(measurement.metric)
    if say is None:
        return _plainly(measurement, header)
    evidence = measurement.evidence if isinstance(measurement.evidence, dict) else {}
    return say(measurement, measurement.value, evidence)


def story(figures: Mapping[str, Measurement], headers: Mapping[str, Header]) -> list[str]:
    """What matters about one project, from its measurements by metric: a handful of sentences."""
    known = {name: m for name, m in figures.items() if m.value is not None}
    if not known:
        reasons = dict.fromkeys(m.why for m in figures.values() if m.why)
        return [f"Nothing can be said: {'; '.join(list(reasons)[:2])}."] if reasons else []
    chosen = [name for name, telling in _STORY if name in known and telling(known[name])]
    return [sentence(known[name], headers[name]) for name in chosen]


def of_part(paths: Sequence[str], commits: int) -> str:
    """What figures about a part of a project are of."""
    places = " or ".join(paths[:3]) + (f" or {len(paths) - 3:,} other paths" if len(paths) > 3 else "")
    ever = f"{count(commits)} {agree(commits, 'commit', 'commits')} that ever touched {places}, merges aside"
    return (
        f"All of this is about the {ever}. Who is new is new there."
        if commits
        else f"No commit ever touched {places}."
    )


def _plainly(m: Measurement, header: Header) -> str:
    value = percent(m.value or 0) if m.unit == "share" else f"{rounded(m.value or 0)} {m.unit}"
    return f"{header.question} {value}{_when(m, ' ')}."


def _when(m: Measurement, before: str = "") -> str:
    return before + (window(m.window) if m.window else "in its whole history")


def _absence(m: Measurement, value: float, why: dict[str, Any]) -> str:
    people = int(value)
    when = "" if m.window == 365 else _when(m, ", ") if m.window else " ever made"
    if people == 1:
        share = (why.get("by_them") or 0) / (m.denominator or 1)
        text = f"One person makes {of_all(share, 'the changes')}{when}."
    else:
        text = f"{count(people, capital=True)} people make half of the changes{when}."
    silent, last = why.get("silent") or 0, why.get("silent_since")
    if not silent or not isinstance(last, date):
        return text
    who = "That person has" if people == 1 else _some(silent, people)
    longer = " or longer" if silent > 1 else ""
    return f"{text} {who} been silent since {since(last, m.as_of)}{longer}."


def _some(part: int, whole: int) -> str:
    if part == whole:
        return "Both have" if whole == 2 else "All of them have"
    return f"{count(part, capital=True)} of them {agree(part, 'has', 'have')}"


def _elephant(_: Measurement, value: float, why: dict[str, Any]) -> str:
    number = int(value)
    unknown = why.get("unknown_share") or 0
    more = f"; the affiliation behind {percent(unknown)} of them is unknown" if unknown else ""
    make = agree(number, "organisation makes", "organisations make")
    return f"{count(number, capital=True)} {make} half of the changes{more}."


def _active(m: Measurement, value: float, _: dict[str, Any]) -> str:
    return f"{_people(value)} contributed{_when(m, ' ')}."


def _people(value: float) -> str:
    return f"{count(int(value), capital=True)} {agree(int(value), 'person', 'people')}" if value else "Nobody"


def _new(m: Measurement, value: float, why: dict[str, Any]) -> str:
    active = int(why.get("active") or 0)
    if not value:
        return f"Nobody new contributed{_when(m, ' ')}."
    if active == 1:
        return f"The only person who contributed{_when(m, ' ')} was new."
    of = f"{count(int(value), capital=True)} of the {count(active)} people"
    return f"{of} who contributed{_when(m, ' ')} {agree(int(value), 'was', 'were')} new."


def _retention(m: Measurement, value: float, why: dict[str, Any]) -> str:  # noqa: ARG001
    before, stayed = int(why["before"]), int(why["stayed"])
    if before == 1:
        still = "is still there" if stayed else "is gone"
        return f"The one person who contributed {span(m.window)} before {still}."
    still = f"{count(stayed)} {agree(stayed, 'is', 'are')} still there" if stayed else "nobody is still there"
    return f"Of the {count(before)} people who contributed {span(m.window)} before, {still}."


def _conversion(m: Measurement, value: float, why: dict[str, Any]) -> str:  # noqa: ARG001
    newcomers = int(why["newcomers"])
    back = newcomers - int(why["drive_by"])
    number = count(back) if back else "none"
    if newcomers == 1:
        return f"The one newcomer of {span(m.window)} before {'came' if back else 'has not come'} back."
    return f"Of the {count(newcomers)} newcomers of {span(m.window)} before, {number} came back."


def _maintainers(_: Measurement, value: float, __: dict[str, Any]) -> str:
    if not value:
        return "Nobody is seen to look after the work of others."
    look = agree(int(value), "person is", "people are")
    return f"{count(int(value), capital=True)} {look} seen to look after the work of others."


def _silent(m: Measurement, value: float, why: dict[str, Any]) -> str:
    before, silent = int(why["before"]), int(value)
    if before == 1:
        gone = "has fallen silent" if silent else "is still there"
        return f"The only maintainer of {span(m.window)} before {gone}."
    if not silent:
        return f"The {count(before)} maintainers of {span(m.window)} before are still there."
    text = f"{count(silent, capital=True)} of the {count(before)} maintainers of {span(m.window)} before"
    return f"{text} {agree(silent, 'has', 'have')} fallen silent."


def _commits(m: Measurement, value: float, _: dict[str, Any]) -> str:
    if not value:
        return f"People made no commits{_when(m, ' ')}."
    return f"People made {count(int(value))} {agree(int(value), 'commit', 'commits')}{_when(m, ' ')}."


def _trend(m: Measurement, value: float, _: dict[str, Any]) -> str:
    before = f"{span(m.window)} before"
    if value == 0:
        return f"All work stopped: there was some in {before}."
    if value < 0.8:
        return f"There is less work: {percent(value)} of that in {before}."
    if value <= 1.25:
        return f"There is about as much work as in {before}."
    return f"There is more work: {rounded(value)} times that in {before}."


def _commit(_: Measurement, value: float, __: dict[str, Any]) -> str:
    return f"The last change by a person was {ago(value)}."


def _release(_: Measurement, value: float, __: dict[str, Any]) -> str:
    return f"The last release was {ago(value)}."


def _releases(m: Measurement, value: float, _: dict[str, Any]) -> str:
    if not value:
        return f"No release was made{_when(m, ' ')}."
    was = agree(int(value), "release was", "releases were")
    return f"{count(int(value), capital=True)} {was} made{_when(m, ' ')}."


def _regularity(_: Measurement, value: float, why: dict[str, Any]) -> str:
    how = "evenly" if value < 0.5 else "unevenly" if value <= 1.2 else "in bursts"
    middle, longest = rounded(float(why["median_days"])), int(why["longest_days"])
    return f"Releases come {how}: {middle} days apart in the middle, {longest:,} at most."


def _reviewed(_: Measurement, value: float, __: dict[str, Any]) -> str:
    return f"A second person looked at {of_all(value, 'the commits')}, as far as the history shows."


def _signed_off(_: Measurement, value: float, __: dict[str, Any]) -> str:
    return f"{of_all(value, 'the commits', capital=True)} {_be(value)} signed off."


def _signed(_: Measurement, value: float, __: dict[str, Any]) -> str:
    hold = "holds" if value == 0 else "hold"
    return f"{of_all(value, 'the commits', capital=True)} {hold} a signature, which nobody checked."


def _be(share: float) -> str:
    return "is" if share == 0 else "are"


def _bots(_: Measurement, value: float, __: dict[str, Any]) -> str:
    return f"Bots make {of_all(value, 'the commits')}." if value else "No bot commits."


def _gini(m: Measurement, value: float, why: dict[str, Any]) -> str:
    how = "evenly" if value < 0.3 else "unevenly" if value < 0.7 else "very unevenly"
    return f"{count(int(why['people']), capital=True)} people share the work {how}{_when(m, ' ')}."


def _criticality(_: Measurement, value: float, why: dict[str, Any]) -> str:
    could = f"{_two(why['at_least'])} to {_two(why['at_most'])}"
    return f"OpenSSF's formula gives {_two(value)} for its weight in the world; with what no history tells, {could}."


def _two(value: float) -> str:
    return f"{value:.2f}"


def _who(why: dict[str, Any]) -> str:
    """An insertion with the name of someone who agreed to be named; empty for everybody else."""
    person, name = why.get("person"), why.get("person_name")
    return f", {named(person, name)}," if isinstance(person, str) and isinstance(name, str) else ""


def _top(_: Measurement, value: float, why: dict[str, Any]) -> str:
    return f"The busiest person{_who(why)} makes {of_all(value, 'the changes')}."


def _slope(_: Measurement, value: float, why: dict[str, Any]) -> str:
    years = f"between {int(why['first_year'])} and {int(why['last_year'])}"
    points = abs(value) * 100
    if points < 1:
        return f"The busiest person's share of the changes hardly moved {years}."
    how = "grew" if value > 0 else "shrank"
    unit = "point" if rounded(points) == "1" else "points"
    return f"The busiest person's share of the changes {how} by {rounded(points)} {unit} a year {years}."


def _hours(_: Measurement, value: float, why: dict[str, Any]) -> str:
    weekend = percent(why.get("weekend_share") or 0)
    return f"{percent(value)} of the commits are written in working hours, {weekend} at weekends."


def _zones(_: Measurement, value: float, __: dict[str, Any]) -> str:
    return f"The work comes from {count(int(value))} time {agree(int(value), 'zone', 'zones')}."


def _diversity(_: Measurement, value: float, why: dict[str, Any]) -> str:
    number = int(value)
    take = agree(number, "organisation", "organisations")
    unknown = percent(why.get("unknown_share") or 0)
    return f"People of {count(number)} {take} take part; the affiliation behind {unknown} of the changes is unknown."


def _ours(_: Measurement, value: float, __: dict[str, Any]) -> str:
    if not value:
        return "None of the changes is known to be by our own people."
    return f"Our own people make {of_all(value, 'the changes')}."


def _at_risk(m: Measurement, value: float, _: dict[str, Any]) -> str:
    if not value:
        return f"Everyone who ever contributed did so{_when(m, ' ')}."
    who = f"people who have been silent for {months_of(m.window)}"
    return f"{of_all(value, 'all changes ever made', capital=True)} {_be(value)} by {who}."


def _handover(m: Measurement, value: float, why: dict[str, Any]) -> str:
    if value < SIGN:
        return f"No newcomer has taken over{_when(m, ' ')}."
    did = []
    if (why.get("commit_share") or 0) >= SIGN:
        did.append(of_all(why["commit_share"], "the commits"))
    if (why.get("release_share") or 0) >= SIGN:
        did.append(of_all(why["release_share"], "the releases"))
    begun = why.get("since")
    when = f", and began in {since(begun, m.as_of)}" if isinstance(begun, date) else ""
    return f"Someone new{_who(why)} made {' and '.join(did)}{_when(m, ' ')}{when}."


def _libyears(m: Measurement, value: float, why: dict[str, Any]) -> str:
    return f"What it uses is {rounded(value)} years behind in all{_of_used(m, why)}."


def _behind(m: Measurement, value: float, why: dict[str, Any]) -> str:
    versions = "1 stable version" if value == 1 else f"{rounded(value)} stable versions"
    return f"A typical package that it uses is {versions} behind{_of_used(m, why)}."


def _remediated(m: Measurement, value: float, why: dict[str, Any]) -> str:
    closed, still = int(m.denominator or 0), int(why.get("open") or 0)
    of = f"{count(closed)} {agree(closed, 'vulnerability', 'vulnerabilities')}"
    rest = f" {count(still, capital=True)} {agree(still, 'stands', 'stand')} open." if still else ""
    return f"What was mended{_when(m, ' ')} had typically stood open for {_days(value)} ({of}).{rest}"


def _open_age(m: Measurement, value: float, why: dict[str, Any]) -> str:
    number = int(m.denominator or 0)
    if number == 1:
        return f"One known vulnerability stands open, for {_days(value)}."
    oldest = _days(float(why.get("oldest") or value))
    return (
        f"{count(number, capital=True)} known vulnerabilities stand open: half of them for {_days(value)} or longer, "
        f"the oldest for {oldest}."
    )


def _patched(m: Measurement, value: float, why: dict[str, Any]) -> str:  # noqa: ARG001 - as the others
    return f"Of the vulnerabilities known{_when(m, ' ')}, {percent(value)} are mended."


def _overdue(m: Measurement, value: float, why: dict[str, Any]) -> str:
    number = int(m.denominator or 0)
    if not why.get("overdue"):
        return f"None of {count(number)} open {agree(number, 'vulnerability', 'vulnerabilities')} is overdue."
    of = f"{count(number)} open {agree(number, 'vulnerability', 'vulnerabilities')}"
    return f"Of {of}, {percent(value)} should have been mended by now."


def _days(days: float) -> str:
    return "1 day" if days == 1 else f"{rounded(days)} days"


def _outdated(m: Measurement, value: float, why: dict[str, Any]) -> str:
    return f"Of the packages that it uses, {percent(value)} have a newer stable version{_of_used(m, why)}."


def _ended(m: Measurement, value: float, why: dict[str, Any]) -> str:
    return f"Of the packages that it uses, {percent(value)} are past their end of life{_of_used(m, why)}."


def _released(m: Measurement, value: float, why: dict[str, Any]) -> str:
    return f"A typical package that it uses made its newest release {ago(value)}{_of_used(m, why)}."


def _of_used(m: Measurement, why: dict[str, Any]) -> str:
    """How many of the packages in use that is known of."""
    known, whole = int(m.denominator or 0), int(why.get("components") or why.get("packages") or 0)
    return "" if known == whole else f" (known of {known:,} of {whole:,})"


_SAYINGS: dict[str, Callable[[Measurement, float, dict[str, Any]], str]] = {
    "absence_factor": _absence,
    "active_contributors": _active,
    "activity_trend": _trend,
    "bot_share": _bots,
    "commit_activity": _commits,
    "concentration_trend": _slope,
    "contributor_conversion": _conversion,
    "contributor_retention": _retention,
    "criticality_score_readme": _criticality,
    "criticality_score_yaml": _criticality,
    "days_since_commit": _commit,
    "days_since_release": _release,
    "days_since_release_of_dependencies": _released,
    "elephant_factor": _elephant,
    "end_of_life_share": _ended,
    "gini": _gini,
    "handover_signs": _handover,
    "knowledge_at_risk": _at_risk,
    "libyears": _libyears,
    "maintainers": _maintainers,
    "new_contributors": _new,
    "open_vulnerability_age": _open_age,
    "organisational_diversity": _diversity,
    "our_share": _ours,
    "outdated_share": _outdated,
    "overdue_share": _overdue,
    "patch_coverage": _patched,
    "release_frequency": _releases,
    "release_regularity": _regularity,
    "review_share": _reviewed,
    "sign_off_share": _signed_off,
    "signed_share": _signed,
    "silent_maintainers": _silent,
    "time_to_remediate": _remediated,
    "top_share": _top,
    "versions_behind": _behind,
    "working_hours": _hours,
    "zone_spread": _zones,
}


def _always(_: Measurement) -> bool:
    return True


def _some_value(m: Measurement) -> bool:
    return bool(m.value)


_STORY: tuple[tuple[str, Callable[[Measurement], bool]], ...] = (
    ("days_since_commit", lambda m: (m.value or 0) > QUIET),
    ("absence_factor", _always),
    ("handover_signs", lambda m: (m.value or 0) >= SIGN),
    ("silent_maintainers", _some_value),
    ("active_contributors", _always),
    ("new_contributors", _some_value),
    ("activity_trend", _always),
    ("elephant_factor", _always),
    ("our_share", _some_value),
    ("knowledge_at_risk", lambda m: (m.value or 0) >= 0.5),
    ("days_since_release", _always),
)
"""Which figures make a project's story, in this order, and when each is worth saying."""
