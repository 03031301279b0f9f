# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Before adopting: candidates side by side, what is decided of them, and the radar of all decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import msgspec

from umbel.app.names import matches, must_exist
from umbel.app.policies import Policies
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from umbel.app.workspace import Workspace
    from umbel.evidence.ingest import Progress
    from umbel.evidence.ingest import Summary as Collected
    from umbel.evidence.lake import Lake
    from umbel.evidence.sync_packages import Progress as SyncProgress
    from umbel.evidence.sync_packages import Summary as Synced
    from umbel.model.settings import Distribution
    from umbel.policy.evaluations import Evaluation, Evaluations
    from umbel.policy.file import Policy
    from umbel.strategy.evaluate.intended import Intended
    from umbel.strategy.evaluate.known import Asked, Known, Load
    from umbel.strategy.evaluate.records import Evaluated
    from umbel.strategy.evaluate.upstream import Upstream
    from umbel.strategy.interface import Mapped
    from umbel.strategy.radar import Radar

_SALT = b"umbel"


class Evaluating(Policies):
    """See `umbel.app.workspace`."""

    def policy(self, path: Path | str | None = None) -> Policy:
        """As `Policies.policy`; its rule `radar` knows what was decided here, unless the policy brings that along."""
        from umbel.policy.evaluations import known_to

        found = super().policy(path)
        return found if found.said.decided is not None else known_to(found, self.evaluations())

    def evaluations(self) -> Evaluations:
        """What was decided of software (`decisions/evaluations.toml`)."""
        from umbel.policy import evaluations

        return evaluations.load(self.folder / evaluations.FILE)

    def decide_evaluation(self, one: Evaluation) -> None:
        """Write down a decision; it supersedes earlier ones about the same.

        Raises `UsageError` for a product that isn't declared, `SettingsError` for what can't be.
        """
        from umbel.policy import evaluations

        if one.product is not None and not any(sign in one.product for sign in "*?["):
            self.product(one.product)
        if any(known.name == one.name for known in self.evaluations().evaluations):
            raise UsageError(f"That was decided already: {one.name}.", "umbel radar shows it.")
        evaluations.add(self.folder / evaluations.FILE, one)

    def evaluate(
        self,
        packages: Sequence[str],
        *,
        use: Distribution | None = None,
        product: str | None = None,
        trial: Sequence[Path] = (),
        as_of: datetime | None = None,
    ) -> Evaluated:
        """Up to five packages side by side, by what is known here; nothing is asked of anyone.

        `use` is how what is built with it reaches users (else what `product` says), `trial` lockfiles or SBOMs of a
        trial, that show what comes along. Raises `UsageError`.
        """
        from umbel.strategy.evaluate import advisories
        from umbel.strategy.evaluate.about import About
        from umbel.strategy.evaluate.compare import compared
        from umbel.strategy.evaluate.upstream import Upstream

        asked, moment = _candidates(packages), as_of or datetime.now(UTC)
        name = None if product is None else self.product(product).name
        ways: tuple[Distribution, ...] = (use,) if use else self.product(name).distribution if name else ()
        base = self._lake_if_any()
        found = self._known(base, asked, moment)
        told = advisories.told(found, self.advisories(None, as_of), moment)
        intended, mapped = self._intended(base, found, name, ways, moment)
        upstream = self._of_upstream(base, mapped, as_of)
        trials = self._trial(trial, found, moment)
        decisions, day = self.evaluations(), moment.date()
        every = [
            About(
                as_of=moment,
                ways=ways,
                known=one,
                told=told[package],
                intended=intended[package],
                upstream=upstream.get(package) or Upstream(mapped=None),
                products=self._products_of(one),
                trial=trials.get(package),
                decided=decisions.find(package, one.version, [name] if name else [], day)[0],
            )
            for package, one in found.items()
        ]
        return compared(every, use, name, moment)

    def _known(self, base: Lake | None, asked: Sequence[Asked], moment: datetime) -> dict[str, Known]:
        from umbel.evidence.session import Session
        from umbel.strategy.evaluate import known

        if base is None:
            return known.nothing(asked)
        with Session(base, moment, known.TABLES) as session:
            return known.gather(session, asked)

    def _intended(
        self,
        base: Lake | None,
        found: Mapping[str, Known],
        product: str | None,
        ways: Sequence[Distribution],
        moment: datetime,
    ) -> tuple[dict[str, Intended], dict[str, Mapped]]:
        """What the policy says of their use, and which projects they come from: both also of what nobody uses yet."""
        from umbel.evidence.memory import MemoryLake
        from umbel.evidence.session import Session
        from umbel.policy import license_decisions
        from umbel.policy.lookup import TABLES
        from umbel.strategy import mapping
        from umbel.strategy.evaluate import intended

        decided = license_decisions.load(self.folder / license_decisions.FILE)
        licensed = {package: intended.licensed(one, decided, moment) for package, one in found.items()}
        lake = MemoryLake(intended.batch(found, licensed, _SALT, moment), base)
        case = self._case(self.policy(), None, moment)
        with Session(lake, moment, {*TABLES, *mapping.TABLES}) as session:
            judged = intended.judged(session, case, product, ways, licensed)
            mapped = {each.package: each for each in mapping.mapped(session, self.settings.upstream)}
        return judged, mapped

    def _of_upstream(
        self, base: Lake | None, mapped: Mapping[str, Mapped], as_of: datetime | None
    ) -> dict[str, Upstream]:
        """What is known of the projects that they come from, by package; nothing where none was ever examined."""
        from umbel.app.upstream import has_upstream
        from umbel.evidence.session import Session
        from umbel.strategy.control import decisions as control
        from umbel.strategy.control.licensing import VERSION_TABLES, of_packages
        from umbel.strategy.evaluate import upstream

        came_from = {package: each.project for package, each in mapped.items() if each.project}
        if base is None or not came_from or not has_upstream(self):
            return {package: upstream.Upstream(mapped=each) for package, each in mapped.items()}
        with Session(base, as_of, VERSION_TABLES) as session:
            versions = of_packages(session, came_from)
        with self.upstream_session(as_of, upstream.TABLES) as session:
            return upstream.known(
                session, self.who(), mapped, versions, control.load(self.folder / control.FILE)
            )

    def _trial(self, paths: Sequence[Path], found: dict[str, Known], moment: datetime) -> dict[str, Load]:
        """What lockfiles of a trial show that candidates bring along. Raises `UsageError` for a path that is none."""
        from umbel.evidence.memory import MemoryLake
        from umbel.evidence.session import Session
        from umbel.policy.bill import read
        from umbel.strategy.evaluate import known

        if not paths:
            return {}
        must_exist(paths)
        bill = read(paths, self.settings.naming(), moment)
        if not bill.documents:
            places = ", ".join(map(str, paths))
            raise UsageError(
                f"There is no SBOM, lockfile or manifest in {places}.", "--trial takes a file or folder."
            )
        with Session(MemoryLake(bill.batch), moment, ("usage", "dependencies")) as session:
            return known.loads(session, found)

    def _products_named(self, project: str) -> tuple[str, ...]:
        """The products that a project belongs to."""
        return self.belonging(project).products

    def _products_of(self, one: Known) -> tuple[str, ...]:
        """The products of whose projects one at least uses it."""
        projects = [each.project for each in one.using or ()]
        return tuple(
            each.name
            for each in self.settings.products
            if any(matches(pattern, project) for project in projects for pattern in each.projects)
        )

    def radar(
        self, *, since: date | None = None, product: str | None = None, as_of: datetime | None = None
    ) -> Radar:
        """What was decided of software, in rings and sectors, with what moved after a day, and what nobody decided.

        `since` is a quarter before unless given. Raises `UsageError` for a product that isn't declared.
        """
        from umbel.evidence.session import Session
        from umbel.strategy import radar
        from umbel.strategy.evaluate.model import model

        moment, base = as_of or datetime.now(UTC), self._lake_if_any()
        name = None if product is None else self.product(product).name
        told, used = self.evaluations(), None
        if base is not None:
            with Session(base, moment, radar.TABLES) as session:
                standing = radar.standing(told, moment.date(), name)
                used = radar.uses(session, standing, self.scope(session, name), self._products_named)
        day = since or moment.date() - timedelta(days=model().radar.moved_days)
        return radar.radar(told, used, moment, day, product=name)

    def ask_registries(self, packages: Sequence[str], *, progress: SyncProgress | None = None) -> Synced:
        """Ask the registries of candidates about them. Raises `UsageError`, `EvidenceError`."""
        names = [one.package for one in _candidates(packages)]
        return cast("Workspace", self).sync_packages(names, progress=progress)

    def examine_candidates(
        self, packages: Sequence[str], *, progress: Progress | None = None
    ) -> Collected | None:
        """Examine the upstream projects of candidates, with their files; None where nobody knows which they are.

        Those that were examined with their files within a day are left as they are.
        """
        from umbel.collect.remotes import parse
        from umbel.evidence import ingest_remotes, upstream
        from umbel.model import settings
        from umbel.strategy.mapping.model import model

        here, moment = cast("Workspace", self), datetime.now(UTC)
        found = self._known(self._lake_if_any(), _candidates(packages), moment)
        _, mapped = self._intended(self._lake_if_any(), found, None, (), moment)
        known = here._upstream_examined(None)  # noqa: SLF001 - of this workspace
        since = moment - timedelta(hours=model().examine.fresh_hours)
        remotes = {}
        for each in mapped.values():
            state = known.get(each.project or "")
            fresh = (
                state is not None
                and state.thorough
                and state.examined_at is not None
                and state.examined_at > since
            )
            if each.project and each.url and not fresh:
                remote = parse(each.url, self.settings.mirrors)
                name = each.project
                remotes[name] = msgspec.structs.replace(remote, name=name, origin=f"git:{name}")
        if not remotes:
            return None
        lake = self.upstream_lake(create=True)
        upstream.forget_alike(self.lake(create=True), lake)
        wanted = ingest_remotes.Wanted(
            remotes=tuple(remotes.values()),
            blobless=frozenset(each.origin for each in remotes.values()),
            naming=settings.Settings().naming(),
            history=settings.HistorySettings(),
        )
        options = here.remote_options()
        summary = ingest_remotes.collect(lake, wanted, options, now=moment, progress=progress)
        lost = {state.name for state in summary.remotes if state.outcome == "failed"}
        faults = {item.origin: item.faults for item in summary.trouble}
        failed = [(each, faults.get(each.origin, [])) for name, each in remotes.items() if name in lost]
        upstream.remember_failures(lake, failed, moment)
        return summary


def _candidates(packages: Sequence[str]) -> list[Asked]:
    """Purls as people write them, each once. Raises `UsageError`."""
    from umbel.model import purl
    from umbel.strategy.evaluate.known import Asked
    from umbel.strategy.evaluate.model import model

    found: dict[str, Asked] = {}
    for text in packages:
        try:
            parsed = purl.parse(text)
        except purl.PurlError as error:
            raise UsageError(f"{text[:80]!r} is no purl: {error}.", "Write it as pkg:pypi/flask.") from error
        if parsed.package in found:
            raise UsageError(f"{parsed.package} is named twice.", "One version of a package is compared.")
        found[parsed.package] = Asked(parsed.package, parsed.version)
    most = model().evaluate.candidates
    if not 1 <= len(found) <= most:
        raise UsageError(
            f"{len(found)} candidates are {'too many' if found else 'none'}.", f"Name 1 to {most} purls."
        )
    return list(found.values())
