# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The gate before code leaves the house: commits → a verdict. Nothing is written, nothing is fetched.

A finding is told once, however many commits hold it: of the oldest of them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.model.errors import Fault
from umbel.model.finding import Finding
from umbel.policy.engine import level_of
from umbel.policy.outbound.interface import Around, OutboundJudgement, Tip
from umbel.policy.outbound.registry import outbound_rules
from umbel.policy.verdict import Gap, Trouble, Verdict, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from umbel.collect._outgoing_asked import Asked
    from umbel.collect.outgoing import Change, Commit, Outgoing, Push
    from umbel.model.finding import Level
    from umbel.model.naming import Naming
    from umbel.policy.exceptions import Exceptions
    from umbel.policy.file import Policy
    from umbel.policy.outbound.interface import OutboundRule, OutboundSettings

MOST = 2_000
"""Findings of one rule; more are counted as one trouble."""
_log = logging.getLogger(__name__)


class By(NamedTuple):
    """By what is judged: `products_of` names a project's products, `domains` are the organisation's own."""

    policy: Policy
    exceptions: Exceptions
    products_of: Callable[[str], tuple[str, ...]]
    domains: tuple[str, ...]
    today: date


def check(place: Path, push: Push, naming: Naming, by: By) -> Verdict:
    """Judge everything that a push from a repository would send. Raises `UsageError` if there is no such thing."""
    from umbel.collect.outgoing import read

    outgoing = read(place, push)
    found = outgoing.project
    return judge(outgoing, naming.project(found.name, found.origin), by)


def judge(outgoing: Outgoing, project: str, by: By) -> Verdict:
    """Judge what was read. What could not be read makes the evidence incomplete."""
    products = by.policy.for_outbound(project, by.products_of(project))
    asking = _Judge(project, products, by)
    commits = 0
    try:
        for asked in outgoing.asked:
            fresh = outgoing.commits(asked)
            commits += len(fresh)
            asking.look(outgoing, asked, fresh)
    finally:
        outgoing.close()
    faults = [
        (fault.place or "commits", msgspec.structs.replace(fault, place="")) for fault in outgoing.faults
    ]
    return Verdict(
        findings=in_order(list(asking.found.values())),
        gaps=asking.gaps,
        trouble=[Trouble(place, fault) for place, fault in (*faults, *asking.faults())],
        projects=1,
        commits=commits,
        policy=by.policy.said.source,
    )


class _Judge:
    """Asks the rules that can be asked, and keeps what they find."""

    def __init__(self, project: str, settings: Mapping[str, OutboundSettings], by: By) -> None:
        self.found: dict[tuple[str, str, str | None], Finding] = {}
        self.gaps: list[Gap] = []
        self._by = by
        self._around = Around(project, by.domains)
        self._asked: list[tuple[OutboundRule, OutboundSettings]] = []
        self._numbers: dict[str, int] = {}
        for name, own in settings.items():
            rule = outbound_rules()[name]
            lacking = rule.lacks(own, self._around)
            if lacking is None:
                self._asked.append((rule, own))
            else:
                self.gaps.append(_gap(rule, own, lacking))

    def look(self, outgoing: Outgoing, asked: Asked, commits: list[Commit]) -> None:
        """Everything about the new commits of one ref."""
        oldest_first = commits[::-1]
        for commit in oldest_first:
            self._tell(lambda rule, own, one=commit: rule.commit(one, own, self._around))  # type: ignore[misc]
        new: dict[str, bytes] = {}
        for change in outgoing.changes(oldest_first):
            if change.leaves:
                self._tell(lambda rule, own, one=change: rule.change(one, own, self._around))  # type: ignore[misc]
            _keep(new, change)
        if commits:
            tip = Tip(asked.name, asked.tip, new, lambda path, limit: outgoing.read(asked.tip, path, limit))
            self._tell(lambda rule, own: rule.tip(tip, own, self._around))

    def faults(self) -> Iterator[tuple[str, Fault]]:
        """Of rules that found more than is kept."""
        for name, number in self._numbers.items():
            if number > MOST:
                yield name, Fault("too-many", f"{number:,} findings; only the first {MOST:,} are shown")

    def _tell(self, ask: Callable[[OutboundRule, OutboundSettings], Iterable[OutboundJudgement]]) -> None:
        for rule, own in self._asked:
            try:
                for judgement in ask(rule, own):
                    self._keep(rule, own, judgement)
            except Exception:  # noqa: BLE001 - one rule that meets what nobody thought of must not silence the others
                # The error's own words could hold what must not be shown.
                _log.error("rule %s failed", rule.id)
                broken = OutboundJudgement(
                    reason="The rule failed: this is a mistake in Umbel. What it would say is unknown.",
                    outcome="error",
                    severity="high",
                )
                self._keep(rule, own, broken)

    def _keep(self, rule: OutboundRule, own: OutboundSettings, judgement: OutboundJudgement) -> None:
        level = level_of(judgement, own)
        matter = (rule.id, judgement.what, judgement.place)
        if level is None or matter in self.found:
            return
        number = self._numbers[rule.id] = self._numbers.get(rule.id, 0) + 1
        if number > MOST:
            return
        self.found[matter] = self._finding(rule, judgement, level)

    def _finding(self, rule: OutboundRule, judgement: OutboundJudgement, level: Level) -> Finding:
        evidence = dict(judgement.evidence)
        if judgement.line is not None:
            evidence["line"] = judgement.line
        finding = Finding(
            rule=rule.id,
            project=self._around.project,
            package=None,
            version=None,
            what=judgement.what,
            outcome=judgement.outcome,
            severity=judgement.severity,
            level=level,
            reason=judgement.reason,
            remedy=judgement.remedy,
            place=judgement.place,
            evidence=evidence,
        )
        products = self._by.products_of(finding.project)
        excused = self._by.exceptions.find(finding, products, self._by.today)
        return msgspec.structs.replace(finding, exception=excused) if excused else finding


def _gap(rule: OutboundRule, own: OutboundSettings, lacking: str) -> Gap:
    """A rule that has nothing to look for; only a missing library keeps a gate from opening."""
    off = f'Or leave it: [outbound.{rule.key}] level = "off"'
    fails = own.level == "fail" and rule.must_be_asked
    return Gap(rule=rule.id, reason=lacking, remedy=off, fails=fails)


def _keep(new: dict[str, bytes], change: Change) -> None:
    if change.kind == "file" and change.status in {"added", "copied"}:
        new[change.path] = change.raw
