# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The radar's picture: blips in their places and never on each other; the page and the file around it."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.reports.pages import HOSTILE
from umbel.policy.evaluations import RINGS, Evaluation, Evaluations
from umbel.reports.radar_layout import BLIP, LABEL, layout
from umbel.reports.radar_page import page, summary
from umbel.reports.radar_picture import svg
from umbel.strategy.radar import Radar, Use, Uses, radar

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SINCE = date(2026, 3, 1)
SVG = "{http://www.w3.org/2000/svg}"


def decided(name: str, ring: str = "adopt", day: int = 0, **more: Any) -> Evaluation:
    given_: dict[str, Any] = {
        "reason": "r",
        "by": "b@acme.example",
        "decided": date(2025, 1, 1) + timedelta(days=day),
    }
    return Evaluation(package=f"pkg:generic/{name}", ring=ring, **(given_ | more))  # type: ignore[arg-type]


def drawn(told: Sequence[Evaluation], used: Uses | None = None) -> Radar:
    return radar(Evaluations(tuple(told)), used, NOW, SINCE)


def many(number: int, areas: Sequence[str] = ("one", "two", "three")) -> list[Evaluation]:
    return [
        decided(f"p{place}", RINGS[place % 4], place % 400, area=areas[place % 7 % len(areas)])
        for place in range(number)
    ]


# ---- places

_BLIPS = some.lists(
    some.tuples(some.sampled_from(RINGS), some.integers(0, 5), some.integers(0, 500)), max_size=70
)


@settings(max_examples=40, deadline=None)
@given(_BLIPS)
def test_no_blip_is_on_another_or_out_of_its_segment(told: list[tuple[str, int, int]]) -> None:
    found = drawn([
        decided(f"p{place}", ring, day, area=f"area {area}") for place, (ring, area, day) in enumerate(told)
    ])  # fmt: skip
    placed = layout(found.blips, found.sectors)
    assert len(placed.spots) == len(told)
    for one, other in combinations(placed.spots.values(), 2):
        assert math.dist(one, other) >= 2 * BLIP + 2
    bounds = dict(zip(RINGS, zip((0.0, *placed.radii), placed.radii, strict=False), strict=True))
    width = 2 * math.pi / len(found.sectors)
    for blip in found.blips:
        x, y = placed.spots[blip.number]
        inner, outer = bounds[blip.ring]
        assert inner + BLIP < math.hypot(x, y) + 1e-6 < outer - BLIP + 1e-3
        assert found.sectors.index(blip.sector) == int(math.atan2(x, -y) % (2 * math.pi) / width)
        assert y > 0 or abs(x) >= LABEL - 1e-6  # the rings' names stand there


def test_a_later_decision_moves_nobody() -> None:
    first = [decided(f"p{number}", "trial", number) for number in range(6)]
    before = drawn(first)
    after = drawn([*first, decided("a-newer-one", "trial", 400)])
    places = {b.title: layout(before.blips, before.sectors).spots[b.number] for b in before.blips}
    later = {b.title: layout(after.blips, after.sectors).spots[b.number] for b in after.blips}
    assert {name: later[name] for name in places} == places


# ---- what is on it


def test_what_moved_is_told_by_where_it_was_on_the_day() -> None:
    early, late = {"day": 10}, {"day": 500}  # before and after the day since which moves are marked
    told = [
        decided("in", "hold", **early), decided("in", "adopt", **late), decided("out", "adopt", **early),
        decided("out", "remove", **late), decided("new", "trial", **late), decided("still", "trial", **early),
        decided("again", "trial", **early), decided("again", "trial", **late),
    ]  # fmt: skip
    moved = {blip.title: (blip.ring, blip.moved, blip.was) for blip in drawn(told).blips}
    assert moved == {
        "in": ("adopt", "in", "hold"),
        "out": ("remove", "out", "adopt"),
        "new": ("trial", "new", None),
        "still": ("trial", None, None),
        "again": ("trial", None, None),
    }


def test_sectors_are_declared_or_follow_the_kind_of_package() -> None:
    told = [
        Evaluation(package="pkg:pypi/flask", ring="adopt", reason="r", by="b", decided=date(2026, 1, 1)),
        decided("x", area="Data"), decided("y", area="data "), decided("z", area="TOOLS"), decided("unheard-of"),
    ]  # fmt: skip
    found = drawn(told)
    assert found.sectors == ("languages & frameworks", "platforms", "tools", "libraries", "Data")
    assert {blip.title: blip.sector for blip in found.blips} == {
        "flask": "languages & frameworks", "x": "Data", "y": "Data", "z": "tools", "unheard-of": "libraries",
    }  # fmt: skip


def test_sixty_blips_make_sound_xml_with_every_number_and_name() -> None:
    found = drawn(many(60))
    text = svg(found)
    tree = fromstring(text)
    words = [each.text for each in tree.iter(f"{SVG}text")]
    for blip in found.blips:
        assert words.count(str(blip.number)) == 2  # in the picture and in the list
        assert any(str(word).startswith(blip.title) for word in words)
    assert text == svg(drawn(many(60)))
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme:dark" in text


def test_the_page_says_in_words_what_the_picture_shows() -> None:
    used = Uses(by_decision={}, undecided=[("pkg:npm/wide", Use(projects=3))], wide=1, projects=9)
    text = page(drawn([decided("pad", "hold", 500, review=date(2026, 5, 20))], used), "Acme")
    for part in (
        "1 decision stands: 1 hold.",
        "1 review is overdue",
        "pkg:npm/wide",
        "A table lists them all.",
        "1 new",
    ):
        assert part in text
    assert 'role="img"' in text
    assert "aria-labelledby" in text


def test_without_a_decision_it_says_how_to_begin_and_draws_nothing() -> None:
    text = page(drawn([]), None)
    assert "umbel evaluate decide" in text
    assert 'class="radar"' not in text
    assert summary(drawn([])) == "Nothing was decided yet."
    fromstring(svg(drawn([])))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_and_reasons_stay_text(hostile: str) -> None:
    area = hostile.strip() or "x"
    found = drawn([decided("pad", "hold", area=area, reason=hostile, by=hostile, instead=hostile)])
    text = page(found, hostile)
    assert text.count("<script>") == 1
    assert "<img" not in text
    fromstring(svg(found).encode("utf-8", "replace"))
