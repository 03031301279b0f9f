# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The search of the whole office: what a few words find, in which order, and for whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.office.estate import SECRET, UPSTREAM
from umbel.office.pages.search import finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from umbel.office.accounts.models import User

pytestmark = pytest.mark.django_db
INNER = reverse("package", args=["pkg:npm/inner"])


@pytest.fixture
def viewer(office: Path, as_role: Callable[[str], Client]) -> Client:  # noqa: ARG001 - serves the estate
    return as_role("viewer")


def links(client: Client, text: str) -> list[str]:
    """The addresses that are found, in their order."""
    found = client.get("/search/", {"q": text}, headers={"HX-Request": "true"})
    assert found.status_code == 200
    return re.findall(r'<li><a href="([^"]+)"', found.content.decode())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("inner", INNER),
        ("INNER", INNER),
        ("inn", INNER),
        ("pkg:npm/inner", INNER),
        ("pkg:npm/inner@2.0.0", INNER),
        ("inner@2.0.0", INNER),
        ("innerr", INNER),
        ("inenr", INNER),
        ("shop-web", reverse("project", args=["shop-web"])),
        ("shop web", reverse("project", args=["shop-web"])),
        (UPSTREAM, reverse("upstream", args=[UPSTREAM])),
        ("frame", reverse("package", args=["pkg:pypi/frame"])),
        ("packages", reverse("packages")),
        ("upstream proj", reverse("upstreams")),
    ],
)
def test_what_is_meant_comes_first(viewer: Client, text: str, first: str) -> None:
    assert links(viewer, text)[:1] == [first]


def test_an_advisory_is_found_by_its_id_anywhere_in_a_text(viewer: Client) -> None:
    found = links(viewer, "CVE-2026-0001")
    assert found
    assert "CVE-2026-0001" in found[0]
    assert links(viewer, "see https://vuln.example/CVE-2026-0001?x=1") == found


def test_a_licence_is_found(viewer: Client) -> None:
    assert any("GPL-3.0-only" in link for link in links(viewer, "gpl-3.0-only"))


def test_a_figure_is_found_by_its_title(viewer: Client) -> None:
    assert reverse("why-indicator", args=["unknown_licenses"]) in links(viewer, "unknown_licenses")


def test_exact_before_beginning_before_within_before_alike() -> None:
    ranks = [
        finding.rank_of("lodash", [text])
        for text in ("pkg:npm/lodash", "lodash-es", "my-lodash", "underscore")
    ]
    assert ranks == [finding.EXACT, finding.BEGINS, finding.WITHIN, None]


def test_alike_is_shown_only_where_nothing_is_as_written(viewer: Client) -> None:
    page = viewer.get("/search/", {"q": "only-shopweb"}).content.decode()
    assert "These are alike" in page
    assert "These are alike" not in viewer.get("/search/", {"q": "only-shop"}).content.decode()
    assert "nor anything alike" in viewer.get("/search/", {"q": "qqqqqqq zzzzzz"}).content.decode()


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "'", '"', "\x00", "<script>alert(1)</script>", "a" * 5000, "*", "NEAR("]
)
def test_odd_texts_are_answered(viewer: Client, text: str) -> None:
    found = viewer.get("/search/", {"q": text})
    assert found.status_code == 200
    assert "<script>alert" not in found.content.decode()


def test_each_finds_what_they_may_open(
    office: Path,  # noqa: ARG001 - serves the estate
    as_role: Callable[[str], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from umbel.office.accounts import rules

    def hidden_from(user: User | None) -> frozenset[str]:
        return frozenset() if user is not None and user.name == "owner" else frozenset({SECRET})

    monkeypatch.setattr(rules, "hidden_from", hidden_from)
    assert reverse("project", args=[SECRET]) in links(as_role("owner"), SECRET)
    for text in (SECRET, "bluebird", "bluebrid", f"pkg:npm/only-{SECRET}"):
        page = as_role("viewer").get("/search/", {"q": text}).content.decode()
        assert reverse("project", args=[SECRET]) not in page
        assert f"only-{SECRET}</bdi>" not in page


def test_pages_are_found_by_who_may_open_them(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001
    audit = reverse("audit")
    assert audit in links(as_role("office"), "audit")
    assert audit not in links(as_role("viewer"), "audit")


def test_nobody_without_an_account_finds_anything(office: Path, nobody: Client) -> None:  # noqa: ARG001
    assert nobody.get("/search/", {"q": "inner"}).status_code == 302


@given(st.text(max_size=40))
def test_any_text_has_a_meaning_or_none(text: str) -> None:
    finding.meant_by(text)
    finding.rank_of(text, ["pkg:npm/a", text])
