# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the first page shows, out of figures that others made."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl
from umbel.office.confidential import masked
from umbel.office.editions import State, figure_of, row_of
from umbel.office.figures import FLOWER, assessments, plan
from umbel.office.inbox.reading import next_up
from umbel.office.navigation import link_to, url_of
from umbel.office.pages.centre.figures import actions, turns
from umbel.office.pages.home import flower, journal, standing, todo, visits
from umbel.office.pages.home.figures import MOST_ALERTS, MOST_DECIDED, Changes, Raised, changes, upgrades
from umbel.office.pages.legal.confidential import kept_back
from umbel.office.pages.portfolio.figures import PACKAGES
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpRequest

    from umbel.office.editions import Found
    from umbel.office.pages.home.journal import Item
    from umbel.office.pages.home.standing import Part
    from umbel.office.seen import Seen
    from umbel.reports.documents.review_facts import Taken

FIRST_DAYS = timedelta(days=7)
"""What is told to somebody who was never here before."""
MOST = 8


def home(request: HttpRequest, seen: Seen) -> dict[str, Any]:
    """All of it. What is still being worked out is said to be."""
    there = figure_of(changes, seen)
    told: dict[str, Any] = {"there": there, "urls": _urls()}
    if there.value is not None and not there.value.projects:
        return told | {"is_empty": True, "may_upload": bool(seen.roles - {Role.VIEWER})}
    told |= _flower(seen)
    told |= {"news": news(request, seen, there)}
    return told | _todo(request, seen)


_LINKED = ("upload", "action-plan", "centre", "questions", "sources", "alerts", "audit")


def _urls() -> dict[str, str | None]:
    return {name.replace("-", "_"): url_of(name) for name in _LINKED}


# ---- the flower


def _flower(seen: Seen) -> dict[str, Any]:
    found, planned, before = figure_of(assessments, seen), figure_of(plan, seen), figure_of(turns, seen)
    if found.value is None or planned.value is None:
        return {"found": planned if found.value is not None else found}
    parts = standing.parts(found.value[FLOWER], planned.value.moves, *_before(before), url=url_of_petal)
    return {
        "found": found,
        "parts": parts,
        "drawing": flower.draw(
            tuple(parts), title="The flower: how well the office serves each of its six parts"
        ),
        "lead": lead(parts),
        "unknown": sum(each.unknown for each in parts),
        "counted": sum(each.counted for each in parts),
        "levels": found.value[FLOWER].framework.levels,
        "turns": before,
    }


def _before(found: Found[Any]) -> tuple[Any, date | None]:
    """The parts' standings a quarter before, and the day; nothing while they are being worked out."""
    then = None if found.value is None else found.value.get(FLOWER)
    return (None, None) if then is None else (then.petals, then.difference.first.date())


def url_of_petal(petal: str) -> str | None:
    """The page of a part of the flower."""
    return url_of("centre" if petal == standing.CENTRE else petal) or url_of("centre")


_STANDS = {
    "good": "flowering or better",
    "warn": "growing or rooted",
    "bad": "not rooted yet",
    "unknown": "unknown",
    "none": "not asked for here",
}


def lead(parts: list[Part]) -> str:
    """How many parts stand how, in a sentence."""
    tones = Counter(part.tone for part in parts)
    told = [f"{tones[tone]} {word}" for tone, word in _STANDS.items() if tones[tone]]
    return f"How the {len(parts)} parts of the open source program stand: {', '.join(told)}."


# ---- what changed


def news(request: HttpRequest, seen: Seen, found: Found[Changes]) -> dict[str, Any]:
    """What changed since somebody was last here, as far as they may see it."""
    if seen.day is not None:
        return {"past": True}
    if found.value is None:
        return {"found": found}
    before = visits.before(request.user) if request.user.is_authenticated else None
    since = before or datetime.now(UTC) - FIRST_DAYS
    known = found.value
    told = journal.since(known.steps, since, _may_see(seen))
    raised = [each for each in known.alerts if each.raised_at > since]
    resolved = [each for each in known.alerts if each.resolved_at and each.resolved_at > since]
    return {
        "since": since,
        "is_first": before is None,
        "began": known.began if known.began is not None and known.began > since else None,
        "groups": [
            _group(each) for each in sorted(told, key=lambda each: _ORDER.index((each.kind, each.turn)))
        ],
        "raised": alerts(raised, seen, whole=len(raised) < MOST_ALERTS),
        "resolved": alerts(resolved, seen, whole=len(resolved) < MOST_ALERTS),
        "decided": decided(known.decided, since, seen),
        "found": found if found.state is State.OLDER else None,
    }


_NOUNS = {
    ("finding", "new"): ("finding appeared", "findings appeared", "bad"),
    ("finding", "gone"): ("finding went", "findings went", "good"),
    ("package", "new"): ("package came in", "packages came in", ""),
    ("package", "gone"): ("package went out", "packages went out", ""),
    ("project", "new"): ("project is new", "projects are new", ""),
    ("project", "gone"): ("project is gone", "projects are gone", ""),
    ("project", "newer"): ("project has newer evidence", "projects have newer evidence", ""),
}
_ORDER = list(_NOUNS)


def _group(told: journal.Told) -> dict[str, Any]:
    one, several, tone = _NOUNS[told.kind, told.turn]
    items = [
        {
            "title": each.title,
            "url": None if told.turn == "gone" else _item_url(each),
            "grade": each.grade,
            "project": _only(each),
        }
        for each in told.items[:MOST]
    ]
    return {
        "count": told.count,
        "words": one if told.count == 1 else several,
        "tone": tone,
        "items": items,
        "more": told.count - len(items),
    }


def _only(item: Item) -> str | None:
    """The one project that a finding lies in."""
    return item.projects[0] if item.kind == "finding" and item.projects else None


def _item_url(item: Item) -> str | None:
    return link_to(item.kind, item.key)


def _may_see(seen: Seen) -> Callable[[Item], bool]:
    return lambda item: not item.projects or any(map(seen.shows, item.projects))


class Few(msgspec.Struct, frozen=True):
    """The first of many, and how many there are. `whole` False: more than were kept, so there may be more."""

    count: int
    whole: bool
    items: list[dict[str, Any]]

    @property
    def more(self) -> int:
        """How many aren't told."""
        return self.count - len(self.items)


def alerts(found: Iterable[Raised], seen: Seen, *, whole: bool) -> Few:
    """Alerts that may be named: of those whose every project is hidden nothing is told."""
    may_see = [each for each in found if not each.projects or any(map(seen.shows, each.projects))]
    items = [
        {
            "title": masked(each.title, seen),
            "severity": each.severity,
            "url": link_to("alert", each.id),
            "where": _where(each.projects, seen),
        }
        for each in may_see[:MOST]
    ]
    return Few(len(may_see), whole, items)


def _where(projects: Sequence[str], seen: Seen) -> str:
    """In which projects something is: the first by name, of more how many."""
    names = [each for each in projects if seen.shows(each)]
    if not names:
        return ""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def decided(taken: Iterable[Taken], since: datetime, seen: Seen) -> Few:
    """What people decided from a day on: records know days, no hours."""
    found = [each for each in taken if each.day >= since.date()]
    may_see = list(filter(_may_tell(seen), found))
    return Few(len(may_see), len(found) < MOST_DECIDED, [_decision(each, seen) for each in may_see[:MOST]])


def _decision(taken: Taken, seen: Seen) -> dict[str, Any]:
    package = _package(taken)
    return {
        "kind": taken.kind,
        "about": taken.about if package is None else purl.display(package),
        "url": None if package is None else _package_url(package, seen),
        "what": taken.what,
        "day": taken.day,
        "by": taken.by,
    }


def _package(taken: Taken) -> str | None:
    return taken.about if taken.about.startswith("pkg:") else None


def _package_url(package: str, seen: Seen) -> str | None:
    """The page of a package, where it is in use and may be seen: people decide on others, too."""
    row = row_of(PACKAGES, package, seen).value
    return None if row is None else link_to("package", package)


def _may_tell(seen: Seen) -> Callable[[Taken], bool]:
    """What tells whether a decision may be told: it names no hidden project, and no package that only such have."""
    if not seen.hidden:
        return lambda _: True
    kept = kept_back(seen)

    def may_tell(taken: Taken) -> bool:
        told = [taken.about, taken.what]
        package = _package(taken)
        return masked(told, seen) == told and (package is None or (kept is not None and not kept(package)))

    return may_tell


# ---- what to do next


def _todo(request: HttpRequest, seen: Seen) -> dict[str, Any]:
    waiting = [] if seen.user is None or seen.day is not None else next_up(seen)
    return {"waiting": waiting} | _planned(request, seen)


def _planned(request: HttpRequest, seen: Seen) -> dict[str, Any]:
    planned, acts, known = figure_of(plan, seen), figure_of(actions, seen), figure_of(assessments, seen)
    if planned.value is None:
        return {"todo_found": planned}
    titles = {each.id: each.title for each in known.value[FLOWER].petals} if known.value else {}
    today = seen.day or datetime.now(UTC).date()
    moves = todo.first(planned.value.moves, lambda each: each.petals, seen)
    steps = todo.first(planned.value.recommendations, lambda each: [each.petal], seen)
    found = todo.ranked(
        todo.of_moves(masked(moves, seen), seen, titles),
        todo.of_actions(
            masked(acts.value or [], seen),
            seen,
            today,
            upgrades=figure_of(upgrades, seen).value,
            names=_called(request),
        )[: 2 * todo.MOST],
        todo.of_recommendations(masked(steps, seen), seen, titles),
    )
    mine = [each for each in found if each.mine][: todo.MOST]
    others = [each for each in found if not each.mine][: todo.MOST]
    return {
        "mine": mine,
        "others": others,
        "others_late": sum(each.late for each in others),
        "to_decide": bool(seen.roles - {Role.VIEWER}),
        "todo_found": planned,
        "acts_found": acts,
    }


def _called(request: HttpRequest) -> set[str]:
    """How whoever looks is called where records name who answers for something."""
    user = request.user
    return {user.get_username(), user.email} - {""} if user.is_authenticated else set()
