# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeping the evidence in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.app.base import Base

if TYPE_CHECKING:
    from umbel.evidence.upkeep import Problem, TableState


class Upkeep(Base):
    """See `umbel.app.workspace`."""

    def evidence_status(self) -> list[TableState]:
        """Each table as it is stored."""
        from umbel.evidence.upkeep import status

        return status(self.lake())

    def compact(self) -> dict[str, tuple[int, int]]:
        """Rewrite small files into large sorted ones: files before and after, by table."""
        from umbel.evidence.upkeep import compact

        return compact(self.lake())

    def vacuum(self, hours: int, *, dry_run: bool = False) -> dict[str, int]:
        """Delete files that nothing younger than so many hours refers to: their number by table."""
        from umbel.evidence.upkeep import vacuum

        return vacuum(self.lake(), hours, dry_run=dry_run)

    def verify(self) -> list[Problem]:
        """Everything in the lake that isn't as its snapshots promise."""
        from umbel.evidence.upkeep import verify

        return verify(self.lake())
