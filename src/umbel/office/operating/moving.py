# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records into the database and out of it, and whether the log of them is whole, as a terminal tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.config import config

if TYPE_CHECKING:
    from pathlib import Path

BY = "umbel office"


def taken_in(*, replace: bool) -> str:
    """Bring the workspace's records into the database; a sentence on it. Raises `UsageError`."""
    from umbel.office.records.moving import import_records

    moved = import_records(config().workspace, BY, replace=replace)
    return f"{moved.files} files of records are in the database, {len(moved.changed)} of them new or changed."


def given_out(folder: Path, *, replace: bool) -> str:
    """Write the database's records as files; a sentence on it. Raises `UsageError`, `OSError`."""
    from umbel.office.records.moving import export_records

    moved = export_records(folder, BY, replace=replace)
    return f"{moved.files} files of records are in {folder}, {len(moved.changed)} of them new or changed."


def verified() -> tuple[bool, str]:
    """Whether the audit log is whole, and a sentence on it."""
    from umbel.office.records.auditing import verify

    found = verify()
    if not found.broken:
        return True, f"The audit log is whole: {found.lines} lines; the newest is {found.last[:16]}."
    return False, "\n".join(
        ["The audit log was changed:", *(f"  line {each.number}: {each.why}." for each in found.broken)]
    )
