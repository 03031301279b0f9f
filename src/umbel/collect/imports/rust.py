# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rust: `use`, `extern crate`, and paths like `serde_json::from_str` that need no `use`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from umbel.collect.imports.parsing import Found, Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.imports.parsing import Parsed

SUFFIXES = (".rs",)
OWN = frozenset({"crate", "self", "super", "Self"})

_QUERY = """
(use_declaration argument: (_) @use)
(extern_crate_declaration) @extern
(mod_item name: (identifier) @mod)
[(string_content) (escape_sequence) (line_comment) (block_comment) (char_literal)] @text
"""
_MAY = re.compile(rb"::|\bextern\b|\buse\b|\bmod\b")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\r\n]*", re.DOTALL)
_NAME = rb"(?:r#)?[A-Za-z_\x80-\xff][\w\x80-\xff]*+"
_PATH = re.compile(
    rb"([A-Za-z_\x80-\xff](?<![\w\x80-\xff].)(?:(?<!:.)|(?<=[^\w>\x80-\xff]::.))(?:#?[\w\x80-\xff]++)?+)"
    rb"((?:\s*+::\s*+" + _NAME + rb")++)"
)
"""A path from its first part on; `::a::b` begins with `a`, `<T>::b` with nothing that counts."""
_EXTERN = re.compile(
    rb"\s*(?:pub\b\s*(?:\([^)]*\)\s*)?)?extern\s+crate\s+("
    + _NAME
    + rb")(?:\s+as\s+("
    + _NAME
    + rb"))?\s*;?\s*"
)
_TOKEN = re.compile(rb"::|[{},*]|" + _NAME)
_MOST = 20_000
"""Tokens of one `use`."""


@cache
def _grammar() -> Grammar:
    return Grammar("tree_sitter_rust", _QUERY)


def extract(data: bytes) -> list[Found]:
    """Every import of a file. Raises `TooHardError`.

    `path` is the crate as the code names it, the names what is used of it (`sync::mpsc`, macros and
    derives too). What begins with `crate`, `self`, `super` or a module that the file declares is local.
    Paths without a `use` are given once a file and crate, and are not sure: `a::b` may be local.
    """
    if not _MAY.search(data):
        return []
    return _File(_grammar().parse(data)).found()


class _File:
    """The imports of one file, and what its local names stand for."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._modules = {_text(parsed.at(node)) for node in parsed.of("mod")}
        self._found: list[tuple[str, set[str]]] = []
        self._crates: dict[str, set[str]] = {}
        self._bound: dict[str, set[str] | None] = {}
        """Local names made by `use`: the set for a crate's names, None for what isn't a crate itself."""

    def found(self) -> list[Found]:
        code = self._parsed.without("use", "extern", "text")
        for node in self._parsed.of("extern"):
            match = _EXTERN.fullmatch(_COMMENT.sub(b" ", self._parsed.at(node)))
            if match:
                self._bound[_text(match[2] or match[1])] = self._add(_text(match[1]))
        for node in self._parsed.of("use"):
            self._use(_COMMENT.sub(b" ", self._parsed.at(node)))
        bare = self._paths(code)
        return [
            *(self._as_found(path, names) for path, names in self._found),
            *(Found(path, tuple(sorted(names)), sure=False) for path, names in sorted(bare.items())),
        ]

    def _as_found(self, path: str, names: set[str]) -> Found:
        # Crates have small letters: `use Shape::*` opens an enum of the file's.
        local = (
            path in OWN or path in self._modules or path[:1].isupper() or self._bound.get(path, names) is None
        )
        return Found(path, () if local else tuple(sorted(names)), local)

    def _add(self, path: str) -> set[str]:
        names: set[str] = set()
        self._found.append((path, names))
        self._crates[path] = names
        return names

    def _use(self, text: bytes) -> None:
        crates: dict[str, set[str]] = {}
        for path, alias in _leaves(text):
            names = crates.get(path[0])
            if names is None:
                names = crates[path[0]] = self._add(path[0])
            if len(path) == 1:
                self._bound.setdefault(alias, names)
                continue
            names.add("::".join(_public(path[1:])))
            if alias != path[0]:
                self._bound.setdefault(alias, None)

    def _paths(self, code: bytes) -> dict[str, set[str]]:
        """Crates, or local names, that paths begin with where no `use` names them."""
        bare: dict[str, set[str]] = {}
        for first, rest in set(_PATH.findall(code)):
            crate = _text(first)
            if crate in OWN or crate in self._modules or crate[:1].isupper():
                continue
            if crate in self._bound and self._bound[crate] is None:
                continue
            names = self._bound.get(crate, self._crates.get(crate))
            if names is None:
                names = bare.setdefault(crate, set())
            names.add("::".join(_public([_text(part) for part in rest.split(b"::")[1:]])))
        return bare


def _public(parts: list[str]) -> list[str]:
    """A path up to its first type: what follows is the type's own."""
    end = next((i for i, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return parts[: end + 1]


def _leaves(text: bytes) -> Iterator[tuple[list[str], str]]:
    """Every path of a use tree, with the local name that it makes; `self` at the end is dropped."""
    prefixes: list[int] = []
    path: list[str] = []
    alias, renamed = "", False
    fresh = False
    for token in [*_TOKEN.findall(text)[:_MOST], b","]:
        if token == b"{":
            prefixes.append(len(path))
        elif token in {b",", b"}"}:
            base = prefixes[-1] if prefixes else 0
            if fresh and path:
                whole = path[:-1] if path[-1] == "self" and len(path) > 1 else list(path)
                yield whole, alias or whole[-1]
            fresh, alias, renamed = False, "", False
            del path[base:]
            if token == b"}" and prefixes:
                prefixes.pop()
                # The braces' own prefix ends with them.
                del path[prefixes[-1] if prefixes else 0 :]
        elif token == b"as":
            renamed = True
        elif renamed:
            alias, renamed = _text(token), False
        elif token != b"::":
            path.append("*" if token == b"*" else _text(token))
            fresh = True


def _text(name: bytes) -> str:
    return name.strip().decode("utf-8", "replace").removeprefix("r#")
