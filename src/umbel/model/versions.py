# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Order of versions and membership in ranges, by the rules of each ecosystem.

None means unknown: a scheme that has no known order, or a version that its scheme can't read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

LONGEST = 256
_COMPARATOR = re.compile(r"^(>=|<=|==|!=|>|<|=)?\s*(\S+)$")
_NATIVE = re.compile(r"[\^~*|]|(^|[.\s])[xX]($|[.\s])|\s-\s")
_SCHEMES = {"alpine": "apk", "bitnami": "npm"}
_NATIVE_OF = {"cargo": "npm", "hex": "npm", "pub": "npm"}
"""Ecosystems whose carets and tildes mean what they mean in npm, and that univers can't read."""


def compare(kind: str | None, a: str, b: str) -> int | None:
    """-1, 0 or 1 as `a` is older than, equal to or newer than `b`; None if that is unknown."""
    if a == b:
        return 0
    left, right = parsed(kind, a), parsed(kind, b)
    if left is None or right is None:
        return None
    try:
        return -1 if left < right else 1 if left > right else 0
    except (TypeError, ValueError):
        return None


def satisfies(kind: str | None, version: str, spec: str) -> bool | None:
    """Whether a version is what `spec` asks for; None if that is unknown.

    `spec` is a version, comparators joined by commas or spaces (`>=1.0,<2`), a range in the
    ecosystem's own notation (`^1.2`, `~=3.0`, `[1.0,2.0)`) or a `vers:` range.
    """
    spec = spec.strip()
    if version == spec:
        return True
    if not spec or len(spec) > LONGEST or len(version) > LONGEST:
        return None
    if spec.startswith("vers:"):
        return _in_vers(version, spec)
    if kind == "pypi":
        return _in_pypi(version, spec)
    if spec[0] in "[(" or _NATIVE.search(spec):
        return _in_native(kind, version, spec)
    return _in_comparators(kind, version, spec)


def _in_comparators(kind: str | None, version: str, spec: str) -> bool | None:
    outcomes: list[bool | None] = []
    for part in re.split(r"\s*,\s*|\s+(?=[<>=!])", re.sub(r"([<>=!])\s+", r"\1", spec)):
        found = _COMPARATOR.match(part)
        if not found:
            return None
        order = compare(kind, version, found[2])
        outcomes.append(None if order is None else _holds(found[1] or "=", order))
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _holds(operator: str, order: int) -> bool:
    return {
        "=": order == 0,
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[operator]


def _in_pypi(version: str, spec: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    found = parsed("pypi", version)
    if found is None:
        return None
    text = spec if re.match(r"[<>=!~]", spec) else f"=={spec}"
    try:
        return SpecifierSet(re.sub(r"^=(?=[^=])", "==", text)).contains(found, prereleases=True)
    except InvalidSpecifier:
        return None


def _in_native(kind: str | None, version: str, spec: str) -> bool | None:
    kind = _NATIVE_OF.get(kind or "", kind)
    range_class = _range_class(kind)
    found = parsed(kind, version)
    if range_class is None or found is None:
        return None
    try:
        return bool(found in range_class.from_native(spec))
    except Exception:  # noqa: BLE001 - univers raises many kinds; each means that it can't tell
        return None


def _in_vers(version: str, spec: str) -> bool | None:
    from univers.version_range import VersionRange

    try:
        found = VersionRange.from_string(spec)
        return bool(found.version_class(version) in found)
    except Exception:  # noqa: BLE001 - univers raises many kinds; each means that it can't tell
        return None


@lru_cache(maxsize=1 << 16)
def parsed(kind: str | None, version: str) -> Any | None:
    """A version in the order of its ecosystem; None if there is none or it can't be read."""
    if len(version) > LONGEST:
        return None
    if kind == "pypi":
        from packaging.version import InvalidVersion, Version

        try:
            return Version(version)
        except InvalidVersion:
            return None
    range_class = _range_class(kind)
    if range_class is None or range_class.version_class is None:
        return None
    try:
        return range_class.version_class(version)
    except Exception:  # noqa: BLE001 - univers raises many kinds; each means that it can't tell
        return None


@lru_cache(maxsize=256)
def _range_class(kind: str | None) -> Any | None:
    if kind is None:
        return None
    from univers.version_range import RANGE_CLASS_BY_SCHEMES

    return RANGE_CLASS_BY_SCHEMES.get(_SCHEMES.get(kind, kind))
