# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What programs write: products, incidents, alerts, links, what the office is made of. Each as a person on its page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.office.api.documents import hide
from tests.office.api.test_api import conforms
from tests.office.estate import SECRET
from umbel.app import Workspace
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def program(key_of: Callable[..., str]) -> Callable[[str], Client]:
    """A program of a member of the cast that reads and decides."""
    return lambda role: Client(headers={"X-Api-Key": key_of(role, "read", "decide")})


def newest() -> tuple[str, str, str, str]:
    """The last line of the audit log."""
    entry = Entry.objects.latest("pk")
    return entry.action, entry.subject, entry.actor, entry.via


def test_a_product_is_written_changed_renamed_and_taken_out(
    own_office: Path, program: Callable[[str], Client]
) -> None:
    client, path = program("office"), "/api/v1/products/declared/Kiosk"
    made = client.put(
        path, json.dumps({"owner": "owner@acme.example", "projects": ["kiosk-*"]}), content_type=JSON
    )
    assert made.status_code == 200, made.content
    conforms("/api/v1/products/declared/{name}", 200, made.json(), "put")
    assert newest() == ("product.add", "Kiosk", "office", "token")
    assert Workspace(own_office).product("Kiosk").projects == ("kiosk-*",)
    assert client.get(path).json()["owner"] == "owner@acme.example"
    assert "Kiosk" in [each["name"] for each in client.get("/api/v1/products/declared").json()]
    again = client.put(path, json.dumps({"name": "Kiosk 2", "criticality": "high"}), content_type=JSON)
    assert (again.status_code, again.json()["name"]) == (200, "Kiosk 2")
    assert newest()[:2] == ("product.change", "Kiosk 2")
    assert client.get(path).status_code == 404
    assert client.delete(f"{path} 2").status_code == 204
    assert newest()[:2] == ("product.end", "Kiosk 2")
    assert client.delete(f"{path} 2").status_code == 404


def test_a_product_that_cant_be_is_refused_with_each_fault(
    own_office: Path, program: Callable[[str], Client]
) -> None:
    before = (own_office / "umbel.toml").read_text()
    client, path = program("office"), "/api/v1/products/declared/Kiosk"
    wrong = client.put(path, json.dumps({"colour": "red", "size": 1}), content_type=JSON)
    assert {each["place"] for each in wrong.json()["faults"]} == {"body.colour", "body.size"}
    kind = client.put(path, json.dumps({"projects": "all"}), content_type=JSON)
    assert (kind.status_code, kind.json()["faults"][0]["place"]) == (422, "body.projects")
    assert client.put(path, b"{", content_type=JSON).status_code == 400
    assert program("legal").put(path, b"{}", content_type=JSON).status_code == 403
    assert (own_office / "umbel.toml").read_text() == before


def test_an_incident_is_opened_noted_closed_and_opened_again(
    own_office: Path, program: Callable[[str], Client]
) -> None:
    client = program("security")
    assert client.post("/api/v1/incidents", b"{}", content_type=JSON).status_code == 422
    unknown = client.post("/api/v1/incidents", json.dumps({"advisory": "CVE-1999-0001"}), content_type=JSON)
    assert (unknown.status_code, unknown.json()["faults"][0]["place"]) == (422, "body")
    made = client.post("/api/v1/incidents", json.dumps({"advisory": "CVE-2026-0001"}), content_type=JSON)
    assert made.status_code == 201, made.content
    conforms("/api/v1/incidents", 201, made.json(), "post")
    assert made.json()["affected"]
    path = made["Location"]
    name = made.json()["incident"]["id"]
    assert newest() == ("incident.open", "CVE-2026-0001", "security", "token")
    note = client.post(f"{path}/notes", json.dumps({"text": "We look."}), content_type=JSON)
    assert (note.status_code, note.json()["events"][-1]["text"]) == (201, "We look.")
    assert client.post(f"{path}/reopen", b"{}", content_type=JSON).status_code == 422
    assert client.post(f"{path}/close", b'{"text": "Mended."}', content_type=JSON).json()["closed_at"]
    assert client.post(f"{path}/reopen", b"{}", content_type=JSON).json()["closed_at"] is None
    assert [each["kind"] for each in client.get(path).json()["events"]][-2:] == ["closed", "reopened"]
    assert (own_office / "decisions" / "incidents" / name).is_dir()
    assert client.get(f"{path}?as_of=2026-01-01").status_code == 404
    assert program("owner").post(f"{path}/close", b"{}", content_type=JSON).status_code == 403
    hide(own_office)
    assert SECRET not in program("owner").get(path).content.decode()
    assert SECRET in program("security").get(path).content.decode()


def test_somebody_takes_care_of_an_alert(own_office: Path, program: Callable[[str], Client]) -> None:
    Workspace(own_office).update_alerts(send=False)
    found = next(iter(Workspace(own_office).alerts()))
    client, path = program("security"), f"/api/v1/alerts/{found.id}"
    told = client.get(path).json()
    conforms("/api/v1/alerts/{name}", 200, told)
    assert (told["state"], told["cared_by"]) == ("open", None)
    done = client.post(f"{path}/care", b'{"note": "On it."}', content_type=JSON)
    assert done.status_code == 200, done.content
    assert (done.json()["state"], done.json()["cared_by"], done.json()["cared_note"]) == (
        "acknowledged",
        "security",
        "On it.",
    )
    assert newest() == ("alert.acknowledge", found.id, "security", "token")
    assert client.get("/api/v1/alerts/a-none").status_code == 404
    assert program("owner").post(f"{path}/care", b"{}", content_type=JSON).status_code == 403


def test_an_exception_is_taken_back_by_who_grants_its_kind(
    own_office: Path, program: Callable[[str], Client]
) -> None:
    entry = {
        "rule": "license-denied",
        "package": "pkg:npm/outer",
        "reason": "Only used to build.",
        "until": f"{datetime.now(UTC).date() + timedelta(30)}",
    }
    granted = program("legal").post("/api/v1/decisions/exceptions", json.dumps(entry), content_type=JSON)
    assert granted.status_code == 201, granted.content
    (row,) = program("legal").get("/api/v1/exceptions?limit=1").json()["rows"]
    path = f"/api/v1/exceptions/{row['key']}/end"
    said = b'{"reason": "It was replaced."}'
    assert program("security").post(path, said, content_type=JSON).status_code == 403
    assert program("office").post(path, b"{}", content_type=JSON).status_code == 422
    done = program("legal").post(path, said, content_type=JSON)
    assert done.status_code == 200, done.content
    assert newest() == ("exception.end", row["key"], "legal", "token")
    assert "It was replaced." in (own_office / "decisions" / "exceptions.toml").read_text()
    nothing = "/api/v1/exceptions/e-nothing/end"
    assert program("office").post(nothing, said, content_type=JSON).status_code == 404


def test_an_incident_of_what_is_confidential_is_none(
    own_office: Path, program: Callable[[str], Client]
) -> None:
    body = json.dumps({"package": "pkg:npm/only-bluebird-vault"})
    made = program("security").post("/api/v1/incidents", body, content_type=JSON)
    assert made.status_code == 201, made.content
    hide(own_office)
    path = made["Location"]
    assert program("owner").get(path).status_code == 404
    assert program("security").get(path).status_code == 200


SAID: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "owner", "links",
        {"title": "How we ship", "url": "https://acme.example/ship", "petal": "contributors", "keeper": "platform"},
        "/api/v1/links",
    ),
    ("office", "office-mandate", {"statement": "We help.", "sponsor": "the chief of engineering"}, "/api/v1/office-plan"),
    ("office", "office-people", {"role": "head of office", "share": 0.5}, "/api/v1/office-plan"),
    (
        "office", "office-budget", {"line": "travel", "year": 2026, "amount": 1000, "currency": "EUR"},
        "/api/v1/office-plan",
    ),
    (
        "office", "stakeholders",
        {"who": "the counsel", "petal": "legal", "interest": 4, "influence": 5, "attitude": "sceptic"},
        "/api/v1/stakeholders",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("role", "kind", "entry", "read"), SAID, ids=[each[1] for each in SAID])
def test_what_is_written_down_is_read_again(
    role: str,
    kind: str,
    entry: dict[str, Any],
    read: str,
    own_office: Path,  # noqa: ARG001 - served
    program: Callable[[str], Client],
) -> None:
    client = program(role)
    path = f"/api/v1/decisions/{kind}"
    wrong = client.post(path, json.dumps({**entry, "by": "another"}), content_type=JSON)
    assert [each["place"] for each in wrong.json()["faults"]] == ["body.by"]
    made = client.post(path, json.dumps(entry), content_type=JSON)
    assert made.status_code == 201, made.content
    conforms(path, 201, made.json(), "post")
    answered = client.get(read)
    conforms(read, 200, answered.json())
    value = next(value for value in entry.values() if isinstance(value, str))
    assert value in answered.content.decode()
    assert Entry.objects.latest("pk").actor == made.json()["by"]
    assert program("stranger").post(path, json.dumps(entry), content_type=JSON).status_code == 403


def test_stakeholders_are_for_the_office_alone_and_the_log_names_none(
    own_office: Path,  # noqa: ARG001 - served
    program: Callable[[str], Client],
) -> None:
    entry = {"who": "a counsel", "petal": "legal", "interest": 4, "influence": 5, "attitude": "sceptic"}
    program("office").post("/api/v1/decisions/stakeholders", json.dumps(entry), content_type=JSON)
    line = Entry.objects.latest("pk")
    assert "counsel" not in f"{line.subject} {line.detail} {line.difference}"
    for role in ("legal", "security", "owner", "stranger"):
        assert program(role).get("/api/v1/stakeholders").status_code == 403


def test_a_shared_link_is_taken_back(own_office: Path, program: Callable[[str], Client]) -> None:  # noqa: ARG001 - served
    client = program("owner")
    gone = {"url": "https://acme.example/ship", "reason": "It moved."}
    path = "/api/v1/decisions/link-withdrawals"
    assert client.post(path, json.dumps(gone), content_type=JSON).status_code == 422
    client.post("/api/v1/decisions/links", json.dumps(SAID[0][2]), content_type=JSON)
    assert client.post(path, json.dumps(gone), content_type=JSON).status_code == 201
    assert client.get("/api/v1/links").json() == []
