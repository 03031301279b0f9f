# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind one KPI, as lines of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.cli import output
from umbel.cli.options import Format
from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.kpi_words import change, figure, of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Forecast, Kpi, Reading


def page(kpi: Kpi, gap: str | None, faults: Sequence[str]) -> None:
    """Print it: definition, figure, series, targets, forecast or why there is none (`gap`), faults of its rows."""
    said = kpi.indicator
    print(f"{output.clean(said.title)} ({said.name}){', stated' if kpi.now.stated else ''}\n")
    print(f"{output.clean(said.question)}\n{output.clean(kpi.now.sentence)}\n")
    for label in ("definition", "unit", "better", "source", "limits"):
        print(f"{label + ':':<12}{output.clean(getattr(said, label))}")
    if kpi.now.ask and not kpi.now.stated:
        print(f"{'rows:':<12}{output.clean(kpi.now.ask)}")
    if kpi.now.evidence:
        print(f"{'stands on:':<12}{output.clean(_evidence(kpi.now))}")
    if len(kpi.series) > 1:
        rows = [{"kpi": kpi, "point": point} for point in kpi.series]
        output.emit(rows, Format.table, columns=_POINTS, limit=0)
        _moved(kpi)
    for aim in kpi.targets:
        print(f"{output.clean(aim.goal)}: {aim.state or '?'}. {output.clean(aim.sentence)}")
    _forecast(kpi, gap)
    if faults:
        print("\nLeft out of what is stated:")
        for line in faults:
            print(f"- {output.clean(line)}")


def _moved(kpi: Kpi) -> None:
    from umbel.frameworks.kpis import moved

    found = moved(kpi)
    if found is not None:
        told = change(found.before.reading, found.now.reading, kpi.indicator)
        print(f"From {found.before.end} to {found.now.end}: {output.clean(told)}")


def _forecast(kpi: Kpi, gap: str | None) -> None:
    if kpi.forecast is None:
        print(f"No forecast: {output.clean(gap or 'it has no past')}.")
        return
    told: Forecast = kpi.forecast

    def shown(value: float) -> str:
        return output.clean(figure(value, kpi.indicator.unit, kpi.indicator.currency))

    print(
        f"If nothing changes, on {told.end}: {shown(told.low)} to {shown(told.high)} (most likely {shown(told.value)})."
    )
    print(f"  {output.clean(told.how)}")


def _evidence(reading: Reading) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in reading.evidence.items()
        if value is not None and name != "faults"
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {each}" for name, each in value.items()) + ")"
    if isinstance(value, list):
        return ", ".join(map(str, value[:8])) + (" …" if len(value) > 8 else "")
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _known(record: dict[str, Any]) -> str:
    coverage = record["point"].reading.coverage
    return "–" if coverage is None else percent(coverage)


def _value(record: dict[str, Any]) -> str:
    said = record["kpi"].indicator
    return output.clean(figure(record["point"].reading.value, said.unit, said.currency))


_POINTS: output.Shown = {
    "as of": lambda r: str(r["point"].end),
    "value#": _value,
    "of": lambda r: output.clean(of(r["point"].reading, r["kpi"].indicator) or "–"),
    "known#": _known,
    "newest evidence": lambda r: output.day(r["point"].reading.observed_at),
    "why unknown": lambda r: output.clean(r["point"].reading.why or "–"),
}
