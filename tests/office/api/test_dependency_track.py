# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What clients of Dependency-Track send and are answered, call by call."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.office.api.documents import FINE, INNER, OUTER, bill, bill_xml, hide
from tests.office.estate import SECRET
from umbel.app import Workspace
from umbel.office.records.models import Entry
from umbel.office.uploads.models import Document, Project, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = pytest.mark.django_db


def put(client: Client, data: bytes, **more: Any) -> Any:
    """A PUT as Dependency-Track's clients make it."""
    told = {
        "bom": base64.b64encode(data).decode(),
        "projectName": "checkout",
        "projectVersion": "1.0",
        "autoCreate": True,
    }
    body = {key: value for key, value in {**told, **more}.items() if value is not None}
    return client.put("/api/v1/bom", json.dumps(body), content_type="application/json")


def say_vex(folder: Path, status: str) -> None:
    """A VEX document of ours on the advisory of `inner`."""
    statement: dict[str, Any] = {
        "vulnerability": {"name": "CVE-2026-0001"},
        "products": [{"@id": "pkg:npm/inner@2.0.0"}],
        "status": status,
        "timestamp": "2026-10-02T00:00:00Z",
    }
    if status == "affected":
        statement["action_statement"] = "Update."
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://acme.example/vex/1",
        "author": "security@acme.example",
        "timestamp": "2026-10-02T00:00:00Z",
        "version": 1,
        "statements": [statement],
    }
    place = folder / "decisions" / "vex" / "inner.openvex.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(document))


def inventory(folder: Path, project: str) -> set[str]:
    """The packages that the evidence has of a project."""
    with Workspace(folder).session() as session:
        asked = session.ask("SELECT DISTINCT package FROM inventory WHERE project = $p", {"p": project})
        return {row[0].removeprefix("pkg:npm/") for row in asked.rows()}


def test_a_put_is_worked_in_when_it_is_answered(own_office: Path, pipeline: Client) -> None:
    answered = put(pipeline, bill(INNER, FINE), projectTags=[{"name": "web"}])
    assert answered.status_code == 200, answered.content
    told = answered.json()
    project = Project.objects.get()
    assert told == {"token": str(Receipt.objects.get().token), "projectUuid": str(project.uuid)}
    assert inventory(own_office, "checkout") == {"inner", "fine"}
    for address in ("bom", "event"):
        assert pipeline.get(f"/api/v1/{address}/token/{told['token']}").json() == {"processing": False}
    found = pipeline.get("/api/v1/project/lookup", {"name": "checkout", "version": "1.0"}).json()
    assert (found["uuid"], found["version"], found["tags"], found["isLatest"]) == (
        str(project.uuid), "1.0", [{"name": "web"}], True,
    )  # fmt: skip
    assert found["lastBomImport"] > 1_700_000_000_000
    entry = Entry.objects.order_by("-id").first()
    assert entry is not None
    assert (entry.action, entry.actor, entry.via) == ("upload", "owner", "token")


def test_findings_violations_metrics_and_badges_are_of_what_was_just_handed_in(
    own_office: Path,  # noqa: ARG001 - served
    pipeline: Client,
) -> None:
    uuid_ = put(pipeline, bill(OUTER, INNER)).json()["projectUuid"]
    (finding,) = pipeline.get(f"/api/v1/finding/project/{uuid_}").json()
    assert finding["vulnerability"]["vulnId"] == "CVE-2026-0001"
    assert (finding["vulnerability"]["severity"], finding["component"]["purl"]) == (
        "CRITICAL",
        "pkg:npm/inner@2.0.0",
    )
    assert finding["analysis"] == {"isSuppressed": False}
    violations = pipeline.get(f"/api/v1/violation/project/{uuid_}").json()
    assert sorted(
        (each["type"], each["policyCondition"]["policy"]["violationState"]) for each in violations
    ) == [("SECURITY", "FAIL")]
    metrics = pipeline.get(f"/api/v1/metrics/project/{uuid_}/current").json()
    assert (metrics["critical"], metrics["components"], metrics["vulnerableComponents"]) == (1, 2, 1)
    assert (metrics["policyViolationsFail"], metrics["inheritedRiskScore"]) == (1, 10.0)
    badge = pipeline.get(f"/api/v1/badge/vulns/project/{uuid_}")
    assert badge["Content-Type"] == "image/svg+xml"
    assert badge["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "1 critical" in badge.content.decode()
    assert "1 fail" in pipeline.get("/api/v1/badge/violations/project/checkout/1.0").content.decode()


def test_what_somebody_has_said_of_a_finding_counts_as_audited(own_office: Path, pipeline: Client) -> None:
    uuid_ = put(pipeline, bill(INNER)).json()["projectUuid"]
    path = f"/api/v1/metrics/project/{uuid_}/current"
    before = pipeline.get(path).json()
    assert (before["findingsAudited"], before["findingsUnaudited"], before["suppressed"]) == (0, 1, 0)
    for status, expected in (
        ("under_investigation", (0, 1, 0)),
        ("affected", (1, 0, 0)),
        ("fixed", (0, 0, 1)),
    ):
        say_vex(own_office, status)
        told = pipeline.get(path).json()
        assert (told["findingsAudited"], told["findingsUnaudited"], told["suppressed"]) == expected, status


def test_a_product_that_is_shipped_breaks_the_licence_policy(own_office: Path, pipeline: Client) -> None:  # noqa: ARG001 - served
    uuid_ = put(pipeline, bill(OUTER), projectName="shop-desk").json()["projectUuid"]
    violations = pipeline.get(f"/api/v1/violation/project/{uuid_}").json()
    assert [(each["type"], each["component"]["name"]) for each in violations] == [("LICENSE", "outer")]
    assert "GPL-3.0-only" in violations[0]["text"]


@pytest.mark.parametrize("way", ["file", "packed file", "packed body", "text"])
def test_a_form_may_be_packed(way: str, own_office: Path, pipeline: Client) -> None:
    data = bill(INNER)
    file = SimpleUploadedFile("bom.json", gzip.compress(data) if way == "packed file" else data)
    form = {
        "projectName": "checkout",
        "projectVersion": "1.0",
        "autoCreate": "true",
        "bom": data.decode() if way == "text" else file,
    }
    if way == "packed body":
        body = gzip.compress(encode_multipart(BOUNDARY, form))
        answered = pipeline.generic(
            "POST", "/api/v1/bom", body, content_type=MULTIPART_CONTENT, headers={"Content-Encoding": "gzip"}
        )
    else:
        answered = pipeline.post("/api/v1/bom", form)
    assert answered.status_code == 200, answered.content
    assert inventory(own_office, "checkout") == {"inner"}


def test_the_body_of_a_put_may_be_packed(own_office: Path, pipeline: Client) -> None:
    told = {"bom": base64.b64encode(bill(INNER)).decode(), "projectName": "checkout", "autoCreate": "true"}
    answered = pipeline.put(
        "/api/v1/bom",
        gzip.compress(json.dumps(told).encode()),
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )
    assert answered.status_code == 200, answered.content
    assert inventory(own_office, "checkout") == {"inner"}


def test_what_is_sent_again_is_noted_and_not_written_again(own_office: Path, pipeline: Client) -> None:
    first, second = put(pipeline, bill(INNER)).json(), put(pipeline, bill(INNER)).json()
    assert first["projectUuid"] == second["projectUuid"]
    assert [each.outcome for each in Receipt.objects.order_by("at")] == ["complete", "unchanged"]
    assert [each.stands for each in Receipt.objects.order_by("at")] == [False, True]
    with Workspace(own_office).session() as session:
        (row,) = session.ask("SELECT count(*) FROM published WHERE subject = 'checkout'").rows()
    assert row == (1,)
    assert Document.objects.count() == 1


def test_a_newer_document_takes_the_place_of_the_former_whatever_made_it(
    own_office: Path,
    pipeline: Client,
) -> None:
    put(pipeline, bill(INNER))
    put(pipeline, bill_xml("other"))
    assert inventory(own_office, "checkout") == {"other"}
    put(pipeline, bill(FINE, timestamp="2020-01-01T00:00:00Z"))
    assert inventory(own_office, "checkout") == {"fine"}
    assert Receipt.objects.order_by("-at")[0].faults[0]["code"] == "older"


def test_the_version_that_came_last_is_shown_unless_another_is_said_to_be_the_latest(
    own_office: Path,
    pipeline: Client,
) -> None:
    old = put(pipeline, bill(INNER), projectVersion="1.0").json()["projectUuid"]
    put(pipeline, bill(FINE), projectVersion="2.0", isLatest=True)
    assert inventory(own_office, "checkout") == {"fine"}
    put(pipeline, bill(OUTER), projectVersion="1.1")
    assert inventory(own_office, "checkout") == {"fine"}
    assert inventory(own_office, "checkout@1.1") == {"outer"}
    shown = pipeline.get("/api/v1/project", {"name": "checkout"}).json()
    assert {each["version"]: (each["isLatest"], each["active"]) for each in shown} == {
        "1.0": (False, False), "1.1": (False, True), "2.0": (True, True),
    }  # fmt: skip
    (finding,) = pipeline.get(f"/api/v1/finding/project/{old}").json()
    assert finding["component"]["name"] == "inner"
    put(pipeline, bill(OUTER), projectVersion="1.1", isLatest=True)
    assert inventory(own_office, "checkout") == {"outer"}
    assert inventory(own_office, "checkout@1.1") == set()
    latest = pipeline.get("/api/v1/project/latest/checkout").json()
    assert latest["version"] == "1.1"


def test_what_was_taken_back_stands_no_more(own_office: Path, pipeline: Client) -> None:
    uuid_ = put(pipeline, bill(INNER)).json()["projectUuid"]
    assert pipeline.delete(f"/api/v1/project/{uuid_}").status_code == 204
    assert inventory(own_office, "checkout") == set()
    assert pipeline.get(f"/api/v1/project/{uuid_}").json()["active"] is False
    assert not Document.objects.exists()


def test_a_parent_that_a_pipeline_names_is_there_from_then_on(own_office: Path, pipeline: Client) -> None:  # noqa: ARG001 - served
    put(pipeline, bill(FINE), projectName="a0", parentName="acme", parentVersion="2")
    put(pipeline, bill(FINE), projectName="a1", parentName="acme", parentVersion="2")
    (parent,) = Project.objects.filter(name="acme")
    assert [each.name for each in parent.children.all()] == ["a0", "a1"]
    told = pipeline.get("/api/v1/project/lookup", {"name": "a1", "version": "1.0"}).json()
    assert told["parent"] == {"uuid": str(parent.uuid), "name": "acme", "version": "2"}
    none = put(pipeline, bill(FINE), projectName="a0", parentName="other", autoCreate=False)
    assert none.status_code == 200, "the project is there already, and its parent stays"
    assert not Project.objects.filter(name="other").exists()


def test_whose_key_it_is_and_what_it_may(office: Path, key_of: Callable[..., str]) -> None:  # noqa: ARG001 - served
    def may(role: str, *scopes: str) -> set[str]:
        told = Client(headers={"X-Api-Key": key_of(role, *scopes)}).get("/api/v1/team/self").json()
        return {each["name"] for each in told["permissions"]}

    assert {"BOM_UPLOAD", "PROJECT_CREATION_UPLOAD", "VIEW_VULNERABILITY"} <= may("owner")
    assert "BOM_UPLOAD" not in may("owner", "read") | may("stranger")


def test_projects_are_paged_and_counted(own_office: Path, pipeline: Client) -> None:
    for number in range(3):
        put(pipeline, bill(FINE), projectName=f"a{number}")
    whole = pipeline.get("/api/v1/project")
    names = [each["name"] for each in whole.json()]
    assert names == sorted(names)
    assert {"a0", "a1", "a2"} < set(names)
    assert int(whole["X-Total-Count"]) == len(names)
    hide(own_office)
    shown = pipeline.get("/api/v1/project")
    assert SECRET in names
    assert [each["name"] for each in shown.json()] == [each for each in names if each != SECRET]
    names.remove(SECRET)
    for asked in ({"page": 2, "limit": 2}, {"pageNumber": 2, "pageSize": 2}, {"offset": 2, "limit": 2}):
        page = pipeline.get("/api/v1/project", asked)
        assert [each["name"] for each in page.json()] == names[2:4]
        assert page["X-Total-Count"] == str(len(names))


def test_the_question_of_a_get_may_be_its_body(own_office: Path, pipeline: Client) -> None:  # noqa: ARG001 - served
    put(pipeline, bill(FINE), projectName="a0")
    put(pipeline, bill(FINE), projectName="a1")
    asked = pipeline.generic(
        "GET", "/api/v1/project", "name=a1&excludeInactive=true", content_type="application/json"
    )
    assert [each["name"] for each in asked.json()] == ["a1"]


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("no project", {"projectName": None}, 400),
    ("not there", {"autoCreate": False}, 404),
    ("no such uuid", {"project": str(uuid.UUID(int=7))}, 404),
    ("no uuid", {"project": "seven"}, 404),
    ("no such parent", {"parentUUID": str(uuid.UUID(int=7))}, 404),
    ("no base64", {"bom": "…"}, 400),
    ("nothing in it", {"bom": ""}, 400),
    ("not text", {"bom": 7}, 400),
    ("no sbom", {"bom": base64.b64encode(b"hello").decode()}, 400),
    ("no components", {"bom": base64.b64encode(b'{"bomFormat": "CycloneDX"').decode()}, 400),
    (
        "deep",
        {"bom": base64.b64encode(b'{"bomFormat": "CycloneDX", "components": ' + b"[" * 90_000).decode()},
        400,
    ),
    ("half a pack", {"bom": base64.b64encode(gzip.compress(bill(FINE))[:-9]).decode()}, 400),
    ("a bomb", {"bom": base64.b64encode(gzip.compress(b" " * (80 << 20))).decode()}, 413),
]


def test_what_is_refused_leaves_nothing(own_office: Path, pipeline: Client) -> None:
    before = Entry.objects.count()
    for what, more, status in REFUSED:
        answered = put(pipeline, bill(FINE), **more)
        assert (what, answered.status_code) == (what, status), answered.content
        assert answered["Content-Type"] == "application/problem+json"
        told = answered.json()
        assert told["status"] == status
        assert "\n" not in told["detail"]
        assert len(told["detail"]) < 400
    assert inventory(own_office, "checkout") == set()
    assert not Receipt.objects.exists()
    assert not Project.objects.filter(name="checkout").exists()
    assert Entry.objects.count() == before


def test_a_body_that_is_none_is_refused(office: Path, pipeline: Client) -> None:  # noqa: ARG001 - served
    for body in (b"", b"{", b"[]", b"\xff", b"[" * 200_000, b'{"bom": {}}'):
        answered = pipeline.put("/api/v1/bom", body, content_type="application/json")
        assert answered.status_code == 400
        assert answered["Content-Type"] == "application/problem+json"


def _statuses(client: Client) -> dict[str, int]:
    answers: dict[str, Any] = {
        "put": put(client, bill(FINE)),
        "post": client.post("/api/v1/bom", {"projectName": "checkout"}),
        "projects": client.get("/api/v1/project"),
        "version": client.get("/api/version"),
    }
    return {name: each.status_code for name, each in answers.items()}


def test_who_may(own_office: Path, key_of: Callable[..., str]) -> None:  # noqa: ARG001 - served
    assert _statuses(Client()) == {"put": 401, "post": 401, "projects": 401, "version": 200}
    assert _statuses(Client(headers={"X-Api-Key": "odd"})) == {
        "put": 401,
        "post": 401,
        "projects": 401,
        "version": 200,
    }
    viewer = Client(headers={"X-Api-Key": key_of("stranger")})
    assert _statuses(viewer) == {"put": 403, "post": 403, "projects": 200, "version": 200}
    reader = Client(headers={"X-Api-Key": key_of("owner", "read")})
    assert _statuses(reader) == {"put": 403, "post": 403, "projects": 200, "version": 200}
    sender = Client(headers={"Authorization": f"Bearer {key_of('owner', 'upload')}"})
    assert _statuses(sender) == {"put": 200, "post": 400, "projects": 200, "version": 200}


def test_a_browsers_session_needs_the_csrf_token(own_office: Path, people: dict[str, Any]) -> None:  # noqa: ARG001 - served
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["owner"])
    assert put(browser, bill(FINE)).status_code == 403
    assert not Receipt.objects.exists()
