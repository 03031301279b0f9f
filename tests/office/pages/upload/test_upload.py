# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Handing in by a form: one file, several, a text; and the receipts, as people see them."""

from __future__ import annotations

import gzip
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.office.api.documents import FINE, INNER, OUTER, bill, hide
from tests.office.estate import SECRET
from umbel.app import Workspace
from umbel.office.uploads.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
NASTY = '<script>alert("x")</script>\u202e'


def sent(name: str, data: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, data, "application/json")


def inventory(folder: Path, project: str) -> set[str]:
    """The packages that the evidence has of a project."""
    with Workspace(folder).session() as session:
        asked = session.ask("SELECT DISTINCT package FROM inventory WHERE project = $p", {"p": project})
        return {row[0].removeprefix("pkg:npm/") for row in asked.rows()}


def test_one_file_leads_to_its_verdict(own_office: Path, as_role: Callable[[str], Client]) -> None:
    client = as_role("contributor")
    assert 'enctype="multipart/form-data"' in client.get("/upload/").content.decode()
    answered = client.post(
        "/upload/", {"files": sent("bom.json", bill(OUTER, INNER)), "version": "main"}, follow=True
    )
    page = answered.content.decode()
    assert "Closed: the policy stops it" in page
    assert "CVE-2026-0001" in page
    assert "outer@1.0.0 → inner@2.0.0" in page
    assert '<span class="n">1</span> failure' in page
    ask = next(address for address in re.findall(r'href="([^"]+)"', page) if "/requests/new" in address)
    asked = client.get(unescape(ask)).content.decode()
    assert "pkg:npm/inner" in asked
    assert "checkout" in asked
    assert page.count("No lifecycles are known here.") == 1, "rules that want the same are told together"
    receipt = Receipt.objects.get()
    assert answered.redirect_chain == [(reverse("upload-receipt", args=[receipt.token]), 302)]
    assert (receipt.project.name, receipt.project.version, receipt.actor, receipt.via) == (
        "checkout",
        "main",
        "mate",
        "web",
    )
    assert inventory(own_office, "checkout") == {"outer", "inner"}


def test_several_files_are_told_one_by_one(own_office: Path, as_role: Callable[[str], Client]) -> None:
    files = [
        sent("one.cdx.json", bill(INNER, name="one")),
        sent("two.cdx.json.gz", gzip.compress(bill(FINE, name="two"))),
        sent("three.json", b"{}"),
    ]
    page = as_role("contributor").post("/upload/", {"files": files}).content.decode()
    assert "three.json is no SBOM, lockfile or manifest that Umbel knows." in page
    assert inventory(own_office, "one") == {"inner"}
    assert inventory(own_office, "two") == {"fine"}
    assert Receipt.objects.count() == 2


def test_several_files_of_one_project_stand_side_by_side(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    client = as_role("contributor")
    files = [sent("web.json", bill(INNER)), sent("api.json", bill(FINE))]
    client.post("/upload/", {"files": files, "project": "both", "version": "1"})
    assert inventory(own_office, "both") == {"inner", "fine"}
    client.post(
        "/upload/",
        {
            "files": [sent("web.json", bill(OUTER)), sent("api.json", bill(FINE))],
            "project": "both",
            "version": "1",
        },
    )
    assert inventory(own_office, "both") == {"outer", "fine"}
    client.post("/upload/", {"files": sent("all.json", bill(INNER)), "project": "both", "version": "2"})
    assert inventory(own_office, "both") == {"inner"}


def test_a_text_may_be_pasted_and_lockfiles_go_by_their_names(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    lock = '{"name": "web", "lockfileVersion": 3, "packages": {"": {"dependencies": {"inner": "2.0.0"}}, "node_modules/inner": {"version": "2.0.0"}}}'
    told = {"text": lock, "name": "package-lock.json", "project": "pasted"}
    page = as_role("contributor").post("/upload/", told, follow=True).content.decode()
    assert "Closed" in page
    assert inventory(own_office, "pasted") == {"inner"}
    assert Receipt.objects.get().collector == "package_lock_json"


@pytest.mark.parametrize(
    ("told", "words"),
    [({}, "Choose a file, or paste a document."), ({"text": "hello"}, "bom.json can&#x27;t be read")],
)
@pytest.mark.usefixtures("office")
def test_what_cant_be_taken_is_told_beside_the_form(
    told: dict[str, str],
    words: str,
    as_role: Callable[[str], Client],
) -> None:
    answered = as_role("contributor").post("/upload/", told)
    assert answered.status_code == 422
    assert words in answered.content.decode()
    assert not Receipt.objects.exists()


def test_names_with_markup_stay_words(own_office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - served
    client = as_role("contributor")
    document = bill((NASTY, "1", "MIT"), name=NASTY)
    for page in (
        client.post("/upload/", {"files": sent(f"{NASTY}.cdx.json", document)}, follow=True),
        client.get("/uploads/"),
        client.get("/upload/"),
    ):
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()


@pytest.mark.usefixtures("own_office")
def test_receipts_are_listed_and_documents_can_be_had_again(
    as_role: Callable[[str], Client],
) -> None:
    data = bill(FINE)
    as_role("contributor").post("/upload/", {"files": sent("bom.json", data)})
    receipt = Receipt.objects.get()
    viewer = as_role("viewer")
    assert str(receipt.token) in viewer.get("/uploads/").content.decode()
    assert str(receipt.token) in viewer.get("/uploads/?project=checkout&standing=yes").content.decode()
    assert "Nothing was handed in that is like this" in viewer.get("/uploads/?project=other").content.decode()
    assert (
        "Nobody can say: the evidence is incomplete"
        in viewer.get(f"/uploads/{receipt.token}").content.decode()
    )
    document = viewer.get(f"/uploads/{receipt.token}/document")
    assert document.content == data
    assert document["Content-Disposition"].startswith("attachment")
    assert document["Content-Type"] == "application/octet-stream"


def test_what_is_confidential_is_told_to_nobody_else(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    as_role("contributor").post("/upload/", {"files": sent("bom.json", bill(FINE)), "project": SECRET})
    receipt = Receipt.objects.get()
    hide(own_office)
    client = as_role("contributor")
    assert client.get(f"/uploads/{receipt.token}").status_code == 404
    assert SECRET not in client.get("/uploads/").content.decode()
    assert as_role("security").get(f"/uploads/{receipt.token}").status_code == 200
    refused = client.post("/upload/", {"files": sent("bom.json", bill(INNER)), "project": SECRET})
    assert refused.status_code == 422
    assert inventory(own_office, SECRET) >= {"fine"}
    assert Receipt.objects.count() == 1


def test_who_may(office: Path, as_role: Callable[[str], Client], nobody: Client) -> None:  # noqa: ARG001 - served
    assert as_role("viewer").get("/upload/").status_code == 403
    assert as_role("viewer").get("/uploads/").status_code == 200
    assert nobody.get("/uploads/").status_code == 302


@pytest.mark.usefixtures("own_office")
def test_queries_dont_grow_with_receipts(
    as_role: Callable[[str], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = as_role("contributor")
    for number in range(3):
        client.post("/upload/", {"files": sent("bom.json", bill(FINE)), "project": f"p{number}"})
    client.get("/uploads/")
    with django_assert_max_num_queries(6):
        client.get("/uploads/")
