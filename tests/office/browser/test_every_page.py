# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every page in a real browser, wide and light, narrow and dark: no serious fault for axe, nothing runs over the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from umbel.office.roles import Role, allows
from umbel.office.routes import Route, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
LOOKS: dict[str, dict[str, Any]] = {
    "wide-light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "narrow-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


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


def _address(route: Route) -> str:
    from django.urls import reverse

    return reverse(route.name, kwargs=dict(route.sample))


class Tab:
    """A tab of somebody of the office, and what its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(scope="module")
def tab(house: House, browser: Browser, signed_in: Callable[[str], Any]) -> Iterator[Callable[[str], Tab]]:
    """A tab for each look, for all pages: a new one for each would take longer than what it is asked."""
    kept: dict[str, Tab] = {}

    def of(look: str) -> Tab:
        if look not in kept:
            state = signed_in("office")
            context = browser.new_context(
                base_url=house.address, storage_state=state, reduced_motion="reduce", **LOOKS[look]
            )
            context.set_default_timeout(30_000)
            kept[look] = Tab(context.new_page())
        kept[look].complaints.clear()
        return kept[look]

    yield of
    for each in kept.values():
        each.page.context.close()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("route", _pages(), ids=lambda route: route.name)
def test_nobody_is_shut_out(tab: Callable[[str], Tab], route: Route, look: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    here = tab(look)
    page = here.page
    answer = page.goto(_address(route))
    assert answer is not None
    assert answer.status < 500
    assert "/account/login" not in page.url, "the session is gone"
    found = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False}).response["violations"]
    grave = [
        (
            each["id"],
            each["help"],
            [node["target"] for node in each["nodes"][:3]],
            each["nodes"][0]["failureSummary"],
        )
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    assert grave == []
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, "the page runs over the edge"
    assert page.locator("h1").count() == 1
    assert page.title()
    assert [line for line in here.complaints if "status of 4" not in line] == []
