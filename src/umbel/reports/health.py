# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps projects alive: a section of the portfolio page, and a page of its own for one project.

What matters stands in sentences; small charts show where it is going; every figure can be unfolded with what
it is of and where it comes from. There is no score, and no order of projects but their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.reports.columns import Trend, draw
from umbel.reports.figures import count
from umbel.reports.files import checked, replacing
from umbel.reports.listing import Column, left_out, table
from umbel.reports.markup import MOST_CHARACTERS, Html, element, short
from umbel.reports.page import asset, document
from umbel.reports.why import command, evidence, moment

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from umbel.metrics.health import Figure, Health
    from umbel.reports.facts import Facts

MOST_CARDS = 24
"""Projects that the portfolio page shows in sentences and charts; the table has more."""
MOST_ROWS = 1_500
MOST_PATHS = 5
"""Paths that the page of a part of a project names in its head."""
_CHARTS = "A column is a quarter; releases and people who make half are of the year up to its end."
TITLE = "Who keeps it alive"
_TRENDS = (
    ("commit_activity", "Commits a quarter", "commits"),
    ("active_contributors", "People a quarter", "people"),
    ("absence_factor", "People who make half", "people"),
    ("release_frequency", "Releases a year", "releases"),
)
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("absence_factor", "People who make half"),
    ("active_contributors", "People a quarter"),
    ("new_contributors", "New people a year"),
    ("silent_maintainers", "Maintainers who fell silent"),
    ("commit_activity", "Commits a quarter"),
    ("days_since_commit", "Days since a change"),
    ("days_since_release", "Days since a release"),
)


def section(facts: Facts) -> Html:
    """The section of the portfolio page; a sentence where there is no history to tell of."""
    title = element("h2", TITLE, id="health-title")
    if not facts.health:
        said = "No git history was collected, so nobody can tell. Collect checkouts or addresses of repositories: "
        body = [element("p", said, element("code", "umbel collect PATH"), class_="note")]
    else:
        body = [element("p", _coverage(facts), class_="note"), *_cards(facts), *_table(facts)]
    return element("section", title, *body, id="health", aria_labelledby="health-title")


def write(facts: Facts, health: Health, path: str | os.PathLike[str]) -> Path:
    """Write a project's page, whole or not at all; gives the file's full path. Raises as `portfolio.write`."""
    target = checked(path)
    with replacing(target) as draft:
        draft.write_text(page(facts, health), "utf-8", newline="\n")
    return target


def page(facts: Facts, health: Health) -> str:
    """A page of its own for one project. Pure: equal facts give equal bytes."""
    about = element(
        "div",
        element("p", TITLE, class_="kicker"),
        element("h1", element("bdi", short(health.project, 120))),
        *([element("p", short(health.about, 600), class_="soft")] if health.about else []),
    )
    dates = element("dl", element("dt", "As of"), element("dd", moment(health.as_of)), class_="when")
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    lead = [element("p", short(line), class_="lead said") for line in health.sentences]
    span = element("p", f"Three years. {_CHARTS}", class_="note")
    in_numbers = element(
        "details", element("summary", "in numbers"), element("div", numbers(health), class_="why")
    )
    over_time = element("h2", "Over time", id="over-time-title")
    charts = element(
        "section", over_time, span, _trends(health, "page"), in_numbers, aria_labelledby="over-time-title"
    )
    foot = "Counted from the history of the repository. People are counted; named is only who agreed to it."
    footer = element("footer", element("p", f"Made by umbel {facts.tool_version}. {foot}"))
    return document(
        " · ".join(
            [TITLE, short(health.project, 80), *(short(path, 60) for path in health.paths[:MOST_PATHS])]
        ),
        top,
        element("main", *lead, charts, _figures(health), _source(facts, health)),
        footer,
    )


def _coverage(facts: Facts) -> str:
    known = sum(any(f.measurement.value is not None for f in each.figures) for each in facts.health)
    every = {project.project for project in facts.projects} | {each.project for each in facts.health}
    verb = "has" if known == 1 else "have"
    return (
        f"{known:,} of {count(len(every), 'project')} {verb} a git history that tells something. Bots are left "
        f"out. The charts show three years. {_CHARTS}"
    )


def _cards(facts: Facts) -> list[Html]:
    cards = [_card(facts, each, number) for number, each in enumerate(facts.health[:MOST_CARDS])]
    return [element("div", *cards, class_="vitals")]


def _card(facts: Facts, health: Health, number: int) -> Html:
    said = element("ul", *[element("li", short(line)) for line in health.sentences], class_="said")
    because = element(
        "details",
        element("summary", "why?", element("span", f" {short(health.project)}", class_="aside")),
        element(
            "div",
            numbers(health),
            element("code", _command(facts, health)),
            element("p", evidence(facts), class_="soft"),
            class_="why",
        ),
    )
    heading = element("h3", element("bdi", short(health.project, 120)))
    return element("article", heading, said, _trends(health, f"vital-{number}"), because, class_="vital")


def trends(health: Health) -> list[Trend]:
    """The series that are drawn of a project: those of which anything is known."""
    found = []
    for metric, title, unit in _TRENDS:
        points = health.series.get(metric, [])
        if any(point.value is not None for point in points):
            ends = [point.day.date() for point in points]
            found.append(Trend(title=title, unit=unit, ends=ends, values=[point.value for point in points]))
    return found


def _trends(health: Health, name: str) -> Html:
    drawn = []
    for number, trend in enumerate(trends(health)):
        now = trend.values[-1]
        label = element(
            "figcaption", trend.title, " ", element("b", "unknown" if now is None else f"{now:,.0f}")
        )
        svg = draw(trend, name=f"{name}-{number}", description=described(trend))
        drawn.append(element("figure", label, svg))
    return element("div", *drawn, class_="smalls")


def _command(facts: Facts, health: Health) -> str:
    """The command that says the same; of all projects where a name is too long to be typed."""
    if len(health.project) > MOST_CHARACTERS:
        return command(facts, "health", "--limit=0")
    return command(facts, "health", health.project, *(f"--path={path}" for path in health.paths))


def described(trend: Trend) -> str:
    """The chart in words, for those who can't see it."""
    first, last = trend.ends[0], trend.ends[-1]
    said = ", ".join("unknown" if value is None else f"{value:,.0f}" for value in trend.values)
    return f"{len(trend.values)} columns from {first:%Y-%m-%d} to {last:%Y-%m-%d}: {said} {trend.unit}."


def numbers(health: Health) -> Html:
    """The charts' numbers as a table, for those who can't see them."""
    shown = trends(health)
    if not shown:
        return Html()
    heads = [element("th", "Up to", scope="col")]
    heads += [element("th", trend.title, scope="col") for trend in shown]
    rows = [element("tr", *heads)]
    for place, end in reversed(list(enumerate(shown[0].ends))):
        cells = [
            element("td", "unknown" if (value := trend.values[place]) is None else f"{value:,.0f}")
            for trend in shown
        ]
        rows.append(element("tr", element("th", f"{end:%Y-%m-%d}", scope="row"), *cells))
    return element("table", *rows)


def _table(facts: Facts) -> list[Html]:
    rows = [_row(each) for each in facts.health[:MOST_ROWS]]
    columns = [Column("Project"), *(Column(title, "number") for _, title in _COLUMNS)]
    call = command(facts, "health", "--limit", "0")
    cards = left_out(min(len(rows), MOST_CARDS), len(facts.health), "projects in sentences", call)
    rest = left_out(len(rows), len(facts.health), "projects", call)
    return [cards, table("health", columns, rows), rest]


def _row(health: Health) -> list[Any]:
    cells: list[Any] = [health.project]
    for metric, _ in _COLUMNS:
        found = health.figure(metric)
        cells.append(None if found is None or found.value is None else round(found.value))
    return cells


def _figures(health: Health) -> Html:
    """Every figure with its sentence and what it is of; what is unknown stands last, with the reason."""
    ordered = sorted(health.figures, key=lambda figure: figure.measurement.value is None)
    columns = [
        Column("Figure"), Column("In words", "wide"), Column("Value", "number"), Column("A window before", "number"),
        Column("Of", "number"), Column("Window in days", "number"),
    ]  # fmt: skip
    rows = [
        (
            figure.title,
            figure.sentence,
            _shown(figure, figure.measurement.value),
            _shown(figure, figure.before),
            None
            if figure.measurement.denominator is None
            else Html(f"{figure.measurement.denominator:,.0f}"),
            "all" if figure.measurement.window is None else figure.measurement.window,
        )
        for figure in ordered
    ]
    title = element("h2", "Every figure", id="figures-title")
    return element("section", title, table("figures", columns, rows), aria_labelledby="figures-title")


def _shown(figure: Figure, value: float | None) -> Html | None:
    if value is None:
        return None
    if figure.measurement.unit == "share":
        return Html(f"{value * 100:,.1f}\u00a0%")
    return Html(f"{value:,.0f}" if value == int(value) else f"{value:,.2f}")


def _source(facts: Facts, health: Health) -> Html:
    return element(
        "section",
        element("h2", "Where this comes from"),
        element("p", "The same on the command line, and what each figure means: ", class_="note"),
        element("p", element("code", _command(facts, health))),
        element("p", element("code", "umbel metrics define absence_factor")),
        element("p", evidence(facts), class_="note"),
    )
