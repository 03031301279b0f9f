# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""apk's database of installed packages → evidence."""

from __future__ import annotations

import hashlib
import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._os_release import OsRelease

_NEED = re.compile(r"([^\s!<>=~@]+)(?:@[^\s<>=~]+)?(?:([<>=~]+)(\S+))?")
_KEPT = frozenset("CPVATULomcDp")
"""Fields that hold evidence; the others list files and sizes."""
_DIGESTS = {"Q1": ("sha1", 20), "Q2": ("sha256", 32)}
_MOST_PROVIDERS = 8
_MOST_NEEDS = 10_000


class _Package(NamedTuple):
    """One package: its fields by their letter, and the line that it begins at."""

    fields: dict[str, str]
    line: int


class ApkInstalledCollector(Collector):
    """Installed packages of Alpine Linux, Wolfi and their kin.

    An edge leads from a package to whichever installed packages have, or provide, the name, command or
    shared library that it needs. Direct is what `etc/apk/world` asks for. Licences are as packagers
    declare them; the digest is that of a package's control data, as apk keeps it.
    """

    id = "apk_installed"
    title = "Installed apk packages"
    reads = "apk's lib/apk/db/installed and usr/lib/apk/db/installed, with etc/apk/world."
    limits = "Packages that are installed because others are (install_if) have no edge that says so."
    paths = ("lib/apk/db/installed",)

    def fingerprint(self, document: Document) -> str:
        """Over the database, what was asked for and the name of the distribution."""
        from umbel.collect._os_release import release_beside

        digest = hashlib.sha256(document.data)
        digest.update(release_beside(document).digest.encode())
        world = _world(document)
        if world is not None:
            digest.update(b"\0world\0" + world)
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one database."""
        from umbel.collect._os_release import release_beside

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        text = data.decode().replace("\r\n", "\n")
        return _Database(faults, release_beside(document)).reading(text, _world(document))


def _world(document: Document) -> bytes | None:
    """What was asked for, from the tree around the database."""
    for up in ("../../../", "../../../../"):
        data = document.companion(f"{up}etc/apk/world")
        if data is not None:
            return data
    return None


class _Database:
    """One reading of one database."""

    def __init__(self, faults: Faults, release: OsRelease) -> None:
        self._faults = faults
        self._release = release
        self._packages: dict[str, _Package] = {}
        self._keys: dict[str, str] = {}
        self._providers: dict[str, list[str]] = {}

    def reading(self, text: str, world: bytes | None) -> Reading:
        for package in self._parse(text):
            self._add(package)
        if not self._packages:
            if text.strip():
                raise UnreadableError("not-apk", "is no database of apk packages")
            self._faults.add("no-components", "lists no packages", "", "note")
        components = [self._component(ref, package) for ref, package in self._packages.items()]
        edges: dict[Edge, None] = {}
        if world is not None:
            needs = world[: 1 << 20].decode("utf-8", "replace")
            edges.update(dict.fromkeys(self._edges(None, needs)))
        for ref, package in self._packages.items():
            edges.update(dict.fromkeys(self._edges(ref, package.fields.get("D", ""))))
        return Reading(
            format="apk database", components=components, edges=list(edges), faults=self._faults.list()
        )

    def _parse(self, text: str) -> Iterator[_Package]:
        """Each record of the database; an empty line ends one."""
        fields: dict[str, str] = {}
        start = 0
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                if fields:
                    yield _Package(fields, start)
                fields = {}
            elif line[1:2] != ":":
                self._faults.add("line", f"has {line[:80]!r}, which is no field", f"line {number}", "error")
            elif line[0] in _KEPT:
                if not fields:
                    start = number
                fields.setdefault(line[0], line[2:].strip())
        if fields:
            yield _Package(fields, start)

    def _add(self, package: _Package) -> None:
        place = f"line {package.line}"
        name, version = package.fields.get("P"), package.fields.get("V")
        if not name:
            self._faults.add("nameless", "holds a package without name", place, "error")
            return
        if not version:
            self._faults.add("no-version", f"holds {name[:120]!r} without version", place)
        if name in self._packages:
            self._faults.add("duplicate", f"holds {name[:120]!r} again; the first counts", place)
            return
        self._packages[name] = package
        for text in package.fields.get("p", "").split()[:_MOST_NEEDS]:
            match = _NEED.match(text)
            if match:
                self._providers.setdefault(match[1], []).append(name)

    # -- components

    def _component(self, ref: str, package: _Package) -> Component:
        fields, place = package.fields, f"line {package.line}"
        purl = self._purl(ref, fields, place)
        self._keys[ref] = purl.package if purl else unidentified(ref)
        license_, url = fields.get("L"), fields.get("U")
        return Component(
            ref=ref,
            package=self._keys[ref],
            version=fields.get("V") or None,
            purl=purl.purl if purl else None,
            type="library",
            name=ref,
            declared=(license_,) if license_ else (),
            hashes=self._hashes(fields.get("C", ""), place),
            supplier=fields.get("m") or None,
            description=fields.get("T") or None,
            urls=(("website", url),) if url else (),
            properties=_properties(("apk:origin", fields.get("o")), ("apk:commit", fields.get("c"))),
        )

    def _purl(self, name: str, fields: dict[str, str], place: str) -> Purl | None:
        qualifiers = {"arch": fields.get("A") or "", "distro": self._release.distro or ""}
        try:
            return make("apk", self._release.namespace, name, fields.get("V") or None, qualifiers)
        except PurlError as error:
            self._faults.add("purl", f"holds a package that no purl can name: {error}", place)
            return None

    def _hashes(self, said: str, place: str) -> Pairs:
        if not said:
            return ()
        algorithm, size = _DIGESTS.get(said[:2], ("", 0))
        try:
            raw = a2b_base64(said[2:], strict_mode=True)
        except (Base64Error, ValueError):
            raw = b""
        if algorithm and len(raw) == size:
            return ((algorithm, raw.hex()),)
        self._faults.add("hash", f"has {said[:80]!r} as checksum, which is none", place)
        return ()

    # -- edges

    def _edges(self, source: str | None, needs: str) -> Iterator[Edge]:
        for text in needs.split()[:_MOST_NEEDS]:
            match = _NEED.fullmatch(text)
            if match is None:
                continue  # what must not be there begins with "!"
            name, operator, version = match.groups()
            requirement = f"{operator} {version}" if version else None
            targets = self._resolve(name)
            for target in targets:
                if target != source:
                    yield Edge(
                        source=source,
                        target=target,
                        package=self._keys[target],
                        requirement=requirement,
                        pinned=True,
                    )
            if not targets:
                yield Edge(source=source, package=self._missing(name), requirement=requirement)

    def _resolve(self, name: str) -> list[str]:
        if name in self._packages:
            return [name]
        return self._providers.get(name, [])[:_MOST_PROVIDERS]

    def _missing(self, name: str) -> str:
        """The key of what is needed but not there: a package, or a file or library that some package has."""
        if ":" not in name and not name.startswith("/"):
            try:
                return make("apk", self._release.namespace, name).package
            except PurlError:
                pass
        return unidentified(name)


def _properties(*pairs: tuple[str, str | None]) -> Pairs:
    return tuple((name, value) for name, value in pairs if value)
