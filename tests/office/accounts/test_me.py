# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One's own page: how one is shown, and where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from umbel.office.accounts.me import _browser
from umbel.office.accounts.models import Session, User
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


def test_it_tells_ones_roles_and_where_they_are_from(
    as_role: Callable[[str], Client], people: dict[str, User]
) -> None:
    people["mate"].claimed_roles = ["legal"]
    people["mate"].save()
    page = as_role("mate").get("/me/").content.decode()

    assert "contributor, legal, viewer" in page
    assert "By your groups" in page


def test_one_is_shown_as_one_wishes(as_role: Callable[[str], Client]) -> None:
    client = as_role("mate")
    client.post("/me/", {"full_name": " <b>Mate</b> "})

    assert User.objects.get(name="mate").full_name == "<b>Mate</b>"
    page = client.get("/me/").content.decode()
    assert "<b>Mate</b>" not in page
    assert "&lt;b&gt;Mate&lt;/b&gt;" in page
    assert Entry.objects.get().action == "account.shown-as"


def test_nothing_else_of_an_account_is_changed_by_the_form(as_role: Callable[[str], Client]) -> None:
    as_role("stranger").post("/me/", {"full_name": "x", "roles": "office", "email": "office@evil.example"})
    user = User.objects.get(name="stranger")

    assert (user.roles, user.email) == ([], "stranger@acme.example")


def test_sessions_are_shown_without_their_keys_and_ended(
    as_role: Callable[[str], Client], people: dict[str, User]
) -> None:
    here, there, other = as_role("mate"), as_role("mate"), as_role("owner")
    keys = [session.session_key for session in Session.objects.all()]
    page = here.get("/me/")
    assert len(page.context["sessions"]) == 2
    assert not any(key in page.content.decode() for key in keys)
    elsewhere = next(each["id"] for each in page.context["sessions"] if not each["here"])
    theirs = next(each["id"] for each in other.get("/me/").context["sessions"])

    assert here.post("/me/sessions/end/", {"session": theirs}).status_code == 404
    here.post("/me/sessions/end/", {"session": elsewhere})
    assert there.get("/me/").status_code == 302, "ended at once, in every process"
    assert here.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 200
    assert Session.objects.filter(user=people["mate"]).count() == 1


def test_all_others_are_ended_at_once(as_role: Callable[[str], Client]) -> None:
    here, *others = (as_role("mate") for _ in range(4))
    here.post("/me/sessions/end/", {"session": "others"})

    assert here.get("/me/").status_code == 200
    assert [client.get("/me/").status_code for client in others] == [302, 302, 302]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 (KHTML, like Gecko) Chrome/140.0 Safari/537 Edg/140",
            "Edge on Windows",
        ),
        ("curl/8", "curl/8"),
        ("", "unknown"),
    ],
)
def test_browsers_are_named_in_words(agent: str, words: str) -> None:
    assert _browser(agent) == words


def test_the_page_takes_as_many_queries_for_many_sessions(
    as_role: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = as_role("mate")
    for _ in range(20):
        as_role("mate")
    with django_assert_max_num_queries(9):
        client.get("/me/")
