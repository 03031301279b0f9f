# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 SBOMs in XML → evidence: the sections of JSON in another dress.

A list is an element that is repeated. The document is read as a stream: of each section only the
fields that are read are kept, and sections that aren't read are passed over. Entities are refused:
no SBOM needs them, and they are how a short file fills all memory or reads other files.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, get_args, get_origin
from xml.parsers import expat

import msgspec

from umbel.collect._spdx_mend import fields
from umbel.collect._spdx_records import (
    CreationInfo,
    Element,
    ExternalDocument,
    ExtractedLicence,
    Package,
    Relationship,
)
from umbel.collect._spdx_tree import SECTIONS, WRAPPINGS, Sections, check
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from umbel.model.errors import Fault

_ROOT = re.compile(rb"<(?:[\w.-]+:)?Document[\s>]")
_MARK = re.compile(rb"<(?:[\w.-]+:)?(?:spdxVersion|specVersion|SPDXID|documentNamespace)[\s>]")
_DEEPEST = 10_000
_MOST_NAMES = 1000

_RECORDS: dict[str, Any] = {
    "packages": Package,
    "relationships": Relationship,
    "hasExtractedLicensingInfos": ExtractedLicence,
    "externalDocumentRefs": ExternalDocument,
    "files": Element,
    "snippets": Element,
    "creationInfo": CreationInfo,
    "documentDescribes": Package,
}
_LISTS = frozenset(_RECORDS) - {"creationInfo"}
_TEXTS = frozenset({"SPDXID", "spdxVersion", "specVersion", "dataLicense", "name", "documentNamespace"})
_WRAPPED = frozenset({"Package", "File", "Relationship", "ExtractedLicensingInfo"})
"""Elements that tools of 2.1 put around records; their fields count as the record's own."""


class SpdxXmlCollector(Collector):
    """SPDX 2 in XML."""

    id = "spdx_xml"
    title = "SPDX XML"
    reads = "SBOMs in SPDX 2.2 and 2.3 as XML; unsound ones as far as they go."
    limits = (
        "Files, snippets, annotations and reviews are not kept; documents referred to are not read with it."
    )
    names = ("*.spdx.xml", "*-spdx.xml")
    suffixes = (".xml", ".spdx", ".sbom", ".bom")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:
        """Whether it begins as XML, its root is a `Document`, and SPDX is named in it."""
        del name
        head = _bare(head)
        if not head.startswith(b"<") or _ROOT.search(head[:4096]) is None:
            return False
        return bool(_MARK.search(head) or _MARK.search(tail.replace(b"\0", b"")))

    def read(self, document: Document) -> Reading:
        """Read one document."""
        data = document.data
        try:
            return _attempt(data, None, [])
        except (expat.ExpatError, ValueError, LookupError) as first:
            # A declared encoding may be a lie; only after that is the document beyond help.
            if data.isascii():
                raise malformed(first) from None
        data, found = document.utf8()
        try:
            return _attempt(data, "utf-8", found)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise malformed(error) from None


def _bare(data: bytes) -> bytes:
    """The start of a text, whatever its encoding."""
    return data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")


def malformed(error: Exception) -> UnreadableError:
    """The refusal of what is no sound XML, with its line."""
    if isinstance(error, expat.ExpatError):
        message = f"is no sound XML: {expat.errors.messages.get(error.code, str(error))}"
        return UnreadableError("malformed-xml", message, f"line {error.lineno}")
    return UnreadableError("malformed-xml", f"is no sound XML: {error}")


def refuse(*_: object) -> None:
    """Refuse an entity, declared or used."""
    raise UnreadableError("xml-entities", "declares or uses XML entities, which are refused")


def _attempt(data: bytes, encoding: str | None, found: list[Fault]) -> Reading:
    faults = Faults()
    for fault in found:
        faults.add(fault.code, fault.message, fault.place, fault.level)
    stream = _Stream(faults)
    stream.read(data, encoding)
    check(stream.sections, "XML")
    return _Xml(faults, stream.lines).feed(stream.sections, "XML")


class _Xml(Sections):
    """The sections of one document, with their lines."""

    def __init__(self, faults: Faults, lines: dict[str, list[int]]) -> None:
        super().__init__(faults, texts=True)
        self._lines = lines

    def _place(self, section: str, n: int = -1) -> str:
        top = section.partition(".")[0]
        lines = self._lines.get(top, [])
        line = lines[n] if top == section and 0 <= n < len(lines) else next(iter(lines), 0)
        name = section if n < 0 else f"{section}[{n}]"
        return f"line {line} {name}" if line else name


Shape: TypeAlias = "dict[str, tuple[Shape | None, bool]]"
"""Names of a record's fields → the shape of what they hold, None for a text, and whether they repeat."""


@cache
def _shape(kind: Any) -> Shape:
    """The shape of a record."""
    found: Shape = {}
    for name, (_, of) in fields(kind).items():
        repeats = get_origin(of) is list
        inner: Any = get_args(of)[0] if repeats else of
        found[name] = (_shape(inner) if issubclass(inner, msgspec.Struct) else None, repeats)
    return found


class _Open:
    """An element that isn't over yet: its shape, None for a text, and what was found in it."""

    __slots__ = ("name", "repeats", "shape", "value")

    def __init__(self, name: str, shape: Shape | None, *, repeats: bool) -> None:
        self.name, self.shape, self.repeats = name, shape, repeats
        self.value: dict[str, Any] = {}


class _Stream:
    """Reads a document once; its sections are there afterwards."""

    def __init__(self, faults: Faults) -> None:
        self.sections: dict[str, Any] = {}
        self.lines: dict[str, list[int]] = {}
        self._faults = faults
        self._stack: list[_Open] = []
        self._texts: list[str] = []
        self._skipped = 0
        self._depth = 0
        self._done = False

    def read(self, data: bytes, encoding: str | None) -> None:
        self._parser = parser = expat.ParserCreate(encoding, namespace_separator="}")
        parser.buffer_text = True
        parser.EntityDeclHandler = refuse
        parser.SkippedEntityHandler = refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._texts.append
        try:
            # Lines are counted from the document's own first one.
            parser.Parse(data.lstrip(b" \t\r\n"), True)  # noqa: FBT003 - it is the end
        except expat.ExpatError as error:
            if not self._done:
                raise
            self._faults.add("trailing-text", "goes on after its end", f"line {error.lineno}")

    # -- the stream

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            place = f"line {self._parser.CurrentLineNumber}"
            raise UnreadableError("too-deep", "is nested too deeply to be an SBOM", place)
        if self._skipped:
            self._skipped += 1
            return
        self._texts.clear()
        local = name.rpartition("}")[2]
        if self._depth == 1:
            if local not in WRAPPINGS:
                raise UnreadableError(
                    "not-spdx", f"is XML, but its root is {local[:80]!r} instead of 'Document'"
                )
        elif not self._stack:
            self._section(local)
        else:
            self._field(local)

    def _section(self, name: str) -> None:
        if name not in SECTIONS and len(self.sections) >= _MOST_NAMES:
            self._skipped = 1
            return
        self.lines.setdefault(name, []).append(self._parser.CurrentLineNumber)
        if name not in _RECORDS and name not in _TEXTS:
            self.sections.setdefault(name, None)
            self._skipped = 1
            return
        shape = _shape(_RECORDS[name]) if name in _RECORDS else None
        self._stack.append(_Open(name, shape, repeats=name in _LISTS))

    def _field(self, name: str) -> None:
        top = self._stack[-1]
        known = top.shape.get(name) if top.shape else None
        if known is not None:
            self._stack.append(_Open(name, known[0], repeats=known[1]))
        elif name in _WRAPPED and len(self._stack) == 1:
            self._stack.append(_Open("", top.shape, repeats=False))
        else:
            self._skipped = 1

    def _ended(self, _name: str) -> None:
        self._depth -= 1
        self._done = not self._depth
        if self._skipped:
            self._skipped -= 1
            if not self._skipped:
                self._texts.clear()
            return
        if not self._stack:
            return
        one = self._stack.pop()
        value: Any = one.value
        if one.shape is None or not value:
            text = "".join(self._texts).strip()
            value = text if one.shape is None or text else value
        self._texts.clear()
        if not self._stack:
            self._put(self.sections, one, value)
        elif one.name:
            self._put(self._stack[-1].value, one, value)
        elif isinstance(value, dict):
            self._stack[-1].value.update(value)

    def _put(self, holder: dict[str, Any], one: _Open, value: Any) -> None:
        if one.repeats:
            holder.setdefault(one.name, []).append(value)
        elif one.name in holder:
            message = f"gives {one.name!r} again for the same element; the first counts"
            self._faults.add("repeated-tag", message, f"line {self._parser.CurrentLineNumber}", "error")
        else:
            holder[one.name] = value
