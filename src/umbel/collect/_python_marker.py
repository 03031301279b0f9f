# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Environment markers where only a part of the environment is known.

A marker is true, false or unknown (None). packaging's own evaluation needs every variable; what
an inventory knows of the environment is what a folder or a lockfile tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

Environment = Mapping[str, "str | frozenset[str]"]
"""Known variables. `extras` and `dependency_groups` are sets; `python_full_version` may be a prefix."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'[^']*'|"[^"]*")|(?P<bracket>[()])|(?P<op>===|==|~=|!=|<=|>=|<|>)|(?P<word>[A-Za-z_.]+))"""
)
_LONGEST = 20_000
_VERSIONS = frozenset({"python_version", "python_full_version", "implementation_version"})
_OLD_NAMES = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.version": "platform_version",
    "platform.machine": "platform_machine",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NEGATED = {"!=": "==", "not in": "in"}
_BINDS = {"or": 1, "and": 2}


class _Leaf(NamedTuple):
    """One comparison; `swapped` if the text stood on the left."""

    variable: str
    op: str
    value: str
    swapped: bool


_Program = tuple["_Leaf | str", ...]


def evaluate(marker: str | None, environment: Environment) -> bool | None:
    """Whether a marker holds; None if that depends on what isn't known, or if it is no marker."""
    if not marker:
        return True
    program = parse(marker)
    if program is None:
        return None
    stack: list[bool | None] = []
    for item in program:
        if isinstance(item, _Leaf):
            stack.append(_compare(item, environment))
            continue
        right, left = stack.pop(), stack.pop()
        decisive = item == "or"
        if left is decisive or right is decisive:
            stack.append(decisive)
        else:
            stack.append(None if left is None or right is None else not decisive)
    return stack[0]


@lru_cache(maxsize=1 << 14)
def parse(marker: str) -> _Program | None:
    """A marker as comparisons and operators, operators last (no recursion); None if it is none."""
    tokens = _tokens(marker)
    if tokens is None:
        return None
    out: list[_Leaf | str] = []
    waiting: list[str] = []
    at, due = 0, True
    while at < len(tokens):
        token = tokens[at]
        if due and token == "(":
            waiting.append(token)
        elif due:
            leaf = _leaf(tokens[at : at + 3])
            if leaf is None:
                return None
            out.append(leaf)
            at, due = at + 2, False
        elif token == ")":
            while waiting and waiting[-1] != "(":
                out.append(waiting.pop())
            if not waiting:
                return None
            waiting.pop()
        elif token in _BINDS:
            while waiting and _BINDS.get(waiting[-1], 0) >= _BINDS[token]:
                out.append(waiting.pop())
            waiting.append(token)
            due = True
        else:
            return None
        at += 1
    if due or "(" in waiting:
        return None
    return tuple(out + waiting[::-1])


def _tokens(marker: str) -> list[str] | None:
    if len(marker) > _LONGEST:
        return None
    tokens: list[str] = []
    at, end = 0, len(marker.rstrip())
    while at < end:
        match = _TOKEN.match(marker, at)
        if match is None:
            return None
        token = match[match.lastgroup or 0]
        if token == "in" and tokens and tokens[-1] == "not":
            tokens[-1] = "not in"
        else:
            tokens.append(token)
        at = match.end()
    return tokens


def _leaf(three: list[str]) -> _Leaf | None:
    if len(three) < 3:
        return None
    left, op, right = three
    texts = [word[:1] in {"'", '"'} for word in (left, right)]
    if texts[0] == texts[1] or op in {"not", "and", "or", "(", ")"} or (op[0].isalpha() and op not in {"in", "not in"}):
        return None
    name, text = (right, left) if texts[0] else (left, right)
    if texts[0]:
        op = _SWAPPED.get(op, op)
    return _Leaf(_OLD_NAMES.get(name, name), op, text[1:-1], texts[0])


def _compare(leaf: _Leaf, environment: Environment) -> bool | None:
    known = environment.get(leaf.variable)
    if known is None:
        return None
    op = _NEGATED.get(leaf.op, leaf.op)
    if isinstance(known, frozenset):
        found: bool | None = leaf.value in known if op in {"in", "=="} else None
    elif op == "in":
        found = (leaf.value in known) if leaf.swapped else (known in leaf.value)
    elif leaf.variable in _VERSIONS:
        return _version(leaf.variable, leaf.op, leaf.value, known)
    else:
        found = known == leaf.value if op in {"==", "==="} else None
    return found if found is None or op == leaf.op else not found


@lru_cache(maxsize=1 << 12)
def _version(variable: str, op: str, value: str, known: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        asked = SpecifierSet(op + value)
        if variable != "python_full_version" or known.count(".") > 1:
            return asked.contains(known, prereleases=True)
        # Of the full version only the beginning is known: does it hold for the first and the last?
        ends = {asked.contains(f"{known}.{last}", prereleases=True) for last in (0, 1, 999)}
    except (InvalidSpecifier, ValueError):
        return None
    return ends.pop() if len(ends) == 1 else None
