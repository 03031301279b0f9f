# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The quarterly review and the executive page: their facts, each gathered once, and the documents made of them."""

from __future__ import annotations

import copy
import inspect
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from umbel.app.goals import Goals
from umbel.app.indicators import Known as Asked
from umbel.app.maturity import Maturity
from umbel.app.offering import About, offers
from umbel.app.upstream import has_upstream
from umbel.app.value import Value
from umbel.model.errors import UmbelError
from umbel.reports.documents.review_facts import Aim, Contributed, Facts, Gap, Quarter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from umbel.frameworks.interface import Assessment, Kpi, Recommendation
    from umbel.policy.exceptions import Entry
    from umbel.policy.verdict import Verdict
    from umbel.reports.documents.blocks import Document
    from umbel.reports.documents.review_facts import Known, Taken
    from umbel.strategy.actions import Action
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Ranked
    from umbel.strategy.value.answer import Valued

T = TypeVar("T")
_NOTHING = Gap("Nothing was collected yet, so nothing is known of what is in use.", "umbel collect")
_NO_UPSTREAM = Gap("No upstream project was examined yet.", "umbel collect upstream")
QUARTERS = 4
"""Points of a leading figure's past: the ends of three quarters, and the day."""
_HEAVY = ("verdict", "ranking", "upstreams", "who", "metrics", "indicators", "frameworks")
"""What several parts of a review stand on: asked once each."""


class _Kept(Asked):
    """What indicators may ask; stays open when a reading is done, until the review is."""

    def __exit__(self, *_: object) -> None:
        """Nothing: `close` does."""


def _once(ask: Callable[..., T]) -> Callable[..., T]:
    """The same question, answered once for the same arguments, however they are written."""
    kept, signature = cache(ask), inspect.signature(ask)

    def asked(*told: Any, **named: Any) -> T:
        bound = signature.bind(*told, **named)
        bound.apply_defaults()
        return kept(*bound.args, **bound.kwargs)

    return asked


class Reviewing(Maturity, Goals, Value):
    """See `umbel.app.workspace`."""

    @offers(
        About(
            "quarterly-review",
            "Quarterly review",
            "What changed against the last quarter and the targets, what may break, what was decided, what is next.",
            product=True,
        ),
        About(
            "executive-page",
            "Open source on one page",
            "Five figures, where we stand, three decisions to take.",
            product=True,
        ),
    )
    def _review(self, name: str, as_of: datetime | None, product: str | None) -> Document:
        from umbel.reports.documents import executive_page, quarterly_review

        build = quarterly_review.build if name == quarterly_review.NAME else executive_page.build
        return build(self.review_facts(as_of, product))

    def review_facts(self, as_of: datetime | None = None, product: str | None = None) -> Facts:
        """What a review of the quarter in which a day lies tells; what can't be known says why."""
        from umbel.app import reviewed

        key = self._review_key(as_of, product)
        kept = reviewed.load(self.folder, key)
        if kept is not None:
            return kept
        with self._asking_once() as here:
            found = here._gathered(as_of, product)  # noqa: SLF001 - itself, but for what it remembers
        reviewed.store(self.folder, key, found)
        return found

    def _review_key(self, as_of: datetime | None, product: str | None) -> str:
        """What a review stands on: what readings do, and the assumptions of the value."""
        from umbel.frameworks.indicators import cache as readings
        from umbel.strategy.value import assumptions

        digest = readings.workspace_digest(self.folder, [self.folder / assumptions.FILE])
        return readings.key(["review", self.readings_key(as_of, product), digest])

    @contextmanager
    def _asking_once(self) -> Iterator[Self]:
        """The same workspace, which asks what is dear once for each day."""
        here, kept = copy.copy(self), ExitStack()

        def known(as_of: datetime | None = None, product: str | None = None) -> _Kept:
            made = _Kept(here, as_of, product)
            kept.callback(made.close)
            return made

        here.__dict__["known"] = _once(known)
        for name in _HEAVY:
            here.__dict__[name] = _once(getattr(here, name))
        with kept:
            yield here

    def _gathered(self, as_of: datetime | None, product: str | None) -> Facts:
        from umbel.reports.quadrant import Lines
        from umbel.strategy.stance_model import model

        moment = as_of or datetime.now(UTC)
        quarter = Quarter.of(moment.date())
        there = self._lake_if_any() is not None
        lines = model().lines
        maturity = _known(lambda: self._assessed(as_of, product))
        granted, ending = self._excepted(quarter)
        return Facts(
            organisation=self.settings.organisation.name or "",
            product=product,
            as_of=moment,
            quarter=quarter,
            kpis=_known(lambda: self._kpis_told(as_of, product)),
            goals=_known(lambda: self._aims(as_of)),
            ranked=_known(lambda: self._ranked_told(as_of, product)) if there else _NOTHING,
            lines=Lines(strategic=lines["strategic"].value, fragile=1 + 9 * lines["fragile"].value),
            verdict=_known(lambda: self._judged(as_of, product)) if there else _NOTHING,
            control=_known(lambda: self._controlled(as_of, product)) if there else _NOTHING,
            contributions=_known(lambda: self._contributed(as_of)),
            value=_known(lambda: self._worth(as_of)) if there else _NOTHING,
            maturity=maturity,
            recommended=() if isinstance(maturity, Gap) else self._recommended(maturity),
            taken=_known(lambda: self._taken(quarter)),
            granted=granted,
            ending=ending,
            actions=_known(lambda: self._to_do(as_of, product)) if there else _NOTHING,
        )

    # ---- each part

    def _kpis_told(self, as_of: datetime | None, product: str | None) -> tuple[Kpi, ...]:
        """Every KPI beside the last quarter's end; those that lead, and are drawn, with a year's quarters."""
        from umbel.reports.documents import review_change
        from umbel.reports.documents.review_words import is_bound

        told = self.kpis(None, "quarter", 2, as_of, product)
        leading = [
            each.indicator.name
            for each in review_change.first(told, review_change.BIG)
            if each.now.value is not None and not is_bound(each, each.now)
        ]
        past = {each.indicator.name: each for each in self.kpis(leading, "quarter", QUARTERS, as_of, product)}
        return tuple(past.get(each.indicator.name, each) for each in told)

    def _aims(self, as_of: datetime | None) -> Known[tuple[Aim, ...]]:
        from umbel.frameworks import goals

        told = goals.load(self.folder, (as_of or datetime.now(UTC)).date())
        if not told:
            return Gap(
                "No goal is set, so no figure can be held against one.", "umbel goals add", "To set one"
            )
        names = [aim.kpi for each in told for aim in each.goal.kpis]
        titles = {each.indicator.name: each.indicator.title for each in self.kpis(names, as_of=as_of)}
        return tuple(
            Aim(
                statement=each.goal.statement,
                owner=each.goal.owner,
                review=each.goal.review,
                kpis=tuple(titles.get(aim.kpi, aim.kpi) for aim in each.goal.kpis),
            )
            for each in told
        )

    def _ranked_told(self, as_of: datetime | None, product: str | None) -> Known[tuple[Ranked, ...]]:
        found = tuple(each for each in self.strategy(as_of) if product is None or product in each.products)
        if not found:
            return Gap("No package in use is known to come from an upstream project.", "umbel upstream")
        return found

    def _judged(self, as_of: datetime | None, product: str | None) -> Verdict:
        """What is found, without its words and ways: a review counts findings, and keeps a hundred thousand of them."""
        found = self.verdict(product=product, as_of=as_of)
        bare = [
            msgspec.structs.replace(each, reason="", remedy=None, path=(), place=None, evidence={})
            for each in found.findings
        ]
        return msgspec.structs.replace(found, findings=bare)

    def _controlled(self, as_of: datetime | None, product: str | None) -> Known[tuple[Control, ...]]:
        if not has_upstream(self):
            return _NO_UPSTREAM
        ranked = self._ranked_told(as_of, product)
        names = set() if isinstance(ranked, Gap) else {each.project for each in ranked if each.verdict}
        return tuple(each for each in self.ranking(as_of, "strategic").control if each.project in names)

    def _contributed(self, as_of: datetime | None) -> Known[tuple[Contributed, ...]]:
        found = self.contributions(as_of)
        if not found:
            return Gap(
                "No contribution is planned, so there is none to be held against what was done.",
                "umbel contributions draft PROJECT",
                "To plan one",
            )
        return tuple(
            Contributed(
                project=each.standing.contribution.project,
                goal=each.standing.contribution.goal,
                state=each.standing.state,
                due=each.standing.due,
                late=each.standing.late,
                met=each.done.met,
                sentence=each.sentence,
            )
            for each in found
        )

    def _worth(self, as_of: datetime | None) -> Known[Valued]:
        found = self.value(as_of=as_of)
        if not found.projects:
            return Gap(
                "Nobody of ours is known to work on an upstream project, and no record in decisions/value.toml speaks "
                "of one, so what contributing is worth isn't known.",
                "umbel collect upstream",
            )
        return found

    def _assessed(self, as_of: datetime | None, product: str | None) -> Known[tuple[Assessment, ...]]:
        found = tuple(self.assess_all(as_of, product=product, turned=False))
        return found or Gap("No framework can be read.", "umbel maturity")

    def _recommended(self, assessed: tuple[Assessment, ...]) -> tuple[Recommendation, ...]:
        from umbel.frameworks import loading, recommend

        return tuple(recommend.recommended(recommend.scenarios(self.folder / loading.FOLDER), assessed))

    def _taken(self, quarter: Quarter) -> tuple[Taken, ...]:
        from umbel.app.decided import decided

        return tuple(decided(self.folder, quarter.first, quarter.day))

    def _excepted(self, quarter: Quarter) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """The exceptions that were granted in the quarter, and those that run out soon after the day."""
        from umbel.reports.documents.review_next import SOON

        try:
            every = self.exceptions(self.policy()).exceptions
        except UmbelError:
            return (), ()  # what is wrong with them is told by the verdict, which needs them
        granted = tuple(each for each in every if quarter.holds(each.decided))
        ending = (e for e in every if e.decided <= quarter.day <= e.end <= quarter.day + SOON)
        return granted, tuple(sorted(ending, key=lambda each: each.end))

    def _to_do(self, as_of: datetime | None, product: str | None) -> tuple[Action, ...]:
        found = self.actions(as_of)
        if product is None:
            return tuple(found)
        ranked = self._ranked_told(as_of, product)
        names = {product} | (
            set() if isinstance(ranked, Gap) else {n for r in ranked for n in (r.project, *r.packages)}
        )
        return tuple(each for each in found if each.about in names)


def _known(ask: Callable[[], T | Gap]) -> T | Gap:
    """An answer; what can't be asked says in its own words why."""
    try:
        return ask()
    except UmbelError as error:
        return Gap(str(error).splitlines()[0], None)
