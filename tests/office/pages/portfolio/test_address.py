# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an address asks of a list, and how the same is written again."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from umbel.office.editions import Asked, Column, Kind, Listing
from umbel.office.pages.portfolio import address, live

LIST = Listing(
    name="things",
    title="Things",
    noun=("thing", "things"),
    about="",
    columns=(
        Column(name="name", title="Name", searched=True),
        Column(name="kind", title="Kind", filtered=True),
        Column(name="count", title="Count", kind=Kind.NUMBER, filtered=True),
        Column(name="day", title="Day", kind=Kind.DAY, filtered=True),
        Column(name="words", title="Words", kind=Kind.WORDS, filtered=True),
    ),
    order="name",
    rows=lambda _: live.nothing(),
)


def asked(text: str) -> Asked:
    return address.asked_of(LIST, QueryDict(text))


def test_everything_that_can_be_asked() -> None:
    found = asked("q=a++b&kind=x&kind=%3F&count=2..5&day=2026-01-01..&sort=-count&page=3&per=100")
    assert found == Asked(
        search="a b",
        filters={"kind": ("x", "?"), "count": ("2..5",), "day": ("2026-01-01..",)},
        order="-count",
        page=3,
        per_page=100,
    )


@pytest.mark.parametrize(
    "text",
    [
        "sort=nothing&sort=-&page=x&per=&page=-4",
        "count=many&count=..&count=nan..&count=1e999",
        "day=yesterday&day=..&day=2026-13-01..",
        "name=a&unheard=of",
        "sort=words",
        "sort=-words&kind=&kind=++",
    ],
)
def test_what_means_nothing_is_left_out(text: str) -> None:
    assert asked(text) == Asked()


def test_bounds_of_what_is_taken() -> None:
    found = asked("page=99999999999999&per=99999&q=" + "x" * 5000 + "&kind=a" * 400)
    assert found.page == address.LAST_PAGE
    assert found.per_page == 500
    assert len(found.search) == address.LONGEST


def test_two_fields_of_a_form_become_one_range() -> None:
    assert asked("count.from=2&count.to=").filters == {"count": ("2..",)}
    assert asked("count.from=&count.to=9").filters == {"count": ("..9",)}
    assert asked("count.from=&count.to=").filters == {}
    assert address.untidy(LIST, QueryDict("count.from=2"))
    assert address.untidy(LIST, QueryDict("q=&kind=x"))
    assert not address.untidy(LIST, QueryDict("q=a&kind=x"))


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)


@given(
    search=TEXT.map(lambda text: " ".join(text.split())),
    kinds=st.lists(TEXT, unique=True, max_size=3),
    order=st.sampled_from([None, "-name", "count", "-day"]),
    page=st.integers(1, 50),
    per=st.sampled_from([25, 50, 100]),
)
def test_what_is_written_is_read_again(
    search: str, kinds: list[str], order: str | None, page: int, per: int
) -> None:
    filters = {"kind": tuple(kinds)} if kinds else {}
    wanted = Asked(search=search, filters=filters, order=order, page=page, per_page=per)
    assert asked(address.written(LIST, wanted).removeprefix("?")) == wanted


def test_taking_a_filter_away_keeps_the_others_and_begins_anew() -> None:
    wanted = Asked(filters={"kind": ("a", "b"), "count": ("1..",)}, page=4)
    assert address.without(wanted, "kind", "a") == Asked(filters={"kind": ("b",), "count": ("1..",)})
    assert address.without(wanted, "count", "1..") == Asked(filters={"kind": ("a", "b")})
