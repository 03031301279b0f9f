# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Go's `go.mod`, with the digests of the `go.sum` beside it → evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._sources import beside
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_COMPLETE = (1, 17)
"""From this version of Go on the file lists every module of the build, not only the project's own."""
_LONGEST_TOOL = 1024
_TOKEN = re.compile(
    r'\s*(?:(//.*)|"((?:[^"\\]|\\.)*)"|`([^`]*)`|((?:(?!//)[^\s"`()\[\]{},])+|[()\[\]{},]|["`].*))', re.DOTALL
)
"""A comment, a text in either kind of quotes, or a word; a quote without end takes the whole line."""
_RELEASE = re.compile(r"(\d{1,6})\.(\d{1,6})(?![\d])")
_VERSION = re.compile(r"v\d+\.\d+\.\d+([-+].*)?", re.DOTALL)
_LOCAL = re.compile(r"\.{0,2}[/\\]|\.{1,2}$|[A-Za-z]:[/\\]")
_SILENT = frozenset({"toolchain", "retract", "ignore", "godebug"})
"""Directives that say nothing about what the project uses."""
_LISTS = frozenset({"require", "replace", "exclude", "tool"})


class _Line(NamedTuple):
    """One directive: its word, what follows, its comment, and where it stands."""

    verb: str
    words: tuple[str, ...]
    comment: str
    number: int


class _Require(NamedTuple):
    path: str
    version: str
    indirect: bool
    number: int


class _File:
    """What a go.mod says, directive by directive."""

    def __init__(self) -> None:
        self.module: str | None = None
        self.go: str | None = None
        self.requires: list[_Require] = []
        self.replaces: dict[tuple[str, str | None], tuple[str, str | None]] = {}
        self.excludes: set[tuple[str, str]] = set()
        self.tools: list[tuple[str, int]] = []

    def replaced(self, require: _Require) -> tuple[str, str | None] | None:
        """Module and version (None: a folder) that stand in for a required one."""
        found = self.replaces.get((require.path, require.version))
        return found or self.replaces.get((require.path, None))


class GoModCollector(Collector):
    """Go's module file.

    A module that is replaced by another is recorded as that other; one that is replaced by a folder is
    the project's own. `// indirect` says what is not direct. What is only named by a `tool` directive
    is direct, for development; otherwise Go doesn't tell what is used for tests only.
    """

    id = "go_mod"
    title = "Go modules"
    reads = "go.mod, and digests (h1, in base64 as Go writes them) from the go.sum beside it."
    limits = (
        "Which module needs which is only known for the project itself. Before Go 1.17 the file doesn't list "
        "everything that is used. The standard library is not listed."
    )
    names = ("go.mod",)
    companions = ("go.sum",)

    def read(self, document: Document) -> Reading:
        """Read one module file."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        text = data.decode("utf-8", "replace")
        file = _File()
        directives = 0
        for line in _lines(text, faults):
            directives += _take(file, line, faults)
        if not directives and text.strip():
            raise UnreadableError("not-go-mod", "holds no directive of a go.mod file")
        return _reading(document, file, faults)


# -- the document


def _lines(text: str, faults: Faults) -> Iterator[_Line]:
    """Each directive, those in a block with the block's word."""
    block: str | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            raise UnreadableError("merge-conflict", "holds an unresolved merge conflict", f"line {number}")
        words, comment = _words(line)
        if not words:
            continue
        if block is not None and words == [")"]:
            block = None
        elif block is None and len(words) == 2 and words[1] == "(":
            block = words[0]
        elif block is None and len(words) == 3 and words[1:] == ["(", ")"]:
            continue
        elif block is not None:
            yield _Line(block, tuple(words), comment, number)
        else:
            yield _Line(words[0], tuple(words[1:]), comment, number)
    if block is not None:
        faults.add("open-block", f"ends within its block {block[:40]!r}", "", "error")


def _words(line: str) -> tuple[list[str], str]:
    """A line's words without quotes, and its comment."""
    if '"' not in line and "`" not in line and "(" not in line and ")" not in line:
        code, _, comment = line.partition("//")
        return code.split(), comment
    words: list[str] = []
    at = 0
    while match := _TOKEN.match(line, at):
        comment, *texts = match.groups()
        if comment is not None:
            return words, comment[2:]
        words += [text for text in texts if text is not None]
        at = match.end()
    return words, ""


def _take(file: _File, line: _Line, faults: Faults) -> bool:
    """Take one directive; whether it is one."""
    words, place = line.words, f"line {line.number}"
    if line.verb == "module" and len(words) == 1:
        file.module = words[0]
    elif line.verb == "go" and len(words) == 1:
        file.go = words[0]
    elif line.verb == "require" and len(words) == 2:
        note = line.comment.split()
        indirect = note[:1] in (["indirect"], ["indirect;"]) and (len(note) == 1 or note[0].endswith(";"))
        file.requires.append(_Require(words[0], words[1], indirect, line.number))
    elif line.verb == "replace" and "=>" in words[1:3]:
        return _take_replace(file, words, place, faults)
    elif line.verb == "exclude" and len(words) == 2:
        file.excludes.add((words[0], words[1]))
    elif line.verb == "tool" and len(words) == 1:
        file.tools.append((words[0], line.number))
    elif line.verb in _LISTS or line.verb in {"module", "go"}:
        faults.add("malformed-line", f"has a {line.verb} directive that can't be read", place, "error")
    elif line.verb not in _SILENT:
        faults.add("unknown-directive", f"has {line.verb[:40]!r} where a directive is due", place)
        return False
    return True


def _take_replace(file: _File, words: tuple[str, ...], place: str, faults: Faults) -> bool:
    arrow = words.index("=>")
    old, new = words[:arrow], words[arrow + 1 :]
    version = new[1] if len(new) == 2 else None
    if len(new) not in {1, 2} or (version is None and not _LOCAL.match(new[0])):
        faults.add("malformed-line", "has a replace directive that can't be read", place, "error")
    else:
        file.replaces[old[0], old[1] if len(old) == 2 else None] = (new[0], version)
    return True


# -- the evidence


class _Used(NamedTuple):
    """A required module, or what stands in for it."""

    require: _Require
    path: str
    version: str
    purl: Purl | None

    @property
    def ref(self) -> str:
        return f"{self.path}@{self.version}"

    @property
    def package(self) -> str:
        return self.purl.package if self.purl else unidentified(self.path)


def _reading(document: Document, file: _File, faults: Faults) -> Reading:
    used, own = _used(file, faults)
    tools = _tools(file, faults)
    digests = _digests(document, {(u.path, u.version) for u in used.values()}, faults)
    reading = Reading(format=f"go.mod {file.go}" if file.go else "go.mod", subject=file.module)
    if file.module:
        purl = _purl(file.module, None, "line 1", faults)
        reading.subject_purl = purl.purl if purl else None
    else:
        faults.add("no-module", "doesn't name its module", "", "warning")
    for item in used.values():
        tool = item.require.path in tools
        reading.components.append(_component(item, digests.get((item.path, item.version), ()), tool=tool))
        if not item.require.indirect:
            reading.edges.append(_edge(item, None))
        if tool:
            reading.edges.append(_edge(item, "development"))
    if own:
        message = f"replaces {own:,} modules by folders, which count as the project"
        faults.add("modules", message, "", "note")
    release = _RELEASE.match(file.go or "")
    if release is None or (int(release[1]), int(release[2])) < _FIRST_COMPLETE:
        said = f"is for Go {file.go[:20]}" if file.go else "names no version of Go"
        message = f"{said}: before 1.17 not every module that is used is listed"
        faults.add("incomplete", message, "", "note")
        reading.complete = False
    reading.faults = faults.list()
    return reading


def _used(file: _File, faults: Faults) -> tuple[dict[str, _Used], int]:
    """The modules that the project gets, by reference; and how many of them are its own folders."""
    found: dict[str, _Used] = {}
    own = 0
    for require in file.requires:
        place = f"line {require.number}"
        if (require.path, require.version) in file.excludes:
            message = f"requires {require.path[:120]} {require.version[:60]} and excludes it"
            faults.add("excluded", message, place)
        path, version = require.path, require.version
        other = file.replaced(require)
        if other is not None:
            if other[1] is None:
                own += 1
                continue
            path, version = other[0], other[1]
        if not _VERSION.fullmatch(version):
            faults.add("version", f"has {version[:80]!r} as version, which fixes none", place)
        item = _Used(require, path, version, _purl(path, version, place, faults))
        before = found.get(item.ref)
        if before is not None:
            faults.add("duplicate", f"requires {require.path[:120]} again", place)
            if before.require.indirect < require.indirect:
                continue
        found[item.ref] = item
    return found, own


def _tools(file: _File, faults: Faults) -> set[str]:
    """The required modules that hold the packages of `tool` directives."""
    required = {require.path for require in file.requires}
    found = set()
    for tool, number in file.tools:
        if len(tool) > _LONGEST_TOOL:
            faults.add("tool", f"names a tool with {len(tool):,} characters", f"line {number}")
            continue
        path = tool
        while path and path not in required:
            path = path.rpartition("/")[0]
        if path:
            found.add(path)
        elif tool != file.module and not tool.startswith(f"{file.module}/"):
            message = f"names the tool {tool[:120]!r}, which no required module holds"
            faults.add("tool", message, f"line {number}")
    return found


def _purl(path: str, version: str | None, place: str, faults: Faults) -> Purl | None:
    namespace, _, name = path.rpartition("/")
    try:
        return make("golang", namespace or None, name, version)
    except PurlError as error:
        faults.add("purl", f"has a module {path[:120]!r}, which no purl can name: {error}", place)
        return None


def _component(item: _Used, hashes: Pairs, *, tool: bool) -> Component:
    namespace, _, name = item.path.rpartition("/")
    require = item.require
    replaces = f"{require.path}@{require.version}"
    return Component(
        ref=item.ref,
        package=item.package,
        version=item.version,
        purl=item.purl.purl if item.purl else None,
        type="library",
        name=name or item.path,
        namespace=namespace or None,
        hashes=hashes,
        properties=(("go:replaces", replaces),) if replaces != item.ref else (),
        scope="development" if tool and require.indirect else None,
        direct=tool or not require.indirect,
    )


def _edge(item: _Used, scope: str | None) -> Edge:
    return Edge(
        source=None,
        target=item.ref,
        package=item.package,
        requirement=item.require.version,
        scope=scope,
        pinned=_VERSION.fullmatch(item.version) is not None,
    )


def _digests(document: Document, used: set[tuple[str, str]], faults: Faults) -> dict[tuple[str, str], Pairs]:
    """The digests of the modules in use; `go.sum` lists many more, and of each its go.mod too."""
    data = beside(document, "go.sum", faults)
    found: dict[tuple[str, str], Pairs] = {}
    if data is None:
        return found
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        words = line.split()
        if len(words) == 3 and words[2].startswith("h1:"):
            key = (words[0], words[1])
            if key in used:
                found[key] = (("go-h1", words[2][3:]),)
        elif words:
            faults.add("go-sum", "has a line in its go.sum that can't be read", f"go.sum line {number}")
    return found
