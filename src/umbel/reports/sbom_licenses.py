# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which licence texts the standards take as they are: ids that SPDX lists, and expressions of these."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from importlib import resources

from umbel.model import licenses

_TOKEN = re.compile(r"[()]|[^\s()]+")
_OPERATORS = frozenset({"AND", "OR", "WITH", "(", ")"})
REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.\-]+")


@cache
def _ids() -> dict[str, dict[str, str]]:
    file = resources.files("umbel.model") / "data/spdx_ids.json"
    found: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return found


@cache
def listed() -> frozenset[str]:
    """The ids of licences, today's and yesterday's, as SPDX writes them."""
    ids = _ids()
    return frozenset(ids["licenses"]) | (frozenset(ids["deprecated"]) - frozenset(ids["exceptions"]))


@cache
def _words() -> frozenset[str]:
    return listed() | frozenset(_ids()["exceptions"]) | _OPERATORS


@lru_cache(maxsize=1 << 14)
def is_expression(text: str) -> bool:
    """Whether a text is an SPDX 2 expression to the letter: one id, one reference, or several joined."""
    words = _TOKEN.findall(text)
    known = _words()
    if not all(
        word in known or word.removesuffix("+") in known or REFERENCE.fullmatch(word) for word in words
    ):
        return False
    reading = licenses.read(text)
    return reading.kind in {"id", "expression"} and reading.expression is not None and not reading.mapped
