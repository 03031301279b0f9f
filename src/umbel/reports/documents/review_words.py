# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a review says things: gaps, big figures, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks import kpi_words
from umbel.reports.documents.blocks import Big, Cell, Code, Inline, Paragraph, Strong, Tone, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.frameworks.interface import Kpi, Reading, Target
    from umbel.reports.documents.review_facts import Gap

NOBODY_SAYS, MINUS = "–", "\u2212"
MOSTLY, ALIKE = 0.5, 0.05
"""Shares of what a count speaks of: how much must have been looked at, and how far two days may be apart."""


def gap(found: Gap) -> Paragraph:
    """What isn't known, why, and how to find it out."""
    return Paragraph(told(found))


def told(found: Gap) -> Words:
    """The same as words."""
    sentence = ended(found.sentence)
    return sentence if found.ask is None else (f"{sentence} {found.to}: ", Code(found.ask), ".")


def ended(sentence: str) -> str:
    """A sentence with its full stop."""
    text = sentence.strip()
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def capital(sentence: str) -> str:
    """A sentence with its first letter large, unless that begins a name of code."""
    first = sentence.split(" ", 1)[0]
    return sentence if set(first) & set("./:_") else sentence[:1].upper() + sentence[1:]


def clause(sentence: str) -> str:
    """A sentence without its full stop, to go on."""
    return sentence.strip().rstrip(".")


def counted(number: int, noun: str, many: str | None = None) -> str:
    """A number and its noun: 1 project, 2 projects."""
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in a row; the rest are counted."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def joined(parts: Iterable[Words]) -> Words:
    """Words one after the other, with a space between."""
    found: list[Inline] = []
    for part in parts:
        if found:
            found.append(" ")
        found += (part,) if isinstance(part, str) else part
    return tuple(found)


# ---- figures


def value(kpi: Kpi, reading: Reading | None = None) -> str | None:
    """A reading with its unit; None where it isn't known."""
    found = kpi.now if reading is None else reading
    if found.value is None:
        return None
    shown = kpi_words.figure(found.value, kpi.indicator.unit, kpi.indicator.currency)
    if not is_bound(kpi, found):
        return shown
    return f"at least {shown}" if found.value else "none seen"


def is_bound(kpi: Kpi, reading: Reading) -> bool:
    """Whether a figure is only the least it can be: a count of things where not all was looked at."""
    return kpi.indicator.unit == "count" and reading.coverage is not None and reading.coverage < 1


def before(kpi: Kpi) -> Reading | None:
    """What it was at the end of the last quarter; None without a series."""
    return kpi.series[-2].reading if len(kpi.series) > 1 else None


def comparable(kpi: Kpi) -> Reading | None:
    """What it was at the end of the last quarter, where both speak of the same; else None.

    Counts where not all was looked at are compared only where about as much, and most of it, was looked at both times:
    else looking more would show as a change.
    """
    then = before(kpi)
    if then is None or then.value is None or kpi.now.value is None:
        return None
    if is_bound(kpi, then) or is_bound(kpi, kpi.now):
        looked = [1.0 if each.coverage is None else each.coverage for each in (then, kpi.now)]
        if min(looked) < MOSTLY or abs(looked[0] - looked[1]) > ALIKE:
            return None
    return then


def direction(kpi: Kpi) -> Tone | None:
    """Whether it moved to the better or the worse; `none` where it stayed, None where it can't be compared."""
    then = comparable(kpi)
    if then is None:
        return None
    found = kpi_words.better(then, kpi.now, kpi.indicator)
    return "none" if found is None else "good" if found else "bad"


def change(kpi: Kpi) -> str | None:
    """How it moved since the last quarter's end, in its unit; None where it can't be compared."""
    then = comparable(kpi)
    if then is None or then.value is None or kpi.now.value is None:
        return None
    moved, unit = kpi.now.value - then.value, kpi.indicator.unit
    if moved == 0:
        return "unchanged"
    if unit == "yes":
        return f"{value(kpi, then)} → {value(kpi)}"
    if unit == "share":
        points = f"{abs(moved) * 100:.0f}" if abs(moved) >= 0.01 else f"{abs(moved) * 100:.1g}"
        return f"{'+' if moved > 0 else MINUS}{points} {'point' if points == '1' else 'points'}"
    return f"{'+' if moved > 0 else MINUS}{kpi_words.figure(abs(moved), unit, kpi.indicator.currency)}"


def made_of(kpi: Kpi) -> str:
    """Out of how many, and how much of what it should speak of was looked at."""
    share = kpi_words.of(kpi.now, kpi.indicator)
    covered = kpi.now.coverage
    looked = "" if covered is None or covered >= 1 else f"{kpi_words.figure(covered, 'share')} looked at"
    return "; ".join(each for each in (share, looked) if each)


def aim(kpi: Kpi) -> Target | None:
    """The target that is due next."""
    return kpi.targets[0] if kpi.targets else None


def aimed(kpi: Kpi) -> str | None:
    """The target that is due next, by when, and how it stands."""
    target = aim(kpi)
    if target is None:
        return None
    shown = kpi_words.figure(target.target, kpi.indicator.unit, kpi.indicator.currency)
    state = f", {target.state.replace('-', ' ')}" if target.state else ""
    return f"{shown} by {target.until}{state}"


def big(kpi: Kpi) -> Big:
    """A KPI as a big figure."""
    moved, target = change(kpi), aimed(kpi)
    unknown = kpi.now.value is None
    side = {"good": ", better", "bad": ", worse"}.get(direction(kpi) or "", "")
    return Big(
        label=kpi.indicator.title,
        value=value(kpi),
        of=ended(capital(kpi.now.why or "nobody knows"))
        if unknown
        else made_of(kpi) or clause(kpi.now.sentence),
        change=None
        if moved is None
        else moved
        if moved == "unchanged"
        else f"{moved} on the last quarter{side}",
        tone=direction(kpi) or "none",
        target=None if target is None else f"target {target}",
        ask=kpi.now.ask if unknown else None,
        stated=kpi.now.stated,
    )


def strong(text: str) -> Words:
    """A text that carries."""
    return (Strong(text),)


def or_dash(text: str) -> Cell:
    """A cell that has nothing to say, as opposed to one that isn't known."""
    return text or NOBODY_SAYS


def code(command: str | None) -> Cell:
    """A command in a cell; a dash where there is none."""
    return NOBODY_SAYS if command is None else (Code(command),)
