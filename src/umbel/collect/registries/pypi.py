# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""PyPI: the simple index tells of files, the project's JSON or its newest file's metadata of the rest.

Source: the Python packaging specifications for the simple repository API and for core metadata.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from umbel.collect.registries import _pypi_project as project
from umbel.collect.registries._ordering import lost, newest, ordered
from umbel.collect.registries._reading import decode, moment, piece, table, text
from umbel.collect.registries.interface import (
    Answer,
    Asked,
    Got,
    PackageFacts,
    Registry,
    Unanswered,
    VersionFacts,
    absent,
    answered,
    unchanged,
)

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.collect.registries.addresses import Address

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_JSON = "application/json"
_SIMPLE = "/simple"
_METADATA = 1 << 20
_ANCHOR = re.compile(r"<a\s", re.IGNORECASE)
_LONGEST_ANCHOR = 4000
_HREF = re.compile(r"href\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_YANKED = re.compile(r"data-yanked(?:\s*=\s*[\"']([^\"']*))?", re.IGNORECASE)
_EGG = re.compile(r"[^-]+-([^-]+)-py\d", re.IGNORECASE)
_INSTALLER = re.compile(
    r".+?-(\d[^-]*?)(?:\.(?:win|linux|macosx)|-py\d|\.(?:exe|msi|rpm|dmg)$)", re.IGNORECASE
)


class _File(msgspec.Struct):
    filename: str
    url: Any = None
    yanked: Any = None
    upload_time: Any = msgspec.field(default=None, name="upload-time")
    core_metadata: Any = msgspec.field(default=None, name="core-metadata")
    dist_info_metadata: Any = msgspec.field(default=None, name="dist-info-metadata")


class _Simple(msgspec.Struct):
    files: list[msgspec.Raw]
    versions: Any = None
    status: Any = msgspec.field(default=None, name="project-status")


class _Shape(msgspec.Struct):
    info: msgspec.Raw = msgspec.Raw()
    files: msgspec.Raw = msgspec.Raw()


class Pypi(Registry):
    """A Python package index: PyPI, or a mirror that speaks the simple API."""

    id: ClassVar[str] = "pypi"
    kinds: ClassVar[tuple[str, ...]] = ("pypi",)
    source: ClassVar[str] = "pypi"

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        for address in self.places(asked):
            got = self._index(address, asked)
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                if _is_project(got.body):  # saved: nobody serves it here
                    return answered(asked, project.read(got.body), got.validator)
                facts, files = read(got)
                return answered(asked, self._with_project(address, asked, facts, files), got.validator)
        return absent(asked)

    def _index(self, address: Address, asked: Asked) -> Got:
        return self.fetch.get(address, f"{asked.name}/", accept=_ACCEPT, validator=asked.validator)

    def _with_project(
        self, address: Address, asked: Asked, facts: PackageFacts, files: list[_File]
    ) -> PackageFacts:
        """Licence, addresses and the like, from wherever they are to be had."""
        told = self._project_json(address, asked) or self._metadata(address, asked, facts, files)
        if told is None:
            return facts
        return project.joined(facts, told)

    def _project_json(self, address: Address, asked: Asked) -> PackageFacts | None:
        if not address.url.endswith(_SIMPLE):
            return None
        root = address.url.removesuffix(_SIMPLE)
        try:
            got = self.fetch.get(address, f"{root}/pypi/{asked.name}/json", accept=_JSON)
            return project.read(got.body) if got.status == 200 else None
        except Unanswered as error:
            if error.fault.code in {"refused", "not-understood"}:
                return None  # mirrors answer all kinds of things for what they don't have
            raise

    def _metadata(
        self, address: Address, asked: Asked, facts: PackageFacts, files: list[_File]
    ) -> PackageFacts | None:
        """By the newest version's own metadata, which an index may serve beside its files."""
        for each in files:
            has = each.core_metadata or each.dist_info_metadata
            if not has or not isinstance(each.url, str) or version_of(each.filename) != facts.latest:
                continue
            base = f"{address.url}/{asked.name}/"
            target = urljoin(base, each.url.partition("#")[0]) + ".metadata"
            if urlsplit(target).scheme not in {"http", "https"}:
                continue
            got = self.fetch.get(address, target, accept="*/*", longest=_METADATA)
            return project.of_metadata(got.body) if got.status == 200 else None
        return None


def _is_project(body: bytes) -> bool:
    """Whether it is a project's JSON rather than its page of the index."""
    if body.lstrip()[:1] != b"{":
        return False
    shape = decode(body, _Shape, "PyPI's answer")
    return bool(bytes(shape.info)) and not bytes(shape.files)


def read(got: Got) -> tuple[PackageFacts, list[_File]]:
    """The facts of a page of the simple index, JSON or HTML, and its files. Raises `Unanswered`."""
    if got.body.lstrip()[:1] != b"{":
        return _of_html(got)
    page = decode(got.body, _Simple, "simple index")
    files = [piece(raw, _File) for raw in page.files]
    good = [file for file in files if file is not None]
    status, reason = _status(page.status)
    listed = page.versions if isinstance(page.versions, list) else []
    versions = _versions(good, [name for name in listed if isinstance(name, str)])
    latest, latest_at = newest(versions)
    facts = PackageFacts(
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        deprecated=None if status is None else status in {"deprecated", "quarantined"},
        deprecation=reason if status in {"deprecated", "quarantined"} else None,
        archived=None if status is None else status == "archived",
        faults=lost(len(files) - len(good), "file"),
    )
    return facts, good


def _status(value: Any) -> tuple[str | None, str | None]:
    """The project's status, if the index knows such, and its reason."""
    status = text(table(value).get("status"), 40)
    return status, text(table(value).get("reason")) or status


def _of_html(got: Got) -> tuple[PackageFacts, list[_File]]:
    """A page of an index that has no JSON: versions and yanks, without dates."""
    page = got.body.decode("utf-8", "replace")
    files = []
    for rest in _ANCHOR.split(page)[1:]:
        inside, end, _ = rest[:_LONGEST_ANCHOR].partition(">")
        if not end:
            continue
        href, yanked = _HREF.search(inside), _YANKED.search(inside)
        if href:
            address = unescape(href[1])
            name = unquote(address.partition("#")[0].rpartition("/")[2])
            files.append(_File(filename=name, url=address, yanked=(yanked[1] or True) if yanked else False))
    known = [file for file in files if version_of(file.filename)]
    if not known and not re.search(r"pypi:repository-version|<title>\s*Links for", page, re.IGNORECASE):
        raise Unanswered("not-understood", "answered with a page that is no package index")
    versions = _versions(known, [])
    latest, latest_at = newest(versions)
    return PackageFacts(latest=latest, latest_at=latest_at, versions=versions), known


def _versions(files: list[_File], listed: list[str]) -> tuple[VersionFacts, ...]:
    """Files by version: released with the first, withdrawn when all are."""
    by_version: dict[str, list[_File]] = {name: [] for name in listed}
    for file in files:
        version = version_of(file.filename)
        if version is not None:
            by_version.setdefault(version, []).append(file)
    return ordered("pypi", [_version(name, of) for name, of in by_version.items()])


def _version(name: str, files: list[_File]) -> VersionFacts:
    times: list[datetime] = [t for t in (moment(file.upload_time) for file in files) if t]
    yanked = bool(files) and all(file.yanked for file in files)
    reasons = (text(file.yanked) for file in files)
    return VersionFacts(
        version=name,
        released_at=min(times, default=None),
        yanked=yanked if files else None,
        deprecation=next(filter(None, reasons), "yanked") if yanked else None,
    )


def version_of(filename: str) -> str | None:
    """The version that a file is of, in PyPI's normal form where it has one; None for other files."""
    from packaging.utils import (
        InvalidSdistFilename,
        InvalidWheelFilename,
        parse_sdist_filename,
        parse_wheel_filename,
    )
    from packaging.version import InvalidVersion, Version

    try:
        if filename.endswith(".whl"):
            return str(parse_wheel_filename(filename)[1])
        if filename.endswith((".tar.gz", ".zip")) and not _INSTALLER.match(filename):
            return str(parse_sdist_filename(filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion, ValueError):
        return None
    found = _EGG.match(filename) if filename.endswith(".egg") else _INSTALLER.match(filename)
    try:
        return str(Version(found[1])) if found else None
    except InvalidVersion:
        return None
