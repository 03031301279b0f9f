# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX records as XML: the objects that they are in JSON, element by element.

Fields come in the order in which the records have them, which is that of the schema. What isn't simply
an element for a field, or a list of elements in one, is named in the tables below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.reports.sbom import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.reports.sbom import Bill
    from umbel.reports.sbom_cyclonedx import Writer

_ATTRIBUTES = {
    "component": ("type", "bom-ref"),
    "property": ("name",),
    "hash": ("alg",),
    "reference": ("type",),
    "license": ("acknowledgement",),
}
"""Fields that are attributes of their element."""
_TEXT = {"property": "value", "hash": "content"}
"""Fields that are the text of their element."""
_ITEMS = {
    "components": "component", "hashes": "hash", "externalReferences": "reference", "properties": "property",
    "occurrences": "occurrence", "authors": "author", "assemblies": "assembly", "dependencies": "dependency",
    "tools": "tool",
}  # fmt: skip
"""Lists, and what their items are called."""
_TEXTS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_VALUES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def pieces(bill: Bill, writer: Writer) -> Iterator[bytes]:
    """The document, piece by piece."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    head = f'<bom xmlns="http://cyclonedx.org/schema/bom/1.{writer.minor}" serialNumber="{bill.identity.urn}"'
    yield f'{head} version="1">\n'.encode()
    yield _joined(_element("metadata", writer.metadata()))
    yield b"<components>\n"
    for record in writer.components():
        for text in _element("component", record):
            yield text.encode()
        yield b"\n"
    yield b"</components>\n<dependencies>\n"
    for record in writer.dependencies():
        yield _dependency(record)
    yield b"</dependencies>\n"
    for record in writer.compositions():
        yield _joined(_composition(record))
    yield b"</bom>\n"


def _joined(texts: Iterator[str]) -> bytes:
    return "".join(texts).encode() + b"\n"


def _element(name: str, record: dict[str, Any]) -> Iterator[str]:
    """An object as an element with its attributes, its text or its children."""
    attributes = _ATTRIBUTES.get(name, ())
    said = "".join(f' {key}="{record[key].translate(_VALUES)}"' for key in attributes if key in record)
    text = _TEXT.get(name)
    if text is not None:
        yield f"<{name}{said}>{record[text].translate(_TEXTS)}</{name}>"
        return
    yield f"<{name}{said}>"
    for key, value in record.items():
        if key not in attributes:
            yield from _field(key, value)
    yield f"</{name}>"


def _field(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield f"<{key}>{value.translate(_TEXTS)}</{key}>"
    elif isinstance(value, dict):
        yield from _element(key, value)
    elif key == "licenses":
        yield "<licenses>"
        for choice in value:
            yield from _choice(choice)
        yield "</licenses>"
    else:
        yield f"<{key}>"
        for item in value:
            yield from _element(_ITEMS[key], item)
        yield f"</{key}>"


def _choice(choice: dict[str, Any]) -> Iterator[str]:
    if "license" in choice:
        yield from _element("license", choice["license"])
    else:
        said = f' acknowledgement="{choice["acknowledgement"]}"' if "acknowledgement" in choice else ""
        yield f"<expression{said}>{choice['expression'].translate(_TEXTS)}</expression>"


def _dependency(record: dict[str, Any]) -> bytes:
    """References are made of letters, digits, dots and dashes."""
    inner = "".join(f'<dependency ref="{target}"/>' for target in record.get("dependsOn", ()))
    ref = record["ref"]
    return f'<dependency ref="{ref}">{inner}</dependency>\n'.encode()


def _composition(record: dict[str, Any]) -> Iterator[str]:
    yield f"<compositions><composition><aggregate>{record['aggregate']}</aggregate>"
    yield f'<assemblies><assembly ref="{ROOT}"/></assemblies>'
    yield f'<dependencies><dependency ref="{ROOT}"/></dependencies></composition></compositions>'
