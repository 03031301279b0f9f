# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is on its way is taken once by real servers, and tried again where it wasn't."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.office.inbox.asked import ask
from tests.policy.alerting.servers import Inbox, mail_server, web_server
from umbel.office import core
from umbel.office.inbox import sending
from umbel.office.inbox.models import Outgoing

if TYPE_CHECKING:
    from pathlib import Path

    from django.conf import LazySettings

    from umbel.office.accounts.models import User

pytestmark = pytest.mark.django_db


def _by_smtp(settings: LazySettings, inbox: Inbox) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", inbox.port, False
    settings.EMAIL_HOST_USER, settings.DEFAULT_FROM_EMAIL, settings.EMAIL_TIMEOUT = (
        "",
        "umbel@acme.example",
        5,
    )


def _due_now() -> None:
    Outgoing.objects.update(next_at=datetime.now(UTC))


def _one_mail() -> Outgoing:
    return Outgoing.objects.create(
        kind="mail", to="legal@acme.example", subject="[Umbel] x", body="y", key="1-2"
    )


def test_mails_are_taken_by_a_real_server(
    there: Path, people: dict[str, User], settings: LazySettings
) -> None:
    ask(people["owner"])
    Outgoing.objects.filter(kind="webhook").delete()
    with mail_server() as inbox:
        _by_smtp(settings, inbox)
        assert sending.send_due() == 2
        assert sending.send_due() == 0
    assert sorted(inbox.to) == [["legal@acme.example"], ["office@acme.example"]]
    mail = inbox.mails[0]
    assert mail["Subject"] == "[Umbel] owner asks: Exception: license-denied for pkg:pypi/flask"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/requests/" in mail.get_content()
    assert sending.waiting() == sending.Waiting(waiting=0, failed=0)
    assert there


def test_a_server_that_is_busy_is_asked_again(there: Path, settings: LazySettings) -> None:
    one = _one_mail()
    with mail_server() as inbox:
        _by_smtp(settings, inbox)
        inbox.answers = ["451 later", "554 no"]
        for tries in (1, 2):
            assert sending.send_due() == 0
            one.refresh_from_db()
            assert (one.tries, one.ended_at) == (tries, None)
            assert one.next_at > datetime.now(UTC) + timedelta(seconds=30)
            assert sending.send_due() == 0  # not before its time
            _due_now()
        assert sending.send_due() == 1
    one.refresh_from_db()
    assert one.error == ""
    assert len(inbox.mails) == 1
    assert there


def test_an_address_that_nobody_has_is_given_up(there: Path, settings: LazySettings) -> None:
    _one_mail()
    with mail_server() as inbox:
        _by_smtp(settings, inbox)
        inbox.unknown = {"legal@acme.example"}
        assert sending.send_due() == 0
    assert sending.waiting() == sending.Waiting(waiting=0, failed=1)
    assert there


def test_after_many_tries_it_is_given_up(there: Path, settings: LazySettings) -> None:
    one = _one_mail()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    for _ in range(8):
        _due_now()
        sending.send_due()
    one.refresh_from_db()
    assert one.ended_at is not None
    assert one.error == "ConnectionRefusedError"
    assert there


def test_what_another_process_tries_just_now_is_left_to_it(there: Path, settings: LazySettings) -> None:
    one = _one_mail()
    Outgoing.objects.filter(pk=one.pk).update(next_at=datetime.now(UTC) + timedelta(seconds=100), tries=1)
    with mail_server() as inbox:
        _by_smtp(settings, inbox)
        assert sending.send_due() == 0
    assert inbox.mails == []
    assert there


def test_a_webhook_gets_signed_word_and_the_same_key_again(there: Path, people: dict[str, User]) -> None:
    with web_server() as posted:
        path = there / "umbel.toml"
        path.write_text(path.read_text().replace("http://127.0.0.1:9/hook", posted.url))
        core.forget()
        ask(people["owner"])
        Outgoing.objects.filter(kind="mail").delete()
        posted.answers = [503]
        assert sending.send_due() == 0
        _due_now()
        assert sending.send_due() == 1
    (first, _), (second, body) = posted.requests
    assert first["idempotency-key"] == second["idempotency-key"]
    assert json.loads(body)["event"] == "request.opened"
    stamp, _, mark = second["x-umbel-signature"].removeprefix("t=").partition(",v1=")
    assert hmac.new(b"s3cr3t", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == mark
    assert "s3cr3t" not in "".join(Outgoing.objects.values_list("error", flat=True))


def test_a_target_that_is_gone_is_given_up(there: Path) -> None:
    Outgoing.objects.create(kind="webhook", to="gone", body="{}", key="1-gone")
    assert sending.send_due() == 0
    assert sending.waiting() == sending.Waiting(waiting=0, failed=1)
    assert there


def test_what_was_sent_long_ago_is_forgotten_with_its_address(there: Path) -> None:
    one = _one_mail()
    Outgoing.objects.filter(pk=one.pk).update(ended_at=datetime.now(UTC) - timedelta(31))
    sending.send_due()
    assert not Outgoing.objects.exists()
    assert there
