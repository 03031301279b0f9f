# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a figure is computed, in the words and the code of its definition."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import umbel
from umbel.model.errors import UmbelError
from umbel.office.pages.why import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from umbel.app.workspace import Workspace
    from umbel.frameworks.indicators.definition import Definition
    from umbel.frameworks.interface import Assessment, Reading
    from umbel.metrics.definition import Definition as Metric
    from umbel.model.measurement import Measurement
    from umbel.office.seen import Seen

_HOME = Path(umbel.__file__).parent
_FOLDS = {
    "weighted": "the mean over projects, each weighed by what its figure is of",
    "sum": "the sum over projects",
    "median": "the median over projects",
    "share": "the share of projects whose figure is within the bounds",
}


class Way(NamedTuple):
    """One way of computing: in words, the code, its language, and the file that it stands in."""

    words: str
    code: str
    language: str
    file: str
    metric: str | None = None


class Use(NamedTuple):
    """Where an indicator decides something."""

    framework: str
    practice: str
    title: str
    outcome: str


class Result(NamedTuple):
    """What a metric says of one subject, with what was bound to its query."""

    found: list[Measurement]
    parameters: list[tuple[str, object]]
    why: str | None


def way(definition: Definition) -> Way:
    """How an indicator is computed."""
    said, file = definition.body, place(definition.path)
    if said.metric is not None:
        where = {
            "own": "our projects",
            "upstream": "the upstream projects",
            "strategic": "the strategic projects",
        }
        words = f"The metric {said.metric} of {where[said.of]}, folded into one figure: {_FOLDS[said.fold]}."
        return Way(words, "", "", file, said.metric)
    if said.sql is not None:
        lake = "our own evidence" if said.lake == "own" else "the evidence of upstream projects"
        return Way(f"A query over {lake}.", said.sql.strip(), "SQL", file)
    module, _, function = (said.from_ or "").partition(".")
    if module == "imported" or not function:
        return Way("A series that people state: its newest value up to the day.", "", "", file)
    code, where_ = _source(f"umbel.frameworks.indicators.{module}", function)
    return Way(f"A function of Umbel's own: {function}.", code, "Python", where_ or file)


def uses(assessments: Iterable[Assessment], name: str) -> list[Use]:
    """The practices that an indicator decides."""
    return [
        Use(
            assessed.framework.id,
            each.practice.id,
            f"{assessed.framework.title}: {each.practice.title}",
            each.outcome,
        )
        for assessed in assessments
        for each in assessed.answers
        if any(check.indicator == name for check in each.practice.checks)
    ]


def evidence(reading: Reading, looks: Seen) -> list[tuple[str, object]]:
    """What a reading stands on, without the names of projects that may not be told."""
    return [(name.replace("_", " "), _shown(value, looks)) for name, value in reading.evidence.items()]


def _shown(value: Any, looks: Seen) -> object:
    if isinstance(value, dict):
        return [f"{name}: {_shown(each, looks)}" for name, each in value.items() if looks.shows(str(name))]
    if isinstance(value, list | tuple):
        return [each for each in value if not isinstance(each, str) or looks.shows(each)]
    if isinstance(value, str) and not looks.shows(value):
        return "a project that you may not see"
    return value


def place(path: str | Path) -> str:
    """A file as it is told: within Umbel, or its name in the workspace."""
    found = Path(path)
    return (
        f"umbel/{found.relative_to(_HOME).as_posix()}"
        if found.is_relative_to(_HOME)
        else f"{found.parent.name}/{found.name}"
    )


def result(workspace: Workspace, chosen: Metric, subject: str, looks: Seen) -> Result:
    """What a metric says of one subject: of a project of ours, else of an upstream project."""
    from umbel.app.upstream import has_upstream, over_upstream

    parameters: list[tuple[str, object]] = [("$as_of", _moment(looks)), ("$since", _windows(chosen))]
    if not looks.shows(subject):
        return Result([], parameters, "There is no such project, as far as you may see.")
    there = kept.measured(looks, chosen.name, subject)
    if there is not None:
        return Result(there, parameters, None)
    if chosen.of_history:
        return Result(
            [], parameters, "No history of such a project was read, or it is still being worked out."
        )
    places = [workspace, *([over_upstream(workspace)] if has_upstream(workspace) else [])]
    why = "Nothing was collected."
    for each in places:
        try:
            return Result(each.metric(chosen.name, [subject], as_of=looks.as_of), parameters, None)
        except UmbelError as error:
            why = str(error)
    return Result([], parameters, why)


def _windows(chosen: Metric) -> str:
    said = ["the whole history" if each is None else f"{each} days" for each in chosen.windows]
    return f"$as_of less {' or '.join(said)}"


def _moment(looks: Seen) -> datetime | str:
    return looks.as_of or "now"


def _source(module: str, function: str) -> tuple[str, str | None]:
    """The source of one of Umbel's own functions and its file; nothing where it was shipped without."""
    try:
        found = getattr(importlib.import_module(module), function)
        return inspect.getsource(found), place(inspect.getsourcefile(found) or "")
    except (ImportError, AttributeError, OSError, TypeError):
        return "", None


def figures(
    seconds: Mapping[str, float], failed: Mapping[str, str]
) -> Sequence[tuple[str, float | None, str | None]]:
    """How long each figure and list took, the slowest first; and what couldn't be made."""
    told = [
        (name, taken, failed.get(name)) for name, taken in sorted(seconds.items(), key=lambda pair: -pair[1])
    ]
    return [(name, None, why) for name, why in failed.items() if name not in seconds] + told
