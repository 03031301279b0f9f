# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever commits say of their authors: nothing breaks, and the order of rows changes nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.people.cast import key
from umbel.evidence.people import addresses, decisions, gitdm, names, stackalytics
from umbel.evidence.people.affiliations import Span, overlay
from umbel.evidence.people.bots import Bots
from umbel.evidence.people.merge import Given, Identity, merge
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

NAMES = st.sampled_from(
    ["", "Jane Roe", "Sam Poe", "jane", "root", "x-bot", "Jane M Roe", "Åsa Öst"]
) | st.text(max_size=9)
PARTS = st.sampled_from(["jane", "root", "jroewick", "12+jane", "jane+x", "a/b", ""])
HOSTS = st.sampled_from(
    ["acme.example", "a.acme.example", "gmail.com", "x.local", "users.noreply.github.com", "", "h.(none)"]
)
EMAILS = st.builds("{}@{}".format, PARTS, HOSTS) | st.text(max_size=12)


@given(st.text(), st.text())
def test_any_text_is_a_name_and_an_address(name: str, email: str) -> None:
    addresses.parse(email)
    names.parse(name)
    Bots().which(name, email)


def _all_in_one(labels: Sequence[tuple[int, str]]) -> list[tuple[str, list[int]]]:
    return [(label, [k for k, own in labels if own == label]) for label in {label for _, label in labels}]


@given(st.lists(st.tuples(NAMES, EMAILS), unique=True, max_size=25), st.randoms())
def test_the_order_of_rows_changes_nothing(people: list[tuple[str, str]], chance: random.Random) -> None:
    known = [Identity(key((n, e.encode("utf-8", "replace").decode())), n, e) for n, e in people]
    asked = Given(in_one_project=_all_in_one)
    once = merge(known, Bots(), asked)
    chance.shuffle(known)
    again = merge(known, Bots(), asked)

    assert once == again
    assert sorted(k for keys in once.people for k in keys) == sorted({i.key for i in known})
    # As many links as it takes, and each within one person.
    assert len(once.links) == len({i.key for i in known}) - len(once.people)
    of = {k: n for n, keys in enumerate(once.people) for k in keys}
    assert all(of[link.one] == of[link.other] for link in once.links)


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people") / "people.toml"


@given(text=st.text())
def test_any_text_is_decisions_or_says_what_is_wrong(text: str, somewhere: Path) -> None:
    try:
        decisions.parse(text, somewhere)
    except SettingsError as error:
        place = error.faults[0].place
        if not place.startswith(("line", "the file")):
            raise


@given(st.binary(), st.text())
def test_any_bytes_are_an_affiliation_file_or_faults(content: bytes, text: str) -> None:
    stackalytics.read(content)
    rows, faults = gitdm.read(text.splitlines())
    assert len(faults) <= len(text.splitlines())
    assert all(row.what in {"domain", "address"} for row in rows)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["company_name", "domains", "emails", "companies", "end_date", "users"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["companies", "users"]), JSON))
def test_any_json_is_stackalytics_or_faults(data: dict[str, object]) -> None:
    import msgspec

    stackalytics.read(msgspec.json.encode(data))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.sampled_from("abc")), max_size=8))
def test_spans_never_overlap_and_the_upper_ones_stand(parts: list[tuple[int, int, str]]) -> None:
    from datetime import timedelta

    from tests.evidence.people.cast import START

    spans = [Span(START + timedelta(days=a), START + timedelta(days=a + n), who) for a, n, who in parts]
    found = overlay(spans[1:], spans[:1])
    assert all(one.until <= two.since for one, two in pairwise(found) if one.until and two.since)
    assert not spans or spans[0] in found
    days = {d for a, n, _ in parts for d in range(a, a + n)}
    assert sum(((s.until - s.since).days for s in found if s.until and s.since), 0) == len(days)
