# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which projects matter, as the page tells it: five cards, a picture, a list, and what isn't known."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from umbel.reports import control_chart, strategy
from umbel.reports.facts import Facts
from umbel.reports.quadrant import SIZE, Dot, Lines, draw, placed
from umbel.strategy.control.records import Point
from umbel.strategy.interface import Fragility, Opinion, Part, Ranked, Reason, Stance

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LINES = Lines(strategic=5.5, fragile=5.5)


def _ranked(name: str, value: float | None, risk: float | None = 0.4, **other: Any) -> Ranked:
    part = Part(
        name="dependency",
        value=value,
        confidence=0.9,
        reasons=(Reason(text=f"Shop is built on {name}.", of="use"),),
    )
    fragility = Fragility(
        project=name, as_of=NOW, risk=risk, level=None if risk is None else "medium", confidence=0.8,
        reasons=(Reason(text="One person wrote 94 % of it.", of="top_share", weight=1.0),),
    )  # fmt: skip
    given: dict[str, Any] = {
        "project": name, "url": None, "packages": (f"pkg:npm/{name}",), "products": ("Shop",), "parts": {"dependency": part},
        "strategic": value, "criticality": 5.0, "health_risk": fragility.health_risk, "priority": 20.0, "by_data": 20.0,
        "confidence": 0.9, "verdict": value is not None, "fragility": fragility,
        "stance": Stance(name="contribute", reason="Much stands on it.", change="More risk."),
        "find_out": () if value is not None else ("Collect the code.",),
    }  # fmt: skip
    return Ranked(**(given | other))


def _page(ranked: list[Ranked], **other: Any) -> str:
    told = strategy.Strategic(ranked=ranked, lines=LINES, packages=10, mapped=8, projects=7, **other)
    facts = Facts(
        organisation="Acme",
        product=None,
        as_of=NOW,
        generated_at=NOW,
        tool_version="1",
        lake={},
        strategy=told,
    )
    return str(strategy.section(facts))


def test_where_nobody_looked_the_page_says_how_to() -> None:
    facts = Facts(organisation=None, product=None, as_of=NOW, generated_at=NOW, tool_version="1", lake={})
    assert "umbel collect upstream" in strategy.section(facts)


def test_five_cards_with_a_reason_each_and_the_rest_in_the_list() -> None:
    page = _page([_ranked(f"git.example/acme/p{n}", 9.0 - n / 10) for n in range(8)])
    assert page.count("<article") == 5
    assert "Shop is built on git.example/acme/p0." in page
    assert "Its fragility is medium: One person wrote 94 % of it." in page
    assert "Contribute: Much stands on it." in page
    assert "8 of 10 packages in use come from 7 upstream projects that are known" in page
    assert page.count('<th scope="row">git.example/acme/p') == 8


def test_what_isnt_known_has_no_rank_and_no_dot_but_something_to_find_out() -> None:
    page = _page([_ranked("known", 7.0), _ranked("healthless", 6.0, None), _ranked("untold", None)])
    assert "Of 1 project too little is known" in page
    assert "Collect the code." in page
    assert "How fragile it is, is not known." in page
    drawn = page[page.index('class="chart quadrant"') : page.index("strategic-title")]
    assert "known: 7.0" in drawn
    assert "healthless" not in drawn
    assert "untold" not in drawn


def test_a_persons_word_stands_before_the_data_and_both_are_shown() -> None:
    said = Opinion(
        project="p",
        part="dependency",
        value=9,
        by="office",
        decided=date(2026, 1, 1),
        reason="It is our core.",
    )
    part = Part(name="dependency", value=4.0, confidence=0.5, opinion=said)
    page = _page([_ranked("p", 9.0, parts={"dependency": part})])
    assert "office says 9 of 10: It is our core." in page
    assert "9.0 (office; by the data 4.0)" in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\u202eb", "x" * 5_000])
def test_a_hostile_name_stays_a_name(name: str) -> None:
    page = _page([_ranked(name, 7.0)])
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "x" * 601 not in page


@given(st.lists(st.tuples(st.floats(0, 11), st.floats(0, 11)), max_size=20))
def test_every_number_lies_in_the_picture_and_none_covers_another(places: list[tuple[float, float]]) -> None:
    dots = [Dot(place=n, project="p", strategic=a, fragile=b) for n, (a, b) in enumerate(places, 1)]
    found = placed(dots)
    assert all(0 <= x <= SIZE and 0 <= y <= SIZE for x, y, _, _ in found)
    assert all(-1 <= x <= SIZE + 13 and 0 <= y <= SIZE for _, _, x, y in found)
    if len({(round(a, 1), round(b, 1)) for a, b in places}) == len(places) <= 4:
        for (_, _, a, b), (_, _, c, d) in itertools.combinations(found, 2):
            assert abs(a - c) >= 16 or abs(b - d) >= 12


def test_the_picture_has_a_dot_and_a_number_for_each_project_and_is_sound() -> None:
    dots = [Dot(place=n, project=f"p{n}", strategic=n, fragile=11 - n) for n in range(1, 11)]
    svg = fromstring(draw(dots, LINES, name="q", title="Title", description="In words."))
    said = [text.text for text in svg.iter("text")]
    assert {str(n) for n in range(1, 11)} <= set(said)
    assert sum(path.get("class") == "bar" for path in svg.iter("path")) == 10


def _point(year: int, organisation: str | None, share: float | None, kind: str = "organisation") -> Point:
    since = datetime(year, 1, 1, tzinfo=UTC)
    return Point(
        project="p", since=since, until=since.replace(year=year + 1), kind=kind, organisation=organisation,  # type: ignore[arg-type]
        count=round((share or 0) * 100), total=100, share=share,
    )  # fmt: skip


def test_control_over_time_keeps_the_unknown_apart() -> None:
    points = [
        _point(2024, "acme.example", 0.5), _point(2024, None, 0.1, "others"), _point(2024, None, 0.4, "unknown"),
        _point(2025, "other.example", 0.2), _point(2025, None, 0.8, "unknown"), _point(2026, None, None, "unknown"),
    ]  # fmt: skip
    found = control_chart.series(points)
    assert found is not None
    assert found.organisation == "acme.example"
    assert [(p.largest, round(p.others, 6), p.unknown) for p in found.parts] == [
        (0.5, 0.1, 0.4),
        (0.0, 0.2, 0.8),
        (0, 0, 0),
    ]
    said = control_chart.described(found)
    assert "2024 50 %, others 10 %, unknown 40 %" in said
    assert "2026 no commit" in said
    assert len(list(fromstring(control_chart.draw(found, name="c")).iter("path"))) >= 5


def test_where_no_employer_is_known_there_is_no_picture_of_control() -> None:
    assert control_chart.series([_point(2024, None, 1.0, "unknown")]) is None
    barely = [_point(2024, "acme.example", 0.05), _point(2024, None, 0.95, "unknown")]
    assert control_chart.series(barely) is None
