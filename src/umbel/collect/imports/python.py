# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Python: import statements, `import_module("…")` with a literal, and which names are used."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from umbel.collect.imports.parsing import Found, Grammar
from umbel.collect.imports.python_text import Plain, for_types, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUFFIXES = (".py", ".pyi", ".pyw")

_QUERY = """
[(import_statement) (import_from_statement) (future_import_statement)] @import
[(string_content) (comment)] @text
"""
_NOISE = re.compile(rb"\\\r?\n|#[^\r\n]*|[()]")
_NAME = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*+"
_CHAIN = re.compile(
    rb"([A-Za-z_\x80-\xff](?:(?<=: .)()|(?<![.\w\x80-\xff].))[\w\x80-\xff]*+)"
    rb"(?:((?:\s*+\.\s*+" + _NAME + rb")++)|(?(2)|(?!\s*+=[^=])))"
)
"""A name and its attributes; without one, not as the name of an argument (`f(name=1)`, but `x: name = 1`).

It begins with a letter, and looks back after that: so the library finds the next place quickly.
"""
_DYNAMIC = re.compile(rb"\b(?:import_module|__import__)\s*+\(\s*+[uUrR]?(\"|')(\s*+)\1")
_BLANKS = re.compile(rb"\s++")
_AROUND_DOT = re.compile(rb"\s*+\.\s*+")
_PATH = re.compile(_NAME + rb"(?:\." + _NAME + rb")*")
_FROM = re.compile(rb"from\b\s*(\.*(?:\s*\.)*)\s*([^\s]*?)\s*\bimport\b\s*(.*)", re.DOTALL)


@cache
def _grammar() -> Grammar:
    return Grammar("tree_sitter_python", _QUERY)


def extract(data: bytes, is_namespace: Callable[[str], bool] = lambda _: False) -> list[Found]:
    """Every import of a file. Raises `TooHardError`.

    In `from google.cloud import storage`, where `google.cloud` is a namespace, the module is
    `google.cloud.storage`. A relative import has the path `.`.
    """
    if b"import" not in data:
        return []
    return _File(data, plain(data) or by_grammar(data), is_namespace).found()


def by_grammar(data: bytes) -> Plain:
    """What `plain` gives, of any code, by the grammar: eight times slower. Raises `TooHardError`."""
    parsed = _grammar().parse(data)
    imports = [(node.start_byte, parsed.at(node)) for node in parsed.of("import")]
    return Plain(imports, parsed.without("import", "text"))


class _File:
    """The imports of one file, and what their local names stand for."""

    def __init__(self, data: bytes, plain: Plain, is_namespace: Callable[[str], bool]) -> None:
        self._data = data
        self._plain = plain
        self._is_namespace = is_namespace
        self._found: list[tuple[str, set[str], bool]] = []
        self._relative: list[bool] = []
        self._modules: dict[str, list[tuple[str, set[str]]]] = {}
        """By local name: the dotted name under which the module is reached, and the set for its names."""
        self._types = False
        self._names: dict[str, list[tuple[str, set[str]]]] = {}

    def found(self) -> list[Found]:
        code = self._plain.code
        typed = for_types(self._plain)
        for start, statement in self._plain.imports:
            text = _NOISE.sub(b" ", statement).strip()
            self._types = start in typed
            if text.startswith(b"from"):
                self._from(text)
            else:
                self._import(text)
        self._types = False
        dynamic = b"import_module" in code or b"__import__" in code
        for call in _DYNAMIC.finditer(code) if dynamic else ():
            path = _dotted(self._data[slice(*call.span(2))])
            if path:
                self._add(path)
        if self._modules or self._names:
            self._use(code)
        local = [Found(".", (), local=True, types=types) for types in self._relative]
        return local + [Found(path, tuple(sorted(names)), types=types) for path, names, types in self._found]

    def _add(self, path: str) -> set[str]:
        names: set[str] = set()
        self._found.append((path, names, self._types))
        return names

    def _import(self, text: bytes) -> None:
        for path, alias in _listed(text[len(b"import") :]):
            names = self._add(path)
            reached = alias or path
            self._modules.setdefault(reached.partition(".")[0], []).append((reached, names))

    def _from(self, text: bytes) -> None:
        match = _FROM.fullmatch(text)
        if match is None:
            return
        if match[1]:
            self._relative.append(self._types)
            return
        path = _dotted(match[2])
        if not path:
            return
        wanted = [("*", None)] if match[3].strip() == b"*" else list(_listed(match[3]))
        names: set[str] | None = None
        for name, alias in wanted:
            if name != "*" and self._is_namespace(path):
                inner = self._add(f"{path}.{name}")
                self._modules.setdefault(alias or name, []).append((alias or name, inner))
                continue
            names = self._add(path) if names is None else names
            if name == "*":
                names.add(name)
            else:
                self._names.setdefault(alias or name, []).append((name, names))

    def _use(self, code: bytes) -> None:
        """Which of the local names, and which attributes of the modules, occur in the code."""
        wanted = {local.encode() for local in (*self._modules, *self._names)}
        for first, rest in {(m[0], m[2]) for m in _CHAIN.findall(code) if m[0] in wanted}:
            local = first.decode()
            for name, names in self._names.get(local, ()):
                names.add(name)
            bound = self._modules.get(local)
            if bound:
                chain = [local, *_BLANKS.sub(b"", rest).decode("utf-8", "replace").split(".")[1:]]
                _use_attribute(bound, chain)


def _use_attribute(bound: list[tuple[str, set[str]]], chain: list[str]) -> None:
    """`os.path.join` uses `join` of `os.path` if that is imported, else `path` of `os`."""
    dotted = ".".join(chain) + "."
    reached = max((len(name) for name, _ in bound if dotted.startswith(name + ".")), default=0)
    attribute = dotted[reached + 1 :].partition(".")[0]
    if reached and attribute:
        for name, names in bound:
            if len(name) == reached and dotted.startswith(name + "."):
                names.add(attribute)


def _dotted(text: bytes) -> str:
    """A module's name without blanks; empty if it is none."""
    joined = b"".join(text.split())
    return joined.decode("utf-8", "replace") if _PATH.fullmatch(joined) else ""


def _listed(text: bytes) -> Iterator[tuple[str, str | None]]:
    """`a.b as c, d` as pairs; what is no name is passed over."""
    for part in _AROUND_DOT.sub(b".", text).split(b","):
        words = part.split()
        if len(words) == 3 and words[1] == b"as":
            path, alias = _dotted(words[0]), _dotted(words[2])
        elif len(words) == 1:
            path, alias = _dotted(words[0]), ""
        else:
            continue
        if path:
            yield path, alias or None
