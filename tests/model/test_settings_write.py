# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Products are written into `umbel.toml`, and nothing else in it changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from umbel.model.errors import UsageError
from umbel.model.settings import Product, Release, Settings, SettingsError
from umbel.model.settings_write import with_product, without_product

PATH = Path("umbel.toml")
TEXT = """\
# Who we are.
[organisation]
name = "Acme"  # since 1999

# The shop earns the money.
[[products]]
name = "Shop"
owner = "owner@acme.example" # ask her first
criticality = "high"
projects = ["acme/shop*"]  # all of them

[[products]]
name = "Till"
projects = ['acme/till']

[lake]
url = ".umbel/lake"
"""


def _read(text: str) -> Settings:
    import tomllib

    import msgspec

    return msgspec.convert(tomllib.loads(text), Settings)


def test_a_change_touches_only_what_changed() -> None:
    product = Product(
        name="Shop",
        owner="mate@acme.example",
        criticality="high",
        projects=("acme/shop*",),
        department="Sales",
    )
    changed = with_product(TEXT, product, PATH)
    before, after = set(TEXT.splitlines()), set(changed.splitlines())
    assert before - after == {'owner = "owner@acme.example" # ask her first'}
    assert after - before == {'owner = "mate@acme.example" # ask her first', 'department = "Sales"'}
    assert [each.name for each in _read(changed).products] == ["Shop", "Till"]


def test_a_new_one_stands_at_the_end_of_the_products() -> None:
    fresh = Product(
        name='Say "hi" \\ 💐',
        distribution=("hosted", "internal"),
        releases=(
            Release(version="1", released=date(2026, 1, 1), end_of_support=date(2027, 1, 1)),
            Release(version="2"),
        ),
        projects=("acme/hi", "acme/[ab]*"),
    )
    changed = with_product(TEXT, fresh, PATH)
    assert _read(changed).products[-1] == fresh
    assert changed.startswith(TEXT.partition("[lake]")[0].rstrip())
    assert _read(changed).lake == _read(TEXT).lake


def test_an_empty_file_gets_its_first_product() -> None:
    assert _read(with_product("", Product(name="Shop"), PATH)).products == (Product(name="Shop"),)
    assert _read(with_product("products = []\n", Product(name="Shop"), PATH)).products == (
        Product(name="Shop"),
    )


def test_products_written_inline_are_kept_inline() -> None:
    text = 'products = [{ name = "Shop", owner = "owner@acme.example" }, { name = "Till" }] # two\n'
    changed = with_product(text, Product(name="till", criticality="low"), PATH)
    assert [each.name for each in _read(changed).products] == ["Shop", "till"]
    assert _read(changed).products[1].criticality == "low"
    assert "# two" in changed
    assert _read(without_product(text, "SHOP", PATH)).products == (Product(name="Till"),)


def test_a_product_is_renamed_in_its_place_and_ended() -> None:
    renamed = with_product(TEXT, Product(name="Store", projects=("acme/shop*",)), PATH, was="shop")
    assert [each.name for each in _read(renamed).products] == ["Store", "Till"]
    assert "# The shop earns the money." in renamed
    ended = without_product(TEXT, "Till", PATH)
    assert [each.name for each in _read(ended).products] == ["Shop"]
    assert "[lake]" in ended


@pytest.mark.parametrize("name", ["", "  "])
def test_a_product_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="is empty"):
        with_product(TEXT, Product(name=name), PATH)


def test_two_can_not_have_one_name() -> None:
    with pytest.raises(SettingsError, match="used twice"):
        with_product(TEXT, Product(name="TILL"), PATH, was="Shop")


def test_what_is_gone_can_not_be_changed_or_ended() -> None:
    with pytest.raises(UsageError, match="no product 'Gone'"):
        with_product(TEXT, Product(name="Shop"), PATH, was="Gone")
    with pytest.raises(UsageError, match="no product 'Gone'"):
        without_product(TEXT, "Gone", PATH)


def test_a_broken_file_is_left_alone() -> None:
    with pytest.raises(SettingsError):
        with_product("[[products]]\nnaem = 1\n", Product(name="Shop"), PATH)
