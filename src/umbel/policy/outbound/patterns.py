# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a path is one that a pattern means: by its name, or by its whole path where the pattern has a slash."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def meant(path: str, patterns: Iterable[str]) -> str | None:
    """The first pattern that means a path, whatever the case; None if none does.

    >>> meant("deploy/Server.PEM", ("*.key", "*.pem")), meant("a/b/c.txt", ("b/*",))
    ('*.pem', None)
    """
    whole = path.casefold()
    name = whole.rpartition("/")[2]
    for pattern in patterns:
        wanted = pattern.casefold()
        if fnmatchcase(whole, wanted.removeprefix("/")) if "/" in wanted else fnmatchcase(name, wanted):
            return pattern
    return None
