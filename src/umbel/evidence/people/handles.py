# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands for a person, an identity or an address wherever names must not stand.

All are keyed with the lake's salt: outside the lake nobody can tell whose they are, and in another
lake they are others.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.evidence.people.addresses import Address

HANDLE = re.compile(r"[pia]-[0-9a-f]{12}")
_SIZE = 6


def digits(salt: bytes, key: int) -> str:
    """Twelve digits for an identity: `p-` before them means its person, `i-` the identity alone."""
    return digits_of_all(salt, (key,))[0]


def digits_of_all(salt: bytes, keys: Iterable[int]) -> list[str]:
    """The digits of many identities, in their order."""
    keyed = blake2b(digest_size=_SIZE, key=salt, person=b"umbel identity")
    found = []
    for key in keys:
        each = keyed.copy()  # quicker than a new one
        each.update(key.to_bytes(8, "big", signed=True))
        found.append(each.hexdigest())
    return found


def of_address(salt: bytes, address: Address) -> str:
    """The handle of an address in any spelling (`a-…`)."""
    text = address.same or f"{address.local}+{address.tag}@{address.host}"
    raw = text.encode("utf-8", "replace")
    return "a-" + blake2b(raw, digest_size=_SIZE, key=salt, person=b"umbel address").hexdigest()
