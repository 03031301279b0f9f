# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 SBOMs as tags and values → evidence.

The lines are read once into the records that the JSON reader decodes (`_spdx_tags`); what these
mean is told where both meet (`_spdx`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect._spdx_records import Elements
    from umbel.model.errors import Fault

_MARK = re.compile(rb"(?:^|[\r\n])[ \t]*(spdxversion)[ \t]*:[ \t]*(?:<text>)?[ \t]*SPDX-[12]", re.IGNORECASE)
_TAG = re.compile(rb"(?:^|[\r\n])(?:DataLicense|DocumentName|DocumentNamespace|PackageName|FileName):")
_YAML = b"spdxVersion"


class SpdxTagValueCollector(Collector):
    """SPDX 2 as tags and values."""

    id = "spdx_tag_value"
    title = "SPDX tag-value"
    reads = (
        "SBOMs in SPDX 2.0 to 2.3 as tags and values, whatever their ending; unsound ones as far as they go."
    )
    limits = (
        "Files, snippets, annotations and reviews are not kept; documents referred to are not read with it."
    )
    names = ("*.spdx", "*.spdx.tag", "*.spdx.txt", "*.spdx.tv")
    suffixes = (".spdx", ".tag", ".tv", ".json", ".sbom", ".bom")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether it isn't JSON or XML, and has a line with the version near its beginning."""
        head = bare(head)
        if head[:1] in b"{[<":
            return False
        match = _MARK.search(head)
        # YAML spells it so, and has none of the tags.
        return match is not None and (match[1] != _YAML or _TAG.search(head) is not None)

    def read(self, document: Document) -> Reading:
        """Read one document; JSON under such a name is read as JSON."""
        data = document.data
        found: list[Fault] = []
        if bare(data[:256])[:1] == b"{":
            from umbel.collect.spdx_json import read_json

            return read_json(document)
        if b"\0" in data[:4] or data[:1] in b"\xef\xfe\xff":
            data, found = document.utf8()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            data, found = document.utf8()
            text = data.decode()
        return _read(text, found)


def bare(data: bytes) -> bytes:
    """The start of a text, whatever its encoding."""
    return data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")


def _read(text: str, found: list[Fault]) -> Reading:
    from umbel.collect._spdx import Builder
    from umbel.collect._spdx_records import Elements
    from umbel.collect._spdx_tags import Tags

    faults = Faults()
    for fault in found:
        faults.add(fault.code, fault.message, fault.place, fault.level)
    tags = Tags(faults)
    tags.read(text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text)
    if not tags.known:
        message = "is empty" if not text.strip() else "is no SPDX document: no line has a tag of SPDX"
        raise UnreadableError("not-spdx", message)
    where = tags.lines.where

    def elements(wanted: Iterable[str]) -> Elements:
        asked = set(wanted)
        names = {e.spdx_id: e.file_name for e in tags.elements if e.file_name and e.spdx_id in asked}
        return Elements({e.spdx_id for e in tags.elements}, names)

    builder = Builder(faults, where, elements)
    builder.header(tags.header)
    for i, document in enumerate(tags.documents):
        builder.external_document(document, i)
    for i, licence in enumerate(tags.licences):
        builder.licence(licence, i)
    for i, package in enumerate(tags.packages):
        builder.package(package, i)
    for i, relationship in enumerate(tags.relationships):
        builder.relationship(relationship, i)
    return builder.finish("tag-value")
