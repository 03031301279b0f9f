# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a component is one that somebody named: a package, some versions of it, or many by a pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from umbel.model import purl, versions


@lru_cache(maxsize=4096)
def query(text: str) -> purl.Query:
    """A name as people write it, read once. Raises `PurlError`."""
    return purl.parse_query(text)


def named(text: str, package: str | None, version: str | None) -> bool | None:
    """Whether `pkg:npm/lodash@<4.17.21` (or `pkg:npm/@acme/*`, or `*`) means a component.

    None where that depends on a version that is unknown, or that its range can't be compared with.
    """
    if package is None:
        return False
    if text == "*":
        return True
    asked = query(text)
    name = (asked.package or asked.name or "").replace("%2A", "*")
    if not (_is(name, package) if asked.package else _ends(name, package)):
        return False
    if asked.version_spec is None or asked.version_spec == "*":
        return True
    if version is None:
        return None
    return versions.satisfies(purl.ecosystem(package), version, asked.version_spec)


def _is(name: str, package: str) -> bool:
    return name == package or ("*" in name and fnmatchcase(package, name.replace("[", "[[]")))


def _ends(name: str, package: str) -> bool:
    """As `umbel where` reads a name without its ecosystem: the whole name, or its last part."""
    own = package.partition("/")[2] if package.startswith("pkg:") else package.removeprefix(purl.UNIDENTIFIED)
    return fnmatchcase(own, name) or ("/" not in name and fnmatchcase(own.rpartition("/")[2], name))
