# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing decisions about people: each is checked against who is there, and added to the file."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

from umbel.evidence.people import claims, decisions, gitdm, imported, stackalytics
from umbel.evidence.people.handles import HANDLE, of_address
from umbel.evidence.people.why import find
from umbel.model.errors import Fault, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import msgspec

    from umbel.evidence.people.attach import People

_LARGEST_IMPORT = 200 << 20


class Office:
    """The decisions of one workspace, as of what is known now; every method adds one entry."""

    def __init__(self, people: People, folder: Path) -> None:
        """Decide about these people, in the workspace of this folder."""
        self._people = people
        self._folder = folder

    def merge(self, persons: Sequence[str], reason: str | None = None) -> list[str]:
        """Bring people together; gives their pseudonyms. Raises `UsageError` if they are one already."""
        found = list(dict.fromkeys(find(self._people, person) for person in persons))
        if len(found) < 2:
            raise UsageError("That is one person already.", "Name two or more.")
        self._add("merge", decisions.MergeEntry(decided=_today(), reason=reason, people=tuple(found)))
        return found

    def split(self, person: str, identities: Sequence[str], reason: str | None = None) -> int:
        """Take identities out of a person; they are another from now on. Gives their number."""
        name = find(self._people, person)
        members = {self._people.handle(key)[2:]: key for key in self._people.members[name]}
        wrong = [one for one in identities if not HANDLE.fullmatch(one) or one[2:] not in members]
        if wrong:
            raise UsageError(f"{wrong[0]!r} is no identity of {name}.", f"See: umbel people why {name}")
        out = {one[2:] for one in identities}
        rest = sorted("i-" + digits for digits in members if digits not in out)
        if not out or not rest:
            raise UsageError("Name some of the person's identities, and not all of them.")
        entry = decisions.SplitEntry(
            decided=_today(),
            reason=reason,
            identities=tuple(sorted("i-" + digits for digits in out)),
            apart_from=tuple(rest),
        )
        self._add("split", entry)
        return len(out)

    def consent(self, person: str, *, given: bool) -> str:
        """Let a person's name be shown, or no longer; gives the pseudonym. It must be their own wish."""
        name = find(self._people, person)
        kind = "opt_in" if given else "opt_out"
        # Somebody may have joined two people since: the wish to stay unseen is that of all of them.
        for key in self._people.members[name] if not given else self._people.members[name][:1]:
            if given or key in self._people.spoken.opted_in:
                who = "p-" + self._people.handle(key)[2:]
                self._add(kind, decisions.ConsentEntry(decided=_today(), person=who))
        return name

    def bot(self, person: str, *, program: bool) -> str:
        """Say that a person is a program, or none; gives the pseudonym."""
        name = find(self._people, person)
        kind: Literal["bot", "person"] = "bot" if program else "person"
        self._add("bot", decisions.BotEntry(decided=_today(), person=name, kind=kind))
        return name

    def affiliate(
        self, who: str, organisation: str, since: date | None = None, until: date | None = None
    ) -> str:
        """Say for whom a person (or everybody of a domain) works; gives who was meant."""
        if since and until and until <= since:
            raise UsageError("It ends before it begins.")
        text = who.strip().casefold()
        domain = text if "@" not in text and re.fullmatch(r"[^\s.]+(\.[^\s.]+)+", text) else None
        person = None if domain else find(self._people, who)
        entry = decisions.AffiliationEntry(
            decided=_today(),
            person=person,
            domain=domain,
            organisation=organisation,
            since=since,
            until=until,
        )
        self._add("affiliation", entry)
        return domain or person or who

    # ---- claims

    def challenge(self, address: str, since: date | None = None) -> str:
        """The text that whoever claims an address signs."""
        rules = self._people.rules
        return claims.challenge(rules, claims.address_of(address, rules), _today(), since)

    def claim(self, address: str, proof: Path, signers: Path | None, since: date | None = None) -> str:
        """Check the proof and keep the claim; gives the person, or the address's handle if nobody used it yet."""
        if signers is None:
            raise UsageError(
                "No key of anybody is known.", "Name the file in umbel.toml: [people] allowed_signers."
            )
        rules = self._people.rules
        claimed = claims.address_of(address, rules)
        principal, key, day = claims.verify(rules, claimed, proof, signers, since)
        handle = of_address(rules.salt, claimed)
        entry = decisions.ClaimEntry(
            decided=day,
            address=handle,
            holder=of_address(rules.salt, claims.address_of(principal, rules)),
            since=since,
            key=key,
        )
        self._add("claim", entry)
        return handle

    def confirmed(self, address: str, holder: str, since: date | None = None) -> str:
        """Keep a claim whose proof is that its holder answered a mail to the address; gives its handle."""
        rules = self._people.rules
        one, other = (of_address(rules.salt, claims.address_of(each, rules)) for each in (address, holder))
        if one == other:
            raise UsageError("That is one address: nothing needs to be claimed.")
        reason = "a mail to the address was answered"
        entry = decisions.ClaimEntry(decided=_today(), reason=reason, address=one, holder=other, since=since)
        self._add("claim", entry)
        return one

    def revoke(self, address: str) -> str:
        """Take the claims of an address back; gives its handle."""
        rules = self._people.rules
        handle = of_address(rules.salt, claims.address_of(address, rules))
        if handle not in self._people.spoken.claims:
            raise UsageError("Nobody claims that address.")
        self._add("revoke", decisions.RevokeEntry(decided=_today(), address=handle))
        return handle

    def _add(self, kind: str, entry: msgspec.Struct) -> None:
        decisions.add(self._folder / decisions.FILE, kind, entry)


def read_affiliations(
    file: Path, folder: Path, salt: bytes, name: str | None = None
) -> tuple[int, list[Fault]]:
    """Import a file of gitdm or Stackalytics; gives the rows kept, and the file's faults.

    It replaces an earlier import of its name. Raises `UsageError` if nothing in it could be read.
    """
    stem = re.sub(r"[^a-z0-9._-]+", "-", (name or file.stem).casefold()).strip(".-") or "import"
    try:
        if file.stat().st_size > _LARGEST_IMPORT:
            raise UsageError(f"{file} is larger than {_LARGEST_IMPORT >> 20} MiB.")
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}.") from error
    if content.lstrip()[:1] in {b"{", b"["}:
        rows, faults = stackalytics.read(content)
    else:
        rows, faults = gitdm.read(content.decode("utf-8", "replace").splitlines())
    if not rows:
        more = f" ({faults[0]})" if faults else ""
        raise UsageError(f"{file} holds no affiliation{more}.", "gitdm's and Stackalytics' files are read.")
    return imported.write(folder / imported.FOLDER, stem, rows, salt), faults


def _today() -> date:
    return date.today()  # noqa: DTZ011 - days as people write them
