# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every collector takes and gives: a `Document` in, a `Reading` out.

A collector is one module with one subclass of `Collector`; its stem is its id everywhere. It
records what the document says and judges nothing. What it can't read it names as a fault with its
place; it raises `Unreadable` only where nothing at all could be read.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from datetime import datetime  # noqa: TC003 - msgspec reads it
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar

import msgspec

from umbel.model.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1 << 30
"""Larger documents are refused: no real one was ever seen beyond a fifth of it."""

Pairs = tuple[tuple[str, str], ...]


class Component(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One component as one document states it. None or empty is "not said".

    `ref` is the document's own handle for it, which edges use. `package` is the purl without
    version and qualifiers (`umbel.model.purl`), or an `unidentified:` key.
    `direct` is left None where edges tell it; a format that says it otherwise sets it.
    """

    ref: str
    package: str
    version: str | None = None
    purl: str | None = None
    purl_raw: str | None = None
    type: str | None = None
    name: str | None = None
    namespace: str | None = None
    declared: tuple[str, ...] = ()
    detected: tuple[str, ...] = ()
    concluded: tuple[str, ...] = ()
    hashes: Pairs = ()
    cpes: tuple[str, ...] = ()
    supplier: str | None = None
    author: str | None = None
    copyright: str | None = None
    description: str | None = None
    urls: Pairs = ()
    properties: Pairs = ()
    location: str | None = None
    scope: str | None = None
    direct: bool | None = None


class Edge(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One dependency as one document states it.

    `source` is the `ref` of who needs it, None for the project itself. `target` is the `ref` of
    what is needed, None where the document doesn't resolve it; `package` names it in either case.
    """

    source: str | None
    target: str | None = None
    package: str | None = None
    requirement: str | None = None
    scope: str | None = None
    optional: bool | None = None
    pinned: bool | None = None


class Completeness(msgspec.Struct, frozen=True, gc=False):
    """What a document says of how much of something it tells.

    `what` is `components` (parts of something) or `dependencies`; `ref` whose, None for the project
    or the document as a whole; `aggregate` a word of CycloneDX: complete, incomplete, unknown …
    """

    what: str
    ref: str | None
    aggregate: str


class About(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a document says of itself and of what it describes: texts as written, None or empty is "not said".

    `identity` is its serial number or namespace, `created` its time. `authors` are the people and
    organisations that made it (`Acme <sbom@acme.example>`), `tools` what they made it with (`name version`).
    `licenses` are those of the document's own data, `lifecycles` when in the life of the software it
    was made (build, source, deployed …), `signed` whether it holds a signature. `root` is what it
    describes, with all that it says of it.
    """

    identity: str | None = None
    created: str | None = None
    authors: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    supplier: str | None = None
    licenses: tuple[str, ...] = ()
    lifecycles: tuple[str, ...] = ()
    completeness: tuple[Completeness, ...] = ()
    signed: bool | None = None
    root: Component | None = None


class Practice(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Whether files show a practice: a row of the table `practices`, whose words these are."""

    practice: str
    outcome: str
    path: str | None = None
    detail: str | None = None


class Language(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Lines of code in one language: a row of the table `languages`."""

    language: str
    files: int
    code: int
    comments: int | None = None
    blanks: int | None = None


class Import(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One module that the code imports: a row of the table `imports`, whose words these are."""

    language: str
    module: str
    package: str | None = None
    known_by: str | None = None
    kind: str = "unknown"
    files: int = 0
    sites: int = 0
    names: tuple[str, ...] = ()
    test_files: int = 0
    type_files: int | None = None


class Reading(msgspec.Struct, kw_only=True):
    """What one collector read in one document.

    `subject` is the name that the document gives to what it describes (None: the project it was
    found in); `observed_at` the time that it speaks of, in UTC (None: it doesn't say). `about` is
    what the document says of itself, None where its format doesn't. `practices`, `languages` and
    `imports` come from checkouts only.
    `complete` is False where the document can't tell everything by its nature (a manifest without
    a lock); a fault of level `note` then says why.
    """

    format: str
    producer: str | None = None
    subject: str | None = None
    subject_version: str | None = None
    subject_purl: str | None = None
    observed_at: datetime | None = None
    components: list[Component] = []
    edges: list[Edge] = []
    faults: list[Fault] = []
    complete: bool = True
    about: About | None = None
    practices: list[Practice] = []
    languages: list[Language] = []
    imports: list[Import] = []


class UnreadableError(Exception):
    """Nothing in the document could be read; the fault says why, and where."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        """Make the fault that goes with the failed snapshot."""
        super().__init__(message)
        self.fault = Fault(code, message, place)


class Document:
    """One file (or folder) to read: its bytes are loaded once, when first asked for."""

    def __init__(self, path: Path, *, data: bytes | None = None, root: Path | None = None) -> None:
        """Name a file; `root` is the project that it lies in: nothing outside of it is read."""
        self.path = path
        self.root = root or path.parent
        self._data = data

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return self.path.name

    @property
    def data(self) -> bytes:
        """The raw bytes. Raises `UnreadableError` if they can't be had."""
        if self._data is None:
            self._data = _load(self.path)
        return self._data

    @property
    def size(self) -> int:
        """Bytes read so far."""
        return len(self._data) if self._data is not None else 0

    def utf8(self) -> tuple[bytes, list[Fault]]:
        """The text as UTF-8 without a byte-order mark, and a note for what had to be converted.

        UTF-16 and UTF-32 are known by their mark or by their zero bytes. Bytes that are no UTF-8
        become U+FFFD, with the offset of the first in a warning.
        """
        from umbel.collect.text import to_utf8

        return to_utf8(self.data)

    def companion(self, name: str) -> bytes | None:
        """Bytes of a file beside this one (`go.sum` beside `go.mod`), None if it isn't there.

        A link that leads out of the project is treated as missing.
        """
        path = self.path.parent / name
        try:
            if not path.is_file() or not path.resolve().is_relative_to(self.root.resolve()):
                return None
        except (OSError, RuntimeError):
            return None
        return _load(path)


def _load(path: Path) -> bytes:
    """Read a bounded regular file; a device or pipe would never end."""
    try:
        if not path.is_file():
            raise UnreadableError("not-a-file", "is no regular file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError("too-large", f"has {size:,} bytes; at most {MAX_BYTES:,} are read")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError("unreadable", error.strerror or str(error)) from error


WILD = re.compile(r"[*?\[\]]")
"""What makes a pattern of a name that is not just itself: such patterns cost time to compile."""


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or (WILD.search(pattern) is not None and fnmatchcase(name, pattern))


def _ends(path: str, pattern: str) -> bool:
    if WILD.search(pattern) is None:
        return path.endswith(f"/{pattern}")
    return fnmatchcase(path, f"*/{pattern}")


def is_named(path: str, names: tuple[str, ...], paths: tuple[str, ...]) -> bool:
    """Whether a POSIX path fits one of these patterns, of names or of the ends of paths."""
    lower = path.rpartition("/")[2].lower()
    return any(_fits(lower, pattern) for pattern in names) or any(_ends(f"/{path}", each) for each in paths)


class Collector(ABC):
    """One source of evidence. Class attributes declare it; help and reference are made from them."""

    id: ClassVar[str]
    """Equal to the module's stem."""
    version: ClassVar[int] = 1
    """Raised whenever the same document would now give other evidence."""
    title: ClassVar[str]
    """Two or three words: "CycloneDX SBOM"."""
    reads: ClassVar[str]
    """Which documents, in which versions, in a sentence."""
    limits: ClassVar[str] = ""
    """What it can't tell."""
    names: ClassVar[tuple[str, ...]] = ()
    """Patterns (fnmatch, lower case) of file names that it claims by name alone."""
    paths: ClassVar[tuple[str, ...]] = ()
    """Patterns (fnmatch) of the ends of paths that it claims: `var/lib/dpkg/status`, `.github/workflows/*.yml`."""
    folders: ClassVar[tuple[str, ...]] = ()
    """Names of folders that it reads as a whole (`site-packages`)."""
    companions: ClassVar[tuple[str, ...]] = ()
    """Files beside the document that take part in the reading and thereby in its hash."""
    prevails: ClassVar[tuple[str, ...]] = ()
    """Files beside the document that its tool passes over because of it: a walk does, too."""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Endings of files that `sniff` may be asked about, lower case."""
    describes_project: ClassVar[bool] = True
    """False where a document names its own subject (an SBOM may speak of anything)."""

    def claims(self, path: str) -> bool:
        """Whether a file of this name, or at this POSIX path, is surely of this format."""
        return is_named(path, self.names, self.paths)

    def project_folder(self, path: Path) -> Path:
        """The folder of the project that a claimed file describes: where its pattern's path begins."""
        posix = path.as_posix()
        for pattern in self.paths:
            if _ends(posix, pattern):
                return path.parents[pattern.count("/")]
        return path.parent

    def claims_folder(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002 - for subclasses
        """Whether a folder with entries of these names is one document (an unpacked image, say)."""
        return False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - for subclasses
        """Whether a file's first and last 64 KiB show this format, whatever its name."""
        return False

    def fingerprint(self, document: Document) -> str:
        """SHA-256 over the document and its companions: equal hashes are read once."""
        digest = hashlib.sha256(document.data)
        for name in self.companions:
            data = document.companion(name)
            if data is not None:
                digest.update(b"\0" + name.encode() + b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()

    @abstractmethod
    def read(self, document: Document) -> Reading:
        """Read one document. Raises `UnreadableError` only if nothing in it can be read."""
