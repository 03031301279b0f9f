# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""pip's requirements files, as text: logical lines, what stands in them, and the files they include.

Options are pip's own and may hold credentials (`--index-url`): none but those that name packages
or files is looked at, and no text of any other is kept.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError
from umbel.collect.lockfiles._sources import beside
from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.interface import Document

MOST_FILES = 200
_MOST_BYTES = 64 << 20
_LONGEST_LINE = 1 << 20
_INCLUDE = re.compile(r"(-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?<=-[rc]))(\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s+|(?<=-e))(\S.*)")
_OPTION = re.compile(r"-{1,2}[A-Za-z][A-Za-z-]*")
_PART = re.compile(r"\s(?=--?[A-Za-z])")
_HASH = re.compile(r"--hash(?:\s*=\s*|\s+)(\S+)")
_COMMENT = re.compile(r"(?:^|\s)#")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOGIN = re.compile(r"(//)[^/\s@]*@")
_QUERY = re.compile(r"\?\S*")
_KNOWN = frozenset(
    {
        "-i", "--index-url", "--pypi-url", "--extra-index-url", "--no-index", "-f", "--find-links",
        "--no-binary", "--only-binary", "--prefer-binary", "--require-hashes", "--pre",
        "--trusted-host", "--use-feature", "--process-dependency-links", "--always-unzip", "-Z",
        "--config-settings", "--config-setting", "-C", "--global-option", "--install-option",
        "--build-option", "--no-build-isolation", "--no-deps", "--no-use-wheel", "--use-wheel",
        "--upgrade", "-U", "--default-timeout", "--timeout", "--retries", "--cert", "--client-cert",
        "--proxy", "--all-releases", "--only-final", "--uploaded-prior-to",
    }
)  # fmt: skip


class Line(NamedTuple):
    """One requirement as written. `notes` are the comments that belong to it, without their `#`."""

    text: str
    hashes: tuple[str, ...]
    editable: bool
    notes: tuple[str, ...]
    place: str


class File(NamedTuple):
    """One file of those that belong together; `path` is relative to the first one's folder."""

    path: str
    head: str
    lines: tuple[Line, ...]
    constraint: bool


class _Include(NamedTuple):
    """A file to read, by its path from the first one's folder, and where it was named."""

    path: str
    place: str
    constraint: bool


class Files:
    """A requirements file and all that it includes, each read once however often it is named."""

    def __init__(self, document: Document) -> None:
        """Read what can be read; the rest are faults. Raises `UnreadableError` for the first file."""
        self.faults = Faults()
        self.found: list[File] = []
        self.whole = True
        self._document = document
        self._digest = hashlib.sha256(document.data)
        todo = [_Include("", "", constraint=False)]
        seen: dict[str, bool] = {}
        while todo:
            include = todo.pop()
            path, constraint = include.path, include.constraint
            if path in seen and (constraint or not seen[path]):
                continue
            if len(seen) >= MOST_FILES:
                self.whole = False
                self.faults.once(
                    "too-many", f"includes more than {MOST_FILES} files; the others are not read"
                )
                break
            seen[path] = constraint
            todo += reversed(self._read(include))

    def digest(self) -> str:
        """Changes whenever one of the files does."""
        return self._digest.hexdigest()

    def _read(self, include: _Include) -> list[_Include]:
        """Read one file; gives those that it includes."""
        path = include.path
        data = beside(self._document, path, self.faults) if path else self._document.data
        if data is None:
            self.whole = False
            message = f"includes {shown(path)!r}, which is not there or lies outside of the project"
            self.faults.add("include", message, include.place, "error")
            return []
        if path:
            self._digest.update(
                b"\0" + path.encode("utf-8", "replace") + b"\0" + hashlib.sha256(data).digest()
            )
        if len(data) > _MOST_BYTES:
            message = f"has {len(data):,} bytes; at most {_MOST_BYTES:,} are read"
            if not path:
                raise UnreadableError("too-large", message)
            self.faults.add("too-large", f"includes {shown(path)!r}, which {message}", include.place, "error")
            return []
        utf8, found = to_utf8(data)
        for fault in found:
            self.faults.add(fault.code, fault.message, f"{path} {fault.place}".strip(), fault.level)
        text = utf8.decode("utf-8", "replace")
        lines: list[Line] = []
        included = list(self._lines(text, include, lines))
        self.found.append(File(path or self._document.name, text[:4000], tuple(lines), include.constraint))
        return included

    def _lines(self, text: str, include: _Include, lines: list[Line]) -> Iterator[_Include]:
        """Collect a file's requirements, and give what it includes."""
        for number, line, notes in logical_lines(text):
            place = f"{include.path} line {number}".strip()
            if len(line) > _LONGEST_LINE:
                self.faults.add("too-long", f"has a line of {len(line):,} characters", place, "error")
            elif not line.startswith("-"):
                lines.append(_requirement(line, notes, place, editable=False))
            elif match := _INCLUDE.match(line):
                constraint = include.constraint or match[1] in {"-c", "--constraint"}
                target = self._target(include.path, match[2].strip().strip("\"'"), place)
                if target is not None:
                    yield _Include(target, place, constraint)
            elif match := _EDITABLE.match(line):
                lines.append(_requirement(match[1], notes, place, editable=True))
            else:
                self._option(line, place)

    def _target(self, path: str, named: str, place: str) -> str | None:
        """The included file's path from the first one's folder; None, with a fault, for a URL."""
        if _URL.match(named):
            self.whole = False
            self.faults.add("include", "includes a file by its URL, which is not read", place)
            return None
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), named.replace("\\", "/")))
        return "" if target == self._document.name else target

    def _option(self, line: str, place: str) -> None:
        match = _OPTION.match(line)
        if match is None or (match[0] not in _KNOWN and match[0][:2] not in {"-i", "-f"}):
            name = match[0][:40] if match else "-"
            self.faults.add("option", f"has {name!r}, which is no option that pip knows there", place)


def _requirement(text: str, notes: tuple[str, ...], place: str, *, editable: bool) -> Line:
    parts = _PART.split(text, maxsplit=1)
    hashes = tuple(_HASH.findall(text)) if len(parts) > 1 else ()
    return Line(parts[0].strip(), hashes, editable, notes, place)


def logical_lines(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Each line's number, its text without comments and joined where it goes on, and its comments.

    Indented comments below a line belong to it: so compilers write who needs a package.
    """
    pending: list[str] = []
    notes: list[str] = []
    start, whole = 0, ""
    for number, raw in enumerate(text.splitlines(), 1):
        stripped = raw.strip()
        comment = stripped.startswith("#")
        if comment and (pending or raw[0].isspace()):
            whole, pending = whole or " ".join(pending), []
            notes.append(stripped.lstrip("#").strip())
            continue
        if whole and not pending:
            yield start, whole, tuple(notes)
            whole, notes = "", []
        if comment or not (stripped or pending):
            notes = []
            continue
        if not pending:
            start, notes = number, []
        if stripped.endswith("\\"):
            pending.append(stripped[:-1].strip())
            continue
        body, note = _cut(stripped)
        notes += [note] if note else []
        whole, pending = " ".join([*pending, body]).strip(), []
    whole = whole or " ".join(pending).strip()
    if whole:
        yield start, whole, tuple(notes)


def _cut(line: str) -> tuple[str, str]:
    """A line without the comment at its end, and that comment."""
    mark = _COMMENT.search(line) if "#" in line else None
    return (line[: mark.start()].rstrip(), line[mark.end() :].strip()) if mark else (line, "")


def shown(text: str) -> str:
    """A text as a fault may quote it: short, and without anything that may be a secret."""
    return _QUERY.sub("", _LOGIN.sub(r"\1", text))[:120]
