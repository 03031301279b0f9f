# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists: what is filtered, sorted, paged and found is what plain Python finds in the same rows."""

from __future__ import annotations

import base64
import itertools
import json
import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.model.errors import UmbelError, UsageError
from umbel.office.editions import asking, tables
from umbel.office.editions.listing import Asked, Choice, Column, Kind, Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from umbel.office.editions.interface import Shared


def _nothing(shared: Shared) -> pa.Table:
    raise AssertionError(shared)


THINGS = Listing(
    name="things",
    title="Things",
    noun=("thing", "things"),
    about="What tests are made of.",
    columns=(
        Column(name="name", title="Name", searched=True),
        Column(name="project", title="Project", filtered=True),
        Column(name="uses", title="Uses", kind=Kind.NUMBER, filtered=True),
        Column(name="seen", title="Seen", kind=Kind.DAY, filtered=True),
        Column(name="direct", title="Direct", kind=Kind.YES, filtered=True),
        Column(name="licenses", title="Licences", kind=Kind.WORDS, filtered=True, searched=True),
        Column(name="note", title="Note", shown=False),
    ),
    order="name",
    rows=_nothing,
    project="project",
    global_search="thing",
)
SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("name", pa.string()),
        ("project", pa.string()),
        ("uses", pa.int64()),
        ("seen", pa.date32()),
        ("direct", pa.bool_()),
        ("licenses", pa.list_(pa.string())),
        ("note", pa.string()),
    ]
)


def row(name: str, **more: Any) -> dict[str, Any]:
    plain = dict.fromkeys(SCHEMA.names) | {"key": name, "name": name, "project": "shop"}
    return plain | more


def cursor(*told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    tables.write(THINGS, pa.Table.from_pylist(list(rows), SCHEMA), path)
    return path


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return written(
        tmp_path / "things.sqlite",
        [
            row("Lodash", uses=3, direct=True, licenses=["MIT"], seen=date(2026, 1, 1)),
            row("left-pad", uses=None, direct=False, licenses=["MIT", "WTFPL"], seen=date(2026, 2, 1)),
            row("@acme/ÉCLAIR", uses=10, project="till", seen=None),
            row("secret", uses=1, project="vault", licenses=[]),
            row("100%_sure", uses=2, project=None),
        ],
    )


def names(path: Path, hidden: frozenset[str] = frozenset(), **asked: Any) -> list[str]:
    return [each["key"] for each in asking.ask(THINGS, path, Asked(**asked), hidden).rows]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["100%_sure", "@acme/ÉCLAIR", "left-pad", "Lodash", "secret"]),
        ({"order": "-uses"}, ["@acme/ÉCLAIR", "Lodash", "100%_sure", "secret", "left-pad"]),
        ({"order": "uses"}, ["secret", "100%_sure", "Lodash", "@acme/ÉCLAIR", "left-pad"]),
        ({"filters": {"project": ("shop",)}}, ["left-pad", "Lodash"]),
        ({"filters": {"project": ("shop", "till")}}, ["@acme/ÉCLAIR", "left-pad", "Lodash"]),
        ({"filters": {"project": ("SHOP",)}}, []),
        ({"filters": {"project": ("?",)}}, ["100%_sure"]),
        ({"filters": {"uses": ("2..",)}}, ["100%_sure", "@acme/ÉCLAIR", "Lodash"]),
        ({"filters": {"uses": ("..2", "?")}}, ["100%_sure", "left-pad", "secret"]),
        ({"filters": {"uses": ("3",)}}, ["Lodash"]),
        ({"filters": {"seen": ("2026-01-15..",)}}, ["left-pad"]),
        ({"filters": {"direct": ("no",)}}, ["left-pad"]),
        ({"filters": {"direct": ("?",)}}, ["100%_sure", "@acme/ÉCLAIR", "secret"]),
        ({"filters": {"licenses": ("mit",)}}, ["left-pad", "Lodash"]),
        ({"filters": {"licenses": ("WTFPL", "?")}}, ["100%_sure", "@acme/ÉCLAIR", "left-pad"]),
        ({"search": "LOD"}, ["Lodash"]),
        ({"search": "d"}, ["left-pad", "Lodash"]),
        ({"search": "wtfpl left"}, ["left-pad"]),
        ({"search": "eclair"}, ["@acme/ÉCLAIR"]),
        ({"search": "0%_s"}, ["100%_sure"]),
        ({"search": '"; DROP TABLE rows; --'}, []),
        ({"search": "a", "filters": {"project": ("shop",)}, "order": "-name"}, ["Lodash", "left-pad"]),
    ],
)
def test_rows_are_those_that_were_asked_for(told: Path, asked: dict[str, Any], found: list[str]) -> None:
    assert names(told, **asked) == found


def test_confidential_rows_are_in_no_answer(told: Path) -> None:
    hidden = frozenset({"vault"})
    page = asking.ask(THINGS, told, Asked(), hidden)
    assert (page.whole, page.total) == (4, 4)
    assert "vault" not in {choice.value for choice in page.choices["project"]}
    assert names(told, hidden, search="secret") == []
    assert names(told, hidden, filters={"project": ("vault",)}) == []
    assert names(told, hidden, filters={"project": ("?",)}) == ["100%_sure"]
    assert asking.one(THINGS, told, "secret", hidden) is None
    assert "secret" not in {each["key"] for each in asking.every(THINGS, told, Asked(), hidden)}
    assert asking.hits(THINGS, told, "secret", 5, hidden) == []
    assert asking.one(THINGS, told, "secret") is not None


def test_a_thing_of_several_projects_is_shown_while_one_of_them_may_be(tmp_path: Path) -> None:
    shared = msgspec.structs.replace(THINGS, project="licenses")
    path = tmp_path / "x"
    told = [
        row("ours", licenses=["vault", "shop"]),
        row("theirs", licenses=["vault"]),
        row("all"),
        row("none", licenses=[]),
    ]
    tables.write(shared, pa.Table.from_pylist(told, SCHEMA), path)
    found = asking.ask(shared, path, Asked(), frozenset({"vault"}))
    assert [each["key"] for each in found.rows] == ["all", "none", "ours"]
    assert [each["licenses"] for each in found.rows] == [None, [], ["shop"]], "nor is the other one named"
    assert asking.ask(shared, path, Asked(), frozenset({"Vault"})).total == 4


def test_choices_tell_what_each_filter_would_leave(told: Path) -> None:
    page = asking.ask(THINGS, told, Asked(filters={"project": ("shop",)}))
    assert page.choices["project"] == [
        Choice("shop", 2, chosen=True), Choice("?", 1), Choice("till", 1), Choice("vault", 1)
    ]  # fmt: skip
    assert page.choices["licenses"] == [Choice("MIT", 2), Choice("WTFPL", 1)]
    assert page.choices["direct"] == [Choice("no", 1), Choice("yes", 1)]
    gone = asking.ask(THINGS, told, Asked(filters={"project": ("nowhere",)}))
    assert Choice("nowhere", 0, chosen=True) in gone.choices["project"]


def test_what_was_typed_wrong_is_forgiven_and_said(told: Path) -> None:
    page = asking.ask(THINGS, told, Asked(search="lodahs"))
    assert page.forgiven
    assert [each["key"] for each in page.rows] == ["Lodash"]
    assert not asking.ask(THINGS, told, Asked(search="lodash")).forgiven
    assert asking.ask(THINGS, told, Asked(search="zzzzzz")).rows == []


def test_a_search_of_the_office_puts_the_exact_name_first(tmp_path: Path) -> None:
    path = written(tmp_path / "x", [row("preact"), row("react-dom"), row("react"), row("reactor")])
    assert [each["key"] for each in asking.hits(THINGS, path, "React", 3)] == [
        "react",
        "reactor",
        "react-dom",
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"filters": {"nothing": ("1",)}}, "no column 'nothing'"),
        ({"filters": {"note": ("1",)}}, "can't be filtered by 'note'"),
        ({"filters": {"uses": ("many..",)}}, "'many' is no number"),
        ({"order": "row; DROP TABLE rows"}, "can't be sorted"),
        ({"order": "licenses"}, "can't be sorted"),
        ({"after": "!!!"}, "cursor is of another question"),
        ({"after": "W10"}, "cursor is of another question"),
        ({"after": cursor("name", "a", 10**30)}, "cursor is of another question"),
        ({"after": cursor("name", 10**30, 1)}, "cursor is of another question"),
        ({"after": cursor("name", {}, 1)}, "cursor is of another question"),
        ({"after": cursor("uses", 1, 1)}, "cursor is of another question"),
    ],
)
def test_a_question_that_it_cant_be_asked_is_refused_in_words(
    told: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        asking.ask(THINGS, told, Asked(**asked))


def test_a_cursor_goes_on_through_unknown_values_to_the_end(told: Path) -> None:
    for order in ("uses", "-uses", "name", "-seen", "project"):
        found: list[str] = []
        after = None
        while True:
            page = asking.ask(THINGS, told, Asked(order=order, per_page=2, after=after))
            found += [each["key"] for each in page.rows]
            if (after := page.next) is None:
                break
        assert found == names(told, order=order), order


def test_pages_are_bounded(told: Path) -> None:
    page = asking.ask(THINGS, told, Asked(page=99, per_page=2))
    assert (page.page, page.pages, len(page.rows)) == (3, 3, 1)
    assert len(asking.ask(THINGS, told, Asked(per_page=-5)).rows) == 1


def test_rows_without_a_declared_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UmbelError, match="was given no licenses"):
        tables.write(
            THINGS,
            pa.table({"key": ["a"], **{n: ["b"] for n in SCHEMA.names[1:] if n != "licenses"}}),
            tmp_path / "x",
        )
    assert list(tmp_path.iterdir()) == []


def test_a_list_that_is_written_anew_leaves_nothing_half(told: Path) -> None:
    before = told.read_bytes()
    with pytest.raises(sqlite3.Error):
        tables.write(THINGS, pa.Table.from_pylist([row("a")], SCHEMA.set(1, pa.field("name", pa.binary()))).set_column(
            1, "name", pa.array([[1]], pa.list_(pa.int64()))), told)  # fmt: skip
    assert told.read_bytes() == before
    assert [path.name for path in told.parent.iterdir()] == [told.name]


WORDS = st.sampled_from(["MIT", "Apache-2.0", "GPL-3.0-only"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.text(
                st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=6
            ),
            "project": st.sampled_from([None, "shop", "till", "vault"]),
            "uses": st.none() | st.integers(0, 9),
            "direct": st.none() | st.booleans(),
            "licenses": st.none() | st.lists(WORDS, max_size=2, unique=True),
        }
    ),
    max_size=25,
)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "uses": st.sampled_from([("3..6",), ("..4",), ("?",), ("7..", "?")]),
        "direct": st.sampled_from([("yes",), ("?", "no")]),
        "project": st.sampled_from([("shop",), ("till", "?")]),
        "licenses": st.sampled_from([("MIT",), ("?",), ("GPL-3.0-only", "Apache-2.0")]),
    },
)


def _let_through(each: dict[str, Any], asked: dict[str, tuple[str, ...]]) -> bool:
    return all(any(_meets(each[name], name, value) for value in values) for name, values in asked.items())


def _meets(there: Any, name: str, value: str) -> bool:
    if value == "?" or there is None:
        return value == "?" and there is None
    if name == "uses":
        low, _, high = value.partition("..")
        return (not low or there >= int(low)) and (not high or there <= int(high))
    if name == "direct":
        return bool(there == (value == "yes"))
    return value in there if name == "licenses" else bool(there == value)


@settings(max_examples=40)
@given(
    rows=ROWS, asked=ASKED, order=st.sampled_from(["uses", "-uses", "project", "-name"]), hide=st.booleans()
)
def test_it_answers_as_plain_python_does(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    asked: dict[str, tuple[str, ...]],
    order: str,
    hide: bool,  # noqa: FBT001 - chosen by chance
) -> None:
    full = [{**row(str(number)), **each, "key": str(number)} for number, each in enumerate(rows)]
    path = written(tmp_path_factory.mktemp("lists") / "x.sqlite", full)
    hidden = frozenset({"vault"}) if hide else frozenset()
    meant = [each for each in full if _let_through(each, asked) and each["project"] not in hidden]
    page = asking.ask(THINGS, path, Asked(filters=asked, order=order, per_page=100), hidden)
    assert page.total == len(meant)
    assert {each["key"] for each in page.rows} == {each["key"] for each in meant}
    name = order.lstrip("-")
    given_ = [each[name] for each in page.rows]
    known = [value.lower() if isinstance(value, str) else value for value in given_ if value is not None]
    down: Callable[[Any], Any] = lambda pair: pair[0] >= pair[1] if order[0] == "-" else pair[0] <= pair[1]  # noqa: E731
    if name != "name":  # SQLite folds the case of ASCII alone
        assert all(map(down, itertools.pairwise(known)))
    assert given_ == [value for value in given_ if value is not None] + [None] * given_.count(None)
    for each in page.rows:
        assert each == {**full[int(each["key"])], "seen": None}
