# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A small estate on which two engines could disagree: unknowns, ties, edges of windows, odd zones.

Every relation that a metric may read has rows. Those of histories are made with care; the others are
drawn from their types, so that a relation or column that is new here needs nothing to be done.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from tests.metrics import histories
from tests.metrics.histories import at, key
from umbel.metrics.dialect import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from umbel.evidence.session import Session

Rows = dict[str, list[dict[str, Any]]]

PEOPLE = ("ann", "bob", "cyd", "dee", "eve", "Åse", "zoë", "ci[bot]", "renovate[bot]")
_FIRMS = (("acme", True), ("till & co", False), (None, None), (None, False))
_ZONES = (None, 0, 0, 60, 120, 330, 345, -210, 840, -720, 765, -1)
_KINDS = ("signed-off-by", "reviewed-by", "acked-by", "tested-by", "co-authored-by", "helped-by", None)
_EDGES = tuple(
    day + second / 86_400
    for day in (0, -30, -90, -180, -365, -730, -1095, -2190)
    for second in (-1e-6, 0, 1e-6)
)
"""Moments on which windows begin and end, and the microseconds beside them."""
_FAR = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
)


class _Project(NamedTuple):
    """What a project's commits are drawn from."""

    name: str
    commits: int
    first: float
    last: float
    people: Sequence[str] = PEOPLE
    undated: float = 0.05
    releases: int = 6
    shallow: bool | None = False


_PROJECTS = (
    _Project("empty", 0, -10, -1, releases=0),
    _Project("lonely", 40, -800, -1, people=("ann",), undated=0),
    _Project("two", 30, -800, -1, people=("ann", "bob"), undated=0),
    _Project("bots", 20, -300, -1, people=("ci[bot]", "renovate[bot]")),
    _Project("undated", 8, -300, -1, undated=1),
    _Project("quiet", 60, -3000, -1500),
    _Project("late", 5, 1, 30),
    _Project("young", 25, -20, -1),
    _Project("cut", 30, -500, -1, shallow=True),
    _Project("unsure", 30, -500, -1, shallow=None),
    _Project("busy", 600, -3500, 10, releases=40),
)


_REMEDIATIONS = """
CREATE TABLE remediations (
  project VARCHAR, package VARCHAR, vulnerability VARCHAR, severity VARCHAR, exploited BOOLEAN, shipped BOOLEAN,
  published_at TIMESTAMPTZ, seen_at TIMESTAMPTZ, opened_at TIMESTAMPTZ, closed_at TIMESTAMPTZ, due_at TIMESTAMPTZ)
"""
"""As `umbel.metrics.remediation` makes it."""
_LIFE_ENDS = (
    "CREATE TABLE life_ends (project VARCHAR, package VARCHAR, version VARCHAR, eol_on DATE, eol BOOLEAN)"
)
"""As `umbel.metrics.lifecycle_ends` makes it."""


def tell(session: Session, bundles: Sequence[Path], scratch: Path, drawn: int = 24) -> None:
    """Put the estate in the place of a session's relations; `drawn` projects are left to chance."""
    rows: Rows = defaultdict(list)
    rows["people"] = [{"identity": key(p), "person": p, "bot": p.endswith("[bot]")} for p in PEOPLE]
    chance = random.Random(4)
    for project in (*_PROJECTS, *(_any_project(chance, number) for number in range(drawn))):
        _tell(rows, chance, project)
    _tell_ties(rows)
    _affiliate(rows, chance)
    for name, read in histories.read(bundles, scratch).items() if bundles else ():
        rows[name] += read
    session.run(_REMEDIATIONS)
    session.run(_LIFE_ENDS)
    schemas = {  # before the relations below them are replaced
        name: session.ask(f"SELECT * FROM {name} LIMIT 0").arrow().schema
        for name in relations(session)
        if name not in rows
    }
    histories.replaced(session, rows)
    _draw(session, chance, schemas)


def relations(session: Session) -> list[str]:
    """The relations of a session that metrics may read, sorted."""
    sql = """
        SELECT table_name FROM duckdb_tables() WHERE NOT internal
        UNION SELECT view_name FROM duckdb_views() WHERE NOT internal
    """
    return sorted({name for (name,) in session.ask(sql).rows()} & RELATIONS)


def _any_project(chance: random.Random, number: int) -> _Project:
    first = chance.uniform(-4000, -5)
    return _Project(
        f"drawn-{number:02d}",
        commits=chance.choice((1, 2, 3, 5, 10, 30, 80)),
        first=first,
        last=min(first + chance.choice((10, 100, 1000, 4000)), 20),
        people=chance.sample(PEOPLE, chance.randint(1, len(PEOPLE))),
        undated=chance.choice((0, 0, 0.2, 0.6)),
        releases=chance.choice((0, 1, 2, 5, 12)),
    )


def _tell(rows: Rows, chance: random.Random, project: _Project) -> None:
    for number in range(project.commits):
        sha = f"{number:08x}{key(project.name) & 0xFFFFFFFF:08x}"
        _tell_commit(rows, chance, project, sha)
    for number in range(project.releases):
        _tell_release(rows, chance, project, number)
    rows["histories"].append(
        {"project": project.name, "commits": project.commits, "shallow": project.shallow}
    )


def _moment(chance: random.Random, project: _Project) -> datetime | None:
    if chance.random() < project.undated:
        return None
    edges = [day for day in _EDGES if project.first <= day <= project.last]
    if edges and chance.random() < 0.2:
        return at(chance.choice(edges))
    if project.last - project.first > 2000 and chance.random() < 0.02:
        return chance.choice(_FAR)
    moment = at(chance.uniform(project.first, project.last))
    if chance.random() < 0.3:  # midnights, and many at one moment
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment


def _tell_commit(rows: Rows, chance: random.Random, project: _Project, sha: str) -> None:
    about = {"project": project.name, "sha": sha}
    author = project.people[int(len(project.people) * chance.random() ** 2)]
    committer = author if chance.random() < 0.7 else chance.choice(project.people)
    committed, zone = _moment(chance, project), chance.choice(_ZONES)
    gap = timedelta(hours=chance.choice((0, 0, 1, 30, -5)))
    named = [
        {"kind": chance.choice(_KINDS), "identity": chance.choice([key(chance.choice(PEOPLE)), None, 7])}
        for _ in range(chance.choice((0, 0, 1, 3)))
    ]
    rows["commits"].append(
        about | {
            "parents": chance.choice((1, 1, 1, 0, 2, 3)), "author": key(author), "committer": key(committer),
            "authored_at": committed - gap if committed and chance.random() < 0.9 else None,
            "committed_at": committed, "author_zone": zone, "committer_zone": chance.choice(_ZONES),
            "signed": chance.choice((True, False, None)), "trailers": chance.choice((named, named, None)),
        }
    )  # fmt: skip
    others = chance.sample(project.people, min(len(project.people), chance.choice((0, 0, 0, 1, 2))))
    for person in dict.fromkeys((author, *others)):
        organisation, ours = chance.choice(_FIRMS)
        rows["contributions"].append(
            about | {
                "person": person, "role": "author" if person == author else "co-author",
                "bot": person.endswith("[bot]"), "organisation": organisation, "ours": ours,
                "committed_at": committed, "zone": zone,
            }
        )  # fmt: skip
    if committer != author and not committer.endswith("[bot]"):
        rows["reviews"].append(about | {"person": committer, "kind": "committer"})
    for _ in range(chance.choice((0, 0, 1, 2))):
        kind = chance.choice(("reviewed-by", "acked-by", "tested-by", "signed-off-by"))
        rows["reviews"].append(about | {"person": chance.choice(PEOPLE), "kind": kind})


def _tell_release(rows: Rows, chance: random.Random, project: _Project, number: int) -> None:
    shas = [c["sha"] for c in rows["commits"][-project.commits :]] if project.commits else []
    known = chance.random() < 0.9
    rows["releases"].append(
        {
            "project": project.name, "tag": f"v{number}", "version": f"{number}.0" if known else None,
            "module": chance.choice((None, "core")), "prerelease": chance.random() < 0.3 if known else None,
            "sha": chance.choice((*shas, None)), "released_at": _moment(chance, project),
            "annotated": chance.choice((True, False)), "signed": chance.choice((True, False, None)),
            "tagger": chance.choice((None, 7, *(key(person) for person in project.people))),
        }
    )  # fmt: skip


def _tell_ties(rows: Rows) -> None:
    """Three people with as many commits each, all at one moment, and releases a day apart."""
    for number, person in enumerate(("bob", "ann", "cyd") * 12):
        about = {"project": "ties", "sha": f"{number:040x}"}
        when = at(-400 if number < 18 else -100)
        firm = {"organisation": "acme" if number % 2 else "till & co", "ours": bool(number % 2)}
        written = {"author": key(person), "committer": key(person), "parents": 1, "trailers": []}
        zones = {"author_zone": number % 2 * 60, "committer_zone": 0}
        rows["commits"].append(
            about | written | zones | {"authored_at": when, "committed_at": when, "signed": False}
        )
        rows["contributions"].append(
            about | firm | {"person": person, "role": "author", "bot": False, "committed_at": when, "zone": 0}
        )
    for number in range(6):
        rows["releases"].append(
            {"project": "ties", "tag": f"v{number}", "version": "1", "prerelease": False, "sha": f"{number:040x}",
             "released_at": at(-90 + number // 2), "annotated": True, "signed": True, "tagger": key("ann")}
        )  # fmt: skip
    rows["histories"].append({"project": "ties", "commits": 36, "shallow": False})


def _affiliate(rows: Rows, chance: random.Random) -> None:
    for person in PEOPLE[:6]:
        turn = at(chance.uniform(-1500, -50))
        for since, until in ((None, turn), (turn, None)):
            organisation, ours = chance.choice(_FIRMS)
            rows["affiliations"].append(
                {"person": person, "since": since, "until": until, "organisation": organisation, "ours": ours}
            )


# ---- relations that are drawn from their types


_KEY = (
    "project",
    "sha",
    "package",
    "vulnerability",
    "version",
    "path",
    "practice",
    "language",
    "module",
    "component",
)
_WORDS: dict[str, tuple[str, ...]] = {
    "path": ("src/a.py", "src/b/c.py", "docs/index.md", "README.md", "lib/é.c", "src/a b.py"),
    "person": PEOPLE,
    "package": (
        "pkg:pypi/flask",
        "pkg:npm/left-pad",
        "pkg:npm/%40acme/shop",
        "pkg:gem/rack",
        "unidentified:x",
    ),
    "version": ("1.0.0", "1.2.3", "2.0", "0.1-beta", "10", "2.0.1", "v3", "4.0-rc1"),
    "outcome": ("met", "unmet", "unknown", "not-applicable", "error"),
    "practice": ("license", "contributing", "security-policy", "tests", "ci"),
    "language": ("Python", "JavaScript", "Rust"),
    "kind": ("package", "standard", "own", "unknown"),
    "scope": ("runtime", "development", "test"),
}


def _draw(session: Session, chance: random.Random, schemas: dict[str, pa.Schema], number: int = 400) -> None:
    """Rows of some relations, with projects and commits that occur in the others."""
    commits = session.ask("SELECT project, sha FROM commits WHERE project NOT LIKE '%.%' ORDER BY ALL").rows()
    for name, schema in schemas.items():
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for _ in range(number):
            project, sha = chance.choice(commits)
            known = {"project": project, "subject": project, "sha": sha}
            row = {f.name: known.get(f.name, _any_value(chance, f)) for f in schema}
            rows[tuple(row.get(part) for part in _KEY)] = row  # as in life: one row of one thing
        session.register("drawn", pa.Table.from_pylist(list(rows.values()), schema=schema))
        kind = session.ask("SELECT count(*) FROM duckdb_views() WHERE view_name = $n", {"n": name}).one()[0]
        session.run(f"DROP {'VIEW' if kind else 'TABLE'} {name}")
        session.run(f"CREATE TABLE {name} AS SELECT * FROM drawn")


def _any_value(chance: random.Random, field: pa.Field) -> Any:
    kind = field.type
    if chance.random() < 0.15:
        return None
    if pa.types.is_list(kind):
        return [_any_value(chance, kind.value_field) for _ in range(chance.randint(0, 3))]
    if pa.types.is_struct(kind):
        return {inner.name: _any_value(chance, inner) for inner in kind}
    if pa.types.is_string(kind):
        return chance.choice(_WORDS.get(field.name, ("a", "b", "É", "1.0", "")))
    scalars: dict[str, Any] = {
        "bool": chance.random() < 0.5,
        "int64": chance.choice((0, 1, 2, 7, 100, key(chance.choice(PEOPLE)))),
        "int32": chance.choice((0, 1, 2, 7, 100)),
        "double": chance.uniform(-5, 100),
        "timestamp[us, tz=UTC]": at(chance.uniform(-2000, 10)),
        "date32[day]": at(chance.uniform(-2000, 10)).date(),
    }
    return scalars[str(kind)]
