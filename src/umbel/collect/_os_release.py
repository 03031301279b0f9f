# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which distribution a tree of system files is: its `os-release`.

Source: os-release(5).
"""

from __future__ import annotations

import hashlib
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from umbel.collect.interface import Document

_PLACES = ("etc/os-release", "usr/lib/os-release")
_DEEPEST = 5
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_LONGEST = 1 << 16
_VENDORS = {"rhel": "redhat"}
"""Distribution → the namespace of its packages' purls, where they differ."""


class OsRelease(NamedTuple):
    """A distribution: `id` and `version` as os-release names them, None where it doesn't."""

    id: str | None = None
    version: str | None = None
    name: str | None = None
    digest: str = ""

    @property
    def namespace(self) -> str | None:
        """The namespace of its packages' purls."""
        if self.id is None:
            return None
        family = "opensuse" if self.id.startswith("opensuse") else self.id
        return _VENDORS.get(family, family)

    @property
    def distro(self) -> str | None:
        """The `distro` qualifier of its packages' purls: `debian-12`."""
        if self.id is None:
            return None
        return f"{self.id}-{self.version}" if self.version else self.id


def parse(data: bytes) -> OsRelease:
    """What an os-release says. Nothing in it is run; what isn't understood is passed over."""
    found: dict[str, str] = {}
    for line in to_utf8(data[:_LONGEST])[0].decode().splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        try:
            words = shlex.split(match[2])
        except ValueError:
            continue
        if words and words[0]:
            found.setdefault(match[1], words[0])
    system, version = found.get("ID", "").lower() or None, found.get("VERSION_ID")
    return OsRelease(system, version, found.get("PRETTY_NAME"), hashlib.sha256(data).hexdigest())


def release_beside(document: Document) -> OsRelease:
    """The distribution that a package database belongs to, from the tree around it."""
    for depth in range(1, _DEEPEST + 1):
        for place in _PLACES:
            data = document.companion("../" * depth + place)
            if data is not None:
                return parse(data)
    return OsRelease()
