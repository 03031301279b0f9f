# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Shared links: added, superseded, withdrawn, as of a day; what must not be shown is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from umbel.app import Workspace
from umbel.frameworks import links
from umbel.frameworks.links import Link, Withdrawn, is_sound
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 3, 1)
URL = "https://wiki.acme.example/open-source"


def link(**more: Any) -> Link:
    given: dict[str, Any] = {
        "title": "The guide",
        "url": URL,
        "petal": "contributors",
        "keeper": "open source office",
        "by": "office@acme.example",
        "decided": DAY,
    }
    return Link(**(given | more))


def test_the_newest_word_on_an_address_counts_until_it_is_withdrawn(tmp_path: Path) -> None:
    links.add(tmp_path, link())
    links.add(tmp_path, link(title='New "]]\n[[link]]'.replace("\n", " "), decided=DAY + timedelta(days=2)))
    links.add(tmp_path, link(title="Another", url=f"{URL}/2", petal="business"))
    gone = Withdrawn(url=URL, by="office@acme.example", decided=DAY + timedelta(days=5), reason="moved")
    links.withdraw(tmp_path, gone)
    assert links.load(tmp_path, DAY - timedelta(days=1)) == []
    assert [each.title for each in links.load(tmp_path, DAY)] == ["Another", "The guide"]
    assert links.load(tmp_path, DAY + timedelta(days=2))[1].title == 'New "]] [[link]]'
    assert [each.title for each in links.load(tmp_path, DAY + timedelta(days=5))] == ["Another"]
    links.add(tmp_path, link(title="Back", decided=DAY + timedelta(days=9)))
    assert links.load(tmp_path, DAY + timedelta(days=9))[1].title == "Back"


@pytest.mark.parametrize(
    "url",
    [
        "http://wiki.acme.example",
        "javascript:alert(1)",
        "https://",
        "https://user@wiki.acme.example",
        "https://wiki.acme.example/a b",
        'https://wiki.acme.example/"onclick',
        "https://wiki.acme.example/\u202e",
        "https://[::1",
        "https://wiki.acme.example:99999999",
        "//wiki.acme.example",
        "",
    ],
)
def test_only_plain_https_is_shown(tmp_path: Path, url: str) -> None:
    assert not is_sound(url)
    with pytest.raises(SettingsError, match="url"):
        links.add(tmp_path, link(url=url))
    assert links.load(tmp_path, DAY) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"keeper": "mate@acme.example"}, "name a team or a role"),
        ({"title": " "}, "is empty"),
        ({"title": "x" * 121}, "120 are allowed"),
        ({"about": "a\u202eb"}, "can't be printed"),
        ({"petal": "No Petal"}, "small letters"),
    ],
)
def test_what_types_cannot_say_is_refused_with_its_place(
    tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        links.add(tmp_path, link(**wrong))


def test_the_workspace_knows_the_petals_and_what_is_shared(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    with pytest.raises(UsageError, match="There is no petal"):
        space.share_link(link(petal="nobody"))
    space.share_link(link())
    assert [each.url for each in space.links()] == [URL]
    with pytest.raises(UsageError, match="isn't shared"):
        space.withdraw_link(Withdrawn(url=f"{URL}/2", by="x", decided=DAY, reason="x"))
    space.withdraw_link(Withdrawn(url=URL, by="x", decided=DAY, reason="x"))
    assert space.links() == []
