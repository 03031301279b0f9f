# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One line of a requirements file → the package that it asks for, and where that comes from."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from umbel.collect._python import (
    archive_name,
    fragment,
    is_archive,
    is_commit,
    is_vcs,
    normal,
    split_revision,
    vcs_address,
)
from umbel.collect._python_requirement import Requirement, parse
from umbel.collect.lockfiles._requirements_file import shown
from umbel.collect.lockfiles._requirements_origin import Origin, origins, project_scope
from umbel.collect.lockfiles._sources import bare_download

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults
    from umbel.collect.interface import Pairs
    from umbel.collect.lockfiles._requirements_file import File, Line

_EXTRAS = re.compile(r"(.*?)(?:\[([^\[\]]*)\])?")
_MARKER = re.compile(r"(?:\s;|;\s)(.*)")
_LOCAL = re.compile(r"\.{1,2}(?:[/\\\[]|$)|[/~\\]|[A-Za-z]:[\\/]")


class Ask:
    """One requirement. `pinned` is None where it can't be told whether a revision may move."""

    __slots__ = (
        "address", "extras", "hashes", "identified", "location", "marker", "name", "origin",
        "own", "pinned", "place", "scope", "specifier", "told", "urls", "version",
    )  # fmt: skip

    def __init__(self, line: Line, scope: str | None, name: str) -> None:
        """A requirement of which only the name is known yet."""
        self.name, self.scope, self.place = name, scope, line.place
        self.hashes = line.hashes
        self.told: list[Origin] = []
        self.version: str | None = None
        self.specifier: str | None = None
        self.marker: str | None = None
        self.address: str | None = None
        self.location: str | None = None
        self.origin: dict[str, str] | None = None
        self.urls: Pairs = ()
        self.extras: tuple[str, ...] = ()
        self.pinned: bool | None = False
        self.own = False
        self.identified = True

    @property
    def ref(self) -> str:
        """Of the component that is meant."""
        name = normal(self.name)
        if self.address:
            return f"{name} @ {self.address}"
        return f"{name}=={self.version}" if self.version else name

    @property
    def fixed(self) -> bool:
        """Whether freezing tools write such lines: a version, or an address in its place."""
        return self.pinned is not False


def asks(file: File, scope: str | None, faults: Faults) -> Iterator[Ask]:
    """What each line of a file asks for; a line that asks for nothing is a fault."""
    project = project_scope(scope, file.head)
    for line in file.lines:
        ask = _ask(line, scope)
        if ask is None:
            message = f"has {shown(line.text)!r}, which is no requirement"
            faults.add("requirement", message, line.place, "error")
            continue
        if not ask.identified:
            message = "takes a package from an address without saying its name"
            faults.add("nameless", message, line.place)
        ask.told = origins(line.notes, project) if line.notes else []
        yield ask


def _ask(line: Line, scope: str | None) -> Ask | None:
    # A bare file name would pass for a package's name.
    file = line.editable or (is_archive(line.text) and not re.search(r"[@\s]", line.text))
    found = None if file else parse(line.text)
    if found is not None and found.url is None:
        ask = Ask(line, scope, found.name)
        ask.extras, ask.specifier, ask.marker = found.extras, found.specifier, found.marker
        ask.version = found.exact
        ask.pinned = ask.version is not None
        return ask
    if found is not None and found.url is not None:
        return _at(found.url, line, scope, found)
    cut = _MARKER.search(line.text)
    text = (line.text[: cut.start()] if cut else line.text).strip().strip("\"'")
    bare = Requirement("", marker=cut[1].strip() if cut else None)
    if "://" in text or is_vcs(text) or text.lower().startswith("file:"):
        return _at(text, line, scope, bare)
    return _from_path(text, line, scope, bare)


def _at(address: str, line: Line, scope: str | None, found: Requirement) -> Ask | None:
    """A package taken from an address."""
    if is_vcs(address):
        return _from_repository(address, line, scope, found)
    if address.lower().startswith("file:"):
        path = unquote(address.partition(":")[2].partition("#")[0].partition("?")[0])
        return _from_path(re.sub(r"^//(localhost)?(?=/|$)", "", path), line, scope, found)
    if not address.lower().startswith(("http://", "https://", "ftp://")):
        return None
    bare = bare_download(address).partition("#")[0]
    named = archive_name(bare.rpartition("/")[2])
    ask = _named(
        found.name or (named[0] if named else "") or fragment(address, "egg"), bare, line, scope, found
    )
    ask.version = named[1] if named else None
    ask.pinned = True if named or line.hashes else None
    ask.address, ask.origin, ask.urls = bare, {"download_url": bare}, (("distribution", bare),)
    return ask


def _from_repository(address: str, line: Line, scope: str | None, found: Requirement) -> Ask:
    bare, revision = split_revision(address)
    where = vcs_address(bare, revision, fragment(address, "subdirectory"))
    egg = parse(fragment(address, "egg") or "")
    ask = _named(found.name or (egg.name if egg else None), bare, line, scope, found)
    if egg and not found.extras:
        ask.extras = egg.extras
    ask.pinned = True if is_commit(revision) else None if revision else False
    ask.address, ask.origin, ask.urls = where, {"vcs_url": where}, (("vcs", where),)
    return ask


def _named(name: str | None, address: str, line: Line, scope: str | None, found: Requirement) -> Ask:
    """A requirement whose name may have to be taken from its address."""
    last = address.rstrip("/").rpartition("/")[2].removesuffix(".git")
    ask = Ask(line, scope, name or last or address)
    ask.identified = bool(name)
    ask.extras, ask.marker = found.extras, found.marker
    return ask


def _from_path(path: str, line: Line, scope: str | None, found: Requirement) -> Ask | None:
    """An archive or a folder of source code; folders are the project's own unless they lie outside."""
    if not is_archive(path):
        match = _EXTRAS.fullmatch(path)
        path, extras = (match[1], match[2]) if match else (path, None)
        if not path or not (
            line.editable or found.name or extras is not None or _LOCAL.match(path) or "/" in path
        ):
            return None
        if found.name and posixpath.isabs(path) and not line.editable:
            # So pip freezes what was built elsewhere, as conda does with all its packages.
            ask = Ask(line, scope, found.name)
            ask.marker, ask.location, ask.pinned = found.marker, path, None
            return ask
        if " " in path and not line.editable and not _LOCAL.match(path):
            return None
        ask = Ask(line, scope, found.name or path)
        ask.own = True
        return ask
    named = archive_name(path.replace("\\", "/").rpartition("/")[2])
    if named is None and not found.name:
        return None
    ask = Ask(line, scope, found.name or (named[0] if named else ""))
    ask.version = named[1] if named else None
    ask.marker, ask.extras, ask.location = found.marker, found.extras, path
    ask.pinned = True if named else None
    return ask
