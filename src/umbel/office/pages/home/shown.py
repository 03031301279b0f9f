# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the first page shows, out of figures that others made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from umbel.model import purl
from umbel.office.editions import State, figure_of
from umbel.office.figures import FLOWER, assessments, plan
from umbel.office.inbox.reading import next_up
from umbel.office.navigation import link_to, url_of
from umbel.office.pages.centre.figures import actions, turns
from umbel.office.pages.home import flower, journal, standing, todo, visits
from umbel.office.pages.home.figures import Changes, Raised, changes

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        return told | {"is_empty": True}
    told |= _flower(seen)
    told |= {"news": news(request, seen, there)}
    return told | _todo(seen)


def _urls() -> dict[str, str | None]:
    return {name.replace("-", "_"): url_of(name) for name in ("upload", "action-plan", "centre")}


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
        "lead": _lead(parts),
        "turns": before,
    }


def _before(found: Found[Any]) -> tuple[Any, date | None]:
    """The parts' standings a quarter before, and the day; nothing while they are being worked out."""
    then = None if found.value is None else found.value.get(FLOWER)
    return (None, None) if then is None else (then.petals, then.difference.first.date())


def url_of_petal(petal: str) -> str | None:
    """The page of a part of the flower."""
    return url_of("centre" if petal == standing.CENTRE else petal) or url_of("centre")


def _lead(parts: list[Part]) -> str:
    """How many parts stand how, in a sentence."""
    words = (("good", "flowering or better"), ("warn", "growing or rooted"), ("bad", "not rooted yet"))
    told = [f"{count} {word}" for tone, word in words if (count := sum(part.tone == tone for part in parts))]
    unknown = sum(part.tone == "unknown" for part in parts)
    told += [f"{unknown} unknown"] if unknown else []
    return f"Of its {len(parts)} parts: {', '.join(told)}."


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
    may_see = _may_see(seen)
    told = journal.since(known.steps, since, may_see)
    return {
        "since": since,
        "is_first": before is None,
        "began": known.began if known.began is not None and known.began > since else None,
        "groups": [
            _group(each) for each in sorted(told, key=lambda each: _ORDER.index((each.kind, each.turn)))
        ],
        "raised": _raised((each for each in known.alerts if each.raised_at > since), seen),
        "resolved": _raised(
            (each for each in known.alerts if each.resolved_at and each.resolved_at > since), seen
        ),
        "decided": _decided(known.decided, since, seen),
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


def _may_see(seen: Seen) -> Any:
    return lambda item: not item.projects or not seen.hidden.issuperset(item.projects)


def _raised(alerts: Iterable[Raised], seen: Seen) -> list[dict[str, Any]]:
    """Alerts that may be named: of those whose every project is hidden nothing is told."""
    shown = [each for each in alerts if not each.projects or not seen.hidden.issuperset(each.projects)]
    return [
        {"title": each.title, "severity": each.severity, "url": link_to("alert", each.id)}
        for each in shown[:MOST]
    ]


def _decided(taken: Iterable[Taken], since: datetime, seen: Seen) -> list[dict[str, Any]]:
    """What people decided from a day on: records know days, no hours."""
    return [
        {
            "kind": each.kind,
            "about": purl.display(each.about)
            if (is_package := each.about.startswith("pkg:"))
            else each.about,
            "url": link_to("package", each.about) if is_package else None,
            "what": each.what,
            "day": each.day,
            "by": each.by,
        }
        for each in taken
        if each.day >= since.date() and _is_shown(each, seen)
    ][:MOST]


def _is_shown(taken: Taken, seen: Seen) -> bool:
    said = f"{taken.about} {taken.what}"
    return not any(name in said for name in seen.hidden)


# ---- what to do next


def _todo(seen: Seen) -> dict[str, Any]:
    waiting = [] if seen.user is None or seen.day is not None else next_up(seen)
    return {"waiting": waiting} | _planned(seen)


def _planned(seen: Seen) -> dict[str, Any]:
    planned, acts, known = figure_of(plan, seen), figure_of(actions, seen), figure_of(assessments, seen)
    if planned.value is None:
        return {"todo_found": planned}
    titles = {each.id: each.title for each in known.value[FLOWER].petals} if known.value else {}
    today = seen.day or datetime.now(UTC).date()
    found = todo.ranked(
        todo.of_moves(planned.value.moves[: todo.MOST], seen, titles),
        todo.of_actions((acts.value or [])[: 2 * todo.MOST], seen, today),
        todo.of_recommendations(planned.value.recommendations[: todo.MOST], seen, titles),
    )
    return {
        "todo": found[: todo.MOST],
        "todo_whole": len(planned.value.moves),
        "todo_found": planned,
        "acts_found": acts,
    }
