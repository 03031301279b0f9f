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

from umbel.collect._spdx_mend import bounded, whole
from umbel.collect._spdx_records import (
    CreationInfo,
    Element,
    ExternalDocument,
    ExtractedLicence,
    Package,
    Relationship,
)
from umbel.collect._spdx_tree import MARKS, WRAPPINGS, Sections, check
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_MOST_TOLERANT = 32 << 20
"""Documents beyond this are not read again by the slow, tolerant decoder."""


class SpdxJsonCollector(Collector):
    """SPDX 2 in JSON."""

    id = "spdx_json"
    version = 2
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
        return read_json(document)


def read_json(document: Document) -> Reading:
    """Read a document that is JSON whatever its name."""
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


class _Json(Sections):
    """One attempt at one document."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(Faults())
        for fault in found:
            self.faults.add(fault.code, fault.message, fault.place, fault.level)

    def read(self, data: bytes) -> Reading:
        return self.feed(self._split(data), "JSON")

    def _place(self, section: str, n: int = -1) -> str:
        return f"$.{section}" if n < 0 else f"$.{section}[{n}]"

    # -- decoding

    def _split(self, data: bytes) -> dict[str, Any]:
        """The document's sections, not decoded yet if it is sound JSON."""
        sections: Any
        try:
            sections = _sections.decode(data)
        except msgspec.DecodeError:
            sections = _object(self._tree(data))
        for key in WRAPPINGS:
            if key in sections and not MARKS & sections.keys():
                sections = self._opened(sections[key]) or sections
        check(sections, "JSON")
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
            self.faults.add("trailing-text", message, f"line {text.count(chr(10), 0, end) + 1}")
        else:
            self.faults.add("malformed-json", f"is no strict JSON: {reason}")
        return tree

    def _each(self, section: str, kind: type[T], *, cost: bool = True) -> Iterator[tuple[int, T]]:
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
            return super()._mended(kind, self._whole(item), place, cost=cost)
        except UnicodeDecodeError:
            raise  # the whole document is read again
        except RecursionError:
            self.faults.add("too-deep", "is nested too deeply to be read", place, "error")
        except ValueError as error:
            self.faults.add("malformed-json", f"is no sound JSON there: {str(error)[:200]}", place, "error")
        return None

    @staticmethod
    def _whole(item: Any) -> Any:
        return whole(item) if isinstance(item, msgspec.Raw) else item

    def _list(self, section: str) -> list[Any]:
        item = self._sections.get(section)
        if isinstance(item, msgspec.Raw):
            try:
                return _items.decode(item)
            except msgspec.DecodeError:
                self._sections[section] = self._plain(item, f"$.{section}")
        return super()._list(section)

    def _plain(self, item: Any, place: str) -> Any:
        try:
            return self._whole(item)
        except UnicodeDecodeError:
            raise  # the whole document is read again
        except (ValueError, RecursionError):
            self.faults.add("malformed-json", "is no sound JSON there", place, "error")
            return None


def _object(tree: Any) -> dict[str, Any]:
    """The document itself, which some wrap in a list of one."""
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    if isinstance(tree, dict):
        return tree
    raise UnreadableError("not-spdx", "is JSON, but no object")
