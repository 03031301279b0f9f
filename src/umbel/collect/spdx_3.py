# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 3 SBOMs in JSON-LD → evidence.

The graph is split into elements without decoding them; each is then decoded as what its type says
(`_spdx3_elements`) and read as what SPDX 2 has in its place (`_spdx3`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from umbel.model.errors import Fault

_MARK = re.compile(rb"spdx\.org/rdf/(?:v?3[./])|spdx-context\.jsonld|\"specVersion\"\s*:\s*\"3\.")
_TYPE = re.compile(rb"\"(?:SpdxDocument|software_Sbom|software_Package|software_File|CreationInfo)\"")
_LINKED = re.compile(rb"\"@(?:context|graph|type)\"\s*:")
_CYCLONEDX = b'"bomFormat"'
_MOST_TOLERANT = 32 << 20
"""Documents beyond this are not read again by the slow, tolerant decoder."""
_sections = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_GRAPH = "@graph"


class Spdx3Collector(Collector):
    """SPDX 3 in JSON-LD."""

    id = "spdx_3"
    title = "SPDX 3"
    reads = (
        "SBOMs in SPDX 3.0 as JSON-LD, with a graph or as a single element; unsound ones as far as they go."
    )
    limits = (
        "Contexts other than SPDX's own are not followed. Files, snippets, annotations, vulnerabilities and "
        "builds are not kept; elements in other documents are not read with it."
    )
    names = ("*.spdx3.json", "*.spdx.jsonld", "*.spdx3.jsonld")
    suffixes = (".json", ".jsonld", ".spdx", ".sbom", ".bom")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether it begins as JSON, is linked data, and names SPDX 3 (its keys may come in any order)."""
        head, tail = _plain(head), _plain(tail)
        if not head.lstrip().startswith((b"{", b"[")) or _CYCLONEDX in head:
            return False
        if not (_LINKED.search(head) or _LINKED.search(tail)):
            return False
        return bool(_MARK.search(head) or _MARK.search(tail) or _TYPE.search(head))

    def read(self, document: Document) -> Reading:
        """Read one document."""
        data = document.data
        found: list[Fault] = []
        if data[:1] not in b"{[ \n\r\t" or b"\0" in data[:4]:
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
    from umbel.collect._spdx3 import Mapping

    faults = Faults()
    for fault in found:
        faults.add(fault.code, fault.message, fault.place, fault.level)
    try:
        return Mapping(faults).read(_graph(data, faults), "JSON-LD")
    except RecursionError:
        raise UnreadableError("too-deep", "is nested too deeply to be an SBOM") from None


def _graph(data: bytes, faults: Faults) -> list[Any]:
    """The document's elements, not decoded yet if it is sound JSON. Raises `UnreadableError`."""
    try:
        sections: Any = _sections.decode(data)
    except msgspec.DecodeError as error:
        sections = _tolerant(data, str(error), faults)
    if isinstance(sections, list):
        return sections
    if _GRAPH not in sections:
        if not sections.keys() & {"type", "@type", "@context"}:
            raise UnreadableError("not-spdx", "is JSON, but no SPDX 3 document")
        return [msgspec.Raw(data)] if isinstance(next(iter(sections.values())), msgspec.Raw) else [sections]
    graph = sections[_GRAPH]
    if isinstance(graph, msgspec.Raw):
        try:
            return _items.decode(graph)
        except msgspec.DecodeError:
            graph = _single(graph, faults)
    if isinstance(graph, list):
        return graph
    faults.add("wrong-type", "holds something else where a list is due", "$.@graph", "error")
    return [graph] if isinstance(graph, dict) else []


def _single(graph: msgspec.Raw, faults: Faults) -> Any:
    """What stands in place of the list of elements."""
    try:
        return msgspec.json.decode(graph)
    except UnicodeDecodeError:
        raise  # the whole document is read again
    except ValueError:
        faults.add("malformed-json", "is no sound JSON there", "$.@graph", "error")
        return []


def _tolerant(data: bytes, reason: str, faults: Faults) -> Any:
    """The document as a tree, read past what strict JSON forbids but many write."""
    from umbel.collect._spdx_mend import bounded

    if not data.strip():
        raise UnreadableError("malformed-json", "is empty")
    if len(data) > _MOST_TOLERANT:
        raise UnreadableError("malformed-json", f"is no sound JSON: {reason}")
    text = data.decode("utf-8", "replace")
    start = len(text) - len(text.lstrip())
    try:
        tree, end = json.JSONDecoder(strict=False, parse_int=bounded).raw_decode(text, start)
    except json.JSONDecodeError as error:
        message = f"is no sound JSON: {error.msg.lower()} at column {error.colno}"
        raise UnreadableError("malformed-json", message, f"line {error.lineno}") from None
    if text[end:].strip("\0 \t\r\n"):
        message = f"goes on for {len(text) - end:,} characters after its end"
        faults.add("trailing-text", message, f"line {text.count(chr(10), 0, end) + 1}")
    elif isinstance(tree, dict):
        faults.add("malformed-json", f"is no strict JSON: {reason}")
    if not isinstance(tree, dict | list) or not tree:
        raise UnreadableError("not-spdx", "is JSON, but no SPDX 3 document")
    return tree
