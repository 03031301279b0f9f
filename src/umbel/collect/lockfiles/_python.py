# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Python's lockfiles have in common: names, hashes, sources, and tolerant access to a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from umbel.collect.lockfiles._sources import bare_download, git_address
from umbel.model.purl import PurlError, make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._cyclonedx_mend import Faults
    from umbel.collect.interface import Pairs
    from umbel.model.purl import Purl

MOST_HASHES = 64
"""A release has a file a platform; more than this many hashes of one are left out."""
_HASH = re.compile(r"(sha1|sha224|sha256|sha384|sha512|md5|blake2b)[:=]([0-9A-Fa-f]{32,128})")
_SEPARATORS = re.compile(r"[-_.]+")


def normal(name: str) -> str:
    """A project's name as the packaging standard compares it.

    >>> normal("Foo.Bar_baz")
    'foo-bar-baz'
    """
    return _SEPARATORS.sub("-", name).lower()


def identify(name: str, version: str | None, vcs: str | None = None, url: str | None = None) -> Purl | None:
    """The purl of a Python package; None where its name makes none."""
    qualifiers = {}
    if vcs:
        qualifiers["vcs_url"] = git_address(vcs)
    elif url:
        qualifiers["download_url"] = bare_download(url)
    try:
        return make("pypi", None, normal(name), version, qualifiers)
    except PurlError:
        return None


def hashes(values: Iterator[Any]) -> Pairs:
    """`algorithm:hex` texts as pairs, each once, at most `MOST_HASHES`."""
    found: dict[tuple[str, str], None] = {}
    for value in values:
        match = _HASH.fullmatch(value) if isinstance(value, str) else None
        if match and len(found) < MOST_HASHES:
            found[match[1], match[2].lower()] = None
    return tuple(found)


class Reader:
    """Access to a tree of unknown shape: what has the wrong type is a fault, and as if it weren't there."""

    def __init__(self, faults: Faults) -> None:
        """Note what is wrong in `faults`."""
        self._faults = faults

    def text(self, table: dict[str, Any], key: str, place: str) -> str | None:
        """A text that isn't empty."""
        value = table.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return value
        self._faults.add("wrong-type", f"must be a text, not {type(value).__name__}", f"{place}.{key}")
        return None

    def table(self, table: dict[str, Any], key: str, place: str) -> dict[str, Any]:
        """A table; an empty one where there is none."""
        value = table.get(key)
        if value is None or isinstance(value, dict):
            return value or {}
        self._faults.add("wrong-type", f"must be a table, not {type(value).__name__}", f"{place}.{key}")
        return {}

    def tables(self, table: dict[str, Any], key: str, place: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The tables of a list, each with its place."""
        value = table.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self._faults.add(
                "wrong-type", f"must be a list, not {type(value).__name__}", f"{place}.{key}", "error"
            )
            return
        for index, item in enumerate(value):
            where = f"{place}.{key}[{index}]"
            if isinstance(item, dict):
                yield item, where
            else:
                self._faults.add("wrong-type", f"must be a table, not {type(item).__name__}", where, "error")
