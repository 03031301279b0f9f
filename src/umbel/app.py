# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One function a use case: what every surface calls.

A `Workspace` is a folder with (or without) an `umbel.toml`; its methods are the use cases. Each
answer can be had as of a day: an `as_of` is a moment in UTC, None is now.
"""

from __future__ import annotations

from collections import Counter
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
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from umbel.evidence.answer import Answer
    from umbel.evidence.ingest import Progress, Summary
    from umbel.evidence.lake import Lake
    from umbel.evidence.questions.contradictions import Contradiction
    from umbel.evidence.questions.diff import Change
    from umbel.evidence.questions.inventory import By, Filter
    from umbel.evidence.questions.where import Hit
    from umbel.evidence.questions.why import Reason
    from umbel.evidence.session import Session
    from umbel.evidence.upkeep import Problem, TableState
    from umbel.metrics.sbom_quality.answers import By as RatedBy
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
        """Read files and folders into the lake; without any, what `[sources]` names, or the folder.

        `origin` is a lasting name for a folder whose path changes; `again` also reads what is known.
        """
        from umbel.evidence.ingest import collect

        chosen = [Path(path) for path in paths]
        chosen = chosen or [self.folder / path for path in self.settings.sources.paths] or [self.folder]
        _must_exist(chosen)
        lake, naming = self.lake(create=True), self.settings.naming()
        return collect(
            lake, chosen, naming=naming, origin=origin, again=again, workers=workers, progress=progress
        )

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
        from umbel.metrics.sbom_quality.rating import TABLES
        from umbel.reports.facts import gather
        from umbel.reports.files import checked
        from umbel.reports.portfolio import write

        checked(path)
        with self.session(as_of, TABLES) as session:
            facts = gather(
                session,
                organisation=self.settings.organisation.name,
                product=None if product is None else self.product(product).name,
                projects=self.scope(session, product),
                products=_product_states(self, session),
                declared=_declared(self, session, product),
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

    def query(
        self, sql: str, *, as_of: datetime | None = None, limit: int | None = None, seconds: float = 30.0
    ) -> pa.Table:
        """Run a user's own SELECT, read-only, in a process of its own that can reach nothing else."""
        from umbel.evidence.ask import ask

        return ask(self.lake(), sql, as_of=as_of, limit=limit, seconds=seconds)

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

        known = known_projects(session)
        if name in known:
            return name
        close = [
            p
            for p in known
            if p.casefold().endswith("/" + name.casefold()) or p.casefold() == name.casefold()
        ]
        if len(close) == 1:
            return close[0]
        if close:
            raise UsageError(
                f"{name!r} names {len(close)} projects: {', '.join(close[:5])}.", "Give more of it."
            )
        raise UsageError(f"There is no project {name!r}.", _did_you_mean(name, known))

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
