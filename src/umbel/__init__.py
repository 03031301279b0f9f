# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Umbel: the open source program office as software.

>>> import umbel
>>> ws = umbel.open(".")
>>> ws.inventory()  # an Arrow table
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel._version import __version__

if TYPE_CHECKING:
    import os

    from umbel.app import Workspace

__all__ = ["__version__", "open"]


def open(path: str | os.PathLike[str] = ".") -> Workspace:  # noqa: A001 - reads as umbel.open(path)
    """Open the workspace in a folder: its `umbel.toml`, if there is one, and its evidence.

    Raises `umbel.model.errors.UmbelError` if the settings can't be used.
    """
    from umbel.app import Workspace

    return Workspace(path)
