# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Indicators: one figure each about the whole program, or a product, as of a day."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

from umbel.app.contributing import Contributing
from umbel.app.names import members

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from umbel.app.strategy import Ranking
    from umbel.evidence.lake import Lake
    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.frameworks.indicators.catalog import Catalog
    from umbel.frameworks.interface import Reading
    from umbel.metrics.definition import Catalog as Metrics
    from umbel.metrics.engine import Every
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.model.settings import Settings
    from umbel.policy.file import Policy
    from umbel.policy.verdict import Verdict
    from umbel.strategy.contributions import Contribution
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Mapped, Ranked

_NO_SALT = b"\0" * 16


class Known:
    """What indicators may ask of a workspace, as of one day: `umbel.frameworks.interface.Known`.

    Each thing is made when it is first asked for, and kept; use it in a `with` block, which closes its sessions.
    """

    def __init__(
        self, workspace: Contributing, as_of: datetime | None = None, product: str | None = None
    ) -> None:
        """Ask a workspace as of a moment (None: now), of one product's projects or of all."""
        self._workspace = workspace
        self._asked = as_of
        self._product = product
        self.as_of = as_of or datetime.now(UTC)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self.close()

    def close(self) -> None:
        """Close the sessions that were opened."""
        for name in ("session", "upstream"):
            session = self.__dict__.pop(name, None)
            if session is not None:
                session.close()

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self._workspace.folder

    @property
    def settings(self) -> Settings:
        """What `umbel.toml` says."""
        return self._workspace.settings

    @property
    def product(self) -> str | None:
        """The product that is asked of, by its name in `umbel.toml`; None is the whole portfolio."""
        return None if self._product is None else self._workspace.product(self._product).name

    @cached_property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._workspace.policy()

    @cached_property
    def who(self) -> Rules:
        """By what people are told apart."""
        from umbel.evidence.people.rules import Rules

        return Rules(salt=_NO_SALT) if self.lake is None else self._workspace.who()

    @cached_property
    def metrics(self) -> Metrics:
        """Every metric there is."""
        return self._workspace.metrics()

    @cached_property
    def lake(self) -> Lake | None:
        """Our own lake; None where nothing was ever collected."""
        return self._workspace._lake_if_any()  # noqa: SLF001 - a part of the workspace

    @cached_property
    def index(self) -> Index | None:
        """The advisories that are known, ready to be matched; None where none were brought in."""
        return self._workspace.advisories(None, self._asked)

    @cached_property
    def session(self) -> Session:
        """Our own portfolio; without a lake, one that holds nothing."""
        from umbel.collect.columns import Batch
        from umbel.evidence.memory import MemoryLake
        from umbel.evidence.session import Session

        return Session(self.lake or MemoryLake(Batch({})), self.as_of)

    @cached_property
    def upstream(self) -> Session | None:
        """The upstream projects; None where none was examined."""
        from umbel.model.tables import TABLES

        if not self._workspace._examined_any():  # noqa: SLF001 - a part of the workspace
            return None
        return self._workspace.upstream_session(self.as_of, tuple(TABLES))

    @cached_property
    def projects(self) -> Sequence[str] | None:
        """The projects of the product that is asked of, with those that it declares; None is all."""
        from umbel.evidence.questions.coverage import known_projects
        from umbel.frameworks.indicators.shared import unseen

        if self._product is None:
            return None
        product = self._workspace.product(self._product)
        there = known_projects(self.session)
        return sorted({*members(product, there), *unseen(self.session, there, product.projects)})

    @cached_property
    def verdict(self) -> Verdict:
        """What the policy in force finds in the projects that are asked of."""
        from umbel.policy.verdict import Verdict

        if self.lake is None:
            return Verdict(findings=[])
        return self._workspace.verdict(product=self._product, as_of=self._asked)

    @cached_property
    def ranking(self) -> Ranking:
        """The strategic list and what it stands on. Raises `EvidenceError` where nothing was ever collected."""
        return self._workspace.ranking(self._asked)

    @cached_property
    def ranked(self) -> Sequence[Ranked]:
        """The strategic list; empty where nothing maps to a project."""
        return [] if self.lake is None else self.ranking.ranked

    @cached_property
    def controls(self) -> Mapping[str, Control]:
        """Who controls the examined projects that business depends on, by project, as the list was told it."""
        return {} if self.lake is None else {each.project: each for each in self.ranking.control}

    @cached_property
    def mapped(self) -> Sequence[Mapped]:
        """Which project each package in use comes from."""
        if self.lake is None:
            return []
        there: Ranking | None = self.__dict__.get("ranking")
        return there.mapped if there else self._workspace.upstreams(self._asked)

    @cached_property
    def contributions(self) -> Sequence[Contribution]:
        """What we mean to do upstream, decided up to the day."""
        from umbel.strategy import contributions

        return [each.contribution for each in contributions.load(self.folder, self.as_of.date())]


class Indicators(Contributing):
    """See `umbel.app.workspace`."""

    def indicators(self) -> Catalog:
        """Every indicator there is, and the workspace's own files that are none."""
        from umbel.frameworks.indicators.catalog import catalog

        return catalog(self.folder)

    def known(self, as_of: datetime | None = None, product: str | None = None) -> Known:
        """What indicators stand on, as of a day; close it after use."""
        return Known(self, as_of, product)

    def readings(
        self,
        names: Iterable[str] | None = None,
        as_of: datetime | None = None,
        *,
        product: str | None = None,
        cached: bool = True,
        known: Known | None = None,
    ) -> dict[str, Reading]:
        """What indicators say as of a day, by name; all of them unless some are named.

        What was computed before is taken from the cache while nothing that it stands on has changed; `cached` False
        computes everything anew. `known` is what is open already as of that day, and stays open. Raises `UsageError`
        for a name that is none.
        """
        from umbel.frameworks.indicators import cache
        from umbel.frameworks.indicators.read import read

        every = self.indicators()
        wanted = [every.get(name).name for name in (every.names if names is None else names)]
        if product is not None:
            self.product(product)
        there: dict[str, Reading] = {}
        keys = self._keys(as_of, product) if cached else {}
        told = {name: cache.is_told(every.get(name)) for name in wanted}
        for part, key in keys.items():
            kept = cache.load(self.folder, key)
            there |= {name: kept[name] for name in wanted if told[name] is part and name in kept}
        missing = [name for name in wanted if name not in there]
        if missing:
            with ExitStack() as opened:
                found = read(known or opened.enter_context(self.known(as_of, product)), missing)
            for part, key in keys.items():
                fresh = {name: each for name, each in found.items() if told[name] is part}
                if fresh:
                    cache.store(self.folder, key, fresh)
            there |= found
        return {name: there[name] for name in wanted}

    def readings_over(
        self,
        names: Iterable[str] | None,
        every: Every,
        number: int,
        as_of: datetime | None = None,
        *,
        product: str | None = None,
        cached: bool = True,
    ) -> list[tuple[datetime, dict[str, Reading]]]:
        """The same at the ends of the latest months, quarters or years and on the day itself, oldest first."""
        from umbel.metrics.engine import periods

        wanted = None if names is None else list(names)
        days = periods(every, number, as_of or datetime.now(UTC))
        asked = [*days[:-1], as_of]  # the last is the day itself, or now
        return [
            (day, self.readings(wanted, one, product=product, cached=cached))
            for day, one in zip(days, asked, strict=True)
        ]

    def readings_key(self, as_of: datetime | None, product: str | None) -> str:
        """What readings stand on: the evidence, what people wrote, Umbel, the day."""
        return self._keys(as_of, product)[True]

    def _keys(self, as_of: datetime | None, product: str | None) -> dict[bool, str]:
        """The key of readings that stand on what people say of the program itself (True), and of all others.

        An attestation throws no reading away that doesn't count attestations.
        """
        from umbel.frameworks.indicators import cache

        day = datetime.now(UTC).date().isoformat() if as_of is None else as_of.astimezone(UTC).isoformat()
        when = "now" if as_of is None else "as of"
        shared = [*self._lakes_state(as_of), cache.program_digest(), day, when, product or ""]
        policies, series = self._more_files()
        told = cache.workspace_digest(self.folder, [*policies, *series])
        observed = cache.workspace_digest(self.folder, policies, without=cache.TOLD)
        return {True: cache.key([*shared, told, "told"]), False: cache.key([*shared, observed, "observed"])}

    def _lakes_state(self, as_of: datetime | None) -> list[str]:
        """Both lakes: which they are, and the state of each as of a moment."""
        from umbel.evidence.questions.state import state

        own = self._lake_if_any()
        if own is None:
            return ["no evidence"]
        lakes = [own, *([self.upstream_lake()] if self._examined_any() else [])]
        return [f"{lake.salt().hex()} {state(lake, as_of)}" for lake in lakes]

    def _more_files(self) -> tuple[list[Path], list[Path]]:
        """Files outside the usual folders: settings under another name, policies that ours stands on, keys; series."""
        from umbel.frameworks import imported
        from umbel.policy import file

        found = [self.settings_file]
        signers = self.settings.people.allowed_signers
        if signers is not None:
            found.append(self.folder / signers)
        return [*found, *_extended(self.folder / file.FILE)], imported.paths(self.folder)


def _extended(path: Path) -> list[Path]:
    """The policies that a policy stands on, as far as they can be found."""
    import tomllib

    found: list[Path] = []
    while len(found) < 10:
        try:
            above = tomllib.loads(path.read_text("utf-8")).get("extends")
        except (OSError, ValueError, RecursionError):
            break
        if not isinstance(above, str):
            break
        path = path.parent / above
        found.append(path)
    return found
