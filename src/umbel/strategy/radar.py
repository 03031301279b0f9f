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
from umbel.policy.evaluations import RINGS, Evaluation, Ring
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


class Uses(msgspec.Struct, frozen=True, kw_only=True):
    """What is in use: by decision the projects (and whether directly), what nobody decided, and how many projects."""

    by_decision: dict[str, dict[str, bool]]
    undecided: list[tuple[str, list[str]]]
    projects: int


_PACKAGES = "SELECT DISTINCT package FROM usage ORDER BY package"
_MEANT = """
SELECT u.package, u.version, u.project, bool_or(coalesce(u.direct, false)) FROM usage AS u
SEMI JOIN radar_packages AS m ON m.package = u.package
WHERE $projects IS NULL OR u.project IN (SELECT unnest($projects))
GROUP BY ALL ORDER BY ALL
"""
_COUNT = """
SELECT count(DISTINCT project) FROM usage WHERE $projects IS NULL OR project IN (SELECT unnest($projects))
"""
# What nobody says to be indirect counts: many documents don't tell.
_WIDE = """
WITH chosen AS (
  SELECT package, project FROM usage
  WHERE package LIKE 'pkg:%' AND ($projects IS NULL OR project IN (SELECT unnest($projects)))
  GROUP BY package, project HAVING coalesce(bool_or(direct), true)
)
SELECT package, list(project ORDER BY project) FROM chosen
ANTI JOIN radar_packages AS m ON m.package = chosen.package
GROUP BY package HAVING count(*) >= $least ORDER BY count(*) DESC, package
"""


def uses(
    session: Session,
    standing: Sequence[Evaluation],
    projects: Sequence[str] | None = None,
    products_of: Callable[[str], Sequence[str]] = lambda _: (),
) -> Uses:
    """Where what was decided of is in use, and what is in wide use without a decision; None is all projects.

    A decision about one product speaks of that product's projects only; `products_of` names those of a project.
    """
    import pyarrow as pa

    scope = None if projects is None else list(projects)
    packages = [name for (name,) in session.ask(_PACKAGES).rows()] if standing else []
    meant = {p: mine for p in packages if (mine := [e for e in standing if e.means(p, None) is not False])}
    session.register("radar_packages", pa.table({"package": pa.array(list(meant), pa.string())}))
    found: dict[str, dict[str, bool]] = {each.name: {} for each in standing}
    for package, version, project, direct in session.ask(_MEANT, {"projects": scope}).rows():
        for each in meant[package]:
            if each.means(package, version) and (each.product is None or each.is_of(products_of(project))):
                users = found[each.name]
                users[project] = users.get(project, False) or direct
    of = int(session.ask(_COUNT, {"projects": scope}).one()[0])
    least = max(model().radar.least_projects, math.ceil(model().radar.least_share * of))
    wide = session.ask(_WIDE, {"projects": scope, "least": least}).rows()
    return Uses(by_decision=found, undecided=[(p, list(users)) for p, users in wide], projects=of)


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
    products_of: Callable[[str], Sequence[str]] = lambda _: (),
) -> Radar:
    """The radar as of a moment, with what moved after the day `since`. Pure: equal decisions give equal radars.

    `used` None: nothing was collected. `products_of` names the products of a project.
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
        _blip(each, number, areas[each.name], before.get(each.about), used, today, products_of)
        for number, each in enumerate(listed, 1)
    )
    wide = used.undecided if used else []
    most = model().radar.undecided
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
                projects=len(users),
                of=used.projects if used else 0,
                products=_all_products(users, products_of),
            )
            for package, users in wide[:most]
        ),
        more_undecided=max(0, len(wide) - most),
        of=used.projects if used else None,
    )


def _blip(
    each: Evaluation,
    number: int,
    sector: str,
    was: Ring | None,
    used: Uses | None,
    today: date,
    products_of: Callable[[str], Sequence[str]],
) -> Blip:
    users = None if used is None else used.by_decision.get(each.name, {})
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
        projects=None if users is None else len(users),
        direct=None if users is None else sum(users.values()),
        products=() if users is None else _all_products(users, products_of),
    )


def _moved(was: Ring | None, ring: Ring) -> Moved | None:
    if was is None:
        return "new"
    if was == ring:
        return None
    return "in" if RINGS.index(ring) < RINGS.index(was) else "out"


def _all_products(projects: Iterable[str], products_of: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({product for project in projects for product in products_of(project)}))


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
