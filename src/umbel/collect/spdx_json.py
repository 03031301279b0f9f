# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 SBOMs in JSON → evidence.

The document is split into sections and these into records without decoding them; each record is
then decoded with strict types (`_spdx_records`). So memory holds the text and the evidence, never
the whole tree, and a record that is unsound is mended alone (`_spdx_mend`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.collect._spdx import Builder
from umbel.collect._spdx_mend import Mender, bounded, whole
from umbel.collect._spdx_records import (
    CreationInfo,
    Element,
    Elements,
    ExternalDocument,
    ExtractedLicence,
    Header,
    Package,
    Relationship,
)
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.model.errors import Fault

T = TypeVar("T")

_sections = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind)
    for kind in (CreationInfo, Element, ExternalDocument, ExtractedLicence, Package, Relationship, str)
}
_MARK = re.compile(rb'"sp(?:dx|ec)Version"\s*:\s*"SPDX-[12]\.|"SPDXID"\s*:\s*"SPDXRef-')
_FOREIGN = re.compile(rb'"@context"\s*:|"bomFormat"\s*:')
_MARKS = frozenset({"spdxVersion", "specVersion", "SPDXID", "documentNamespace", "documentDescribes"})
_SECTIONS = frozenset(
    {
        "$schema", "SPDXID", "annotations", "comment", "creationInfo", "dataLicense", "documentDescribes",
        "documentNamespace", "externalDocumentRefs", "files", "hasExtractedLicensingInfos", "name", "packages",
        "relationships", "revieweds", "reviewers", "snippets", "specVersion", "spdxVersion",
    }
)  # fmt: skip
_WRAPPINGS = ("sbom", "Document")
"""The web service of a large host wraps documents in `sbom`, tools of 2.1 in `Document`."""
_MOST_TOLERANT = 32 << 20
"""Documents beyond this are not read again by the slow, tolerant decoder."""


class SpdxJsonCollector(Collector):
    """SPDX 2 in JSON."""

    id = "spdx_json"
    title = "SPDX JSON"
    reads = "SBOMs in SPDX 2.2 and 2.3 as JSON, and what tools wrote for 2.0 and 2.1; unsound ones as far as they go."
    limits = (
        "Files, snippets, annotations and reviews are not kept; documents referred to are not read with it."
    )
    names = ("*.spdx.json", "*-spdx.json", "*_spdx.json")
    suffixes = (".json", ".spdx", ".sbom", ".bom")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether it begins as a JSON object and names the format (its keys may come in any order)."""
        head = _plain(head)
        if not head.lstrip().startswith((b"{", b"[")) or _FOREIGN.search(head):
            return False
        return bool(_MARK.search(head) or _MARK.search(_plain(tail)))

    def read(self, document: Document) -> Reading:
        """Read one document."""
        data = document.data
        found: list[Fault] = []
        if data[:1] not in b"{ \n\r\t" or b"\0" in data[:4]:
            data, found = document.utf8()
        try:
            return _attempt(data, found)
        except UnicodeDecodeError:
            # Only now is it worth the time and memory to look at each byte.
            return _attempt(*document.utf8())


def _plain(data: bytes) -> bytes:
    """Without a mark, and with UTF-16 or UTF-32 told apart from ASCII."""
    return data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe")


def _attempt(data: bytes, found: list[Fault]) -> Reading:
    try:
        return _Json(found).read(data)
    except RecursionError:
        raise UnreadableError("too-deep", "is nested too deeply to be an SBOM") from None


class _Json:
    """One attempt at one document."""

    def __init__(self, found: list[Fault]) -> None:
        self._faults = Faults()
        self._mender = Mender(self._faults)
        self._sections: dict[str, Any] = {}
        self._moved: dict[int, str] = {}
        for fault in found:
            self._faults.add(fault.code, fault.message, fault.place, fault.level)

    def read(self, data: bytes) -> Reading:
        self._sections = self._split(data)
        builder = Builder(self._faults, self._where, self._elements)
        builder.header(self._header())
        for i, document in self._each("externalDocumentRefs", ExternalDocument):
            builder.external_document(document, i)
        for i, licence in self._each("hasExtractedLicensingInfos", ExtractedLicence):
            builder.licence(licence, i)
        count = 0
        for i, package in self._each("packages", Package):
            builder.package(package, i)
            count = i + 1
        self._describes(builder, count)
        for i, relationship in self._each("relationships", Relationship):
            builder.relationship(relationship, i)
        for key in self._sections.keys() - _SECTIONS:
            message = f"has a field {key[:80]!r}, which SPDX doesn't know here"
            self._faults.add("unknown-field", message, "$")
        return builder.finish("JSON")

    def _where(self, section: str, n: int = -1, inside: str = "") -> str:
        if n < 0:
            return f"$.{section}{inside}"
        if section == "packages" and n in self._moved:
            return self._moved[n] + inside
        return f"$.{section}[{n}]{inside}"

    # -- decoding

    def _split(self, data: bytes) -> dict[str, Any]:
        """The document's sections, not decoded yet if it is sound JSON."""
        sections: Any
        try:
            sections = _sections.decode(data)
        except msgspec.DecodeError:
            sections = _object(self._tree(data))
        for key in _WRAPPINGS:
            if key in sections and not _MARKS & sections.keys():
                sections = self._opened(sections[key]) or sections
        if "@context" in sections or "@graph" in sections:
            raise UnreadableError("spdx-3", "is SPDX 3 or other linked data; this reader knows SPDX 2")
        if not _MARKS & sections.keys() or "bomFormat" in sections:
            raise UnreadableError("not-spdx", "is JSON, but no SPDX document")
        return dict(sections)

    def _opened(self, item: Any) -> dict[str, Any]:
        """The fields of an object, not decoded yet; none if it is something else."""
        if isinstance(item, msgspec.Raw):
            try:
                return _sections.decode(item)
            except msgspec.DecodeError:
                return {}
        return item if isinstance(item, dict) else {}

    def _tree(self, data: bytes) -> Any:
        """The document as plain objects: it is no object, or no sound JSON."""
        try:
            return msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            return self._tolerant(data, str(error))

    def _tolerant(self, data: bytes, reason: str) -> Any:
        """The document as a tree, read past what strict JSON forbids but many write."""
        if not data.strip():
            raise UnreadableError("malformed-json", "is empty")
        if len(data) > _MOST_TOLERANT:
            raise UnreadableError("malformed-json", f"is no sound JSON: {reason}")
        if data.lstrip()[:64].startswith(b"SPDXVersion:"):
            raise UnreadableError("tag-value", "is SPDX as tags and values, not as JSON")
        text = data.decode("utf-8", "replace")
        start = len(text) - len(text.lstrip())
        try:
            tree, end = json.JSONDecoder(strict=False, parse_int=bounded).raw_decode(text, start)
        except json.JSONDecodeError as error:
            message = f"is no sound JSON: {error.msg.lower()} at column {error.colno}"
            raise UnreadableError("malformed-json", message, f"line {error.lineno}") from None
        if text[end:].strip("\0 \t\r\n"):
            message = f"goes on for {len(text) - end:,} characters after its end"
            self._faults.add("trailing-text", message, f"line {text.count(chr(10), 0, end) + 1}")
        else:
            self._faults.add("malformed-json", f"is no strict JSON: {reason}")
        return tree

    def _each(self, section: str, kind: type[T], *, cost: bool = True) -> Iterator[tuple[int, T]]:
        """The records of a section one by one: decoded strictly, and mended if that fails.

        `cost`: whether a record that is lost is evidence that is lost.
        """
        decode = _decoders[kind].decode
        for i, item in enumerate(self._list(section)):
            if isinstance(item, msgspec.Raw):
                try:
                    yield i, decode(item)
                    continue
                except msgspec.DecodeError:
                    pass
            record = self._mended(kind, item, self._where(section, i), cost=cost)
            if record is not None:
                yield i, record

    def _mended(self, kind: type[T], item: Any, place: str, *, cost: bool = True) -> T | None:
        try:
            if isinstance(item, msgspec.Raw):
                item = whole(item)
            return self._mender.value(kind, item, place, cost=cost)
        except UnicodeDecodeError:
            raise  # the whole document is read again
        except RecursionError:
            self._faults.add("too-deep", "is nested too deeply to be read", place, "error")
        except ValueError as error:
            self._faults.add("malformed-json", f"is no sound JSON there: {str(error)[:200]}", place, "error")
        return None

    def _list(self, section: str) -> list[Any]:
        item = self._sections.get(section, [])
        if isinstance(item, msgspec.Raw):
            try:
                return _items.decode(item)
            except msgspec.DecodeError:
                item = self._plain(item, f"$.{section}")
        if isinstance(item, list):
            return item
        if item is None:
            self._faults.add("null", f"gives null for {section!r}", f"$.{section}")
            return []
        self._faults.add("wrong-type", "holds something else where a list is due", f"$.{section}", "error")
        return [item] if isinstance(item, dict | str) else []

    # -- sections that are more than lists of records

    def _header(self) -> Header:
        def text(*keys: str) -> str:
            key = next((key for key in keys if key in self._sections), "")
            return (self._mended(str, self._sections[key], f"$.{key}") or "") if key else ""

        info = self._sections.get("creationInfo", {})
        return Header(
            spdx_version=text("spdxVersion", "specVersion"),
            spdx_id=text("SPDXID"),
            data_license=text("dataLicense"),
            name=text("name"),
            document_namespace=text("documentNamespace"),
            creation_info=self._mended(CreationInfo, info, "$.creationInfo") or CreationInfo(),
        )

    def _describes(self, builder: Builder, count: int) -> None:
        """Ids of what is described; tools of 2.1 put the packages themselves there."""
        for i, given in enumerate(self._list("documentDescribes")):
            place = f"$.documentDescribes[{i}]"
            item = self._plain(given, place) if isinstance(given, msgspec.Raw) else given
            if isinstance(item, dict):
                self._moved[count] = place
                package = self._mended(Package, item, place)
                if package is not None:
                    builder.package(package, count)
                    builder.describes(package.spdx_id, i)
                count += 1
            elif item is not None and (spdx_id := self._mended(str, item, place)):
                builder.describes(spdx_id, i)

    def _plain(self, item: msgspec.Raw, place: str) -> Any:
        try:
            return whole(item)
        except UnicodeDecodeError:
            raise  # the whole document is read again
        except (ValueError, RecursionError):
            self._faults.add("malformed-json", "is no sound JSON there", place, "error")
            return None

    def _elements(self, wanted: Iterable[str]) -> Elements:
        """Ids of files and snippets; names of the files that packages have alone."""
        known = Elements(set(), {})
        asked = set(wanted)
        for section in ("files", "snippets"):
            for _, element in self._each(section, Element, cost=False):
                known.ids.add(element.spdx_id)
                if element.spdx_id in asked and element.file_name:
                    known.names[element.spdx_id] = element.file_name
        return known


def _object(tree: Any) -> dict[str, Any]:
    """The document itself, which some wrap in a list of one."""
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    if isinstance(tree, dict):
        return tree
    raise UnreadableError("not-spdx", "is JSON, but no object")
