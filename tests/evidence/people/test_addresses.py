# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an address and a name say of a person."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.evidence.people import addresses, names
from umbel.evidence.people.bots import Bots
from umbel.evidence.people.merge import Identity


@pytest.mark.parametrize(
    ("text", "kind", "local", "domain"),
    [
        ("dev1x@a.acme.example", "own", "dev1x", "acme.example"),
        ("jo@a.acme.co.uk", "own", "jo", "acme.co.uk"),
        ("<JO@Acme.Example >", "own", "jo", "acme.example"),
        ("jo at acme dot example", "own", "jo", "acme.example"),
        ("j.o@gmail.com", "free", "jo", "gmail.com"),
        ("jo@mail.yahoo.co.uk", "free", "jo", "yahoo.co.uk"),
        ("12+jo@users.noreply.github.com", "forge", "jo", "users.noreply.github.com"),
        ("7-jo@users.noreply.gitlab.com", "forge", "jo", "users.noreply.gitlab.com"),
        ("jo@ubuntu.(none)", "local", "jo", ""),
        ("jo@mac-7.fritz.box", "local", "jo", ""),
        ("jo@10.0.0.7", "local", "jo", ""),
        ("jo@localhost", "local", "jo", ""),
        ("jo", "none", "jo", ""),
        ("", "none", "", ""),
        ("jo@kernel.org", "shared", "jo", "kernel.org"),
        ("jo@13f79535-47bb-0310-9956-ffa450edef68", "own", "jo", "13f79535-47bb-0310-9956-ffa450edef68"),
    ],
)
def test_an_address_is_taken_apart(text: str, kind: str, local: str, domain: str) -> None:
    found = addresses.parse(text)
    assert (found.kind, found.local, found.domain) == (kind, local, domain)


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "root@localhost", "root@acme.example", "you@example.com", "none@none", "jo@laptop.local", "x" * 9999,
        "info@acme.example", "jo+tag@acme.example", "jo",
    ],
)  # fmt: skip
def test_an_address_that_many_have_is_no_evidence(text: str) -> None:
    assert addresses.parse(text).same == ""


def test_spellings_of_one_address_are_the_same() -> None:
    assert addresses.parse("Jo@ACME.example").same == addresses.parse(" jo@acme.example").same
    assert addresses.parse("j.o@googlemail.com").same == addresses.parse("jo@gmail.com").same


def test_a_workspace_knows_further_domains_where_anyone_gets_an_address() -> None:
    assert addresses.parse("jo@mail.club.example", frozenset({"club.example"})).kind == "free"


@pytest.mark.parametrize(
    ("text", "key", "full"),
    [
        ("Jane Roe", "jane roe", True),
        ("Roe, Jane (Acme)", "jane roe", True),
        ("JANE  roé", "jane roe", True),
        ("dave", "dave", False),
        ("Your Name", "", False),
        ("root", "", False),
        ("dev@acme.example", "", False),
        ("", "", False),
        ("山田太郎", "山田太郎", True),
        ("J. R.", "j r", False),
    ],
)
def test_a_name_is_compared_without_case_accents_and_order(text: str, key: str, full: bool) -> None:  # noqa: FBT001
    assert names.parse(text) == names.Name(key, full)


SIGNS = st.sampled_from(
    [*"jJr19.+-_@/<>()[] \t\"'?é你ſ", "jane", "@gmail.com", "@users.noreply.github.com", " at ", "bot"]
)
TEXTS = st.lists(st.one_of(st.none(), st.lists(SIGNS, max_size=9).map("".join), st.text()), max_size=9)


@given(TEXTS, st.sampled_from([frozenset(), frozenset({"acme.example"})]))
def test_many_addresses_are_taken_apart_as_each_alone(texts: list[str | None], free: frozenset[str]) -> None:
    assert addresses.parse_all(texts, free) == {text: addresses.parse(text, free) for text in texts}


@given(TEXTS)
def test_many_names_are_read_as_each_alone(texts: list[str | None]) -> None:
    assert names.parse_all(texts) == {text: names.parse(text) for text in texts}


@given(TEXTS, st.sampled_from([((), ()), (("*jane*",), ()), ((), ("*bot*",))]))
def test_many_are_told_from_programs_as_each_alone(
    texts: list[str | None], patterns: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    bots = Bots(*patterns)
    everyone = [Identity(number, name, email) for number, (name, email) in enumerate(product(texts, texts))]
    assert bots.which_of(everyone) == [bots.which(one.name, one.email) for one in everyone]
