# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents: at once where they are quick, made apart where they aren't, each only for those who may have it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from umbel.model.errors import UsageError
from umbel.office.pages.management import apart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


def _waited(key: list[str], ending: str) -> apart.Made:
    ends = time.monotonic() + 60
    while (found := apart.made(key, ending)).how is apart.How.COMING and time.monotonic() < ends:
        time.sleep(0.05)
    for child in apart._running:  # noqa: SLF001 - none may outlive the test
        child.wait(60)
    return found


@pytest.mark.usefixtures("office")
def test_a_quick_document_comes_at_once(as_role: SignedIn) -> None:
    answer = as_role("viewer").get("/management/documents/policy-use/?format=md")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/markdown")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.content.startswith(b"#")


@pytest.mark.usefixtures("office")
def test_forms_and_names_that_are_none(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    assert viewer.get("/management/documents/policy-use/?format=exe").status_code == 422
    assert viewer.get("/management/documents/nonesuch/").status_code == 404
    assert viewer.get("/management/documents/quarterly-review/?format=md").status_code == 422
    assert viewer.get("/management/documents/quarterly-review/?product=Gone").status_code == 422
    assert viewer.get("/management/documents/pack/").status_code == 403


@pytest.mark.usefixtures("own_office")
def test_a_document_is_made_apart_once(own_office: Path) -> None:
    key = ["a document", "of a day"]
    assert apart.made(key, "md").how is apart.How.NOT_YET
    arguments = ["document", "policy-use", "-f", "md", "-o", "{path}", "-C", str(own_office)]
    assert apart.order(key, "md", arguments).how is apart.How.COMING
    assert apart.order(key, "md", arguments).how is apart.How.COMING
    found = _waited(key, "md")
    assert found.how is apart.How.READY, found.why
    assert found.path.read_bytes().startswith(b"#")
    assert apart.order(key, "md", arguments).how is apart.How.READY


@pytest.mark.usefixtures("own_office")
def test_what_fails_says_why_and_can_be_tried_again(own_office: Path) -> None:
    arguments = ["document", "nonesuch", "-o", "{path}", "-C", str(own_office)]
    apart.order(["wrong"], "md", arguments)
    found = _waited(["wrong"], "md")
    assert found.how is apart.How.FAILED
    assert "nonesuch" in (found.why or "")
    assert apart.order(["wrong"], "md", arguments).how is apart.How.COMING
    _waited(["wrong"], "md")


@pytest.mark.usefixtures("own_office")
def test_only_so_many_are_made_at_once(own_office: Path) -> None:
    arguments = ["document", "policy-use", "-f", "html", "-o", "{path}", "-C", str(own_office)]
    for number in range(apart.AT_ONCE):
        apart.order([str(number)], "html", arguments)
    with pytest.raises(UsageError, match="Other documents"):
        apart.order(["one more"], "html", arguments)
    for number in range(apart.AT_ONCE):
        assert _waited([str(number)], "html").how is apart.How.READY
