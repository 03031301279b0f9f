# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The core, as the office uses it: the workspace with the decisions that stand."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.app.workspace import Workspace

_kept: dict[str, tuple[tuple[float, int], Workspace]] = {}
_lock = threading.Lock()


def workspace() -> Workspace:
    """The workspace as it stands: its files, or what the office's database holds of them.

    Raises `UsageError` where `umbel.toml` has faults. Opening costs nothing; what it reads is read when asked.
    """
    from umbel.app.workspace import Workspace
    from umbel.office.records import decisions

    folder = decisions.current_folder()
    stamp = _stamp(folder / "umbel.toml")
    with _lock:
        kept = _kept.get(str(folder))
        if kept is None or kept[0] != stamp:
            _kept.clear()
            kept = _kept[str(folder)] = (stamp, Workspace(folder))
        return kept[1]


def _stamp(path: Path) -> tuple[float, int]:
    try:
        told = path.stat()
    except OSError:
        return (0.0, -1)
    return (told.st_mtime, told.st_size)


def forget() -> None:
    """Open the workspace anew when it is next asked for."""
    with _lock:
        _kept.clear()
