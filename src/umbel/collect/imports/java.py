# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Java: import declarations, which of the imported classes are used, and the package of a file."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from umbel.collect.imports.parsing import Found, Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".java",)

_QUERY = """
[(import_declaration) (package_declaration)] @import
[(string_fragment) (multiline_string_fragment) (escape_sequence) (line_comment) (block_comment)
 (character_literal)] @text
"""
_MAY = re.compile(rb"\bimport\b")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\r\n]*", re.DOTALL)
_NAME = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+"
_DOTTED = rb"(" + _NAME + rb"(?:\s*\.\s*" + _NAME + rb")*)"
_IMPORT = re.compile(rb"import\s+(static\s+)?" + _DOTTED + rb"(\s*\.\s*\*)?\s*;?\s*")
_PACKAGE = re.compile(rb"^[ \t]*package\s+" + _DOTTED + rb"\s*[;\r\n]", re.MULTILINE)
_WORD = re.compile(_NAME)


@cache
def _grammar() -> Grammar:
    return Grammar("tree_sitter_java", _QUERY)


def package(data: bytes) -> str | None:
    """The package that a file of Java, Kotlin, Scala or Groovy declares."""
    match = _PACKAGE.search(data)
    return _text(match[1]) if match else None


def extract(data: bytes) -> list[Found]:
    """Every import of a file: `path` is the Java package, the name its class if the code names it.

    Raises `TooHardError`. Of `import static a.b.C.d` the name is `C`.
    """
    if not _MAY.search(data):
        return []
    parsed = _grammar().parse(data)
    words = set(_WORD.findall(parsed.without("import", "text")))
    return [
        found
        for node in parsed.of("import")
        for match in [_IMPORT.fullmatch(_COMMENT.sub(b" ", parsed.at(node)))]
        if match
        for found in _found(match, words)
    ]


def _found(match: re.Match[bytes], words: set[bytes]) -> Iterator[Found]:
    parts = _text(match[2]).split(".")
    local = parts[-1].encode()
    static, star = match[1] is not None, match[3] is not None
    if star and not static:
        upper = _first_class(parts, len(parts))
        yield Found(".".join(parts[:upper]), (parts[upper] if upper < len(parts) else "*",))
        return
    at = _first_class(parts, len(parts) - 1 - (static and not star))
    if 0 < at < len(parts):
        used = star or local in words or parts[at].encode() in words
        yield Found(".".join(parts[:at]), (parts[at],) if used else ())


def _first_class(parts: list[str], otherwise: int) -> int:
    """Where packages end and classes begin: by the capital, as everyone writes them."""
    return next((i for i, part in enumerate(parts) if part[:1].isupper()), otherwise)


def _text(dotted: bytes) -> str:
    return b"".join(dotted.split()).decode("utf-8", "replace")
