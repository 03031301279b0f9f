# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Locks on files: whoever is killed gives them back."""

from __future__ import annotations

import os
import sys

_FAR = 1 << 40
"""Where Windows locks a byte: beyond any content, so that others can read meanwhile."""


def taken(descriptor: int) -> bool:
    """Whether the lock of an open file could be taken; it lasts until the descriptor is closed."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
