# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""pip's `requirements.txt` → evidence: a lock where everything is pinned, a manifest elsewhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect._cyclonedx_mend import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._python import hashes, identify, normal
from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(===?)\s*([A-Za-z0-9.!+_-]+)\s*(?:;.*)?"
)
_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)", re.DOTALL)
_SPECIFIER = re.compile(r"\(?\s*(?:(?:===?|~=|!=|<=?|>=?)\s*[^\s,;()]+\s*,?\s*)*\)?")
_VIA = re.compile(r"#\s*via\b(.*)")
_HASH = re.compile(r"--hash[=\s]\s*(\S+)")
_OPTION = re.compile(r"\s--[a-z]")
_COMMENT = re.compile(r"(^|\s)#.*")
_INCLUDE = re.compile(r"(?:-r|--requirement)[\s=]*(\S+)$")
_VCS = ("git+", "hg+", "svn+", "bzr+")
_MOST_FILES = 50
_LONGEST = 20_000
_SCOPE_WORDS = {
    "dev": "development",
    "develop": "development",
    "development": "development",
    "lint": "development",
    "docs": "development",
    "doc": "development",
    "test": "test",
    "tests": "test",
    "testing": "test",
    "build": "build",
}


class _Line(NamedTuple):
    """One requirement: its text, the hashes with it, who asked for it, and where it stands."""

    text: str
    hashes: Pairs
    via: tuple[str, ...]
    place: str


class RequirementsTxtCollector(Collector):
    """pip's requirements files.

    A pinned requirement (`==`) is a component in that version; another one is a component without version,
    and the reading is then partial. The `# via` notes of pip-compile and uv give edges and tell what is direct;
    without them it isn't known. The scope is taken from the file's name: requirements.txt is runtime,
    requirements-dev.txt development, requirements-test.txt test; another name tells none.
    """

    id = "requirements_txt"
    title = "pip requirements"
    reads = "requirements*.txt, *requirements.txt and requirements/*.txt, with the files that they include."
    limits = "Constraints (-c) and index options are not read. Markers are not evaluated."
    names = ("requirements*.txt", "*-requirements.txt", "*_requirements.txt", "*.requirements.txt")

    def fingerprint(self, document: Document) -> str:
        """Over the file and those that it includes."""
        digest = hashlib.sha256(document.data)
        for _, data in _files(document, Faults()):
            digest.update(hashlib.sha256(data).digest())
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one file and what it includes."""
        if b"\0" in document.data[:4096] and not document.data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UnreadableError("binary", "is no text")
        faults = Faults()
        lines: list[_Line] = []
        for name, data in _files(document, faults):
            text, found = to_utf8(data)
            for fault in found:
                faults.add(fault.code, fault.message, fault.place or name, fault.level)
            lines += _lines(text.decode("utf-8", "replace"), name)
        return _reading(document.name, lines, faults)


def _files(document: Document, faults: Faults) -> list[tuple[str, bytes]]:
    """The file itself (named "") and, in order, those it includes; each once, inside of the project."""
    found: dict[str, bytes] = {}
    waiting = [("", document.data, "")]
    while waiting:
        name, data, folder = waiting.pop(0)
        found[name] = data
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            match = _INCLUDE.match(line.strip().partition(" #")[0].strip())
            if match is None or line.count("{"):
                continue
            path = str(PurePosixPath(folder) / match[1])
            place = f"{name} line {number}".strip()
            if path in found or any(path == each for each, _, _ in waiting) or path == document.name:
                continue
            included = None if "://" in path or len(found) >= _MOST_FILES else _companion(document, path)
            if included is None:
                faults.add("include", f"includes {path[:200]!r}, which isn't there or isn't read", place)
                continue
            waiting.append((path, included, str(PurePosixPath(path).parent)))
    return list(found.items())


def _companion(document: Document, path: str) -> bytes | None:
    if "\0" in path or len(path) > 1000:
        return None
    try:
        return document.companion(path)
    except (UnreadableError, ValueError, OSError):
        return None


def _lines(text: str, name: str) -> Iterator[_Line]:
    """Requirements with their continuations and the comments that belong to them."""
    prefix = f"{name} " if name else ""
    current: list[str] = []
    vias: list[str] = []
    place, open_via = "", False
    pending: _Line | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw[:_LONGEST]
        stripped = line.strip()
        if stripped.startswith("#"):
            open_via = _collect_via(stripped, vias, open_via=open_via)
            continue
        if not current:
            if pending is not None and stripped:
                yield pending._replace(via=pending.via + tuple(vias))
                pending, vias, open_via = None, [], False
            place = f"{prefix}line {number}"
        inline = _VIA.search(line)
        if inline:
            open_via = _collect_via(line[inline.start() :], vias, open_via=False)
        body = _COMMENT.sub("", line).rstrip()
        current.append(body.removesuffix("\\"))
        if body.endswith("\\"):
            continue
        joined = " ".join(current).strip()
        current = []
        if joined and not joined.startswith("-") or joined.startswith(("-e", "--editable")):
            pending = _line(joined, place)
    if current and (joined := " ".join(current).strip()) and not joined.startswith("-"):
        pending = _line(joined, place)
    if pending is not None:
        yield pending._replace(via=pending.via + tuple(vias))


def _collect_via(comment: str, vias: list[str], *, open_via: bool) -> bool:
    """Names in a `# via` comment; True while its lines go on."""
    match = _VIA.match(comment)
    if match:
        vias += [name.strip() for name in match[1].split(",") if name.strip()]
        return True
    rest = comment.lstrip("#")
    if open_via and rest.startswith("   ") and rest.strip():
        vias.append(rest.strip())
        return True
    return False


def _line(joined: str, place: str) -> _Line:
    found = hashes(match[1] for match in _HASH.finditer(joined))
    option = _OPTION.search(joined)
    return _Line(joined[: option.start()].strip() if option else joined, found, (), place)


def _reading(filename: str, lines: list[_Line], faults: Faults) -> Reading:
    scope = _scope(filename)
    components: dict[str, Component] = {}
    asked: dict[str, str] = {}
    vias: dict[str, tuple[str, ...]] = {}
    unpinned: list[str] = []
    for line in lines:
        made = _component(line, scope, faults)
        if made is None:
            continue
        component, requirement = made
        components[component.ref] = component
        asked[component.ref] = requirement
        vias[component.ref] = vias.get(component.ref, ()) + line.via
        if component.version is None and not component.purl_raw and "vcs_url" not in (component.purl or ""):
            unpinned.append(line.place)
    if unpinned:
        shown = ", ".join(unpinned[:5]) + (" …" if len(unpinned) > 5 else "")
        message = f"pins no version of {len(unpinned):,} of {len(components):,} packages ({shown})"
        faults.add("unpinned", message, "", "note")
    return Reading(
        format="pip requirements",
        components=list(components.values()),
        edges=list(_edges(components, asked, vias, scope)),
        faults=faults.list(),
        complete=not unpinned,
    )


def _component(line: _Line, scope: str | None, faults: Faults) -> tuple[Component, str] | None:
    text = re.sub(r"^(-e|--editable)[\s=]*", "", line.text)
    name, version, vcs, url, requirement = _taken_apart(text)
    if name is None:
        if not text.startswith((".", "/", "file:")) and "://" not in text and not text.startswith(_VCS):
            faults.add("requirement", f"has {text[:120]!r}, which is no requirement", line.place, "error")
        elif "://" in text:
            faults.add("nameless", "has an address that names no package", line.place)
        return None
    if url and url.startswith("file:"):
        return None
    purl = identify(name, version, vcs, url)
    if purl is None:
        faults.add("requirement", f"has {text[:120]!r}, which is no requirement", line.place, "error")
        return None
    component = Component(
        ref=f"{normal(name)}@{purl.version or ''}",
        package=purl.package,
        version=purl.version,
        purl=purl.purl,
        type="library",
        name=name,
        hashes=line.hashes,
        scope=scope,
    )
    return component, requirement


def _taken_apart(text: str) -> tuple[str | None, str | None, str | None, str | None, str]:
    """Name, version, VCS address, other address, and the requirement as written."""
    plain = _PLAIN.fullmatch(text)
    if plain and "*" not in plain[3]:
        return plain[1], plain[3], None, None, f"{plain[2]}{plain[3]}"
    if text.startswith(_VCS) or "://" in text.partition("@")[0]:
        egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", text)
        address = text.partition("#")[0].partition(";")[0].strip()
        vcs = _vcs(address) if text.startswith(_VCS) else None
        return (egg[1] if egg else None), None, vcs, None if vcs else address, text[:200]
    named = _NAMED.fullmatch(text)
    if named is None:
        return None, None, None, None, text
    rest = named[2].strip()
    if rest.startswith("@"):
        address = rest[1:].partition(";")[0].strip().partition("#")[0]
        vcs = _vcs(address) if address.startswith(_VCS) else None
        return named[1], None, vcs, None if vcs else address, f"@ {address}"[:200]
    specifier = rest.partition(";")[0].strip()
    if specifier and not _SPECIFIER.fullmatch(specifier):
        return None, None, None, None, text
    return named[1], None, None, None, specifier


def _vcs(address: str) -> str:
    """`git+https://host/x.git@rev` with the revision where the others have it, after a #."""
    head, at, revision = address.rpartition("@")
    return f"{head}#{revision}" if at and "/" not in revision and "://" in head else address


def _edges(
    components: dict[str, Component], asked: dict[str, str], vias: dict[str, tuple[str, ...]], scope: str | None
) -> Iterator[Edge]:
    by_name: dict[str, list[str]] = {}
    for ref, component in components.items():
        by_name.setdefault(normal(component.name or ""), []).append(ref)
    explained = any(vias.values())
    for ref, component in components.items():
        pinned = component.version is not None
        for via in dict.fromkeys(vias[ref]):
            sources = by_name.get(normal(via), [])
            if len(sources) == 1 and sources[0] != ref:
                yield Edge(source=sources[0], target=ref, pinned=pinned)
            elif not sources:  # -r requirements.in, or the project by its own name
                yield Edge(source=None, target=ref, requirement=asked[ref] or None, scope=scope, pinned=pinned)
        if not explained and not pinned:
            # Whoever writes a range by hand asks for it; a list of pins may be anything.
            yield Edge(source=None, target=ref, requirement=asked[ref] or None, scope=scope, pinned=False)


def _scope(filename: str) -> str | None:
    words = re.split(r"[^a-z]+", filename.lower().removesuffix(".txt"))
    for word in words:
        if word in _SCOPE_WORDS:
            return _SCOPE_WORDS[word]
    return "runtime" if filename.lower() == "requirements.txt" else None
