# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""VEX that others or we wrote: `decisions/vex/` in the workspace, and what of it speaks of a finding.

CycloneDX and OpenVEX, as JSON. A statement counts from its own time on; of several about one finding the newest
counts, of those of one time the graver. What is broken in a file costs only itself, and is said.
"""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import Fault
from umbel.model.finding import VexSaid
from umbel.model.vex import STATUSES
from umbel.policy._vex_statement import Faults, Identity, Statement, Thing
from umbel.policy.verdict import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.model.finding import Finding

__all__ = [
    "FOLDER",
    "RULES",
    "TABLES",
    "Identity",
    "Statement",
    "Statements",
    "Thing",
    "identities",
    "load",
    "parse",
]

FOLDER = "decisions/vex"
RULES = frozenset({"vulnerability", "known-exploited"})
"""Whose findings a statement can speak of. Malware is none of VEX's."""
TABLES = ("documents", "components")
"""The stored tables that `identities` asks."""
LARGEST = 64 << 20
"""Bytes of a file that is read."""


class Statements:
    """Statements, found by the vulnerability that they are about."""

    def __init__(self, statements: Iterable[Statement] = (), trouble: Sequence[Trouble] = ()) -> None:
        """Hold them, and what was wrong with their files."""
        self.every = tuple(statements)
        self.trouble = list(trouble)
        self._by_place: dict[_Place, list[Statement]] = defaultdict(list)
        for one in self.every:
            for name in {each.casefold() for each in one.ids}:
                for place in _places(one):
                    self._by_place[name, *place].append(one)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.every)

    def find(
        self, finding: Finding, project: Identity, as_of: datetime, authors: Sequence[str] = ("*",)
    ) -> VexSaid | None:
        """What is said of a finding by a moment by authors whose word counts; None if nothing is."""
        if finding.package is None:
            return None
        ids = {name.casefold() for name in (finding.what, *_ids(finding))}
        places = _asked(finding.package, project)
        told = {
            id(one): one for name in ids for place in places for one in self._by_place.get((name, *place), ())
        }
        speaking = [
            one
            for one in told.values()
            if one.time <= as_of
            and _counts(one.author, authors)
            and one.means(finding.package, finding.version, project)
        ]
        if not speaking:
            return None
        return _said(max(speaking, key=lambda one: (one.time, STATUSES.index(one.status), one.document)))


_Place = tuple[str, str, str, str]
"""A vulnerability, the component's package, and a product by purl (p), name (n) or document (s); empty: any."""


def _places(one: Statement) -> list[tuple[str, str, str]]:
    """Where a statement is looked for: a vendor's may name ten thousands of products."""
    component = one.component.package or "" if one.component else ""
    if one.product is None:
        return [(component, "", "")]
    told = (("p", one.product.package), ("n", one.product.name), ("s", one.product.serial))
    return [(component, kind, value.casefold() if kind == "n" else value) for kind, value in told if value]


def _asked(package: str, project: Identity) -> list[tuple[str, str, str]]:
    """Where statements about a component of a project can be."""
    products = [("p", one) for one in project.packages]
    products += [("n", one) for one in project.names]
    products += [("s", one) for one in project.serials]
    own = [(package, "", ""), ("", "p", package)]
    return own + [(component, *one) for component in (package, "") for one in products]


def _ids(finding: Finding) -> list[str]:
    ids = finding.evidence.get("ids")
    return [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []


def _counts(author: str | None, patterns: Sequence[str]) -> bool:
    """Whether an author is one whose word counts; one that isn't named only where everybody's does."""
    if author is None:
        return "*" in patterns
    return any(fnmatchcase(author.casefold(), pattern.casefold()) for pattern in patterns)


def _said(one: Statement) -> VexSaid:
    return VexSaid(
        status=one.status,
        justification=one.justification,
        detail=one.detail,
        action=one.action,
        author=one.author,
        time=one.time,
        document=one.document,
    )


def load(folder: Path, files: Iterable[Path] = (), *, own: bool = True) -> Statements:
    """What the workspace's folder for VEX holds, and other files. What can't be read is told with the statements.

    Without `own` only the files count.
    """
    place = folder / FOLDER
    there = (
        sorted(path for path in place.glob("**/*.json") if path.is_file()) if own and place.is_dir() else []
    )
    read: dict[str, bytes] = {}
    trouble: list[Trouble] = []
    for path in dict.fromkeys((*there, *files)):
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        try:
            large = path.stat().st_size > LARGEST
            content = b"" if large else path.read_bytes()
        except OSError as error:
            trouble.append(_unread(name, str(error.strerror)))
            continue
        if large:
            trouble.append(_unread(name, f"it is larger than {LARGEST >> 20} MiB"))
        else:
            read[name] = content
    found = parse(read)
    return Statements(found.every, [*trouble, *found.trouble])


def _unread(name: str, why: str) -> Trouble:
    return Trouble(name, Fault("unreadable", f"the file can't be read: {why}", "", "warning"))


def parse(documents: Mapping[str, bytes]) -> Statements:
    """The statements of documents by their names; one may link into another."""
    if not documents:
        return Statements()
    from umbel.policy import _vex_cyclonedx as cyclonedx
    from umbel.policy import _vex_openvex as openvex

    opened: dict[str, dict[str, Any]] = {}
    faults: dict[str, Faults] = {name: Faults() for name in documents}
    for name, content in documents.items():
        data = _decoded(content, faults[name])
        if data is not None:
            opened[name] = data
    linked: dict[str, cyclonedx.Described] = {}
    for data in opened.values():
        if cyclonedx.is_cyclonedx(data):
            about = cyclonedx.described(data)
            if about.serial:
                linked.setdefault(about.serial, about)
    statements: list[Statement] = []
    for name, data in opened.items():
        if cyclonedx.is_cyclonedx(data):
            statements += cyclonedx.read(data, name, linked, faults[name])
        elif openvex.is_openvex(data):
            statements += openvex.read(data, name, faults[name])
        else:
            faults[name].say("", "is neither CycloneDX nor OpenVEX", "format")
    return Statements(statements, [Trouble(name, one) for name, each in faults.items() for one in each.found])


def _decoded(content: bytes, faults: Faults) -> dict[str, Any] | None:
    try:
        data = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        faults.say("", f"is no JSON: {str(error)[:200]}", "json")
        return None
    if not isinstance(data, dict):
        faults.say("", "is no JSON object", "json")
        return None
    return data


_ROOTS = """
SELECT DISTINCT d.project, d.identity, c.package, c.version FROM documents AS d
LEFT JOIN components AS c ON c.component = d.root
"""
_VERSIONS = "SELECT DISTINCT subject, subject_version FROM present WHERE subject_version IS NOT NULL"


def identities(
    session: Session, projects: Iterable[str], products_of: Callable[[str], Iterable[str]]
) -> dict[str, Identity]:
    """By what statements can mean each project: names, and what its documents say of it."""
    packages: dict[str, set[str]] = defaultdict(set)
    serials: dict[str, set[str]] = defaultdict(set)
    versions: dict[str, set[str]] = defaultdict(set)
    for project, identity, package, version in session.ask(_ROOTS).rows():
        if package and package.startswith("pkg:"):
            packages[project].add(package)
        if identity:
            serials[project].add(identity.partition("/")[0].casefold())
        if version:
            versions[project].add(version)
    for project, version in session.ask(_VERSIONS).rows():
        versions[project].add(version)
    return {
        project: Identity(
            names=frozenset({project.casefold(), *(one.casefold() for one in products_of(project))}),
            packages=frozenset(packages[project]),
            versions=frozenset(versions[project]),
            serials=frozenset(serials[project]),
        )
        for project in projects
    }
