# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The technology radar: what was decided of software, where it is in use, what moved, and what nobody decided.

Enters: dated decisions and what is in use. Leaves: one blip a decision that stands, in its ring and sector.
"""

from __future__ import annotations

import math
from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.model.purl import display, ecosystem
from umbel.policy.evaluations import RINGS, Evaluation, Ring, Told
from umbel.policy.naming import query
from umbel.strategy.evaluate.model import model, sector_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from umbel.evidence.session import Session
    from umbel.policy.evaluations import Evaluations

Moved = Literal["new", "in", "out"]
TABLES = ("usage",)
"""The stored tables that a session must hold."""


class Blip(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that stands. `number` is its place on the picture, from 1.

    `moved` says what became of it since the radar's `since`: new, moved in (towards adopt) or out from `was`.
    `projects` of ours use what it is about, `direct` of them by their own choice, in `products`; None: nothing was
    collected.
    """

    number: int
    package: str
    title: str
    ring: Ring
    sector: str
    decision: str
    reason: str
    by: str
    decided: date
    review: date | None
    due: bool
    product: str | None
    instead: str | None
    moved: Moved | None
    was: Ring | None
    projects: int | None
    direct: int | None
    products: tuple[str, ...]


class Undecided(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A package in wide use of which nobody decided anything."""

    package: str
    title: str
    sector: str
    projects: int
    of: int
    products: tuple[str, ...]


class Radar(msgspec.Struct, frozen=True, kw_only=True):
    """The whole radar as of a day. `more_undecided` are those beyond the ones listed; `of` counts our projects."""

    as_of: datetime
    since: date
    product: str | None
    sectors: tuple[str, ...]
    blips: tuple[Blip, ...]
    undecided: tuple[Undecided, ...] = ()
    more_undecided: int = 0
    of: int | None = None

    @property
    def due(self) -> tuple[Blip, ...]:
        """Decisions at which somebody was to look again, the longest overdue first."""
        return tuple(sorted((b for b in self.blips if b.due), key=lambda b: (b.review, b.number)))


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """How many of our projects use something, how many of them by their own choice, and in which products."""

    projects: int = 0
    direct: int = 0
    products: tuple[str, ...] = ()


class Uses(msgspec.Struct, frozen=True, kw_only=True):
    """What is in use: by decision, and by package what is in wide use without one (`wide` counts all such).

    `projects` counts ours, of which these are.
    """

    by_decision: dict[str, Use]
    undecided: list[tuple[str, Use]]
    wide: int
    projects: int


_PACKAGES = "SELECT DISTINCT package FROM usage ORDER BY package"
_PROJECTS = """
SELECT DISTINCT project FROM usage WHERE $projects IS NULL OR project IN (SELECT unnest($projects)) ORDER BY project
"""
_VERSIONS = """
SELECT DISTINCT u.package, u.version FROM usage AS u SEMI JOIN radar_packages AS m ON m.package = u.package ORDER BY ALL
"""
# A decision about one product speaks of that product's projects only.
_BY_DECISION = """
WITH used AS (
  SELECT m.decision, m.product, u.project, bool_or(coalesce(u.direct, false)) AS direct
  FROM radar_meant AS m
  JOIN usage AS u ON u.package = m.package AND u.version IS NOT DISTINCT FROM m.version
  SEMI JOIN radar_projects AS j ON j.project = u.project
  GROUP BY ALL
)
SELECT u.decision, count(DISTINCT u.project), count(DISTINCT u.project) FILTER (u.direct),
       coalesce(list(DISTINCT p.product ORDER BY p.product) FILTER (p.product IS NOT NULL), [])
FROM used AS u LEFT JOIN radar_products AS p ON p.project = u.project
WHERE u.product IS NULL OR EXISTS (
  SELECT 1 FROM radar_products AS own WHERE own.project = u.project AND own.product = u.product)
GROUP BY u.decision
"""
# What nobody says to be indirect counts: many documents don't tell. Snapshots are counted first, since that is quick
# and never less than projects.
_WIDE = """
WITH often AS (
  SELECT package FROM usage WHERE lead AND package LIKE 'pkg:%' GROUP BY package HAVING count(*) >= $least
), chosen AS MATERIALIZED (
  SELECT u.package, u.project FROM usage AS u
  SEMI JOIN often AS o ON o.package = u.package
  SEMI JOIN radar_projects AS j ON j.project = u.project
  ANTI JOIN radar_packages AS m ON m.package = u.package
  GROUP BY u.package, u.project HAVING coalesce(bool_or(u.direct), true)
), wide AS (
  SELECT package, count(*) AS projects, count(*) OVER () AS every FROM chosen GROUP BY package HAVING count(*) >= $least
  ORDER BY projects DESC, package LIMIT $most
)
SELECT w.package, w.projects, w.every,
       coalesce(list(DISTINCT p.product ORDER BY p.product) FILTER (p.product IS NOT NULL), [])
FROM wide AS w JOIN chosen AS c ON c.package = w.package LEFT JOIN radar_products AS p ON p.project = c.project
GROUP BY ALL ORDER BY w.projects DESC, w.package
"""


def uses(
    session: Session,
    standing: Sequence[Evaluation],
    projects: Sequence[str] | None = None,
    products_of: Callable[[str], Sequence[str]] = lambda _: (),
) -> Uses:
    """Where what was decided of is in use, and what is in wide use without a decision; None is all projects.

    `products_of` names the products of a project.
    """
    scope = {"projects": None if projects is None else list(projects)}
    names = [name for (name,) in session.ask(_PROJECTS, scope).rows()]
    belonging = [(name, product) for name in names for product in products_of(name)]
    _register(session, "radar_projects", ("project",), [(name,) for name in names])
    _register(session, "radar_products", ("project", "product"), belonging)
    _mean(session, standing, {product for _, product in belonging})
    found = {each.name: Use() for each in standing}
    for decision, number, direct, products in session.ask(_BY_DECISION).rows():
        found[decision] = Use(projects=number, direct=direct, products=tuple(products))
    declared = model().radar
    least = max(declared.least_projects, math.ceil(declared.least_share * len(names)))
    wide = session.ask(_WIDE, {"least": least, "most": declared.undecided}).rows()
    return Uses(
        by_decision=found,
        undecided=[(package, Use(projects=n, direct=n, products=tuple(own))) for package, n, _, own in wide],
        wide=wide[0][2] if wide else 0,
        projects=len(names),
    )


def _mean(session: Session, standing: Sequence[Evaluation], products: Iterable[str]) -> None:
    """Which packages and versions in use each decision speaks of; one about a product once for each that it means."""
    packages = [name for (name,) in session.ask(_PACKAGES).rows()] if standing else []
    told = Told(standing)
    meant = {
        p: mine for p in packages if (mine := [e for e in told.about(p) if e.means(p, None) is not False])
    }
    _register(session, "radar_packages", ("package",), [(package,) for package in meant])
    within = {
        e.name: [None] if e.product is None else [p for p in products if e.is_of([p])] for e in standing
    }
    rows = [
        (each.name, product, package, version)
        for package, version in session.ask(_VERSIONS).rows()
        for each in meant[package]
        if each.means(package, version)
        for product in within[each.name]
    ]
    _register(session, "radar_meant", ("decision", "product", "package", "version"), rows)


def _register(
    session: Session, name: str, columns: Sequence[str], rows: Sequence[tuple[str | None, ...]]
) -> None:
    import pyarrow as pa

    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    session.register(
        name, pa.table({c: pa.array(v, pa.string()) for c, v in zip(columns, values, strict=True)})
    )


def standing(told: Evaluations, today: date, product: str | None) -> list[Evaluation]:
    """What counts on a day: with a product its own word instead of the one about everywhere."""
    every = told.standing(today)
    if product is None:
        return every
    mine = [each for each in every if each.is_of([product])]
    own = {each.package for each in mine if each.product is not None}
    return [each for each in mine if each.product is not None or each.package not in own]


def radar(
    told: Evaluations,
    used: Uses | None,
    as_of: datetime,
    since: date,
    *,
    product: str | None = None,
) -> Radar:
    """The radar as of a moment, with what moved after the day `since`. Pure: equal decisions give equal radars.

    `used` None: nothing was collected.
    """
    today = as_of.date()
    now = standing(told, today, product)
    before = {each.about: each.ring for each in standing(told, since, product)}
    areas = _areas(now)
    sectors = _sectors(areas.values())
    order = {name: place for place, name in enumerate(sectors)}
    listed = sorted(
        now, key=lambda e: (order[areas[e.name]], RINGS.index(e.ring), _title(e).casefold(), e.name)
    )
    blips = tuple(
        _blip(each, number, areas[each.name], before.get(each.about), used, today)
        for number, each in enumerate(listed, 1)
    )
    return Radar(
        as_of=as_of,
        since=since,
        product=product,
        sectors=tuple(sectors),
        blips=blips,
        undecided=tuple(
            Undecided(
                package=package,
                title=display(package),
                sector=_known(sector_of(package), sectors),
                projects=use.projects,
                of=used.projects,
                products=use.products,
            )
            for package, use in (used.undecided if used else ())
            if used
        ),
        more_undecided=used.wide - len(used.undecided) if used else 0,
        of=used.projects if used else None,
    )


def _blip(
    each: Evaluation,
    number: int,
    sector: str,
    was: Ring | None,
    used: Uses | None,
    today: date,
) -> Blip:
    use = None if used is None else used.by_decision.get(each.name, Use())
    return Blip(
        number=number,
        package=each.package,
        title=_title(each),
        ring=each.ring,
        sector=sector,
        decision=each.name,
        reason=each.reason,
        by=each.by,
        decided=each.decided,
        review=each.review,
        due=each.is_due(today),
        product=each.product,
        instead=each.instead,
        moved=_moved(was, each.ring),
        was=was if was != each.ring else None,
        projects=None if use is None else use.projects,
        direct=None if use is None else use.direct,
        products=() if use is None else use.products,
    )


def _moved(was: Ring | None, ring: Ring) -> Moved | None:
    if was is None:
        return "new"
    if was == ring:
        return None
    return "in" if RINGS.index(ring) < RINGS.index(was) else "out"


def _areas(told: Sequence[Evaluation]) -> dict[str, str]:
    """Where each decision stands: as it says, whatever the case of letters; else by the kind of its package."""
    spelled = {sector.name.casefold(): sector.name for sector in model().sectors}
    found = {}
    for each in told:
        asked = sector_of(each.package) if each.area is None else " ".join(each.area.split())
        found[each.name] = spelled.setdefault(asked.casefold(), asked)
    return found


def _sectors(named: Iterable[str]) -> list[str]:
    """The sectors that ship in their order, then others by name."""
    own = [sector.name for sector in model().sectors]
    others = sorted({name for name in named if name not in own}, key=lambda name: (name.casefold(), name))
    return [*own, *others]


def _known(name: str, sectors: Sequence[str]) -> str:
    return name if name in sectors else sectors[-1]


def _title(each: Evaluation) -> str:
    """A short name for people: the package's, with its range, and the product where it speaks of one only."""
    asked = query(each.package)
    package = asked.package or each.package
    name = display(package).replace("%2A", "*")
    kind = ecosystem(package)
    name = f"all of {kind}: {name}" if name == "*" else name
    name += f"@{asked.version_spec}" if asked.version_spec else ""
    return f"{name} ({each.product})" if each.product else name
