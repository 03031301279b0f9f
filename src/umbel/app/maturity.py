# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How mature the program is by each framework, why, what to ask, and what to do next."""

from __future__ import annotations

import difflib
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import msgspec

from umbel.app.indicators import Indicators
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from umbel.frameworks.assess import Facts
    from umbel.frameworks.interface import (
        Answer,
        Assessment,
        Attestation,
        Framework,
        Move,
        Reading,
        Recommendation,
    )
    from umbel.frameworks.interview import Question
    from umbel.frameworks.loading import Library
    from umbel.frameworks.turns import Difference
    from umbel.metrics.engine import Every

FLOWER = "flower"
QUARTER = 3
"""Months."""


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """One practice: its answer, what else stands on the same claim or indicators, what meeting it would move."""

    framework: str
    title: str
    answer: Answer
    move: Move | None
    also: tuple[str, ...]
    proof: str | None


class Maturity(Indicators):
    """See `umbel.app.workspace`."""

    def frameworks(self) -> Library:
        """Every framework there is, with overlays, shared claims, and the workspace's files that are broken."""
        from umbel.frameworks import loading

        own = (self.folder / loading.FOLDER).is_dir()
        return loading.library(
            self.folder, self._indicator_units() if own else None, self._document_names() if own else None
        )

    def assess(
        self,
        framework: str = FLOWER,
        as_of: datetime | None = None,
        product: str | None = None,
        *,
        original: bool = False,
    ) -> Assessment:
        """How the program stands by one framework; `original`: without what an overlay changed.

        Raises `UsageError` for a framework that isn't there.
        """
        return self.assess_all(as_of, [framework], product=product, original=original)[0]

    def assess_all(
        self,
        as_of: datetime | None = None,
        names: Sequence[str] | None = None,
        *,
        product: str | None = None,
        original: bool = False,
        turned: bool = True,
    ) -> list[Assessment]:
        """How it stands by every framework, or by some: each indicator is read once for all of them.

        `turned`: what fails now is looked up a quarter before, too, to tell what has decayed.
        """
        from umbel.frameworks import assess

        library = self.frameworks()
        every = [library.get(name, original=original) for name in names or library.usable]
        readings = self._readings_there(assess.wanted(every), as_of, product)
        facts = self._facts(library, as_of, readings, original=original)
        if turned:
            before = _quarter_before(as_of)

            def earlier(wanted: Sequence[str]) -> Mapping[str, Reading]:
                return self._readings_there(wanted, before, product)

            facts = msgspec.structs.replace(facts, earlier=earlier)
        return assess.assess_all(every, facts)

    def practice(self, name: str, as_of: datetime | None = None) -> Stands:
        """Why a practice stands as it does, by `framework/practice` or an id that only one has."""
        library = self.frameworks()
        framework, practice_id = self._practice_named(library, name)
        assessed = self.assess(framework.id, as_of)
        full = f"{framework.id}/{practice_id}"
        (answer,) = (each for each in assessed.answers if each.practice.id == practice_id)
        claim = library.claim(answer.practice.claim)
        return Stands(
            framework=framework.id,
            title=framework.title,
            answer=answer,
            move=next((move for move in assessed.moves if full in move.answers), None),
            also=tuple(_also(library, framework, practice_id)),
            proof=None if claim is None else claim.proof,
        )

    # ---- what people say

    def attest(self, entry: Attestation) -> Attestation:
        """Write down what a person says of a claim; gives the record as written, with its last day.

        Raises `UsageError` for a claim that no practice stands on, and for a grade that says otherwise than its words.
        """
        from umbel.frameworks import attestations

        library = self.frameworks()
        name = self.claim_named(entry.claim, library)
        _grade_fits(library, name, entry)
        shared = library.claim(name)
        months = shared.expires if shared is not None else _months(library, name)
        until = entry.until or attestations.after(entry.decided, months)
        made = msgspec.structs.replace(entry, claim=name, until=until)
        attestations.add(self.folder, made)
        return made

    def claim_named(self, name: str, library: Library | None = None) -> str:
        """The claim that a name means: a shared one, `framework/practice`, or a practice's id. Raises `UsageError`."""
        from umbel.frameworks.attestations import main_key

        library = library or self.frameworks()
        if name in library.claims:
            return name
        known = {
            f"{framework.id}/{practice.id}": main_key(framework.id, practice)
            for framework in library.frameworks.values()
            for practice in framework.practices
        }
        if name in known:
            return name
        ends = {claim for full, claim in known.items() if full.endswith(f"/{name}")}
        if len(ends) == 1:
            return ends.pop()
        close = difflib.get_close_matches(name, [*library.claims, *known], 3, 0.5)
        several = f"It could be {' or '.join(sorted(ends))}." if ends else ""
        hint = several or (
            f"Did you mean {' or '.join(close)}?" if close else "umbel maturity ask names claims."
        )
        raise UsageError(f"No practice stands on a claim {name!r}.", hint)

    def stray_claims(self) -> list[str]:
        """Claims that somebody attested and no practice stands on: of a framework that is gone, or misspelt."""
        from umbel.frameworks import attestations

        library = self.frameworks()
        known = set(library.claims)
        for framework in library.frameworks.values():
            for practice in framework.practices:
                known.update(attestations.keys(framework.id, practice))
        return sorted({each.claim for each in attestations.every(self.folder)} - known)

    def questions(
        self, limit: int | None = None, framework: str | None = None, as_of: datetime | None = None
    ) -> list[Question]:
        """What to ask people, what would move most first: over all frameworks, or of one."""
        from umbel.frameworks import interview

        assessed = self.assess_all(as_of, None if framework is None else [framework], turned=False)
        found = interview.questions(assessed, self.frameworks().claims)
        return found if limit is None else found[:limit]

    # ---- what to do next

    def moves(self, as_of: datetime | None = None, framework: str | None = None) -> list[Move]:
        """Next actions over all frameworks, or of one: what is worth most for its effort first."""
        from umbel.frameworks import moves

        names = None if framework is None else [framework]
        return list(moves.moves(self.assess_all(as_of, names, turned=False)))

    def recommendations(self, as_of: datetime | None = None) -> list[Recommendation]:
        """The scenarios that all frameworks' outcomes show, and what to do about each."""
        from umbel.frameworks import loading, recommend

        every = recommend.scenarios(self.folder / loading.FOLDER)
        return recommend.recommended(every, self.assess_all(as_of, turned=False))

    # ---- over time

    def maturity_diff(
        self, first: datetime, second: datetime | None = None, framework: str = FLOWER
    ) -> Difference:
        """What changed in a framework from one day to another, or to now."""
        from umbel.frameworks.turns import difference

        then, now = (self.assess_all(day, [framework], turned=False)[0] for day in (first, second))
        return difference(then, now)

    def maturity_over(
        self,
        framework: str = FLOWER,
        every: Every = "quarter",
        number: int = 5,
        as_of: datetime | None = None,
    ) -> list[Assessment]:
        """How a framework stood at the ends of the latest months, quarters or years, and stands; oldest first."""
        (found,) = self.maturities_over([framework], every, number, as_of).values()
        return found

    def maturities_over(
        self,
        frameworks: Sequence[str] | None = None,
        every: Every = "quarter",
        number: int = 5,
        as_of: datetime | None = None,
    ) -> dict[str, list[Assessment]]:
        """The same of several frameworks, or of all, by their ids: each day is read once for all of them."""
        from umbel.frameworks import assess, series

        library = self.frameworks()
        chosen = [library.get(name) for name in frameworks or library.usable]
        there = self.indicators()
        names = [name for name in assess.wanted(chosen) if name in there]
        found = self.readings_over(names, every, number, as_of)
        return {
            each.id: series.over(each, found, lambda day, readings: self._facts(library, day, readings))
            for each in chosen
        }

    # ---- one file

    def check_framework(self, path: Path) -> Framework | None:
        """Check a framework's file, or an overlay's (None). Raises `SettingsError` with every fault and its line."""
        from umbel.frameworks import loading
        from umbel.frameworks.checking import Names

        library = self.frameworks()
        names = Names(
            indicators=self._indicator_units(),
            claims=library.claims,
            templates=self._document_names(),
            petals=[part.id for part in library.petals(original=True)] or None,
        )
        if path.name.endswith(loading.OVERLAY):
            loading.read_overlay(path, msgspec.structs.replace(library, names=names))
            return None
        return loading.read(path, names)

    # ---- inside

    def _facts(
        self,
        library: Library,
        as_of: datetime | None,
        readings: Mapping[str, Reading],
        *,
        original: bool = False,
    ) -> Facts:
        from umbel.frameworks import attestations
        from umbel.frameworks.assess import Facts

        moment = as_of or datetime.now(UTC)
        return Facts(
            as_of=moment,
            readings=readings,
            book=attestations.load(self.folder, moment),
            claims=library.claims,
            petals=library.petals(original=original),
        )

    def _readings_there(
        self, names: Sequence[str], as_of: datetime | None, product: str | None
    ) -> dict[str, Reading]:
        """Readings of those that there are; a practice that asks another one says so."""
        there = self.indicators()
        return self.readings([name for name in names if name in there], as_of, product=product)

    def _indicator_units(self) -> dict[str, str | None]:
        found = self.indicators()
        broken: dict[str, str | None] = {each.path.stem: None for each in found.broken}
        return {name: each.unit for name, each in found.indicators.items()} | broken

    def _document_names(self) -> list[str]:
        from umbel.app.offering import offered

        return [about.name for about, _ in offered(type(self))]

    def _practice_named(self, library: Library, name: str) -> tuple[Framework, str]:
        first, mark, rest = name.partition("/")
        if mark:
            framework = library.get(first)
            if any(each.id == rest for each in framework.practices):
                return framework, rest
            known = [f"{framework.id}/{each.id}" for each in framework.practices]
        else:
            every = list(library.frameworks.values())
            found = [framework for framework in every if any(each.id == name for each in framework.practices)]
            if len(found) == 1:
                return found[0], name
            if found:
                names = ", ".join(f"{framework.id}/{name}" for framework in found)
                raise UsageError(f"Several frameworks have a practice {name!r}.", f"Name one: {names}")
            known = [f"{framework.id}/{each.id}" for framework in every for each in framework.practices]
        close = difflib.get_close_matches(name, known, 3, 0.4)
        hint = f"Did you mean {' or '.join(close)}?" if close else "umbel maturity --practices lists them."
        raise UsageError(f"There is no practice {name!r}.", hint)


def _grade_fits(library: Library, claim: str, entry: Attestation) -> None:
    """Raises `UsageError` for a grade that no framework has here, or that is met where the word isn't."""
    from umbel.frameworks.attestations import keys

    if entry.grade is None:
        return
    graded = [
        framework
        for framework in library.frameworks.values()
        if framework.grades and any(claim in keys(framework.id, each) for each in framework.practices)
    ]
    if not graded:
        raise UsageError(f"No framework with grades asks for {claim}.", "Leave --grade out.")
    for framework in graded:
        named = ", ".join(f"{number} {name}" for number, name in enumerate(framework.grades))
        hint = f"{framework.title}: {named}; met from {framework.met_at}."
        if entry.grade >= len(framework.grades):
            raise UsageError(f"There is no grade {entry.grade}.", hint)
        if entry.says == "not-applicable" or (entry.says == "met") != (entry.grade >= framework.met_at):
            raise UsageError(f"Grade {entry.grade} isn't {entry.says!r}.", hint)


def _months(library: Library, claim: str) -> int:
    framework, _, practice = claim.partition("/")
    found = [each for each in library.get(framework).practices if each.id == practice]
    shared = library.claim(found[0].claim)
    return found[0].expires if shared is None else shared.expires


def _also(library: Library, framework: Framework, practice: str) -> list[str]:
    """Practices that stand on the same claim, or on an indicator of this one."""
    (chosen,) = (each for each in framework.practices if each.id == practice)
    asked = {check.indicator for check in chosen.checks}
    return [
        f"{other.id}/{each.id}"
        for other in library.frameworks.values()
        for each in other.practices
        if (other.id, each.id) != (framework.id, practice)
        and (
            (chosen.claim is not None and each.claim == chosen.claim)
            or asked & {check.indicator for check in each.checks}
        )
    ]


def _quarter_before(as_of: datetime | None) -> datetime:
    """The end of the day three months before: of a whole day, so that what was read once is kept."""
    from umbel.frameworks.attestations import after

    day: date = after((as_of or datetime.now(UTC)).date(), -QUARTER)
    return datetime.combine(day, time.max, UTC)
