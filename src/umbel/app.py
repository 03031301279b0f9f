# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One function a use case: what every surface calls.

A `Workspace` is a folder with (or without) an `umbel.toml`; its methods are the use cases. Each
answer can be had as of a day: an `as_of` is a moment in UTC, None is now.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import settings as settings_module
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from umbel.collect.remotes import Remote
    from umbel.evidence.answer import Answer
    from umbel.evidence.ingest import Progress, Summary
    from umbel.evidence.lake import Lake
    from umbel.evidence.people.attach import Attached
    from umbel.evidence.people.deciding import Office
    from umbel.evidence.people.forget import Forgotten
    from umbel.evidence.people.rules import Rules
    from umbel.evidence.people.why import Alias, Proposal
    from umbel.evidence.questions.contradictions import Contradiction
    from umbel.evidence.questions.diff import Change
    from umbel.evidence.questions.inventory import By, Filter
    from umbel.evidence.questions.where import Hit
    from umbel.evidence.questions.why import Reason
    from umbel.evidence.session import Session
    from umbel.evidence.upkeep import Problem, TableState
    from umbel.metrics.definition import Catalog
    from umbel.metrics.engine import Every
    from umbel.metrics.health import Answer as HealthAnswer
    from umbel.metrics.sbom_quality.answers import By as RatedBy
    from umbel.model.errors import Fault
    from umbel.model.measurement import Measurement
    from umbel.model.settings import Product, Settings
    from umbel.reports.sbom import Form, Sbom

_HOT = ("usage",)
_GRAPH = ("usage", "dependencies")


def moment(text: str) -> datetime:
    """The end of a day (`2024-03-01`), or a time (`2024-03-01T12:00:00+01:00`; UTC if not said).

    Raises `UsageError` for anything else.
    """
    try:
        if len(text) == len("2024-03-01"):
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return day + timedelta(days=1) - timedelta(microseconds=1)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2024-03-01 or 2024-03-01T12:00.") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Workspace:
    """A folder from which questions are asked: its settings, its lake, its products."""

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        """Open a folder, or an `umbel.toml` in one. Nothing is read before it is needed."""
        place = Path(path).absolute()
        self.folder = place.parent if place.is_file() else place
        self.settings_file = place if place.is_file() else place / settings_module.FILE
        if not self.folder.is_dir():
            raise UsageError(f"There is no folder {self.folder}.")

    @cached_property
    def settings(self) -> Settings:
        """What `umbel.toml` says, or the defaults where there is none."""
        if not self.settings_file.exists():
            return settings_module.Settings()
        return settings_module.load(self.settings_file)

    def lake(self, *, create: bool = False) -> Lake:
        """The evidence lake of this workspace."""
        from umbel.evidence.lake import Lake

        where = self.settings.lake
        url = where.url if "://" in where.url else str(self.folder / where.url)
        return Lake(url, where.options, create=create)

    def session(self, as_of: datetime | None = None, tables: Iterable[str] = _HOT) -> Session:
        """A DuckDB session over the lake as of a moment; close it after use."""
        from umbel.evidence.session import Session

        return Session(self.lake(), as_of, tables)

    # ---- evidence in

    def init(self, paths: Sequence[str | os.PathLike[str]] = ()) -> tuple[Path, list[str]]:
        """Write a commented `umbel.toml` from what is found; gives it and the projects' names.

        Raises `UsageError` if there is one already.
        """
        from umbel.collect.walk import Found, Walk
        from umbel.reports.settings_file import draft

        chosen = [Path(path) for path in paths] or [self.folder]
        _must_exist(chosen)
        projects: set[str] = set()
        for path in chosen:
            walk = Walk(path)
            projects |= {item.project.name for item in walk if isinstance(item, Found)}
            projects |= {project.name for project in walk.projects.values()}
        try:
            with self.settings_file.open("x", encoding="utf-8") as file:
                file.write(draft(sorted(projects)))
        except FileExistsError as error:
            raise UsageError(f"{self.settings_file} is there already.", "It was left as it is.") from error
        except OSError as error:
            raise UsageError(f"{self.settings_file} can't be written: {error.strerror}.") from error
        return self.settings_file, sorted(projects)

    def collect(
        self,
        paths: Sequence[str | os.PathLike[str]] = (),
        *,
        origin: str | None = None,
        again: bool = False,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Summary:
        """Read files and folders into the lake, and the histories of repositories elsewhere (addresses).

        Without any, what `[sources]` names, or the folder. `origin` is a lasting name for a folder whose path
        changes; `again` also reads what is known. Raises `UsageError` for an address that may not be used.
        """
        from umbel.collect import remotes
        from umbel.evidence.ingest import Summary, collect, together

        sources = self.settings.sources
        asked = [str(path) for path in paths]
        asked = asked or [*(_beside(self.folder, path) for path in sources.paths), *sources.urls]
        asked = asked or [str(self.folder)]
        urls = {text for text in asked if remotes.is_url(text) and not Path(text).exists()}
        addresses = [remotes.parse(text, self.settings.mirrors) for text in asked if text in urls]
        chosen = [Path(text) for text in asked if text not in urls]
        _must_exist(chosen)
        lake, naming = self.lake(create=True), self.settings.naming()
        summary = (
            Summary()
            if not chosen
            else collect(
                lake,
                chosen,
                naming=naming,
                origin=origin,
                again=again,
                workers=workers,
                progress=progress,
                history=self.settings.history,
            )
        )
        if addresses:
            elsewhere = self._collect_elsewhere(lake, addresses, again=again, progress=progress)
            summary = together(summary, elsewhere)
        return summary

    def _collect_elsewhere(
        self, lake: Lake, addresses: Sequence[Remote], *, again: bool, progress: Progress | None
    ) -> Summary:
        from umbel.collect.remotes import Options
        from umbel.evidence import ingest_remotes

        asked, cache = self.settings.remotes, self.settings.cache
        naming = self.settings.naming()
        names = {remote.origin: naming.project(remote.name, remote.origin) for remote in addresses}
        wanted = ingest_remotes.Wanted(
            remotes=tuple(addresses),
            blobless=frozenset(
                origin for origin, name in names.items() if any(matches(p, name) for p in asked.blobless)
            ),
            naming=naming,
            history=self.settings.history,
            again=again,
        )
        options = Options(
            folder=None if cache.folder is None else self.folder / Path(cache.folder).expanduser(),
            cache_bytes=settings_module.bytes_of(cache.max_size),
            clone_bytes=settings_module.bytes_of(asked.max_size),
            timeout=asked.timeout,
            stall=asked.stall,
            parallel=asked.parallel,
        )
        return ingest_remotes.collect(lake, wanted, options, progress=progress)

    # ---- questions

    def inventory(
        self,
        by: By = "component",
        filter: Filter | None = None,  # noqa: A002 - the word people use
        *,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> pa.Table:
        """The open source in use, as an Arrow table: one row per component, or as `by` says."""
        with self.session(as_of) as session:
            return ask_inventory(self, session, by, filter, product).arrow()

    def where(
        self,
        query: str,
        *,
        product: str | None = None,
        as_of: datetime | None = None,
        paths: int | None = None,
    ) -> list[Hit]:
        """Every project that has a package (`lodash`, `pkg:npm/lodash@<4.17.21`).

        The shortest path is looked for in the first `paths` of them; None is all.
        """
        from umbel.evidence.questions.where import where

        parsed = _query(query)
        with self.session(as_of, _HOT if paths == 0 else _GRAPH) as session:
            return where(session, parsed, self.scope(session, product), paths=paths)

    def why(self, component: str, project: str, *, as_of: datetime | None = None) -> list[Reason]:
        """Every shortest path by which a component came into a project."""
        from umbel.evidence.questions.why import why

        parsed = _query(component)
        with self.session(as_of, _GRAPH) as session:
            return why(session, parsed, self.project(session, project))

    def diff(self, old: str, new: str, *, product: str | None = None) -> list[Change]:
        """What changed between two states.

        Each is a day (of the whole portfolio, or of the product), a project, a project as of a day
        (`shop@2024-03-01`) or in a version (`shop@2.1`).
        """
        from umbel.evidence.questions.diff import diff

        return diff(self._state(old, product), self._state(new, product))

    def coverage(self, *, product: str | None = None, as_of: datetime | None = None) -> pa.Table:
        """Projects with and without evidence, and how old it is, as an Arrow table."""
        with self.session(as_of) as session:
            return ask_coverage(self, session, product).arrow()

    def sbom_quality(
        self,
        project: str | None = None,
        *,
        by: RatedBy = "document",
        standard: str | None = None,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """How well SBOMs say what standards ask: a record per document, producer, product or element.

        `standard` is ntia, cisa or bsi; None is all. A document's record holds each of its elements.
        """
        from umbel.metrics.sbom_quality import answers, rating, standards

        chosen = standards.chosen(standard)
        with self.session(as_of, rating.TABLES) as session:
            scope = self.scope(session, product) if project is None else [self.project(session, project)]
            members: list[tuple[str | None, str]] = []
            if by == "product":
                states = _product_states(self, session)
                members = [(state.name, member) for state in states for member in state.members]
            return answers.ask(session, by, chosen, scope, members)

    def status(self, *, product: str | None = None, as_of: datetime | None = None) -> dict[str, Any]:
        """The portfolio in one record."""
        from umbel.evidence.questions.coverage import totals

        with self.session(as_of) as session:
            return totals(session, self.scope(session, product)).records()[0]

    def products(self, *, as_of: datetime | None = None) -> list[ProductState]:
        """Each product with the projects that make it up, and the projects of no product last."""
        with self.session(as_of) as session:
            return _product_states(self, session)

    def report(
        self, path: str | os.PathLike[str], *, product: str | None = None, as_of: datetime | None = None
    ) -> Path:
        """Write the portfolio as one self-contained HTML page; gives the file's full path."""
        from umbel.metrics.engine import TABLES_READ, projects_of
        from umbel.metrics.health import health
        from umbel.metrics.sbom_quality.rating import TABLES
        from umbel.reports.facts import gather
        from umbel.reports.files import checked
        from umbel.reports.portfolio import write

        checked(path)
        with self.session(as_of, (*TABLES, *TABLES_READ)) as session:
            scope = self.scope(session, product)
            facts = gather(
                session,
                organisation=self.settings.organisation.name,
                product=None if product is None else self.product(product).name,
                projects=scope,
                products=_product_states(self, session),
                declared=_declared(self, session, product),
                health=health(session, scope, rules=self.who(), before=False).projects
                if projects_of(session)
                else (),
            )
        return write(facts, path)

    def sbom(
        self,
        name: str,
        form: Form | None = None,
        *,
        product: bool = False,
        source: str | None = None,
        created: datetime | None = None,
        as_of: datetime | None = None,
    ) -> Sbom:
        """An SBOM of a project or product from the evidence, ready to be written.

        `product` says that the name is a product's, where a project is called the same. `source` is part of
        the lineage of the one document that is wanted; else all present ones are merged. `created` is the
        time to write in it; else that of the newest evidence. Raises `UsageError` if nothing is known.
        """
        from umbel.reports.sbom import Form, Sbom
        from umbel.reports.sbom_evidence import TABLES, whole

        with self.session(as_of, TABLES) as session:
            chosen = self._product_named(session, name, product=product)
            if chosen is not None:
                made = whole(
                    session, chosen.name, self.scope(session, chosen.name) or [], source, product=True
                )
            else:
                project = self.project(session, name)
                made = whole(session, project, [project], source)
        if created is not None:
            made = msgspec.structs.replace(made, created=created)
        return Sbom(made, form or Form("cyclonedx", "1.6"))

    def contradictions(
        self,
        projects: Sequence[str] | None = None,
        *,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> list[Contradiction]:
        """Where present documents of one project contradict each other: a record for each point."""
        from umbel.evidence.questions.contradictions import TABLES, contradictions

        with self.session(as_of, TABLES) as session:
            scope = self.scope(session, product)
            if projects is not None:
                named = [self.project(session, name) for name in projects]
                scope = named if scope is None else [name for name in named if name in scope]
            return contradictions(session, scope)

    # ---- metrics and health

    def who(self) -> Rules:
        """By what people are told apart here: settings, decisions, imported affiliations."""
        from umbel.evidence.people import rules

        return rules.load(self.lake(), self.settings, self.folder)

    def metrics(self) -> Catalog:
        """Every metric there is: the built-in ones, and those of the workspace's `metrics/` folder."""
        from umbel.metrics.definition import catalog

        return catalog(self.folder)

    def metric(
        self,
        name: str,
        projects: Sequence[str] | None = None,
        *,
        window: str | None = None,
        over: Every | None = None,
        periods: int = 8,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> list[Measurement]:
        """One metric for every project with a history, or for some; a value, or why it is unknown.

        `window` is a number of days or "all" (None: the metric's first); `over` asks for a series of so many
        `periods`, oldest first. Raises `UsageError` for a name or a window that is none.
        """
        from umbel.metrics import engine

        chosen = self.metrics().get(name)
        days = engine.window_of(window)
        with self.session(as_of, engine.tables_for([chosen])) as session:
            scope = _with_history(self, session, projects, product)
            asked = engine.Engine(session, self.who(), scope, wide=over is not None)
            points = engine.periods(over, periods, session.as_of) if over else [session.as_of]
            return asked.series(chosen, points, window=days)

    def health(
        self,
        projects: Sequence[str] | None = None,
        *,
        match: str | None = None,
        product: str | None = None,
        periods: int = 12,
        before: bool = True,
        as_of: datetime | None = None,
    ) -> HealthAnswer:
        """Who keeps projects alive: sentences, figures with what they were before, series by quarter.

        Of every project with a history, of those whose name matches a pattern, or of those named.
        """
        from umbel.metrics import engine
        from umbel.metrics.health import health

        known = self.metrics()
        with self.session(as_of, engine.tables_for(known.metrics.values())) as session:
            scope = _with_history(self, session, projects, product)
            if match is not None:
                names = engine.projects_of(session) if scope is None else scope
                scope = [name for name in names if matches(match, name)]
            return health(session, scope, rules=self.who(), metrics=known, before=before, number=periods)

    def health_page(
        self, project: str, path: str | os.PathLike[str], *, as_of: datetime | None = None
    ) -> Path:
        """Write one project's health as a self-contained HTML page; gives the file's full path."""
        from umbel._version import __version__
        from umbel.metrics import engine
        from umbel.metrics.health import health
        from umbel.reports.facts import Facts
        from umbel.reports.files import checked
        from umbel.reports.health import write

        checked(path)
        known = self.metrics()
        with self.session(as_of, engine.tables_for(known.metrics.values())) as session:
            scope = _with_history(self, session, [project], None)
            (found,) = health(session, scope, rules=self.who(), metrics=known).projects
            facts = Facts(
                organisation=self.settings.organisation.name,
                product=None,
                as_of=session.as_of,
                generated_at=datetime.now(UTC),
                tool_version=__version__,
                lake=dict(sorted(session.pin.versions.items())),
                collected_at=session.ask("SELECT max(collected_at) FROM histories").one()[0],
            )
        return write(facts, found, path)

    def query(
        self, sql: str, *, as_of: datetime | None = None, limit: int | None = None, seconds: float = 30.0
    ) -> pa.Table:
        """Run a user's own SELECT, read-only, in a process of its own that can reach nothing else."""
        from umbel.evidence.ask import ask

        return ask(self.lake(), sql, as_of=as_of, limit=limit, seconds=seconds)

    # ---- people

    @contextmanager
    def attached(
        self, as_of: datetime | None = None, tables: Iterable[str] | None = None
    ) -> Iterator[tuple[Session, Attached]]:
        """A session in which it is told who is who (`umbel.evidence.people.attach`)."""
        from umbel.evidence.people import attach

        with self.session(as_of, tables or attach.TABLES) as session:
            yield session, attach.attach(session, self.who())

    def people(
        self, project: str | None = None, *, bots: bool = False, as_of: datetime | None = None
    ) -> list[dict[str, Any]]:
        """Who keeps a project (or all of them) alive: a record per person, or per program, most commits first."""
        from umbel.evidence.people.listing import TABLES, listing

        with self.attached(as_of, TABLES) as (session, attached):
            projects = None if project is None else _with_history(self, session, [project], None)
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

    def people_import(self, file: Path, name: str | None = None) -> tuple[int, list[Fault]]:
        """Import affiliations in the format of gitdm or Stackalytics: rows kept, and the file's faults."""
        from umbel.evidence.people.deciding import read_affiliations

        return read_affiliations(file, self.folder, self.lake(create=True).salt(), name)

    def people_forget(self, person: str) -> Forgotten:
        """Delete what names a person, for good: from the lake, its old files, and the decisions."""
        from umbel.evidence.people.forget import forget
        from umbel.evidence.people.why import find

        with self.attached() as (_, attached):
            people = attached.people
        return forget(self.lake(), people, people.members[find(people, person)], self.folder)

    # ---- upkeep of the evidence

    def evidence_status(self) -> list[TableState]:
        """Each table as it is stored."""
        from umbel.evidence.upkeep import status

        return status(self.lake())

    def compact(self) -> dict[str, tuple[int, int]]:
        """Rewrite small files into large sorted ones: files before and after, by table."""
        from umbel.evidence.upkeep import compact

        return compact(self.lake())

    def vacuum(self, hours: int, *, dry_run: bool = False) -> dict[str, int]:
        """Delete files that nothing younger than so many hours refers to: their number by table."""
        from umbel.evidence.upkeep import vacuum

        return vacuum(self.lake(), hours, dry_run=dry_run)

    def verify(self) -> list[Problem]:
        """Everything in the lake that isn't as its snapshots promise."""
        from umbel.evidence.upkeep import verify

        return verify(self.lake())

    # ---- names

    def product(self, name: str) -> Product:
        """A product by its name, any case. Raises `UsageError` with the names there are."""
        for product in self.settings.products:
            if product.name.casefold() == name.casefold():
                return product
        known = ", ".join(product.name for product in self.settings.products)
        hint = f"There are: {known}." if known else "Name products in umbel.toml (umbel init writes one)."
        raise UsageError(f"There is no product {name!r}.", hint)

    def scope(self, session: Session, product: str | None) -> list[str] | None:
        """The projects of a product; None (no restriction) without one."""
        if product is None:
            return None
        from umbel.evidence.questions.coverage import known_projects

        return members(self.product(product), known_projects(session))

    def project(self, session: Session, name: str) -> str:
        """A project's full name by its name or the end of it. Raises `UsageError`."""
        from umbel.evidence.questions.coverage import known_projects

        return one_of(name, known_projects(session))

    def _product_named(self, session: Session, name: str, *, product: bool) -> Product | None:
        """The product that a name means: a project of exactly that name comes first, unless told."""
        from umbel.evidence.questions.coverage import known_projects

        if product:
            return self.product(name)
        exact = [p for p in self.settings.products if p.name == name]
        if name in known_projects(session):
            return None
        near = [p for p in self.settings.products if p.name.casefold() == name.casefold()]
        return next(iter(exact or near), None)

    def _state(self, text: str, product: str | None) -> dict[tuple[str, str | None], str | None]:
        from umbel.evidence.questions.diff import state, state_of_version

        name, at, rest = text.rpartition("@")
        if _is_day(text):
            with self.session(moment(text)) as session:
                return state(session, self.scope(session, product))
        if at and _is_day(rest):
            with self.session(moment(rest)) as session:
                return state(session, [self.project(session, name)])
        with self.session() as session:
            if not at or not name:
                return state(session, [self.project(session, text)])
            found = state_of_version(session, [self.project(session, name)], rest)
            if found is None:
                raise UsageError(f"There is no evidence of version {rest!r} of {name}.")
            return found


class ProductState(msgspec.Struct, frozen=True, kw_only=True):
    """A product and what is known of it; `name` is None for the projects that belong to none.

    `projects` counts those with evidence or a checkout; `unmatched` are patterns that match none.
    """

    name: str | None
    owner: str | None
    department: str | None
    criticality: str | None
    distribution: str
    projects: int
    components: int
    license_unknown: int
    members: list[str]
    unmatched: list[str]
    end_of_support: date | None


def members(product: Product, known: Iterable[str]) -> list[str]:
    """The known projects that a product's patterns name (whole name, or its end after a slash)."""
    return [name for name in known if any(matches(pattern, name) for pattern in product.projects)]


def matches(pattern: str, project: str) -> bool:
    """Whether a pattern of a product names a project."""
    return fnmatchcase(project, pattern) or fnmatchcase(project, f"*/{pattern}")


def one_of(name: str, known: Sequence[str]) -> str:
    """The known project that a name, or the end of one, means. Raises `UsageError`."""
    if name in known:
        return name
    close = [
        p for p in known if p.casefold().endswith("/" + name.casefold()) or p.casefold() == name.casefold()
    ]
    if len(close) == 1:
        return close[0]
    if close:
        raise UsageError(f"{name!r} names {len(close)} projects: {', '.join(close[:5])}.", "Give more of it.")
    raise UsageError(f"There is no project {name!r}.", _did_you_mean(name, known))


def _with_history(
    workspace: Workspace, session: Session, projects: Sequence[str] | None, product: str | None
) -> list[str] | None:
    """The projects with a history that are named, of a product, or both; None is all.

    A history tells of days before it was collected, so the projects are those known by now.
    """
    from umbel.metrics.engine import projects_of

    if projects is None and product is None:
        return None
    known = projects_of(session)
    scope = known if product is None else members(workspace.product(product), known)
    if projects is None:
        return scope
    named = {one_of(name, known) for name in projects}
    return [name for name in scope if name in named]


def ask_inventory(
    workspace: Workspace, session: Session, by: By, chosen: Filter | None, product: str | None
) -> Answer:
    """`Workspace.inventory` in a session that is open already."""
    from umbel.evidence.questions.inventory import Filter, inventory

    filter_ = chosen or Filter()
    if product is not None:
        filter_ = msgspec.structs.replace(filter_, projects=workspace.scope(session, product))
    elif filter_.projects is not None:
        filter_ = msgspec.structs.replace(
            filter_, projects=[workspace.project(session, name) for name in filter_.projects]
        )
    return inventory(session, by, filter_)


def ask_coverage(workspace: Workspace, session: Session, product: str | None) -> Answer:
    """`Workspace.coverage` in a session that is open already.

    Projects that a product names without a pattern sign count as declared: they are missed.
    """
    from umbel.evidence.questions.coverage import coverage

    declared = _declared(workspace, session, product)
    scope = workspace.scope(session, product)
    return coverage(session, declared, None if scope is None else [*scope, *declared])


def _declared(workspace: Workspace, session: Session, product: str | None) -> list[str]:
    """Projects that someone named, whether or not evidence speaks of them."""
    from umbel.evidence.questions.coverage import known_projects

    known = known_projects(session)
    chosen = workspace.settings.products if product is None else (workspace.product(product),)
    declared = [p for each in chosen for p in _unmatched(each, known) if not set(p) & set("*?[")]
    if product is None:
        declared += [rule.name for rule in workspace.settings.projects]
    return declared


def _unmatched(product: Product, known: Sequence[str]) -> list[str]:
    return [p for p in product.projects if not any(matches(p, name) for name in known)]


def _product_states(workspace: Workspace, session: Session) -> list[ProductState]:
    from umbel.evidence.questions.coverage import known_projects, totals

    known = known_projects(session)
    owned: Counter[str] = Counter()
    states = []
    for product in workspace.settings.products:
        mine = members(product, known)
        owned.update(mine)
        states.append(_product_state(product, mine, _unmatched(product, known), totals(session, mine)))
    rest = [name for name in known if name not in owned]
    if rest:
        states.append(_product_state(None, rest, [], totals(session, rest)))
    return states


def _product_state(
    product: Product | None, mine: list[str], unmatched: list[str], answer: Answer
) -> ProductState:
    row = answer.records()[0]
    ends = [release.end_of_support for release in product.releases] if product else []
    known_ends = [end for end in ends if end]
    return ProductState(
        name=product.name if product else None,
        owner=product.owner if product else None,
        department=product.department if product else None,
        criticality=product.criticality if product else None,
        distribution=", ".join(product.distribution) if product else "",
        projects=len(mine),
        components=row["components"],
        license_unknown=row["components"] - row["components_licensed"],
        members=mine,
        unmatched=unmatched,
        end_of_support=max(known_ends) if known_ends else None,
    )


def _beside(folder: Path, path: str) -> str:
    """A path of the settings, relative to their file; an address stays as it is."""
    return path if "://" in path else str(folder / path)


def _must_exist(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")


def _query(text: str) -> Any:
    from umbel.model import purl

    try:
        return purl.parse_query(text)
    except ValueError as error:
        raise UsageError(f"{text!r} names no package: {error}.") from error


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) == 10 or text[10:11] in {"T", " "}


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 3, 0.5)
    return f"Did you mean {' or '.join(close)}?" if close else "umbel coverage lists them."
