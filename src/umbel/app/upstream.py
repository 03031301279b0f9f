# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The projects that packages come from: which they are, and what is known of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import msgspec

from umbel.app.base import Base
from umbel.app.names import did_you_mean, members, one_of
from umbel.model import settings as settings_module
from umbel.model.errors import NoEvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.collect.remotes import Remote
    from umbel.evidence.ingest import Progress, Summary
    from umbel.evidence.lake import Lake
    from umbel.evidence.session import Session
    from umbel.evidence.upstream import Examined
    from umbel.strategy.interface import Mapped
    from umbel.strategy.mapping import Reached, Related


AnyWorkspace = TypeVar("AnyWorkspace", bound=Base)


class UpstreamState(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream project: the packages in use that come from it, whom it reaches, what is known of it.

    `confidence` is that of its surest package, `doubtful` how many packages are less sure than half.
    `direct` projects ask for one themselves beside development and tests; None where no document tells.
    `examined` is None where its repository was never asked for.
    """

    project: str
    url: str | None
    packages: tuple[str, ...]
    how: str | None
    confidence: float
    doubtful: int
    weight: int
    products: int
    projects: int
    direct: int | None
    examined: Examined | None = None


class UpstreamCollected(msgspec.Struct, frozen=True, kw_only=True):
    """What `collect upstream` did.

    Of `projects` that `packages` come from, some were looked at now (`summary`), `fresh` ones were so before, and
    `left` ones had no time or room. `thorough` were asked for with their paths and head files.
    """

    summary: Summary
    projects: int
    packages: int
    unmapped: int
    thorough: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class _Asked(NamedTuple):
    """Which remotes are to be had, in which order, and which of them thoroughly."""

    remotes: list[Remote]
    thorough: list[str]
    fresh: list[str]


class Upstream(Base):
    """See `umbel.app.workspace`."""

    def upstreams(self, as_of: datetime | None = None) -> list[Mapped]:
        """Which upstream project each package in use comes from; the unmapped ones with why."""
        from umbel.strategy import mapping

        if there := self._answers_of(as_of):
            return list(there.mapped)
        with self.session(as_of, mapping.TABLES) as session:
            return mapping.mapped(session, self.settings.upstream)

    def over_upstream(self) -> Self:
        """The same questions, asked of what is known of upstream projects instead of our own.

        Raises `EvidenceError` where none was examined.
        """
        return over_upstream(self)

    def upstream_states(self, as_of: datetime | None = None) -> list[UpstreamState]:
        """Upstream projects, those that reach most first, with what is known of each."""
        mapped, reached = self._upstream_reached(as_of)
        return _states(mapped, reached, self._upstream_examined(as_of))

    def upstream_unmapped(self, as_of: datetime | None = None) -> list[Mapped]:
        """Packages in use whose project nobody knows, or that somebody declared to have none."""
        return [each for each in self.upstreams(as_of) if each.project is None]

    def upstream_about(self, name: str, as_of: datetime | None = None) -> dict[str, Any]:
        """One upstream project: its packages with who says so, who uses them, its history, its relatives.

        Raises `UsageError` if no package comes from it.
        """
        from umbel.strategy import mapping

        with self.session(as_of, mapping.TABLES) as session:
            mapped = mapping.mapped(session, self.settings.upstream)
            project = _named(name, mapped)
            mapping.attach(session, [each for each in mapped if each.project == project])
            reached = mapping.reach(session, self._criticalities(session))
            users = session.ask(_USERS).records()
        (state,) = _states(
            [each for each in mapped if each.project == project], reached, self._upstream_examined(as_of)
        )
        relatives = [each for each in self.upstream_forks(as_of) if project in {each.project, each.other}]
        packages = [each for each in mapped if each.project == project]
        return {"state": state, "packages": packages, "users": users, "relatives": relatives}

    def upstream_forks(self, as_of: datetime | None = None) -> list[Related]:
        """Examined projects whose histories begin with the same commit: forks, mirrors, renamed ones."""
        from umbel.strategy import mapping

        if not has_upstream(self):
            return []
        with self.upstream_session(as_of) as session:
            return mapping.forks(session)

    def collect_upstream(
        self,
        *,
        top: int | None = None,
        only: Sequence[str] = (),
        minutes: float | None = None,
        disk: str | None = None,
        again: bool = False,
        progress: Progress | None = None,
    ) -> UpstreamCollected:
        """Examine upstream projects, those with most at stake first: all their commits, of the `top` also files.

        What was examined within a day is left out unless `again`; `only` names projects, all of them thoroughly.
        `minutes` and `disk` ("20 GiB") bound it; what they leave is told and comes first in the next run.
        Raises `UsageError` for a size or project that is none.
        """
        from umbel.evidence import ingest_remotes, upstream
        from umbel.model.settings import HistorySettings
        from umbel.strategy.mapping.model import model

        budget = ingest_remotes.Budget(
            seconds=None if minutes is None else minutes * 60, size=None if disk is None else _size(disk)
        )
        now = datetime.now(UTC)
        mapped, reached = self._upstream_ordered()
        lake = self.upstream_lake(create=True)
        upstream.forget_alike(self.lake(), lake)
        known = self._upstream_examined(None)
        asked = self._upstream_asked(
            mapped,
            [_one(name, [each.project for each in reached]) for name in only]
            or [each.project for each in reached],
            (len(only) or model().examine.top) if top is None else top,
            {} if again else known,
            now - timedelta(hours=model().examine.fresh_hours),
        )
        kept = {f"git:{name}" for name, each in known.items() if each.thorough}
        wanted = ingest_remotes.Wanted(
            remotes=tuple(asked.remotes),
            blobless=frozenset(kept | {f"git:{name}" for name in asked.thorough}),
            naming=settings_module.Settings().naming(),
            history=HistorySettings(),
            again=again,
        )
        summary = ingest_remotes.collect(
            lake, wanted, self.remote_options(), now=now, progress=progress, budget=budget
        )
        _remember(lake, asked.remotes, summary, now)
        told = {state.name for state in summary.remotes}
        return UpstreamCollected(
            summary=summary,
            projects=len(reached),
            packages=len(mapped),
            unmapped=sum(each.project is None for each in mapped),
            thorough=tuple(asked.thorough),
            fresh=tuple(asked.fresh),
            left=tuple(remote.name for remote in asked.remotes if remote.name not in told),
        )

    def _upstream_asked(
        self,
        mapped: Sequence[Mapped],
        names: Sequence[str],
        top: int,
        known: dict[str, Examined],
        since: datetime,
    ) -> _Asked:
        """Never examined ones first, by their reach; then those examined longest ago; failed ones last."""
        from umbel.collect.remotes import parse

        urls = _addresses(mapped)
        thorough = set(names[:top])
        fresh: list[str] = []
        rank: list[tuple[int, datetime, int, str]] = []
        for place, name in enumerate(names):
            state = known.get(name)
            at = state.examined_at if state else None
            if (
                state is None
                or (at is None and state.failed_at is None)
                or (name in thorough and not state.thorough)
            ):
                rank.append((0 if state is None or state.failed_at is None else 2, since, place, name))
            elif at is not None and at > since:
                fresh.append(name)
            else:
                rank.append((2 if state.failed_at else 1, at or since, place, name))
        remotes = []
        for _, _, _, name in sorted(rank):
            remote = parse(urls[name], self.settings.mirrors)
            remotes.append(msgspec.structs.replace(remote, name=name, origin=f"git:{name}"))
        return _Asked(remotes, list(names[:top]), fresh)

    def _upstream_reached(self, as_of: datetime | None) -> tuple[list[Mapped], list[Reached]]:
        from umbel.strategy import mapping

        with self.session(as_of, mapping.TABLES) as session:
            mapped = mapping.mapped(session, self.settings.upstream)
            mapping.attach(session, mapped)
            return mapped, mapping.reach(session, self._criticalities(session))

    def _upstream_ordered(self) -> tuple[list[Mapped], list[Reached]]:
        """As `_upstream_reached`, those first with which most is at stake, as far as our code was read."""
        from umbel.strategy import mapping, use

        with self.session(None, (*mapping.TABLES, *use.TABLES)) as session:
            mapped = mapping.mapped(session, self.settings.upstream)
            mapping.attach(session, mapped)
            products = self._criticalities(session)
            reached = mapping.reach(session, products)
            stakes = {each.upstream: each.use for each in use.used(session, mapped, products)}
        return mapped, sorted(reached, key=lambda each: -stakes.get(each.project, 0.0))

    def _criticalities(self, session: Session) -> dict[str, tuple[str | None, list[str]]]:
        from umbel.evidence.questions.coverage import known_projects

        known = known_projects(session)
        return {each.name: (each.criticality, members(each, known)) for each in self.settings.products}

    def _upstream_examined(self, as_of: datetime | None) -> dict[str, Examined]:
        from umbel.evidence import upstream

        if not has_upstream(self):
            return {}
        with self.upstream_session(as_of, upstream.TABLES) as session:
            return upstream.examined(session)


def over_upstream(workspace: AnyWorkspace) -> AnyWorkspace:
    """The same workspace over the lake of upstream projects. Raises `EvidenceError` where there is none."""
    lake = msgspec.structs.replace(workspace.settings.lake, url=workspace.upstream_lake().url)
    there = workspace.settings_file.is_file()
    other = type(workspace)(workspace.settings_file if there else workspace.folder)
    other.__dict__["settings"] = msgspec.structs.replace(workspace.settings, lake=lake)
    return other


def has_upstream(workspace: Base) -> bool:
    """Whether any upstream project was ever examined. Raises `EvidenceError` if what is there can't be read."""
    workspace.lake()  # without one of our own nothing can be said
    try:
        workspace.upstream_lake()
    except NoEvidenceError:
        return False
    return True


_USERS = """
SELECT u.project, list(DISTINCT u.package ORDER BY u.package) AS packages,
       bool_or(u.direct) AS direct, list(DISTINCT u.scope ORDER BY u.scope) FILTER (u.scope IS NOT NULL) AS scopes
FROM usage AS u JOIN upstreams AS m ON m.package = u.package GROUP BY u.project ORDER BY u.project
"""
_DOUBT = 0.5


def _addresses(mapped: Sequence[Mapped]) -> dict[str, str]:
    """The address of each project: as its surest package writes it, of several the first."""
    best: dict[str, tuple[float, str]] = {}
    for each in mapped:
        if each.project and each.url:
            said = (-each.confidence, each.url)
            best[each.project] = min(best.get(each.project, said), said)
    return {project: url for project, (_, url) in best.items()}


def _states(
    mapped: Sequence[Mapped], reached: Sequence[Reached], known: dict[str, Examined]
) -> list[UpstreamState]:
    urls = _addresses(mapped)
    by_project: dict[str, list[Mapped]] = {}
    for each in mapped:
        if each.project:
            by_project.setdefault(each.project, []).append(each)
    states = []
    for one in reached:
        packages = by_project[one.project]
        surest = max(packages, key=lambda each: each.confidence)
        states.append(
            UpstreamState(
                project=one.project,
                url=urls.get(one.project),
                packages=tuple(each.package for each in packages),
                how=surest.how,
                confidence=surest.confidence,
                doubtful=sum(each.confidence < _DOUBT for each in packages),
                weight=one.weight,
                products=one.products,
                projects=one.projects,
                direct=one.direct,
                examined=known.get(one.project),
            )
        )
    return states


def _named(name: str, mapped: Sequence[Mapped]) -> str:
    """The project that a name means, or from which the package of that name comes. Raises `UsageError`."""
    words = name.casefold()
    found = {
        each.project
        for each in mapped
        if each.project
        and (each.package.casefold() == words or each.package.casefold().endswith(f"/{words}"))
    }
    known = sorted({each.project for each in mapped if each.project})
    ends = any(each == name or each.casefold().endswith(f"/{words}") for each in known)
    return found.pop() if len(found) == 1 and not ends else _one(name, known)


def _one(name: str, known: Sequence[str]) -> str:
    """The upstream project that a name, or the end of one, means. Raises `UsageError`."""
    try:
        return one_of(name.strip("/"), known)
    except UsageError as error:
        if "names" in error.message:
            raise
        hint = did_you_mean(name, known).replace("umbel coverage lists them", "umbel upstream lists them")
        raise UsageError(f"No package in use comes from {name!r}.", hint) from error


def _size(text: str) -> int:
    try:
        return settings_module.bytes_of(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no size.", 'Write it as "20 GiB".') from error


def _remember(lake: Lake, remotes: Sequence[Remote], summary: Summary, now: datetime) -> None:
    """Keep why repositories could not be had, so that the list can say it."""
    from umbel.evidence import upstream

    lost = {state.name for state in summary.remotes if state.outcome == "failed"}
    faults = {item.origin: item.faults for item in summary.trouble}
    failed = [(remote, faults.get(remote.origin, [])) for remote in remotes if remote.name in lost]
    upstream.remember_failures(lake, failed, now)
