# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people come for, done once from end to end by keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.office.browser.conftest import House, moved_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(program: str, acme_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:  # noqa: ARG001 - without a browser none is served
    """People decide and hand in here."""
    yield from moved_in(acme_estate, tmp_path_factory.mktemp("own-house"))


def reach(page: Page, wanted: Locator, *, most: int = 150) -> None:
    """Press Tab until something has the focus, as somebody without a mouse does."""
    wanted.wait_for()
    for _ in range(most):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} can't be reached by keyboard")


def test_sign_in_by_a_link(house: House, opened: Callable[..., Page]) -> None:
    page = opened(None, house.link("security"))
    button = page.get_by_role("button", name="Sign in")
    reach(page, button)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.address}/")
    assert page.get_by_role("heading", level=1).inner_text() == "The flower"
    again = opened(None, "/legal/")
    assert again.url.startswith(f"{house.address}/account/login/?next="), (
        "who isn't signed in is asked to, and comes back"
    )
    assert again.get_by_label("Password").is_visible()


def test_find_a_package_and_who_uses_it(opened: Callable[..., Page]) -> None:
    page = opened("stranger", "/")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.id === 'palette-q'")
    page.keyboard.type("inner")
    hit = page.locator("#palette-found a", has_text="inner").first
    hit.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/packages/**")
    assert "inner" in page.locator("h1").inner_text()
    assert page.get_by_role("link", name="shop-web").first.is_visible()


def test_walk_from_a_figure_through_why_to_its_evidence(opened: Callable[..., Page]) -> None:
    page = opened("legal", "/legal/")
    why = page.locator("main a[href^='/why/indicator/']").first
    reach(page, why)
    page.keyboard.press("Enter")
    page.wait_for_url("**/why/indicator/**")
    text = page.locator("main").inner_text()
    for said in ("What it says", "How all figures were made"):
        assert said.lower() in text.lower()
    edition = page.locator("main a[href^='/why/edition/']").first
    reach(page, edition)
    page.keyboard.press("Enter")
    page.wait_for_url("**/why/edition/")


def test_turn_the_office_back_to_a_day(opened: Callable[..., Page]) -> None:
    page = opened("office", "/projects/")
    assert page.get_by_role("link", name="lonely").first.is_visible()
    control = page.locator("button.as-of")
    reach(page, control)
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'as-of-day'")
    page.keyboard.type("02192026")
    reach(page, page.get_by_role("button", name="Turn back"))
    page.keyboard.press("Enter")
    page.wait_for_url("**as_of=2026-02-19**")
    assert page.get_by_role("link", name="shop-web").first.is_visible()
    assert page.get_by_role("link", name="lonely").count() == 0, "it wasn't there yet"
    page.goto("/packages/")
    assert "2026-02-19" in page.locator("button.as-of").inner_text()
    page.goto("/packages/?as_of=today")
    assert "Today" in page.locator("button.as-of").inner_text()


def test_ask_for_an_exception_and_have_it_approved(opened: Callable[..., Page]) -> None:
    page = opened("owner", "/violations/")
    finding = page.locator("main table a[href^='/findings/']").first
    reach(page, finding)
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/**")
    ask = page.get_by_role("link", name=re.compile("exception", re.IGNORECASE)).first
    reach(page, ask)
    page.keyboard.press("Enter")
    reason = page.get_by_label("Why this can be accepted")
    reach(page, reason)
    page.keyboard.type("It is replaced in the next release.")
    reach(page, page.get_by_role("button", name="Ask for it"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/requests/\d+$"))
    where = page.url
    judge = opened("legal", "/inbox/")
    waiting = judge.locator(f"main a[href='/requests/{where.rsplit('/', 1)[1]}']").first
    reach(judge, waiting)
    judge.keyboard.press("Enter")
    judge.wait_for_url(where)
    approve = judge.locator("button[value=approve]")
    reach(judge, approve)
    judge.keyboard.press("Enter")
    judge.get_by_text("approved").first.wait_for()
    judge.goto("/exceptions/")
    assert judge.get_by_text("It is replaced in the next release.").first.is_visible()
    page.reload()
    assert page.locator("button[value=approve]").count() == 0


def test_hand_in_an_sbom_and_read_its_verdict(opened: Callable[..., Page], tmp_path: Path) -> None:
    bill = tmp_path / "newcomer.cdx.json"
    bill.write_bytes(acme.sbom("newcomer", ["inner@2.0.0"], license_="GPL-3.0-only"))
    page = opened("owner", "/upload/")
    field = page.locator("input[type=file]")
    reach(page, field)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(bill)
    reach(page, page.get_by_role("button", name="Hand in"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Findings").wait_for()
    assert page.locator("h1").inner_text() == "newcomer"
    assert page.get_by_text("CVE-2026-0001").first.is_visible()
