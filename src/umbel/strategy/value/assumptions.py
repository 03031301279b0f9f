# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What value is reckoned with: declared ranges, each with its source, and the workspace's own in `value.toml`.

The built-in ones stand in `strategy/data/value.toml`. A workspace's file names those that it sets otherwise, as
ranges (`low`, `likely`, `high`, `shape`) or as one `value`; what it doesn't name stays built in.
"""

from __future__ import annotations

import math
import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from umbel.policy import records
from umbel.strategy.value.shapes import Shape, quantiles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "value.toml"
_CURRENCY = re.compile(r"[A-Z]{3}")
_SHAPES = get_args(Shape)
_ENDS = ("low", "likely", "high")
_MEDIAN = 0.5
_LARGEST = 1e300


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One assumption: a range in a `unit`, what it is, where it is from and why it is set so.

    Of a `fixed` one only `likely` counts; a `lognormal` has none, and its ends are its 10th and 90th percentile.
    `own` says that the workspace set it.
    """

    name: str
    what: str
    unit: str
    shape: Shape
    low: float
    likely: float
    high: float
    source: str
    why: str
    least: float = 0.0
    most: float = 1e12
    above_zero: bool = False
    money: bool = False
    own: bool = False

    @property
    def middle(self) -> float:
        """Its median."""
        return self.at((_MEDIAN,))[0]

    def at(self, probabilities: tuple[float, ...] | list[float]) -> list[float]:
        """Its values at some probabilities."""
        return quantiles(self.shape, self.low, self.likely, self.high, probabilities)


class Assumptions(msgspec.Struct, frozen=True):
    """All of them by name, the currency they are in, and which languages are no code."""

    currency: str
    not_code: frozenset[str]
    by_name: dict[str, Assumption]

    @property
    def own(self) -> tuple[str, ...]:
        """Names of those that the workspace set."""
        return tuple(name for name, each in self.by_name.items() if each.own)


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a workspace says of one assumption."""

    low: float | None = None
    likely: float | None = None
    high: float | None = None
    value: float | None = None
    shape: Shape | None = None


class _Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    what: str
    unit: str
    shape: Shape
    source: str
    why: str
    low: float | None = None
    likely: float | None = None
    high: float | None = None
    value: float | None = None
    most: float = 1e12
    above_zero: bool = False
    money: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: str
    not_code: tuple[str, ...]
    assumptions: dict[str, _Declared]


@cache
def built_in() -> Assumptions:
    """Those that Umbel comes with."""
    text = resources.files("umbel.strategy").joinpath("data/value.toml").read_text("utf-8")
    return _assumptions(msgspec.convert(tomllib.loads(text), _File), None, {})


def load(path: Path) -> Assumptions:
    """The built-in ones and what a file sets otherwise; a missing file sets nothing.

    Raises `SettingsError` with every fault and its line.
    """
    kind = _kind()
    given: Any = records.load(path, kind, _meaning)
    said = {name: getattr(given, name) for name in built_in().by_name}
    text = resources.files("umbel.strategy").joinpath("data/value.toml").read_text("utf-8")
    return _assumptions(msgspec.convert(tomllib.loads(text), _File), given.currency, said)


def template() -> str:
    """The built-in assumptions as a file to be edited, each with what it is, its source and its reason."""
    known = built_in()
    lines = [
        "# What `umbel value` assumes: each is a range, since none is known exactly. Edit what you know better,",
        "# delete what should stay as Umbel has it. Instead of low, likely, high and shape a table may hold one value.",
        "# Shapes: pert and triangular run from low to high, with likely in between; a lognormal lies below low",
        "# in 1 of 10 cases and above high in 1 of 10.",
        "",
        "# The currency of all amounts, here and in decisions/value.toml (ISO 4217). Another one needs its own hour.",
        f'currency = "{known.currency}"',
    ]
    for each in known.by_name.values():
        lines += ["", f"# {each.what}.", f"# Unit: {each.unit}.", f"# Source: {each.source}."]
        lines += [f"# Why this default: {each.why}.", f"[{each.name}]", *_figures(each)]
    return "\n".join(lines) + "\n"


def _figures(each: Assumption) -> list[str]:
    if each.shape == "fixed":
        return [f"value = {_number(each.likely)}"]
    ends = ("low", "high") if each.shape == "lognormal" else _ENDS
    return [*(f"{end} = {_number(getattr(each, end))}" for end in ends), f'shape = "{each.shape}"']


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)


@cache
def _kind() -> type[msgspec.Struct]:
    """The file's type: a table for each assumption there is, so that a wrong name is told with what is near it."""
    fields: list[Any] = [("currency", str | None, None)]
    fields += [(name, Given, Given()) for name in built_in().by_name]
    return msgspec.defstruct("ValueFile", fields, frozen=True, kw_only=True, forbid_unknown_fields=True)


def _assumptions(file: _File, currency: str | None, said: Mapping[str, Given]) -> Assumptions:
    chosen = currency or file.currency
    found = {}
    for name, declared in file.assumptions.items():
        plain = _of_declared(name, declared, chosen)
        own = _merged(plain, said.get(name) or Given())
        changed = any(getattr(own, key) != getattr(plain, key) for key in (*_ENDS, "shape"))
        # Equal figures mean something else in another currency.
        changed = changed or (declared.money and chosen != file.currency)
        found[name] = msgspec.structs.replace(own, own=changed)
    return Assumptions(chosen, frozenset(file.not_code), found)


def _of_declared(name: str, declared: _Declared, currency: str) -> Assumption:
    value = declared.value
    low = value if declared.low is None else declared.low
    high = value if declared.high is None else declared.high
    likely = value if declared.likely is None else declared.likely
    if low is None or high is None or (likely is None and declared.shape != "lognormal"):
        raise ValueError(f"the built-in assumption {name} has no range")
    return Assumption(
        name=name,
        what=declared.what,
        unit=declared.unit.replace("{currency}", currency),
        shape=declared.shape,
        low=low,
        likely=math.sqrt(low * high) if likely is None else likely,
        high=high,
        source=declared.source,
        why=declared.why,
        most=declared.most,
        above_zero=declared.above_zero,
        money=declared.money,
    )


def _merged(each: Assumption, given: Given) -> Assumption:
    """A built-in assumption with what a workspace sets otherwise."""
    if given.value is not None:
        value = float(given.value)
        return msgspec.structs.replace(each, shape="fixed", low=value, likely=value, high=value)
    if given == Given():
        return each
    shape = given.shape or ("pert" if each.shape == "fixed" else each.shape)
    low, high = (_first(given.low, each.low), _first(given.high, each.high))
    likely = _first(given.likely, each.likely)
    if shape == "lognormal" and low > 0 and high > 0:
        likely = math.sqrt(low * high)
    return msgspec.structs.replace(each, shape=shape, low=low, likely=likely, high=high)


def _first(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else float(given)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: figures are finite and in bounds, ranges in order, and money in its currency."""
    currency = data.get("currency")
    if isinstance(currency, str) and not _CURRENCY.fullmatch(currency):
        say(("currency",), f"{currency[:20]!r} is no currency; write it as three capitals: EUR, USD")
    known = built_in()
    for name, each in known.by_name.items():
        entry = data.get(name)
        if isinstance(entry, dict):
            _range(each, entry, lambda key, words, name=name: say((name, key), words))
        if each.money and not entry and isinstance(currency, str) and currency != known.currency:
            say(("currency",), f"is {currency}, while {name} is still in {known.currency}: set [{name}] too")


def _range(each: Assumption, entry: Mapping[str, Any], tell: Any) -> None:
    numbers = {key: entry[key] for key in (*_ENDS, "value") if _is_number(entry.get(key))}
    for key, number in numbers.items():
        least = "more than 0" if each.above_zero else f"at least {each.least:g}"
        if not _is_finite(number):
            tell(key, "must be a finite number")
        elif number < each.least or (each.above_zero and number <= 0):
            tell(key, f"must be {least} ({each.unit})")
        elif number > each.most:
            tell(key, f"must be at most {each.most:g} ({each.unit})")
    if "value" in entry and len(entry) > 1:
        tell("value", "is one figure: leave out low, likely, high and shape, or leave out value")
        return
    if entry.get("shape") == "fixed" and "value" not in entry:
        tell("shape", "fixed needs a value")
    if not all(map(_is_finite, numbers.values())) or entry.get("shape", "pert") not in _SHAPES:
        return
    _order(_merged(each, Given(**numbers, shape=entry.get("shape"))), numbers, tell)


def _order(merged: Assumption, numbers: Mapping[str, float], tell: Any) -> None:
    """What stands in the file and what stays built in must make one range."""
    key = next((key for key in _ENDS if key in numbers), "low")
    if merged.shape == "lognormal":
        if "likely" in numbers:
            tell("likely", "a lognormal is set by low and high alone")
        if not 0 < merged.low <= merged.high:
            tell(key, f"low must be above 0 and not above high; it is {merged.low:g} to {merged.high:g}")
    elif merged.shape != "fixed" and not merged.low <= merged.likely <= merged.high:
        told = f"low {merged.low:g}, likely {merged.likely:g}, high {merged.high:g}"
        tell(key, f"must be in order, low to likely to high; with what stays built in it is {told}")


def _is_finite(number: float) -> bool:
    """Whether it can be reckoned with; a whole number of any length may stand in TOML."""
    return abs(number) <= _LARGEST


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
