# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""License expressions as three-valued logic: does a license pass, when each of its parts does or doesn't?

A choice (OR) passes where one alternative does, a sum (AND) where all parts do. What isn't known stays
unknown unless the rest decides. Nothing is simplified: `MIT AND (MIT OR Apache-2.0)` keeps its parts.

Source: SPDX specification, annex on license expressions; Kleene's strong logic of three values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from umbel.model import licenses
from umbel.model.licenses import _ids

Verdict = Callable[[str, str | None], bool | None]
"""Whether a license, perhaps with an exception, passes: yes, no, or unknown (None)."""

_TOKEN = re.compile(r"[()]|[^\s()]+")
_OPERATORS = frozenset({"AND", "OR", "WITH"})
_VERSIONED = re.compile(r"(?P<stem>.+?)-(?P<version>\d+(?:\.\d+)+)(?P<rest>(?:-.+)?)").fullmatch
_LATER = "-or-later"
_ONLY = "-only"


class Part(msgspec.Struct, frozen=True):
    """One license of an expression, perhaps with an exception; `known` is False for a key nobody knows.

    `verdict` is what was said of it, `taken` the version of an "or later" license by which it passes.
    """

    license: str
    exception: str | None = None
    known: bool = True
    verdict: bool | None = None
    taken: str | None = None

    def __str__(self) -> str:
        """As an expression writes it, in the version that was taken."""
        name = self.taken or self.license
        return name if self.exception is None else f"{name} WITH {self.exception}"


class Either(msgspec.Struct, frozen=True):
    """A choice: one of them applies."""

    parts: tuple[Node, ...]


class Both(msgspec.Struct, frozen=True):
    """A sum: all of them apply."""

    parts: tuple[Node, ...]


Node = Part | Either | Both


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an expression passes.

    `outcome` is None where it can't be said. `chosen` is the alternative that satisfies, as an expression;
    None unless it passes. `because` are the parts that decide: those that pass, fail, or aren't known.
    `parts` is every part with its verdict, in the order of the text. `note` tells what a reader should
    know besides: how the text was read, or that a recorded choice doesn't fit it.
    """

    expression: str | None
    outcome: bool | None
    chosen: str | None = None
    because: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    note: str | None = None


def evaluate(expression: str | None, verdict: Verdict, *, choice: str | None = None) -> Evaluation:
    """Hold an expression (also as the wild writes it) against a verdict for each of its parts.

    `choice` is the alternative that somebody chose; only that is judged then. An "or later" license
    passes where it does itself, or one of its later versions (`taken` names it): who may choose a version
    may choose one that passes. NONE, "there is no license", is asked of the verdict as such. A key that
    nobody knows is unknown, and so is a text that isn't understood.
    """
    if expression is None:
        return Evaluation(expression=None, outcome=None, note="nobody said what its license is")
    found, note = tree(expression)
    if found is None:
        return Evaluation(expression=expression, outcome=None, because=(expression[:200],), note=note)
    if choice is not None:
        narrowed = narrow(found, choice)
        if narrowed is None:
            note = f"{choice!r} was chosen, which is no alternative of it"
        else:
            found = narrowed
    judged = _judged(found, verdict)
    outcome = _outcome(judged)
    return Evaluation(
        expression=expression,
        outcome=outcome,
        chosen=render(_passing(judged)) if outcome else None,
        because=tuple(dict.fromkeys(str(part) for part in _deciding(judged, outcome))),
        parts=tuple(leaves(judged)),
        note=note,
    )


@lru_cache(maxsize=1 << 13)
def tree(text: str) -> tuple[Node | None, str | None]:
    """The parts of a license statement and how they are joined, and a note on how it was read.

    None where it isn't understood. A single word within an expression that SPDX doesn't know is a part
    that isn't `known`; anything more than that makes the whole unknown, since it may be prose.
    """
    reading = licenses.read(text)
    if reading.kind == "none":
        return Part("NONE"), None
    if reading.expression is not None:
        return _parsed(reading.expression, frozenset()), reading.note
    unknown = frozenset(reading.unknown_keys)
    strict = reading.kind == "unknown" and unknown and not any(" " in key or key == text for key in unknown)
    if not strict or not _OPERATORS.intersection(_TOKEN.findall(text)):
        return None, reading.note or "nobody said what its license is"
    try:
        return _parsed(text, unknown), reading.note
    except (ValueError, RecursionError):
        return None, "is no expression"


def leaves(node: Node) -> list[Part]:
    """The parts of a tree, in the order of the text."""
    if isinstance(node, Part):
        return [node]
    return [part for each in node.parts for part in leaves(each)]


def render(node: Node) -> str:
    """A tree as an expression, with parentheses only where they are needed."""
    if isinstance(node, Part):
        return str(node)
    texts = []
    for each in node.parts:
        text = render(each)
        texts.append(f"({text})" if isinstance(node, Both) and isinstance(each, Either) else text)
    return (" AND " if isinstance(node, Both) else " OR ").join(dict.fromkeys(texts))


def alternatives(node: Node, most: int = 64) -> list[Node] | None:
    """Every way to satisfy a tree, each without a choice in it; None where there are more than `most`."""
    if isinstance(node, Part):
        return [node]
    if isinstance(node, Either):
        found: list[Node] = []
        for each in node.parts:
            ways = alternatives(each, most)
            if ways is None:
                return None
            found += [way for way in ways if way not in found]
        return found if len(found) <= most else None
    sums: list[tuple[Node, ...]] = [()]
    for each in node.parts:
        ways = alternatives(each, most)
        if ways is None or len(ways) * len(sums) > most:
            return None
        sums = [(*before, way) for before in sums for way in ways]
    return list(dict.fromkeys(Both(each) for each in sums))


def narrow(node: Node, choice: str) -> Node | None:
    """What is left of a tree by a recorded choice; None if the choice is no alternative of it.

    The choice names the parts that were chosen (`MIT`, `MIT AND Apache-2.0`), or a version of an "or later"
    license. Choices that it doesn't speak of stay open.
    """
    wanted, _ = tree(choice)
    if wanted is None or any(isinstance(each, Either) for each in _nodes(wanted)):
        return None
    picked = _keys(wanted)
    left = _narrowed(node, picked)
    return left if picked <= _keys(left) else None


def versions_of(license_id: str) -> tuple[str, ...]:
    """The ids that an "or later" license may be taken as: its own version and each later one.

    >>> versions_of("LGPL-2.1-or-later")
    ('LGPL-2.1-only', 'LGPL-3.0-only', 'LGPL-3.0-or-later')
    >>> versions_of("EPL-1.0+")
    ('EPL-1.0', 'EPL-2.0')
    """
    if not license_id.endswith((_LATER, "+")):
        return ()
    plain = license_id.removesuffix("+").removesuffix(_LATER)
    named = _VERSIONED(plain)
    if named is None:
        return (plain,) if plain in _ids().licenses else ()
    least = _number(named["version"])
    family = _families().get((named["stem"], named["rest"]), ())
    return tuple(key for number, key in family if number >= least and key != license_id)


@lru_cache(maxsize=1)
def _families() -> dict[tuple[str, str], list[tuple[tuple[int, ...], str]]]:
    """Ids that differ in their version alone, oldest first."""
    found: dict[tuple[str, str], list[tuple[tuple[int, ...], str]]] = {}
    for key in _ids().licenses:
        named = _VERSIONED(key.removesuffix(_ONLY).removesuffix(_LATER))
        if named:
            found.setdefault((named["stem"], named["rest"]), []).append((_number(named["version"]), key))
    return {name: sorted(each) for name, each in found.items()}


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


# -- reading


def _parsed(text: str, unknown: frozenset[str]) -> Node:
    """The tree of a sound expression. Raises `ValueError` for another one."""
    tokens = _TOKEN.findall(text)
    node, at = _either(tokens, 0, unknown)
    if at != len(tokens):
        raise ValueError("something is left at its end")
    return node


def _either(tokens: list[str], at: int, unknown: frozenset[str]) -> tuple[Node, int]:
    node, at = _both(tokens, at, unknown)
    parts = [node]
    while tokens[at : at + 1] == ["OR"]:
        node, at = _both(tokens, at + 1, unknown)
        parts.append(node)
    return (Either(tuple(parts)) if len(parts) > 1 else parts[0]), at


def _both(tokens: list[str], at: int, unknown: frozenset[str]) -> tuple[Node, int]:
    node, at = _one(tokens, at, unknown)
    parts = [node]
    while tokens[at : at + 1] == ["AND"]:
        node, at = _one(tokens, at + 1, unknown)
        parts.append(node)
    return (Both(tuple(parts)) if len(parts) > 1 else parts[0]), at


def _one(tokens: list[str], at: int, unknown: frozenset[str]) -> tuple[Node, int]:
    if at >= len(tokens) or tokens[at] in _OPERATORS or tokens[at] == ")":
        raise ValueError("a license is missing")
    if tokens[at] == "(":
        node, at = _either(tokens, at + 1, unknown)
        if tokens[at : at + 1] != [")"]:
            raise ValueError("a parenthesis is left open")
        return node, at + 1
    key, at = tokens[at], at + 1
    if tokens[at : at + 1] != ["WITH"]:
        return _leaf(key, None, unknown), at
    if at + 1 >= len(tokens) or tokens[at + 1] in _OPERATORS or tokens[at + 1] in "()":
        raise ValueError("an exception is missing")
    return _leaf(key, tokens[at + 1], unknown), at + 2


def _leaf(key: str, exception: str | None, unknown: frozenset[str]) -> Node:
    if key in unknown or exception in unknown:
        return Part(key, exception, known=False)
    if not unknown:
        return Part(key, exception)
    # The text stands as it was written: what is known in it is still to be spelled as SPDX does.
    text = key if exception is None else f"{key} WITH {exception}"
    spelled = licenses.read(text).expression
    return Part(key, exception, known=False) if spelled is None else _parsed(spelled, frozenset())


def _nodes(node: Node) -> list[Node]:
    return [node] if isinstance(node, Part) else [node, *(n for each in node.parts for n in _nodes(each))]


# -- judging


def _judged(node: Node, verdict: Verdict) -> Node:
    """The same tree with what was said of each part."""
    if isinstance(node, Both):
        return Both(tuple(_judged(each, verdict) for each in node.parts))
    if isinstance(node, Either):
        return Either(tuple(_judged(each, verdict) for each in node.parts))
    if not node.known:
        return node
    said = verdict(node.license, node.exception)
    taken = None
    if said is not True:
        taken = next((key for key in versions_of(node.license) if verdict(key, node.exception)), None)
    return Part(node.license, node.exception, True, True if taken else said, taken)  # noqa: FBT003 - the verdict


def _outcome(node: Node) -> bool | None:
    if isinstance(node, Part):
        return node.verdict
    found = [_outcome(each) for each in node.parts]
    decides = isinstance(node, Either)  # a single True decides a choice, a single False a sum
    if decides in found:
        return decides
    return None if None in found else not decides


def _passing(node: Node) -> Node:
    """Of a tree that passes, the alternative that does: of each choice the first."""
    if isinstance(node, Either):
        return _passing(next(each for each in node.parts if _outcome(each)))
    if isinstance(node, Both):
        return Both(tuple(_passing(each) for each in node.parts))
    return node


def _deciding(node: Node, outcome: bool | None) -> list[Part]:  # noqa: FBT001 - a value, not a switch
    """The parts that make a tree's outcome what it is."""
    if isinstance(node, Part):
        return [node]
    if outcome and isinstance(node, Either):
        return _deciding(_passing(node), outcome)
    return [part for each in node.parts if _outcome(each) is outcome for part in _deciding(each, outcome)]


def _narrowed(node: Node, picked: set[tuple[str, str | None]]) -> Node:
    if isinstance(node, Both):
        return Both(tuple(_narrowed(each, picked) for each in node.parts))
    if isinstance(node, Part):
        for key in versions_of(node.license):
            if (key, node.exception) in picked:
                return Part(key, node.exception)
        return node
    left = {each: _keys(each) for each in (_narrowed(each, picked) for each in node.parts)}
    fitting = [each for each, keys in left.items() if keys <= picked]
    kept = [each for each in fitting if not any(left[each] < left[other] for other in fitting)]
    kept = kept or [each for each, keys in left.items() if keys & picked] or list(left)
    return kept[0] if len(kept) == 1 else Either(tuple(kept))


def _keys(node: Node) -> set[tuple[str, str | None]]:
    return {(part.license, part.exception) for part in leaves(node)}
