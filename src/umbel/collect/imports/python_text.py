# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Python's text without a syntax tree: what is comment or text, and where the imports stand.

Three in four files' time went into trees of which only the imports were wanted. In Python `import` is a
keyword: outside of comments and texts it occurs in import statements only, so they can be found without
a tree. Whatever is not plain beyond doubt is left to the grammar (`plain` gives None).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TEXT = re.compile(
    rb"(#[^\r\n]*+"
    rb'|"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+"""'
    rb"|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+'''"
    rb'|"[^"\\\r\n]*+(?:\\(?:\r\n|.)[^"\\\r\n]*+)*+"'
    rb"|'[^'\\\r\n]*+(?:\\(?:\r\n|.)[^'\\\r\n]*+)*+'"
    rb"|\"|')",
    re.DOTALL,
)
"""A comment, a text, or a quote that opens one without end."""
_FILLED = re.compile(rb"(?<![\w\x80-\xff])(?:[fFtT][rR]?|[rR][fFtT])\Z")
_COMMENT = ord("#")
_PREFIXES = frozenset(b"fFtTrR")
_QUOTED = rb"'[^'\"\\{}]*+'|\"[^'\"\\{}]*+\""
_PIECE = re.compile(
    rb"(\\N\{[^{}]*+\}|\{\{|\}\}|[^{}\\]++|\\(?!N\{))"
    rb"|\{(?:[^{}'\"\\#]++|" + _QUOTED + rb"|\{[^{}'\"\\#]*+\})*+\}"
)
"""A piece of a filled text (`f"…"`): its words, or a field, which is code."""
_STRING = re.compile(_QUOTED)
_WORD = re.compile(rb"import\b")
_HEAD = re.compile(rb"(?:[^\r]*[;:])?[ \t\f]*+(from\b[\w.\x80-\xff \t\f]*+)?")
"""What stands before the word in its line."""
_WANTED = re.compile(rb"import(?:[ \t\f]|\\\r?\n)*+(?:\([^()]*+\)|(?:[^\r\n;()\\]|\\\r?\n)*+)")
_CHECKING = re.compile(rb"TYPE_CHECKING[ \t)]*+:")
_IF = re.compile(rb"([ \t]*+)(?:el)?if\b[ \t(]*+(?:[\w.]+\.)?")
_LINE = re.compile(rb"^([ \t\f]*+)[^\s]", re.MULTILINE)
_IN_NAME = re.compile(rb"[\w\x80-\xff]")


class Plain(NamedTuple):
    """A file's import statements, each with where it begins, and the rest of its code.

    In `code` blanks stand in place of imports, comments and the insides of texts: all else keeps its place.
    """

    imports: list[tuple[int, bytes]]
    code: bytes


def plain(data: bytes) -> Plain | None:
    """What a file's text shows beyond doubt; None where only the grammar can tell."""
    code = _without_texts(data)
    if code is None:
        return None
    found = _imports(code)
    if found is None:
        return None
    parts: list[bytes] = []
    position = 0
    for start, end in found:
        parts += (code[position:start], b" " * (end - start))
        position = end
    parts.append(code[position:])
    return Plain([(start, code[start:end]) for start, end in found], b"".join(parts))


def for_types(plain: Plain) -> frozenset[int]:
    """Where the imports begin that stand under `if TYPE_CHECKING`: no running program does them."""
    code = plain.code
    if b"TYPE_CHECKING" not in code:
        return frozenset()
    found: set[int] = set()
    for check in _CHECKING.finditer(code):
        head = _IF.fullmatch(code, code.rfind(b"\n", 0, check.start()) + 1, check.start())
        if head is None:
            continue
        wide, begin = len(head[1]), check.end()
        for line in _LINE.finditer(code, begin):
            if len(line[1]) <= wide:
                end = line.start()
                break
        else:
            end = len(code)
        for start, _ in plain.imports:
            if start >= end:
                break
            if start < begin:
                continue
            line_start = code.rfind(b"\n", 0, start) + 1
            if line_start > begin and start - line_start <= wide:
                break
            found.add(start)
    return frozenset(found)


def _imports(code: bytes) -> list[tuple[int, int]] | None:
    """Where import statements begin and end; None if the word stands where none can be."""
    found = []
    for word in _WORD.finditer(code):
        at = word.start()
        if at and _IN_NAME.match(code, at - 1):
            continue
        line = code.rfind(b"\n", 0, at) + 1
        head = _HEAD.fullmatch(code, line, at)
        wanted = _WANTED.match(code, at)
        if head is None or wanted is None or code[:line].endswith((b"\\\n", b"\\\r\n")):
            return None
        start = head.start(1)
        found.append((at if start < 0 else start, wanted.end()))
    return found


def _without_texts(data: bytes) -> bytes | None:
    """The file with blanks for comments and the insides of texts; None where a text has no end."""
    parts = _TEXT.split(data)
    for at in range(1, len(parts), 2):
        text = parts[at]
        size = len(text)
        if text[0] == _COMMENT:
            parts[at] = b" " * size
            continue
        if size == 1:
            return None
        width = 3 if size > 5 and text[0] == text[1] == text[2] else 1
        before = parts[at - 1][-3:]
        if before and before[-1] in _PREFIXES and b"{" in text and _FILLED.search(before):
            filled = _fields(text[width : size - width])
            if filled is None:
                return None
        else:
            filled = b" " * (size - 2 * width)
        parts[at] = text[:width] + filled + text[:width]
    return b"".join(parts)


def _fields(inside: bytes) -> bytes | None:
    """The fields of a filled text, blanks for its words; None if texts nest in them."""
    parts: list[bytes] = []
    position = 0
    for piece in _PIECE.finditer(inside):
        if piece.start() != position:
            return None
        position = piece.end()
        parts.append(b" " * len(piece[0]) if piece[1] else _STRING.sub(_blank, piece[0]))
    return b"".join(parts) if position == len(inside) else None


def _blank(text: re.Match[bytes]) -> bytes:
    return text[0][:1] + b" " * (len(text[0]) - 2) + text[0][:1]
