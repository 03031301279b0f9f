# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the contributors' pages show, to whom, and what they do with odd questions."""

from __future__ import annotations

from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.office.estate import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read")]

FRAME = "git.example/acme/frame"
PAGES = (
    "/contributors/",
    "/catalogue/",
    "/catalogue/till/",
    "/who/",
    "/help-wanted/",
    "/recognition/",
    "/links/",
    "/paths/",
    "/paths/contribute-upstream/",
    "/paths/release-a-project/",
    "/paths/start-innersource/",
    "/paths/ask-for-a-package/",
)


def text(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200, found.content.decode()[:2000]
    return found.content.decode()


def test_a_viewer_reads_every_page_and_nobody_else_does(
    as_role: Callable[[str], Client], nobody: Client
) -> None:
    viewer = as_role("viewer")
    for address in PAGES:
        page = text(viewer, address)
        assert "<h1>" in page, address
        assert "being worked out" not in page, address
        assert ' style="' not in page, address
        assert nobody.get(address).status_code == 302, address


def test_the_catalogue_says_what_is_there_what_isnt_and_what_nobody_knows(
    as_role: Callable[[str], Client],
) -> None:
    from umbel.office.editions import row_of
    from umbel.office.pages.contributors import lists
    from umbel.office.seen import Seen

    viewer = as_role("viewer")
    till = row_of(lists.catalogue, "till", Seen()).value
    lonely = row_of(lists.catalogue, "lonely", Seen()).value
    assert till is not None
    assert lonely is not None
    assert (till["readme"], till["contributing"], till["ready"]) == (1, 0, 0)
    assert (lonely["readme"], lonely["ready"], lonely["people"]) == (None, None, None), (
        "nobody looked: no zero, no no"
    )
    page = text(viewer, "/catalogue/till/")
    assert "README.md" in page
    assert "Something is missing" in page
    assert "Nobody looked at its files" in text(viewer, "/catalogue/lonely/")
    assert viewer.get("/catalogue/no-such/").status_code == 404


def test_a_public_catalogue_is_anyones_but_for_what_is_confidential(
    as_role: Callable[[str], Client], nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SECRET in text(as_role("office"), "/catalogue/"), "or this test tells nothing"
    assert nobody.get("/catalogue/").status_code == 302
    # Whom rules mean is tested with accounts; here what pages do with it, over the edition that is there.
    monkeypatch.setattr("umbel.office.accounts.rules.hidden_from", lambda _: frozenset({SECRET}))
    monkeypatch.setattr("umbel.office.accounts.rules.public_catalogue", lambda: True)
    for client in (nobody, as_role("viewer")):
        assert "till" in text(client, "/catalogue/")
        assert SECRET not in text(client, "/catalogue/")
        assert "README.md" in text(client, "/catalogue/till/")
        assert client.get(f"/catalogue/{SECRET}/").status_code == 404
    assert nobody.get("/who/").status_code == 302, "only the catalogue is public"
    for address in PAGES:
        assert SECRET not in text(as_role("viewer"), address), address


def test_who_works_upstream_is_told_where_any_of_the_projects_that_use_it_is(read: Path) -> None:
    from umbel.office.editions import figure_of, row_of
    from umbel.office.pages.contributors import lists
    from umbel.office.pages.ecosystem.figures import few_users
    from umbel.office.seen import Seen

    users = frozenset((figure_of(few_users, Seen()).value or {})[FRAME])
    assert users
    key = f"upstream {FRAME}"
    some = Seen(hidden=users - {min(users)})
    assert row_of(lists.who_works, key, some).value is not None
    assert row_of(lists.who_works, key, Seen(hidden=users)).value is None
    assert row_of(lists.who_works, "till", Seen(hidden=frozenset({"till"}))).value is None
    assert read


def test_thanks_go_by_name_and_never_for_what_is_kept_from_who_reads(
    as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from umbel.frameworks.recognition import BADGES, Earned
    from umbel.office.editions import Found, State
    from umbel.office.editions import figure_of as honest
    from umbel.office.pages.contributors import figures, views

    def earned(badge: str, name: str, project: str) -> Earned:
        day = date(2026, 1, 2)
        return Earned(
            badge=badge, person=name, name=name, evidence=f"in {project}", day=day, projects=(project,)
        )

    told = [
        earned("reviewer", "Mate", FRAME),
        earned("first-upstream", "Mate", "git.example/acme/other"),
        earned("steady", "<b>Ann</b>", FRAME),
        earned("across", "Zoe", SECRET),
    ]

    def given(figure: Any, looks: Any) -> Any:
        return (
            Found(value=told, state=State.READY) if figure is figures.recognition else honest(figure, looks)
        )

    monkeypatch.setattr(views, "figure_of", given)
    office = as_role("office")
    page = text(office, "/recognition/")
    assert page.index("&lt;b&gt;Ann&lt;/b&gt;") < page.index("Mate") < page.index("Zoe")
    assert page.count("<strong>Mate</strong>") == 1
    assert all(badge.rule in unescape(page) for badge in BADGES)
    monkeypatch.setattr("umbel.office.accounts.rules.hidden_from", lambda _: frozenset({SECRET}))
    monkeypatch.setattr(views, "kept_from", lambda _: frozenset({FRAME}))
    page = text(office, "/recognition/")
    for name in (FRAME, SECRET, "Zoe", "Ann"):
        assert name not in page
    assert "git.example/acme/other" in page


def test_paths_tell_the_policy_in_force_and_lead_to_requests(as_role: Callable[[str], Client]) -> None:
    viewer = as_role("viewer")
    page = text(viewer, "/paths/ask-for-a-package/")
    assert "the policy in force" in page
    assert "vulnerability" in page, "the rules that stop are named"
    assert "kind=package" in page
    assert "within 5 days" in page
    assert "kind=contribute" in text(viewer, "/paths/contribute-upstream/")
    assert viewer.get("/paths/no-such/").status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_queries_do_not_grow(
    as_role: Callable[[str], Client],
    address: str,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    viewer = as_role("viewer")
    viewer.get(address)
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        viewer.get(address)
