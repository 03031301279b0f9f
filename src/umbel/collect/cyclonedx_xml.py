# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX SBOMs in XML → evidence.

The document is read as a stream. Each component, dependency or service is built as a small tree,
turned into what it would be in JSON, read as that, and let go. Entities are refused: no SBOM needs
them, and they are how a short file fills all memory or reads other files.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from xml.parsers import expat

import msgspec

from umbel.collect._cyclonedx_tree import Node
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect._cyclonedx_shape import Item, Opened
    from umbel.model.errors import Fault

_NAMESPACE = "http://cyclonedx.org/schema/bom"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#}Signature"
_VERSIONED = re.compile(r"http://cyclonedx\.org/schema/bom/1\.(\d{1,3})")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?bom[\s>]")
_DEEPEST, _DEEPEST_SKIPPED = 200, 10_000
_RECORD = 2
"""How many elements are open around a record: the document and its section."""
_MOST_NAMES = 1000
_UNCHECKED = frozenset(
    {"vulnerabilities", "annotations", "formulation", "declarations", "definitions", "citations"}
)
"""Sections that hold nothing that is read, and are shaped otherwise than in JSON."""
_OPENED = frozenset({"component", "service"})
"""Elements that are records of their own wherever they stand, so that their line is of interest."""
_NESTED = {"component": "components", "service": "services", "dependency": ""}


class CyclonedxXmlCollector(Collector):
    """CycloneDX in XML."""

    id = "cyclonedx_xml"
    version = 2
    title = "CycloneDX XML"
    reads = "SBOMs in CycloneDX 1.0 to 1.7 as XML; unsound documents as far as they can be understood."
    limits = "Services, vulnerabilities, cryptographic properties and the signatures themselves are not kept."
    names = ("bom.xml", "*.cdx.xml", "*-cdx.xml", "*.cyclonedx.xml")
    suffixes = (".xml", ".cdx", ".bom", ".sbom", ".json")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether it begins as XML and its root is a `bom`."""
        head = _bare(head)
        if not head.startswith(b"<"):
            return False
        return _NAMESPACE.encode() in head or _ROOT.search(head[:4096]) is not None

    def read(self, document: Document) -> Reading:
        """Read one document; JSON under an XML name is read as JSON."""
        if _bare(document.data[:256]).startswith((b"{", b"[")):
            from umbel.collect.cyclonedx_json import read_json

            return read_json(document)
        return read_xml(document)


def _bare(data: bytes) -> bytes:
    """The start of a text, whatever its encoding."""
    return data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")


def read_xml(document: Document) -> Reading:
    """Read a document that is XML whatever its name."""
    data = document.data
    try:
        return _Xml([]).read(data, None)
    except (expat.ExpatError, ValueError, LookupError) as first:
        # A declared encoding may be a lie; only after that is the document beyond help.
        if data.isascii():
            raise _malformed(first) from None
    data, found = document.utf8()
    try:
        return _Xml(found).read(data, "utf-8")
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _malformed(error) from None


def _malformed(error: Exception) -> UnreadableError:
    if isinstance(error, expat.ExpatError):
        message = f"is no sound XML: {expat.errors.messages.get(error.code, str(error))}"
        return UnreadableError("malformed-xml", message, f"line {error.lineno}")
    return UnreadableError("malformed-xml", f"is no sound XML: {error}")


class _Xml:
    """One attempt at one document."""

    def __init__(self, found: list[Fault]) -> None:
        self._faults = Faults()
        for fault in found:
            self._faults.add(fault.code, fault.message, fault.place, fault.level)
        self._stack: list[Node] = []
        self._texts: list[str] = []
        self._local: dict[str, str] = {}
        self._skipped = 0
        self._counting = ""
        self._unread: dict[str, int] = {}
        self._take: dict[str, Callable[[Item, str], None]] = {}
        self._done = False

    def read(self, data: bytes, encoding: str | None) -> Reading:
        self._parser = parser = expat.ParserCreate(encoding, namespace_separator="}")
        parser.buffer_text = True
        parser.EntityDeclHandler = _refuse
        parser.SkippedEntityHandler = _refuse
        self._attend()
        try:
            # Lines are counted from the document's own first one.
            parser.Parse(data.lstrip(b" \t\r\n"), True)  # noqa: FBT003 - it is the end
        except expat.ExpatError as error:
            if not self._done:
                raise
            self._faults.add("trailing-text", "goes on after its end", f"line {error.lineno}")
        for name, count in self._unread.items():
            self._builder.count(name, count)
        return self._builder.finish(f"CycloneDX 1.{self._minor} XML")

    # -- the stream

    def _attend(self) -> None:
        """Listen to all that comes."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._texts.append

    def _skip(self, counting: str = "") -> None:
        """Don't listen until the element that has just begun is over; maybe count what is in it."""
        self._skipped, self._counting = 1, counting
        self._parser.StartElementHandler = self._skip_start
        self._parser.EndElementHandler = self._skip_end
        self._parser.CharacterDataHandler = None

    def _skip_start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._skipped += 1
        if self._skipped > _DEEPEST_SKIPPED:
            raise _too_deep(self._line())
        if self._skipped == _RECORD and self._counting:
            self._unread[self._counting] = self._unread.get(self._counting, 0) + 1

    def _skip_end(self, _name: str) -> None:
        self._skipped -= 1
        if not self._skipped:
            self._attend()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._local.get(name) or self._name(name, attributes)
        depth = len(self._stack)
        if not local:
            if depth == 1 and name == _SIGNATURE:
                self._builder.signature()
            self._skip()
            return
        if depth >= _DEEPEST:
            raise _too_deep(self._line())
        if depth == 1:
            self._section(local)
            if local in _UNCHECKED:
                self._skip(counting=local)
                return
        line = self._parser.CurrentLineNumber if depth <= _RECORD or local in _OPENED else 0
        self._stack.append(Node(local, attributes, line))
        self._texts.clear()

    def _end(self, _name: str) -> None:
        stack = self._stack
        node = stack.pop()
        if not node.children:
            node.text = "".join(self._texts).strip()
        self._texts.clear()
        depth = len(stack)
        if depth > _RECORD or (depth == _RECORD and stack[1].name not in self._take):
            stack[-1].add(node)
        elif depth == _RECORD:
            self._take[stack[1].name](node, f"line {node.line} {node.name}")
        elif depth == 1 and node.name == "metadata":
            self._builder.metadata(node, f"line {node.line} metadata")
        self._done = not depth

    def _name(self, name: str, attributes: dict[str, str]) -> str:
        """An element's name without its namespace; empty if it is of a foreign one."""
        namespace, _, local = name.rpartition("}")
        if not self._stack:
            self._root(namespace, local, attributes)
        elif namespace != self._namespace and not namespace.startswith(_NAMESPACE + "/"):
            return ""
        if len(self._local) < _MOST_NAMES:
            self._local[name] = local
        return local

    def _line(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    # -- the document's own fields

    def _root(self, namespace: str, local: str, attributes: dict[str, str]) -> None:
        from umbel.collect._cyclonedx import Builder
        from umbel.collect._cyclonedx_mend import Mender
        from umbel.collect._cyclonedx_shape import MIXED, NEWEST, shape
        from umbel.collect._cyclonedx_tree import Tree

        if local != "bom":
            raise UnreadableError("not-cyclonedx", f"is XML, but its root is {local[:80]!r} instead of 'bom'")
        match = _VERSIONED.fullmatch(namespace)
        self._namespace = namespace
        self._minor = int(match.group(1)) if match else NEWEST
        if match is None or self._minor > NEWEST:
            message = f"has the namespace {namespace[:120]!r}, which is of no version that is known"
            self._faults.add("spec-version", f"{message}; it is read as 1.{NEWEST}", self._line())
        self._shape = shape(self._minor)
        self._tree = Tree(self._shape, self._faults)
        self._mender = Mender(self._shape, self._faults, texts=True)
        self._builder = builder = Builder(self._faults, self._open, single=self._minor < MIXED)
        self._take = {
            "components": builder.component,
            "services": builder.service,
            "dependencies": self._dependency,
            "compositions": builder.composition,
            "externalReferences": partial(builder.other, "externalReference"),
            "properties": partial(builder.other, "property"),
        }
        if "serialNumber" in attributes:
            builder.serial_number(attributes["serialNumber"], self._line())
        version = attributes.get("version", "1").strip()
        if not version.isdecimal() or not version.strip("0"):
            message = f"has {version[:80]!r} as version, which is no number from 1 up"
            self._faults.add("bom-version", message, self._line())
        elif "version" in attributes:
            builder.revision(version.lstrip("0")[:80])

    def _section(self, name: str) -> None:
        if name not in self._shape.record("bom").fields:
            self._mender.unknown(name, self._line())

    # -- its records

    def _open(self, name: str, node: Node, place: str) -> Opened:
        """One record, read from an element as it would be from JSON."""
        if node.line:
            place = f"line {node.line} {node.name}"
        record = self._shape.record(name)
        found = self._tree.record(node, record, place)
        nested = _NESTED.get(name)
        if nested is not None and "pedigree" not in found:
            below = found.pop(nested, ())
            try:
                read = msgspec.convert(found, record.type, strict=False)
            except msgspec.ValidationError:
                found[nested] = list(below)
            else:
                if nested:
                    setattr(read, nested, below)
                return read
        return self._mender.record(name, found, place)

    def _dependency(self, node: Node, place: str) -> None:
        """A dependency and those nested in it, each of which may have its own."""
        stack = [node]
        while stack:
            node = stack.pop()
            self._builder.dependency(node, place)
            stack += [child for child in node.children if child.name == "dependency" and child.children]


def _too_deep(place: str) -> UnreadableError:
    return UnreadableError("too-deep", "is nested too deeply to be an SBOM", place)


def _refuse(*_: object) -> None:
    raise UnreadableError("xml-entities", "declares or uses XML entities, which are refused")
