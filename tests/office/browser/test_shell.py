# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands around every page, in a real browser: keys, search, the menu on a phone, colours, charts; and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


def test_the_office_is_walked_by_keys(opened: Callable[..., Page]) -> None:
    page = opened("office", "/style/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    assert keys.is_visible()
    assert keys.get_by_text("g p", exact=True).is_visible()
    page.keyboard.press("Escape")
    assert not keys.is_visible()
    page.get_by_label("Package").first.press("?")
    assert not keys.is_visible(), "whoever writes is left alone"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/requests/")


def test_search_answers_while_one_writes(opened: Callable[..., Page]) -> None:
    page = opened("office", "/style/")
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search the office")
    page.wait_for_function("document.activeElement.id === 'palette-q'")
    page.keyboard.type("requests")
    palette.locator("#palette-found a", has_text="Requests").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('#palette-found') !== null")
    page.keyboard.press("ArrowUp")
    page.locator("#palette-q").fill("inner")
    found = palette.locator("#palette-found a", has_text="inner").first
    found.wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.href")
    assert chosen
    with page.expect_response("**/search/**"):
        page.evaluate(
            "() => { const field = document.querySelector('#palette-q'); field.value = 'inner '; "
            "field.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.href") == chosen, "a late answer leaves one where one is"
    page.keyboard.press("Escape")
    assert not palette.is_visible()


def test_a_phone_has_a_menu(opened: Callable[..., Page]) -> None:
    page = opened("office", "/style/", viewport=PHONE)
    menu = page.get_by_role("navigation", name="Pages", exact=True)
    assert not menu.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()


def test_colours_change_at_once_and_stay(opened: Callable[..., Page]) -> None:
    page = opened("office", "/style/", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Your account and the look").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark", exact=True).click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark


def test_a_chart_comes_to_life_when_asked(opened: Callable[..., Page]) -> None:
    page = opened("office", "/style/")
    page.get_by_role("button", name="Read values at the pointer").click()
    page.locator("figure .vega-embed svg, figure svg.marks").wait_for()
    page.locator("figure svg.marks path[aria-roledescription], figure svg.marks .mark-rect path").last.hover(
        force=True
    )


def test_the_flower_is_walked_by_keys(opened: Callable[..., Page]) -> None:
    page = opened("office", "/")
    petals = page.locator("svg.flower a")
    petals.first.wait_for()
    assert petals.count() == 6
    page.get_by_role("link", name="Legal: ").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/legal/")


@pytest.mark.parametrize("width", [360, 768, 1280, 2000])
def test_the_first_page_fits(opened: Callable[..., Page], width: int) -> None:
    page = opened("office", "/", viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    box = page.locator("svg.flower").bounding_box()
    assert box is not None
    shown = page.locator("svg.flower .name").first.is_visible()
    assert shown == (box["width"] > 620)
    assert page.locator(".flower-list").is_visible() != shown, (
        "where the drawing has no room for words, a list has them"
    )


def test_paper_has_the_page_and_not_what_stands_around_it(opened: Callable[..., Page]) -> None:
    page = opened("office", "/", viewport={"width": 703, "height": 900})
    page.emulate_media(media="print")
    for gone in (".top", "#menu", ".tools", "button"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    foot = page.locator("footer").inner_text()
    assert "figures of 20" in foot
    assert "printed by office" in foot
    assert page.locator("svg.flower .name").first.is_visible()


WAITS = """() => {
  const part = document.createElement("div");
  for (const [name, value] of Object.entries({"data-pending": "", "hx-get": "/me/", "hx-trigger": "every 100ms",
    "hx-select": "main", "hx-target": "main", "hx-swap": "outerHTML", "hx-sync": "main:drop"})) part.setAttribute(name, value);
  const more = document.createElement("details");
  more.innerHTML = "<summary>More</summary>";
  document.querySelector("main").append(part, more);
  htmx.process(part);
}"""


def test_what_a_page_waits_for_takes_nothing_away(opened: Callable[..., Page]) -> None:
    page = opened("office", "/me/")
    field = page.get_by_label("Shown as")
    field.fill("Somebody")
    page.evaluate(WAITS)
    page.wait_for_timeout(600)
    assert field.input_value() == "Somebody", "what is being written stays"
    field.fill("")
    with page.expect_response("**/me/"):
        page.evaluate("document.activeElement.blur()")
    page.wait_for_function("!document.querySelector('[data-pending]')")
    assert page.locator("main").count() == 1


def test_nothing_is_sent_twice(opened: Callable[..., Page]) -> None:
    page = opened("office", "/me/")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.get_by_role("button", name="Save").dblclick()
    page.get_by_text("Kept.").wait_for()
    assert len(sent) == 1
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    assert len(sent) == 2


def test_without_scripts_everything_can_be_read(opened: Callable[..., Page]) -> None:
    page = opened("office", "/", java_script_enabled=False)
    assert page.locator("svg.flower a").count() == 6
    page.get_by_text("The same as a table").click()
    assert page.get_by_role("table", name="How each part of the flower stands").is_visible()
    page.get_by_role("link", name="Search").click()
    assert page.url.endswith("/search/") or "/search" in page.url
