# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which few projects matter: a section of the portfolio page, for those who decide and have little time.

First the five that matter most, a sentence of reason each and what to do; then the quadrant of all that have a
verdict with its numbers; then those of whom too little is known, and what to find out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.metrics.words import percent
from umbel.reports import control_chart, quadrant
from umbel.reports.columns import draw
from umbel.reports.figures import count
from umbel.reports.health import described, numbers, trends
from umbel.reports.listing import Column, left_out, table
from umbel.reports.markup import MOST_CHARACTERS, Html, element, join, short
from umbel.reports.quadrant import Dot, Lines
from umbel.reports.why import command, evidence

if TYPE_CHECKING:
    from umbel.metrics.health import Health
    from umbel.reports.facts import Facts
    from umbel.strategy.interface import Ranked

TITLE = "Which projects matter"
MOST_CARDS = 5
MOST_DOTS = 30
MOST_ROWS = 200
MOST_UNTOLD = 30
_STRIP = "commit_activity"
_UNTOLD = "–"


class Strategic(msgspec.Struct, frozen=True, kw_only=True):
    """What the section tells: the list, by what lines the quadrant is divided, and the histories of the first.

    `packages` are in use in the whole portfolio, `mapped` of them come from `projects` that are known; `ranked` may be
    the first of these only. `health` are histories by project, `control` who made their commits by year.
    """

    ranked: list[Ranked]
    lines: Lines
    packages: int
    mapped: int
    projects: int
    health: dict[str, Health] = {}
    control: dict[str, control_chart.Series] = {}

    @property
    def told(self) -> list[Ranked]:
        """Those of whom enough is known for a verdict, in their order."""
        return [each for each in self.ranked if each.verdict and each.strategic is not None]


def section(facts: Facts) -> Html:
    """The section; a sentence where nobody looked."""
    found = facts.strategy
    title = element("h2", TITLE, id="strategy-title")
    if found is None:
        said = "No project that packages come from was examined, so nobody can tell. Examine those that reach most: "
        note = element("p", said, element("code", "umbel collect upstream"), class_="note")
        return element("section", title, note, id="strategy", aria_labelledby="strategy-title")
    body = [element("p", _lead(found), class_="note")]
    body += [_cards(facts, found), *_quadrant(found), *_list(facts, found)] if found.told else []
    body += _untold(facts, found)
    return element("section", title, *body, id="strategy", aria_labelledby="strategy-title")


def _lead(found: Strategic) -> str:
    projects = count(found.projects, "upstream project")
    of = f"{found.mapped:,} of {count(found.packages, 'package')} in use come from {projects} that are known"
    if not found.told:
        return f"{of}; of none is enough known to say how much depends on it."
    few = min(MOST_CARDS, len(found.told))
    first = "This one matters" if few == 1 else f"These {few} matter"
    return (
        f"{first} most: what depends on them, weighed by the products, and how hard they would be to replace. {of}; "
        f"of {len(found.told):,} enough is known for a verdict."
    )


# ---- the first five


def _cards(facts: Facts, found: Strategic) -> Html:
    cards = [_card(facts, found, each, number) for number, each in enumerate(found.told[:MOST_CARDS])]
    return element("div", *cards, class_="vitals")


def _card(facts: Facts, found: Strategic, each: Ranked, number: int) -> Html:
    heading = element("h3", f"{number + 1}. ", element("bdi", short(each.project, 120)))
    lines = [reason_of(each), _fragile(each), _stance(each)]
    said = element("ul", *[element("li", short(line, 400)) for line in lines if line], class_="said")
    health = found.health.get(each.project)
    because = element(
        "details",
        element("summary", "why?", element("span", f" {short(each.project)}", class_="aside")),
        element("div", _parts(each), *([numbers(health)] if health else []),
                element("code", _command(facts, each)),
                element("p", evidence(facts), class_="soft"), class_="why"),
    )  # fmt: skip
    strip = _strip(health, found.control.get(each.project), number)
    return element("article", heading, said, strip, because, class_="vital")


def _command(facts: Facts, each: Ranked) -> str:
    """The command that says the same; of all projects where a name is too long to be typed."""
    if len(each.project) > MOST_CHARACTERS:
        return command(facts, "strategy", "--top", "0")
    return command(facts, "strategy", "why", each.project)


def reason_of(each: Ranked) -> str:
    """One sentence: why much depends on it. The strongest reason of the data, or a person's own word."""
    part = each.parts.get("dependency")
    if part is None:
        return ""
    if part.opinion is not None:
        return f"{part.opinion.by} says {part.opinion.value:g} of 10: {part.opinion.reason}"
    ordered = sorted(part.reasons, key=lambda reason: -abs(reason.weight))
    return " ".join(reason.text for reason in ordered[:2])


def _fragile(each: Ranked) -> str:
    fragility = each.fragility
    if fragility is None or fragility.risk is None:
        return "How fragile it is, is not known."
    first = f": {fragility.reasons[0].text}" if fragility.reasons else "."
    return f"Its fragility is {fragility.level}{first}"


def _stance(each: Ranked) -> str:
    if each.stance is None or each.stance.name is None:
        return "What to do isn't decided." if each.stance is None else f"No stance: {each.stance.reason}"
    return f"{each.stance.name.capitalize()}: {each.stance.reason}"


def _strip(health: Health | None, control: control_chart.Series | None, number: int) -> Html:
    """The history of the project, small: what was done, by how many, and for whom."""
    drawn = []
    for place, trend in enumerate(trends(health) if health else []):
        now = trend.values[-1]
        label = element(
            "figcaption", trend.title, " ", element("b", "unknown" if now is None else f"{now:,.0f}")
        )
        svg = draw(trend, name=f"strategic-{number}-{place}", description=described(trend))
        drawn.append(element("figure", label, svg))
    if control is not None:
        label = element("figcaption", "Commits for ", element("b", short(control.organisation, 40)))
        drawn.append(element("figure", label, control_chart.draw(control, name=f"control-{number}")))
    return element("div", *drawn, class_="smalls") if drawn else Html()


def _parts(each: Ranked) -> Html:
    """Every part of the score: by the data, by a person, how sure, and why."""
    rows = [
        element("tr", *[element("th", head, scope="col") for head in ("Part", "1 to 10", "Sure", "Because")])
    ]
    for part in each.parts.values():
        because = " ".join(reason.text for reason in part.reasons) or " ".join(part.missing) or _UNTOLD
        value = "unknown" if part.effective is None else f"{part.effective:.1f}"
        if part.opinion is not None:
            data = "unknown" if part.value is None else f"{part.value:.1f}"
            value = f"{value} ({part.opinion.by}; by the data {data})"
            because = f"{part.opinion.reason} {because}"
        cells = (value, percent(part.sureness), short(because, 600))
        rows.append(
            element(
                "tr",
                element("th", part.name.replace("_", " "), scope="row"),
                *[element("td", c) for c in cells],
            )
        )
    return element("table", *rows)


# ---- the quadrant and its numbers


def dots(found: Strategic) -> list[Dot]:
    """The projects that have a place in the picture."""
    return [
        Dot(place=place, project=each.project, strategic=each.strategic, fragile=each.health_risk)
        for place, each in enumerate(found.told, 1)
        if each.strategic is not None and each.health_risk is not None
    ][:MOST_DOTS]


def _quadrant(found: Strategic) -> list[Html]:
    shown = dots(found)
    if not shown:
        return [element("p", "Of none of them a history was examined, so how fragile they are isn't known: ",
                        element("code", "umbel collect upstream"), class_="note")]  # fmt: skip
    told = "; ".join(
        f"{d.place} {short(d.project, 80)}: {d.strategic:.1f} and {d.fragile:.1f}" for d in shown
    )
    svg = quadrant.draw(
        shown, found.lines, name="quadrant", title="Strategic against fragile",
        description=f"A dot each, from 1 to 10: how strategic, how fragile. {told}.",
    )  # fmt: skip
    caption = element("figcaption", element("h3", "Strategic against fragile"),
                      element("p", "the numbers are places in the list below"))  # fmt: skip
    return [element("figure", caption, svg, class_="plain")]


def _list(facts: Facts, found: Strategic) -> list[Html]:
    columns = [
        Column("Project"), Column("Place", "number"), Column("Strategic", "number"), Column("Fragile", "number"),
        Column("Priority", "number"), Column("Sure", "number"), Column("Stance"), Column("Products"),
        Column("Packages", "number"),
    ]  # fmt: skip
    rows = [_row(place, each) for place, each in enumerate(found.told[:MOST_ROWS], 1)]
    note = element(
        "p",
        "Strategic and fragile are from 1 to 10; priority is criticality times health risk, from 1 to 100, after "
        "CHAOSS's guide. It is a reason to look, no verdict on anybody's work.",
        class_="note",
    )
    rest = left_out(len(rows), len(found.told), "projects", command(facts, "strategy", "--top", "0"))
    return [element("h3", "The list", id="strategic-title"), note, table("strategic", columns, rows), rest]


def _row(place: int, each: Ranked) -> tuple[Any, ...]:
    stance = each.stance.name if each.stance else None
    return (
        each.project, place, _figure(each.strategic), _figure(each.health_risk), _figure(each.priority),
        Html(percent(each.confidence)), stance, short(", ".join(each.products), 120) or Html(_UNTOLD),
        len(each.packages),
    )  # fmt: skip


def _figure(value: float | None) -> Html | None:
    return None if value is None else Html(f"{value:.1f}")


# ---- what isn't known


def _untold(facts: Facts, found: Strategic) -> list[Html]:
    rest = [each for each in found.ranked if not each.verdict or each.strategic is None]
    if not rest:
        return []
    columns = [Column("Project"), Column("Packages", "number"), Column("What to find out", "wide")]
    rows = [
        (each.project, len(each.packages), short(" ".join(each.find_out), 400) or None)
        for each in rest[:MOST_UNTOLD]
    ]
    note = join(
        [
            f"Of {count(len(rest), 'project')} too little is known for a verdict: no rank is better than a guess."
        ]
    )
    call = command(facts, "strategy", "--top", "0")
    return [
        element("h3", "Not known enough", id="untold-title"),
        element("p", note, class_="note"),
        table("untold", columns, rows),
        left_out(len(rows), len(rest), "projects", call),
    ]
