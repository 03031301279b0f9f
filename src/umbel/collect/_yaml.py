# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML of unknown origin → plain values, within bounds.

The tree is built from the parser's events rather than by its loader: a loader descends without
limit, makes dates and numbers of texts, and leaves aliases to grow in whoever walks them.

Scalars follow the core schema of YAML 1.2: `on` and `no` are texts, dates are texts. Keys are
always texts. An alias is the very value of its anchor; a key `<<` merges other mappings in.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect.faults import Faults

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"

_MOST_BYTES = 1 << 26
_MOST_NODES = 4_000_000
_DEEPEST = 100
_MOST_DOCUMENTS = 1000
_GROWTH, _SPARE = 10, 10_000
"""Aliases may make a document this many times larger, or by so many values, for whoever walks it."""
_LONGEST_NUMBER = 400
_MOST_TAGS = 100

_SPECIAL = re.compile(
    r"(~|null|Null|NULL|)|(true|True|TRUE)|(false|False|FALSE)"
    r"|([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)"
    r"|([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
).fullmatch
_TAG = re.compile(rb"^%TAG", re.MULTILINE)
_FIRST = frozenset("~nNtTfF.+-0123456789")
_TEXT_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})


class Lined(dict[str, Value]):
    """A mapping that knows the line of each of its values, counted from 1."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.lines: dict[str, int] = {}


def load(data: bytes, faults: Faults, *, texts: bool = False, lines: bool = False) -> Value:
    """The value of a YAML document in UTF-8; None if it is empty.

    With `texts`, plain scalars stay the texts that they are written as (`1.10`, `true`), only null
    is None. With `lines`, mappings are `Lined`. Of several documents the first is given, with a fault.

    Raises `UnreadableError`, with the line, for malformed YAML and for what is nested too deeply, too
    large, or made huge by its aliases. Faults: repeated keys, keys that are no texts, aliases within
    what they name, several documents.
    """
    found = _load(data, _Tree(faults, texts=texts, lines=lines), 1)
    return found[0] if found else None


def load_all(data: bytes, faults: Faults, *, texts: bool = False, lines: bool = False) -> list[Value]:
    """The values of all documents of a YAML stream; otherwise as `load`."""
    return _load(data, _Tree(faults, texts=texts, lines=lines), _MOST_DOCUMENTS)


def _load(data: bytes, tree: _Tree, most: int) -> list[Value]:
    import yaml

    if len(data) > _MOST_BYTES:
        message = f"has {len(data):,} bytes; at most {_MOST_BYTES:,} of YAML are read"
        raise UnreadableError("too-large", message)
    if len(_TAG.findall(data)) > _MOST_TAGS:  # libyaml compares each with all before it
        raise UnreadableError("malformed-yaml", f"has more than {_MOST_TAGS} %TAG directives")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        parser = loader(data)
        try:
            tree.read(parser.get_event, most)
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        place = f"line {mark.line + 1}" if mark else ""
        raise UnreadableError("malformed-yaml", f"is no sound YAML: {said[:200]}", place) from None
    except (yaml.YAMLError, ValueError) as error:
        said = str(error).partition("\n")[0][:200]
        raise UnreadableError("malformed-yaml", f"is no sound YAML: {said}") from None
    return tree.documents


class _Open:
    """A mapping or sequence that isn't over yet, and how many values it stands for so far."""

    __slots__ = ("anchor", "awaiting", "holder", "key", "line", "merges", "size")

    def __init__(self, holder: Any, anchor: str | None) -> None:
        self.holder = holder
        self.anchor = anchor
        self.key: str | None = None
        self.awaiting = type(holder) is not list
        self.line = 0
        self.size = 1
        self.merges: list[Value] = []


class _Tree:
    """Builds the values of a stream from its events."""

    def __init__(self, faults: Faults, *, texts: bool, lines: bool) -> None:
        self.documents: list[Value] = []
        self._faults = faults
        self._texts = texts
        self._mapping: type[dict[str, Value]] = Lined if lines else dict
        self._lined = lines
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._nodes = 0
        self._grown = 0

    def read(self, event_of: Callable[[], Any], most: int) -> None:
        """Take events until the stream ends or there are enough documents."""
        from yaml import events

        take: dict[type, Callable[[Any], None]] = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._mapping_start,
            events.SequenceStartEvent: self._sequence_start,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }
        event = event_of()
        while event is not None:
            kind = type(event)
            if kind is events.DocumentStartEvent and len(self.documents) >= most:
                message = "holds further documents, which are not read"
                self._faults.add("several-documents", message, _line(event))
                return
            method = take.get(kind)
            if method is not None:
                method(event)
            event = event_of()

    def _document(self, _event: Any) -> None:
        self._anchors = {}

    # -- values

    def _scalar(self, event: Any) -> None:
        text = event.value
        plain, quoted = event.implicit
        if plain:
            value = self._plain(text) if not text or text[0] in _FIRST else text
        else:
            value = text if quoted or event.tag in _TEXT_TAGS else self._plain(text)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, 1, event, text)

    def _plain(self, text: str) -> Value:
        match = _SPECIAL(text) if len(text) <= _LONGEST_NUMBER else None
        if match is None:
            return text
        kind = match.lastindex
        if kind == 1:
            return None
        if self._texts:
            return text
        if kind == 4:
            return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
        if kind == 5:
            number = float(text)
            return number if isfinite(number) else text
        return kind == 2

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise UnreadableError("malformed-yaml", "uses an alias that nothing is named by", _line(event))
        value, size = self._anchors[event.anchor]
        if size == 0:
            message = "has an alias within the very value that it names"
            self._faults.add("alias", message, _line(event), "error")
            value, size = None, 1
        self._grown += size
        if self._grown > _GROWTH * self._nodes + _SPARE:
            message = "is made huge by aliases, which name the same values again and again"
            raise UnreadableError("aliases", message, _line(event))
        self._add(value, size, event, value if isinstance(value, str) else None)

    def _mapping_start(self, event: Any) -> None:
        self._start(self._mapping(), event)

    def _sequence_start(self, event: Any) -> None:
        self._start([], event)

    def _start(self, holder: Any, event: Any) -> None:
        if len(self._stack) >= _DEEPEST:
            raise UnreadableError("too-deep", f"is nested more than {_DEEPEST} levels deep", _line(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = (None, 0)
        opened = _Open(holder, event.anchor)
        opened.line = event.start_mark.line + 1 if self._lined else 0
        self._stack.append(opened)

    def _end(self, event: Any) -> None:
        opened = self._stack.pop()
        for value in opened.merges:
            self._merge(opened, value, event)
        if opened.anchor is not None:
            self._anchors[opened.anchor] = (opened.holder, opened.size)
        self._add(opened.holder, opened.size, event, None, opened.line)

    # -- what holds them

    def _add(self, value: Value, size: int, event: Any, key: str | None, line: int = 0) -> None:
        """Put a value where it belongs; `key` is its text, should it be a key."""
        self._count(event)
        if not self._stack:
            self.documents.append(value)
            return
        top = self._stack[-1]
        top.size += size
        if type(top.holder) is list:
            top.holder.append(value)
        elif top.awaiting:
            self._key(top, key, event)
        else:
            top.awaiting = True
            self._put(top, value, line or event.start_mark.line + 1 if self._lined else 0)

    def _key(self, top: _Open, key: str | None, event: Any) -> None:
        top.awaiting, top.key = False, key
        if key is None:
            self._faults.add(
                "key", "has a key that is no text; what it names is left out", _line(event), "error"
            )
        elif key in top.holder:
            self._faults.add(
                "duplicate-key", f"has the key {key[:80]!r} again; the last counts", _line(event)
            )

    def _put(self, top: _Open, value: Value, line: int) -> None:
        key = top.key
        if key is None:
            return
        if key == "<<" and isinstance(value, dict | list):
            top.merges.append(value)
            return
        top.holder[key] = value
        if self._lined:
            top.holder.lines[key] = line

    def _merge(self, opened: _Open, value: Value, event: Any) -> None:
        """What a mapping lacks, from those that it merges; the first of several counts."""
        for other in value if isinstance(value, list) else [value]:
            if not isinstance(other, dict):
                self._faults.add("merge", "merges what is no mapping", _line(event), "error")
                continue
            for key, item in other.items():
                opened.holder.setdefault(key, item)
            if isinstance(other, Lined):
                for key, line in other.lines.items():
                    opened.holder.lines.setdefault(key, line)

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise UnreadableError("too-large", f"holds more than {_MOST_NODES:,} values", _line(event))


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"
