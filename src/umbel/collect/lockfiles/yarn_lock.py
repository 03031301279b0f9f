# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Yarn's `yarn.lock` → evidence: the classic form and that of berry (Yarn 2 and later)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple
from weakref import ref

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.model.purl import PurlError, make

if TYPE_CHECKING:
    from umbel.collect.lockfiles._js_manifests import Manifests
    from umbel.collect.lockfiles._yarn_names import Catalogs
    from umbel.collect.lockfiles._yarn_text import Lockfile

_NEWEST = 10
_SETTINGS = ".yarnrc.yml"
_WORKSPACE = re.compile(rb'^ +resolution: "?[^"\n]*@workspace:([^"\n]+)"?$', re.MULTILINE)


class YarnLockCollector(Collector):
    """Yarn's lockfile.

    What the project asks for, and what for, is told by the package.json files of the project and its
    workspaces: a berry lockfile names those folders, for a classic one they are looked for as Yarn does.
    Scopes are those of npm: a package is runtime if the project or a workspace reaches it without an optional or
    development dependency, optional if it does without a development one, else development. Workspaces and
    folders that are linked, ported or copied in fold into the project. Several ranges that are locked to one
    version are one package, and so is a patched package and what the patch is laid over.

    Peers are in berry lockfiles only. A peer is whatever those who need the package provide: their own
    dependency of that name, or else their own peer. An optional peer that nobody provides is no edge.

    A berry lockfile's checksums are left out: they are those of archives that Yarn packs itself, which depend
    upon its version and settings, so that they can't be compared with what a registry serves.
    """

    id = "yarn_lock"
    title = "Yarn lockfile"
    reads = "yarn.lock of Yarn 1 and of Yarn 2 and later (__metadata versions 4 to 10)."
    limits = (
        "Without package.json the classic form doesn't tell what the project itself asks for, and "
        "no form tells development from runtime. Licences are not in it; peers are in berry's form only."
    )
    names = ("yarn.lock",)
    companions = ("package.json",)

    def __init__(self) -> None:
        """Nothing read yet."""
        self._last: tuple[ref[Document], _Beside] | None = None

    def fingerprint(self, document: Document) -> str:
        """Over the lockfile and every manifest of its workspaces."""
        digest = hashlib.sha256(document.data)
        digest.update(self._beside(document).manifests.digest())
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one lockfile and the manifests that belong to it."""
        from umbel.collect.lockfiles._yarn_berry import BerryLock
        from umbel.collect.lockfiles._yarn_classic import ClassicLock
        from umbel.collect.lockfiles._yarn_text import parse

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        lock = parse(data.decode("utf-8", "replace").replace("\r\n", "\n"), faults)
        _check(lock, faults)
        near = self._beside(document)
        reading = Reading(format="Yarn lockfile 1")
        if lock.berry is None:
            ClassicLock(lock, near.manifests, near.folders, faults).fill(reading)
        else:
            reading.format = f"Yarn lockfile {lock.berry or 'berry'}"
            BerryLock(lock, near.manifests, near.catalogs, faults).fill(reading)
        _subject(reading, near.manifests, faults)
        reading.faults = [*near.manifests.faults.list(), *faults.list()]
        return reading

    def _beside(self, document: Document) -> _Beside:
        """Read once for both the hash and the evidence."""
        if self._last is None or self._last[0]() is not document:
            self._last = (ref(document), _beside(document))
        return self._last[1]


class _Beside(NamedTuple):
    """What belongs to a lockfile; `folders` are those of the workspaces that have a manifest."""

    manifests: Manifests
    folders: list[str]
    catalogs: Catalogs


def _beside(document: Document) -> _Beside:
    from umbel.collect.lockfiles._js_manifests import Manifests
    from umbel.collect.lockfiles._yarn_names import Catalogs

    manifests = Manifests(document)
    root = manifests.at("")
    settings = None
    if b"__metadata:" in document.data:
        named = [path.decode("utf-8", "replace") for path in _WORKSPACE.findall(document.data)]
        folders = [path for path in named if manifests.at(path) is not None]
        if b'"catalog:' in document.data:
            settings = _settings(manifests)
    else:
        folders = manifests.members(root.workspaces) if root else []
    return _Beside(manifests, folders, Catalogs(settings))


def _settings(manifests: Manifests) -> object:
    """What `.yarnrc.yml` says, if there is one that can be read."""
    from umbel.collect._yaml import load

    data = manifests.companion(_SETTINGS)
    if data is None:
        return None
    try:
        return load(data.decode("utf-8-sig", "replace").encode(), manifests.faults, texts=True)
    except UnreadableError as error:
        manifests.faults.add("companion", f"stands beside a {_SETTINGS} that {error}", _SETTINGS)
        return None


def _check(lock: Lockfile, faults: Faults) -> None:
    """Whether it is a lockfile at all, and of a version that is known."""
    if lock.berry is None:
        if not lock.entries and lock.text.strip() and "yarn lockfile v1" not in lock.text:
            raise UnreadableError("not-yarn", "is no lockfile of Yarn: not one entry can be read")
        return
    known = lock.berry.isdecimal() and len(lock.berry) < 4
    if not known or int(lock.berry) > _NEWEST:
        said = f"version {lock.berry[:20]!r}" if lock.berry else "no version"
        message = f"has {said} in its __metadata; those up to {_NEWEST} are known"
        faults.add("lockfile-version", message, lock.line(lock.text.find("__metadata:")))
        lock.berry = lock.berry if known else ""


def _subject(reading: Reading, manifests: Manifests, faults: Faults) -> None:
    """The project's name and version, as its own manifest says them."""
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
