# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Links that people share, and golden paths of a deployment's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
GUIDE = {
    "title": "Guide <b>",
    "url": "https://wiki.acme.example/guide?a=1&b=2",
    "petal": "contributors",
    "keeper": "open source office",
    "about": "",
}


def test_a_link_is_shared_shown_and_withdrawn(
    served: Path, as_role: Callable[[str], Client], nobody: Client
) -> None:
    mate, viewer = as_role("contributor"), as_role("viewer")
    assert nobody.post("/links/new/", GUIDE).status_code == 302
    assert viewer.post("/links/new/", GUIDE).status_code == 403
    assert mate.post("/links/new/", GUIDE).status_code == 302
    (link,) = Workspace(served).links()
    assert (link.title, link.by) == ("Guide <b>", "mate")
    page = viewer.get("/links/").content.decode()
    assert 'href="https://wiki.acme.example/guide?a=1&amp;b=2"' in page
    assert "Guide &lt;b&gt;" in page
    assert viewer.post("/links/withdraw/", {"url": GUIDE["url"], "reason": "gone"}).status_code == 403
    assert (
        mate.post("/links/withdraw/", {"url": "https://other.example", "reason": "gone"}).status_code == 422
    )
    assert mate.post("/links/withdraw/", {"url": GUIDE["url"], "reason": "gone"}).status_code == 302
    assert Workspace(served).links() == []
    assert viewer.get("/links/withdraw/").status_code == 405


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "javascript:alert(1)"},
        {"url": "http://wiki.acme.example"},
        {"url": "https://user:word@wiki.acme.example"},
        {"url": "https://wiki.acme.example/\u202egpj.exe"},
        {"url": "https://[::1"},
        {"keeper": "owner@acme.example"},
        {"petal": "nobody"},
        {"title": ""},
        {"title": "x" * 121},
    ],
)
def test_what_must_not_be_shared_is_refused(
    served: Path, as_role: Callable[[str], Client], wrong: dict[str, str]
) -> None:
    assert as_role("office").post("/links/new/", {**GUIDE, **wrong}).status_code == 422
    assert Workspace(served).links() == []


def test_a_path_of_ones_own_wins_and_runs_nothing(served: Path, as_role: Callable[[str], Client]) -> None:
    folder = served / "documents/paths"
    folder.mkdir(parents=True)
    (folder / "ask-for-a-package.md").write_text(
        "# Ask *us*\n\n1. Look [here](https://wiki.acme.example) and [there](javascript:alert(1)).\n"
        "2. <script>alert(1)</script><img src=x onerror=alert(1)>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    (folder / "on-call.md").write_text("Be kind.\n")
    (folder / "broken.md").write_bytes(b"\xff\xfe")
    viewer = as_role("viewer")
    page = viewer.get("/paths/ask-for-a-package/").content.decode()
    assert "Ask *us*" in page
    assert 'href="https://wiki.acme.example"' in page
    assert "<td>1</td>" in page
    main = page.partition("<main")[2]
    assert "<script>" not in main
    assert "<img" not in main
    assert "javascript:" not in main.replace("](javascript:alert(1))", "")
    every = viewer.get("/paths/").content.decode()
    assert "On call" in every
    assert "broken" not in every
    assert "Be kind." in viewer.get("/paths/on-call/").content.decode()
