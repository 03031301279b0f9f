# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy in force as its page tells it: rules with what each is worth and finds, and what differs for some."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks.indicators.policy import LICENSE_RULES, SECURITY_RULES
from umbel.office.editions.registry import figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.office.editions import Shared

MOST_OVERRIDES = 200
MOST_SETTINGS = 40
LONGEST = 240
_PLAIN = frozenset({"level", "unknown", "words", "decisions"})
"""Settings that are told otherwise, or not to everybody."""


class RuleTold(msgspec.Struct, frozen=True, kw_only=True):
    """A rule. `level` is what it is worth (`off`: it isn't asked), `open` and `failing` count what it finds today.

    `gap` says why it could not be asked everywhere.
    """

    id: str
    title: str
    what: str
    group: str
    level: str
    unknown: str
    locked: bool = False
    settings: tuple[str, ...] = ()
    open: int | None = None
    failing: int | None = None
    excused: int | None = None
    gap: str | None = None


class OverrideTold(msgspec.Struct, frozen=True, kw_only=True):
    """What differs for some products or projects."""

    products: tuple[str, ...]
    projects: tuple[str, ...]
    settings: tuple[str, ...]


class PolicyTold(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force; `own` says that somebody here wrote one."""

    source: str
    own: bool
    longest_exception_days: int
    cases: int
    rules: tuple[RuleTold, ...]
    overrides: tuple[OverrideTold, ...] = ()
    overrides_total: int = 0


@figure
def policy_told(shared: Shared) -> PolicyTold:
    """The policy in force, with what each of its rules finds today."""
    from umbel.app.policies import Policies

    policy = Policies.policy(shared.workspace)
    said = policy.said
    return PolicyTold(
        source=said.source if "://" in said.source else PurePath(said.source).name,
        own=(shared.workspace.folder / "policy.toml").exists(),
        longest_exception_days=said.longest_exception_days,
        cases=len(said.cases),
        rules=(*_used(shared, policy), *_outgoing(shared, policy)),
        overrides=tuple(_override(each) for each in said.overrides[:MOST_OVERRIDES]),
        overrides_total=len(said.overrides),
    )


def _used(shared: Shared, policy: Any) -> list[RuleTold]:
    """The rules on what is used, as they are where nothing differs."""
    from umbel.policy.registry import rules

    verdict = shared.known.verdict
    opened = Counter(each.rule for each in verdict.findings if not each.excused)
    failing = Counter(each.rule for each in verdict.findings if each.fails)
    excused = Counter(each.rule for each in verdict.findings if each.excused)
    gaps = {gap.rule: f"{gap.reason} {gap.remedy}" for gap in verdict.gaps}
    resolved = policy.for_project("").rules
    known = {
        name
        for name in (*resolved, *opened, *excused)
        # Of a rule that could not be asked nobody knows that it finds nothing.
        if verdict.judged and (name not in gaps or opened[name] or excused[name])
    }
    return [
        RuleTold(
            id=name,
            title=rule.title,
            what=rule.what,
            group="licences" if name in LICENSE_RULES else "risks" if name in SECURITY_RULES else "others",
            level=resolved[name].level if name in resolved else "off",
            unknown=resolved[name].unknown if name in resolved else "off",
            locked=name in policy.said.locked,
            settings=_settings(policy.said.rules.get(name, {})),
            open=opened[name] if name in known else None,
            failing=failing[name] if name in known else None,
            excused=excused[name] if name in known else None,
            gap=gaps.get(name),
        )
        for name, rule in rules().items()
    ]


def _outgoing(shared: Shared, policy: Any) -> list[RuleTold]:
    """The rules on code that leaves: what they find is known where it is pushed, not here."""
    from umbel.policy.outbound.interface import Around
    from umbel.policy.outbound.registry import outbound_rules

    resolved = policy.for_outbound("")
    around = Around("", shared.workspace.settings.organisation.domains)
    return [
        RuleTold(
            id=name,
            title=rule.title,
            what=rule.what,
            group="outgoing",
            level=resolved[name].level if name in resolved else "off",
            unknown=resolved[name].unknown if name in resolved else "off",
            locked=name in policy.said.locked,
            settings=_settings(policy.said.outbound.get(rule.key, {})),
            gap=rule.lacks(resolved[name], around) if name in resolved else None,
        )
        for name, rule in outbound_rules().items()
    ]


def _override(each: Any) -> OverrideTold:
    told = [
        f"{name}: {words}"
        for section in (each.rules, each.outbound)
        for name, own in section.items()
        for words in ([f"level = {own['level']}"] if "level" in own else []) + list(_settings(own))
    ]
    return OverrideTold(products=each.products, projects=each.projects, settings=tuple(told[:MOST_SETTINGS]))


def _settings(own: Mapping[str, Any]) -> tuple[str, ...]:
    """What a file says of a rule beside its level, a setting a line; of words that must not leave the number."""
    told = [f"{name} = {_short(value)}" for name, value in own.items() if name not in _PLAIN]
    if words := own.get("words"):
        told.append(f"{len(words):,} word{'s' * (len(words) != 1)} that must not leave")
    if decisions := own.get("decisions"):
        told.append(f"{len(decisions):,} decision{'s' * (len(decisions) != 1)}")
    return tuple(told[:MOST_SETTINGS])


def _short(value: Any) -> str:
    from umbel.policy import merged

    text = merged.inline(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
