# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The API: its description, its lists and figures, requests and decisions, and the one shape of its errors."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from django.test import Client
from openapi_spec_validator.schemas import schema_v31

from tests.office.api.documents import FINE, INNER, bill
from umbel.office.api import catalogue, machine, schemas
from umbel.office.api.reference import shown
from umbel.office.editions import registry
from umbel.office.roles import Who
from umbel.office.routes import table
from umbel.office.uploads import bounds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(key_of: Callable[..., str]) -> Client:
    """A program of the office that reads."""
    return Client(headers={"Authorization": f"Bearer {key_of('office', 'read')}"})


def conforms(path: str, status: int, answer: Any, method: str = "get") -> None:
    """Raise where an answer isn't as it is described."""
    described = schemas.described()
    content = described["paths"][path][method]["responses"][str(status)]["content"]
    schema = {**next(iter(content.values()))["schema"], "components": described["components"]}
    jsonschema_rs.validate(schema, answer)


def test_the_description_is_one_of_openapi() -> None:
    norm = json.loads(json.dumps(dict(schema_v31)))
    jsonschema_rs.validate(norm, schemas.described())
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(norm, {**schemas.described(), "paths": {"x": {"get": {"responses": 3}}}})


def test_every_operation_is_a_line_of_the_access_table() -> None:
    routes = {name: route for name, route in table().items() if name.startswith("api-")}
    allowed = {(route.path, method): who for route in routes.values() for method, who in route.allow.items()}
    for each in machine.operations():
        path = machine.address(each)
        assert allowed[path, each.method] is each.who
        assert each.method == "GET" or each.scope, f"{path} changes something: a token needs a scope for it"
        assert each.who is not Who.ANYONE or path == "api/version"


def test_every_list_is_offered_or_left_out_for_a_reason_and_every_figure_is_there() -> None:
    assert set(registry.listings()) == set(catalogue.LISTS) | set(catalogue.LEFT_OUT)
    assert set(catalogue.FIGURES) <= set(registry.figures())


def test_the_examples_of_the_docs_work_and_are_answered_as_described(office: Path, reader: Client) -> None:  # noqa: ARG001 - served
    examples = [each for each in shown() if each.example]
    assert len(examples) > 30
    for each in examples:
        answered = reader.get(each.example or "")
        assert answered.status_code == 200, (each.example, answered.content)
        if answered["Content-Type"] == "application/json":
            conforms(each.path, 200, answered.json())


def test_a_list_is_walked_by_its_cursor(office: Path, reader: Client) -> None:  # noqa: ARG001 - served
    whole = reader.get("/api/v1/projects", {"limit": 500}).json()
    assert whole["total"] == len(whole["rows"]) == whole["whole"] > 3
    keys: list[str] = []
    address: str | None = "/api/v1/projects?limit=2"
    while address:
        page = reader.get(address)
        keys += [row["key"] for row in page.json()["rows"]]
        link = page.get("Link")
        assert (link is None) == (page.json()["next"] is None)
        address = (
            None
            if link is None
            else link.partition("<")[2].partition(">")[0].removeprefix("http://testserver")
        )
    assert keys == [row["key"] for row in whole["rows"]]
    one = reader.get(f"/api/v1/projects/{keys[0]}").json()
    assert one["row"] == whole["rows"][0]
    assert one["edition"] == whole["edition"]


def test_what_is_known_is_not_sent_again(office: Path, reader: Client) -> None:  # noqa: ARG001 - served
    for address in (
        "/api/v1/packages?q=inner",
        "/api/v1/readings",
        "/api/v1/policy",
        "/api/v1/openapi.json",
        "/api/v1/me",
        "/api/v1/requests",
        "/api/v1/uploads",
        "/api/v1/metrics",
        "/api/v1/links",
        "/api/v1/project",
    ):
        first = reader.get(address)
        assert first.status_code == 200
        again = reader.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert reader.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert reader.get("/api/v1/packages?q=outer")["ETag"] != reader.get("/api/v1/packages?q=inner")["ETag"]


def test_every_fault_of_a_question_is_told_with_its_place(office: Path, reader: Client) -> None:  # noqa: ARG001 - served
    answered = reader.get("/api/v1/packages?limit=0&as_of=never")
    assert answered.status_code == 422
    assert {each["place"] for each in answered.json()["faults"]} == {"query.limit", "query.as_of"}
    strange = reader.get("/api/v1/packages?licence=MIT&colour=red")
    assert [each["place"] for each in strange.json()["faults"]] == ["query.colour", "query.licence"]
    for refused in (answered, strange):
        conforms("/api/v1/packages", 422, refused.json())
    for bad in ("order=nothing", "after=nothing"):
        assert reader.get(f"/api/v1/packages?{bad}").status_code == 422


def test_errors_have_one_shape(office: Path, reader: Client, key_of: Callable[..., str]) -> None:  # noqa: ARG001 - served
    nobody, viewer = Client(), Client(headers={"X-Api-Key": key_of("stranger")})
    asked = [
        (nobody.get("/api/v1/packages"), 401),
        (viewer.get("/api/v1/audit"), 403),
        (reader.get("/api/v1/packages/nothing-of-this-name"), 404),
        (reader.get("/api/v1/nothing"), 404),
        (reader.delete("/api/v1/packages"), 405),
        (reader.post("/api/v1/uploads", b"", content_type="application/octet-stream"), 403),
    ]
    for answered, status in asked:
        assert answered.status_code == status
        assert answered["Content-Type"] == "application/problem+json"
        told = answered.json()
        assert {"type", "title", "status", "detail"} <= set(told)
        assert told["status"] == status


def test_a_past_day_is_another_edition(office: Path, reader: Client) -> None:  # noqa: ARG001 - served
    assert reader.get("/api/v1/me?as_of=2026-01-01").json()["as_of"] == "2026-01-01"
    now, then = reader.get("/api/v1/edition").json(), reader.get("/api/v1/edition?as_of=2026-01-01").json()
    assert then["edition"]["key"] != now["edition"]["key"]
    assert then["edition"]["as_of"].startswith("2026-01-01T23:59:59")


def test_who_asks_is_told_what_they_may(office: Path, key_of: Callable[..., str]) -> None:  # noqa: ARG001 - served
    told = Client(headers={"X-Api-Key": key_of("legal", "read", "decide")}).get("/api/v1/me").json()
    assert (told["name"], told["roles"], told["scopes"]) == ("legal", ["legal", "viewer"], ["decide", "read"])


def send(client: Client, address: str, body: dict[str, Any]) -> Any:
    """A POST of JSON."""
    return client.post(address, json.dumps(body), content_type="application/json")


def test_a_request_is_put_discussed_and_answered(own_office: Path, key_of: Callable[..., str]) -> None:
    asker, legal, mate = (
        Client(headers={"X-Api-Key": key_of(name, "read", "decide")}) for name in ("owner", "legal", "mate")
    )
    kinds = {each["name"]: each for each in asker.get("/api/v1/requests/kinds").json()}
    fields = {
        "rule": "license-denied",
        "package": "pkg:npm/outer",
        "reason": "It is only used to build.",
        "until": "2026-12-20",
    }
    assert set(kinds["exception"]["needed"]) <= set(fields)
    wrong = send(
        asker,
        "/api/v1/requests",
        {"kind": "exception", "fields": {**fields, "until": "soon", "colour": "red"}},
    )
    assert wrong.status_code == 422
    assert {each["place"] for each in wrong.json()["faults"]} == {"body.fields.until", "body.fields.colour"}
    made = send(asker, "/api/v1/requests", {"kind": "exception", "fields": fields, "once": "a"})
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    assert (
        send(asker, "/api/v1/requests", {"kind": "exception", "fields": fields, "once": "a"}).json()["number"]
        == number
    )
    assert send(mate, f"/api/v1/requests/{number}/comments", {"text": "I agree."}).status_code == 201
    assert send(mate, f"/api/v1/requests/{number}/approve", {}).status_code == 403
    approved = send(legal, f"/api/v1/requests/{number}/approve", {"comment": "Fine."})
    assert approved.status_code == 200, approved.content
    told = asker.get(f"/api/v1/requests/{number}").json()
    assert (told["state"], told["answered_by"]) == ("approved", "legal")
    assert [each["kind"] for each in told["said"]] == ["opened", "commented", "approved"]
    assert send(legal, f"/api/v1/requests/{number}/decline", {"comment": "No."}).status_code == 409
    assert "license-denied" in (own_office / "decisions" / "exceptions.toml").read_text()


def test_a_decision_is_written_as_who_asks(own_office: Path, key_of: Callable[..., str]) -> None:
    legal, security = (
        Client(headers={"X-Api-Key": key_of(name, "decide")}) for name in ("legal", "security")
    )
    entry = {
        "rule": "license-denied",
        "package": "pkg:npm/outer",
        "reason": "It is only used to build.",
        "until": "2026-12-20",
    }
    wrong = send(
        legal, "/api/v1/decisions/exceptions", {"rule": "license-denied", "by": "office", "colour": "red"}
    )
    assert wrong.status_code == 422
    assert {each["place"] for each in wrong.json()["faults"]} == {
        "body.by",
        "body.colour",
        "body.reason",
        "body.until",
    }
    assert (
        send(legal, "/api/v1/decisions/exceptions", {**entry, "until": 7}).json()["faults"][0]["place"]
        == "body.until"
    )
    assert send(security, "/api/v1/decisions/exceptions", entry).status_code == 403
    told = send(legal, "/api/v1/decisions/exceptions", entry)
    assert told.status_code == 201, told.content
    assert told.json()["by"] == "legal"
    assert 'by = "legal"' in (own_office / "decisions" / "exceptions.toml").read_text()


def test_a_document_is_handed_in_and_judged(own_office: Path, pipeline: Client) -> None:  # noqa: ARG001 - served
    checked = pipeline.post("/api/v1/check", bill(INNER), content_type="application/octet-stream")
    assert checked.status_code == 200
    assert checked.json()["verdict"]["verdict"] == "closed"
    assert pipeline.get("/api/v1/uploads").json() == {"rows": [], "next": None}
    told = pipeline.post(
        "/api/v1/uploads?project=shop-x&version=main", bill(INNER), content_type="application/octet-stream"
    )
    assert told.status_code == 201, told.content
    conforms("/api/v1/uploads", 201, told.json(), "post")
    assert told.json()["verdict"]["findings"][0]["what"] == "CVE-2026-0001"
    assert {each.json()["verdict"]["policy"] for each in (checked, told)} == {"policy.toml"}, (
        "no place on a disk"
    )
    assert told.json()["url"].endswith(f"/uploads/{told.json()['token']}")
    assert pipeline.get(told["Location"]).json() == told.json()
    pipeline.post(
        "/api/v1/uploads?project=shop-x&version=main", bill(FINE), content_type="application/octet-stream"
    )
    pages = pipeline.get("/api/v1/uploads?limit=1").json()
    rest = pipeline.get("/api/v1/uploads", {"limit": 1, "after": pages["next"]}).json()
    assert [each["stands"] for each in (*pages["rows"], *rest["rows"])] == [True, False]
    assert pipeline.get(f"{told['Location']}/document").status_code == 404
    assert pipeline.get("/api/v1/uploads?after=x").status_code == 422


def test_who_comes_while_too_many_wait_is_told_at_once(
    office: Path,  # noqa: ARG001 - served
    pipeline: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked() -> Any:
        return pipeline.post("/api/v1/check", bill(FINE), content_type="application/octet-stream")

    door = threading.BoundedSemaphore(1)
    monkeypatch.setattr(bounds, "_door", door)
    assert asked().status_code == 200
    with door:  # somebody waits there already
        began = time.monotonic()
        refused = asked()
        assert time.monotonic() - began < bounds.PATIENCE / 2
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert refused["Content-Type"] == "application/problem+json"
    assert asked().status_code == 200, "who was refused took no place"


def test_the_reference_is_readable(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - served
    client = as_role("viewer")
    page = client.get("/reference/").content.decode()
    assert "PUT /api/v1/bom" in page
    for name in ("packages", "dt-bom", "upload", "figure-assessments", "request-new"):
        answered = client.get(f"/reference/{name}")
        assert answered.status_code == 200
        assert "<script>" not in answered.content.decode()
    assert client.get("/reference/nothing").status_code == 404
