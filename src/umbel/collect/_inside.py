# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Opening files of a tree that others made: bounded, never a device or pipe, never out of the tree."""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_LINKS = hasattr(os, "O_NOFOLLOW")


def open_plain(path: str) -> int:
    """A descriptor of a regular file that is no link. Raises `OSError`."""
    if not _NO_LINKS and stat.S_ISLNK(os.lstat(path).st_mode):
        raise OSError(errno.ELOOP, "it is a link")
    handle = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file")
    return handle


def read_plain(path: str, most: int) -> bytes:
    """The first bytes of a regular file that is no link. Raises `OSError`."""
    handle = open_plain(path)
    try:
        data = os.read(handle, most)
        if len(data) < most:
            while len(data) < most and (more := os.read(handle, most - len(data))):
                data += more
        return data
    finally:
        os.close(handle)


def resolved(path: str, root: str) -> str | None:
    """Where a path leads to when links are followed; None if that is out of `root`, itself resolved."""
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):
        return None
    inside = root if root.endswith(os.sep) else root + os.sep
    return real if real.startswith(inside) or real == root else None


def read_inside(path: str, root: str, most: int) -> bytes | None:
    """The first bytes of a file; None if it isn't there, leads out of `root` or can't be read."""
    real = resolved(path, root)
    if real is None:
        return None
    try:
        return read_plain(real, most)
    except (OSError, ValueError):
        return None
