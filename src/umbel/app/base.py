# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every part of a workspace stands on: its folder, settings, lake and names."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.app.names import matcher, members, one_of
from umbel.model import settings as settings_module
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from typing import Self

    from umbel.app.indicators import Known
    from umbel.collect.remotes import Options
    from umbel.evidence.lake import Lake
    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.metrics.definition import Catalog, Definition
    from umbel.metrics.engine import First
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.model.measurement import Measurement
    from umbel.model.settings import Product, Settings
    from umbel.policy.lookup import Belonging

HOT = ("usage",)
Claims = list[tuple["Product", "Callable[[str], bool]"]]


def claims(products: Iterable[Product]) -> Claims:
    """Each product with what tells whether a project is its own."""
    return [(product, matcher(product.projects)) for product in products]


def belonging_of(claimed: Claims) -> Callable[[str], Belonging]:
    """What tells the products that a project belongs to, and how these reach their users."""

    def of(project: str) -> Belonging:
        from umbel.policy.lookup import Belonging

        mine = [product for product, named in claimed if named(project)]
        ways = sorted({way for product in mine for way in product.distribution})
        return Belonging(tuple(product.name for product in mine), tuple(ways))

    return of


class Base:
    """A folder with (or without) an `umbel.toml`, from which questions are asked."""

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        """Open a folder, or an `umbel.toml` in one. Nothing is read before it is needed."""
        place = Path(path).absolute()
        self.folder = place.parent if place.is_file() else place
        self.settings_file = place if place.is_file() else place / settings_module.FILE
        if not self.folder.is_dir():
            raise UsageError(f"There is no folder {self.folder}.")

    def over(self, known: Callable[[], Known], as_of: datetime | None) -> Self:
        """The same workspace, whose verdict, ranking and mapping as of a moment are those that `known` holds.

        For many questions about one state: what is dear is computed once. `known` is of the workspace as it was.
        """
        other = copy(self)
        other._kept_answers = (known, as_of)  # noqa: SLF001 - its own
        return other

    _kept_answers: tuple[Callable[[], Known], datetime | None] | None = None

    def _answers_of(self, as_of: datetime | None) -> Known | None:
        """What is held as of a moment, if this workspace was told of it."""
        return (
            self._kept_answers[0]()
            if self._kept_answers is not None and self._kept_answers[1] == as_of
            else None
        )

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

    def upstream_lake(self, *, create: bool = False) -> Lake:
        """The lake beside it that holds what is known of upstream projects, which nobody here uses as such.

        What is counted of the portfolio never meets it; people have the same keys in both.
        """
        from umbel.evidence.lake import Lake
        from umbel.model.errors import EvidenceError, NoEvidenceError

        own = self.lake(create=create)
        url = f"{own.url}-upstream"
        try:
            return Lake(url, self.settings.lake.options, create=create, salt=own.salt() if create else None)
        except NoEvidenceError as error:
            if not own.remote and Path(url).exists():  # what lies there is no lake, or one that was damaged
                raise EvidenceError(
                    f"The evidence in {url} can't be read.", "Was it made by Umbel?"
                ) from error
            raise NoEvidenceError(
                "No upstream project was examined yet.", "Examine those that matter: umbel collect upstream"
            ) from error

    def upstream_session(
        self, as_of: datetime | None = None, tables: Iterable[str] = ("histories", "commits")
    ) -> Session:
        """A session over what is known of upstream projects, as of a moment; close it after use."""
        from umbel.evidence.session import Session

        return Session(self.upstream_lake(), as_of, tables)

    def remote_options(self) -> Options:
        """The bounds of clones, as umbel.toml has them."""
        from umbel.collect.remotes import Options

        asked, cache = self.settings.remotes, self.settings.cache
        return Options(
            folder=None if cache.folder is None else self.folder / Path(cache.folder).expanduser(),
            cache_bytes=settings_module.bytes_of(cache.max_size),
            clone_bytes=settings_module.bytes_of(asked.max_size),
            timeout=asked.timeout,
            stall=asked.stall,
            parallel=asked.parallel,
        )

    def session(self, as_of: datetime | None = None, tables: Iterable[str] | None = None) -> Session:
        """A DuckDB session over the lake as of a moment; close it after use.

        On an earlier day histories tell of projects, too: which of them were there.
        """
        from umbel.evidence.session import Session

        chosen = tables or (HOT if as_of is None else (*HOT, "histories", "commits"))
        return Session(self.lake(), as_of, chosen)

    def who(self) -> Rules:
        """By what people are told apart here: settings, decisions, imported affiliations."""
        from umbel.evidence.people import rules

        return rules.load(self.lake(), self.settings, self.folder)

    def metrics(self) -> Catalog:
        """Every metric there is: the built-in ones, and those of the workspace's `metrics/` folder."""
        from umbel.metrics.definition import catalog

        return catalog(self.folder, self.settings.metrics.seconds)

    def belonging(self, project: str) -> Belonging:
        """The products that a project belongs to, and how these reach their users."""
        return belonging_of(self._claims)(project)

    @cached_property
    def _claims(self) -> list[tuple[Product, Callable[[str], bool]]]:
        """Each product with what tells whether a project is its own."""
        return claims(self.settings.products)

    def _lake_if_any(self) -> Lake | None:
        """The lake, where something was ever collected."""
        from umbel.model.errors import EvidenceError

        if "://" not in self.settings.lake.url and not (self.folder / self.settings.lake.url).is_dir():
            return None
        try:
            return self.lake()
        except EvidenceError:
            return None

    def product(self, name: str) -> Product:
        """A product by its name, any case. Raises `UsageError` with the names there are."""
        for product in self.settings.products:
            if product.name.casefold() == name.casefold():
                return product
        known = ", ".join(product.name for product in self.settings.products)
        hint = f"There are: {known}." if known else "Name products in umbel.toml (umbel init writes one)."
        raise UsageError(f"There is no product {name!r}.", hint)

    def advisories(self, path: Path | None = None, as_of: datetime | None = None) -> Index | None:
        """An index of advisories: of a file or folder, else of what the lake knows; None if that is nothing."""
        from umbel.metrics.vulnerabilities.index import Index

        cache = self.folder / settings_module.FOLDER / "cache"
        if path is not None:
            return Index.of_file(path, cache)
        lake = self._lake_if_any()
        return None if lake is None or not lake.has("advisories") else Index.of_lake(cache, lake, as_of)

    def _of_use(
        self,
        chosen: Definition,
        projects: Sequence[str] | None,
        product: str | None,
        day: datetime | None,
        window: int | First | None,
    ) -> list[Measurement]:
        """A figure of what projects use: of each day by what was in use that day."""
        from umbel.metrics import engine

        with self.session(day, engine.tables_for([chosen])) as session:
            scope = self.scope(session, product)
            if projects is not None:
                named = {self.project(session, name) for name in projects}
                scope = sorted(named if scope is None else named & set(scope))
            if chosen.header.reads == "remediations" and (index := self.advisories(None, day)):
                from umbel.metrics import remediation

                remediation.attach(session, index)
            asked = engine.Engine(session, self.who(), scope, wide=False)
            return asked.measure(chosen, window=window)

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

    def _meant(self, session: Session, name: str, *, product: bool) -> tuple[str, list[str], list[Product]]:
        """The projects that a name means: its title, they, and the product, or those that hold the project."""
        chosen = self._product_named(session, name, product=product)
        if chosen is not None:
            return chosen.name, self.scope(session, chosen.name) or [], [chosen]
        project = self.project(session, name)
        return project, [project], [p for p in self.settings.products if members(p, [project])]
