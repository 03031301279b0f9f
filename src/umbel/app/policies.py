# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the evidence breaks: policy, exceptions, verdicts, the gate."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from umbel.app.base import Base, belonging_of, claims
from umbel.app.names import must_exist
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from umbel.collect.outgoing import Push
    from umbel.evidence.session import Session
    from umbel.model.finding import Finding
    from umbel.model.naming import Naming
    from umbel.policy.audit import Audit
    from umbel.policy.exceptions import Entry, Exceptions
    from umbel.policy.file import Policy
    from umbel.policy.gate import Checked
    from umbel.policy.judge import Case
    from umbel.policy.license_decisions import Choice, Conclusion, LicenseDecisions
    from umbel.policy.lookup import Belonging
    from umbel.policy.portfolio import Preview
    from umbel.policy.risks import By as RiskBy
    from umbel.policy.risks import Group as RiskGroup
    from umbel.policy.risks import Owned
    from umbel.policy.verdict import Verdict
    from umbel.reports.vex import Document


class Policies(Base):
    """See `umbel.app.workspace`."""

    def policy(self, path: Path | str | None = None) -> Policy:
        """The policy of a file or an address, else of `policy.toml` in the workspace, else the shipped one."""
        from umbel.policy import file

        own = self.folder / file.FILE
        if path is not None:
            return file.load(path)
        return file.load(own) if own.exists() else file.Policy()

    def exceptions(self, policy: Policy) -> Exceptions:
        """What is excepted, and until when: what the policy brings along, else `decisions/exceptions.toml`."""
        from umbel.policy import exceptions

        if policy.said.decided is not None:
            return exceptions.Exceptions(policy.said.decided.exceptions)
        return exceptions.load(self.folder / exceptions.FILE, policy.said.longest_exception_days)

    def _case(
        self, said: Policy, advisories: Path | None, as_of: datetime | None, vex: Sequence[Path] = ()
    ) -> Case:
        """By what is judged here."""
        from umbel.policy import license_decisions
        from umbel.policy import vex as vex_module
        from umbel.policy.judge import Case

        decided = said.said.decided
        if decided is None:
            licenses = license_decisions.load(self.folder / license_decisions.FILE)
            statements = vex_module.load(self.folder, vex)
        else:
            licenses = license_decisions.LicenseDecisions(decided.conclude, decided.choose)
            more = vex_module.load(self.folder, vex, own=False)
            statements = vex_module.Statements((*decided.vex, *more.every), more.trouble)
        return Case(
            policy=said,
            exceptions=self.exceptions(said),
            belonging=self._belonging_by(said),
            index=self.advisories(advisories, as_of),
            licenses=licenses,
            vex=statements,
            notes=self._notes(said),
        )

    def _belonging_by(self, said: Policy) -> Callable[[str], Belonging]:
        """The products of a project: those that the policy brings along, else the workspace's."""
        if said.said.decided is None:
            return self.belonging
        return belonging_of(claims(said.said.decided.products))

    def _notes(self, said: Policy) -> list[str]:
        """What is to be said of a policy that came by address."""
        notes, decided = list(said.said.notes), said.said.decided
        if decided is None:
            return notes
        from umbel.policy import merged

        if unheard := merged.unheard(self.folder):
            notes.append(f"what was decided comes with the policy: {', '.join(unheard)} here isn't counted")
        if decided.vex_left_out:
            notes.append(f"{decided.vex_left_out:,} statements of VEX were too many to come with the policy")
        return notes

    def check(
        self,
        paths: Sequence[Path] = (),
        *,
        against: str | None = None,
        policy: Path | str | None = None,
        advisories: Path | None = None,
        vex: Sequence[Path] = (),
        as_of: datetime | None = None,
    ) -> Checked:
        """Judge files and folders by the policy, or only what changed in them since a commit.

        `vex` are files beside those of `decisions/vex/`. Nothing is stored.
        Raises `UsageError` where there is nothing to judge.
        """
        from umbel.policy import gate

        chosen = list(paths) or [self.folder]
        must_exist([*chosen, *vex])
        case = self._case(self.policy(policy), advisories, as_of, vex)
        naming, base = self._naming_by(case.policy), self._lake_if_any()
        return gate.check(chosen, case, naming, against_revision=against, base=base, as_of=as_of)

    def check_outbound(
        self,
        push: Push,
        path: Path | None = None,
        policy: Path | str | None = None,
        as_of: datetime | None = None,
    ) -> Verdict:
        """Judge what commits would send, before they leave the house. Raises `UsageError` where there are none."""
        from umbel.policy.outbound.gate import By, check

        said = self.policy(policy)
        decided, today = said.said.decided, (as_of or datetime.now(UTC)).date()
        domains = self.settings.organisation.domains if decided is None else decided.domains
        belonging = self._belonging_by(said)
        by = By(said, self.exceptions(said), lambda name: belonging(name).products, domains, today)
        verdict = check(path or self.folder, push, self._naming_by(said), by)
        return msgspec.structs.replace(verdict, notes=self._notes(said))

    def _naming_by(self, said: Policy) -> Naming:
        decided = said.said.decided
        return self.settings.naming() if decided is None else decided.naming()

    def verdict(
        self,
        *,
        product: str | None = None,
        project: str | None = None,
        policy: Policy | None = None,
        advisories: Path | None = None,
        as_of: datetime | None = None,
    ) -> Verdict:
        """The portfolio, a product or a project by the policy: findings with the ways by which they come in."""
        from umbel.policy import paths, portfolio

        if (product, project, policy, advisories) == (None,) * 4 and (there := self._answers_of(as_of)):
            return msgspec.structs.replace(there.verdict, findings=list(there.verdict.findings))
        case = self._case(policy or self.policy(), advisories, as_of)
        with self.session(as_of, (*portfolio.TABLES, *paths.TABLES)) as session:
            scope = self.scope(session, product)
            if project is not None:
                scope = [self.project(session, project)]
            found = portfolio.verdict(session, case, scope, metrics=self.metrics, people=self.who)
            found.findings = paths.with_places(session, paths.with_paths(session, found.findings), {})
        return found

    def vex(
        self,
        name: str,
        *,
        product: bool = False,
        author: str | None = None,
        advisories: Path | None = None,
        as_of: datetime | None = None,
    ) -> Document:
        """What is said here of the vulnerabilities of a project or product, ready to be written as VEX.

        `author` is who says so, the organisation unless told. Raises `UsageError` if nobody is named.
        """
        from umbel.app import telling

        case = self._case(self.policy(), advisories, as_of)
        return telling.vex(self, case, name, product=product, author=author, as_of=as_of)

    def audit(
        self,
        *,
        product: str | None = None,
        advisories: Path | None = None,
        as_of: datetime | None = None,
    ) -> Audit:
        """The portfolio, or a product, in the figures of the industry's yearly reports."""
        from umbel.policy import audit

        case = self._case(self.policy(), advisories, as_of)
        with self.session(as_of, audit.TABLES) as session:
            return audit.audit(session, case, self._audited(session, product))

    def _audited(self, session: Session, product: str | None) -> list[str]:
        """Every project that is known, also those of which nothing but the name is."""
        from umbel.app.asking import ask_coverage

        return [row["project"] for row in ask_coverage(self, session, product).records()]

    def risks(
        self, findings: Sequence[Finding], by: RiskBy, *, as_of: datetime | None = None
    ) -> list[RiskGroup]:
        """Findings told by product, owner, severity, rule, package, project or upgrade."""
        from umbel.policy.risks import grouped

        return grouped(findings, by, self.owned, (as_of or datetime.now(UTC)).date())

    def owned(self, project: str) -> list[Owned]:
        """The products of a project, and who answers for each."""
        from umbel.policy.risks import Owned

        found = self._owned.get(project)
        if found is None:
            found = [Owned(p.name, p.owner, p.department) for p, named in self._claims if named(project)]
            self._owned[project] = found
        return found

    @cached_property
    def _owned(self) -> dict[str, list[Owned]]:
        """Whose each project is, as far as somebody asked: findings of a project are many."""
        return {}

    def policy_preview(
        self, path: Path, *, product: str | None = None, as_of: datetime | None = None
    ) -> Preview:
        """What another policy would change across the portfolio, before it is adopted."""
        from umbel.policy import portfolio

        other = self.policy(path)
        before = self.verdict(product=product, as_of=as_of)
        return portfolio.preview(before, self.verdict(product=product, policy=other, as_of=as_of))

    def finding(self, key: str, *, as_of: datetime | None = None) -> Finding:
        """One finding by its key or the beginning of it. Raises `UsageError`."""
        from umbel.policy import portfolio

        found = portfolio.named(self.verdict(as_of=as_of).findings, key)
        if not found:
            raise UsageError(f"There is no finding {key!r}.", "umbel risks lists them with their keys.")
        if len({finding.key for finding in found}) > 1:
            keys = ", ".join(sorted({finding.key for finding in found})[:5])
            raise UsageError(f"{key!r} begins {len(found)} findings: {keys}.", "Give more of it.")
        return found[0]

    def except_(self, entry: Entry) -> None:
        """Write an exception down. Raises `SettingsError` for one that the policy doesn't allow."""
        from umbel.policy import exceptions

        longest = self.policy().said.longest_exception_days
        exceptions.add(self.folder / exceptions.FILE, entry, longest)

    def end_exception(self, name: str, last: date, words: str) -> Entry:
        """Take an exception back, so that it counts up to a day only. Raises `UsageError` where there is none such."""
        from umbel.policy import exceptions

        return exceptions.end(self.folder / exceptions.FILE, name, last, words)

    def license_decisions(self) -> LicenseDecisions:
        """What people concluded of licences and which alternatives they chose (`decisions/licenses.toml`)."""
        from umbel.policy import license_decisions

        return license_decisions.load(self.folder / license_decisions.FILE)

    def conclude_license(self, entry: Conclusion) -> None:
        """Write down what a package's licence is. Raises `SettingsError` for what can't be."""
        from umbel.policy import license_decisions

        license_decisions.conclude(self.folder / license_decisions.FILE, entry)

    def choose_license(self, entry: Choice) -> None:
        """Write down which alternative of a licence is taken. Raises `SettingsError` for what can't be."""
        from umbel.policy import license_decisions

        license_decisions.choose(self.folder / license_decisions.FILE, entry)
