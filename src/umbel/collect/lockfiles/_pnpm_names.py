# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""pnpm's keys of packages, which changed with each version of its lockfile.

5: `/@acme/shop/1.0.0_react@18.2.0` (before 5.2 also `/@acme/shop/1.0.0/react@18.2.0`),
6: `/@acme/shop@1.0.0(react@18.2.0)`, 9: the same without the slash. What comes from no registry has an
address or path instead; before 5.2 a registry that is not the usual one stands before the first slash.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_OLD = re.compile(r"(?:([^/@]+\.[^/]+))?/((?:@[^/]+/)?[^/@]+)/(\d[^/_()]*)(?:[/_(].*)?", re.DOTALL)
_NEW = re.compile(r"/?((?:@[^/@]+/)?[^/@]+)@([^/:@]+)")
_NAMED = re.compile(r"((?:@[^/@]+/)?[^/@]+)@(.+)", re.DOTALL)
_PATCH = re.compile(r"\(patch_hash=([^()]+)\)")


class Key(NamedTuple):
    """A package as a key names it: `base` is the key without peers; the rest is None if it can't be told."""

    base: str
    name: str | None
    version: str | None


def key_of(text: str) -> Key:
    """Take a key apart.

    >>> key_of("/@acme/shop/1.0.0_react@18.2.0")
    Key(base='/@acme/shop/1.0.0', name='@acme/shop', version='1.0.0')
    >>> key_of("@acme/shop@1.0.0(react@18.2.0)")
    Key(base='@acme/shop@1.0.0', name='@acme/shop', version='1.0.0')
    """
    base = text.partition("(")[0]
    new = _NEW.fullmatch(base)
    if new is not None:
        return Key(base, new[1], new[2])
    old = _OLD.fullmatch(text)
    if old is not None:
        host, name, version = old.groups()
        return Key(f"{host or ''}/{name}/{version}", name, version)
    named = _NAMED.fullmatch(base)
    return Key(base, named[1] if named and ":" in named[2] else None, None)


def patch_of(text: str) -> str | None:
    """The digest of a patch that a key holds."""
    match = _PATCH.search(text) if "(patch_hash=" in text else None
    return match[1] if match else None
