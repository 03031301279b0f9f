# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether one vendor, or a foundation, holds a project.

A verdict stands only where the unknown can't turn it: yes if the known share alone is enough, no if all of the
unknown with it isn't, else unknown.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from umbel.metrics.words import percent
from umbel.strategy.control.model import Foundation, foundations, model
from umbel.strategy.control.records import Share, Shares, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from umbel.strategy.control.decisions import Holder, Holders
    from umbel.strategy.control.practices import Seen


_MONEY = " holds its money as a fiscal sponsor, not the project"


def single_vendor(project: str, commits: Shares, maintainers: Shares, said: Holders, day: date) -> Verdict:
    """Whether one organisation decides: by its share of the maintainers where enough are known, else of the commits."""
    word = said.of(project, "vendor", day)
    if word is not None:
        return _said(word, "single vendor")
    of_work = held(commits, model().least_commits)
    of_people = held(maintainers, model().least_maintainers)
    if (maintainers.unseen or 0.0) >= model().unseen:
        part = percent(maintainers.unseen or 0.0)
        of_people = Verdict(
            value=None, because=f"a forge put {part} of the commits in place and doesn't say for whom"
        )
    if of_people.value is not None:
        return of_people
    if of_work.value is not None:
        return of_work
    return Verdict(value=None, because=f"{of_work.because}; {of_people.because}")


def namesake(project: str, *wholes: Shares) -> str | None:
    """The largest organisation among those who take part that is called like the account of the project's address."""
    parts = project.split("/")
    if len(parts) < 3:
        return None
    account = _letters(parts[1])
    for shares in wholes:
        for part in shares.parts:
            name = _letters((part.organisation or "").partition(".")[0])
            short, long = sorted((account, name), key=len)
            if short and (short == long or (len(short) >= model().namesake and long.startswith(short))):
                return part.organisation
    return None


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def held(shares: Shares, least: int) -> Verdict:
    """Whether one organisation holds enough of a whole that has at least so many parts."""
    threshold, unknown = model().vendor_share, shares.unknown or 0.0
    if shares.total < least:
        number = f"only {shares.total:,}" if shares.total else "none"
        return Verdict(value=None, because=f"{number} of {least} {shares.of} that it takes to tell")
    largest = shares.largest
    most = largest.share if largest else 0.0
    beside = f"unknown: {percent(unknown)}"
    if most + unknown < threshold:
        who = (
            f"none makes more than {percent(most)} of the {shares.of}"
            if largest
            else f"none of the {shares.of}"
        )
        return Verdict(value=False, because=f"{who}, {beside}", how=shares.of)
    if largest is None or most < threshold:
        return Verdict(
            value=None, because=f"for {percent(unknown)} of the {shares.of} the employer is unknown"
        )
    if _few(largest):
        part = f"{percent(most)} of the {shares.of}"
        because = f"{largest.organisation} makes {part}, but through {_people(largest.people)}, {beside}"
        # colleagues may be among the unknown; fewer of them would not be missed
        return Verdict(value=False if unknown < model().left_least else None, because=because, how=shares.of)
    because = f"{largest.organisation} has {percent(most)} of the {shares.of}, {beside}"
    return Verdict(value=True, because=because, name=largest.organisation, how=shares.of)


def _few(share: Share) -> bool:
    return share.people < model().least_people


def _people(number: int) -> str:
    return "one person" if number == 1 else f"{number:,} people"


def foundation(project: str, seen: Mapping[str, Seen], said: Holders, day: date) -> Verdict:
    """Whether a foundation holds it: by a decision, the table of well-known ones, or the project's own words."""
    word = said.of(project, "foundation", day)
    if word is not None:
        return _said(word, "foundation")
    listed = listed_at(project)
    if listed is not None:
        what = "" if listed.holds == "project" else _MONEY
        because = f"{listed.name}{what} ({listed.source})"
        return Verdict(
            value=listed.holds == "project" or None, because=because, name=listed.name, how="table"
        )
    own = seen.get("foundation")
    if own is not None and own.outcome == "met" and own.detail:
        known = called(own.detail)
        name, money = (known.name, known.holds == "money") if known else (own.detail, False)
        what = _MONEY if money else ""
        return Verdict(
            value=None if money else True,
            because=f"{name}{what} ({own.path} says so)",
            name=name,
            how="files",
        )
    looked = own is not None and own.outcome == "unmet"
    because = "neither the table of well-known foundations nor its own files name one, which doesn't say there is none"
    return Verdict(value=None, because=because if looked else "no table names one, and its files are unknown")


def listed_at(project: str) -> Foundation | None:
    """The foundation that the table gives for a project's address."""
    name = project.casefold()
    for each in foundations().foundations:
        if any(fnmatchcase(name, pattern.casefold()) for pattern in each.projects):
            return each
    return None


def called(name: str) -> Foundation | None:
    """The foundation of the table that has this name."""
    folded = name.casefold().removeprefix("the ")
    for each in foundations().foundations:
        if folded in {word.casefold().removeprefix("the ") for word in (each.name, *each.names)}:
            return each
    return None


def _said(word: Holder, what: str) -> Verdict:
    who = word.name or f"no {what}"
    because = f"{who} ({word.by} decided so on {word.decided}: {word.reason})"
    return Verdict(value=word.name is not None, because=because, name=word.name, how="decision")
