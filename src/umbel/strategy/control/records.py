# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said of who controls a project. None is "not known" throughout, and `why` or `because` says why."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads it
from typing import Literal

import msgspec

Kind = Literal["organisation", "others", "unknown"]
ExposureName = Literal["high", "medium", "low"]
Governed = Literal["foundation", "single-vendor", "council", "few-people", "one-person"]
Terms = Literal["assignment", "cla", "dco", "cla and dco", "none seen"]
ChangeKind = Literal["closing", "opening", "tightening", "loosening", "sideways"]


class Share(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One part of a whole: an organisation's, all `others` known, or those of `unknown` affiliation.

    `count` of the whole's `total`, made by `people`; `share` is 0 to 1.
    """

    kind: Kind
    organisation: str | None
    count: int
    share: float
    people: int


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How a whole divides; the shares sum to 1, the unknown among them. `parts` is empty where `total` is 0.

    `of` says what is counted (commits, maintainers). `through_foundation` is the part of the unknown that writes from a
    foundation's or community's address, which tells no employer. `unseen`, of maintainers, is the share of the commits
    that a forge put in place, which doesn't say for whom: where it is large there are more maintainers than are seen.
    """

    of: str
    since: datetime
    until: datetime
    total: int
    parts: tuple[Share, ...] = ()
    through_foundation: int = 0
    unseen: float | None = None
    why: str | None = None

    @property
    def unknown(self) -> float | None:
        """The share of unknown affiliation; None of an empty whole."""
        if not self.total:
            return None
        return next((part.share for part in self.parts if part.kind == "unknown"), 0.0)

    @property
    def largest(self) -> Share | None:
        """The organisation with the largest share; None if none is known."""
        return next((part for part in self.parts if part.kind == "organisation"), None)

    def shown(self, most: int) -> tuple[Share, ...]:
        """The parts for a table: the `most` largest organisations, the others as one, the unknown."""
        named = [part for part in self.parts if part.kind == "organisation"]
        rest = named[most:]
        others = Share(
            kind="others",
            organisation=None,
            count=sum(part.count for part in rest),
            share=sum(part.share for part in rest),
            people=sum(part.people for part in rest),
        )
        return (
            *named[:most],
            *([others] if rest else []),
            *(part for part in self.parts if part.kind == "unknown"),
        )

    def of_organisation(self, name: str | None) -> Share | None:
        """An organisation's share."""
        return next((p for p in self.parts if p.kind == "organisation" and p.organisation == name), None)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Yes, no or unknown, what or who it is about, why, and what says so."""

    value: bool | None
    because: str
    name: str | None = None
    how: str | None = None


class Zones(msgspec.Struct, frozen=True, kw_only=True):
    """Where on earth the work happens, as far as the zones of commits show it.

    `bands` are (name, what it holds, commits, share of all commits); `unknown` is the share without a zone; the
    shares and `unknown` sum to 1. `cannot` says what a zone can't tell.
    """

    total: int
    bands: tuple[Band, ...] = ()
    unknown: float | None = None
    cannot: str = ""


class Band(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One band of zones, with the share of all commits that were written in it."""

    name: str
    holds: str
    commits: int
    share: float


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms contributions come in. `terms` None: its files were never looked at, and no commit says."""

    terms: Terms | None
    because: tuple[str, ...]
    sign_off_share: float | None = None
    commits: int = 0


class LicenseChange(msgspec.Struct, frozen=True, kw_only=True):
    """The licence was another from one version, or one look at the files, to the next.

    `package` is None where the project's own files say so. `at` is when the first with the new terms came; None
    where it isn't dated. `kind` says where it went: closing (no longer open source), opening, tightening (more
    conditions), loosening, or sideways.
    """

    kind: ChangeKind
    before: str
    after: str
    before_group: str
    after_group: str
    package: str | None = None
    version: str | None = None
    at: datetime | None = None


class Licensing(msgspec.Struct, frozen=True, kw_only=True):
    """A project's licence as last seen, its group, and the changes before, oldest first.

    `looked_at` is how many statements were compared: of versions, and looks at files; `unread` how many more there
    are that aren't understood. `touched` are the days on which a
    commit changed a file beside the code that is named as a licence (a year, a word, or all of it: look there); None
    where the paths of commits are unknown.
    """

    license: str | None
    group: str | None
    changes: tuple[LicenseChange, ...] = ()
    looked_at: int = 0
    unread: int = 0
    touched: tuple[date, ...] | None = None
    why: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One question about the exposure to a change of heart, its answer and the reason in words."""

    name: str
    question: str
    value: bool | None
    reason: str


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """How exposed users are should the one in control change the terms; `because` says which rules led there."""

    level: ExposureName | None
    because: str
    rules: tuple[Rule, ...]


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What would remain if one firm left.

    Of commits and maintainers at most `commits` and `maintainers` (as if no unknown were of the firm), at least
    `commits_least` and `maintainers_least` (as if all were). `absence_factor` is of the rest, `people` of whom there
    are. `areas` are top folders worked on in the window, `areas_left` those where anyone else was seen; None where
    paths are unknown.
    """

    organisation: str
    commits: float
    commits_least: float
    maintainers: int | None
    maintainers_least: int | None
    maintainers_all: int | None
    people: int
    absence_factor: int | None
    areas: int | None = None
    areas_left: int | None = None
    areas_lost: tuple[str, ...] = ()
    why: str | None = None


class Point(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One organisation's share in one period; `share` is None of a period without a commit.

    `partial` says that the period wasn't over on the day asked for.
    """

    project: str
    since: datetime
    until: datetime
    kind: Kind
    organisation: str | None
    count: int
    total: int
    share: float | None
    partial: bool = False


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """Who controls a project, as of a day. `governed` is the shortest answer; `confidence` how much of it was known.

    `namesake` is an organisation among its people that is called like the account under which the project lies: it
    may hold the keys, however few commits it makes.
    """

    project: str
    as_of: datetime
    governed: Governed | None
    confidence: float
    sentences: tuple[str, ...]
    commits: Shares
    maintainers: Shares
    absence_factor: int | None
    namesake: str | None
    single_vendor: Verdict
    foundation: Verdict
    rights: Rights
    zones: Zones
    licensing: Licensing
    exposure: Exposure
    left: Left | None = None
    unknown: tuple[str, ...] = ()
