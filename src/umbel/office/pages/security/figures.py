# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of the pages of risks: how much is open, and how far each incident is."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.frameworks.indicators.policy import SECURITY_RULES
from umbel.office.editions.registry import figure
from umbel.office.pages.legal.exceptions_listed import FEW, users_of
from umbel.policy.verdict import told_together

if TYPE_CHECKING:
    from umbel.model.finding import Finding
    from umbel.office.editions import Shared
    from umbel.policy.incidents import Kept
    from umbel.policy.incidents_progress import Part, Progress

MOST_INCIDENTS = 200
MOST_PARTS = 300
"""Uses of an incident that its page names; of the rest there is the number."""
AUDIENCES = ("owners", "management", "customers")
LONGEST = 200_000


class RiskState(msgspec.Struct, frozen=True, kw_only=True):
    """How much is open. `judged` counts components in projects, None where nothing could be judged.

    `exploited` and `overdue` are counted of those of which it is known; None where it is known of none of them.
    """

    judged: int | None
    findings: int
    open: int
    failing: int
    exploited: int | None
    exploited_known: int
    overdue: int | None
    overdue_known: int
    fixable: int
    unknown: int
    covered: int
    projects: int
    projects_whole: int
    gaps: tuple[str, ...]


class IncidentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An incident in a line; `uses` None: how far it is couldn't be worked out, and `broken` says why."""

    name: str
    title: str
    about: str
    ids: tuple[str, ...] = ()
    severity: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    due: date | None = None
    uses: int | None = None
    affected: int = 0
    unknown: int = 0
    mended: int = 0
    cleared: int = 0
    new: int = 0
    broken: str | None = None
    among: tuple[str, ...] = ()
    """The projects that were affected, where they are few: who may see none of them isn't told of it."""
    late: bool = False
    """Whether it runs past its day, on the day that the figure is of."""

    @property
    def state(self) -> str:
        """closed, overdue or open; unknown where its files are broken."""
        if self.opened_at is None:
            return "unknown"
        if self.closed_at is not None:
            return "closed"
        return "overdue" if self.late else "open"


class PartTold(msgspec.Struct, frozen=True, kw_only=True):
    """One project's use of one package, and what became of it."""

    product: str | None
    owner: str | None
    project: str
    package: str
    versions: tuple[str, ...]
    state: str
    mended_at: datetime | None
    evidence_at: datetime | None
    path: str | None
    fixed: str | None


class GroupTold(msgspec.Struct, frozen=True, kw_only=True):
    """How far a product is."""

    product: str | None
    owner: str | None
    uses: int
    projects: int
    mended: int
    affected: int
    unknown: int
    cleared: int
    mended_at: datetime | None


class IncidentTold(msgspec.Struct, frozen=True, kw_only=True):
    """How far an incident is, with what can be told of it in words. `projects` are all that it names anywhere."""

    groups: tuple[GroupTold, ...]
    parts: tuple[PartTold, ...]
    parts_total: int
    new: tuple[PartTold, ...]
    new_total: int
    projects: tuple[str, ...]
    median_days: float | None
    done: bool
    messages: dict[str, str]
    review: str


class _Worked(NamedTuple):
    lines: list[IncidentLine]
    told: dict[str, IncidentTold]


@figure
def risk_state(shared: Shared) -> RiskState:
    """How much is open: findings of the rules on vulnerabilities."""
    verdict = shared.known.verdict
    found = [each for each in verdict.findings if each.rule in SECURITY_RULES]
    standing = [each for each in found if not each.excused and each.outcome == "unmet"]
    exploited = [known for each in standing if (known := _exploited(each)) is not None]
    overdue = [late > 0 for each in standing if (late := each.evidence.get("overdue_days")) is not None]
    return RiskState(
        judged=verdict.judged or None,
        findings=len(found),
        open=len(standing),
        failing=sum(each.fails for each in standing),
        exploited=sum(exploited) if exploited or not standing else None,
        exploited_known=len(exploited),
        overdue=sum(overdue) if overdue or not standing else None,
        overdue_known=len(overdue),
        fixable=sum(each.evidence.get("fixed") is not None for each in standing),
        unknown=sum(each.outcome == "unknown" and not each.excused for each in found),
        covered=sum(each.excused for each in found),
        projects=len({each.project for each in standing}),
        projects_whole=verdict.projects,
        gaps=tuple(told_together([gap for gap in verdict.gaps if gap.rule in SECURITY_RULES])),
    )


def _exploited(found: Finding) -> bool | None:
    told: bool | None = found.evidence.get("exploited")
    return True if found.rule == "known-exploited" else told


@figure
def incident_lines(shared: Shared) -> list[IncidentLine]:
    """Every incident in a line, the newest first."""
    return _worked(shared).lines


@figure
def incidents_told(shared: Shared) -> dict[str, IncidentTold]:
    """How far each incident is, by its name."""
    return _worked(shared).told


def _worked(shared: Shared) -> _Worked:
    return shared.once("incidents", lambda: _work(shared))


def _work(shared: Shared) -> _Worked:
    """The newest incidents that were opened by the day; those of days before are told as they stand now."""
    from umbel.model.errors import UmbelError
    from umbel.policy.incidents_progress import progress

    kept, broken = shared.workspace.incidents()
    mine = [each for each in kept if each.incident.opened_at.date() <= shared.day]
    mine = sorted(mine, key=lambda each: each.incident.opened_at, reverse=True)[:MOST_INCIDENTS]
    lines, told = [], {}
    for each in mine:
        if shared.known.lake is None:
            lines.append(_line(shared, each, None, "There is no evidence to hold it against."))
            continue
        try:
            far = progress(shared.known.session, each, shared.known.index, shared.workspace.owned)
        except UmbelError as error:
            lines.append(_line(shared, each, None, error.message))
            continue
        lines.append(_line(shared, each, far, None))
        told[each.incident.id] = _told(shared, each, far)
    lines += [
        IncidentLine(name=name, title=name, about=name, broken=error.message)
        for name, error in sorted(broken.items())
    ]
    return _Worked(lines, told)


def _line(shared: Shared, kept: Kept, far: Progress | None, broken: str | None) -> IncidentLine:
    one = kept.incident
    projects = affected_projects(kept) or users_of(shared)(one.package) or []
    plain = IncidentLine(
        name=one.id,
        title=one.title,
        about=one.about,
        ids=one.ids,
        severity=one.severity,
        opened_at=one.opened_at,
        closed_at=kept.closed_at,
        due=one.due,
        broken=broken,
        among=tuple(projects if len(projects) <= FEW else ()),
        late=one.due is not None and one.due < shared.day,
    )
    if far is None:
        return plain
    return msgspec.structs.replace(
        plain,
        uses=far.uses,
        affected=far.count("affected"),
        unknown=far.count("unknown"),
        mended=far.count("mended"),
        cleared=far.count("cleared"),
        new=len({(each.project, each.package) for each in far.new}),
    )


def affected_projects(kept: Kept) -> list[str]:
    """The projects that were affected, or may have been, when it was opened."""
    return sorted({each.project for each in kept.affected})


def _told(shared: Shared, kept: Kept, far: Progress) -> IncidentTold:
    from umbel.model.errors import UmbelError
    from umbel.reports import incident_review, incident_text

    messages = {}
    for to in AUDIENCES:
        try:
            messages[to] = incident_text.message(kept, far, to, shared.workspace.folder)[:LONGEST]
        except UmbelError as error:
            messages[to] = error.message
    return IncidentTold(
        groups=tuple(msgspec.convert(each, GroupTold, from_attributes=True) for each in far.groups),
        parts=tuple(_part(each) for each in far.parts[:MOST_PARTS]),
        parts_total=len(far.parts),
        new=tuple(
            PartTold(
                product=each.product, owner=each.owner, project=each.project, package=each.package,
                versions=(each.version,) if each.version else (), state="affected" if each.affected else "unknown",
                mended_at=None, evidence_at=each.evidence_at, path=each.path, fixed=each.fixed,
            )
            for each in far.new[:MOST_PARTS]
        ),
        new_total=len(far.new),
        projects=tuple(sorted({each.project for each in far.parts} | {each.project for each in far.new})),
        median_days=far.median_days,
        done=far.done,
        messages=messages,
        review=incident_review.review(kept, far)[:LONGEST],
    )  # fmt: skip


def _part(each: Part) -> PartTold:
    return msgspec.convert(each, PartTold, from_attributes=True)
