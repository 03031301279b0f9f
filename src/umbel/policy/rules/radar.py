# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component is in use that was put on hold, or is to be removed, by a decision after an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy.evaluations import MEANING, Evaluation, Told, faults
from umbel.policy.interface import ComponentRule, Judgement, RuleLevel, RuleSettings, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


_MOST = 64
"""Policies whose decisions are kept ready; their settings differ by product at most."""


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`level` is what it is worth that something is to be removed, `hold` what it is worth that it is on hold.

    It warns unless told: what stands there already can't go in a day. Where only changes are judged (--against), "fail"
    keeps out new uses. `decisions` are further ones beside those of decisions/evaluations.toml, by an id of yours.
    `transitive = false` looks only at what is asked for directly.
    """

    level: RuleLevel = "warn"
    hold: RuleLevel = "warn"
    transitive: bool = True
    decisions: dict[str, Evaluation] = msgspec.field(default_factory=dict)


class RadarRule(ComponentRule):
    """One finding a component: the weightiest decision about it."""

    id = "radar"
    title = "On hold, or to be removed"
    what = "The organisation's radar (umbel radar) has the component on hold, or wants it out."
    why = "Somebody looked at it, decided, and wrote down why: whoever adds it should know."
    remedy = "Take what the decision names instead, or talk to those who made it."
    example = """\
[rules.radar.decisions.moment]
package = "pkg:npm/moment"
ring = "hold"
reason = "no longer developed"
instead = "pkg:npm/luxon"
by = "architects@acme.example"
decided = 2026-03-01"""
    settings = Settings

    def __init__(self) -> None:
        """Keep the decisions of policies in the order in which they are looked up."""
        self._kept: dict[int, tuple[Settings, Told]] = {}

    def _index(self, settings: Settings) -> Told:
        kept = self._kept.get(id(settings))
        if kept is None or kept[0] is not settings:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            kept = self._kept[id(settings)] = (settings, Told(settings.decisions.values()))
        return kept[1]

    def asks(self, settings: Settings) -> bool:
        """Without a decision there is nothing to look for."""
        return bool(settings.decisions)

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Each decision names a package, and has its words."""
        told = said.get("decisions")
        for name, entry in told.items() if isinstance(told, dict) else ():
            for key, words in faults(entry) if isinstance(entry, dict) else ():
                yield "decisions", f"{name}: {key} {words}"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """At most one judgement; unknown where it depends on a version that can't be compared."""
        if subject.direct is False and not settings.transitive:
            return
        told, surely = self._index(settings).find(subject.package, subject.version, facts.today)
        if told is None or told.ring in {"adopt", "trial"}:
            return
        holds = told.ring == "hold"
        if holds and surely and settings.hold == "off":
            return
        late = f" Its review was due on {told.review}." if told.is_due(facts.today) else ""
        doubt = "" if surely else f" Whether {subject.version or 'its version'} is meant can't be told."
        yield Judgement(
            reason=f"{_where(told)} ({MEANING[told.ring]}): {told.reason.strip().rstrip('.')}. "
            f"Decided by {told.by} on {told.decided}.{late}{doubt}",
            outcome="unmet" if surely else "unknown",
            severity="medium" if holds else "high",
            what=told.ring,
            level=settings.hold if holds and surely and settings.hold != "off" else None,
            remedy=f"Use {told.instead} instead." if told.instead else f"Take another, or ask {told.by}.",
            evidence=_told(told),
        )


def _where(told: Evaluation) -> str:
    scope = f" in {told.product}" if told.product else ""
    state = "on hold" if told.ring == "hold" else "to be removed"
    return f"{told.package} is {state}{scope}"


def _told(told: Evaluation) -> dict[str, Any]:
    names = ("ring", "reason", "by", "decided", "review", "product", "instead")
    found = {name: getattr(told, name) for name in names}
    return {"decision": told.name, **{key: value for key, value in found.items() if value is not None}}
