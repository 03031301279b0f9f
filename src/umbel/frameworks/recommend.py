# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Scenarios that outcomes show, and what to do about each: `data/recommendations.toml`, and a workspace's own.

A scenario is shown by practices that are known not to be met; what nobody knows shows nothing.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks.claims import SLUG
from umbel.frameworks.interface import Effort, Recommendation
from umbel.frameworks.moves import EFFORT
from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from umbel.frameworks.interface import Answer, Assessment
    from umbel.policy.records import Say

FILE = Path(__file__).parent / "data" / "recommendations.toml"
OWN = "recommendations.toml"
"""The file in a workspace's `frameworks/` folder."""
NOT_MET = {"unmet", "contradicted", "decayed"}


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pattern: all of `all` are not met, and at least `least` of `any`."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    least: int = 1


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scenario, what shows it, and the step. `moves` are practices (`framework/practice`) that it helps to meet."""

    id: str
    scenario: str
    because: str
    step: str
    petal: str
    effort: Effort
    when: When
    moves: tuple[str, ...] = ()
    template: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Every practice that it names."""
        return tuple(dict.fromkeys((*self.when.all, *self.when.any, *self.moves)))


class Scenarios(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    recommendations: tuple[Scenario, ...] = ()


@cache
def shipped() -> tuple[Scenario, ...]:
    """Those that come with Umbel. Raises `SettingsError`."""
    return records.load(FILE, Scenarios, meaning).recommendations


def scenarios(folder: Path | None = None) -> tuple[Scenario, ...]:
    """Those of a workspace's `frameworks/` folder, too; of one id its own takes the place. Raises `SettingsError`."""
    if folder is None:
        return shipped()
    own = records.load(folder / OWN, Scenarios, meaning).recommendations
    return tuple(({each.id: each for each in shipped()} | {each.id: each for each in own}).values())


def recommended(every: Iterable[Scenario], assessments: Sequence[Assessment]) -> list[Recommendation]:
    """What outcomes show, what moves most for its effort first."""
    answers = {
        f"{assessed.framework.id}/{each.practice.id}": each
        for assessed in assessments
        for each in assessed.answers
    }
    found = []
    for scenario in every:
        shown = _shown(scenario.when, answers)
        if shown is not None:
            open_ = [name for name in scenario.moves if name in answers and not answers[name].met]
            worth = len({*shown, *open_}) / EFFORT[scenario.effort]
            found.append((-worth, scenario.id, _recommendation(scenario, shown, open_, answers)))
    return [each for _, _, each in sorted(found, key=lambda each: each[:2])]


def _shown(when: When, answers: Mapping[str, Answer]) -> list[str] | None:
    """The practices that show a scenario; None where it isn't shown."""
    all_ = [name for name in when.all if name in answers and answers[name].outcome in NOT_MET]
    any_ = [name for name in when.any if name in answers and answers[name].outcome in NOT_MET]
    if len(all_) < len(when.all) or (when.any and len(any_) < when.least):
        return None
    return list(dict.fromkeys((*all_, *any_))) or None


def _recommendation(
    scenario: Scenario, shown: Sequence[str], open_: Sequence[str], answers: Mapping[str, Answer]
) -> Recommendation:
    reasons = [f"{answers[name].practice.title} ({name}): {answers[name].sentence}" for name in shown]
    return Recommendation(
        id=scenario.id,
        scenario=scenario.scenario,
        because=(scenario.because, *reasons),
        step=scenario.step,
        petal=scenario.petal,
        effort=scenario.effort,
        moves=tuple(open_),
        template=scenario.template,
    )


def unknown_names(every: Iterable[Scenario], practices: Collection[str]) -> dict[str, list[str]]:
    """By scenario: what it names that no framework has."""
    found = {each.id: [name for name in each.named if name not in practices] for each in every}
    return {name: missing for name, missing in found.items() if missing}


def meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: ids are slugs and unique, texts aren't empty, something shows each scenario."""
    seen: set[str] = set()
    entries = data.get("recommendations")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        path = ("recommendations", index)
        name = entry.get("id")
        if isinstance(name, str):
            if not re.fullmatch(SLUG, name):
                say((*path, "id"), f"{name[:80]!r} must be small letters, digits and dashes")
            if name in seen:
                say((*path, "id"), f"{name!r} is used twice")
            seen.add(name)
        for key in ("scenario", "because", "step"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                say((*path, key), "is empty")
        _when(entry.get("when"), (*path, "when"), say)


def _when(when: Any, path: tuple[str | int, ...], say: Say) -> None:
    if not isinstance(when, dict):
        return
    lists = {key: when[key] if isinstance(when.get(key), list) else [] for key in ("any", "all")}
    if not lists["any"] and not lists["all"]:
        say(path, "names no practice: give any or all")
    least = when.get("least", 1)
    if type(least) is int and lists["any"] and not 1 <= least <= len(lists["any"]):
        say((*path, "least"), f"must be 1 to {len(lists['any'])}, as many as `any` names")
    for key, names in lists.items():
        for number, name in enumerate(names):
            if isinstance(name, str) and name.count("/") != 1:
                say((*path, key, number), f"{name[:80]!r} must be framework/practice")
