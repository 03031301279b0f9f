# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How an incident goes on: what was affected, held against every snapshot that came since.

A project of which nothing new was seen since the opening is unknown: nobody looked, so nobody can call it mended.
So is one in a version of which nobody can tell whether it is affected.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime  # noqa: TC003 - msgspec reads it
from statistics import median
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.policy.incidents_affected import EVIDENCE, Wanted, affected, hits, is_told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from umbel.evidence.session import Session
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.policy.incidents import Affected, Incident, Kept
    from umbel.policy.risks import Owned

State = Literal["mended", "affected", "unknown", "cleared"]
STATES: tuple[State, ...] = ("affected", "unknown", "mended", "cleared")
_VERSIONS = """
SELECT DISTINCT u.package, u.version, c.purl
FROM published AS p JOIN raw_usage AS u ON u.write_id = p.facts
LEFT JOIN components AS c ON c.component = u.component
WHERE list_contains($projects::VARCHAR[], p.subject) AND list_contains($packages::VARCHAR[], u.package)
"""
# Of each document, every snapshot counts until the next one: a project is mended when the last of its documents
# that showed an affected version was followed by one that doesn't.
_ROLL_OUT = """
WITH shots AS (
  SELECT subject, collector, lineage, facts, outcome, write_id,
         CASE WHEN revision IS NULL THEN observed_at ELSE collected_at END AS seen_at,
         lead(CASE WHEN revision IS NULL THEN observed_at ELSE collected_at END) OVER (
           PARTITION BY subject, collector, lineage
           ORDER BY observed_at, collector_version, collected_at, write_id DESC) AS next_at
  FROM published WHERE is_document AND outcome <> 'failed' AND list_contains($projects::VARCHAR[], subject)
)
SELECT s.subject, u.package, bool_or(s.next_at IS NULL) AS still,
       bool_or(s.next_at IS NULL AND v.certain) AS surely, max(s.next_at) AS mended_at
FROM shots AS s
JOIN raw_usage AS u ON u.write_id = s.facts
JOIN incident_versions AS v ON v.package = u.package AND v.version IS NOT DISTINCT FROM u.version
WHERE s.outcome <> 'absent'
GROUP BY ALL
"""


class _Story(NamedTuple):
    """Whether a use shows a version that is affected or may be, whether one surely is, and since when none."""

    still: bool
    surely: bool
    mended_at: datetime | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One project's use of one package, and what became of it.

    `cleared`: it is no longer said to be affected. `evidence_at` is when the newest evidence was made.
    """

    product: str | None
    owner: str | None
    project: str
    package: str
    versions: tuple[str, ...]
    state: State
    mended_at: datetime | None = None
    evidence_at: datetime | None = None
    path: str | None = None
    fixed: str | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of one product: how many uses are mended, affected still, unknown, cleared."""

    product: str | None
    owner: str | None
    uses: int
    projects: int
    mended: int
    affected: int
    unknown: int
    cleared: int
    oldest_evidence_at: datetime | None
    mended_at: datetime | None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is. A use is one package in one project; `new` are those that came after the opening."""

    parts: list[Part]
    groups: list[Group]
    new: list[Affected]
    opened_at: datetime
    now: datetime
    first_at: datetime | None
    last_at: datetime | None

    def count(self, state: State) -> int:
        """Uses in a state."""
        return len({(p.project, p.package) for p in self.parts if p.state == state})

    @property
    def uses(self) -> int:
        """All uses that were affected at the opening."""
        return len({(part.project, part.package) for part in self.parts})

    @property
    def projects(self) -> int:
        """Projects that were affected at the opening."""
        return len({part.project for part in self.parts})

    @property
    def done(self) -> bool:
        """Whether nothing is left to mend, and nothing unknown."""
        return not self.new and not self.count("affected") and not self.count("unknown")

    @property
    def median_days(self) -> float | None:
        """From the opening to mending, of the uses that are mended; None of none."""
        took = {
            (p.project, p.package): (p.mended_at - self.opened_at).total_seconds() / 86_400
            for p in self.parts
            if p.mended_at is not None
        }
        return median(took.values()) if took else None


def progress(
    session: Session, kept: Kept, index: Index | None, owned: Callable[[str], Sequence[Owned]]
) -> Progress:
    """What became of everything that was affected. The session must hold `incidents_affected.TABLES`."""
    incident = kept.incident
    packages = {row.package for row in kept.affected}
    projects = {row.project for row in kept.affected}
    bound = {"packages": sorted(packages), "projects": sorted(projects)}
    wanted = _wanted(incident)
    versions = session.ask(_VERSIONS, bound).arrow()
    told = is_told_of(versions, wanted, index)
    known = {key: bool(hit.affected) for key, hit in hits(versions, wanted, index).items()}
    cleared = (
        {key for row in kept.affected if (key := (row.package, row.version)) not in known} if told else set()
    )
    if not told:
        known = _frozen(kept, versions)
    story = _story(session, bound["projects"], known)
    seen: dict[str, datetime] = dict(session.ask(EVIDENCE).rows())
    parts = [
        _part(rows, incident, story.get(key[1:]), seen.get(key[1]), cleared)
        for key, rows in _by_use(kept.affected).items()
    ]
    now, _ = affected(session, wanted, index, owned)
    before = {(row.project, row.package) for row in kept.affected}
    mended = sorted(part.mended_at for part in parts if part.mended_at is not None)
    return Progress(
        parts=parts,
        groups=_groups(parts),
        new=[row for row in now if (row.project, row.package) not in before],
        opened_at=incident.opened_at,
        now=session.as_of,
        first_at=mended[0] if mended else None,
        last_at=mended[-1] if mended else None,
    )


def _wanted(incident: Incident) -> Wanted:
    names = (*((incident.advisory,) if incident.advisory else ()), *incident.ids)
    return Wanted(tuple(dict.fromkeys(names)), incident.package)


def _frozen(kept: Kept, versions: pa.Table) -> dict[tuple[str, str | None], bool]:
    """What was affected at the opening, where nobody can tell anew: any other version of it may be."""
    columns = (versions.column(name).to_pylist() for name in ("package", "version"))
    known: dict[tuple[str, str | None], bool] = dict.fromkeys(zip(*columns, strict=True), False)
    return known | {(row.package, row.version): row.affected is True for row in kept.affected}


def _story(
    session: Session, projects: list[str], versions: Mapping[tuple[str, str | None], bool]
) -> dict[tuple[str, str], _Story]:
    """By project and package. `versions` are those that are affected, or may be: true is surely."""
    import pyarrow as pa

    table = {
        "package": pa.array([package for package, _ in versions], pa.string()),
        "version": pa.array([version for _, version in versions], pa.string()),
        "certain": pa.array(versions.values(), pa.bool_()),
    }
    session.register("incident_versions", pa.table(table))
    found = session.ask(_ROLL_OUT, {"projects": projects}).rows()
    return {(project, package): _Story(*told) for project, package, *told in found}


def _by_use(rows: Sequence[Affected]) -> Mapping[tuple[str | None, str, str], list[Affected]]:
    found: dict[tuple[str | None, str, str], list[Affected]] = defaultdict(list)
    for row in rows:
        found[row.product, row.project, row.package].append(row)
    return found


def _part(
    rows: Sequence[Affected],
    incident: Incident,
    story: _Story | None,
    evidence_at: datetime | None,
    cleared: set[tuple[str, str | None]],
) -> Part:
    first = rows[0]
    fresh = evidence_at is not None and evidence_at > incident.opened_at
    mended_at: datetime | None = None
    state: State = "unknown"
    if all((row.package, row.version) in cleared for row in rows):
        state = "cleared"
    elif fresh and story is not None and story.still:
        state = "affected" if story.surely else "unknown"
    elif fresh:
        state = "mended"
        since = story.mended_at if story is not None else None
        mended_at = max(since or evidence_at or incident.opened_at, incident.opened_at)
    return Part(
        product=first.product,
        owner=first.owner,
        project=first.project,
        package=first.package,
        versions=tuple(sorted({row.version or "?" for row in rows})),
        state=state,
        mended_at=mended_at,
        evidence_at=evidence_at,
        path=first.path,
        fixed=next((row.fixed for row in rows if row.fixed), None),
    )


def _groups(parts: Sequence[Part]) -> list[Group]:
    found: dict[tuple[str | None, str | None], list[Part]] = defaultdict(list)
    for part in parts:
        found[part.product, part.owner].append(part)
    made = [_group(product, owner, own) for (product, owner), own in found.items()]
    return sorted(made, key=lambda g: (-g.affected, -g.unknown, g.product is None, g.product or ""))


def _group(product: str | None, owner: str | None, own: Sequence[Part]) -> Group:
    count = {state: sum(part.state == state for part in own) for state in STATES}
    open_ = count["affected"] + count["unknown"]
    return Group(
        product=product,
        owner=owner,
        uses=len(own),
        projects=len({part.project for part in own}),
        mended=count["mended"],
        affected=count["affected"],
        unknown=count["unknown"],
        cleared=count["cleared"],
        oldest_evidence_at=min((p.evidence_at for p in own if p.evidence_at), default=None),
        mended_at=None if open_ else max((p.mended_at for p in own if p.mended_at), default=None),
    )
