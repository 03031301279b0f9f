# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Order of versions and membership in ranges, by the rules of each ecosystem.

None means unknown: a scheme that has no known order, or a version that its scheme can't read. A
commit's hash has no order, nor has a branch. Numbers, semantic versions, PHP's and distributions' are
read here; the others by `packaging` and `univers`, which are loaded when they are first needed.

Source: the ecosystems' documentation; the `vers` specification for ranges.
"""

from __future__ import annotations

import re
from functools import cmp_to_key, lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from umbel.model import _version_systems

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 256
"""Longer versions and ranges are unknown."""

_SCHEMES = {
    "alpine": "apk",
    "bitnami": "semver",
    "cargo": "semver",
    "hex": "semver",
    "julia": "semver",
    "npm": "semver",
    "swift": "semver",
    "bitbucket": "tag",
    "github": "tag",
    "gitlab": "tag",
    "golang": "tag",
    "cran": "numbers",
    "hackage": "numbers",
}
"""Purl type → scheme, where it isn't called the same."""
_LIBRARY = frozenset({"alpm", "conan", "ebuild", "gem", "maven", "nuget"})
"""Schemes that are univers's to read."""
_NOTATIONS = {
    "composer": "npm",
    "conan": "conan",
    "gem": "gem",
    "hex": "gem",
    "maven": "maven",
    "nuget": "nuget",
    "pub": "npm",
}
"""Purl type → whose notation of ranges it shares. Semantic versions and tags share npm's."""

_COMPARATOR = re.compile(r"(>=|<=|==|!=|>|<|=)?\s*([^\s<>=!]+)").fullmatch
_IS_NATIVE = re.compile(r"[\^~*|]|(^|[.\s])[xX]($|[.\s])|\s-\s").search
_SEMVER = re.compile(
    r"[vV]?(?P<numbers>\d+(?:\.\d+){0,3})(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+(?P<build>[0-9A-Za-z.-]+))?"
).fullmatch
_NUMBERS = re.compile(r"\d+(?:[.-]\d+)*").fullmatch
_MAVEN_NOTHING = re.compile(r"-(?:ga|final|release)(?=-)", re.IGNORECASE)
_MAVEN_RELEASE = re.compile(r"(?<![a-z])release(?![a-z])", re.IGNORECASE)
_PHP = re.compile(r"[vV]?(\d[0-9A-Za-z.+_-]*)").fullmatch
_PHP_PARTS = re.compile(r"\d+|[A-Za-z]+").findall
_PHP_WORDS = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3, "p": 6, "pl": 6, "patch": 6}


def compare(kind: str | None, a: str, b: str) -> int | None:
    """-1, 0 or 1 as `a` is older than, equal to or newer than `b`; None if that is unknown.

    `kind` is the purl type.
    """
    if a == b:
        return 0
    left, right = parsed(kind, a), parsed(kind, b)
    if left is None or right is None:
        return None
    try:
        return -1 if left < right else 1 if left > right else 0
    except (TypeError, ValueError):
        return None


def sort_key(kind: str | None) -> Callable[[str], Any]:
    """A key that sorts versions of one ecosystem from old to new.

    Those that can't be read stand before all others, by their text; equal ones are sorted by text.
    """
    return cmp_to_key(partial(_in_order, kind))


def _in_order(kind: str | None, a: str, b: str) -> int:
    known = (parsed(kind, a) is not None) - (parsed(kind, b) is not None)
    return known or compare(kind, a, b) or (a > b) - (a < b)


def satisfies(kind: str | None, version: str, spec: str) -> bool | None:
    """Whether a version is what `spec` asks for; None if that is unknown.

    `kind` is the purl type. `spec` is a version, comparators joined by commas or spaces (`>=1.0,<2`),
    a range in the ecosystem's own notation (`^1.2`, `~=3.0`, `[1.0,2.0)`) or a `vers:` range. A `vers:`
    range of another ecosystem holds no version of this one.
    """
    spec = spec.strip()
    if version == spec:
        return True
    if not spec or max(len(spec), len(version)) > LONGEST:
        return None
    if spec.startswith("vers:"):
        return _in_vers(kind, version, spec)
    if kind == "pypi":
        return _in_pypi(version, spec)
    if spec[0] in "[(" or _IS_NATIVE(spec):
        return _in_native(kind, version, spec)
    return _in_comparators(kind, version, spec)


def _in_comparators(kind: str | None, version: str, spec: str) -> bool | None:
    outcomes: list[bool | None] = []
    for part in re.split(r"\s*,\s*|\s+(?=[<>=!])", re.sub(r"([<>=!])\s+", r"\1", spec)):
        found = _COMPARATOR(part)
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
    """By the ecosystem's own notation, which univers turns into constraints."""
    notation = _NOTATIONS.get(kind or "") or ("npm" if _scheme(kind) in {"semver", "tag"} else None)
    if notation is None or (kind == "composer" and "~" in spec):  # Composer's tilde is wider than npm's
        return None
    from univers.version_range import RANGE_CLASS_BY_SCHEMES

    try:
        found = RANGE_CLASS_BY_SCHEMES[notation].from_native(spec.strip("[]") if kind == "conan" else spec)
        constraints = str(found).partition("/")[2]
    except Exception:  # noqa: BLE001 - univers raises many kinds; each means that it can't tell
        return None
    return _in_constraints(kind, version, constraints)


def _in_vers(kind: str | None, version: str, spec: str) -> bool | None:
    scheme, _, constraints = spec.removeprefix("vers:").partition("/")
    if kind is not None and scheme not in {kind, "semver"} and _scheme(scheme) != _scheme(kind):
        return False
    return _in_constraints(kind or scheme, version, constraints)


def _in_constraints(kind: str | None, version: str, constraints: str) -> bool | None:
    """By the algorithm of the `vers` specification."""
    if constraints.strip() == "*":
        return True
    bounds: list[tuple[str, str, int]] = []
    excluded = False
    for text in constraints.split("|"):
        found = _COMPARATOR(text.strip())
        bound = unquote(found[2]) if found else ""
        order = compare(kind, version, bound)
        if found is None or order is None:
            return None
        operator = found[1] or "="
        if order == 0 and operator not in {"<", ">"}:
            return operator != "!="
        excluded = excluded or operator == "!="
        if operator[0] in "<>":
            bounds.append((bound, operator[0], order))
    if not bounds:
        return excluded
    key = sort_key(kind)
    return _between(sorted(bounds, key=lambda each: key(each[0])))


def _between(bounds: list[tuple[str, str, int]]) -> bool:
    """Whether a version stands in an interval, by its order to the sorted bounds around it.

    The nearest bounds on both sides decide: `>` opens an interval upwards, `<` closes one. A version
    that is such a bound itself is outside.
    """
    below = [operator for _, operator, order in bounds if order == 1]
    above = [operator for _, operator, order in bounds if order == -1]
    on_edge = any(order == 0 for _, _, order in bounds)
    return not on_edge and below[-1:] in ([], [">"]) and above[:1] in ([], ["<"])


def _scheme(kind: str | None) -> str | None:
    return None if kind is None else _SCHEMES.get(kind, kind)


@lru_cache(maxsize=1 << 15)
def parsed(kind: str | None, version: str) -> Any | None:
    """A version as a value in the order of its ecosystem; None if there is none or it can't be read."""
    scheme = _scheme(kind)
    if scheme is None or not version or len(version) > LONGEST:
        return None
    read = _READERS.get(scheme)
    return read(version) if read else _by_univers(scheme, version)


def _by_univers(scheme: str, version: str) -> Any | None:
    if scheme not in _LIBRARY:
        return None
    from univers.version_range import RANGE_CLASS_BY_SCHEMES

    if scheme == "maven":  # univers knows "final" and "ga" as names for nothing, but not the third
        version = _MAVEN_RELEASE.sub("ga", _MAVEN_NOTHING.sub("", version))
    range_class: Any = RANGE_CLASS_BY_SCHEMES[scheme]
    try:
        found = range_class.version_class(version)
    except Exception:  # noqa: BLE001 - univers raises many kinds; each means that it can't tell
        return None
    return None if found.value is None else found  # a lone "v" of NuGet


def _pypi(version: str) -> Any | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except InvalidVersion:
        return None


def _numbers(version: str) -> Any | None:
    return tuple(map(int, re.split(r"[.-]", version))) if _NUMBERS(version) else None


def _semver(version: str) -> Any | None:
    """Numbers, then pre-releases in their order before none; what was built doesn't count."""
    found = _SEMVER(version)
    if not found:
        return None
    numbers = tuple(map(int, found["numbers"].split(".")))
    return numbers + (0,) * (4 - len(numbers)), (0, _identifiers(found["pre"])) if found["pre"] else (1,)


def _identifiers(text: str) -> Any:
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split("."))


def _tag(version: str) -> Any | None:
    """A tag that is a semantic version; seven digits may as well begin a commit's hash."""
    return _semver(version) if "." in version or len(version) < 7 else None


def _pub(version: str) -> Any | None:
    """As semantic versions, except that a build counts: none stands before any."""
    found, order = _SEMVER(version), _semver(version)
    if found is None or order is None:
        return None
    return *order, (1, _identifiers(found["build"])) if found["build"] else (0,)


def _php(version: str) -> Any | None:
    """PHP's `version_compare`: words stand around the end of a version, which stands below numbers."""
    found = _PHP(version)
    words = _PHP_PARTS(found[1].lower()) if found else []
    if not all(word.isdigit() or word in _PHP_WORDS for word in words):
        return None
    parts = [(5, int(word)) if word.isdigit() else (_PHP_WORDS[word], 0) for word in words]
    return (*parts, (4, 0)) if parts else None


_READERS: dict[str, Callable[[str], Any | None]] = {
    "apk": _version_systems.apk,
    "composer": _php,
    "deb": _version_systems.deb,
    "numbers": _numbers,
    "pub": _pub,
    "pypi": _pypi,
    "rpm": _version_systems.rpm,
    "semver": _semver,
    "tag": _tag,
}
