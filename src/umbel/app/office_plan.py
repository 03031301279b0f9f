# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents that people keep (strategy, policies), the plan of the office, and the map of stakeholders."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from umbel.app.goals import Goals
from umbel.app.maturity import Maturity
from umbel.app.offering import About, offers
from umbel.frameworks import kept
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.frameworks.imported import Series
    from umbel.frameworks.office import Budget, Entry, Office
    from umbel.frameworks.stakeholders import Stakeholder
    from umbel.reports.documents.blocks import Document
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.office_plan import Spent

_MODULES = {
    "strategy": "strategy_document",
    **{name: name.replace("-", "_") for name in kept.POLICIES},
}
"""The module in `reports/documents` that writes each kept document."""


class OfficePlan(Maturity, Goals):
    """See `umbel.app.workspace`."""

    # ---- what the office writes down

    def office(self, as_of: datetime | None = None) -> Office:
        """What the office is made of, as of a day (`decisions/office.toml`)."""
        from umbel.frameworks import office

        return office.load(self.folder / office.FILE).as_of(_day(as_of))

    def record_office(self, entry: Entry) -> None:
        """Write down a mandate, a role, a tool, a budget line, a channel or a pilot. Raises `SettingsError`."""
        from umbel.frameworks import office

        office.add(self.folder / office.FILE, entry)

    def stakeholders(self, as_of: datetime | None = None) -> list[Stakeholder]:
        """Who has a stake, the most influential first. It is for the office only: no other answer may tell it."""
        from umbel.frameworks import stakeholders

        return stakeholders.load(self.folder / stakeholders.FILE).as_of(_day(as_of))

    def record_stakeholder(self, entry: Stakeholder) -> None:
        """Write down one who has a stake, for the office's eyes only. Raises `SettingsError`."""
        from umbel.frameworks import stakeholders

        stakeholders.add(self.folder / stakeholders.FILE, entry)

    # ---- documents that a person keeps

    def keep_document(self, name: str, as_of: datetime | None = None) -> kept.Merged:
        """Write a document into `documents/`, or its parts anew where nobody touched them. Raises `UsageError`."""
        return kept.keep(self.folder, name, self._sections(name, as_of))

    def kept_document(self, name: str) -> kept.Kept | None:
        """A kept document as it is, with the blanks that are left; None where nobody keeps it."""
        if name not in kept.NAMES:
            raise UsageError(f"Nobody keeps a document {name!r}.", f"There are: {', '.join(kept.NAMES)}.")
        return kept.load(self.folder, name)

    @offers(
        About(
            "strategy",
            "Open source strategy",
            "Purpose, scope, goals, rules, governance; kept as documents/strategy.md, under your hand.",
        ),
        About("policy-use", "Policy: using open source", "What may be used without asking, what is denied."),
        About(
            "policy-contribution", "Policy: contributing", "What may be sent upstream, and what is looked at."
        ),
        About(
            "policy-release",
            "Policy: publishing our own work",
            "When, under which licence, what must be there.",
        ),
        About(
            "policy-innersource",
            "Policy: each other's code",
            "Which repositories are open, how a change gets in.",
        ),
        About("policy-ai", "Policy: models and data", "Which models and data may be used; generated code."),
        About("policy-trademark", "Policy: names and logos", "How others use our names, and we theirs."),
        About("incident-runbook", "Security incident runbook", "The first hour, the first day, the clock."),
        About("end-of-life-plan", "End-of-life plan", "How ends are seen in time, planned and bridged."),
    )
    def _kept_words(self, name: str, as_of: datetime | None, product: str | None) -> Document:  # noqa: ARG002 - one signature
        """A kept document's current words, or a draft of it where nobody keeps it yet."""
        from umbel.reports.documents.kept_text import document

        there, day = kept.load(self.folder, name), as_of or datetime.now(UTC)
        foot = "These are the words that people keep"
        if there is None:
            text = kept.merge(None, self._sections(name, as_of)).text
            foot = f"This is a draft: umbel document {name} keeps it as documents/{name}.md."
        else:
            text = there.text
            left = len(there.blanks)
            gaps = "" if not left else ", 1 gap is left" if left == 1 else f", {left} gaps are left"
            asked, day = day, datetime.fromtimestamp((self.folder / there.path).stat().st_mtime, UTC)
            later = f" How it stood on {asked.date()} nobody knows." if asked.date() < day.date() else ""
            foot = f"{foot} in {there.path}, last changed on {day.date()}{gaps}.{later}"
        return document(
            text,
            name=name,
            title=str(_module(name).TITLE),
            as_of=day,
            organisation=self.settings.organisation.name or "",
            foot=foot,
        )

    def _sections(self, name: str, as_of: datetime | None) -> list[kept.Section]:
        from umbel.reports.documents.kept_text import sections
        from umbel.reports.documents.policy_terms import terms

        module = _module(name)
        if name == kept.STRATEGY:
            parts: list[Part] = module.parts(self._strategy_facts(as_of))
        else:
            parts = module.parts(terms(self.policy(), self.settings))
        return sections(str(module.TITLE), parts)

    def _strategy_facts(self, as_of: datetime | None) -> Any:
        from umbel.reports.documents.policy_terms import terms
        from umbel.reports.documents.strategy_document import Facts
        from umbel.strategy import contributions
        from umbel.strategy.stance_model import model

        day, goals = _day(as_of), self.goals(as_of)
        there = self.indicators()
        named = {one.kpi for each in goals for one in each.targets}
        lake = self._lake_if_any()
        projects, packages = (None, None) if lake is None else self._extent(as_of)
        return Facts(
            terms=terms(self.policy(), self.settings),
            products=self.settings.products,
            projects=projects,
            packages=packages,
            goals=goals,
            titles={name: there.get(name).indicator.title for name in named if name in there},
            ranked=self.strategy(as_of) if projects else [],
            contributions=contributions.load(self.folder, day),
            office=self.office(as_of),
            line=model().lines["strategic"].value,
        )

    def _extent(self, as_of: datetime | None) -> tuple[int, int]:
        """How many projects of ours are known, and how many packages are in use in them."""
        from umbel.evidence.questions.coverage import known_projects

        with self.session(as_of) as session:
            ((packages,),) = session.ask("SELECT count(DISTINCT package) FROM usage").rows()
            return len(known_projects(session)), packages

    # ---- the office

    @offers(
        About(
            "office-plan",
            "Plan of the open source office",
            "People, technology, budget against actuals, channels, pilots, the first 90 days.",
        )
    )
    def _office_document(self, name: str, as_of: datetime | None, product: str | None) -> Document:  # noqa: ARG002 - one signature
        from umbel.reports.documents import office_plan

        office = self.office(as_of)
        facts = office_plan.Facts(
            organisation=self.settings.organisation.name or "",
            day=_day(as_of),
            office=office,
            petals=self._petal_titles(),
            spent=tuple(self.office_spent(office, as_of)),
            steps=office_plan.steps(self.assess("flower", as_of)),
            recommendations=self.recommendations(as_of),
            stakeholders=self._stakeholders_counted(as_of),
        )
        return office_plan.document(facts, as_of or datetime.now(UTC))

    def _stakeholders_counted(self, as_of: datetime | None) -> int:
        from umbel.frameworks import stakeholders

        return len(stakeholders.load_unquoted(self.folder / stakeholders.FILE).as_of(_day(as_of)))

    def _petal_titles(self) -> dict[str, str]:
        return {part.id: part.title for part in self.frameworks().get("flower").petals}

    def office_spent(self, office: Office, as_of: datetime | None) -> list[Spent]:
        """What was spent of each budget line: as somebody wrote it down, or as an imported series states it."""
        from umbel.reports.documents.office_plan import Spent

        series = self._series(as_of)
        found = []
        for line in office.budget:
            if line.series is None:
                on = f", {line.actual_on}" if line.actual_on else ""
                known = line.actual is not None
                found.append(Spent(amount=line.actual, source=f"{line.by}{on}" if known else "nobody said"))
            elif line.series in series:
                found.append(self._spent_by_series(line, series[line.series], as_of))
            else:
                found.append(Spent(amount=None, source=f"there is no series {line.series}"))
        return found

    def _spent_by_series(self, line: Budget, series: Series, as_of: datetime | None) -> Spent:
        """The newest value that a series states within the line's year."""
        from umbel.reports.documents.office_plan import Spent

        if series.unit != "amount" or (series.currency or line.currency) != line.currency:
            return Spent(amount=None, source=f"series {line.series} states no {line.currency}")
        last = datetime(line.year, 12, 31, 23, 59, 59, tzinfo=UTC)
        read = self._stated(series, min(as_of or datetime.now(UTC), last))
        if read.value is None or read.observed_at is None or read.observed_at.year != line.year:
            return Spent(amount=None, source=f"series {line.series} states nothing of {line.year}")
        return Spent(amount=read.value, source=f"series {line.series}, {read.observed_at.date()}")

    @offers(
        About(
            "stakeholder-map",
            "Stakeholder map",
            "Interest against influence, champions and detractors, the next conversation. For the "
            "office only.",
        )
    )
    def _stakeholder_document(self, name: str, as_of: datetime | None, product: str | None) -> Document:  # noqa: ARG002 - one signature
        from umbel.frameworks import stakeholders
        from umbel.reports.documents import stakeholder_map

        path = self.folder / stakeholders.FILE
        if path.exists():  # most are written by hand
            with suppress(UsageError):  # the map says who can see it
                stakeholders.protect(path)
        return stakeholder_map.document(
            self.stakeholders(as_of),
            self._petal_titles(),
            as_of or datetime.now(UTC),
            self.settings.organisation.name or "",
            stakeholders.exposed(self.folder),
        )


def _module(name: str) -> Any:
    """The module that writes a kept document. Raises `UsageError` for a name that is none."""
    if name not in _MODULES:
        raise UsageError(f"Nobody keeps a document {name!r}.", f"There are: {', '.join(_MODULES)}.")
    return import_module(f"umbel.reports.documents.{_MODULES[name]}")


def _day(as_of: datetime | None) -> date:
    return (as_of or datetime.now(UTC)).date()
