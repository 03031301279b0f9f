# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every page in a real browser, in each look: no serious fault for axe, nothing runs over the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from umbel.office.inbox.kinds import KINDS
from umbel.office.roles import Role, allows
from umbel.office.routes import Route, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.office.browser.conftest import House

pytestmark = pytest.mark.browser

_NO_PAGES = (
    "api-",
    "healthz",
    "readyz",
    "metrics",
    "openid",
    "license-notices-file",
    "mfa_download",
    "product-matching",
    "script-",
)
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
BETWEEN = (768, 2200)
PAPER = {"portrait": 703, "landscape": 1032}
"""What is left of A4 between its margins, in pixels of CSS."""
COMPLAINTS = """() => axe.run(document, {resultTypes: ["violations"], iframes: false}).then(found => found.violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => [each.id, each.help, each.nodes.slice(0, 3).map(node => node.target), each.nodes[0].failureSummary]))"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _pages() -> list[Route]:
    """Pages that the office may read, with what fills their addresses."""
    return [
        route
        for route in table().values()
        if "GET" in route.allow
        and allows(route.allow["GET"], {Role.OFFICE})
        and not route.name.startswith(_NO_PAGES)
        and not (route.name.startswith(("account_", "mfa_", "social")) and "<" in route.path)
    ]


def _addresses() -> list[str]:
    """Where they are; of the form to ask for something each of its kinds."""
    from django.urls import reverse

    found = [reverse(route.name, kwargs=dict(route.sample)) for route in _pages()]
    return [*found, *(f"{reverse('request-new')}?kind={kind}" for kind in KINDS)]


class Tab:
    """A tab of somebody of the office, and what its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(scope="module")
def tab(house: House, browser: Browser) -> Iterator[Tab]:
    """One tab for all pages: a new one for each would take longer than what it is asked."""
    context = browser.new_context(
        base_url=house.address, storage_state=house.state(browser, "office"), reduced_motion="reduce"
    )
    context.set_default_timeout(90_000)  # the first page makes its figures
    yield Tab(context.new_page())
    context.close()


@pytest.mark.parametrize("address", _addresses())
def test_nobody_is_shut_out(tab: Tab, address: str) -> None:
    """A page is loaded once and looked at as people do: wide and light, narrow and dark, between, and on paper."""
    page = tab.page
    tab.complaints.clear()
    page.set_viewport_size(WIDE)  # type: ignore[arg-type] # a dictionary of two numbers
    page.emulate_media(media="screen", color_scheme="light")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status < 500
    assert "/account/login" not in page.url, "the session is gone"
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(COMPLAINTS) == []
    assert page.evaluate(OVER) <= 0, "a wide page runs over the edge"
    for width in BETWEEN:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVER) <= 0, f"the page runs over the edge at {width}"
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(COMPLAINTS) == []
    assert page.evaluate(OVER) <= 0, "a narrow page runs over the edge"
    page.emulate_media(media="print", color_scheme="light")
    across = page.evaluate("getComputedStyle(document.body).page") == "wide"
    page.set_viewport_size({"width": PAPER["landscape" if across else "portrait"], "height": 900})
    assert page.evaluate(OVER) <= 0, "something is cut off on paper"
    assert page.locator("h1").count() == 1
    assert page.title()
    assert [line for line in tab.complaints if "status of 4" not in line] == []
