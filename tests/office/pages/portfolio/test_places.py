# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where documents lay: told without the folders of the machine that read them."""

from __future__ import annotations

from umbel.office.pages.portfolio.places import places


def test_what_lies_above_all_documents_is_left_out() -> None:
    told = places(["file:/home/owner/shop/poetry.lock", "file:/home/owner/shop/web/yarn.lock", None])
    assert sorted(told.values()) == ["poetry.lock", "web/yarn.lock"]
    assert places(["file:/home/owner/shop", "file:/home/owner/shop/uv.lock"]) == {
        "file:/home/owner/shop": "shop",
        "file:/home/owner/shop/uv.lock": "uv.lock",
    }


def test_one_alone_is_told_by_its_name() -> None:
    assert places(["file:/srv/sboms/shop.json"]) == {"file:/srv/sboms/shop.json": "shop.json"}


def test_addresses_stay() -> None:
    told = places(["upload:7", "https://host.example/a\u202eb", "file:/a/b"])
    assert told["upload:7"] == "upload:7"
    assert told["file:/a/b"] == "b"
    assert "\u202e" not in told["https://host.example/a\u202eb"]
    assert places([]) == {}
