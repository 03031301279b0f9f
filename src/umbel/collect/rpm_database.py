# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The packages of an RPM database → evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect._os_release import OsRelease
    from umbel.collect._rpm_header import Value

_NAME, _VERSION, _RELEASE, _EPOCH, _SUMMARY = 1000, 1001, 1002, 1003, 1004
_VENDOR, _LICENSE, _PACKAGER, _URL, _ARCH, _SOURCE = 1011, 1014, 1015, 1020, 1022, 1044
_PROVIDES, _REQUIRE_FLAGS, _REQUIRES, _REQUIRE_VERSIONS = 1047, 1048, 1049, 1050
_DIR_INDEXES, _BASE_NAMES, _DIR_NAMES = 1116, 1117, 1118
_RECOMMENDS, _SUGGESTS = 5046, 5049
_MODULARITY = 5096
_HEADER_SHA256 = 273
_WANTED = frozenset(
    {
        _NAME, _VERSION, _RELEASE, _EPOCH, _SUMMARY, _VENDOR, _LICENSE, _PACKAGER, _URL, _ARCH, _SOURCE,
        _PROVIDES, _REQUIRE_FLAGS, _REQUIRES, _REQUIRE_VERSIONS, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES,
        _RECOMMENDS, _SUGGESTS, _MODULARITY, _HEADER_SHA256,
    }
)  # fmt: skip
_LESS, _GREATER, _EQUAL = 2, 4, 8
_OPERATORS = {
    _LESS: "<", _GREATER: ">", _EQUAL: "=", _LESS | _EQUAL: "<=", _GREATER | _EQUAL: ">=",
}  # fmt: skip
_NOT_NEEDED = 1 << 24
"""What rpm itself must be able to do, to read the package (RPMSENSE_RPMLIB)."""
_KEYS = "gpg-pubkey"
_SILENT = frozenset({"", "(none)"})


class RpmDatabaseCollector(Collector):
    """Installed RPM packages, as rpm's own database lists them.

    An edge leads from a package to whichever installed packages provide a name or file that it requires;
    what it recommends or suggests is an optional edge where it is installed. Keys that rpm keeps as
    packages are left out. Licences are as packagers declare them.
    """

    id = "rpm_database"
    title = "Installed RPM packages"
    reads = "rpm's database in SQLite (rpmdb.sqlite) and NDB (Packages.db)."
    limits = (
        "Databases in Berkeley DB are not read. rpm doesn't tell which packages were asked for; rich "
        "requirements (A or B) are not followed."
    )
    paths = (
        "var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/Packages.db",
        "usr/lib/sysimage/rpm/Packages.db", "var/lib/rpm/Packages", "usr/lib/sysimage/rpm/Packages",
    )  # fmt: skip
    companions: ClassVar[tuple[str, ...]] = ("rpmdb.sqlite-wal",)

    def fingerprint(self, document: Document) -> str:
        """Over the database and the name of the distribution."""
        from umbel.collect._os_release import release_beside

        return f"{super().fingerprint(document)}{release_beside(document).digest}"

    def read(self, document: Document) -> Reading:
        """Read one database."""
        from umbel.collect._os_release import release_beside

        faults = Faults()
        if document.companion("rpmdb.sqlite-wal"):
            message = "has changes beside it that aren't in it yet (rpmdb.sqlite-wal); they are not read"
            faults.add("write-ahead-log", message, "", "error")
        return _Database(faults, release_beside(document)).reading(document.data)


class _Database:
    """One reading of one database."""

    def __init__(self, faults: Faults, release: OsRelease) -> None:
        self._faults = faults
        self._release = release
        self._components: dict[str, Component] = {}
        self._providers: dict[str, list[str]] = {}
        self._needs: list[tuple[str, str, str | None, bool]] = []

    def reading(self, data: bytes) -> Reading:
        from umbel.collect._rpm_header import HeaderError, rows, tags

        headers = []
        for row in rows(data):
            try:
                found = tags(row.blob, _WANTED)
            except HeaderError as error:
                message = f"holds a package whose header {error}"
                self._faults.add("header", message, f"package {row.number}", "error")
                continue
            ref = self._package(found, row.number)
            if ref is not None:
                headers.append((ref, found))
        required = {name for _, found in headers for name in _texts(found, _REQUIRES) if name.startswith("/")}
        for ref, found in headers:
            self._relations(ref, found, required)
        if not self._components:
            self._faults.add("no-components", "lists no packages", "", "note")
        return Reading(
            format="RPM database",
            components=list(self._components.values()),
            edges=list(self._edges()),
            faults=self._faults.list(),
        )

    def _package(self, found: dict[int, Value], number: int) -> str | None:
        name, version = _text(found, _NAME), _text(found, _VERSION)
        if name == _KEYS:
            return None
        place = f"package {number}"
        if not name or not version:
            self._faults.add("nameless", "holds a package without name or version", place, "error")
            return None
        release = _text(found, _RELEASE)
        whole = f"{version}-{release}" if release else version
        ref = f"{name}-{whole}.{_text(found, _ARCH) or 'none'}"
        if ref in self._components:
            self._faults.add("duplicate", f"holds {ref[:120]!r} again", place)
            return None
        self._components[ref] = self._component(ref, name, whole, found, place)
        return ref

    def _component(self, ref: str, name: str, version: str, found: dict[int, Value], place: str) -> Component:
        epoch = found.get(_EPOCH)
        qualifiers = {
            "arch": _text(found, _ARCH) or "",
            "distro": self._release.distro or "",
            "epoch": str(epoch[0]) if isinstance(epoch, list) and epoch and epoch[0] else "",
            "upstream": _text(found, _SOURCE) or "",
        }
        purl = None
        try:
            purl = make("rpm", self._release.namespace, name, version, qualifiers)
        except PurlError as error:
            self._faults.add("purl", f"holds a package that no purl can name: {error}", place)
        license_, url = _text(found, _LICENSE), _text(found, _URL)
        digest = _text(found, _HEADER_SHA256)
        return Component(
            ref=ref,
            package=purl.package if purl else unidentified(name),
            version=version,
            purl=purl.purl if purl else None,
            type="library",
            name=name,
            declared=(license_,) if license_ else (),
            supplier=_text(found, _VENDOR) or _text(found, _PACKAGER),
            description=_text(found, _SUMMARY),
            urls=(("website", url),) if url else (),
            properties=_properties(
                ("rpm:source", _text(found, _SOURCE)),
                ("rpm:modularity", _text(found, _MODULARITY)),
                ("rpm:header-sha256", digest),
            ),
        )

    def _relations(self, ref: str, found: dict[int, Value], required: set[str]) -> None:
        for name in dict.fromkeys(_texts(found, _PROVIDES)):
            self._providers.setdefault(name, []).append(ref)
        for path in _files(found):
            if path in required:
                self._providers.setdefault(path, []).append(ref)
        flags, versions = _numbers(found, _REQUIRE_FLAGS), _texts(found, _REQUIRE_VERSIONS)
        for i, name in enumerate(_texts(found, _REQUIRES)):
            flag = flags[i] if i < len(flags) else 0
            if flag & _NOT_NEEDED:
                continue
            version = versions[i] if i < len(versions) else ""
            operator = _OPERATORS.get(flag & (_LESS | _GREATER | _EQUAL))
            self._needs.append((ref, name, f"{operator} {version}" if operator and version else None, False))
        for tag in (_RECOMMENDS, _SUGGESTS):
            self._needs += [(ref, name, None, True) for name in _texts(found, tag)]

    def _edges(self) -> Iterable[Edge]:
        seen = set()
        for ref, name, requirement, optional in self._needs:
            for target in self._providers.get(name, ()):
                if target != ref and (ref, target) not in seen:
                    seen.add((ref, target))
                    yield Edge(
                        source=ref,
                        target=target,
                        package=self._components[target].package,
                        requirement=requirement,
                        optional=optional,
                        pinned=True,
                    )


def _texts(found: dict[int, Value], tag: int) -> list[str]:
    value = found.get(tag)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _numbers(found: dict[int, Value], tag: int) -> list[int]:
    value = found.get(tag)
    return [number for number in value if isinstance(number, int)] if isinstance(value, list) else []


def _text(found: dict[int, Value], tag: int) -> str | None:
    """The first text of a tag, None if it says nothing."""
    texts = _texts(found, tag)
    text = texts[0].strip() if texts else ""
    return None if text in _SILENT else text


def _files(found: dict[int, Value]) -> Iterable[str]:
    """The paths of a package's files."""
    folders, indexes = _texts(found, _DIR_NAMES), _numbers(found, _DIR_INDEXES)
    for base, index in zip(_texts(found, _BASE_NAMES), indexes, strict=False):
        if 0 <= index < len(folders):
            yield f"{folders[index]}{base}"


def _properties(*pairs: tuple[str, str | None]) -> Pairs:
    return tuple((name, value) for name, value in pairs if value)
