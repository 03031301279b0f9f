# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio page in a real browser: wide and narrow, light and dark, on paper, without scripts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.browser import chromium
from tests.reports import pages
from umbel.reports import portfolio
from umbel.reports.charts import Bar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.chromium import Tab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.found() is None, reason="needs chromium, which isn't installed"),
]

LONG = "pkg-" + "verylongname" * 40


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One browser for all tests of this module."""
    program = chromium.found()
    assert program is not None
    tab = chromium.Tab(program, tmp_path_factory.mktemp("profile"))
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate's page: 60 components, one of them with a name that fits nowhere."""
    facts = pages.facts(60, 20)
    first = msgspec.structs.replace(facts.components[0], name=LONG, license=LONG)
    bars = [Bar(LONG, 12), Bar("W" * 60, 11), Bar("日本語" * 30, 10), *facts.most_used[3:]]
    told = [pages.health("acme/project-00000"), pages.health(LONG), pages.health("acme/project-00001", None)]
    facts = msgspec.structs.replace(
        facts, components=[first, *facts.components[1:]], most_used=bars, health=told
    )
    return portfolio.write(facts, tmp_path_factory.mktemp("page") / "report.html")


@contextmanager
def seen(tab: Tab, folder: Path) -> Iterator[None]:
    """Keep a picture of what the browser showed when a test fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"seen: {tab.picture(folder / 'seen.png')}")
        raise


@pytest.mark.parametrize("said", pages.HOSTILE, ids=range(len(pages.HOSTILE)))
def test_hostile_names_run_nothing_and_nothing_is_loaded(tab: Tab, said: str, tmp_path: Path) -> None:
    bars = [Bar(said, 3)]
    hostile = msgspec.structs.replace(
        pages.saying(said), most_used=bars, ecosystems=[], categories=[], ages=[]
    )
    file = portfolio.write(hostile, tmp_path / "report.html")
    tab.open(file)
    with seen(tab, tmp_path):
        assert tab.run("window.hacked === undefined && document.images.length === 0")
        requests = tab.told("Network.requestWillBeSent")
        assert [each["request"]["url"] for each in requests] == [file.as_uri()]
        assert tab.told("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled") == []


@pytest.mark.parametrize("width", [360, 800, 1200, 1600])
def test_nothing_stands_out_of_the_page(tab: Tab, page: Path, width: int, tmp_path: Path) -> None:
    tab.open(page)
    tab.look(width)
    tab.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    with seen(tab, tmp_path):
        assert tab.run("document.documentElement.scrollWidth") == width
        outside = """[...document.querySelectorAll('body *')].filter((each) => !each.closest('.sheet')
            && !each.classList.contains('aside') && each.getBoundingClientRect().right > innerWidth + 1).length"""
        assert tab.run(outside) == 0
        # Cells hold their text, however long a name is.
        assert tab.run(
            "[...document.querySelectorAll('.sheet td, .sheet th')].every(c => c.scrollWidth <= c.clientWidth + 1)"
        )


def test_chart_labels_never_meet_their_counts(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page)
    tab.look(1200)
    meeting = """[...document.querySelectorAll('svg.chart')].flatMap((chart) => {
        const boxes = [...chart.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
            a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom));
    }).length"""
    with seen(tab, tmp_path):
        assert tab.run("document.querySelectorAll('svg.chart').length") == 8
        assert tab.run(meeting) == 0


COLUMN = """(table, n) => [...document.querySelectorAll(`#${table} tbody tr`)].filter((row) => !row.hidden)
    .map((row) => row.cells[n].textContent)"""


def test_a_click_sorts_and_sorts_back(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page)
    before = tab.run(f"({COLUMN})('projects', 0)")
    click = "document.querySelectorAll('#projects thead button')[3].click()"
    sorts = (
        "[...document.querySelectorAll('#projects thead th')].map((head) => head.getAttribute('aria-sort'))"
    )
    with seen(tab, tmp_path):
        for way, descending in (("descending", True), ("ascending", False)):
            tab.run(click)
            assert tab.run(sorts) == ["none"] * 3 + [way] + ["none"] * 5
            shown = tab.run(f"({COLUMN})('projects', 3)")
            known = [int(value) for value in shown if value != "unknown"]
            assert known == sorted(known, reverse=descending)
            assert shown[len(known) :] == ["unknown"] * 5  # last, whichever way
        assert sorted(tab.run(f"({COLUMN})('projects', 0)")) == sorted(before)


def test_the_keyboard_sorts_too(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page)
    tab.run("document.querySelector('#components thead button').focus()")
    with seen(tab, tmp_path):
        tab.press("Enter")
        assert (
            tab.run("document.querySelector('#components thead th').getAttribute('aria-sort')") == "ascending"
        )
        names = tab.run(f"({COLUMN})('components', 0)")
        assert names == sorted(names)
        tab.press(" ")
        assert (
            tab.run("document.querySelector('#components thead th').getAttribute('aria-sort')")
            == "descending"
        )
        assert tab.run(f"({COLUMN})('components', 0)") == names[::-1]


def test_every_word_of_the_filter_has_to_be_there(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page)
    said = "document.querySelector('#components output').textContent"
    with seen(tab, tmp_path):
        assert tab.run(said) == "60 rows"
        tab.run("document.querySelector('#components input').focus()")
        tab.type("PACKAGE-0001 mit")
        tab.run("new Promise((done) => setTimeout(done, 50))")
        assert tab.run(f"({COLUMN})('components', 0)") == [
            f"package-{n:05}" for n in (10, 11, 12, 13, 15, 16, 17, 18)
        ]
        assert tab.run(said) == "8 of 60 rows"
        tab.type(" nowhere")
        tab.run("new Promise((done) => setTimeout(done, 50))")
        assert tab.run(said) == "0 of 60 rows"


def test_without_scripts_everything_can_be_read(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page, scripts=False)
    with seen(tab, tmp_path):
        document = tab.call("DOM.getDocument")["root"]["nodeId"]

        def number(selector: str) -> int:
            return len(tab.call("DOM.querySelectorAll", nodeId=document, selector=selector)["nodeIds"])

        assert number("#components tbody tr") == 60
        assert number("svg.chart") == 8
        assert number("button") == number("input") == 0
    tab.call("Emulation.setScriptExecutionDisabled", value=False)


def test_dark_and_light_differ_and_both_can_be_read(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page)
    colours = """['body', '.chart .ink'].map((name) => getComputedStyle(document.querySelector(name)))
        .flatMap((style) => [style.backgroundColor, style.fill, style.color])"""
    tab.look(1200, scheme="light")
    light = tab.run(colours)
    tab.look(1200, scheme="dark")
    dark = tab.run(colours)
    with seen(tab, tmp_path):
        assert light[0] == "rgb(250, 250, 247)"
        assert dark[0] == "rgb(20, 24, 21)"
        assert light[4] == light[2]  # a chart's text has the colour of the page's text
        assert dark[4] == dark[2] != light[2]


def test_paper_shows_whole_tables_and_no_controls(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.open(page)
    tab.run("document.querySelector('#components tbody tr').hidden = true")
    tab.look(718, media="print")
    with seen(tab, tmp_path):
        assert tab.run(
            "[...document.querySelectorAll('.sheet')].every((s) => s.scrollHeight <= s.clientHeight + 1)"
        )
        gone = (
            "[...document.querySelectorAll('nav, .tools, details')].every((each) => each.offsetHeight === 0)"
        )
        assert tab.run(gone)
        assert tab.run("document.querySelector('#components tbody tr').offsetHeight") > 0
    tab.look(1200)
