# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Histories for the tests of metrics: told by hand, or read from a bundle with git's own log.

Both make the relations that metrics see. Of a bundle, who is one person is decided crudely here (same
address, or same name), so that the figures depend on nothing but git.
"""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from tests import acme
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.views import SETUP
from umbel.metrics.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

NOW = acme.NOW
_TIME = pa.timestamp("us", "UTC")
_TRAILERS = pa.list_(pa.struct([("kind", pa.string()), ("identity", pa.int64())]))
_RELATIONS: dict[str, list[tuple[str, Any]]] = {
    "contributions": [
        ("project", pa.string()), ("sha", pa.string()), ("person", pa.string()), ("role", pa.string()),
        ("bot", pa.bool_()), ("organisation", pa.string()), ("ours", pa.bool_()), ("committed_at", _TIME), ("zone", pa.int32()),
    ],
    "reviews": [
        ("project", pa.string()), ("sha", pa.string()), ("person", pa.string()), ("kind", pa.string()),
    ],
    "people": [("identity", pa.int64()), ("person", pa.string()), ("bot", pa.bool_())],
    "affiliations": [
        ("person", pa.string()), ("since", _TIME), ("until", _TIME), ("organisation", pa.string()),
        ("ours", pa.bool_()),
    ],
    "commits": [
        ("project", pa.string()), ("sha", pa.string()), ("parents", pa.int32()), ("author", pa.int64()),
        ("committer", pa.int64()), ("authored_at", _TIME), ("committed_at", _TIME), ("author_zone", pa.int32()),
        ("committer_zone", pa.int32()), ("signed", pa.bool_()), ("trailers", _TRAILERS),
    ],
    "releases": [
        ("project", pa.string()), ("tag", pa.string()), ("version", pa.string()), ("module", pa.string()),
        ("prerelease", pa.bool_()), ("sha", pa.string()), ("released_at", _TIME), ("annotated", pa.bool_()),
        ("signed", pa.bool_()), ("tagger", pa.int64()),
    ],
    "histories": [
        ("project", pa.string()), ("commits", pa.int32()), ("shallow", pa.bool_()),
    ],
}  # fmt: skip


class Commit(NamedTuple):
    """One commit of a told history; `day` counts from the estate's today, noon; `files` are those it changes."""

    person: str
    day: float
    project: str = "shop"
    by: str | None = None
    co: tuple[str, ...] = ()
    reviewed: tuple[tuple[str, str], ...] = ()
    parents: int = 1
    zone: int | None = 0
    organisation: str | None = None
    ours: bool | None = None
    signed: bool = False
    trailers: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


class Release(NamedTuple):
    """One tag; `of` is the number of the commit that it leads to."""

    tag: str
    day: float
    project: str = "shop"
    tagger: str | None = None
    of: int | None = None
    prerelease: bool = False
    version: str | None = "1"


def at(day: float) -> datetime:
    return NOW + timedelta(days=day)


def key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def session(folder: Path, as_of: datetime = NOW) -> Session:
    """A session over an empty lake, to tell histories in. Its views are made, so that they can be replaced."""
    made = Session(Lake(folder / "lake"), as_of)
    for view, _ in SETUP:
        made.ask(f"FROM {view} LIMIT 0")
    return made


def tell(
    into: Session,
    commits: Sequence[Commit],
    releases: Iterable[Release] = (),
    *,
    shallow: Iterable[str] = (),
    empty: Iterable[str] = (),
) -> Engine:
    """Make the relations of a history, and an engine over them. Who is called `…[bot]` is a bot."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _RELATIONS}
    people: set[str] = set()
    for number, commit in enumerate(commits):
        people |= {
            commit.person,
            *commit.co,
            *(p for _, p in commit.reviewed),
            *(p for _, p in commit.trailers),
        }
        people |= {commit.by} if commit.by else set()
        _tell_commit(rows, number, commit)
    for release in releases:
        people |= {release.tagger} if release.tagger else set()
        rows["releases"].append(
            {
                "project": release.project, "tag": release.tag, "version": release.version,
                "prerelease": release.prerelease if release.version else None,
                "sha": None if release.of is None else f"{release.of:040x}",
                "released_at": at(release.day), "annotated": release.tagger is not None, "signed": False,
                "tagger": key(release.tagger) if release.tagger else None,
            }
        )  # fmt: skip
    rows["people"] = [{"identity": key(p), "person": p, "bot": _bot(p)} for p in sorted(people)]
    totals = {project: sum(c.project == project for c in commits) for project in {c.project for c in commits}}
    totals |= dict.fromkeys(empty, 0)
    rows["histories"] = [
        {"project": name, "commits": number, "shallow": name in shallow} for name, number in totals.items()
    ]
    return replaced(into, rows)


def _relations(of: Session) -> dict[str, str]:
    """The relations of a session that are made → what they are."""
    sql = """
        SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE NOT internal
    """
    return dict(of.ask(sql).rows())


def replaced(into: Session, rows: dict[str, list[dict[str, Any]]]) -> Engine:
    """Put rows in the place of the session's relations."""
    there = _relations(into)
    if lacking := [view for view, _ in SETUP if view in _RELATIONS and view not in there]:
        into.ask(f"SELECT 1 FROM {', '.join(lacking)} LIMIT 0")  # makes them
        there = _relations(into)
    for name, fields in _RELATIONS.items():
        if name in there:
            into.run(f"DROP {there[name]} {name}")
        into.register("told", pa.Table.from_pylist(rows[name], schema=pa.schema(fields)))
        into.run(f"CREATE TABLE {name} AS SELECT * FROM told")
    return Engine(into)


def _tell_commit(rows: dict[str, list[dict[str, Any]]], number: int, commit: Commit) -> None:
    sha = f"{number:040x}"
    about = {"project": commit.project, "sha": sha}
    by = commit.by or commit.person
    rows["commits"].append(
        about | {
            "parents": commit.parents, "author": key(commit.person), "committer": key(by),
            "authored_at": at(commit.day), "committed_at": at(commit.day), "author_zone": commit.zone,
            "committer_zone": commit.zone, "signed": commit.signed,
            "trailers": [{"kind": kind, "identity": key(who)} for kind, who in commit.trailers],
        }
    )  # fmt: skip
    for person in dict.fromkeys((commit.person, *commit.co)):
        role = "author" if person == commit.person else "co-author"
        rows["contributions"].append(
            about | {
                "person": person, "role": role, "bot": _bot(person), "organisation": commit.organisation,
                "ours": commit.ours, "committed_at": at(commit.day), "zone": commit.zone,
            }
        )  # fmt: skip
    if by != commit.person and not _bot(by):
        rows["reviews"].append(about | {"person": by, "kind": "committer"})
    rows["reviews"] += [about | {"person": who, "kind": kind} for kind, who in commit.reviewed]


def _bot(name: str) -> bool:
    return name.endswith("[bot]")


# ---- bundles of real histories

_VERSION = re.compile(r"(?:^|[-_/v])(\d+(?:\.\d+)+)(.*)$", re.IGNORECASE)
_FORMAT = (
    "%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%G?%x1f%(trailers:key=Signed-off-by,unfold)%x1e"
)


def read(bundles: Iterable[Path], scratch: Path) -> dict[str, list[dict[str, Any]]]:
    """The relations of some bundles, a project each, named as the file."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _RELATIONS}
    people: dict[str, str] = {}
    for bundle in bundles:
        project = bundle.name.removesuffix(".meta.bundle")
        bare = scratch / project
        subprocess.run(
            ["git", "clone", "-q", "--bare", str(bundle), str(bare)], check=True, capture_output=True
        )
        log = _git(bare, "log", "HEAD", f"--format={_FORMAT}")
        before = len(rows["commits"])
        for record in filter(str.strip, log.split("\x1e")):
            _read_commit(rows, people, project, record.strip("\n").split("\x1f"))
        rows["histories"].append(
            {"project": project, "commits": len(rows["commits"]) - before, "shallow": False}
        )
        _read_tags(rows, people, project, bare)
    known = {p["identity"] for p in rows["people"]}
    assert len(known) == len(rows["people"])
    return rows


def _read_commit(
    rows: dict[str, list[dict[str, Any]]], people: dict[str, str], project: str, fields: list[str]
) -> None:
    sha, parents, name, email, authored, by, by_email, committed, _, trailers = fields
    author, committer = _person(rows, people, name, email), _person(rows, people, by, by_email)
    about = {"project": project, "sha": sha}
    when, written = datetime.fromisoformat(committed), datetime.fromisoformat(authored)
    offset = written.utcoffset()
    zone = None if offset is None else int(offset.total_seconds() // 60)
    rows["commits"].append(
        about | {
            "parents": len(parents.split()), "author": _identity(name, email),
            "committer": _identity(by, by_email), "authored_at": written, "committed_at": when,
            "author_zone": zone, "committer_zone": zone, "signed": False,
            "trailers": [{"kind": "signed-off-by", "identity": 0} for _ in filter(None, trailers.split("\n"))],
        }
    )  # fmt: skip
    rows["contributions"].append(
        about | {
            "person": author, "role": "author", "bot": _is_bot(name, email), "organisation": None,
            "ours": None, "committed_at": when, "zone": zone,
        }
    )  # fmt: skip
    if committer != author and not _is_bot(by, by_email):
        rows["reviews"].append(about | {"person": committer, "kind": "committer"})


def _read_tags(
    rows: dict[str, list[dict[str, Any]]], people: dict[str, str], project: str, bare: Path
) -> None:
    form = "%(refname:strip=2)%1f%(objectname)%1f%(*objectname)%1f%(creatordate:iso-strict)%1f%(taggername)%1f%(taggeremail:trim)"
    for line in _git(bare, "for-each-ref", f"--format={form}", "refs/tags").splitlines():
        tag, sha, peeled, when, tagger, email = line.split("\x1f")
        found = _VERSION.search(tag)
        if tagger or email:
            _person(rows, people, tagger, email)
        rows["releases"].append(
            {
                "project": project, "tag": tag, "version": found[1] if found else None,
                "prerelease": bool(found[2].strip()) if found else None, "sha": peeled or sha,
                "released_at": datetime.fromisoformat(when).astimezone(UTC) if when else None,
                "annotated": bool(peeled), "signed": False,
                "tagger": _identity(tagger, email) if peeled else None,
            }
        )  # fmt: skip


def _person(rows: dict[str, list[dict[str, Any]]], people: dict[str, str], name: str, email: str) -> str:
    identity = _identity(name, email)
    seen = people.get(str(identity))
    if seen:
        return seen
    keys = [k for k in (f"name {name.casefold()}" if name else "", f"mail {email.casefold()}") if k.strip()]
    person = next((people[k] for k in keys if k in people), f"p-{identity & 0xFFFFFFFFFFFF:012x}")
    for each in (*keys, str(identity)):
        people.setdefault(each, person)
    rows["people"].append({"identity": identity, "person": person, "bot": _is_bot(name, email)})
    return person


def _identity(name: str, email: str) -> int:
    return key(f"{name}\x00{email}")


def _is_bot(name: str, email: str) -> bool:
    return "[bot]" in name + email or email == "noreply@github.com"


def _git(bare: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(bare), "-c", "core.quotePath=off", *arguments], check=True, capture_output=True
    )
    return done.stdout.decode("utf-8", "replace")


# ---- repositories of told histories


def repository(folder: Path, commits: Sequence[Commit], tags: Sequence[Release] = ()) -> Path:
    """A real git repository of a told history: people are `name <name@acme.example>`.

    A commit with two parents merges the one before the last, and so changes nothing.
    """
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    stream: list[str] = []
    for number, commit in enumerate(sorted(commits, key=lambda c: c.day), 1):
        when = f"{int(at(commit.day).timestamp())} +0000"
        by = commit.by or commit.person
        message = "change\n" + "".join(f"\n{kind}: {p} <{p}@acme.example>" for kind, p in commit.trailers)
        stream.append(
            f"commit refs/heads/main\nmark :{number}\nauthor {commit.person} <{commit.person}@acme.example> {when}\n"
            f"committer {by} <{by}@acme.example> {when}\ndata {len(message)}\n{message}\n"
        )
        stream += [f"merge :{number - 2}\n"] if commit.parents > 1 else []
        stream += [f"M 644 inline {file}\ndata {len(str(number))}\n{number}\n" for file in commit.files]
    for tag in tags:
        when = f"{int(at(tag.day).timestamp())} +0000"
        tagger = tag.tagger or "ann"
        stream.append(
            f"tag {tag.tag}\nfrom refs/heads/main\ntagger {tagger} <{tagger}@acme.example> {when}\ndata 1\nx\n"
        )
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input="".join(stream).encode(), check=True
    )
    return folder
