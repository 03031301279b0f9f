# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Mistyped words find what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.office.editions import Asked, Column, Kind, Listing, alike, asking, tables

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "lodash", "lodash-es", "requests", "python-magic", "flask", "numpy", "django", "@babel/core", "spring-boot",
    "typescript", "setuptools", "left-pad", "github.com/pallets/flask", "react", "cryptography", "jsonschema",
)  # fmt: skip
LIST = Listing(
    name="alike",
    title="Alike",
    noun=("a", "b"),
    about="",
    columns=(
        Column(name="name", title="Name", searched=True),
        Column(name="among", title="Among", kind=Kind.WORDS, shown=False),
        Column(name="projects", title="Projects", kind=Kind.NUMBER),
        Column(name="direct_in", title="Direct", kind=Kind.NUMBER),
    ),
    order="name",
    rows=lambda _: pa.table({}),
    project="among",
    counts=("projects", "direct_in"),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("alike") / "list.sqlite"
    among = [["shop", "till", "vault"] if name == "lodash" else None for name in NAMES]
    rows = {
        "key": [f"pkg:x/{name}" for name in NAMES],
        "name": list(NAMES),
        "among": pa.array(among, pa.list_(pa.string())),
        "projects": [3] * len(NAMES),
        "direct_in": [2] * len(NAMES),
    }
    tables.write(LIST, pa.table(rows), place)
    return place


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lodahs", "lodash"),
        ("oldash", "lodash"),
        ("lodsh", "lodash"),
        ("loddash", "lodash"),
        ("kodash", "lodash"),
        ("reqeusts", "requests"),
        ("pyhton-magic", "python-magic"),
        ("pyhton magic", "python-magic"),
        ("flsk", "flask"),
        ("nupmy", "numpy"),
        ("djagno", "django"),
        ("@babel/croe", "@babel/core"),
        ("spirng boto", "spring-boot"),
        ("leftpad", "left-pad"),
        ("cryptografy", "cryptography"),
        ("raect", "react"),
    ],
)
def test_a_slip_is_put_right(path: Path, typed: str, meant: str) -> None:
    assert [row["name"] for row in asking.hits(LIST, path, typed, 3)][:1] == [meant]
    assert asking.hits(LIST, path, typed, 3, forgiving=False) == []
    page = asking.ask(LIST, path, Asked(search=typed))
    assert (page.forgiven, page.rows[0]["name"]) == (True, meant)


@pytest.mark.parametrize("typed", ["zzzzzz", "qx", '"', "*" * 30, "NEAR(", "wholly else"])
def test_what_is_like_nothing_finds_nothing(path: Path, typed: str) -> None:
    assert asking.hits(LIST, path, typed, 3) == []


def test_counts_leave_out_what_is_kept_from_somebody(path: Path) -> None:
    def told(hidden: frozenset[str]) -> tuple[object, object, object]:
        row = asking.one(LIST, path, "pkg:x/lodash", hidden)
        assert row is not None
        return row["projects"], row["direct_in"], row["among"]

    assert told(frozenset()) == (3, 2, ["shop", "till", "vault"])
    assert told(frozenset({"other"})) == (3, 2, ["shop", "till", "vault"])
    assert told(frozenset({"vault"})) == (2, None, ["shop", "till"])


@given(st.text("abcdef-@/", max_size=12), st.text("abcdef-@/", max_size=12))
def test_only_the_same_is_wholly_near(one: str, other: str) -> None:
    near = alike.nearness(one, other)
    assert 0 <= near <= 1
    assert (near == 1) is (one == other)


@given(st.text("abcxyz", min_size=3, max_size=8), st.data())
def test_every_slip_is_among_what_is_tried(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 2))
    swapped = f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}"
    assert word in alike.corrected(swapped)
    doubled = f"{word[:place]}{word[place]}{word[place:]}"
    assert word in alike.corrected(doubled)
    wrong = f"{word[:place]}7{word[place + 1 :]}"
    assert word in alike.guessed(wrong)
