# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A lockfile in JSON → typed records; what is unsound in one loses only that value."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Document

_T = TypeVar("_T", bound=msgspec.Struct)
_BYTE = re.compile(r"\(byte (\d+)\)")
_CONFLICT = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])


class Records:
    """Takes typed records out of one document; `place` is always the path of what is decoded."""

    def __init__(self, document: Document, faults: Faults, tool: str) -> None:
        """Load a document, its encoding repaired."""
        self._faults = faults
        self._tool = tool
        self.data, found = document.utf8()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)

    def sections(self) -> dict[str, msgspec.Raw]:
        """The document's own fields, not decoded. Raises `UnreadableError`, with the line where it is known."""
        try:
            return _object.decode(self.data)
        except msgspec.ValidationError:
            raise UnreadableError("wrong-type", f"is JSON, but no lockfile of {self._tool}") from None
        except msgspec.DecodeError as error:
            raise _malformed(self.data, str(error)) from None
        except RecursionError:
            raise UnreadableError("too-deep", "is nested too deeply to be a lockfile") from None

    def members(self, raw: msgspec.Raw | bytes, place: str) -> dict[str, msgspec.Raw]:
        """The members of an object, not decoded; none if it is something else."""
        return self._some(_object, raw, place, "an object") or {}

    def records(self, raw: msgspec.Raw, kind: type[_T], place: str) -> list[tuple[str, _T]]:
        """The records of a list, each with its path."""
        try:
            whole: list[_T] = _decoder(list[kind]).decode(raw)  # type: ignore[valid-type]
        except (msgspec.DecodeError, RecursionError):
            items = self._some(_array, raw, place, "a list") or []
            found = (
                (f"{place}[{i}]", self.record(item, kind, f"{place}[{i}]")) for i, item in enumerate(items)
            )
            return [(where, record) for where, record in found if record is not None]
        return [(f"{place}[{index}]", record) for index, record in enumerate(whole)]

    def record(self, raw: msgspec.Raw | bytes, kind: type[_T], place: str) -> _T | None:
        """One record; where it isn't sound, what is sound in it."""
        try:
            whole: _T = _decoder(kind).decode(raw)
        except (msgspec.DecodeError, RecursionError):
            values = self._some(_object, raw, place, "an object")
        else:
            return whole
        if values is None:
            return None
        found = {}
        for field in msgspec.structs.fields(kind):
            if field.encode_name in values:
                where = f"{place}.{field.encode_name}"
                value = self.value(values[field.encode_name], field.type, where)
                if value is not None:
                    found[field.name] = value
        return kind(**found)

    def value(self, raw: msgspec.Raw | bytes, kind: Any, place: str) -> Any:
        """One value; None if it can't be understood. Of an object or list of one kind what is sound is kept."""
        try:
            return _decoder(kind).decode(raw)
        except msgspec.ValidationError:
            return self._parts(raw, kind, place)
        except (msgspec.DecodeError, RecursionError) as error:
            self._faults.add("malformed-json", f"is no sound JSON there: {error}"[:200], place, "error")
            return None

    def _parts(self, raw: msgspec.Raw | bytes, kind: Any, place: str) -> Any:
        value = _any(raw)
        kinds = kind.__args__ if hasattr(kind, "__args__") and not hasattr(kind, "__origin__") else (kind,)
        inner = {getattr(one, "__origin__", one): one for one in kinds}
        if isinstance(value, dict) and dict in inner:
            item = inner[dict].__args__[1]
            found = {key: self._sound(part, item, f'{place}["{key[:120]}"]') for key, part in value.items()}
            return {key: part for key, part in found.items() if part is not None}
        if isinstance(value, list) and list in inner:
            item = inner[list].__args__[0]
            sound = (self._sound(part, item, f"{place}[{index}]") for index, part in enumerate(value))
            return [part for part in sound if part is not None]
        records = [one for one in kinds if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        if isinstance(value, dict) and records:
            return self.record(raw, records[0], place)
        self._wrong(value, place)
        return None

    def _sound(self, value: object, kind: Any, place: str) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                return self.record(msgspec.json.encode(value), kind, place)
            self._wrong(value, place)
            return None

    def _some(
        self, decoder: msgspec.json.Decoder[Any], raw: msgspec.Raw | bytes, place: str, due: str
    ) -> Any:
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError:
            self._faults.add("wrong-type", f"holds something else where {due} is due", place, "error")
        except (msgspec.DecodeError, RecursionError) as error:
            self._faults.add("malformed-json", f"is no sound JSON there: {error}"[:200], place, "error")
        return None

    def _wrong(self, value: object, place: str) -> None:
        self._faults.add("wrong-type", f"holds {_shape(value)} where it can't stand", place, "error")


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _any(raw: msgspec.Raw | bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def _shape(value: object) -> str:
    """What kind of JSON value it is, in words."""
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _malformed(data: bytes, reason: str) -> UnreadableError:
    conflict = _CONFLICT.search(data)
    if conflict:
        place = f"line {data.count(10, 0, conflict.start()) + 1}"
        return UnreadableError("merge-conflict", "holds an unresolved merge conflict", place)
    at = _BYTE.search(reason)
    place = f"line {data.count(10, 0, int(at[1])) + 1}" if at else ""
    return UnreadableError("malformed-json", f"is no sound JSON: {reason[:200]}", place)
