# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Licenses as documents write them → SPDX expressions, and what kind of terms these are.

What a document says is kept as it was written; an expression is only ever derived from it. Nothing
is simplified, and a key that SPDX doesn't know is unknown, not a license.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.model.license_names import AMBIGUOUS, NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["id", "expression", "name", "url", "text", "none", "noassertion", "unknown"]
Category = Literal[
    "public-domain",
    "permissive",
    "weak-copyleft",
    "strong-copyleft",
    "network-copyleft",
    "proprietary",
    "other",
    "unknown",
]

LONGEST = 2048
"""Longer texts are license texts, not names of licenses."""
DEEPEST = 32
MOST_WORDS = 400

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*\+?")
_REFERENCE = re.compile(r"(DocumentRef-[A-Za-z0-9.\-]+:)?LicenseRef-[A-Za-z0-9.\-]+")
_OPERATOR = re.compile(r"\s(AND|OR|WITH)\s", re.IGNORECASE)
_SILENT = {"": "none", "none": "none", "noassertion": "noassertion"}
_NETWORK = ("AGPL-", "SSPL-", "OSL-", "RPL-")
"""Licenses whose copyleft reaches users over a network; the index doesn't set them apart."""

_CATEGORIES: dict[str, Category] = {
    "Public Domain": "public-domain",
    "Permissive": "permissive",
    "Copyleft Limited": "weak-copyleft",
    "Copyleft": "strong-copyleft",
    "Proprietary Free": "proprietary",
    "Commercial": "proprietary",
    "Source-available": "proprietary",
    "Free Restricted": "other",
    "Patent License": "other",
    "CLA": "other",
    "Unstated License": "unknown",
}
_ORDER: tuple[Category, ...] = (
    "public-domain",
    "permissive",
    "weak-copyleft",
    "strong-copyleft",
    "network-copyleft",
    "other",
    "proprietary",
    "unknown",
)


class LicenseReading(msgspec.Struct, frozen=True):
    """What one license statement means.

    `expression` is SPDX, None where the statement isn't understood; `note` says how it was mapped or
    why it wasn't; `unknown_keys` are the parts of an expression that SPDX doesn't know.
    """

    raw: str
    expression: str | None
    kind: Kind
    note: str | None = None
    unknown_keys: tuple[str, ...] = ()


@cache
def _ids() -> dict[str, dict[str, str]]:
    file = resources.files("umbel.model") / "data/spdx_ids.json"
    found: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return found


@cache
def _folded() -> dict[str, str]:
    """Lower-case id → id as SPDX writes it; deprecated spellings lead to the present ones."""
    ids = _ids()
    folded = {key.lower(): key for key in ids["licenses"]}
    return {alias.lower(): key for alias, key in ids["aliases"].items()} | folded


@lru_cache(maxsize=1 << 16)
def read(raw: str) -> LicenseReading:
    """What a license statement means: an id, an expression, a name or URL from the wild, or unknown."""
    text = " ".join(raw.split()) if len(raw) <= LONGEST else raw[:LONGEST]
    if text.lower() in _SILENT:
        kind: Kind = "none" if _SILENT[text.lower()] == "none" else "noassertion"
        return LicenseReading(raw, None, kind)
    if len(raw) > LONGEST or raw.count("\n") > 3:
        return LicenseReading(raw, None, "text", "is a text; what it says was not compared")
    found = _folded().get(text.lower())
    if found is not None:
        note = None if found == text else f"{text} is written {found} today"
        return LicenseReading(raw, found, "id", note)
    if _REFERENCE.fullmatch(text):
        return LicenseReading(raw, text, "id", "a reference of the document's own")
    return _named(raw, text) or _expression(raw, text)


def _named(raw: str, text: str) -> LicenseReading | None:
    """By the table of names and URLs."""
    url = text.lower().startswith(("http://", "https://"))
    kind: Kind = "url" if url else "name"
    key = _fold_url(text) if url else _fold_name(text)
    if key in NAMES:
        return LicenseReading(raw, NAMES[key], kind, f"mapped from '{text}'")
    if key in AMBIGUOUS:
        return LicenseReading(raw, None, kind, AMBIGUOUS[key])
    if url:
        return LicenseReading(raw, None, kind, "is a URL that isn't known")
    return None


def _fold_url(text: str) -> str:
    folded = re.sub(r"^https?://(www\.)?", "", text.lower()).split("#")[0].rstrip("/")
    return re.sub(r"\.(txt|html?|php|md)$", "", folded)


def _fold_name(text: str) -> str:
    folded = text.lower().rpartition("::")[2].strip() if "::" in text else text.lower()
    folded = re.sub(r"[\"'(),]", " ", folded.removeprefix("the "))
    return " ".join(folded.split())


def _expression(raw: str, text: str) -> LicenseReading:
    spelled = text
    if "/" in text and _OPERATOR.search(f" {text} ") is None:
        spelled = " OR ".join(part.strip() for part in text.split("/"))  # Cargo's old notation
    if "(" not in spelled and _OPERATOR.search(spelled) is None:
        return LicenseReading(raw, None, "unknown", "is no license that SPDX knows", (text,))
    if spelled.count("(") > DEEPEST or len(spelled.split()) > MOST_WORDS:
        return LicenseReading(raw, None, "unknown", "is nested too deep or too long to be read")
    try:
        parsed = _licensing().parse(spelled)
    except Exception as error:  # noqa: BLE001 - license-expression raises several unrelated kinds
        return LicenseReading(raw, None, "unknown", f"is no expression: {str(error)[:120]}", (text,))
    unknown = tuple(key for key in _licensing().unknown_license_keys(parsed) if not _REFERENCE.fullmatch(key))
    if unknown:
        mended = _mended(spelled, unknown)
        if mended is None:
            names = ", ".join(f"'{key}'" for key in unknown)
            return LicenseReading(raw, None, "unknown", f"SPDX doesn't know {names}", unknown)
        return LicenseReading(raw, mended, "expression", "names in it were mapped")
    rendered = str(parsed.render("{symbol.key}"))
    note = None if rendered == text else f"written {rendered}"
    return LicenseReading(raw, rendered, "expression", note)


def _mended(spelled: str, unknown: tuple[str, ...]) -> str | None:
    """The expression with its unknown parts mapped by name, if all of them can be."""
    for key in unknown:
        found = _folded().get(key.lower()) or NAMES.get(_fold_name(key))
        if found is None:
            return None
        spelled = re.sub(rf"(?<![\w.-]){re.escape(key)}(?![\w.-])", f"({found})", spelled)
    parsed = _licensing().parse(spelled)
    if _licensing().unknown_license_keys(parsed):
        return None
    return str(parsed.render("{symbol.key}"))


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def effective(concluded: Sequence[str], declared: Sequence[str], detected: Sequence[str]) -> str | None:
    """The expression that counts: what was concluded, else declared, else detected; None if unknown.

    Several statements of one list all apply (AND), since a document that lists two licenses doesn't
    grant a choice. If one of them isn't understood, the whole is unknown: a part is no license.
    """
    for statements in (concluded, declared, detected):
        found = [read(statement) for statement in statements]
        said = [reading for reading in found if reading.kind not in {"none", "noassertion"}]
        if not said:
            continue
        expressions = [reading.expression for reading in said]
        if None in expressions:
            continue
        distinct = list(dict.fromkeys(e for e in expressions if e is not None))
        if len(distinct) == 1:
            return distinct[0]
        return " AND ".join(f"({e})" if " OR " in e else e for e in distinct)
    return None


@lru_cache(maxsize=1 << 16)
def category(expression: str | None) -> Category:
    """What kind of terms an expression has: of a choice (OR) the lightest, of a sum (AND) the heaviest."""
    if expression is None:
        return "unknown"
    if " " not in expression and "(" not in expression:
        return _category_of(expression)
    try:
        parsed = _licensing().parse(expression)
    except Exception:  # noqa: BLE001 - license-expression raises several unrelated kinds
        return "unknown"
    return _walk(parsed)


def _walk(node: Any) -> Category:
    name = type(node).__name__
    if name in {"AND", "OR"}:
        found = [_walk(argument) for argument in node.args]
        return (max if name == "AND" else min)(found, key=_ORDER.index)
    if name == "LicenseWithExceptionSymbol":
        exception = _ids()["exceptions"].get(node.exception_symbol.key)
        return _CATEGORIES.get(exception, "unknown") if exception else "unknown"
    return _category_of(node.key)


def _category_of(key: str) -> Category:
    known = _ids()["licenses"].get(key)
    if known is None:
        return "unknown"
    return "network-copyleft" if key.startswith(_NETWORK) else _CATEGORIES.get(known, "other")
