# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One plain sentence of a reading, with what the figure is of and how much was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.frameworks.indicators.definition import Body
    from umbel.frameworks.indicators.found import Found
    from umbel.frameworks.interface import Reading

_SINGULAR = {
    "have": "has",
    "are": "is",
    "were": "was",
    "do": "does",
    "don't": "doesn't",
    "aren't": "isn't",
    "carry": "carries",
}
_UNITS = {"days": ("day", "days"), "years": ("year", "years")}


def sentence(said: Body, reading: Reading, found: Found) -> str:
    """The function's own words, else those that the definition has for it."""
    if reading.value is None:
        return f"{said.title}: unknown, since {_clause(reading.why or '')}."
    words = found.sentence.rstrip(".") if found.sentence else _words(said, reading)
    return f"{words}{_looked_at(said, found)}."


def _words(said: Body, reading: Reading) -> str:
    value = reading.value or 0.0
    if said.unit == "yes":
        return (said.says if value else said.says_not or f"{said.title}: no").rstrip(
            "."
        ) or f"{said.title}: yes"
    if said.unit == "share" and "{" not in said.says:
        return _share(said, reading)
    filled = _filled(said.says, reading, said)
    return filled.rstrip(".") if filled else f"{said.title}: {shown(value, said)}"


def _share(said: Body, reading: Reading) -> str:
    """72 of 96 projects have an inventory (75 %)."""
    value = reading.value or 0.0
    if reading.numerator is None or reading.denominator is None:
        return f"{said.title}: {percent(value)}"
    top, bottom = number(reading.numerator), number(reading.denominator)
    noun = one(said.noun or "") if reading.denominator == 1 else said.noun or ""
    does = said.says or "do"
    if 1 in {reading.numerator, reading.denominator}:
        first, _, rest = does.partition(" ")
        does = f"{_singular(first)} {rest}".strip()
    return f"{top} of {bottom} {noun} {does} ({percent(value)})"


def _filled(says: str, reading: Reading, said: Body) -> str:
    if not says:
        return ""
    value = reading.value or 0.0
    if reading.at_least and value and says.startswith("{value} "):
        rest = says.removeprefix("{value} ")
        says = f"At least {{value}} {_of_one(rest) if value == 1 else rest}"
    elif said.unit == "count" and says.startswith("{value} ") and value in {0, 1}:
        rest = says.removeprefix("{value} ")
        none = "None" if rest.startswith("of ") else "No"
        says = f"{none} {rest}" if value == 0 else f"{{value}} {_of_one(rest)}"
        if reading.at_least:
            says += ", as far as anybody looked"
    return says.format(
        value=shown(value, said),
        numerator=number(reading.numerator or 0.0),
        denominator=number(reading.denominator or 0.0),
    )


def _of_one(clause: str) -> str:
    """A clause about many, said of one: noun and verb.

    >>> _of_one("exceptions are in force")
    'exception is in force'
    """
    words = clause.split(" ")
    place = next((place for place, word in enumerate(words) if word in _SINGULAR), None)
    if not place:
        return clause
    noun = one(" ".join(words[:place]))
    return " ".join([noun, _SINGULAR[words[place]], *words[place + 1 :]])


def _looked_at(said: Body, found: Found) -> str:
    """How much of what it should speak of was looked at; said of counted things only."""
    if found.known is None or not found.whole or not said.whole:
        return ""
    looked, whole = float(found.known), float(found.whole)
    if looked >= whole:
        return f"; all {number(whole)} {said.whole} were looked at" if whole > 1 else ""
    was = "was" if looked == 1 else "were"
    return f"; {number(looked)} of {number(whole)} {said.whole} {was} looked at ({percent(looked / whole)})"


def shown(value: float, said: Body) -> str:
    """A value with its unit."""
    if said.unit == "share":
        return percent(value)
    if said.unit in _UNITS:
        singular, plural = _UNITS[said.unit]
        text = number(value)
        return f"{text} {singular if text == '1' else plural}"
    if said.unit == "amount":
        return f"{number(value)} {said.currency or ''}".strip()
    return number(value)


def number(value: float) -> str:
    """Counts whole with separators, others with what matters.

    >>> number(1234.0), number(2.3456), number(0.04)
    ('1,234', '2.3', '0.04')
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def percent(value: float) -> str:
    """A share as per cent: what isn't none or all never reads as such.

    >>> percent(0.75), percent(0.9999), percent(0.0001), percent(1.0)
    ('75 %', '99.9 %', '0.1 %', '100 %')
    """
    if 0 < value < 0.01:
        return f"{max(value * 100, 0.1):.1f} %"
    if 0.99 < value < 1:
        return f"{min(value * 100, 99.9):.1f} %"
    return f"{value * 100:.0f} %"


def one(noun: str) -> str:
    """A noun of many as one of it: its first word that is plural.

    >>> one("projects"), one("libraries in use"), one("releases of products")
    ('project', 'library in use', 'release of products')
    """
    head, mark, rest = noun, "", ""
    for word in (" of ", " in ", " that ", " with ", " whose "):
        if word in noun:
            place = noun.index(word)
            head, mark, rest = noun[:place], word, noun[place + len(word) :]
            break
    if head.endswith("ies"):
        head = f"{head[:-3]}y"
    elif head.endswith("s") and not head.endswith("ss"):
        head = head[:-1]
    return f"{head}{mark}{rest}"


def _singular(verb: str) -> str:
    return _SINGULAR.get(verb, f"{verb}s")


def _clause(why: str) -> str:
    text = why.rstrip(".")
    return text or "nothing is known of it"
