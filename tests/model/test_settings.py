# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""umbel.toml: what it says is understood, what is wrong is named with line and key, all at once."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.naming import Naming, Rule
from umbel.model.settings import Settings, SettingsError, check, load

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
[organisation]
name = "Acme"
domains = ["acme.example"]
departments = ["Payments"]

[lake]
url = "evidence"

[sources]
paths = ["src"]

[[products]]
name = "Shop"
owner = "shop@acme.example"
department = "Payments"
criticality = "critical"
distribution = ["hosted", "embedded-device"]
projects = ["github.com/acme/shop*"]

[[products.releases]]
version = "2.1"
released = 2026-01-31
end_of_support = 2028-01-31

[[projects]]
name = "till"
match = ["github.com/acme/till", "sboms/till-*.json"]
"""


def faults(path: Path, text: str) -> list[str]:
    """What loading says is wrong, a line each."""
    path.write_text(text)
    with pytest.raises(SettingsError) as raised:
        load(path)
    return [f"{fault.place}: {fault.message}" for fault in raised.value.faults]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "umbel.toml"


def test_everything_that_can_be_said_is_understood(path: Path) -> None:
    path.write_text(WHOLE)
    settings = load(path)

    assert settings.organisation.name == "Acme"
    (product,) = settings.products
    assert product.criticality == "critical"
    assert product.releases[0].end_of_support == date(2028, 1, 31)
    assert settings.naming().project("sboms", "file:/x/sboms/till-2.json") == "till"


def test_every_fault_is_named_at_once_with_its_line_and_key(path: Path) -> None:
    text = """
[organisation]
name = 3
domain = ["x"]
[[products]]
name = "Shop"
criticality = "hi"
distribution = "hosted"
[[products.releases]]
version = "1"
released = 2025-01-01
end_of_support = 2024-01-01
[[products]]
name = "shop"
projects = ["a", 3]
[[products]]
owner = "x"
"""
    assert faults(path, text) == [
        'line 3, organisation.name: must be a text in quotes ("…"), not a number',
        "line 4, organisation.domain: is not known; did you mean 'domains'?",
        "line 7, products[1].criticality: is 'hi'; it must be one of low, medium, high, critical",
        "line 8, products[1].distribution: must be a list ([…]), not a text",
        "line 12, products[1].releases[1].end_of_support: lies before the release",
        "line 14, products[2].name: 'shop' is used twice",
        'line 15, products[2].projects[2]: must be a text in quotes ("…"), not a number',
        "line 16, products[3]: needs 'name'",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[organisation\n", "line 1"),
        ("products = 3\n", "must be a list"),
        ("[[products]]\nname = ''\n", "is empty"),
        ("organisation = 'Acme'\n", "must be a table"),
        (
            "[[products]]\nname='a'\n[[products.releases]]\nversion='1'\nreleased=2026-01-01T10:00:00Z\n",
            "a date",
        ),
        ("[lake.options]\nkey = 1\n", "must be a table of texts"),
    ],
)
def test_each_kind_of_fault_is_said_in_words(path: Path, text: str, says: str) -> None:
    (fault,) = faults(path, text)
    assert says in fault


def test_bytes_that_are_no_text_are_said(path: Path) -> None:
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(SettingsError, match="is no UTF-8 text"):
        load(path)


values = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(max_size=5), st.dates(), st.datetimes()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["organisation", "products", "projects", "sources", "lake", "other"])


@given(st.dictionaries(keys, values, max_size=4))
def test_no_data_whatever_crashes_the_check(data: dict[str, object]) -> None:
    import msgspec

    if not check(data, ""):
        msgspec.convert(data, Settings)  # what passes the check can be used


def test_where_packages_come_from_is_an_address_or_none(path: Path) -> None:
    path.write_text(
        '[[upstream]]\npackages = ["pkg:npm/@acme/*"]\nrepository = "https://git.acme.example/shop.git"\n'
        '[[upstream]]\npackages = ["pkg:npm/old"]\nrepository = "none"\n'
        '[[upstream]]\npackages = ["pkg:npm/lib"]\nrepository = "github:acme/lib"\n'
    )
    assert [rule.repository for rule in load(path).upstream][1:] == ["none", "github:acme/lib"]

    assert faults(
        path,
        '[[upstream]]\npackages = ["pkg:npm/a"]\nrepository = "https://me:secret@git.acme.example/a"\n'
        '[[upstream]]\npackages = ["pkg:npm/b"]\nrepository = "somewhere"\n'
        '[[upstream]]\nrepository = "none"\n',
    ) == [
        "line 3, upstream[1].repository: holds a password: leave it out, git's credential helper may know it",
        'line 6, upstream[2].repository: must be an address ("https://…"), or "none"',
        "line 7, upstream[3]: needs 'packages'",
    ]


def test_the_first_naming_rule_that_matches_wins() -> None:
    naming = Naming((Rule("shop", ("github.com/acme/shop*",)), Rule("rest", ("*",))))
    assert naming.project("github.com/acme/shop-ui") == "shop"
    assert naming.project("anything") == "rest"
    assert Naming().project("as-found") == "as-found"


def test_the_example_of_the_test_is_toml() -> None:
    assert check(tomllib.loads(WHOLE), WHOLE) == []
