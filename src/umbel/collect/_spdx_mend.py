# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An unsound SPDX record as a tree → the same typed record, with each thing that was wrong as a fault.

Only records that the strict types refuse come here. What can be understood is kept (`"versionInfo":
2` is "2", one value is a list of one); what can't is dropped alone.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

if TYPE_CHECKING:
    from umbel.collect.faults import Faults

T = TypeVar("T")

_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_WRAPPINGS = frozenset({"Package", "File", "Relationship", "ExtractedLicensingInfo"})
"""Objects that tools of 2.1 put around records."""
_TRUTHS = {"true": True, "false": False}
_LONGEST_NUMBER = 300


class Mender:
    """Builds typed records from whatever a document holds in their place.

    `texts`: the serialisation knows only texts, so that `true` is one.
    """

    def __init__(self, faults: Faults, *, texts: bool = False) -> None:
        """Begin a document."""
        self._faults, self._texts = faults, texts

    def value(self, kind: type[T], value: Any, place: str, *, cost: bool = True) -> T | None:
        """A value of a type, or None where nothing of it is left.

        `cost`: whether something that has to be dropped is evidence that is lost.
        """
        return cast("T | None", self._value(kind, value, place, cost=cost))

    def _value(self, kind: Any, value: Any, place: str, *, cost: bool) -> Any:
        if kind is str:
            return self._text(value, place, cost=cost)
        if kind is bool:
            return self._truth(value, place, cost=cost)
        if get_origin(kind) is list:
            return self._list(get_args(kind)[0], value, place, cost=cost)
        return self._record(kind, value, place, cost=cost)

    def _truth(self, value: Any, place: str, *, cost: bool) -> Any:
        if isinstance(value, str) and value.strip().lower() in _TRUTHS:
            if not self._texts:
                self._faults.add("wrong-type", "holds text where true or false is due", place)
            return _TRUTHS[value.strip().lower()]
        return value if isinstance(value, bool) else self._wrong(value, "true or false", place, cost=cost)

    def _record(self, kind: Any, value: Any, place: str, *, cost: bool) -> Any:
        if isinstance(value, dict) and len(value) == 1:
            (key,) = value
            value = value[key] if key in _WRAPPINGS else value
        if not isinstance(value, dict):
            return self._wrong(value, "an object", place, cost=cost)
        found = {}
        for key, (field, of) in fields(kind).items():
            if key in value:
                got = self._value(of, value[key], f"{place}.{key}", cost=cost)
                if got is not None:
                    found[field] = got
        return kind(**found)

    def _list(self, of: Any, value: Any, place: str, *, cost: bool) -> Any:
        if value is None:
            return self._wrong(value, "a list", place, cost=False)
        if not isinstance(value, list):
            self._faults.add("wrong-type", f"holds {_said(value)} where a list is due", place)
            value = [value]
        found = (self._value(of, item, f"{place}[{i}]", cost=cost) for i, item in enumerate(value))
        return [item for item in found if item is not None]

    def _text(self, value: Any, place: str, *, cost: bool) -> Any:
        if isinstance(value, str):
            # Half a surrogate pair can be written in JSON, but in no encoding.
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._faults.add("wrong-type", f"holds {_said(value)} where text is due", place)
            return _number_text(value)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            self._faults.add("wrong-type", "holds a list where one text is due", place)
            return self._text(value[0], place, cost=cost)
        return self._wrong(value, "text", place, cost=cost)

    def _wrong(self, value: Any, due: str, place: str, *, cost: bool) -> Any:
        if value is None:
            self._faults.add("null", f"gives null where {due} is due", place)
        else:
            message = f"holds {_said(value)} where {due} is due"
            self._faults.add("wrong-type", message, place, "error" if cost else "warning")
        return None


@cache
def fields(kind: type[Any]) -> dict[str, tuple[str, type[Any]]]:
    """A record's fields as the document calls them → as we do, and their types."""
    hints = get_type_hints(kind)
    found = {}
    for field in msgspec.structs.fields(kind):
        of = hints[field.name]
        optional = [one for one in get_args(of) if one is not type(None)]
        found[field.encode_name] = (field.name, of if get_origin(of) is list or not optional else optional[0])
    return found


def whole(data: bytes | msgspec.Raw) -> Any:
    """Plain objects for JSON, even where it holds numbers beyond all bounds. Raises `ValueError`."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError):
        return json.loads(bytes(data), strict=False, parse_int=bounded)


def bounded(digits: str) -> int | float:
    """A whole number; beyond all bounds a rough one, since Python would refuse it or take for ever."""
    return int(digits) if len(digits) < _LONGEST_NUMBER else float(digits)


def _said(value: Any) -> str:
    return _NAMES.get(type(value), "something else")


def _number_text(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to write whole numbers of thousands of digits
        return "a very large number"
