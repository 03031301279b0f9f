# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people say of the projects that we stand on, what is done with them, and what to do next."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.app.alerts import Alerts
from umbel.app.control import Control
from umbel.app.names import one_of
from umbel.app.strategy import Strategy
from umbel.app.upstream import has_upstream
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from umbel.evidence.people.attach import Attached
    from umbel.evidence.session import Session
    from umbel.policy.risks import Group
    from umbel.strategy.actions import Action
    from umbel.strategy.contributions import Contribution, Review, Standing
    from umbel.strategy.follow_up import Done
    from umbel.strategy.interface import Opinion, Ranked
    from umbel.strategy.opinions import Decided, Opinions
    from umbel.strategy.owners import Answers, Coordinator
    from umbel.strategy.owners_forms import Read


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A contribution, how it stands, and what was done."""

    standing: Standing
    done: Done
    sentence: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The pages that were made for one product owner (None: nobody is named for the product)."""

    owner: str | None
    products: tuple[str, ...]
    projects: int
    files: tuple[str, ...]


class Contributing(Alerts, Strategy, Control):
    """See `umbel.app.workspace`."""

    # ---- what people say

    def opinions(self, as_of: datetime | None = None) -> Opinions:
        """What people say of parts of scores, and decided to do, as of a day."""
        from umbel.strategy import opinions

        return opinions.load(self.folder, _day(as_of))

    def say(self, opinion: Opinion) -> None:
        """Write an opinion down. Raises `SettingsError` for one that can't be."""
        from umbel.strategy import opinions

        opinions.say(self.folder, opinion)

    def decide_stance(self, decided: Decided) -> None:
        """Write down what is done with a project. Raises `SettingsError` for what can't be."""
        from umbel.strategy import opinions

        opinions.decide(self.folder, decided)

    def strategic_name(self, name: str, as_of: datetime | None = None) -> str:
        """The project in use that a name, or the end of one, means; a package of no known project stands for itself.

        Raises `UsageError` where nothing comes from it.
        """
        known = [] if self._lake_if_any() is None else self.upstreams(as_of)
        return one_of(name, sorted({each.project or each.package for each in known}))

    def _listed(self, as_of: datetime | None) -> list[Ranked]:
        """The strategic list; empty where nothing was collected."""
        return [] if self._lake_if_any() is None else self.strategy(as_of)

    # ---- product owners

    def answers(self, as_of: datetime | None = None) -> Answers:
        """What product owners said up to a day."""
        from umbel.strategy import owners

        return owners.load(self.folder, _day(as_of))

    def ask_owners(
        self, folder: Path, *, product: str | None = None, as_of: datetime | None = None
    ) -> list[Asked]:
        """Write a page for each product owner, to fill in as Markdown or in a browser; the folder is made.

        Raises `UsageError` where no product stands on anything, or a page of the same name was filled in.
        """
        from umbel.policy import files
        from umbel.reports.owners_form import page
        from umbel.strategy.owners_sheet import markdown, sheets

        chosen = self.settings.products if product is None else (self.product(product),)
        made = sheets(self._listed(as_of), chosen, self.answers(as_of), _day(as_of))
        if not made:
            known = "No product stands on a project that is known." if chosen else "No product is declared."
            raise UsageError(known, "Name products with their owners in umbel.toml; see umbel strategy.")
        self._refuse_filled([folder / f"{sheet.stem}.md" for sheet in made])
        found = []
        for sheet in made:
            texts = {f"{sheet.stem}.md": markdown(sheet), f"{sheet.stem}.html": page(sheet)}
            try:
                for name, text in texts.items():
                    files.replace(folder / name, text.encode("utf-8", "replace"))
            except OSError as error:
                raise UsageError(f"{folder} can't be written: {error.strerror}.") from error
            found.append(
                Asked(
                    owner=sheet.owner,
                    products=sheet.products,
                    projects=len(sheet.candidates),
                    files=tuple(texts),
                )
            )
        return found

    def _refuse_filled(self, pages: Sequence[Path]) -> None:
        """Raise `UsageError` if a page in the place of a new one holds what somebody wrote."""
        from umbel.strategy import owners_forms

        products = [product.name for product in self.settings.products]
        for path in pages:
            if not path.exists():
                continue
            found = owners_forms.read(path, products, _day(None))
            if found.answers or found.faults:
                raise UsageError(
                    f"{path} is filled in.",
                    "Read it first (umbel ask read), then remove it, or name another folder.",
                )

    def read_answers(self, paths: Sequence[Path]) -> tuple[list[Read], int]:
        """Take filled-in pages back: what each holds with its faults, and how many answers were new."""
        from umbel.strategy import owners, owners_forms

        products = [product.name for product in self.settings.products]
        read = [owners_forms.read(path, products, _day(None)) for path in paths]
        return read, owners.keep(self.folder, [answer for each in read for answer in each.answers])

    def coordinators(self, as_of: datetime | None = None, *, every: bool = False) -> list[Coordinator]:
        """Who should speak for each project that several departments need, in the order of the strategic list.

        Of those that are strategic, by a verdict; or of `every` one that is listed.
        """
        from umbel.strategy.mapping.model import model
        from umbel.strategy.owners import coordinator
        from umbel.strategy.stance_model import is_strategic

        answers, weigh = self.answers(as_of), model().reach.of
        found = (
            coordinator(each.project, each.products, answers, self.settings.products, weigh)
            for each in self._listed(as_of)
            if every or is_strategic(each)
        )
        return [each for each in found if each is not None]

    def _examined_any(self) -> bool:
        return self._lake_if_any() is not None and has_upstream(self)

    @contextmanager
    def _upstream_or_none(
        self, as_of: datetime | None, tables: Sequence[str]
    ) -> Iterator[tuple[Session, Attached] | None]:
        """A session over what is known of upstream projects with its people; None where none was examined."""
        from umbel.evidence.people import attach

        if not self._examined_any():
            yield None
            return
        with self.upstream_session(as_of, tables) as session:
            yield session, attach.attach(session, self.who())

    # ---- contributions

    def contributions(self, as_of: datetime | None = None) -> list[Followed]:
        """What we mean to do upstream, those due first, and what was really done up to a day."""
        from umbel.strategy import contributions, follow_up

        standing = contributions.load(self.folder, _day(as_of))
        chosen = [each.contribution for each in standing]
        with self._upstream_or_none(as_of, follow_up.TABLES) as found:
            if found is None:
                done = {each.name: follow_up.unexamined(each, _day(as_of)) for each in chosen}
            else:
                named = bool(self.settings.organisation.domains)
                done = follow_up.follow(found[0], self.metrics(), chosen, named=named)
        return [
            Followed(
                standing=each,
                done=done[each.contribution.name],
                sentence=follow_up.sentence(each.contribution, done[each.contribution.name]),
            )
            for each in standing
        ]

    def contribution_draft(self, project: str, as_of: datetime | None = None) -> str:
        """A contribution strategy drafted from the evidence, as TOML with blanks. Raises `UsageError`."""
        from umbel.evidence.people.shown import Shown
        from umbel.strategy import drafting, follow_up
        from umbel.strategy.contributions import OURS

        ranked = self._listed(as_of)
        name = one_of(project, [each.project for each in ranked])
        (chosen,) = (each for each in ranked if each.project == name)
        with self.session(as_of, drafting.USED) as session:
            used = drafting.used(session, chosen.packages)
        with self._upstream_or_none(as_of, follow_up.TABLES) as found:
            if found is None:
                return drafting.draft(chosen, drafting.Facts(used=used), _day(as_of), Shown())
            session, attached = found
            areas = drafting.areas(session, name, used) if follow_up.has_paths(session, name) else None
            people = tuple(follow_up.our_people(session, name))
            metric = drafting.measure_for(chosen).metric
            now = None if metric in OURS else follow_up.figure_now(session, self.metrics(), metric, name)
            facts = drafting.Facts(used=used, areas=areas, people=people, measured=now)
            return drafting.draft(chosen, facts, _day(as_of), Shown(attached))

    def add_contributions(self, path: Path) -> list[Contribution]:
        """Write down what a filled-in draft holds. Raises `SettingsError` with every fault."""
        from umbel.strategy import contributions

        found = contributions.read(path)
        agreed = self._agreed() if any(each.people for each in found) else frozenset()
        for each in found:
            contributions.add(self.folder, each, agreed)
        return found

    def review_contribution(self, entry: Review) -> None:
        """Write down a look back at a contribution. Raises `UsageError` if there is none of that name."""
        from umbel.strategy import contributions

        contributions.review(self.folder, entry)

    def _agreed(self) -> frozenset[str]:
        """Handles of those who agreed to be named."""
        from umbel.evidence.people import attach
        from umbel.evidence.people.shown import Shown

        said: dict[str, bool] = {}
        if self._lake_if_any() is not None:
            for kind, entry in self.who().book.entries:
                if kind in {"opt_in", "opt_out"}:
                    said[entry.person] = kind == "opt_in"
        found = {person for person, agrees in said.items() if agrees}
        with self._upstream_or_none(None, attach.TABLES) as upstream:
            return frozenset(found if upstream is None else found | set(Shown(upstream[1]).names))

    # ---- what to do next

    def actions(self, as_of: datetime | None = None) -> list[Action]:
        """What the office should do next, what matters most first."""
        from umbel.strategy import contributions
        from umbel.strategy.actions import Known, actions

        used = self.plans_in_use() if as_of is None else {}
        late = [
            plan for plan in self.plans().plans if used.get(plan.name, 1) > 0 and plan.decided <= _day(as_of)
        ]
        known = Known(
            ranked=self._listed(as_of),
            opinions=self.opinions(as_of),
            contributions=contributions.load(self.folder, _day(as_of)),
            answers=self.answers(as_of),
            products=self.settings.products,
            plans=late,
            upgrades=self._upgrades(as_of),
            unmapped=self._unmapped(as_of),
        )
        return actions(known, _day(as_of))

    def _upgrades(self, as_of: datetime | None) -> list[Group]:
        lake = self._lake_if_any()
        if lake is None or not lake.has("advisories"):
            return []
        return self.risks(self.verdict(as_of=as_of).findings, "upgrade", as_of=as_of)

    def _unmapped(self, as_of: datetime | None) -> dict[str, str]:
        """Packages whose project nobody knows, and why; those that were declared to have none are left out."""
        if self._lake_if_any() is None:
            return {}
        return {
            each.package: each.why or "nobody says"
            for each in self.upstream_unmapped(as_of)
            if each.how != "declared"
        }


def _day(as_of: datetime | None) -> date:
    return (as_of or datetime.now(UTC)).date()
