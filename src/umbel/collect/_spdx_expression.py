# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Licences that are written as nodes of a graph → the expression that they stand for.

Members of a set have no order, so they are put in one. What isn't finite, or longer than anybody
would read, is refused: a few nodes that name each other can stand for a text of any length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.model.licenses import DEEPEST, MOST_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable


class Licence(NamedTuple):
    """One node: a `text`, or an operator and its operands' keys.

    `operator` is AND or OR over any number of operands, WITH over a licence and its exception, or
    `+` over one licence; empty for a text.
    """

    operator: str
    text: str = ""
    operands: tuple[str, ...] = ()


def expression(key: str, node: Callable[[str], Licence]) -> str:
    """The expression of the licence with this key; `node` gives the nodes. Raises `ValueError`."""
    return _Writer(node).text(key, 0)[0]


class _Writer:
    def __init__(self, node: Callable[[str], Licence]) -> None:
        self._node = node
        self._words = 0

    def text(self, key: str, depth: int) -> tuple[str, str]:
        """Text and outermost operator."""
        self._words += 1
        if depth > DEEPEST or self._words > MOST_WORDS:
            raise ValueError("a licence is nested too deep or too long, or holds itself")
        one = self._node(key)
        if not one.operator:
            return one.text, "" if " " not in one.text else "?"
        found = [self.text(operand, depth + 1) for operand in one.operands]
        if not found:
            raise ValueError("a licence set has no members")
        if one.operator == "+":
            return f"{found[0][0]}+", ""
        if one.operator == "WITH":
            return " WITH ".join(text for text, _ in found), "WITH"
        parts = sorted({self._enclosed(text, inner, one.operator) for text, inner in found})
        return f" {one.operator} ".join(parts), one.operator if len(parts) > 1 else "?"

    @staticmethod
    def _enclosed(text: str, inner: str, outer: str) -> str:
        """An operand, in parentheses where it has an operator of its own that could be misread."""
        if inner in {"", "WITH", outer} or (text.startswith("(") and text.endswith(")")):
            return text
        return f"({text})"
