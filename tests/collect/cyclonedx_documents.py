# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small CycloneDX documents, and what tests ask of their readings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.cyclonedx_json import CyclonedxJsonCollector
from umbel.collect.cyclonedx_xml import CyclonedxXmlCollector
from umbel.collect.interface import Component, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from umbel.model.errors import Fault

JSON, XML = CyclonedxJsonCollector(), CyclonedxXmlCollector()


def bom(minor: int = 6, **fields: object) -> dict[str, Any]:
    """A sound document with these sections."""
    return {"bomFormat": "CycloneDX", "specVersion": f"1.{minor}", "version": 1, **fields}


def lib(name: str, **fields: object) -> dict[str, Any]:
    """A sound component."""
    return {"type": "library", "name": name, "version": "1.0", "bom-ref": name, **fields}


def read(document: object, name: str = "bom.json") -> Reading:
    """A reading of a document given as objects, text or bytes."""
    if not isinstance(document, str | bytes):
        document = json.dumps(document)
    data = document.encode() if isinstance(document, str) else document
    return JSON.read(Document(Path(name), data=data))


def read_xml(inside: str, minor: str = "1.5", head: str = "") -> Reading:
    """A reading of the XML document with this content."""
    text = f'{head}<bom xmlns="http://cyclonedx.org/schema/bom/{minor}" version="1">{inside}</bom>'
    return XML.read(Document(Path("bom.xml"), data=text.encode()))


def only(reading: Reading) -> Component:
    """The reading's one component."""
    (component,) = reading.components
    return component


def codes(reading: Reading) -> list[str]:
    """The codes of the faults that are more than notes."""
    return [fault.code for fault in reading.faults if fault.level != "note"]


def fault(reading: Reading, code: str) -> Fault:
    """The reading's one fault of a code."""
    (found,) = [fault for fault in reading.faults if fault.code == code]
    return found


def refused(data: bytes, name: str = "bom.json") -> Fault:
    """The fault of a document in which nothing can be read."""
    collector = XML if name.endswith("xml") else JSON
    with pytest.raises(UnreadableError) as caught:
        collector.read(Document(Path(name), data=data))
    return caught.value.fault


def edges(reading: Reading) -> set[tuple[str | None, str | None]]:
    """Edges as references."""
    return {(edge.source, edge.target) for edge in reading.edges}
