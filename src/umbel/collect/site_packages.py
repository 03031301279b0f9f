# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Installed Python environments (`site-packages`) → evidence. Nothing in them is imported or run."""

from __future__ import annotations

import hashlib
import os
import re
from email.parser import HeaderParser
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect._cyclonedx_mend import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._python import identify, normal
from umbel.collect.lockfiles._sources import bare_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

_MOST = 20_000
_LARGEST = 4 << 20
_PYTHON = re.compile(r"python(\d+)\.(\d+)")
_SILENT = {"unknown", "none", "see license", "license", ""}
_TROVE = "License ::"


class _Found(NamedTuple):
    """One installed distribution: its folder's name and the files that describe it."""

    folder: str
    metadata: bytes
    requested: bool | None
    direct_url: bytes
    installer: str


class _Distribution(NamedTuple):
    """One installed distribution, read."""

    component: Component
    requires: tuple[str, ...]
    direct: bool | None


class SitePackagesCollector(Collector):
    """What is installed in a Python environment.

    A package is direct where its installer noted that someone asked for it (REQUESTED), transitive where
    an installer that keeps such notes (pip, uv) didn't. Requirements whose marker doesn't hold for the
    environment's Python are left out; those of an extra are optional edges where their target is installed.
    Editable installs are the project's own code.
    """

    id = "site_packages"
    title = "Installed Python environment"
    reads = "site-packages and dist-packages: the metadata of every installed distribution."
    limits = "What was copied in without metadata is not seen. Scope is unknown: an environment doesn't say what for."
    folders = ("site-packages", "dist-packages")

    def fingerprint(self, document: Document) -> str:
        """Over the describing files of every distribution."""
        digest = hashlib.sha256()
        for found in _scan(document.path, Faults()):
            for part in (found.folder.encode(), found.metadata, str(found.requested).encode(), found.direct_url):
                digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one environment."""
        faults = Faults()
        distributions: dict[str, _Distribution] = {}
        own: list[tuple[str, ...]] = []
        for found in _scan(document.path, faults):
            read = _distribution(found, faults)
            if isinstance(read, _Distribution):
                distributions[normal(read.component.name or "")] = read
            elif read is not None:
                own.append(read)
        python = _PYTHON.search(str(document.path))
        environment = _environment(python)
        edges = list(_edges(distributions, own, environment))
        return Reading(
            format="Python environment" + (f" {python[1]}.{python[2]}" if python else ""),
            components=[msgspec.structs.replace(d.component, direct=d.direct) for d in distributions.values()],
            edges=edges,
            faults=faults.list(),
        )


def _scan(folder: Path, faults: Faults) -> Iterator[_Found]:
    """The distributions in order of their folders' names; links are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise UnreadableError("unreadable", error.strerror or str(error)) from error
    number = 0
    for entry in entries:
        name = entry.name
        metadata = "METADATA" if name.endswith(".dist-info") else "PKG-INFO"
        if not name.endswith((".dist-info", ".egg-info")) or entry.is_symlink():
            continue
        number += 1
        if number > _MOST:
            faults.once("too-many", f"holds more than {_MOST:,} distributions; no more are read", "", "error")
            return
        inside = entry.is_dir()
        data = _small(os.path.join(entry.path, metadata) if inside else entry.path)
        if data is None:
            faults.add("no-metadata", f"holds {name[:200]} without readable metadata", name[:200], "error")
            continue
        requested: bool | None = None
        installer = (_small(os.path.join(entry.path, "INSTALLER")) or b"").decode("utf-8", "replace").strip()
        if inside and installer:
            requested = os.path.lexists(os.path.join(entry.path, "REQUESTED"))
        direct_url = _small(os.path.join(entry.path, "direct_url.json")) or b"" if inside else b""
        yield _Found(name, data, requested, direct_url, installer)


def _small(path: str) -> bytes | None:
    """A regular file of bounded size, None if it isn't there or isn't one."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with open(handle, "rb") as file:
        try:
            return file.read(_LARGEST) if os.path.isfile(path) else None
        except OSError:
            return None


def _distribution(found: _Found, faults: Faults) -> _Distribution | tuple[str, ...] | None:
    """A distribution; the requirements only, where it is the project's own code."""
    message = HeaderParser().parsestr(_head(found.metadata))
    name, version = _header(message, "Name"), _header(message, "Version")
    if name is None:
        faults.add("nameless", f"holds {found.folder[:200]}, which says no name", found.folder[:200], "error")
        return None
    requires = tuple(str(value) for value in message.get_all("Requires-Dist", []))
    vcs, url, own = _source(found.direct_url, found.folder, faults)
    if own:
        return requires
    purl = identify(name, version, vcs, url)
    if purl is None:
        faults.add("nameless", f"holds {name[:100]!r}, which is no name", found.folder[:200], "error")
        return None
    component = Component(
        ref=found.folder,
        package=purl.package,
        version=purl.version,
        purl=purl.purl,
        type="library",
        name=name,
        declared=_licenses(message),
        author=_header(message, "Author") or _header(message, "Author-email"),
        description=_header(message, "Summary"),
        urls=_urls(message),
    )
    direct = found.requested if found.installer in {"pip", "uv"} else found.requested or None
    return _Distribution(component, requires, direct)


def _head(data: bytes) -> str:
    """The headers without the description, which can be long."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return text.partition("\n\n")[0] + "\n\n"


def _header(message: Message, name: str) -> str | None:
    value = message.get(name)
    text = str(value).strip() if value is not None else ""
    return text if text and text.upper() != "UNKNOWN" else None


def _licenses(message: Message) -> tuple[str, ...]:
    """As declared: the expression, else the free text where it is short, else the classifiers."""
    expression = _header(message, "License-Expression")
    if expression:
        return (expression,)
    classifiers = [str(value) for value in message.get_all("Classifier", []) if str(value).startswith(_TROVE)]
    named = tuple(value for value in classifiers if value.count("::") > 1 or "OSI Approved" not in value)
    text = _header(message, "License")
    if text and text.lower() not in _SILENT and "\n" not in text:
        return (text,)
    return named or ((text,) if text and text.lower() not in _SILENT else ())


def _urls(message: Message) -> Pairs:
    found: dict[tuple[str, str], None] = {}
    home = _header(message, "Home-page")
    if home:
        found["website", bare_url(home)] = None
    for value in message.get_all("Project-URL", []):
        kind, comma, url = str(value).partition(",")
        if comma and url.strip():
            found[kind.strip().lower()[:64], bare_url(url.strip())] = None
    return tuple(found)


def _source(raw: bytes, place: str, faults: Faults) -> tuple[str | None, str | None, bool]:
    """VCS address, other address, and whether it is the project's own folder."""
    if not raw:
        return None, None, False
    try:
        data = msgspec.json.decode(raw)
        url = data["url"]
        if not isinstance(url, str):
            raise TypeError("url")
        if url.startswith("file:"):
            return None, None, "dir_info" in data
        vcs = data.get("vcs_info")
        if isinstance(vcs, dict):
            return f"{vcs.get('vcs', 'git')}+{url}#{vcs.get('commit_id', '')}".rstrip("#"), None, False
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, RecursionError):
        faults.add("direct-url", "holds a direct_url.json that can't be read", place[:200])
        return None, None, False
    else:
        return None, url, False


def _environment(python: re.Match[str] | None) -> dict[str, str]:
    """What markers are held against: the environment's own Python, as far as its folder tells."""
    if python is None:
        return {"extra": ""}
    version = f"{python[1]}.{python[2]}"
    return {"python_version": version, "python_full_version": f"{version}.0", "extra": ""}


def _edges(
    distributions: dict[str, _Distribution], own: list[tuple[str, ...]], environment: dict[str, str]
) -> Iterator[Edge]:
    for requires in own:
        yield from _edges_of(None, requires, distributions, environment)
    for distribution in distributions.values():
        yield from _edges_of(distribution.component.ref, distribution.requires, distributions, environment)


def _edges_of(
    source: str | None,
    requires: tuple[str, ...],
    distributions: dict[str, _Distribution],
    environment: dict[str, str],
) -> Iterator[Edge]:
    from packaging.markers import UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    for text in requires:
        try:
            requirement = Requirement(text[:2000])
        except (InvalidRequirement, RecursionError):
            continue  # some old package's own notation; what it means is not known
        extra = requirement.marker is not None and "extra" in str(requirement.marker)
        target = distributions.get(normal(requirement.name))
        if target is None and extra:
            continue
        try:
            holds = extra or requirement.marker is None or requirement.marker.evaluate(environment)
        except UndefinedEnvironmentName:
            holds = True
        if holds:
            yield Edge(
                source=source,
                target=target.component.ref if target else None,
                package=target.component.package if target else _package(requirement.name),
                requirement=str(requirement.specifier) or None,
                optional=extra,
                pinned=target is not None,
            )


def _package(name: str) -> str | None:
    purl = identify(name, None)
    return purl.package if purl else None
