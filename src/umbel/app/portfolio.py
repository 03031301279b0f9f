# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio as lists: projects, packages, components, upstream projects and people, each with all its figures."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from umbel.app.base import Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from umbel.app.indicators import Known
    from umbel.evidence.session import Session
    from umbel.model.finding import Finding
    from umbel.model.vulnerability import Vulnerability
    from umbel.policy.facts import CycleFact, Facts

_HEALTH_ROWS = 64
_PEOPLE_ROWS = 4096
_GRAVEST = ("critical", "high", "medium", "low", "none")


class Portfolio(Base):
    """See `umbel.app.workspace`."""

    def portfolio(self, known: Known) -> Rows:
        """The portfolio's lists over what is known on a day; what they share is made once."""
        return Rows(self, known)


class Rows:
    """The lists of one day. Each is an Arrow table, a row a thing, sorted by what is used most or by name."""

    def __init__(self, workspace: Base, known: Known) -> None:
        """Of a workspace, over its open sessions; nothing is read before it is asked for."""
        self._workspace, self._known = workspace, known

    @cached_property
    def _session(self) -> Session:
        """The session, with the uses held in it as numbers."""
        from umbel.evidence.questions import portfolio

        portfolio.hold(self._known.session)
        return self._known.session

    def projects(self, findings: Iterable[Finding] | None = None) -> pa.Table:
        """Projects: evidence, components, direct ones, licences unknown, and findings where a verdict is given."""
        import pyarrow as pa

        from umbel.app.asking import ask_coverage
        from umbel.evidence.questions import portfolio

        figures = {row["project"]: row for row in portfolio.project_figures(self._session).records()}
        covered = ask_coverage(self._workspace, self._known.session, None).arrow()
        names: list[str] = covered.column("project").to_pylist()
        mine = [self._workspace.belonging(name) for name in names]
        grave = self._criticalities
        counted = _findings(findings)
        nothing: Mapping[str, Any] = {}
        parts = [figures.get(name, nothing) for name in names]
        judged = findings is not None
        evidence = covered.column("evidence").to_pylist()
        told_of = [judged and each != "none" for each in evidence]
        table = covered.select(
            ["project", "evidence", "documents", "failed", "components", "license_unknown", "producers"]
        )
        more: dict[str, pa.Array] = {
            "products": pa.array([list(each.products) for each in mine], pa.list_(pa.string())),
            "distribution": pa.array([list(each.distribution) for each in mine], pa.list_(pa.string())),
            "criticality": pa.array(
                [_gravest(grave[p] for p in each.products) for each in mine], pa.string()
            ),
            "packages": pa.array([part.get("packages") for part in parts], pa.int64()),
            "direct": pa.array([part.get("direct") for part in parts], pa.int64()),
            "newest": covered.column("newest_evidence"),
            "age": covered.column("age_days"),
        }
        for level in ("fail", "warn", "note"):
            told = [
                counted[name, level] if there else None for name, there in zip(names, told_of, strict=True)
            ]
            more[level] = pa.array(told, pa.int64())
        for name, column in more.items():
            table = table.append_column(name, column)
        return table.append_column("key", covered.column("project")).sort_by("project")

    @cached_property
    def _criticalities(self) -> dict[str, str | None]:
        return {each.name: each.criticality for each in self._workspace.settings.products}

    def packages(self) -> pa.Table:
        """Packages: versions, projects, direct share, licences, advisories, lifecycle, upstream project, latest."""
        import pyarrow as pa

        from umbel.evidence.questions import portfolio
        from umbel.model import purl

        table = portfolio.packages(self._session).arrow()
        names: list[str] = table.column("package").to_pylist()
        by_package: dict[str, list[Vulnerability]] = {}
        for (package, _), told in self._facts.vulnerabilities_of.items():
            by_package.setdefault(package, []).extend(told)
        ended: dict[str, list[CycleFact]] = {}
        for (package, _), cycle in self._facts.lifecycles.items():
            ended.setdefault(package, []).append(cycle)
        origin = {each.package: each.project for each in self._known.mapped}
        table = _with_advisories(table, [(name, by_package.get(name, [])) for name in names], self._facts)
        more = {
            "key": table.column("package"),
            "name": pa.array([purl.display(name) for name in names], pa.string()),
            "ecosystem": pa.array([purl.ecosystem(name) or "unidentified" for name in names], pa.string()),
            "ended": pa.array([_ended(ended.get(name, ()), self._facts.today) for name in names], pa.bool_()),
            "upstream": pa.array([origin.get(name) for name in names], pa.string()),
        }
        return _with(table, more)

    def components(self) -> pa.Table:
        """Package versions: projects, scope, licences, advisories, whether deprecated or at the end of their life."""
        import pyarrow as pa

        from umbel.evidence.questions import portfolio
        from umbel.model import purl

        table = portfolio.components(self._session).arrow()
        names: list[str] = table.column("package").to_pylist()
        versions: list[str | None] = table.column("version").to_pylist()
        both = list(zip(names, versions, strict=True))
        told = self._facts.vulnerabilities_of
        cycles = self._facts.lifecycles
        table = _with_advisories(table, [(p, told.get((p, v or ""), [])) for p, v in both], self._facts)
        ends = (cycles.get((p, v or "")) for p, v in both)
        more = {
            "key": pa.array([f"{p}@{v}" if v is not None else f"{p}@" for p, v in both], pa.string()),
            "name": pa.array([purl.display(name) for name in names], pa.string()),
            "ecosystem": pa.array([purl.ecosystem(name) or "unidentified" for name in names], pa.string()),
            "ended": pa.array([_ended([end] if end else (), self._facts.today) for end in ends], pa.bool_()),
        }
        return _with(table, more)

    def upstreams(self) -> pa.Table:
        """Upstream projects: packages, our projects, place in the strategic list, fragility, who controls them."""
        import pyarrow as pa

        from umbel.evidence.questions import portfolio

        mapped = [each for each in self._known.mapped if each.project]
        pairs = pa.table(
            {
                "package": pa.array([each.package for each in mapped], pa.string()),
                "upstream": pa.array([each.project for each in mapped], pa.string()),
            }
        )
        self._session.register("portfolio_upstreams", pairs)
        used = {row["upstream"]: row for row in portfolio.upstreams(self._session).records()}
        packages: dict[str, list[str]] = {}
        for each in mapped:
            packages.setdefault(str(each.project), []).append(each.package)
        ranked = {each.project: each for each in self._known.ranked}
        controls = self._known.controls
        rows = [
            _upstream(name, packages[name], used[name], ranked.get(name), controls.get(name))
            for name in sorted(packages)
            if name in used
        ]
        return pa.Table.from_pylist(rows, schema=_upstream_schema())

    def people(self) -> pa.Table:
        """Who writes our projects and upstream ones, under pseudonyms; with the names of those who wished so."""
        from umbel.app import portfolio_people
        from umbel.evidence.people import listing

        with (
            self._apart("ours", listing.TABLES) as ours,
            self._apart("upstream", listing.TABLES) as upstream,
        ):
            return portfolio_people.people({"ours": ours, "upstream": upstream}, self._known.who)

    @contextmanager
    def _apart(self, where: str, tables: Iterable[str]) -> Iterator[Session | None]:
        """A session of one question's own: what tells people apart and what metrics hold stand in each other's way."""
        from umbel.evidence.session import Session

        known = self._known
        opened: Session | None = None
        if where == "upstream" and known.upstream is not None:
            opened = self._workspace.upstream_session(known.upstream.as_of, tables)
        elif where == "ours" and known.lake is not None:
            opened = Session(known.lake, known.session.as_of, tables)
        if opened is None:
            yield None
            return
        with opened:
            yield opened

    def snapshots(self) -> pa.Table:
        """Every document, checkout and history that was read by the day, newest first within each project."""
        import pyarrow as pa

        from umbel.evidence.questions import portfolio

        table = portfolio.snapshots(self._known.session).arrow()
        keys = [str(each) for each in table.column("snapshot").to_pylist()]
        return table.append_column("key", pa.array(keys, pa.string()))

    def write_package_rows(self, path: Path) -> None:
        """A Parquet file of every use, sorted by package."""
        from umbel.evidence.questions import portfolio

        portfolio.write_package_rows(self._session, path)

    def write_project_rows(self, path: Path) -> None:
        """A Parquet file of every use in every document, sorted by project."""
        from umbel.evidence.questions import portfolio

        portfolio.write_project_rows(self._session, path)

    def write_project_edges(self, path: Path) -> None:
        """A Parquet file of every known edge, sorted by project."""
        from umbel.evidence.questions import portfolio

        portfolio.write_project_edges(self._session, path)

    def write_package_changes(self, path: Path) -> None:
        """A Parquet file of every change of a package's versions from one reading of a document to the next."""
        from umbel.evidence.questions import portfolio

        portfolio.write_package_changes(self._known.session, path)

    def write_leading(self, path: Path, most: int) -> None:
        """A Parquet file of those who do most of each upstream project, at most so many of each."""
        from pyarrow import parquet

        from umbel.app import portfolio_people
        from umbel.evidence.people.leading import TABLES

        with self._apart("upstream", TABLES) as session:
            table = portfolio_people.leading(session, self._known.who, most)
        parquet.write_table(table, path, row_group_size=_PEOPLE_ROWS)

    def write_health(self, path: Path, *, ours: bool) -> None:
        """A Parquet file of the health of each project with a history, ours or upstream: its name, and all as JSON."""
        import msgspec
        import pyarrow as pa
        from pyarrow import parquet

        from umbel.metrics.health import health
        from umbel.model.tables import TABLES

        with self._apart("ours" if ours else "upstream", tuple(TABLES)) as session:
            rules, metrics = self._known.who, self._known.metrics
            found = [] if session is None else health(session, rules=rules, metrics=metrics).projects
        table = pa.table(
            {
                "project": pa.array([each.project for each in found], pa.string()),
                "told": pa.array([msgspec.json.encode(each) for each in found], pa.binary()),
            }
        )
        parquet.write_table(table, path, row_group_size=_HEALTH_ROWS)

    @cached_property
    def _facts(self) -> Facts:
        """What advisories and lifecycles say of the components in use."""
        import pyarrow as pa

        from umbel.policy.lookup import facts_of

        names = [row[0] for row in self._session.ask("SELECT project FROM portfolio_projects").rows()]
        self._session.register("judged_projects", pa.table({"project": pa.array(names, pa.string())}))
        return facts_of(self._session, frozenset({"vulnerabilities", "lifecycles"}), self._known.index, {})


def _with(table: pa.Table, more: Mapping[str, Any]) -> pa.Table:
    for name, column in more.items():
        table = table.append_column(name, column)
    return table


def _findings(findings: Iterable[Finding] | None) -> Counter[tuple[str, str]]:
    """By project and level; what is excused counts no more."""
    return Counter((each.project, each.level) for each in findings or () if not each.excused)


def _gravest(said: Iterable[str | None]) -> str | None:
    there = set(said)
    return next((each for each in _GRAVEST if each in there), None)


def _with_advisories(
    table: pa.Table, told: Sequence[tuple[str, Sequence[Vulnerability]]], facts: Facts
) -> pa.Table:
    """How many vulnerabilities each has and how grave the worst is; NULL where nobody could know."""
    import pyarrow as pa

    from umbel.policy.facts import is_identified

    asked = "vulnerabilities" in facts.known
    numbers: list[int | None] = []
    worst: list[str | None] = []
    ids: list[list[str] | None] = []
    for package, found in told:
        active = {one.id: one for one in found if one.active and one.affected}
        if not active and not (asked and is_identified(package) and not facts.is_uncovered(package)):
            numbers.append(None)
            worst.append(None)
            ids.append(None)
            continue
        numbers.append(len(active))
        worst.append(_gravest(one.severity for one in active.values()) or "unknown" if active else "none")
        ids.append(sorted(active))
    return _with(
        table,
        {
            "advisories": pa.array(numbers, pa.int64()),
            "severity": pa.array(worst, pa.string()),
            "advisory_ids": pa.array(ids, pa.list_(pa.string())),
        },
    )


def _ended(cycles: Iterable[CycleFact], today: date) -> bool | None:
    """Whether the life of any has ended; None where no list of lifecycles says."""
    said = [each.eol_on <= today if each.eol_on is not None else each.eol for each in cycles]
    known = [each for each in said if each is not None]
    return any(known) if known else None


def _upstream(
    name: str, packages: list[str], used: dict[str, Any], ranked: Any, control: Any
) -> dict[str, Any]:
    from umbel.model import purl

    fragility = ranked.fragility if ranked else None
    return {
        "key": name,
        "project": name,
        "url": ranked.url if ranked else None,
        "packages": len(packages),
        "package_names": sorted({purl.display(each) for each in packages}),
        "products": len(ranked.products) if ranked else None,
        "projects": used["projects"],
        "direct_in": used["direct_in"],
        "among": used["among"],
        "place": ranked.place if ranked else None,
        "strategic": ranked.strategic if ranked else None,
        "priority": ranked.priority if ranked else None,
        "fragility": fragility.level if fragility else None,
        "risk": fragility.risk if fragility else None,
        "stance": ranked.stance.name if ranked and ranked.stance else None,
        "governed": control.governed if control else None,
        "exposure": control.exposure.level if control else None,
        "examined": fragility is not None,
    }


def _upstream_schema() -> pa.Schema:
    import pyarrow as pa

    text, whole, real, words = pa.string(), pa.int64(), pa.float64(), pa.list_(pa.string())
    return pa.schema(
        [
            ("key", text), ("project", text), ("url", text), ("packages", whole), ("package_names", words),
            ("products", whole), ("projects", whole), ("direct_in", whole), ("among", words), ("place", whole),
            ("strategic", real), ("priority", real), ("fragility", text), ("risk", real), ("stance", text),
            ("governed", text), ("exposure", text), ("examined", pa.bool_()),
        ]
    )  # fmt: skip
