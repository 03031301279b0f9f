# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The pages of requests, as people use them: by forms, without a script."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.office.estate import SECRET
from umbel.office import core
from umbel.office.inbox import reading
from umbel.office.inbox.models import Known, Notices, Request, Word
from umbel.office.records.models import Entry as Noted
from umbel.office.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from umbel.policy.exceptions import Entry

pytestmark = pytest.mark.django_db
UNTIL = (datetime.now(UTC).date() + timedelta(30)).isoformat()
SAID = {"rule": "license-denied", "package": "pkg:pypi/frame", "reason": "Only in tests", "until": UNTIL}
HOSTILE = "<script>alert(1)</script> javascript:alert(2) \u202eevil"


def _asked(client: Client, kind: str = "exception", **said: str) -> str:
    answer = client.post(f"/requests/new?kind={kind}", {**SAID, "anyway": "1", **said})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url)  # type: ignore[attr-defined]  # of a redirect


def _text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def _exceptions() -> list[Entry]:
    """Those that the approvals of these tests wrote, wherever records stand."""
    ws = core.workspace()
    return [each for each in ws.exceptions(ws.policy()).exceptions if each.reason == "Only in tests"]


def test_from_asking_to_the_record(own_office: Path, as_role: Callable[[str], Client]) -> None:
    url = _asked(as_role("owner"))
    legal = as_role("legal")
    assert "Exception: license-denied for pkg:pypi/frame" in _text(legal, "/inbox/")
    page = _text(legal, url)
    assert "Approve" in page
    assert f'value="{UNTIL}"' in page
    assert legal.post(f"{url}/answer", {"answer": "approve", "comment": "Fine"}).status_code == 302
    page = _text(as_role("owner"), url)
    assert '<span class="badge good">approved</span>' in page
    assert "Fine" in page
    assert "x-" in page
    assert [each.by for each in _exceptions()] == ["legal"]
    assert own_office


def test_a_mistake_is_told_beside_its_field_and_the_cursor_stands_there(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    answer = as_role("owner").post(
        "/requests/new?kind=exception", {**SAID, "package": "pkg:nonsense", "reason": ""}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    field = re.search(r'<div class="field wrong[^"]*">.*?id_reason.*?</div>', page, re.DOTALL)
    assert field is not None
    assert re.search(r"<textarea[^>]*name=\"reason\"[^>]*autofocus", page)
    assert page.partition("<main")[2].partition("</main>")[0].count("autofocus") == 1
    assert 'value="pkg:nonsense"' in page
    answer = as_role("owner").post("/requests/new?kind=exception", {**SAID, "package": "pkg:nonsense"})
    assert "names no package" in answer.content.decode()
    assert not Request.objects.exists()
    assert own_office


def test_a_form_sent_twice_counts_once(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner, legal = as_role("owner"), as_role("legal")
    page = _text(owner, "/requests/new?kind=exception")
    once = re.search(r'name="once" value="([0-9a-f]{32})"', page)
    assert once is not None
    assert _asked(owner, once=once[1]) == _asked(owner, once=once[1])
    url = f"/requests/{Request.objects.get().pk}"
    for _ in range(2):
        assert owner.post(f"{url}/comment", {"text": "Please", "once": "c" * 32}).status_code == 302
        assert legal.post(f"{url}/answer", {"answer": "approve"}).status_code == 302
    assert len(_exceptions()) == 1
    assert own_office
    assert _text(owner, url).count("Please") == 1
    assert as_role("office").post(f"{url}/answer", {"answer": "decline", "comment": "No"}).status_code == 409


@pytest.mark.parametrize(
    ("who", "what", "status"),
    [
        ("stranger", "comment", 403),
        ("stranger", "answer", 403),
        ("owner", "answer", 403),
        ("security", "answer", 403),
        ("mate", "withdraw", 403),
        ("legal", "withdraw", 403),
        ("owner", "withdraw", 302),
        ("legal", "answer", 302),
        ("office", "answer", 302),
        ("mate", "comment", 302),
    ],
)
def test_who_may_do_what(
    who: str, what: str, status: int, own_office: Path, as_role: Callable[[str], Client]
) -> None:
    url = _asked(as_role("owner"))
    answer = as_role(who).post(f"{url}/{what}", {"answer": "approve", "text": "x"})
    assert answer.status_code == status
    assert own_office


def test_nobody_answers_their_own_by_the_page(
    own_office: Path, as_role: Callable[[str], Client], people: dict[str, Any]
) -> None:
    legal = as_role("legal")
    url = _asked(legal)
    page = _text(legal, url)
    assert "somebody else answers it" in page
    assert "Approve" not in page.partition("<main")[2].replace("Approved", "")
    assert legal.post(f"{url}/answer", {"answer": "approve", "alone": "on"}).status_code == 403
    people["office"].is_active = False
    people["office"].save()
    assert "Nobody else may answer this" in _text(legal, url)
    answer = legal.post(f"{url}/answer", {"answer": "approve"})
    assert answer.status_code == 422
    assert "Say that nobody else may answer it" in answer.content.decode()
    assert legal.post(f"{url}/answer", {"answer": "approve", "alone": "on"}).status_code == 302
    assert "Approved by who asked for it" in _text(legal, url)
    assert own_office


def test_what_the_core_says_against_an_answer_stands_beside_its_field(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    url = _asked(as_role("owner"))
    answer = as_role("legal").post(f"{url}/answer", {"answer": "approve", "until": "2999-01-01"})
    assert answer.status_code == 422
    assert "the policy allows 365" in answer.content.decode()
    answer = as_role("legal").post(f"{url}/answer", {"answer": "decline"})
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert Request.objects.get().is_open
    assert own_office


def test_what_people_write_stays_text(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    url = _asked(owner, reason=HOSTILE)
    owner.post(f"{url}/comment", {"text": f"{HOSTILE} https://ok.example/a <img src=x onerror=alert(1)>"})
    page = _text(owner, url)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert 'href="javascript' not in page
    assert '<a href="https://ok.example/a" rel="nofollow">' in page
    assert own_office


def test_links_from_elsewhere_fill_the_form(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    page = _text(owner, "/requests/new?kind=package&package=pkg:npm/left-pad&once=mine")
    assert 'value="pkg:npm/left-pad"' in page
    assert 'value="mine"' not in page.partition("<main")[2]
    assert "<script>" not in _text(owner, "/requests/new?kind=exception&package=%22%3E%3Cscript%3E")
    finding = next(each for each in core.workspace().verdict().findings if each.rule == "license-denied")
    page = _text(owner, f"/requests/new?kind=exception&finding={finding.key}")
    assert f'value="{finding.subject}"' in page
    assert f'value="{finding.project}"' in page
    assert '<option value="license-denied" selected>' in page
    assert "What was found" in page
    assert _text(owner, "/requests/new?kind=exception&finding=f-nonsense")
    assert "Use of a new package" in _text(owner, "/requests/new?kind=nonsense")
    assert own_office


def test_what_is_known_of_a_package_is_shown_beside_its_request(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    owner = as_role("owner")
    url = _asked(owner, "package", package="pkg:pypi/frame", reason="We need it\nnow")
    assert "We need it<br>now" in _text(owner, url)
    assert f'hx-get="{url}/known"' in _text(owner, url)
    assert "being worked out" in _text(owner, f"{url}/known")
    made = Request.objects.get()
    line = {
        "name": "license",
        "title": "Licence",
        "text": "<i>MIT</i>",
        "known": True,
        "notes": ["said by its registry"],
    }
    Known.objects.create(request=made, made_at=datetime.now(UTC), summary="frame: fine", lines=[line])
    page = _text(owner, f"{url}/known")
    assert "&lt;i&gt;MIT&lt;/i&gt;" in page
    assert "said by its registry" in page
    assert "<html" not in owner.get(f"{url}/known", headers={"HX-Request": "true"}).content.decode()
    assert _text(owner, f"{_asked(owner)}/known", 404)
    assert own_office


def test_what_is_not_there_is_said(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    assert "There is no request #77" in _text(owner, "/requests/77", 404)
    for what in ("comment", "withdraw"):
        assert owner.post(f"/requests/77/{what}", {"text": "x"}).status_code == 404
    assert as_role("office").post("/requests/77/answer").status_code == 404
    assert _text(owner, "/requests/99999999999999999999999", 404)
    assert own_office


def test_reading_a_request_reads_its_words(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    url = _asked(owner)
    as_role("mate").post(f"{url}/comment", {"text": "Why? @stranger"})
    assert "Why?" in _text(owner, "/inbox/")
    _text(owner, url)
    assert "Why?" not in _text(owner, "/inbox/")
    stranger = as_role("stranger")
    assert "mentioned" in _text(stranger, "/inbox/")
    page = _text(stranger, "/inbox/")
    named = dict(re.findall(r'name="(newest|oldest)" value="(\d+)"', page))
    as_role("owner").post(f"{url}/comment", {"text": "@stranger, one thing more"})  # while they read
    assert stranger.post("/inbox/", named).status_code == 302
    unread = Word.objects.filter(read_at=None, user__name="stranger")
    assert [each.event.text for each in unread] == ["@stranger, one thing more"]
    for odd in ({}, {"oldest": "x", "newest": "9" * 99}, {"oldest": "²"}):
        assert stranger.post("/inbox/", odd).status_code == 302
    assert unread.count() == 1
    assert own_office


def test_who_asks_for_what_was_asked_already_is_told_so(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    first = _asked(as_role("owner"))
    mate = as_role("mate")
    answer = mate.post("/requests/new?kind=exception", SAID)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f'href="{first}"' in page
    assert 'value="pkg:pypi/frame"' in page, "nothing of what they wrote is lost"
    assert Request.objects.count() == 1
    anyway = dict(re.findall(r'<input type="hidden" name="(anyway)" value="(1)">', page))
    assert mate.post("/requests/new?kind=exception", {**SAID, **anyway}).status_code == 302
    assert Request.objects.count() == 2
    link = "/requests/new?kind=exception&rule=license-denied&package=pkg:pypi/frame"
    assert f'href="{first}"' in _text(mate, link), "they are told before they write"
    assert f'href="{first}"' not in _text(mate, "/requests/new?kind=exception&rule=license-denied")
    as_role("legal").post(f"{first}/answer", {"answer": "decline", "comment": "No"})
    assert f'href="{first}"' not in _text(mate, link)
    assert own_office


def test_a_package_that_only_confidential_projects_use_is_named_to_nobody_else(
    own_office: Path,
    as_role: Callable[[str], Client],
    people: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret, open_ = f"pkg:npm/only-{SECRET}", "pkg:pypi/frame"
    hidden, shown = (_asked(as_role("owner"), package=each) for each in (secret, open_))
    as_role("owner").post(f"{hidden}/comment", {"text": "@mate @office look"})
    assert secret in _text(as_role("mate"), "/requests/"), "or this test tells nothing"
    monkeypatch.setattr("umbel.office.accounts.rules.hidden_from", lambda _: frozenset({SECRET}))
    for role in ("mate", "office", "legal"):
        client = as_role(role)
        assert client.get(hidden).status_code == 404
        for page in ("/requests/", "/inbox/", "/requests/?waits=1", "/"):
            assert SECRET not in _text(client, page), (role, page)
        assert _text(client, shown)
    assert _text(as_role("owner"), hidden), "who asked sees their own"
    looks = Seen(roles=people["office"].all_roles(), hidden=frozenset({SECRET}), user=people["office"].pk)
    assert reading.waiting(looks) == reading.Waiting(to_answer=1, late=0, unread=0)
    assert own_office


def test_the_record_of_an_approval_is_one_click_away(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    owner, office = as_role("owner"), as_role("office")
    start = datetime.now(UTC).date()
    plan = {
        "project": "git.example/acme/frame",
        "goal": "Releases go on",
        "serves": "The shop",
        "owner": "web",
        "hours": "8",
        "measure": "our_commits",
        "target": "5",
        "start": str(start),
        "review": str(start + timedelta(90)),
    }
    cases = [
        (_asked(owner, "contribute", **plan), {}),
        (_asked(owner, "package", package="pkg:npm/left-pad"), {"ring": "trial"}),
    ]
    for url, more in cases:
        assert office.post(f"{url}/answer", {"answer": "approve", **more}).status_code == 302
        page = _text(owner, url)
        (record,) = re.findall(r'<dt>Record</dt><dd class="mono"><a href="([^"]+)">', page)
        _text(owner, record.replace("&amp;", "&"))
    assert own_office


def test_what_waits_for_somebody_is_a_list(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    mine, others = _asked(owner), _asked(owner, rule="vulnerability", package="pkg:pypi/risky")
    page = _text(as_role("legal"), "/requests/?waits=1")
    assert f'href="{mine}"' in page
    assert f'href="{others}"' not in page
    assert "waits for me" not in _text(owner, "/requests/"), "who answers nothing isn't asked"
    assert own_office


def test_notices_are_chosen(
    own_office: Path, as_role: Callable[[str], Client], people: dict[str, Any]
) -> None:
    owner = as_role("owner")
    assert _text(owner, "/inbox/notices").count("checked") == 4
    assert owner.post("/inbox/notices", {"mentioned": "on"}).status_code == 302
    mine = Notices.objects.get(user=people["owner"])
    assert (mine.asked, mine.answered, mine.commented, mine.mentioned) == (False, False, False, True)
    assert own_office


def test_late_ones_are_marked_and_come_first(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    _asked(owner, reason="new")
    late = _asked(owner, reason="old", package="pkg:pypi/late")
    Request.objects.filter(title__contains="late").update(due_at=datetime.now(UTC) - timedelta(2))
    page = _text(as_role("legal"), "/inbox/")
    assert page.index("pkg:pypi/late") < page.index("pkg:pypi/frame")
    assert '<span class="badge warn">late</span>' in page
    assert "late by 2 days" in page
    assert late
    assert own_office


@pytest.mark.parametrize("path", ["/inbox/", "/requests/", "/requests/?q=frame&state=open&kind=exception"])
def test_queries_do_not_grow_with_requests(
    path: str, own_office: Path, as_role: Callable[[str], Client]
) -> None:
    owner, office = as_role("owner"), as_role("office")
    counts = []
    for _ in range(3):
        url = _asked(owner)
        owner.post(f"{url}/comment", {"text": "@office look"})
        office.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert office.get(path).status_code == 200
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 12
    assert own_office


def test_queries_of_one_request_do_not_grow_with_its_talk(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    owner = as_role("owner")
    url = _asked(owner)
    counts = []
    owner.get(url)
    for number in range(3):
        owner.post(f"{url}/comment", {"text": f"word {number}"})
        with CaptureQueriesContext(connection) as captured:
            owner.get(url)
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 10
    assert own_office


def test_many_requests_come_in_pages(own_office: Path, as_role: Callable[[str], Client]) -> None:
    owner = as_role("owner")
    first = _asked(owner)
    made = Request.objects.get()
    Request.objects.bulk_create(
        Request(
            kind=made.kind, title=f"Copy {number}", fields=made.fields, answerer=made.answerer, asker="owner",
            due_at=made.due_at, expires_on=made.expires_on, once=f"copy-{number}",
        )
        for number in range(60)
    )  # fmt: skip
    page = _text(owner, "/requests/?page=2")
    assert f'href="{first}"' in page
    assert "page 2 of 2" in page.replace('<span class="n">', "").replace("</span>", "")
    for number in ("0", "-1", "999", "x", "²", "9" * 50):
        _text(owner, f"/requests/?page={number}")
    assert own_office


def test_requests_are_taken_away_as_they_are_asked_for(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    assert own_office
    owner = as_role("owner")
    _asked(owner)
    _asked(owner, kind="package", package="pkg:npm/left-pad", reason="To build")
    assert "format=csv" in _text(owner, "/requests/?state=open")
    csv_ = b"".join(owner.get("/requests/?state=open&format=csv")).decode("utf-8-sig")
    heads, *rows = list(csv.reader(csv_.splitlines()))
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(each["kind"], each["state"], each["late"]) for each in told] == [
        ("package", "open", "no"),
        ("exception", "open", "no"),
    ]
    Request.objects.filter(kind="package").update(title="=HYPERLINK(1)")
    assert b"'=HYPERLINK" in b"".join(owner.get("/requests/?format=csv"))
    found = json.loads(b"".join(owner.get("/requests/?kind=exception&format=json")))
    assert [each["kind"] for each in found["rows"]] == ["exception"]
    assert json.loads(b"".join(owner.get("/requests/?state=declined&format=json")))["rows"] == []


def test_everything_is_in_the_log(own_office: Path, as_role: Callable[[str], Client]) -> None:
    url = _asked(as_role("owner"))
    as_role("legal").post(f"{url}/answer", {"answer": "approve"})
    last = Noted.objects.first()
    assert last is not None
    assert (last.actor, last.via, last.action) == ("legal", "web", "exception.grant")
    assert own_office
