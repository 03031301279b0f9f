# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A contribution strategy drafted from the evidence, as TOML with blanks where a person must decide.

What we use of a project is held against where it stands on few shoulders: an area counts as used where its folder or
file is called like a module or name that our code imports. That is a guess from names, and said to be one.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.metrics.words import agree, percent
from umbel.policy import records
from umbel.strategy.contributions import OURS, Contribution, next_review
from umbel.strategy.follow_up import YEAR
from umbel.strategy.stance_model import Measure, Model, model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from umbel.evidence.people.shown import Shown
    from umbel.evidence.session import Session
    from umbel.strategy.interface import Ranked

USED = ("imports",)
"""Stored tables of the portfolio's own lake that `used` asks."""
_USED = """
SELECT module, sum(files)::BIGINT AS files, sum(sites)::BIGINT AS sites, count(DISTINCT project) AS projects,
       list_sort(list_distinct(flatten(list(coalesce(names, []))))) AS names
FROM imports WHERE package IN (SELECT unnest($packages::VARCHAR[]))
GROUP BY module ORDER BY sites DESC, module
"""
# A commit counts for the file that it changed and for the folder that this lies in.
_AREAS = """
WITH touched AS (
  SELECT DISTINCT c.sha, unnest([c.path, regexp_replace(c.path, '/[^/]*$', '')]) AS area
  FROM changes AS c WHERE c.project = $project
), work AS (
  SELECT sha, person FROM contributions
  WHERE project = $project AND NOT bot AND {at} > $since::TIMESTAMPTZ AND {at} <= $as_of::TIMESTAMPTZ
), by_person AS (
  SELECT t.area, w.person, count(DISTINCT w.sha) AS n
  FROM touched AS t JOIN work AS w ON w.sha = t.sha GROUP BY t.area, w.person
), ranked AS (
  SELECT area, person, n, sum(n) OVER busiest AS reached, sum(n) OVER (PARTITION BY area) AS total
  FROM by_person
  WINDOW busiest AS (PARTITION BY area ORDER BY n DESC, person ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT area, max(total)::BIGINT AS commits, count(*) AS people,
       count(*) FILTER (2 * (reached - n) < total) AS absence_factor, max(n) / max(total)::DOUBLE AS top_share
FROM ranked GROUP BY area HAVING max(total) >= $least
ORDER BY commits DESC, area
"""


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the project that our code imports: in how many files, places and projects, and which names."""

    module: str
    files: int
    sites: int
    projects: int
    names: tuple[str, ...]


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A folder or file of the project in the last year.

    `thin`: it stands on few shoulders. `used` is what our code calls it, where it seems to be what we use.
    """

    path: str
    commits: int
    people: int
    absence_factor: int
    top_share: float
    thin: bool
    used: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft stands on. `areas` is None where the project's paths are not known.

    `people` are (pseudonym, commits, last) of ours in the last year, `measured` the figure of the measure now.
    """

    used: tuple[Used, ...] = ()
    areas: tuple[Area, ...] | None = None
    people: tuple[tuple[str, int, datetime], ...] = ()
    measured: float | None = None


def used(session: Session, packages: Sequence[str]) -> tuple[Used, ...]:
    """What our code imports of some packages, the most used first. The session holds `USED`."""
    rows = session.ask(_USED, {"packages": list(packages)}).records()
    return tuple(Used(**{**row, "names": tuple(row["names"] or ())}) for row in rows)


def areas(session: Session, project: str, of: Sequence[Used]) -> tuple[Area, ...]:
    """Folders and files of a project's code that stand on few shoulders, or that we seem to use; both of it first.

    The session is one over the upstream lake as for `umbel.strategy.follow_up`, with paths.
    """
    chosen = model()
    sql = "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'contributions' AND column_name = 'at'"
    column = '"at"' if session.ask(sql).one()[0] else "committed_at"
    asked = {
        "project": project,
        "since": session.as_of - timedelta(days=YEAR),
        "as_of": session.as_of,
        "least": chosen.areas.least_commits,
    }
    words = _words(of)
    rows = session.ask(_AREAS.format(at=column), asked).records()
    found = [_area(row, words, chosen) for row in rows if _is_code(str(row["area"]), chosen)]
    kept = [each for each in found if each.thin or each.used]
    return tuple(
        sorted(
            kept,
            key=lambda each: (not (each.thin and each.used), each.used is None, -each.commits, each.path),
        )
    )


def measure_for(ranked: Ranked) -> Measure:
    """By which measure a contribution would be judged: of the strongest reason for the risk that has one."""
    chosen = model()
    reasons = ranked.fragility.reasons if ranked.fragility is not None else ()
    name = next((reason.of for reason in reasons if reason.of in chosen.measures), "default")
    return chosen.measures[name]


def draft(ranked: Ranked, facts: Facts, day: date, shown: Shown) -> str:
    """The draft as TOML. Pure: equal facts give equal texts. It is refused until its blanks are filled in."""
    measure = measure_for(ranked)
    if measure.step == 0 and not facts.measured:  # a share of nothing, or of what nobody knows, is no target
        measure = model().measures["default"]
    lines = [
        f"A draft from the evidence as of {day}. Fill in what is empty, then: umbel contributions add FILE"
    ]
    lines += _section("Why it matters", _matters(ranked))
    lines += _section("How fragile it is", _fragile(ranked))
    lines += _section("What we use of it", [_use(each) for each in facts.used[:5]] or ["no import is known"])
    lines += _section("Its areas in the last year (that we use one is guessed by names)", _areas(facts))
    people = [
        f"{_name(person, shown)}: {n:,} commits, last {last:%Y-%m-%d}" for person, n, last in facts.people
    ]
    lines += _section("Who of ours is there (last year)", people or ["nobody is known"])
    if ranked.stance is not None:
        lines += _section("Stance", [f"{ranked.stance.name or 'none yet'}: {ranked.stance.reason}"])
    lines += _section("The measure", [f"{measure.metric}, since {measure.reason}"])
    comments = "".join(f"# {_line(each)}".rstrip() + "\n" for each in lines)
    return f"{comments}\n[[contribution]]\n{_entry(ranked, facts, measure, day, shown)}"


def _entry(ranked: Ranked, facts: Facts, measure: Measure, day: date, shown: Shown) -> str:
    now = 0.0 if measure.metric in OURS else facts.measured
    target = None if now is None else round(now * measure.factor + measure.step, 2)
    agreed = tuple(person for person, _, _ in facts.people if shown.name(person))
    moved = "" if target is None else f" from {now:g} to {target:g}"
    made = Contribution(
        project=ranked.project,
        goal=f"Bring {OURS.get(measure.metric) or measure.metric.replace('_', ' ')}{moved}",
        serves="",
        owner="",
        hours=0,
        measure=measure.metric,
        target=target or 0,
        start=day,
        review=next_review(day),
        decided=day,
        by="",
        people=agreed,
        areas=tuple(each.path for each in facts.areas or () if each.used and each.thin)[:5],
        baseline=now,
    )
    notes = {
        "goal": "what should become of it; this is only the measure in words",
        "serves": "BLANK: which goal of the business does it serve?",
        "owner": "BLANK: who answers for it?",
        "hours": "BLANK: how many hours a month?",
        "by": "BLANK: who decided?",
        "people": "teams, or p-… handles of those who agreed to be named",
        "areas": "folders or files; [] is the whole project",
        "target": "BLANK: the figure now isn't known" if target is None else "",
        "review": "when it is looked at again",
    }
    written = records.lines(made).splitlines()
    noted = [f"{line}  # {notes[key]}" if notes.get(key := line.split(" ")[0]) else line for line in written]
    return "\n".join(noted) + "\n"


def _matters(ranked: Ranked) -> list[str]:
    head = [f"strategic {ranked.strategic:.1f} of 10" if ranked.strategic is not None else "no verdict yet"]
    head += [f"used by {', '.join(ranked.products[:6])}"] if ranked.products else []
    part = ranked.parts.get("dependency")
    return [", ".join(head), *([reason.text for reason in part.reasons[:3]] if part is not None else [])]


def _fragile(ranked: Ranked) -> list[str]:
    fragile = ranked.fragility
    if fragile is None or fragile.risk is None:
        return [(fragile.why if fragile is not None else None) or "its history was not examined"]
    return [f"risk {percent(fragile.risk)}, {fragile.level}", *(reason.text for reason in fragile.reasons)]


def _use(each: Used) -> str:
    names = f": {', '.join(each.names[:8])}{' …' if len(each.names) > 8 else ''}" if each.names else ""
    return f"{each.module} in {_many(each.files, 'file')} of {_many(each.projects, 'project')}{names}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {agree(number, noun, noun + 's')}"


def _areas(facts: Facts) -> list[str]:
    if facts.areas is None:
        return ["its paths were not collected, so areas can't be told apart (umbel collect upstream --top N)"]
    if not facts.areas:
        return ["no area of its code is known to be used, or on few shoulders"]
    return [
        f"{each.path}: {'FEW SHOULDERS, ' if each.thin else ''}{each.people:,} people, the busiest makes "
        f"{percent(each.top_share)} of {each.commits:,} commits{f'; we use {each.used}' if each.used else ''}"
        for each in facts.areas[: model().areas.shown]
    ]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return ["", f"{title}:", *(f"- {line}" for line in lines)]


def _name(person: str, shown: Shown) -> str:
    name = shown.name(person)
    return f"{name} ({person})" if name else person


def _line(text: str) -> str:
    """A line of a comment: TOML allows no control characters there."""
    return "".join(c if c.isprintable() else " " for c in text)[:400]


_WORD = re.compile(r"[^a-z0-9]+")


def _words(of: Sequence[Used]) -> dict[str, str]:
    """What our code calls parts of the project → as it is written: `orm`, and of `sql.base.X` also `sql/base`.

    The project's own top name says nothing, nor does the inner part of a name without what it is in.
    """
    tops = {_plain(re.split(r"[./]", each.module)[-1]) for each in of}
    found: dict[str, str] = {}
    for name in (name for each in of for name in each.names):
        parts = [_plain(part) for part in re.split(r"[./:]", name)]
        for word in (parts[0], *("/".join(pair) for pair in pairwise(parts))):
            if len(word) > 2 and word not in tops:
                found.setdefault(word, name)
    return found


def _plain(text: str) -> str:
    return _WORD.sub("", text.casefold())


def _area(row: dict[str, Any], words: dict[str, str], chosen: Model) -> Area:
    path, lines = str(row.pop("area")), chosen.areas
    folder, _, last = path.rpartition("/")
    stem = _plain(last.partition(".")[0])
    inside = f"{_plain(folder.rpartition('/')[2])}/{stem}"
    named = next((words[word] for word in (inside, stem, stem.removesuffix("s")) if word in words), None)
    thin = row["absence_factor"] <= lines.absence_factor and row["top_share"] >= lines.top_share
    return msgspec.convert({**row, "path": path, "used": named, "thin": thin}, Area)


def _is_code(path: str, chosen: Model) -> bool:
    parts = path.casefold().split("/")
    suffix = parts[-1].rpartition(".")[2] if "." in parts[-1] else ""
    return not (
        any(part.startswith(".") or part in chosen.areas.beside for part in parts)
        or suffix in chosen.areas.prose
    )
