# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What to do with a project: the quadrant of strategic and fragile, turned by signals, overruled by people.

Rules and lines are declared in `data/stance.toml`. What would change a stance is computed: each figure is moved over
each of its lines, and the rules are asked again.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.words import percent
from umbel.strategy.interface import Ranked, Stance
from umbel.strategy.stance_model import Model, Rule, model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from umbel.strategy.opinions import Decided

SIGNALS = ("closed", "ended", "vendor")
_FIGURES = {
    "strategic": "strategic", "essential": "strategic", "fragile": "risk", "people": "people", "skills": "skills",
}  # fmt: skip
"""Which figure each condition is read from."""
_LOOKED = {
    "closed": "whether its licence changed",
    "ended": "whether it is still maintained",
    "vendor": "who controls it",
}


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """Our people in a project in the year before a day: a lower bound, since private addresses tell no employer.

    `commits` of ours among `total` by people, of whom `unknown` are of unknown affiliation.
    """

    people: int
    commits: int
    total: int
    unknown: int


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen beside the quadrant, in words; None was not seen. `looked` names what was looked for."""

    closed: str | None = None
    ended: str | None = None
    vendor: str | None = None
    looked: tuple[str, ...] = ()

    def told(self) -> dict[str, str]:
        """Those that were seen, by name."""
        return {name: said for name in SIGNALS if (said := getattr(self, name)) is not None}


class _Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the conditions are read from; None is not known. People that nobody knows of are nobody."""

    strategic: float | None
    risk: float | None
    people: int | None
    skills: float | None
    signals: Signals

    def holds(self, chosen: Model) -> dict[str, bool | None]:
        found: dict[str, bool | None] = {}
        for name, figure in _FIGURES.items():
            value = getattr(self, figure)
            if value is None and name in {"people", "skills"}:
                value = 0
            found[name] = None if value is None else value >= chosen.lines[name].value
        return found | {name: getattr(self.signals, name) is not None for name in SIGNALS}


def stance_of(
    ranked: Ranked,
    *,
    ours: Ours | None = None,
    signals: Signals | None = None,
    decided: Decided | None = None,
    day: date | None = None,
) -> Stance:
    """What to do with a project, why, and what would change it.

    `name` is None where the rules give different stances for what isn't known; what somebody `decided` comes before
    the rules, which are told beside it. On `day` a decision's review may be overdue.
    """
    figures = _figures(ranked, ours, signals)
    by_rules = _by_rules(ranked, figures, model())
    if decided is None:
        return by_rules
    return _by_people(decided, by_rules, day)


def with_stances(
    ranked: Sequence[Ranked],
    *,
    ours: Mapping[str, Ours] | None = None,
    signals: Mapping[str, Signals] | None = None,
    decided: Mapping[str, Decided] | None = None,
    day: date | None = None,
) -> list[Ranked]:
    """The same list, each project with its stance. What is known beside the ranking is given by project."""
    return [
        msgspec.structs.replace(
            each,
            stance=stance_of(
                each,
                ours=(ours or {}).get(each.project),
                signals=(signals or {}).get(each.project),
                decided=(decided or {}).get(each.project),
                day=day,
            ),
        )
        for each in ranked
    ]


def _figures(ranked: Ranked, ours: Ours | None, signals: Signals | None) -> _Figures:
    skills = ranked.parts.get("supportability")
    return _Figures(
        strategic=ranked.strategic if ranked.verdict else None,
        risk=None if ranked.fragility is None else ranked.fragility.risk,
        people=None if ours is None else ours.people,
        skills=None if skills is None else skills.effective,
        signals=signals or Signals(),
    )


def _by_rules(ranked: Ranked, figures: _Figures, chosen: Model) -> Stance:
    rules = _possible(figures, chosen)
    if len({rule.stance for rule in rules}) > 1:
        return _undecided(ranked, figures, rules)
    seen = figures.signals.told()
    because = "; ".join(seen[name] for name, wanted in rules[0].when.items() if wanted and name in seen)
    said = " Or: ".join(f"{_upper(rule.reason)}." for rule in rules)
    if because:
        said = f"{said[:-1]} ({because})."
    change = _change(figures, rules[0], chosen)
    return Stance(name=rules[0].stance, reason=f"{said} {_said(figures)}", change=change)


def _possible(figures: _Figures, chosen: Model) -> list[Rule]:
    """The rules that may be meant, over all that isn't known; one where all is known that matters."""
    holds = figures.holds(chosen)
    unknown = [name for name, value in holds.items() if value is None]
    found: dict[int, Rule] = {}
    for guess in product((False, True), repeat=len(unknown)):
        world = {name: bool(value) for name, value in holds.items()} | dict(zip(unknown, guess, strict=True))
        if world["essential"] and not world["strategic"]:
            continue
        rule = chosen.first(world)
        found.setdefault(id(rule), rule)
    return list(found.values())


def _undecided(ranked: Ranked, figures: _Figures, rules: Sequence[Rule]) -> Stance:
    missing = []
    if figures.strategic is None:
        missing.append("how much business depends on it")
    if figures.risk is None:
        missing.append("how fragile it is")
    names = sorted({rule.stance for rule in rules})
    find = list(ranked.find_out[:3])
    if figures.risk is None:
        why = ranked.fragility.why if ranked.fragility is not None else None
        find.append(why or "its history was not examined (umbel collect upstream)")
    if figures.strategic is None and not find:
        find.append("what it is used for, and by which products (umbel strategy why)")
    return Stance(
        name=None,
        reason=f"Too little is known: {' and '.join(missing)}. It could be {' or '.join(names)}.",
        change=f"To find out: {'; '.join(dict.fromkeys(find))}." if find else "",
    )


def _said(figures: _Figures) -> str:
    """The figures that were held against the lines, in one sentence."""
    parts = [] if figures.strategic is None else [f"strategic {figures.strategic:.1f} of 10"]
    parts += [] if figures.risk is None else [f"risk {percent(figures.risk)}"]
    parts.append("nobody of ours known there" if not figures.people else f"{figures.people} of ours there")
    return f"{_upper(', '.join(parts))}."


def _change(figures: _Figures, now: Rule, chosen: Model) -> str:
    """Which figure would have to cross which line for which other stance; nearest lines first."""
    found: list[tuple[float, tuple[str, str], str]] = []
    for name, line in chosen.lines.items():
        value = getattr(figures, _FIGURES[name])
        if value is None and name not in {"people", "skills"}:
            continue
        at = 0.0 if value is None else float(value)
        up = at < line.value
        beyond = line.value if up else line.value - (1 if name == "people" else 1e-9)
        other = _other(msgspec.structs.replace(figures, **{_FIGURES[name]: beyond}), now, chosen)
        if other:
            scale = 1.0 if name == "fragile" else 10.0
            words = _crossing(name, line.what, at, line.value, known=value is not None)
            found.append((abs(at - line.value) / scale, (_FIGURES[name], other), f"{words}: {other}"))
    said = _nearest(found)
    for name, seen in figures.signals.told().items():
        without = msgspec.structs.replace(figures.signals, **{name: None})
        other = _other(msgspec.structs.replace(figures, signals=without), now, chosen)
        said += [f"were it no longer so that {seen}: {other}"] if other else []
    unseen = [
        _LOOKED[n] for n in SIGNALS if n not in figures.signals.looked and n not in figures.signals.told()
    ]
    told = f"{_upper('; '.join(said))}." if said else "No single figure would change it."
    return told + (f" Not known: {', '.join(unseen)}." if unseen else "")


def _nearest(found: list[tuple[float, tuple[str, str], str]]) -> list[str]:
    """Of each figure and stance the nearest line: what holds there holds beyond."""
    nearest: dict[tuple[str, str], str] = {}
    for _, key, words in sorted(found):
        nearest.setdefault(key, words)
    return list(nearest.values())


def _other(figures: _Figures, now: Rule, chosen: Model) -> str | None:
    """The one other stance that these figures would give; None if it stays, or could be several."""
    names = {rule.stance for rule in _possible(figures, chosen)}
    return None if len(names) > 1 or now.stance in names else names.pop()


def _crossing(name: str, what: str, at: float, line: float, *, known: bool) -> str:
    up = at < line
    if name == "people":
        there = "with one of our people there (nobody is known now)"
        return there if up else f"without our people there (now {at:.0f})"
    shown, lined = (
        (f"{percent(at)}", f"{percent(line)}") if name == "fragile" else (f"{at:.1f}", f"{line:.1f}")
    )
    return f"{what} {'from' if up else 'below'} {lined}{' on' if up else ''} (now {shown if known else 'unknown'})"


def _by_people(decided: Decided, by_rules: Stance, day: date | None) -> Stance:
    late = day is not None and decided.review is not None and decided.review < day
    review = ""
    if decided.review is not None:
        review = f" Its review {'was due' if late else 'is due'} on {decided.review}."
    same = by_rules.name == decided.stance
    rules = by_rules.name or "nothing yet"
    beside = f"The rules say {'the same' if same else rules}: {by_rules.reason}"
    return Stance(
        name=decided.stance,
        reason=f"{_upper(decided.reason.strip().rstrip('.'))} ({decided.by}, {decided.decided}). {beside}",
        change=f"It stands until somebody decides anew.{review} By the rules: {by_rules.change}".strip(),
        decided_by=decided.by,
        decided=decided.decided,
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
