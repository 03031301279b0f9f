# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Go: import declarations, and which exported names of a package the file uses."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from umbel.collect.imports.parsing import Found, Grammar

SUFFIXES = (".go",)

_QUERY = """
(import_spec) @import
[(interpreted_string_literal_content) (raw_string_literal_content) (escape_sequence) (rune_literal)
 (comment)] @text
"""
_MAY = re.compile(rb"\bimport\b")
_SPEC = re.compile(rb"([\w.\x80-\xff]*)\s*[\"`]([^\"`]+)[\"`]")
_USE = re.compile(
    rb"([A-Za-z_\x80-\xff](?<![.\w\x80-\xff].)[\w\x80-\xff]*+)\s*+\.\s*+([A-Z\x80-\xff][\w\x80-\xff]*+)"
)
_VERSION = re.compile(r"v\d+")
_DOT_VERSION = re.compile(r"\.v\d+(?:-unstable)?$")


@cache
def _grammar() -> Grammar:
    return Grammar("tree_sitter_go", _QUERY)


def extract(data: bytes) -> list[Found]:
    """Every import of a file: `path` is the package's, the names those used. Raises `TooHardError`.

    A package is named in its own files, not in its path: where nothing renames it, the name is
    found by what the code uses (`go-sqlite3` may be `sqlite3`).
    """
    if not _MAY.search(data):
        return []
    parsed = _grammar().parse(data)
    used: dict[bytes, set[str]] = defaultdict(set)
    for local, name in _USE.findall(parsed.without("import", "text")):
        used[local].add(name.decode("utf-8", "replace"))
    found = []
    for node in parsed.of("import"):
        match = _SPEC.match(parsed.at(node))
        if match is None:
            continue
        path = match[2].decode("utf-8", "replace").strip()
        if not path:
            continue
        if match[1] == b".":
            names = {"*"}
        elif match[1]:
            names = used.get(match[1], set())
        else:
            names = next((used[n] for n in _locals(path) if n in used), set())
        found.append(Found(path, tuple(sorted(names)), local=path.startswith(("./", "../"))))
    return found


def _locals(path: str) -> list[bytes]:
    """Names under which a package of this path may be known, likely ones first."""
    parts = path.split("/")
    last = parts[-1]
    if _VERSION.fullmatch(last) and len(parts) > 1:
        last = parts[-2]
    last = _DOT_VERSION.sub("", last)
    words = [w for w in re.split(r"[-.]", last) if w]
    shorter = [w for w in words if w != "go"]
    tries = [last, "".join(shorter), "_".join(words), *shorter[-1:], *shorter[:1], parts[-1]]
    return [t.encode("utf-8", "replace") for t in dict.fromkeys(tries) if t]
