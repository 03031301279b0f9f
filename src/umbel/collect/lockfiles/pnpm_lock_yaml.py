# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""pnpm's `pnpm-lock.yaml` → evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.model.purl import PurlError, make

if TYPE_CHECKING:
    from umbel.collect.lockfiles._js_manifests import Manifests

_CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
_KNOWN = re.compile(r"(?:5|5\.[0-4]|6\.[01]|7\.0|9\.0)(?:-inlineSpecifiers)?").fullmatch
_UNREAD_LINES = (
    r'(?:engines|cpu|os|libc): [\[{][^\n\[\]{}"]*[\]}]',
    r"(?:hasBin|requiresBuild): true",
    r"dev: (?:true|false)",
    r"transitivePeerDependencies:\n(?:      - [^\n]+\n)*      - [^\n]+",
)
_UNREAD = re.compile(rf"^    (?:{'|'.join(_UNREAD_LINES)})\n", re.MULTILINE)
"""Most of what a lockfile says that is no evidence here."""
_OF_PNPM = frozenset({"configDependencies", "packageManagerDependencies"})


class PnpmLockYamlCollector(Collector):
    """pnpm's lockfile.

    A package that is installed several times with other peers is one component, with the edges of
    all. Its scope is npm's: runtime if the project or a workspace reaches it without an optional or
    development dependency, optional if it does without a development one, else development.
    Workspaces and folders that are linked or copied in fold into the project. An optional peer that
    is not installed is no edge; a peer that is needed and isn't there is an edge without target.
    Requirements are told for what the project asks for and for peers.

    Where the first of two documents only tells which pnpm to use, it is passed by: pnpm is no part
    of the project.
    """

    id = "pnpm_lock_yaml"
    title = "pnpm lockfile"
    reads = "pnpm-lock.yaml of lockfile versions 5 to 9."
    limits = "Licences are not in it, nor what packages that are linked from outside of the workspace need."
    names = ("pnpm-lock.yaml",)
    companions = ("package.json",)

    def read(self, document: Document) -> Reading:
        """Read one lockfile."""
        from umbel.collect.lockfiles._js_manifests import Manifests
        from umbel.collect.lockfiles._pnpm_graph import PnpmLock

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        tree = _main(_documents(data.decode("utf-8", "replace"), faults), faults)
        reading = Reading(format=f"pnpm lockfile {_version(tree, faults)}".rstrip())
        PnpmLock(tree, faults).fill(reading)
        manifests = Manifests(document)
        _subject(reading, manifests, faults)
        reading.faults = [*manifests.faults.list(), *faults.list()]
        return reading


def _documents(text: str, faults: Faults) -> list[Any]:
    from umbel.collect.lockfiles._quick_yaml import read_yaml

    try:
        return read_yaml(text.replace("\r\n", "\n"), faults, _UNREAD)
    except UnreadableError:
        conflict = _CONFLICT.search(text)
        if conflict is None:
            raise
        place = f"line {text.count(chr(10), 0, conflict.start()) + 1}"
        raise UnreadableError("merge-conflict", "holds an unresolved merge conflict", place) from None


def _main(documents: list[Any], faults: Faults) -> dict[str, Any]:
    """The document that speaks of the project. Raises `UnreadableError`."""
    trees = [tree for tree in documents if isinstance(tree, dict)]
    wanted = [tree for tree in trees if not _is_of_pnpm(tree)]
    if len(wanted) < len(trees):
        message = "begins with the lock of pnpm itself, which is no part of the project"
        faults.add("package-manager", message, "", "note")
    if len(wanted) > 1:
        faults.add("several-documents", "holds further documents, which are not read", "")
    if wanted and wanted[0].keys() & {"lockfileVersion", "importers", "packages", "specifiers"}:
        return wanted[0]
    if wanted or (documents and not trees):
        raise UnreadableError("not-pnpm", "is YAML, but no lockfile of pnpm")
    return {"lockfileVersion": trees[0].get("lockfileVersion")} if trees else {}


def _is_of_pnpm(tree: dict[str, Any]) -> bool:
    """Whether the document only says which pnpm, and which of its plug-ins, are used."""
    importers = tree.get("importers")
    said = list(importers.values()) if isinstance(importers, dict) else []
    return bool(said) and all(isinstance(item, dict) and item and item.keys() <= _OF_PNPM for item in said)


def _version(tree: dict[str, Any], faults: Faults) -> str:
    said = tree.get("lockfileVersion")
    if said is None:
        faults.add("lockfile-version", "doesn't say its lockfileVersion", "$", "note")
        return ""
    if not isinstance(said, str) or not _KNOWN(said):
        shown = said[:40] if isinstance(said, str) else "no text"
        faults.add(
            "lockfile-version", f"has {shown} as lockfileVersion, which is not known", "$.lockfileVersion"
        )
        return ""
    return said.partition("-")[0]


def _subject(reading: Reading, manifests: Manifests, faults: Faults) -> None:
    """The project's name and version, as the manifest beside the lockfile says them."""
    root = manifests.at("")
    if root is None:
        return
    reading.subject, reading.subject_version = root.name, root.version
    if root.name:
        try:
            reading.subject_purl = make("npm", None, root.name, root.version).purl
        except PurlError:
            message = f"stands beside a package.json that calls the project {root.name[:120]!r}"
            faults.add("purl", f"{message}, which no purl can name", "package.json", "note")
