# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules, asked of components and projects: what each finds, at the level that the policy gives it.

A component is judged once for all projects that use it in the same way under the same policy; exceptions are
looked up for each project.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from umbel.collect._osv_ecosystems import ecosystem_of
from umbel.model.finding import LEVELS, Finding, Level
from umbel.policy.facts import area_of
from umbel.policy.interface import ComponentRule, Fact, Judgement, ProjectUse, RuleSettings, Use
from umbel.policy.registry import rules
from umbel.policy.verdict import Gap
from umbel.policy.vex import RULES, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from umbel.policy.exceptions import Exceptions
    from umbel.policy.facts import Facts
    from umbel.policy.file import Resolved
    from umbel.policy.interface import Rule
    from umbel.policy.outbound.interface import OutboundSettings
    from umbel.policy.vex import Statements

_log = logging.getLogger(__name__)

_WORTH: dict[str, int] = {"off": 0} | {level: place for place, level in enumerate(LEVELS, 1)}
_MISSING: dict[Fact, tuple[str, str]] = {
    "vulnerabilities": ("No advisories are known here.", "umbel sync advisories"),
    "packages": ("No registry was asked about packages.", "umbel sync packages"),
    "versions": ("No registry was asked about versions.", "umbel sync packages"),
    "lifecycles": ("No lifecycles are known here.", "umbel sync lifecycles"),
    "measurements": ("No git history is known here.", "umbel collect"),
}


class Group(msgspec.Struct, frozen=True):
    """A component in one use, and the projects that use it so under one policy."""

    use: Use
    resolved: Resolved
    projects: Sequence[str]


class Engine:
    """Asks rules; keeps what could not be asked."""

    def __init__(
        self,
        facts: Facts,
        exceptions: Exceptions,
        products_of: Callable[[str], Iterable[str]],
        vex: Statements | None = None,
        identities: Mapping[str, Identity] | None = None,
    ) -> None:
        """Judge by these facts; `products_of` names the products of a project.

        `identities` are what statements of VEX can mean each project by.
        """
        self._vex = vex
        self._identities = identities or {}
        self._facts = facts
        self._exceptions = exceptions
        self._products_of = products_of
        self._gaps: dict[str, Gap] = {}
        self._untold: dict[str, tuple[frozenset[str], bool]] = {}
        self._askable: dict[int, tuple[Resolved, list[tuple[ComponentRule, RuleSettings]]]] = {}

    @property
    def gaps(self) -> list[Gap]:
        """Rules that could not be asked, by name."""
        untold = [
            Gap(
                rule=name,
                reason=f"No whole database of advisories about {', '.join(sorted(areas))} packages was read here.",
                remedy="umbel sync advisories",
                fails=fails,
            )
            for name, (areas, fails) in self._untold.items()
        ]
        return sorted([*self._gaps.values(), *untold], key=lambda gap: gap.rule)

    def components(self, groups: Iterable[Group]) -> Iterator[Finding]:
        """What the rules on components find."""
        for group in groups:
            use = group.use
            asked = [(r, s) for r, s in self._asked(group.resolved) if use.reach in s.scopes]
            silent = [(r, s) for r, s in asked if "vulnerabilities" in r.needs]
            if silent and self._facts.is_uncovered(use.package):
                for rule, settings in silent:
                    self._uncovered(rule, use, settings)
            if self._facts.vulnerabilities(use.package, use.version) is None:
                asked = [(r, s) for r, s in asked if "vulnerabilities" not in r.needs]
                yield from self._unanswered(group, silent)
            for rule, settings in asked:
                whole = ((use, group.projects),)
                for subject, projects in self._told_apart(group) if rule.by_project else whole:
                    for judgement, level in self._ask(rule, subject, settings):
                        for project in projects:
                            yield self._finding(rule, project, use, judgement, level, settings)

    def _unanswered(
        self, group: Group, silent: Sequence[tuple[ComponentRule, RuleSettings]]
    ) -> Iterator[Finding]:
        """That no rule on advisories has an answer, told once: by the rule to which it is worth most."""
        if not silent:
            return
        use = group.use
        # Of equals the plain rule speaks: the others ask for a kind of vulnerability.
        rule, settings = max(silent, key=lambda one: (_WORTH[one[1].unknown], one[0].id == "vulnerability"))
        names = [one.id for one, own in silent if own.unknown != "off"]
        for judgement, level in self._ask(rule, use, settings):
            told = msgspec.structs.replace(judgement, evidence=judgement.evidence | {"rules": names})
            for project in group.projects:
                yield self._finding(rule, project, use, told, level, settings)

    def _asked(self, resolved: Resolved) -> list[tuple[ComponentRule, RuleSettings]]:
        """The rules on components that a policy has and that can be asked; told once, not for each component."""
        known = self._askable.get(id(resolved))
        if known is None or known[0] is not resolved:
            pairs = ((rules()[name], settings) for name, settings in resolved.rules.items())
            asked = [(r, s) for r, s in pairs if isinstance(r, ComponentRule) and not self._is_missing(r, s)]
            known = self._askable[id(resolved)] = (resolved, asked)
        return known[1]

    def projects(self, uses: Iterable[tuple[ProjectUse, Resolved]]) -> Iterator[Finding]:
        """What the rules on projects find."""
        for use, resolved in uses:
            for name, settings in resolved.rules.items():
                rule = rules()[name]
                if isinstance(rule, ComponentRule):
                    continue
                for judgement, level in self._ask(rule, use, settings):
                    yield self._finding(rule, use.project, None, judgement, level, settings)

    def _told_apart(self, group: Group) -> Iterable[tuple[Use, Sequence[str]]]:
        """A use with its projects, or one for each project where something is known of it there."""
        known = self._facts.opened or self._facts.imports
        if not known or not self._facts.vulnerabilities(group.use.package, group.use.version):
            return [(group.use, group.projects)]
        return [(msgspec.structs.replace(group.use, project=one), (one,)) for one in group.projects]

    def _ask(
        self, rule: Rule, subject: Use | ProjectUse, settings: RuleSettings
    ) -> list[tuple[Judgement, Level]]:
        """A rule's judgements with their levels; those that the policy doesn't want to hear are left out."""
        if isinstance(subject, ProjectUse) and self._is_missing(rule, settings):
            return []
        try:
            judged = list(rule.judge(subject, self._facts, settings))
        except Exception:  # noqa: BLE001 - one rule that meets what nobody thought of must not silence the others
            _log.exception("rule %s failed", rule.id)
            words = "It failed on something: this is a mistake in Umbel.", "Report it, with the log."
            self._gap(rule, settings, *words)
            broken = Judgement(reason="The rule failed: this is a mistake in Umbel.", outcome="error")
            return [(broken, "warn")]
        told = [(judgement, level_of(judgement, settings)) for judgement in judged]
        return [(judgement, level) for judgement, level in told if level is not None]

    def _is_missing(self, rule: Rule, settings: RuleSettings) -> bool:
        """Whether what a rule needs isn't known here; if so, that is noted."""
        missing = sorted(rule.needs - self._facts.known)
        if missing:
            self._gap(rule, settings, *_MISSING[missing[0]])
        return bool(missing)

    def _gap(self, rule: Rule, settings: RuleSettings, reason: str, remedy: str) -> None:
        """Note that a rule could not be asked; it keeps a gate from opening if any policy has it fail."""
        before = self._gaps.get(rule.id)
        fails = settings.level == "fail" or (before is not None and before.fails)
        self._gaps[rule.id] = Gap(rule=rule.id, reason=reason, remedy=remedy, fails=fails)

    def _uncovered(self, rule: Rule, subject: Use, settings: RuleSettings) -> None:
        """Note that not all is known of an area of which all could be known."""
        area = area_of(subject.package)
        kind, _, namespace = area.partition("/")
        if ecosystem_of(kind, namespace or None) is None:
            return
        areas, fails = self._untold.get(rule.id, (frozenset(), False))
        self._untold[rule.id] = (areas | {area}, fails or settings.level == "fail")

    def _finding(
        self,
        rule: Rule,
        project: str,
        use: Use | None,
        judgement: Judgement,
        level: Level,
        settings: RuleSettings,
    ) -> Finding:
        finding = Finding(
            rule=rule.id,
            project=project,
            package=use.package if use else None,
            version=use.version if use else None,
            what=judgement.what,
            outcome=judgement.outcome,
            severity=judgement.severity,
            level=level,
            reason=judgement.reason,
            remedy=judgement.remedy,
            direct=use.direct if use else None,
            scope=use.scope if use else None,
            evidence=judgement.evidence,
        )
        if self._vex and rule.id in RULES:
            said = self._vex.find(
                finding,
                self._identities.get(project, Identity()),
                self._facts.as_of,
                getattr(settings, "vex_authors", ()),
            )
            finding = msgspec.structs.replace(finding, vex=said) if said else finding
        if not self._exceptions.exceptions:
            return finding
        excused = self._exceptions.find(finding, self._products_of(project), self._facts.today)
        return msgspec.structs.replace(finding, exception=excused) if excused else finding


def level_of(judgement: Judgement, settings: RuleSettings | OutboundSettings) -> Level | None:
    """What a judgement is worth; a rule may lower its level in a case, never raise it. None: nobody wants to hear."""
    said = settings.unknown if judgement.outcome == "unknown" else settings.level
    if said == "off":
        return None
    if judgement.level is None or LEVELS.index(judgement.level) >= LEVELS.index(said):
        return said
    return judgement.level
