# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version is allowed by a constraint, as PEP 440 or Poetry writes it.

Poetry's own forms are `^1.2`, `~1.2`, `1.*`, a bare version and alternatives after `||`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 2000
_OWN = re.compile(r"(\^|~(?!=)|=(?!=))\s*v?(\d+(?:\.\d+)*)(.*)", re.DOTALL)
_CLAUSE = re.compile(r"(?:===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*[^\s,<>=!~^|]+")


def allows(constraint: str | None, version: str | None) -> bool | None:
    """Whether the version is allowed; None if the constraint or the version can't be understood."""
    if constraint is None or constraint.strip() in {"", "*"}:
        return True
    if version is None or len(constraint) > _LONGEST or len(version) > _LONGEST:
        return None
    return _allows(constraint, version)


@lru_cache(maxsize=1 << 13)
def _allows(constraint: str, version: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        known = Version(version)
        return any(
            SpecifierSet(",".join(_clauses(part))).contains(known, prereleases=True)
            for part in re.split(r"\s*\|\|?\s*", constraint)
        )
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None


def _clauses(part: str) -> list[str]:
    """Clauses of PEP 440 for what Poetry joins by commas or spaces."""
    found = []
    for clause in _CLAUSE.findall(part):
        own = _OWN.fullmatch(clause.strip())
        if own is not None:
            found += _own(own[1], own[2], own[3])
        elif clause[0].isalnum():
            found.append(f"=={clause}")
        elif clause != "*":
            found.append(clause)
    return found


def _own(op: str, release: str, rest: str) -> list[str]:
    if op == "=":
        return [f"=={release}{rest}"]
    numbers = [int(number) for number in release.split(".")]
    return [f">={release}{'' if rest.startswith('.*') else rest}", f"<{_limit(op, numbers)}"]


def _limit(op: str, numbers: list[int]) -> str:
    """The first version that is no longer meant."""
    if op == "~":
        at = min(1, len(numbers) - 1)
    else:
        at = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, [*numbers[:at], numbers[at] + 1]))
