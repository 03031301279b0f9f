# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the office should do next, in one order: each with its reason, effort, who, and the command that goes on.

The order is declared (`data/actions.toml`): each kind of action has a weight, which what it is about scales.
"""

from __future__ import annotations

import shlex
import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.words import percent
from umbel.strategy.stance_model import is_strategic
from umbel.strategy.stance_model import model as stances

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from umbel.model.settings import Product
    from umbel.policy.plans import Plan
    from umbel.policy.risks import Group
    from umbel.strategy.contributions import Standing
    from umbel.strategy.interface import Ranked
    from umbel.strategy.opinions import Opinions
    from umbel.strategy.owners import Answers

LATEST = 90.0
"""Days after which being later changes nothing."""
_HANDS_ON = ("lead", "contribute", "sponsor")


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of action: what it is called, how much it matters at its most, by what that scales, its effort."""

    title: str
    weight: float
    by: str
    effort: str
    hours: float


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file says what each is for."""

    shown_each: int
    answers_last_days: int
    window_days: int
    kinds: dict[str, Kind]


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `weight` (0 to 100) orders; `hours` is a guess of the office's own effort.

    `about` is the project, product or package; `who` whom it waits for, None is the office itself.
    """

    kind: str
    title: str
    about: str
    reason: str
    weight: float
    effort: str
    hours: float
    command: str
    who: str | None = None
    due: date | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What actions are made of. What couldn't be asked is empty.

    `unmapped` are packages in use whose project nobody knows, with what was looked for: in the strategic list such a
    package stands for itself.
    """

    ranked: Sequence[Ranked] = ()
    opinions: Opinions
    contributions: Sequence[Standing] = ()
    answers: Answers
    products: Sequence[Product] = ()
    plans: Sequence[Plan] = ()
    upgrades: Sequence[Group] = ()
    unmapped: dict[str, str] = {}


@cache
def model() -> Model:
    """The model that ships."""
    text = (files("umbel.strategy") / "data/actions.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Model)


def actions(known: Known, day: date) -> list[Action]:
    """Everything to do as of a day, what matters most first. Of each kind at most as many as the model shows."""
    kinds = (_late(known, day), _projects(known), _plans(known, day), _owners(known, day), _upgrades(known))
    found = [action for each in kinds for action in each]
    ordered = sorted(found, key=lambda each: (-each.weight, each.hours, each.kind, each.about))
    left = dict.fromkeys(model().kinds, model().shown_each)
    shown = []
    for each in ordered:
        left[each.kind] -= 1
        if left[each.kind] >= 0:
            shown.append(each)
    return shown


def _made(
    kind: str,
    about: str,
    reason: str,
    scale: float,
    command: Sequence[str],
    *,
    who: str | None = None,
    due: date | None = None,
) -> Action:
    of = model().kinds[kind]
    return Action(
        kind=kind,
        title=of.title,
        about=about,
        reason=reason,
        weight=round(of.weight * min(max(scale, 0.0), 1.0), 1),
        effort=of.effort,
        hours=of.hours,
        command=shlex.join(["umbel", *command]),
        who=who,
        due=due,
    )


def _late(known: Known, day: date) -> Iterator[Action]:
    """Contributions and decisions that are due to be looked at, or will be soon."""
    soon = day + timedelta(days=model().window_days)
    for each in known.contributions:
        if each.due is not None and each.due <= soon:
            reason = f"{each.contribution.goal}: its review {_due(each.due, day)}"
            command = ["contributions", "review", each.contribution.name]
            about, who = each.contribution.project, each.contribution.owner
            scale = _lateness(each.due, day)
            yield _made("contribution-late", about, reason, scale, command, who=who, due=each.due)
    for project, decided in known.opinions.stances.items():
        if decided.review is not None and decided.review <= soon:
            since = f"{decided.stance} since {decided.decided} ({decided.reason})"
            reason = f"{since}: its review {_due(decided.review, day)}"
            command = ["strategy", "why", project]
            scale = _lateness(decided.review, day)
            yield _made("stance-late", project, reason, scale, command, who=decided.by, due=decided.review)


def _projects(known: Known) -> Iterator[Action]:
    """Fragile strategic projects for which nobody decided, or for which nothing is planned; those without verdict."""
    planned = {each.contribution.project for each in known.contributions if each.due is not None}
    for each in known.ranked:
        yield from _undone(each) if each.project not in planned else ()
        scale = (each.strategic if each.strategic is not None else 5.0) / 10
        why = known.unmapped.get(each.project)
        if why is not None:
            reason = f"{_strategic(each)}, but nobody knows from which repository it comes: {why}"
            yield _made("unmapped", each.project, reason, scale, ["upstream", "--unmapped"])
        elif not each.verdict and each.find_out:
            reason = f"too little is known for a verdict: {'; '.join(each.find_out[:2])}"
            yield _made("find-out", each.project, reason, scale, ["strategy", "why", each.project])
        elif is_strategic(each) and (each.fragility is None or each.fragility.risk is None):
            why = each.fragility.why if each.fragility is not None else "its history was not examined"
            reason = f"strategic {each.strategic:.1f} of 10, but nobody knows how fragile it is: {why}"
            yield _made(
                "find-out", each.project, reason, scale, ["collect", "upstream", "--only", each.project]
            )


def _undone(each: Ranked) -> Iterator[Action]:
    """What is to be decided or planned for a project for which nothing is planned."""
    stance, fragile = each.stance, each.fragility
    decided = stance is not None and stance.decided_by is not None
    if stance is None or fragile is None or fragile.risk is None or each.strategic is None:
        return
    scale = each.strategic / 10 * (fragile.risk + 1) / 2
    what = f"strategic {each.strategic:.1f} of 10, risk {percent(fragile.risk)}"
    command = ["contributions", "draft", each.project]
    if decided and stance.name in _HANDS_ON:
        reason = f"{what}: {stance.name} was decided on {stance.decided}, and nothing is planned"
        yield _made("no-contribution", each.project, reason, scale, command, who=stance.decided_by)
    elif not decided and is_strategic(each) and fragile.risk >= stances().lines["fragile"].value:
        why = fragile.reasons[0].text if fragile.reasons else stance.reason
        reason = f"{what}, and nobody decided; the rules say {stance.name or 'nothing yet'}. {why}"
        yield _made("fragile", each.project, reason, scale, command)


def _strategic(each: Ranked) -> str:
    return "no verdict" if each.strategic is None else f"strategic {each.strategic:.1f} of 10"


def _plans(known: Known, day: date) -> Iterator[Action]:
    for plan in known.plans:
        if (plan.done is None or plan.done > day) and plan.until < day:
            reason = f"{plan.sentence.rstrip('.')}; the plan {_due(plan.until, day)}, and it is still in use"
            scale = _lateness(plan.until, day)
            yield _made(
                "plan-late", plan.goes, reason, scale, ["plans", "list"], who=plan.owner, due=plan.until
            )


def _owners(known: Known, day: date) -> Iterator[Action]:
    """Owners who never answered, or long ago, on any project that their product stands on."""
    since = day - timedelta(days=model().answers_last_days)
    newest = {key: each for key, each in known.answers.newest.items() if each.decided > since}
    answered = {product for _, product in newest}
    for product in known.products:
        mine = [each for each in known.ranked if product.name in each.products and each.strategic is not None]
        if not mine or product.name in answered:
            continue
        top = max(mine, key=lambda each: each.strategic or 0.0)
        reason = (
            f"nobody of {product.name} has said what it stands on; {top.project} seems to matter most to it"
        )
        command = ["ask", "strategic", "--product", product.name, "--out", "asked"]
        scale = (top.strategic or 0.0) / 10
        yield _made("owner-silent", product.name, reason, scale, command, who=product.owner)


def _upgrades(known: Known) -> Iterator[Action]:
    """Upgrades that clear findings, those that clear the most first."""
    upgrades = [each for each in known.upgrades if each.name and each.fixable and each.open]
    most = max((each.fixable for each in upgrades), default=1)
    for each in upgrades:
        to = f" to {each.target}" if each.target else ""
        late = f", {each.overdue} of them overdue," if each.overdue else ""
        reason = (
            f"{each.name}{to} clears {each.fixable} of {each.open} findings{late} in {each.projects} projects, "
            f"the gravest {each.worst}"
        )
        command = ["risks", "--by", "upgrade"]
        yield _made("upgrade", str(each.name), reason, each.fixable / most, command)


def _lateness(due: date, day: date) -> float:
    """Half of the weight on the day itself, less before it, all of it when it is `LATEST` days late."""
    return 0.5 + min((day - due).days, LATEST) / LATEST / 2


def _due(due: date, day: date) -> str:
    late = (day - due).days
    return f"was due on {due}" if late > 0 else f"is due on {due}"


def hours(found: Iterable[Action]) -> float:
    """The office's own effort in all, as guessed."""
    return sum(each.hours for each in found)
