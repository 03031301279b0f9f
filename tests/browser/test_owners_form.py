# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The product owner's form in a real browser: what it saves is what `umbel ask read` takes."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium
from tests.strategy.strategic import DAY, FLASK, SHOP, ranked
from umbel.reports.owners_form import page
from umbel.strategy import owners_forms
from umbel.strategy.owners import Answers
from umbel.strategy.owners_sheet import sheets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.chromium import Tab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.found() is None, reason="needs chromium, which isn't installed"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One browser for all tests of this module."""
    program = chromium.found()
    assert program is not None
    tab = chromium.Tab(program, tmp_path_factory.mktemp("profile"))
    yield tab
    tab.close()


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The page of one owner with one project."""
    (sheet,) = sheets([ranked()], [SHOP], Answers(), DAY)
    file = tmp_path / "form.html"
    file.write_text(page(sheet), "utf-8")
    return file


def test_it_saves_what_was_answered_by_itself(tab: Tab, form: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(saved))
    tab.open(form)
    tab.run("document.querySelector('input[value=\"with effort\"]').click()")
    for name, text in (
        ("replacement", "Quart"),
        ("areas", "routing, json"),
        ("dependency", "8"),
        ("reason", "API"),
    ):
        tab.run(f"document.querySelector('[data-key={name}]').focus()")
        tab.type(text)
    tab.run("document.querySelector('button').click()")
    until = time.monotonic() + 20
    while not (files := list(saved.glob("*.json"))) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(files) == 1, tab.events
    found = owners_forms.read(files[0], ["Shop"], datetime.now(UTC).date())
    assert found.faults == ()
    (answer,) = found.answers
    assert (answer.project, answer.product, answer.by) == (FLASK, "Shop", "shop@acme.example")
    assert (answer.without, answer.replacement, answer.areas) == ("with effort", "Quart", ("routing", "json"))
    assert (answer.dependency, answer.reason) == (8, "API")
    assert "Please send this file back" in tab.run("document.querySelector('output').textContent")
    assert tab.told("Network.loadingFailed", "Log.entryAdded") == []


def test_what_would_be_refused_is_said_at_its_field(tab: Tab, form: Path) -> None:
    tab.open(form)
    tab.run("document.querySelector('[data-key=dependency]').value = '11'")
    tab.run("document.querySelector('button').click()")
    assert tab.run("document.querySelector('output').textContent") == "The figure must lie between 1 and 10."
    assert tab.run("document.activeElement.dataset.key") == "dependency"
    tab.run("document.querySelector('#by').value = ' '")
    tab.run("document.querySelector('button').click()")
    assert tab.run("document.activeElement.id") == "by"
    assert tab.run("document.querySelectorAll('[aria-invalid]').length") == 1


def test_without_scripts_it_is_a_page_to_print(tab: Tab, form: Path) -> None:
    tab.open(form, scripts=False)
    assert tab.run("document.querySelector('button').hidden")
    for width in (360, 1200):
        tab.look(width)
        assert tab.run("document.documentElement.scrollWidth") == width
    assert tab.run("document.querySelectorAll('textarea').length") == 3
