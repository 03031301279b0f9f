# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people say one by one, where they don't send files: answers, contributions, coordinators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from umbel.app.contributing import Contributing
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.strategy.contributions import Contribution, Standing
    from umbel.strategy.interface import Ranked
    from umbel.strategy.naming import Named
    from umbel.strategy.owners import Answer, Coordinator
    from umbel.strategy.owners_sheet import Sheet


class Saying(Contributing):
    """See `umbel.app.workspace`."""

    def owner_sheets(
        self, ranked: Sequence[Ranked] | None = None, as_of: datetime | None = None
    ) -> list[Sheet]:
        """What each product owner is to be asked, as `ask_owners` writes it; of the strategic list, or of one given."""
        from umbel.strategy.owners_sheet import sheets

        day = (as_of or datetime.now(UTC)).date()
        listed = self._listed(as_of) if ranked is None else ranked
        return sheets(listed, self.settings.products, self.answers(as_of), day)

    def speakers(self, ranked: Sequence[Ranked], as_of: datetime | None = None) -> dict[str, Coordinator]:
        """Who should speak for each project of a list that several departments need, by project."""
        from umbel.strategy.mapping.model import model
        from umbel.strategy.owners import coordinator

        answers, weigh = self.answers(as_of), model().reach.of
        found = (
            coordinator(each.project, each.products, answers, self.settings.products, weigh)
            for each in ranked
        )
        return {each.project: each for each in found if each is not None}

    def answer(self, answers: Sequence[Answer]) -> int:
        """Write down what product owners said; gives how many were new. Blank ones are left out.

        Raises `UsageError` for a product that isn't declared, `SettingsError` for what can't be.
        """
        from umbel.strategy import owners

        said = [each for each in answers if not each.blank]
        for name in {each.product for each in said}:
            self.product(name)
        return owners.keep(self.folder, said)

    def add_contribution(self, entry: Contribution) -> None:
        """Write down what we mean to do in a project. Raises `SettingsError` with every fault, `UsageError`."""
        from umbel.strategy import contributions

        if entry.measure not in contributions.OURS and entry.measure not in self.metrics().metrics:
            raise UsageError(f"There is no metric {entry.measure[:60]!r}.", "umbel metrics lists them.")
        agreed = self._agreed() if any(one.startswith("p-") for one in entry.people) else frozenset()
        contributions.add(self.folder, entry, agreed)

    def standing_contributions(self, as_of: datetime | None = None) -> list[Standing]:
        """What we mean to do upstream as it stands on a day, those due first; what was done is in `contributions`."""
        from umbel.strategy import contributions

        return contributions.load(self.folder, (as_of or datetime.now(UTC)).date())

    def named_coordinators(self, as_of: datetime | None = None) -> dict[str, Named]:
        """Who speaks for projects as people decided, as of a day, by project."""
        from umbel.strategy import naming

        return naming.load(self.folder, (as_of or datetime.now(UTC)).date())

    def name_coordinator(self, entry: Named) -> None:
        """Write down who speaks for a project. Raises `SettingsError` for what can't be."""
        from umbel.strategy import naming

        naming.add(self.folder, entry)
