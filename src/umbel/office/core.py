# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The core, as the office uses it: the workspace with the decisions that stand."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.app.workspace import Workspace

_Stamp = tuple[int, int, int]
_kept: dict[str, tuple[_Stamp, Workspace]] = {}
_lock = threading.Lock()
SEEN = "lake-seen"
"""A file in the office's own folder: there was evidence."""


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


def _stamp(path: Path) -> _Stamp:
    try:
        told = path.stat()
    except OSError:
        return (0, 0, -1)
    return (told.st_mtime_ns, told.st_ino, told.st_size)


def must_have_lake() -> None:
    """Raise `EvidenceError` where evidence was here before and is gone.

    A disk that isn't mounted looks like a beginning; nothing is taken in then, and no figures are made of nothing.
    """
    from umbel.model.errors import EvidenceError
    from umbel.office.config import config

    mark = config().folder / SEEN
    if workspace()._lake_if_any() is not None:  # noqa: SLF001 - the core's own way to ask whether there is one
        if not mark.exists():
            with suppress(OSError):
                mark.touch()
    elif mark.exists():
        raise EvidenceError(
            "The evidence that was here is gone.",
            f"Is its disk mounted? If it was thrown away on purpose, remove {SEEN} in .umbel/office, too.",
        )


def forget() -> None:
    """Open the workspace anew when it is next asked for."""
    with _lock:
        _kept.clear()
