# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a form of a request begins with: what the link says, and what is known of the finding that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.editions import registry, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.office.editions import Row
    from umbel.office.seen import Seen

_LISTS = ("violations", "risks", "findings")
"""The lists that hold findings; a finding is in one of them."""
_FROM_ROW = {"rule": ("rule",), "project": ("project",), "what": ("what", "advisory", "license")}
"""By field of the form: the columns that may say it."""


def given(said: Mapping[str, str], seen: Seen) -> tuple[dict[str, str], str]:
    """Values by field, and what the finding says, to be shown beside the form."""
    found = {name: str(value) for name, value in said.items()}
    row = _row(found.get("finding", ""), seen)
    if row is None:
        return found, ""
    known = {
        name: next(str(row[column]) for column in columns if row.get(column))
        for name, columns in _FROM_ROW.items()
        if any(row.get(column) for column in columns)
    }
    if row.get("package"):
        known["package"] = f"{row['package']}@{row['version']}" if row.get("version") else str(row["package"])
    return {**known, **found}, str(row.get("reason") or "")


def _row(key: str, seen: Seen) -> Row | None:
    """A finding by its key; None where no list has it, or where it isn't to be shown."""
    known = registry.listings()
    rows = (row_of(known[name], key, seen).value for name in _LISTS if key and name in known)
    return next((row for row in rows if row is not None), None)
