# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names in addresses: whatever a project or package is called, its page has one address and that leads back to it."""

from __future__ import annotations

from urllib.parse import unquote, urljoin

import pytest
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = (
    "shop-web",
    "github.com/acme/shop",
    "pkg:npm/%40acme/shop",
    "pkg:golang/github.com/a/b#c?d=e&f",
    "-",
    "a/-/graph",
    "a/../../etc",
    "..",
    ".",
    "",
    "/",
    "//host/x",
    "~1",
    "~",
    "a//b/",
    "new\nline",
    "tab\t",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "100%",
    "%2e%2e/",
    "a\\b",
    "ünïcödé/😀",
    "x" * 2000,
)


def leads_back(name: str) -> None:
    for route in ("project", "project-graph", "package", "package-versions", "upstream", "person"):
        address = reverse(route, args=[name])
        assert urljoin("http://office.example/", address) == f"http://office.example{address}", (
            "a browser keeps it"
        )
        found = resolve(unquote(address))
        assert (found.url_name, found.kwargs["key"]) == (route, name)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str) -> None:
    leads_back(name)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_name(name: str) -> None:
    leads_back(name)


@given(
    st.lists(st.sampled_from(["-", "~", ".", "..", "", "a", "~1", "graph", "%2F"]), min_size=1, max_size=6)
)
def test_any_segments(segments: list[str]) -> None:
    leads_back("/".join(segments))
