# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""In what candidates differ, in words. What is unknown of one is said with every difference that it could undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.model.purl import display
from umbel.strategy.evaluate.model import model
from umbel.strategy.evaluate.words import counted, listed, years

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from umbel.strategy.evaluate.records import Candidate


class _Yes(NamedTuple):
    """A question with yes and no: in which row, its answer by the cell's value, and how both are said."""

    row: str
    answer: Callable[[Any], bool | None]
    yes: str
    no: str


class _Number(NamedTuple):
    """A figure: in which row, by the cell's value, what it is, and how it is written."""

    row: str
    value: Callable[[Any], float | None]
    what: str
    write: Callable[[float], str]


def _plain(number: float) -> str:
    return f"{number:,.0f}"


_QUESTIONS = (
    _Yes("use", {"allowed": True, "denied": False}.get, "may be used so without a question", "may not be used so"),
    _Yes(
        "vulnerabilities", lambda v: v["malicious"],
        "is known to be malicious", "is not known to be malicious",
    ),
    _Yes(
        "vulnerabilities", lambda v: v["known"] > 0,
        "has known vulnerabilities in the version that one would get",
        "has none known in the version that one would get",
    ),
    _Yes(
        "state", lambda v: any(v.get(name) for name in ("deprecated", "archived", "yanked")),
        "is deprecated, archived or yanked", "is not known to be deprecated, archived or yanked",
    ),
    _Yes("end_of_life", lambda v: v["eol"], "is past the end of its life", "is not past the end of its life"),
    _Yes("used", lambda v: v["projects"] > 0, "is used here already", "is used by nobody here"),
)  # fmt: skip
_NAMES: tuple[tuple[str, str, Callable[[Any], str | None]], ...] = (
    ("license", "Kind of licence", lambda v: ", ".join(v["groups"]) or None),
    (
        "gate",
        "What the policy would say",
        {"clean": "nothing", "note": "a note", "warn": "a warning", "fail": "stop"}.get,
    ),
    ("fragility", "Fragility", lambda v: v["level"]),
    (
        "governance",
        "Who governs",
        lambda v: None if v["governed"] is None else v["governed"].replace("-", " "),
    ),
    ("decided", "Decided before", lambda v: v["ring"] or "nothing"),
)
_FIGURES = (
    _Number("past", lambda v: v["all"], "Vulnerabilities on record", _plain),
    _Number("past", lambda v: v.get("median_days"), "Time until a fix, median", years),
    _Number("rhythm", lambda v: v.get("last_year"), "Releases in the last year", _plain),
    _Number("rhythm", lambda v: v["days_since"], "Time since the last release", years),
    _Number("age", lambda v: v["days"], "Age", years),
    _Number("maintainers", lambda v: v["may_release"], "People who may release it", _plain),
    _Number("size", lambda v: v["code"], "Lines of code", _plain),
    _Number("load", lambda v: v["all"], "Packages that come along", _plain),
)


def differences(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Sentences, by rows; nothing of a single candidate."""
    if len(candidates) < 2:
        return
    names = _names(candidates)
    for asked in _QUESTIONS:
        yield from _of_question(asked, _answers(asked.row, asked.answer, candidates, names))
    for row, what, read in _NAMES:
        yield from _of_names(what, _answers(row, read, candidates, names))
    for figure in _FIGURES:
        yield from _of_figure(figure, _answers(figure.row, figure.value, candidates, names))


def _names(candidates: Sequence[Candidate]) -> list[str]:
    """Short names, as long as they tell the candidates apart."""
    short = [display(each.package) for each in candidates]
    return short if len(set(short)) == len(short) else [each.title for each in candidates]


def _answers(
    row: str, read: Callable[[Any], Any], candidates: Sequence[Candidate], names: Sequence[str]
) -> dict[str, Any]:
    """What a row says of each; None is unknown."""
    found = {}
    for name, each in zip(names, candidates, strict=True):
        cell = each.cells[row]
        found[name] = None if cell.value is None or not _told(cell.value) else read(cell.value)
    return found


def _told(value: Any) -> bool:
    """Whether a registry knew the package at all: of what isn't there nothing is compared."""
    return not (isinstance(value, dict) and value.get("found") is False)


def _unknown(answers: dict[str, Any]) -> str:
    open_ = [name for name, answer in answers.items() if answer is None]
    return f" Of {listed(open_)} nobody knows." if open_ else ""


def _of_question(asked: _Yes, answers: dict[str, bool | None]) -> Iterator[str]:
    yes = [name for name, answer in answers.items() if answer is True]
    no = [name for name, answer in answers.items() if answer is False]
    if not yes or not no:
        return
    # "Only" is said where it is true whatever the unknown ones turn out to be, or with them named.
    among = "" if len(yes) + len(no) == len(answers) else " of those that are known"
    if len(yes) == 1:
        yield f"Only {yes[0]}{among} {asked.yes}.{_unknown(answers)}"
    elif len(no) == 1:
        yield f"Only {no[0]}{among} {asked.no}.{_unknown(answers)}"
    else:
        yield f"{listed(yes)}: each {asked.yes}; {listed(no)}: each {asked.no}.{_unknown(answers)}"


def _of_names(what: str, answers: dict[str, str | None]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for name, answer in answers.items():
        if answer is not None:
            groups.setdefault(answer, []).append(name)
    if len(groups) > 1:
        told = "; ".join(f"{answer} ({listed(names)})" for answer, names in groups.items())
        yield f"{what}: {told}.{_unknown(answers)}"


def _of_figure(figure: _Number, answers: dict[str, float | None]) -> Iterator[str]:
    known = {name: float(value) for name, value in answers.items() if value is not None}
    if len(known) < 2:
        return
    low, high = min(known.values()), max(known.values())
    if high < model().evaluate.spread * max(low, 1.0):
        return
    least = [name for name, value in known.items() if value == low]
    most = [name for name, value in known.items() if value == high]
    ends = f"from {figure.write(low)} ({listed(least)}) to {figure.write(high)} ({listed(most)})"
    open_ = len(answers) - len(known)
    yield f"{figure.what}: {ends}" + (f", {counted(open_, 'candidate')} unknown" if open_ else "") + "."
