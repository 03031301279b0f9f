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
"""Known variables. `extra`, `extras` and `dependency_groups` are sets; a Python version may be cut short."""

_WORD = re.compile(r"""\s*('[^']*'|"[^"]*"|[()]|===|==|~=|!=|<=|>=|<|>|[A-Za-z_.]+)""")
_OPERATORS = frozenset({"===", "==", "~=", "!=", "<=", ">=", "<", ">", "in", "not in"})
_QUOTES = frozenset({"'", '"'})
_LONGEST = 20_000
_CACHED = 512
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
_MINORS = 40
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


def parse(marker: str) -> _Program | None:
    """A marker as comparisons and operators, operators last (no recursion); None if it is none."""
    if len(marker) > _CACHED:
        return None if len(marker) > _LONGEST else _parse.__wrapped__(marker)
    return _parse(marker)


@lru_cache(maxsize=1 << 14)
def _parse(marker: str) -> _Program | None:
    words = _words(marker)
    if words is None:
        return None
    out: list[_Leaf | str] = []
    waiting: list[str] = []
    at, due = 0, True
    while at < len(words):
        word = words[at]
        if due and word == "(":
            waiting.append(word)
        elif due:
            leaf = _leaf(words[at : at + 3])
            if leaf is None:
                return None
            out.append(leaf)
            at, due = at + 2, False
        elif not _joined(word, out, waiting):
            return None
        else:
            due = word != ")"
        at += 1
    if due or "(" in waiting:
        return None
    return (*out, *reversed(waiting))


def _joined(word: str, out: list[_Leaf | str], waiting: list[str]) -> bool:
    """Take an operator or a closing bracket; whether it may stand there."""
    binds = _BINDS.get(word, 1 if word == ")" else 0)
    if not binds:
        return False
    while waiting and _BINDS.get(waiting[-1], 0) >= binds:
        out.append(waiting.pop())
    if word != ")":
        waiting.append(word)
    elif waiting:
        waiting.pop()
    else:
        return False
    return True


def _words(marker: str) -> list[str] | None:
    words: list[str] = []
    at, end = 0, len(marker.rstrip())
    while at < end:
        match = _WORD.match(marker, at)
        if match is None:
            return None
        word = match[1]
        if word == "in" and words and words[-1] == "not":
            words[-1] = "not in"
        else:
            words.append(word)
        at = match.end()
    return words


def _leaf(three: list[str]) -> _Leaf | None:
    if len(three) < 3 or three[1] not in _OPERATORS:
        return None
    left, op, right = three
    swapped = left[:1] in _QUOTES
    name, text = (right, left) if swapped else (left, right)
    if name[:1] in _QUOTES or not name[:1].isalpha() or text[:1] not in _QUOTES:
        return None
    return _Leaf(_OLD_NAMES.get(name, name), _SWAPPED.get(op, op) if swapped else op, text[1:-1], swapped)


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
        # Where only the beginning of a version is known: does it hold for all that it may be?
        ends = {asked.contains(version, prereleases=True) for version in _meant(variable, known)}
    except (InvalidSpecifier, ValueError):
        return None
    return ends.pop() if len(ends) == 1 else None


def _meant(variable: str, known: str) -> list[str]:
    """The versions that a known beginning may stand for, as far as any marker tells them apart."""
    if variable == "python_version" and "." not in known:
        return [f"{known}.{minor}" for minor in range(_MINORS)]
    if variable == "python_full_version" and known.count(".") == 1:
        return [f"{known}.{patch}" for patch in (0, 1, 999)]
    return [known]
