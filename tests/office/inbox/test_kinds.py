# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Each kind of request: asked by its form, approved, and written down as the record that it asks for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.office.inbox.asked import SAID, TODAY, ask, seen_by
from tests.office.records.modes import MODES, records_in
from umbel.office import core
from umbel.office.inbox import answering, asking
from umbel.office.inbox.kinds import KINDS
from umbel.office.inbox.models import APPROVED
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.office.accounts.models import User

pytestmark = pytest.mark.django_db
WHO_ANSWERS = {
    "exception": "legal",
    "package": "office",
    "contribute": "office",
    "release": "legal",
    "question": "legal",
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_from_the_form_to_the_record(
    kind: str, mode: str, there: Path, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    with records_in(there, mode, monkeypatch):
        form = KINDS[kind].form(SAID[kind])
        assert form.is_valid(), form.errors
        assert asking.faults(KINDS[kind], form.plain(), seen_by(people["owner"])) == {}
        request = asking.ask(people["owner"], KINDS[kind], form.plain(), "once")
        assert request.answerer == WHO_ANSWERS[kind]
        answering.approve(
            people[WHO_ANSWERS[kind]], request, {"ring": "trial"} if kind == "package" else {}, "Yes"
        )
        request.refresh_from_db()
        assert (request.state, request.answered_by) == (APPROVED, WHO_ANSWERS[kind])
        _stands(kind, request.record)
        line = Entry.objects.first()
        assert line is not None
        assert (line.action, line.actor) == (KINDS[kind].action, WHO_ANSWERS[kind])
        assert f"request #{request.pk}, asked by owner" in line.detail


def _stands(kind: str, record: str) -> None:
    """The record that an approval wrote, as the core reads it."""
    ws = core.workspace()
    if kind == "exception":
        (entry,) = ws.exceptions(ws.policy()).exceptions
        assert (entry.name, entry.rule, entry.by) == (record, "license-denied", "legal")
    elif kind == "package":
        (one,) = ws.evaluations().evaluations
        assert (one.name, one.ring, one.asked, one.by) == (record, "trial", TODAY, "office")
        assert one.compared == ("pkg:npm/pad", "pkg:npm/right-pad")
    elif kind == "contribute":
        (followed,) = ws.contributions()
        assert followed.standing.contribution.name == record
        assert (followed.standing.contribution.by, followed.standing.contribution.areas) == (
            "office",
            ("src", "docs"),
        )
    elif kind == "release":
        ((decision, _),) = ws.estate().decisions
        assert (decision.project, decision.asked, decision.by) == ("shop-tools", TODAY, "legal")
    else:
        assert record == ""


@pytest.mark.parametrize(
    ("rule", "role"),
    [
        ("license-denied", "legal"),
        ("copyleft-linkage", "legal"),
        ("vulnerability", "security"),
        ("malicious", "security"),
        ("outdated", "office"),
        ("*", "office"),
    ],
)
def test_who_answers_an_exception_goes_by_its_rule(rule: str, role: str) -> None:
    assert KINDS["exception"].answerer({"rule": rule}) == role


@pytest.mark.parametrize(
    ("kind", "wrong", "field", "words"),
    [
        ("exception", {"package": "pkg:flask"}, "package", "names no package"),
        ("exception", {"until": str(TODAY + timedelta(4_000))}, "until", "policy allows"),
        ("exception", {"rule": "*", "package": ""}, "rule", "needs a package or a project"),
        ("exception", {"evidence": "javascript:alert(1)"}, "evidence", "web address"),
        ("exception", {"project": "bluebird-vault"}, "project", "no project of this name"),
        ("package", {"product": "Nonsense"}, "__all__", "no product"),
    ],
)
def test_what_would_be_refused_is_said_beside_its_field_when_it_is_asked(
    kind: str, wrong: dict[str, Any], field: str, words: str, there: Path, people: dict[str, User]
) -> None:
    form = KINDS[kind].form({**SAID[kind], **wrong})
    form.is_valid()
    form.refuse(asking.faults(KINDS[kind], form.plain(), seen_by(people["owner"])))
    assert there
    assert words in str(form.errors[field])
    if field in form.fields:
        assert form.focused().fields[field].widget.attrs["autofocus"] is True


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("exception", {"project": "shop-*"}, "project"),
        ("exception", {"reason": ""}, "reason"),
        ("exception", {"until": "soon"}, "until"),
        ("exception", {"rule": "nonsense"}, "rule"),
        ("release", {"project": "*"}, "project"),
        ("release", {"project": "x" * 400}, "project"),
        ("package", {"package": "left-pad"}, "package"),
        ("package", {"compared": "pkg:npm/a\nnonsense"}, "compared"),
        ("package", {"compared": "\n".join(f"pkg:npm/a{number}" for number in range(5))}, "compared"),
        ("contribute", {"review": str(TODAY)}, "review"),
        ("contribute", {"hours": -1}, "hours"),
        ("question", {"whom": "everybody"}, "whom"),
        ("question", {"question": "x" * 9_000}, "question"),
    ],
)
def test_forms_refuse_what_cannot_be(kind: str, wrong: dict[str, Any], field: str) -> None:
    form = KINDS[kind].form({**SAID[kind], **wrong})
    assert not form.is_valid()
    assert field in form.errors


def test_hostile_words_are_kept_plain() -> None:
    said = {**SAID["question"], "about": "a\u202eb\x00\r\nBcc: x", "question": "<b>\u2066x\x1b[31m\r\ny"}
    form = KINDS["question"].form(said)
    form.is_valid()
    assert form.plain().get("about") in {"ab Bcc: x", None}
    said["about"] = "a\u202eb\r\nBcc: x"
    form = KINDS["question"].form(said)
    assert form.is_valid()
    assert form.plain() == {"whom": "legal", "about": "ab Bcc: x", "question": "<b>x[31m\ny"}


def test_the_answer_may_shorten_an_exception(there: Path, people: dict[str, User]) -> None:
    request = ask(people["owner"])
    until = TODAY + timedelta(5)
    answering.approve(people["legal"], request, {"until": str(until)}, "")
    ws = core.workspace()
    (entry,) = ws.exceptions(ws.policy()).exceptions
    assert entry.until == until
    assert there


def test_forms_begin_with_what_a_link_says() -> None:
    begun = KINDS["exception"].initial(
        {"rule": "outdated", "package": "pkg:pypi/x", "once": "mine", "nonsense": "1"}
    )
    assert (begun["rule"], begun["package"]) == ("outdated", "pkg:pypi/x")
    assert isinstance(begun["until"], date)
    assert "once" not in begun
    assert "nonsense" not in begun


def test_what_was_asked_is_told_in_the_words_of_the_form() -> None:
    facts = dict(KINDS["exception"].facts(SAID["exception"]))
    assert facts["Rule"] == "license-denied: Denied licence"
    assert facts["Until"] == TODAY + timedelta(30)
    assert "Project" not in facts
    assert dict(KINDS["question"].facts(SAID["question"]))["To"] == "legal"
