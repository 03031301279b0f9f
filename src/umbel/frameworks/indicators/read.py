# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Readings of indicators: each computed once for a `Known`, whichever way; one that fails costs only itself."""

from __future__ import annotations

import importlib
import logging
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from umbel.frameworks.indicators import sentences
from umbel.frameworks.indicators.found import Found
from umbel.frameworks.indicators.state import state
from umbel.frameworks.interface import Reading
from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.frameworks.indicators.definition import Definition
    from umbel.frameworks.indicators.state import State
    from umbel.frameworks.interface import Known

_log = logging.getLogger(__name__)


def read(known: Known, names: Iterable[str]) -> dict[str, Reading]:
    """What each of some indicators says, by name in the order asked. Raises `UsageError` for a name that is none."""
    kept = state(known)
    found: dict[str, Reading] = {}
    for name in names:
        definition = kept.catalog.get(name)
        if definition.name not in kept.readings:
            kept.readings[definition.name] = _one(known, kept, definition)
        found[definition.name] = kept.readings[definition.name]
    return found


def _one(known: Known, kept: State, definition: Definition) -> Reading:
    import duckdb

    try:
        return _reading(known, definition, _found(known, kept, definition))
    except UmbelError as error:
        return _failed(known, definition, str(error))
    except duckdb.InterruptException:
        seconds = known.settings.metrics.seconds
        words = f"its query took longer than {seconds} s and was ended (raise seconds under [metrics] in umbel.toml)"
        return _failed(known, definition, words)
    except Exception as error:  # noqa: BLE001 - whatever one of them meets, the others are answered
        if not definition.own:
            _log.exception("indicator %s failed", definition.name)
        return _failed(known, definition, _one_line(error))


def _found(known: Known, kept: State, definition: Definition) -> Found:
    from umbel.frameworks.indicators import fold, query

    said = definition.body
    if said.metric is not None:
        return fold.fold(known, kept, definition)
    if said.sql is not None:
        return query.ask(known, kept, definition)
    module, _, function = (said.from_ or "").partition(".")
    if module == "imported":
        from umbel.frameworks import imported

        return imported.found(known, definition.name)
    asked = getattr(importlib.import_module(f"{__package__}.{module}"), function)
    found = asked(known)
    if not isinstance(found, Found):
        raise TypeError(f"{said.from_} gives no Found")
    return found


def _reading(known: Known, definition: Definition, found: Found) -> Reading:
    """The figures as a reading: a share without a denominator, or anything of which nothing was known, is unknown."""
    said = definition.body
    numerator, denominator = _number(found.numerator), _number(found.denominator)
    looked, whole = _number(found.known), _number(found.whole)
    value = _number(found.value)
    if said.unit == "share" and value is None and numerator is not None and denominator:
        value = numerator / denominator
    elif said.unit != "share" and value is None:
        value = numerator
    if whole == 0 or (said.unit == "share" and denominator == 0) or (looked == 0 and whole):
        value = None
    coverage = None if looked is None or not whole else min(1.0, looked / whole)
    why = None if value is not None else found.why or said.nothing or "nothing is known of it"
    made = Reading(
        indicator=definition.name,
        as_of=known.as_of,
        value=value,
        unit=said.unit,
        numerator=numerator,
        denominator=denominator,
        coverage=coverage,
        observed_at=_moment(found.observed_at),
        oldest_at=_moment(found.oldest_at),
        stated=found.stated or said.stated,
        evidence={name: _plain(each) for name, each in found.evidence.items()},
        why=why,
        ask=said.ask,
    )
    import msgspec

    if made.at_least:
        made = msgspec.structs.replace(made, evidence={**made.evidence, "at_least": True})
    return msgspec.structs.replace(made, sentence=sentences.sentence(said, made, found))


def _failed(known: Known, definition: Definition, why: str) -> Reading:
    words = why.rstrip(".")
    return Reading(
        indicator=definition.name,
        as_of=known.as_of,
        value=None,
        unit=definition.body.unit,
        error=True,
        why=words,
        sentence=f"{definition.body.title} could not be computed: {words}.",
        ask=definition.body.ask,
    )


def _number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool | int | float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    return None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    """Evidence as plain values: counts are whole."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float | Decimal):
        number = _number(value)
        return int(number) if number is not None and number.is_integer() else number
    return value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).partition("\nLINE")[0].split())[:300] or type(error).__name__
