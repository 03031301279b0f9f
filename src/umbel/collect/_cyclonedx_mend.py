# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An unsound CycloneDX record → the same typed record, with each thing that was wrong as a fault.

Only records that the strict types refuse come here, so a fault in one component costs nothing to
its neighbours. What can be understood is kept (`"version": 2` is "2", a licence as a bare word is
a licence); what can't is dropped alone.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from umbel.collect._cyclonedx_shape import MIME, MODERN

if TYPE_CHECKING:
    from umbel.collect._cyclonedx_shape import Field, Item, Opened, Record, Shape
    from umbel.collect.faults import Faults
    from umbel.model.errors import Level


_DROP: Any = object()
_A_DAY = len("2024-01-31")
_TEXT_IS = {
    "license": "name",
    "licenseChoice": "expression",
    "organizationalEntity": "name",
    "organizationalContact": "name",
    "attachment": "content",
    "copyright": "text",
    "componentEvidence.occurrences": "location",
    "tool": "name",
    "dependency": "ref",
}
"""Records that many write as a bare text, and the field that the text then means."""
_WRAPPED = {"licenseChoice": ("license", frozenset({"id", "name"}))}
"""Records whose content is often written without the wrapping field."""
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


class Mender:
    """Builds typed records from whatever a document holds in their place."""

    def __init__(self, shape: Shape, faults: Faults, *, texts: bool = False) -> None:
        """Mend for one version. `texts`: numbers and booleans are written as text, as XML does."""
        self._shape = shape
        self._faults = faults
        self._texts = texts
        self.cost: Level = "error"
        """What a value that has to be dropped costs: `warning` in sections that hold no evidence."""

    def record(self, name: str, value: object, place: str) -> Opened:
        """A record of the table, or None where nothing of it is left."""
        got = self._record(self._shape.record(name), value, place)
        return None if got is _DROP else got

    def _record(self, record: Record, value: object, place: str) -> Opened:
        given = self._object(record, value, place)
        if given is None:
            return _DROP
        found: dict[str, Any] = {}
        for key, item in given.items():
            field = record.fields.get(key)
            if field is None:
                self.unknown(key, place)
            elif item is None:
                self._faults.add("null", f"gives null for {key!r}", f"{place}.{key}")
            else:
                got = self._field(field, item, f"{place}.{key}")
                if got is not _DROP:
                    found[field.attribute] = got
        for field in record.fields.values():
            if field.required and field.attribute not in found:
                found[field.attribute] = () if field.many else None
                if given.get(field.key) is None:
                    self._faults.add("missing-field", f"has no {field.key!r}, which is required here", place)
        return record.type(**found)

    def _object(self, record: Record, value: object, place: str) -> dict[str, Any] | None:
        """The record's fields; a bare text or a missing wrapping is understood."""
        if isinstance(value, dict):
            wrapping, keys = _WRAPPED.get(record.name, ("", frozenset()))
            if keys and keys & value.keys() and wrapping not in value:
                self._faults.add("unwrapped", f"lacks the {wrapping!r} object around its fields", place)
                return {wrapping: value}
            return value
        key = _TEXT_IS.get(record.name)
        if key and isinstance(value, str):
            self._faults.add("wrong-type", f"holds bare text where an object with {key!r} is due", place)
            return {key: value}
        self._wrong(value, "an object", place)
        return None

    def unknown(self, key: str, place: str) -> None:
        """Note a field that the version doesn't know."""
        if not self._shape.lenient:
            message = f"has a field {key[:80]!r}, which CycloneDX 1.{self._shape.minor} doesn't know here"
            self._faults.add("unknown-field", message, place)

    def _field(self, field: Field, value: object, place: str) -> Item:
        if field.kind == "tools":
            return self._tools(value, place)
        if field.kind == "identity":
            return self._items(
                "componentIdentityEvidence", value if isinstance(value, list) else [value], place
            )
        if not field.many:
            if isinstance(value, list) and len(value) == 1 and field.kind != "*":
                self._faults.add("wrong-type", "holds a list where one value is due", place)
                value = value[0]
            return self._value(field.kind, value, place)
        if not isinstance(value, list):
            self._faults.add("wrong-type", f"holds {_said(value)} where a list is due", place)
            value = [value]
        return self._items(field.kind, value, place)

    def _items(self, kind: str, values: list[Any], place: str) -> list[Any]:
        found = (self._value(kind, item, f"{place}[{i}]") for i, item in enumerate(values))
        return [item for item in found if item is not _DROP]

    def _tools(self, value: object, place: str) -> Item:
        """Tools came as a list of tools until 1.4, and may be lists of components and services since."""
        if isinstance(value, list):
            return self._items("tool", value, place)
        modern = self._shape.minor >= MODERN
        if isinstance(value, dict) and modern and value.keys() & {"components", "services"}:
            return self._value("metadata.tools", value, place)
        self._faults.add("wrong-type", f"holds {_said(value)} where a list of tools is due", place)
        return self._items("tool", [value], place)

    def _value(self, kind: str, value: object, place: str) -> Item:
        """One value of a kind, mended if need be."""
        if kind[0] in "*+":
            return value
        if kind in {"i", "n", "b"}:
            return self._number(kind, value, place)
        if kind not in {"s", "t", "ref", "mime"} and kind[0] != "=":
            return self._record(self._shape.record(kind), value, place)
        text = self._text(value, place)
        if text is not _DROP:
            self._check(kind, text, place)
        return text

    def _text(self, value: object, place: str) -> Item:
        if isinstance(value, str):
            # Half a surrogate pair can be written in JSON, but in no encoding.
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._faults.add("wrong-type", f"holds {_said(value)} where text is due", place)
            return _number_text(value)
        return self._wrong(value, "text", place)

    def _check(self, kind: str, text: str, place: str) -> None:
        """Name a text that its kind doesn't allow; it is kept as written."""
        short = text[:80]
        if kind[0] == "=" and text not in self._shape.words(kind[1:]):
            message = f"has {short!r}, which is no word that CycloneDX 1.{self._shape.minor} allows here"
            self._faults.add("unknown-word", message, place)
        elif kind == "ref" and not text and self._shape.minor >= MODERN:
            self._faults.add("empty-ref", "has an empty reference", place)
        elif kind == "mime" and not re.search(MIME, text):
            self._faults.add("media-type", f"has {short!r}, which is no media type", place)
        elif kind == "t" and not _is_time(text):
            self._faults.add("invalid-time", f"has {short!r}, which is no date and time", place)

    def _number(self, kind: str, value: object, place: str) -> Item:
        due = {"i": int, "n": float, "b": bool}[kind]
        if isinstance(value, str):
            read = _from_text(kind, value.strip()[:40])
            if read is None or not self._texts:
                level: Level = self.cost if read is None else "warning"
                message = f"holds {_said(value)} where {_NAMES[due]} is due"
                self._faults.add("wrong-type", message, place, level)
            return _DROP if read is None else read
        if isinstance(value, due) and not (kind != "b" and isinstance(value, bool)):
            return value
        if kind == "n" and isinstance(value, int) and not isinstance(value, bool):
            return value
        if kind == "i" and isinstance(value, float) and value.is_integer():
            return int(value)
        return self._wrong(value, _NAMES[due], place)

    def _wrong(self, value: object, due: str, place: str) -> Item:
        self._faults.add("wrong-type", f"holds {_said(value)} where {due} is due", place, self.cost)
        return _DROP


def _said(value: object) -> str:
    return _NAMES.get(type(value), "null")


def _number_text(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to write whole numbers of thousands of digits
        return "a very large number"


def _from_text(kind: str, text: str) -> int | float | bool | None:
    if kind == "b":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    try:
        return int(text) if kind == "i" else float(text)
    except ValueError:
        return None


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    return len(text.strip()) > _A_DAY
