# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Addresses that people share with each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from umbel.app.base import Base
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.frameworks.links import Link, Withdrawn


class Links(Base):
    """See `umbel.app.workspace`."""

    def links(self, as_of: datetime | None = None) -> list[Link]:
        """The links that are shared as of a day, by petal and title."""
        from umbel.frameworks import links

        return links.load(self.folder, (as_of or datetime.now(UTC)).date())

    def share_link(self, link: Link) -> None:
        """Share one more. Raises `SettingsError` for one that can't be, `UsageError` for a petal that isn't there."""
        from umbel.frameworks import links, loading

        petals = [part.id for part in loading.library(self.folder).petals()]
        if link.petal not in petals:
            raise UsageError(f"There is no petal {link.petal[:40]!r}.", f"There are: {', '.join(petals)}.")
        links.add(self.folder, link)

    def withdraw_link(self, entry: Withdrawn) -> None:
        """Share one no longer. Raises `UsageError` for an address that isn't shared."""
        from umbel.frameworks import links

        if not any(each.url == entry.url for each in links.load(self.folder, entry.decided)):
            raise UsageError("That address isn't shared.", "The page of links shows those that are.")
        links.withdraw(self.folder, entry)
