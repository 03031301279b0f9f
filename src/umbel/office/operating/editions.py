# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An edition made here and now, with its progress told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from umbel.model.errors import UsageError
from umbel.office.config import config
from umbel.office.core import must_have_lake, workspace
from umbel.office.editions.make import make
from umbel.office.editions.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable


def made(day: str | None, tell: Callable[[str], None]) -> tuple[dict[str, float], dict[str, str]]:
    """Make the edition of now or of a day: seconds by part, and what failed with why. Raises `UsageError`."""
    try:
        asked = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise UsageError(f"{day!r} is no day.", "Write it as 2026-01-31.") from error
    store = Store(config().folder)
    must_have_lake()
    edition = make(
        workspace(), store, asked, told=lambda name, place, whole: tell(f"{place + 1} of {whole}: {name}")
    )
    how = store.made(edition.key)
    return how.seconds, how.failed
