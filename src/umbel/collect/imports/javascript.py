# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""JavaScript and TypeScript: `import`, `export … from`, `require("…")`, `import("…")`, and which names are used."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from umbel.collect.imports.parsing import Found, Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tree_sitter

    from umbel.collect.imports.parsing import Parsed

JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx")
TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
SUFFIXES = JAVASCRIPT + TYPESCRIPT

_QUERY = """
(import_statement) @import
(export_statement source: (string)) @import
[(string_fragment) (escape_sequence) (comment) (regex_pattern)] @text
(pair key: (property_identifier) @key)
(method_definition name: (property_identifier) @key)
"""
_MARKUP = """
(jsx_text) @text
(jsx_attribute (property_identifier) @key)
"""
_TYPES = """
(property_signature name: (property_identifier) @key)
(method_signature name: (property_identifier) @key)
(public_field_definition name: (property_identifier) @key)
"""
_MAY = re.compile(rb"\bimport\b|\brequire\b|\bfrom\b")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\r\n]*", re.DOTALL)
_NAME = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+"
_USE = re.compile(
    rb"([A-Za-z_$\x80-\xff](?:(?<![\w$.\x80-\xff].)|(?<=\.\.\..))[\w$\x80-\xff]*+)"
    rb"(?>\s*+(?:\?\.|\.)\s*+(" + _NAME + rb")|(?!\s*+=[^=>]))"
)
"""A name and its attribute; without one, not where something is assigned to it."""
_HEAD = re.compile(
    rb"(import|export)\b\s*+((?:type|typeof)\b(?!\s*+(?:from\b|,|=))\s*+)?(.*?)"
    rb"(?:\bfrom\s*|=\s*require\s*\(\s*)?",
    re.DOTALL,
)
"""A statement up to the module's name."""
_CALL = re.compile(
    rb"(?:(?<![\w$.\x80-\xff])|(?<=\.\.\.))(?:require|import)\s*+\(\s*+([\"'`])(\s*+)\1\s*+(?=[,)])\)?(?:\s*+\??\.\s*+("
    + _NAME
    + rb"))?"
)
_ASSIGNED = re.compile(rb"=\s*+(?:await\s++)?(?:" + _NAME + rb"\s*+\(\s*+)?\Z")
_VARIABLE = re.compile(rb"(" + _NAME + rb")\s*+(?::[^=;,{}]{1,100})?\Z")
_BRACES = re.compile(rb"\{[^{}]*+\}")
_REACH = 2000
"""Bytes before a call in which what it is assigned to is looked for."""
DEFAULT = "default"


@cache
def _grammar(suffix: str) -> Grammar:
    if suffix in {".tsx", "flow"}:
        return Grammar("tree_sitter_typescript", _QUERY + _TYPES + _MARKUP, "language_tsx")
    if suffix in TYPESCRIPT:
        return Grammar("tree_sitter_typescript", _QUERY + _TYPES, "language_typescript")
    return Grammar("tree_sitter_javascript", _QUERY + _MARKUP)


def extract(data: bytes, suffix: str = ".js") -> list[Found]:
    """Every import of a file; `path` is what stands between the quotes. Raises `TooHardError`.

    Names of a default import are its attributes, or `default` where it stands alone.
    """
    if not _MAY.search(data):
        return []
    if suffix in JAVASCRIPT:
        suffix = "flow" if b"@flow" in data[:2000] else ".js"
    elif suffix != ".tsx":
        suffix = ".ts"
    return _File(_grammar(suffix).parse(data)).found()


class _File:
    """The imports of one file, and what their local names stand for."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._found: list[tuple[str, set[str], bool]] = []
        self._modules: dict[bytes, list[set[str]]] = {}
        self._names: dict[bytes, list[tuple[str, set[str]]]] = {}

    def found(self) -> list[Found]:
        code = self._parsed.without("import", "text", "key")
        for node in self._parsed.of("import"):
            source = _source(node)
            if source is not None:
                head = self._parsed.data[node.start_byte : source.start_byte]
                self._statement(_COMMENT.sub(b" ", head), self._parsed.at(source)[1:-1])
        self._calls(code)
        if self._modules or self._names:
            self._use(code)
        return [Found(path, tuple(sorted(names)), types=types) for path, names, types in self._found]

    def _add(self, path: bytes, *, types: bool = False) -> set[str]:
        names: set[str] = set()
        if path.strip():
            self._found.append((path.decode("utf-8", "replace").strip(), names, types))
        return names

    def _statement(self, head: bytes, path: bytes) -> None:
        match = _HEAD.fullmatch(head)
        if match is None:
            return
        clause = match[3].strip()
        names = self._add(path, types=match[2] is not None or _all_types(clause))
        if match[1] == b"export":
            # What is passed on is used, whether or not this file names it.
            names.update(name for name, _ in _listed(clause)) if b"{" in clause else names.add("*")
            return
        outer, _, inner = clause.partition(b"{")
        for part in outer.split(b","):
            words = part.split()
            if len(words) == 3 and words[:2] == [b"*", b"as"]:
                self._modules.setdefault(words[2], []).append(names)
            elif len(words) == 1:
                self._modules.setdefault(words[0], []).append(names)
        for name, alias in _listed(inner):
            self._names.setdefault(alias, []).append((name, names))

    def _calls(self, code: bytes) -> None:
        for call in _CALL.finditer(code):
            names = self._add(self._parsed.data[slice(*call.span(2))])
            if call[3]:
                if call[3] not in {b"then", b"catch", b"finally"}:
                    names.add(_text(call[3]))
                continue
            self._assigned(code[max(0, call.start() - _REACH) : call.start()], names)

    def _assigned(self, before: bytes, names: set[str]) -> None:
        """Follow what a call's module is assigned to: a variable, or its names in braces."""
        assigned = _ASSIGNED.search(before)
        if assigned is None:
            return
        left = before[: assigned.start()].rstrip()
        if left.endswith(b"}"):
            _destructured(left, names)
            return
        variable = _VARIABLE.search(left)
        if variable:
            self._modules.setdefault(variable[1], []).append(names)

    def _use(self, code: bytes) -> None:
        for first, attribute in set(_USE.findall(code)):
            for name, names in self._names.get(first, ()):
                names.add(name)
            for names in self._modules.get(first, ()):
                names.add(_text(attribute) or DEFAULT)


def _destructured(left: bytes, names: set[str]) -> None:
    """The names in the last braces, on their first level."""
    inner = left[:-1]
    while b"}" in inner and inner.count(b"{") > 1:
        simpler = _BRACES.sub(b"", inner)
        if simpler == inner:
            break
        inner = simpler
    for part in inner.rpartition(b"{")[2].split(b","):
        name = part.partition(b"=")[0].partition(b":")[0].strip()
        if name and not name.startswith(b"..."):
            names.add(_text(name).strip("\"'"))


def _all_types(clause: bytes) -> bool:
    """Whether each name of `{type a, type b as c}` is a type's, and there is nothing but these."""
    parts = [part.split() for part in clause.strip(b"{}").split(b",") if part.strip()]
    return clause.startswith(b"{") and bool(parts) and all(_is_type(words) for words in parts)


def _is_type(words: list[bytes]) -> bool:
    return len(words) in {2, 4} and words[0] in {b"type", b"typeof"}


def _listed(text: bytes) -> Iterator[tuple[str, bytes]]:
    """`{a as b, type c}` as pairs of the module's name and the local one."""
    for part in text.partition(b"}")[0].replace(b"{", b"").split(b","):
        words = part.split()
        if _is_type(words):
            del words[0]
        if len(words) == 1:
            yield _text(words[0]), words[0]
        elif len(words) == 3 and words[1] == b"as":
            yield _text(words[0]).strip("\"'"), words[2]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _source(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """The text that names the module; `import a = require("b")` holds it one level deeper."""
    source = node.child_by_field_name("source")
    if source is None and node.named_child_count == 1:
        source = node.named_child(0).child_by_field_name("source")
    return source
