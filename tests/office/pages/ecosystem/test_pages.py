# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the ecosystem's pages show, to whom, and what they do with odd questions."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.office.estate import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read")]

FRAME = "git.example/acme/frame"
PAGES = (
    "/ecosystem/",
    "/strategic/",
    f"/strategic/{FRAME}/",
    "/fragility/",
    "/sovereignty/",
    "/funding/",
    "/contributions/",
    "/radar/",
    "/evaluations/",
    "/owners/",
    "/owners/Shop/",
)


ASKING = (
    "/decide/",
    "/say/",
    "/contributions/new",
    "/evaluations/decide",
    "/links/new",
    "/requests/new",
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
        assert ' style="' not in page, f"{address} has styles that the policy of contents refuses"
        turned_away = nobody.get(address)
        assert turned_away.status_code == 302, address
        assert "login" in turned_away["Location"], address


def test_the_home_tells_the_few_that_matter_with_their_denominators(as_role: Callable[[str], Client]) -> None:
    page = text(as_role("viewer"), "/ecosystem/")
    assert FRAME in page
    assert "of the packages in use come from" in page
    assert "/why/" in page
    assert "How it stands" in page


def test_the_list_has_value_order_by_frequency_and_coordinator_and_is_taken_away(
    as_role: Callable[[str], Client],
) -> None:
    viewer = as_role("viewer")
    page = text(viewer, "/strategic/")
    for head in (
        "Value",
        "Hard to replace",
        "Place by frequency",
        "Fragility",
        "Control",
        "Stance",
        "Coordinator",
    ):
        assert head in page
    taken = b"".join(viewer.get("/strategic/?format=json&q=frame"))
    (row,) = [row for row in json.loads(taken)["rows"] if row["project"] == FRAME]
    assert row["frequency"] == 2
    assert 1 <= row["value"] <= 10
    assert row["products"] == ["Shop", "Till"]


def test_a_projects_page_shows_features_with_shares_that_sum_to_one(as_role: Callable[[str], Client]) -> None:
    from umbel.office.editions import row_of
    from umbel.office.pages.ecosystem import lists
    from umbel.office.pages.ecosystem.projects import facts_of
    from umbel.office.seen import Seen

    page = text(as_role("viewer"), f"/strategic/{FRAME}/")
    assert 'class="chart columns"' in page, "its history is drawn"
    assert "Share of what moves it" in page
    found, facts = facts_of(Seen(), FRAME)
    assert facts is not None
    assert found == row_of(lists.strategic_facts, FRAME, Seen())
    shares = [each.share for each in facts.features if each.share is not None]
    assert sum(shares) == pytest.approx(1)
    assert all(each.unknown for each in facts.features if each.value is None)
    assert facts.charts
    assert facts.control is None or facts.control.project == FRAME


@pytest.mark.parametrize(
    "address",
    [
        "/strategic/no/such/project/",
        "/strategic/%3Cscript%3E/",
        "/owners/Nothing/",
        "/contributions/c-00000000/",
        "/strategic/..%2f..%2fetc/",
    ],
)
def test_what_is_not_there_is_said_to_be(as_role: Callable[[str], Client], address: str) -> None:
    found = as_role("viewer").get(address)
    assert found.status_code == 404
    assert "<script>" not in found.content.decode().replace("<script src", "")


def test_a_budget_is_split_to_the_cent_and_odd_ones_are_refused(as_role: Callable[[str], Client]) -> None:
    viewer = as_role("viewer")
    page = text(viewer, "/funding/?budget=1000&currency=EUR")
    assert "1000.00 EUR" in page
    assert "and why" in page or "Arithmetic" in page
    for odd in ("-5", "x", "1e999", "0", "9" * 40):
        assert "errorlist" in text(viewer, f"/funding/?budget={odd}&currency=EUR"), odd
    assert "errorlist" in text(viewer, "/funding/?budget=10&currency=%3Cb%3E")


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


def test_what_is_confidential_is_on_no_page(
    as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = as_role("office")
    own = f"/strategic/pkg:npm/only-{SECRET}/"
    assert f"only-{SECRET}" in text(office, "/strategic/"), "or this test tells nothing"
    assert office.get(own).status_code == 200
    # Whom rules mean is tested with accounts; here what pages do with it, over the edition that is there.
    monkeypatch.setattr("umbel.office.accounts.rules.hidden_from", lambda _: frozenset({SECRET}))
    for address in (*PAGES, "/strategic/?format=csv", "/funding/?budget=100&currency=EUR"):
        found = office.get(address)
        assert SECRET.encode() not in found.getvalue(), address
    assert office.get(own).status_code == 404


def test_what_only_confidential_projects_use_is_told_nowhere_else_either(
    as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists go by the users of a project; of figures each page has to leave it out."""
    from umbel.office.pages.contributors import views as contributing
    from umbel.office.pages.ecosystem import figures

    viewer = as_role("viewer")
    pages = ("/ecosystem/", "/funding/", "/sovereignty/", "/help-wanted/", "/contributors/", "/owners/Shop/")
    assert any(FRAME in text(viewer, address) for address in pages), "or this test tells nothing"
    for module in (figures, contributing):
        monkeypatch.setattr(module, "kept_from", lambda _: frozenset({FRAME}))
    for address in pages:
        page = text(viewer, address)
        if address == "/sovereignty/":  # its list below leaves rows out by itself
            page = page.partition("Project by project")[0]
        assert FRAME not in page, address


def test_nothing_is_offered_that_would_be_refused(as_role: Callable[[str], Client]) -> None:
    pages = (
        "/ecosystem/",
        "/contributions/",
        "/radar/",
        "/evaluations/",
        f"/strategic/{FRAME}/",
        "/links/",
        "/help-wanted/",
    )
    for role in ("viewer", "contributor", "legal"):
        client, offered = as_role(role), set[str]()
        for address in pages:
            page = text(client, address)
            offered |= {unescape(each) for each in re.findall(r'href="([^"#]+)', page)}
        asked = {each.partition("?")[0]: each for each in offered if each.startswith(ASKING)}.values()
        refused = {each for each in asked if client.get(each).status_code == 403}
        assert not refused, role
        assert bool(asked) == (role != "viewer")


def test_what_was_examined_is_what_the_indicator_says(read: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from umbel.frameworks.indicators.strategic import strategic_examined
    from umbel.office import core
    from umbel.office.editions import Shared
    from umbel.office.pages.ecosystem import figures

    # Nothing of the estate is above the line; with a lower one all that has a verdict is.
    monkeypatch.setattr("umbel.strategy.stance_model.is_strategic", lambda each: each.verdict)
    monkeypatch.setattr(figures, "is_strategic", lambda each: each.verdict)
    with Shared(core.workspace(), None, datetime.now(UTC).date()) as shared:
        told, found = figures.ecosystem(shared), strategic_examined(shared.known)
    assert (told.examined, told.strategic) == (found.numerator, found.denominator)
    assert told.strategic > 0
    assert read


def test_projects_are_called_as_people_call_them() -> None:
    from umbel.office.pages.ecosystem.figures import called

    assert called("github.com/pallets/flask") == "pallets/flask"
    assert called("git.example/acme/frame") == "git.example/acme/frame"
    assert called("pkg:docker/python") == "python"
