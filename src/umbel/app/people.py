# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is who, as far as people wish it to be known."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from umbel.app.asking import with_history
from umbel.app.base import Base
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from umbel.app.people_held import Held
    from umbel.evidence.people.attach import Attached
    from umbel.evidence.people.deciding import Office
    from umbel.evidence.people.forget import Forgotten
    from umbel.evidence.people.why import Alias, Proposal
    from umbel.evidence.session import Session
    from umbel.model.errors import Fault


class People(Base):
    """See `umbel.app.workspace`."""

    @contextmanager
    def attached(
        self, as_of: datetime | None = None, tables: Iterable[str] | None = None
    ) -> Iterator[tuple[Session, Attached]]:
        """A session in which it is told who is who (`umbel.evidence.people.attach`)."""
        from umbel.evidence.people import attach

        with self.session(as_of, tables or attach.TABLES) as session:
            yield session, attach.attach(session, self.who())

    def people(
        self,
        project: str | None = None,
        *,
        bots: bool = False,
        paths: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Who keeps a project (or all of them) alive: a record per person, or per program, most commits first.

        `paths` ask about a part of the project. Raises `UsageError` if nothing is known of a path.
        """
        from umbel.evidence.people.listing import TABLES, listing
        from umbel.evidence.questions.areas import narrow

        if paths and project is None:
            raise UsageError("A path is of a project.", "Name the project that it is in.")
        with self.attached(as_of, (*TABLES, "changes") if paths else TABLES) as (session, attached):
            projects = None if project is None else with_history(self, session, [project], None)
            if paths and projects:
                narrow(session, projects, paths)
            return listing(session, attached, projects, bots=bots)

    def people_why(self, person: str, *, reveal: bool = False) -> list[Alias]:
        """Each identity of a person, and why it is theirs; names and addresses only with `reveal`."""
        from umbel.evidence.people.why import find, why

        with self.attached() as (_, attached):
            return why(attached.people, find(attached.people, person), reveal=reveal)

    def people_proposals(self, *, reveal: bool = False) -> list[Proposal]:
        """People who may be one, for somebody to decide."""
        from umbel.evidence.people.why import proposals

        with self.attached() as (_, attached):
            return proposals(attached.people, reveal=reveal)

    def people_affiliations(self) -> list[dict[str, Any]]:
        """For whom each person works, and since when: a record per span."""
        with self.attached() as (session, _):
            return session.ask("SELECT * FROM affiliations ORDER BY ALL").records()

    @contextmanager
    def people_office(self) -> Iterator[Office]:
        """What writes decisions about people: merge, split, consent, bot, affiliate, claim, revoke."""
        from umbel.evidence.people.deciding import Office

        with self.attached() as (_, attached):
            yield Office(attached.people, self.folder)

    def people_claim(self, address: str, proof: Path, since: date | None = None) -> str:
        """Check the proof of a claim by the keys that the settings name, and keep it; gives its handle."""
        signers = self.settings.people.allowed_signers
        with self.people_office() as office:
            return office.claim(address, proof, self.folder / signers if signers else None, since)

    def people_confirmed(self, address: str, holder: str, since: date | None = None) -> str:
        """Keep a claim of an address whose holder answered a mail to it; gives its handle."""
        with self.people_office() as office:
            return office.confirmed(address, holder, since)

    def people_held(self, addresses: Iterable[str]) -> Held:
        """All that is held about the owner of addresses that were proven to be theirs; for themselves alone."""
        from umbel.app.people_held import held

        return held(self, addresses)

    def people_import(self, file: Path, name: str | None = None) -> tuple[int, list[Fault]]:
        """Import affiliations in the format of gitdm or Stackalytics: rows kept, and the file's faults."""
        from umbel.evidence.people.deciding import read_affiliations

        return read_affiliations(file, self.folder, self.lake(create=True).salt(), name)

    def people_forget(self, person: str) -> Forgotten:
        """Delete what names a person, for good: from both lakes, their old files, and the decisions.

        Who is known in one of them only is found, too. Raises `UsageError` for a name of nobody, or of several.
        """
        from umbel.app.upstream import has_upstream, over_upstream
        from umbel.evidence.people.forget import Forgotten, forget, together

        places = [self, over_upstream(self)] if has_upstream(self) else [self]
        known = []
        for place in places:
            with place.attached() as (_, attached):
                known.append(attached.people)
        keys = together(known, person)
        done = [
            forget(place.lake(), people, keys, self.folder)
            for place, people in zip(places, known, strict=True)
        ]
        return Forgotten(
            identities=max(each.identities for each in done),
            files=sum(each.files for each in done),
            decisions=sum(each.decisions for each in done),
            waiting=sum(each.waiting for each in done),
        )
