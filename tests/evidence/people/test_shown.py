# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The one place where names get into answers: those of who agreed, and no others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.people import cast
from umbel.evidence.lake import Lake
from umbel.evidence.people import attach
from umbel.evidence.people.decisions import Book, ConsentEntry, Decisions
from umbel.evidence.people.shown import Shown, named
from umbel.evidence.session import Session

ANN, BOB = ("Ann\tQuill\x1b[31m", "ann@acme.example"), ("Bob Reed", "bob@acme.example")
YES, NO = "p-0123456789ab", "p-ba9876543210"


def shown(names: dict[str, str]) -> Shown:
    made = Shown()
    made.__dict__["names"] = names
    return made


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = Lake(tmp_path_factory.mktemp("shown") / "lake", create=True)
    cast.history(made, "shop", [cast.commit(ANN), cast.commit(BOB, 1)])
    return made


def agreed(lake: Lake, *, out: bool = False) -> tuple[Shown, dict[str, str]]:
    """The names to be shown after Ann opted in (and out again), and everybody's pseudonym by name."""
    with Session(lake, tables=attach.TABLES) as session:
        found = attach.attach(session, cast.rules(lake)).people
        people = {found.identities[keys[0]].name or "": person for person, keys in found.members.items()}
        entry = ConsentEntry(decided=date(2026, 1, 1), person=people[ANN[0]])
        kinds = ("opt_in", "opt_out") if out else ("opt_in",)
        decisions = Decisions(opt_in=(entry,), opt_out=(entry,) if out else ())
        book = Book(decisions, tuple((kind, entry) for kind in kinds))
        made = Shown(attach.attach(session, cast.rules(lake, book=book)))
        assert made.names is made.names
    return made, people


def test_names_are_those_of_who_agreed_on_one_plain_line(lake: Lake) -> None:
    made, people = agreed(lake)
    assert made.names == {people[ANN[0]]: "Ann Quill [31m"}
    assert made.name(people[BOB[0]]) is None
    assert made.name(None) is None


def test_who_took_it_back_is_not_named(lake: Lake) -> None:
    made, _ = agreed(lake, out=True)
    assert made.names == {}


def test_without_people_nobody_is_named() -> None:
    assert Shown().names == {}
    assert Shown().put({"person": YES}) == {"person": YES}


def test_a_name_stands_beside_its_pseudonym() -> None:
    put = shown({YES: "Ann"}).put
    assert put({"person": YES, "n": 3}) == {"person": YES, "person_name": "Ann", "n": 3}
    assert put({"person": NO, "n": None}) == {"person": NO, "n": None}
    assert put(f"{YES}, {NO} and x{YES}") == f"Ann ({YES}), {NO} and x{YES}"
    assert put({"who": [YES, {"by": YES}]}) == {"who": [f"Ann ({YES})", {"by": YES, "by_name": "Ann"}]}
    assert named(NO, None) == NO


_WORDS = st.sampled_from([YES, NO, f"by {NO}, {YES}", "", "x"]) | st.text(max_size=5)
_EVIDENCE = st.recursive(
    st.none() | st.integers() | st.floats() | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_name", max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


@given(_EVIDENCE)
def test_nothing_is_lost_and_no_name_is_added_but_one(evidence: Any) -> None:
    put = shown({YES: "Ann☂"}).put(evidence)
    before, after = texts(evidence), texts(put)
    assert sum(text.count(NO) for text in after) == sum(text.count(NO) for text in before)
    assert sum(text.count(YES) for text in after) == sum(text.count(YES) for text in before)
    without = [text.replace(f"Ann☂ ({YES})", YES) for text in after if text != "Ann☂"]
    assert without == before
