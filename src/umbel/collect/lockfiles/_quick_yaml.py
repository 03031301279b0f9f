# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML in the plain form that pnpm writes → plain values, many times faster than any YAML reader.

Such a document is made of lines with a key and mostly a value, two blanks deeper for what is below a
key, and lists of texts. Whatever else occurs in it is no part of that form: the quick reader gives
nothing then, and the document is read as YAML.

Every scalar is the text that it is written as; only null is None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from umbel.collect._yaml import load_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults

_DEEPEST = 50
_LONGEST_KEY = 1020
"""YAML allows a few more; longer ones are written in another form."""
_ODD = re.compile(r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]").search
_PLAIN = re.compile(r"(?![-?:,\[\]{}#&*!|>'\"%@`])(?:[^\s:#]|:(?=\S)|(?<=\S)#| +(?=[^\s#]))+(?<!:)").fullmatch
_FLOW_PLAIN = re.compile(
    r"(?![-?:,\[\]{}#&*!|>'\"%@`])"
    r"(?:[^\s:#,?\[\]{}'\"]|:(?=[^\s,?\[\]{}'\"])|(?<=\S)#| +(?=[^\s#,?\[\]{}'\":]))+(?<!:)"
).fullmatch
_SAFE = re.compile(r"[A-Za-z0-9_./^$+(=][A-Za-z0-9_./^~$+()=@<>|*-]*").fullmatch
"""Nearly every scalar and key; what needs a closer look is held against the patterns above."""
_PAIR = re.compile(
    r"\{([A-Za-z]+): (?:'([^'\n]*)'|([A-Za-z0-9_./^$+(=][A-Za-z0-9_./^~$+()=@<>|* -]*(?<! )))\}"
).fullmatch
_QUOTED = re.compile(r"'((?:[^']|'')*)'").fullmatch
_QUOTED_KEY = re.compile(r"'((?:[^']|'')*)':(?: (.+))?").fullmatch
_FLOW_TOKEN = re.compile(r"'((?:[^']|'')*)'|([{}\[\],]|: )|([^\s'{}\[\],][^'{}\[\],]*?)(?=: |[{}\[\],]|$)| ")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\(?:["\\nt_]|x[0-9A-F]{2}|u[0-9A-F]{4}))*"').fullmatch
_ESCAPE = re.compile(r'\\(["\\nt_]|x..|u....)')
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "_": "\xa0"}
_HALF = re.compile("[\ud800-\udfff]").search
_INTEGRITY = re.compile(r"\{integrity: ([A-Za-z0-9+/=-]+)\}").fullmatch
_LITERAL = re.compile(r"( *+)([^\n#]*?): \|-\n((?:\1  [^ \n][^\n]*\n)(?:\1  [^\n]*\n|\n(?=\n*\1  ))*)")
_NULLS = frozenset({"~", "null", "Null", "NULL"})
_MISSING = object()


class _OddError(Exception):
    """The document isn't in the plain form."""


def read_yaml(text: str, faults: Faults, unread: re.Pattern[str] | None = None) -> list[Any]:
    """The documents of a stream. Raises `UnreadableError`, with the line, for what is no sound YAML.

    What `unread` matches, whole lines that nobody asks for, may be missing from the values.
    """
    quick = quick_documents(unread.sub("", text) if unread else text)
    return load_all(text.encode("utf-8", "replace"), faults, texts=True) if quick is None else quick


def quick_documents(text: str) -> list[Any] | None:
    """The documents of a plain stream; None if it isn't plain."""
    if _ODD(text):
        return None
    literals: list[str] = []
    if ": |-\n" in text:
        text = _without_literals(text, literals)
    pieces = re.split(r"^---\n", text, flags=re.MULTILINE)
    if len(pieces) > 1 and not pieces[0]:
        del pieces[0]
    try:
        return [_Reader(literals).read(piece) for piece in pieces]
    except _OddError:
        return None


def _without_literals(text: str, literals: list[str]) -> str:
    """The stream with a mark for each text of several lines, and those texts."""
    found, at = [], 0
    mark = text.find(": |-\n")
    while mark >= 0:
        start = text.rfind("\n", 0, mark) + 1
        match = _LITERAL.match(text, start) if start >= at else None
        end = mark + 1
        if match is not None:
            blanks, key, lines = match.groups()
            found += [text[at:start], f"{blanks}{key}: \0{len(literals)}\n"]
            literals.append(re.sub(f"^{blanks}  ", "", lines, flags=re.MULTILINE).rstrip("\n"))
            at = end = match.end()
        mark = text.find(": |-\n", end)
    return "".join([*found, text[at:]])


class _Reader:
    """Reads one document."""

    def __init__(self, literals: list[str]) -> None:
        self._literals = literals
        self._values: dict[str, Any] = {}
        self._keys: dict[str, str] = {}

    def read(self, text: str) -> dict[str, Any]:  # noqa: C901, PLR0912 - a call a line would double the time
        """The mapping that the document is."""
        top: dict[str, Any] = {}
        node: Any = top
        indent, pending = 0, None
        stack: list[Any] = [top]
        keys, values = self._keys, self._values
        for line in text.split("\n"):
            body = line.lstrip(" ")
            if not body:
                if line:
                    raise _OddError
                continue
            depth = len(line) - len(body)
            if body[0] == "-":
                body = self._item(body, depth, indent, stack, pending)
                indent, pending, node = depth, None, stack[-1]
                if not body:
                    continue
                depth = indent = indent + 2
            elif depth != indent:
                if depth > indent:
                    if depth != indent + 2 or pending is None or depth > _DEEPEST:
                        raise _OddError
                    node[pending] = node = {}
                    stack.append(node)
                else:
                    if depth % 2:
                        raise _OddError
                    del stack[depth // 2 + 1 :]
                    node = stack[-1]
                indent = depth
            raw, colon, value = body.partition(": ") if body[0] != "'" else self._quoted_key(body)
            if not colon:
                if raw[-1] != ":":
                    raise _OddError
                raw = raw[:-1]
            key = keys.get(raw) or self._key(raw)
            if type(node) is list or key in node:
                raise _OddError
            if colon:
                pending = None
                known = values.get(value, _MISSING)
                node[key] = self._value(value) if known is _MISSING else known
            else:
                pending = key
                node[key] = None
        if not top:
            raise _OddError
        return top

    def _item(self, body: str, depth: int, indent: int, stack: list[Any], pending: str | None) -> str:
        """Take in one entry of a list; gives back the first line of a mapping in it, if it is one."""
        if body[:2] != "- " or len(body) < 3 or depth > _DEEPEST:
            raise _OddError
        if depth == indent + 2 and pending is not None:
            items: Any = []
            stack[-1][pending] = items
            stack.append(items)
        elif depth > indent or depth % 2:
            raise _OddError
        else:
            del stack[depth // 2 + 1 :]
            items = stack[-1]
        if type(items) is not list:
            raise _OddError
        raw = body[2:]
        if (raw[0] == "'" and _QUOTED(raw)) or (": " not in raw and raw[-1:] != ":"):
            if raw[0] in "{[\0":
                raise _OddError
            items.append(self._value(raw))
            return ""
        if raw[0] in "- {[":
            raise _OddError
        entry: dict[str, Any] = {}
        items.append(entry)
        stack.append(entry)
        return raw

    # -- keys and scalars

    def _quoted_key(self, body: str) -> tuple[str, str, str]:
        match = _QUOTED_KEY(body)
        if match is None:
            raise _OddError
        if match[2] is None:
            return f"'{match[1]}':", "", ""
        return f"'{match[1]}'", ": ", match[2]

    def _key(self, raw: str) -> str:
        quoted = _QUOTED(raw)
        key = quoted[1].replace("''", "'") if quoted else raw
        if not key or len(raw) > _LONGEST_KEY or key == "<<" or not (quoted or _SAFE(raw) or _PLAIN(raw)):
            raise _OddError
        self._keys[raw] = key
        return key

    def _value(self, raw: str) -> Any:
        integrity = _INTEGRITY(raw)
        if integrity is not None:
            return {"integrity": integrity[1]}
        first = raw[:1]
        if first == "\0":
            return self._literals[int(raw[1:])]
        if first in {"{", "["}:
            return self._flow(raw)
        if first == '"':
            return self._escaped(raw)
        quoted = _QUOTED(raw) if first == "'" else None
        if quoted is None and not _SAFE(raw) and not _PLAIN(raw):
            raise _OddError
        value = quoted[1].replace("''", "'") if quoted else None if raw in _NULLS else raw
        self._values[raw] = value
        return value

    def _escaped(self, raw: str) -> str:
        """A text in double quotes, with the commoner escapes."""
        if not _DOUBLE(raw):
            raise _OddError
        value = _ESCAPE.sub(lambda match: _ESCAPES.get(match[1]) or chr(int(match[1][1:], 16)), raw[1:-1])
        if _HALF(value):
            raise _OddError
        self._values[raw] = value
        return value

    # -- mappings and lists within a line

    def _flow(self, raw: str) -> Any:
        if raw == "{}":
            return {}
        if raw == "[]":
            return []
        pair = _PAIR(raw)
        if pair is not None and pair[3] not in _NULLS:
            return {pair[1]: pair[3] if pair[2] is None else pair[2]}
        tokens = self._tokens(raw)
        value = self._node(next(tokens), tokens, 0)
        if next(tokens, None) is not None:
            raise _OddError
        return value

    def _tokens(self, raw: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(raw):
            match = _FLOW_TOKEN.match(raw, at)
            if match is None:
                raise _OddError
            at = match.end()
            if match.lastindex is not None:
                kind = ("", "quoted", "mark", "plain")[match.lastindex]
                yield kind, match[match.lastindex]
            elif raw[at - 2 : at - 1] not in {",", ""}:
                raise _OddError

    def _node(self, token: tuple[str, str], tokens: Iterator[tuple[str, str]], depth: int) -> Any:
        kind, text = token
        if kind == "quoted":
            return text.replace("''", "'")
        if kind == "plain":
            if not _FLOW_PLAIN(text):
                raise _OddError
            return None if text in _NULLS else text
        if depth > _DEEPEST or text not in {"{", "["}:
            raise _OddError
        return self._mapping(tokens, depth) if text == "{" else self._sequence(tokens, depth)

    def _mapping(self, tokens: Iterator[tuple[str, str]], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            kind, key = _next(tokens)
            if kind == "mark" or _next(tokens) != ("mark", ": "):
                raise _OddError
            key = self._key(f"'{key}'" if kind == "quoted" else key)
            if key in found or (kind == "plain" and not _FLOW_PLAIN(key)):
                raise _OddError
            found[key] = self._node(_next(tokens), tokens, depth + 1)
            mark = _next(tokens)
            if mark == ("mark", "}"):
                return found
            if mark != ("mark", ","):
                raise _OddError

    def _sequence(self, tokens: Iterator[tuple[str, str]], depth: int) -> list[Any]:
        found: list[Any] = []
        while True:
            found.append(self._node(_next(tokens), tokens, depth + 1))
            mark = _next(tokens)
            if mark == ("mark", "]"):
                return found
            if mark != ("mark", ","):
                raise _OddError


def _next(tokens: Iterator[tuple[str, str]]) -> tuple[str, str]:
    token = next(tokens, None)
    if token is None:
        raise _OddError
    return token
