# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SBOMs, notices and documents by the API."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests import acme
from tests.office.api.documents import hide
from tests.office.estate import SECRET
from umbel.office.editions import Found, State
from umbel.office.pages.legal import making
from umbel.office.pages.management import papers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(office: Path, key_of: Callable[..., str]) -> Client:
    assert office
    return Client(headers={"X-Api-Key": key_of("stranger", "read")})


def _sent(client: Client, path: str, **asked: str) -> bytes:
    response = client.get(f"/api/v1/{path}", asked)
    assert response.status_code == 200, response.content
    assert response["Content-Disposition"].startswith("attachment; filename=")
    return b"".join(response) if response.streaming else response.content


def test_an_sbom_of_a_project_and_of_a_product(viewer: Client) -> None:
    told: dict[str, Any] = json.loads(_sent(viewer, "sbom", project="shop-api"))
    assert told["bomFormat"] == "CycloneDX"
    assert told["specVersion"] == "1.6"
    assert {"inner", "outer", "only-shop-api"} <= {each["name"] for each in told["components"]}
    whole = json.loads(_sent(viewer, "sbom", product="Shop", format="spdx"))
    assert whole["spdxVersion"] == "SPDX-2.3"
    assert {"only-shop-api", "only-shop-web"} <= {each["name"] for each in whole["packages"]}


def test_notices(viewer: Client) -> None:
    assert b"only-till" in _sent(viewer, "notices", project="till")
    assert _sent(viewer, "notices", product="Shop", shape="html").startswith(b"<!doctype html>")


@pytest.mark.parametrize("path", ["sbom", "notices"])
def test_what_cannot_be_made_is_told(viewer: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def status(**asked: str) -> int:
        response = viewer.get(f"/api/v1/{path}", asked)
        assert response["Content-Type"] == "application/problem+json"
        return response.status_code

    assert status() == 422
    assert status(product="Shop", project="till") == 422
    assert status(product="Nothing") == 404
    assert status(project="nothing") == 422
    assert status(project="till", format="spdx", shape="no such", version="9.9") == 422
    monkeypatch.setattr(making, "MOST_PACKAGES", 1)
    assert status(project="shop-api") == 413
    monkeypatch.setattr(making, "_places", threading.BoundedSemaphore(0))
    monkeypatch.setattr(making, "PATIENCE", 0.01)
    assert status(project="till") == 503


def test_questions_about_a_project(viewer: Client) -> None:
    def told(path: str, **asked: str) -> Any:
        response = viewer.get(f"/api/v1/{path}", asked)
        assert response.status_code == 200, response.content
        return response.json()

    (path,) = told("paths", project="shop-api", component="inner")
    assert (path["kind"], path["version"]) == ("path", "2.0.0")
    assert "outer" in path["path"]
    obliged = told("obligations/of", project="shop-api")
    assert any("GPL-3.0-only" in duty["licenses"] for duty in obliged["duties"])
    assert told("obligations/of", product="Till")["name"] == "Till"
    since = acme.day(-20).date().isoformat()
    added = {each["package"] for each in told("differences", project="till", since=since)}
    assert "pkg:npm/only-till" in added
    assert told("contradictions", project="till") == []
    assert {each["standard"] for each in told("sbom-quality", project="till", standard="ntia")} == {"ntia"}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("paths", {"component": "inner"}),
        ("differences", {"since": "2026-01-01"}),
        ("obligations/of", {}),
        ("contradictions", {}),
        ("sbom-quality", {}),
    ],
)
def test_questions_about_what_is_confidential_or_nothing(
    own_office: Path, key_of: Callable[..., str], path: str, asked: dict[str, str]
) -> None:
    hide(own_office)
    owner = Client(headers={"X-Api-Key": key_of("owner", "read")})
    for name in (SECRET, SECRET[:-1], SECRET.upper(), "nothing"):  # told alike, whether there is one or not
        answer = owner.get(f"/api/v1/{path}", {**asked, "project": name})
        assert answer.status_code == 422
        assert SECRET not in answer.content.decode().replace(repr(name), "")


def test_what_is_confidential_is_in_none_of_them(own_office: Path, key_of: Callable[..., str]) -> None:
    hide(own_office)
    owner, security = (Client(headers={"X-Api-Key": key_of(name, "read")}) for name in ("owner", "security"))
    for path in ("sbom", "notices"):
        assert owner.get(f"/api/v1/{path}", {"project": SECRET}).status_code == 422
        assert security.get(f"/api/v1/{path}", {"project": SECRET}).status_code == 200
    assert owner.get("/api/v1/papers/executive-page").status_code == 403


@pytest.mark.parametrize("path", ["sbom", "notices", "obligations/of"])
def test_a_project_that_is_called_like_a_product_opens_no_other_projects(
    own_office: Path, key_of: Callable[..., str], path: str
) -> None:
    file = own_office / "umbel.toml"
    file.write_text(file.read_text().replace('projects = ["till"]', f'projects = ["till", "{SECRET}"]'))
    hide(own_office)
    owner, security = (Client(headers={"X-Api-Key": key_of(name, "read")}) for name in ("owner", "security"))
    assert owner.get(f"/api/v1/{path}", {"product": "Till"}).status_code == 403
    assert security.get(f"/api/v1/{path}", {"product": "Till"}).status_code == 200
    answer = owner.get(f"/api/v1/{path}", {"project": "Till"})
    told = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert b"till" in told
    assert SECRET.encode() not in told


def test_differences_of_days_on_which_it_was_not_known(viewer: Client) -> None:
    answer = viewer.get("/api/v1/differences", {"project": "till", "since": "2001-01-01"})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "There is no evidence of till by 2001-01-01.",
    )


def test_a_product_whose_parts_are_not_worked_out_yet_is_no_missing_one(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming: Found[Any] = Found(state=State.COMING, value=None, edition=None)
    monkeypatch.setattr(making, "figure_of", lambda *_: coming)
    assert viewer.get("/api/v1/sbom", {"product": "Shop"}).status_code == 503
    assert viewer.get("/api/v1/sbom", {"product": "Nothing"}).status_code == 404


def test_documents_are_listed_and_taken(viewer: Client, key_of: Callable[..., str]) -> None:
    listed = {each["name"]: each for each in viewer.get("/api/v1/papers").json()}
    assert listed["executive-page"]["slow"]
    assert not papers.PRIVATE & listed.keys()
    office = Client(headers={"X-Api-Key": key_of("office", "read")})
    assert {each["name"] for each in office.get("/api/v1/papers").json()} >= papers.PRIVATE
    quick = sorted(name for name, each in listed.items() if not each["slow"])
    assert quick
    assert _sent(viewer, f"papers/{quick[0]}", format="md").strip()
    assert viewer.get("/api/v1/papers/no-such").status_code == 404
    assert viewer.get(f"/api/v1/papers/{quick[0]}", {"format": "docx"}).status_code == 422
    assert viewer.get(f"/api/v1/papers/{quick[0]}", {"product": "No such"}).status_code == 422


def test_a_slow_document_is_waited_for(own_office: Path, key_of: Callable[..., str]) -> None:
    assert own_office
    client, deadline = Client(headers={"X-Api-Key": key_of("office", "read")}), time.monotonic() + 120
    ask = {"format": "md"}
    first = client.get("/api/v1/papers/office-plan", ask)
    assert first.status_code == 202
    assert int(first["Retry-After"]) > 0
    while (answer := client.get("/api/v1/papers/office-plan", ask)).status_code == 202:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert answer.status_code == 200, answer.content
    assert answer.content.startswith(b"# ")
