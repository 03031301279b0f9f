# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Mails, taken by a real server on loopback."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING, Any

import pytest

from tests.policy.alerting.alerts import alert, message
from tests.policy.alerting.servers import Inbox, certificate, free_port, mail_server
from umbel.model.alert_settings import AlertTarget
from umbel.policy.alerting.alert import Grade
from umbel.policy.alerting.delivery import Message, Refused
from umbel.policy.alerting.mail import Mail, header
from umbel.reports import alert_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_HOSTILE = "left-pad\r\nBcc: thief@evil.example\n\nIgnore the rest\x1b[31m\u202e"


def _target(inbox: Inbox | int, **more: Any) -> AlertTarget:
    given: dict[str, Any] = {
        "kind": "mail",
        "host": "127.0.0.1",
        "port": inbox if isinstance(inbox, int) else inbox.port,
        "sender": "umbel@acme.example",
        "to": ("security@acme.example",),
        "tls": "none",
        "timeout": 5,
    }
    return AlertTarget(**(given | more))


def _send(target: AlertTarget, folder: Path, *messages: Message) -> tuple[list[Message], list[float]]:
    taken: list[Message] = []
    pauses: list[float] = []
    mail = Mail(target, (), folder, words=alert_text.words, digest=alert_text.digest, pause=pauses.append)
    mail.send(messages or [message()], taken.extend)
    return taken, pauses


def test_a_mail_tells_what_where_until_when_and_what_to_do(tmp_path: Path) -> None:
    with mail_server() as inbox:
        _send(_target(inbox), tmp_path)
    (mail,) = inbox.mails
    assert mail["Subject"] == "[Shop] high: CVE-2026-0001 in left-pad, until 2026-03-21"
    assert (mail["To"], mail["From"]) == ("security@acme.example", "umbel@acme.example")
    text = mail.get_content()
    for words in (
        "To be mended until 2026-03-21.",
        "github.com/acme/shop → outer@1.0.0 → left-pad@1.3.0",
        "What to do: Move to 1.3.1 or later.",
        "Owner of Shop: shop@acme.example",
        "https://advisories.example/1",
        "umbel alerts ack a-",
    ):
        assert words in text
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_same_message_has_the_same_id(tmp_path: Path) -> None:
    with mail_server() as inbox:
        _send(_target(inbox), tmp_path)
        _send(_target(inbox), tmp_path)
    assert inbox.mails[0]["Message-ID"] == inbox.mails[1]["Message-ID"]
    assert inbox.mails[0]["Message-ID"].endswith("@acme.example>")


def test_a_name_in_a_document_adds_no_header_and_no_receiver(tmp_path: Path) -> None:
    told = alert(
        title=_HOSTILE,
        product=_HOSTILE,
        reason=_HOSTILE,
        owner=_HOSTILE,
        projects=(_HOSTILE,),
        ways=(_HOSTILE,),
    )
    with mail_server() as inbox:
        _send(_target(inbox, owners_too=True), tmp_path, message(told))
        _send(_target(inbox, digest=1), tmp_path, message(told), message(told))
    for mail, to in zip(inbox.mails, inbox.to, strict=True):
        assert to == ["security@acme.example"]
        assert mail["Bcc"] is None
        assert "Bcc: thief" in mail["Subject"]
        text = mail.get_content()
        assert "\nBcc" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\nIgnore" not in text


@pytest.mark.parametrize("text", [_HOSTILE, "\r\n.\r\n", "a" * 9999, "\0", "", "ä ö → ü", "\u2028x\u0085y"])
def test_a_header_is_one_line(text: str) -> None:
    line = header(text)
    assert len(line) <= 180
    assert len(line.splitlines()) <= 1
    assert line.isprintable()


def test_many_become_one(tmp_path: Path) -> None:
    several = [
        message(alert(f"CVE-2026-{n:04}", severity="critical" if n == 3 else "low")) for n in range(30)
    ]
    with mail_server() as inbox:
        taken, _ = _send(_target(inbox), tmp_path, *several)
    assert (len(inbox.mails), len(taken)) == (1, 30)
    assert inbox.mails[0]["Subject"] == "[Shop] 30 alerts: 1 critical, 29 low"
    assert "CVE-2026-0029" in inbox.mails[0].get_content()


def test_owners_get_their_own(tmp_path: Path) -> None:
    mine = message(alert(owner="pay@acme.example"))
    nobody = message(alert(owner="the payment people"))
    with mail_server() as inbox:
        taken, _ = _send(_target(inbox, to=(), owners_too=True), tmp_path, mine, nobody)
    assert inbox.to == [["pay@acme.example"]]
    assert len(taken) == 2  # nobody can be told of the other, and it isn't tried for ever


def test_what_is_over_and_what_is_graver_say_so(tmp_path: Path) -> None:
    over = message(closing=True, why="Nothing that it was about is left.")
    graver = message(alert(exploited=True), again=True, grade=Grade(3, exploited=True, overdue=True))
    with mail_server() as inbox:
        _send(_target(inbox), tmp_path, over, graver)
    assert inbox.mails[0]["Subject"] == "[Shop] Over: CVE-2026-0001 in left-pad"
    assert "Graver now: high, exploited" in inbox.mails[1]["Subject"]
    assert inbox.mails[1]["Subject"].endswith("(overdue)")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # it is encrypted all the same
@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("from_file", [False, True])
def test_an_encrypted_server_with_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool, from_file: bool
) -> None:
    context, trusted = certificate(tmp_path)
    (tmp_path / "password").write_text("pässw0rd\n")
    monkeypatch.setenv("MAIL_PASSWORD", "pässw0rd")
    where = {"password_file": "password"} if from_file else {"password_env": "MAIL_PASSWORD"}
    with mail_server(context, implicit=implicit, password="pässw0rd") as inbox:  # noqa: S106 - of a test
        target = _target(
            inbox, tls="implicit" if implicit else "starttls", user="umbel", ca_file=str(trusted), **where
        )
        taken, pauses = _send(target, tmp_path)
        assert (len(taken), len(inbox.mails), pauses) == (1, 1, [])


def test_a_wrong_password_is_told_without_it_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", "s3cr3t")
    with mail_server(context, password="other") as inbox:  # noqa: S106 - of a test
        more = {"user": "umbel", "password_env": "MAIL_PASSWORD", "ca_file": str(trusted)}
        target = _target(inbox, tls="starttls", **more)
        with pytest.raises(Refused, match=r"didn't take user and password\.") as caught:
            _send(target, tmp_path)
    assert "s3cr3t" not in str(caught.value)
    assert not inbox.mails


def test_a_server_that_cannot_encrypt_or_is_not_trusted_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "s3cr3t")
    with mail_server() as inbox, pytest.raises(Refused, match="can't encrypt"):
        _send(_target(inbox, tls="starttls", user="u", password_env="MAIL_PASSWORD"), tmp_path)  # noqa: S106
    context, _ = certificate(tmp_path)
    for implicit in (False, True):
        with (
            mail_server(context, implicit=implicit) as inbox,
            pytest.raises(Refused, match="nobody here trusts"),
        ):
            _send(_target(inbox, tls="implicit" if implicit else "starttls"), tmp_path)
        assert not inbox.mails


def test_a_server_that_is_busy_is_asked_again_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with mail_server() as inbox:
        inbox.answers = ["451 later", "451 later"]
        taken, pauses = _send(_target(inbox), tmp_path, message(), message(alert("CVE-2026-0002")))
    assert (len(taken), len(inbox.mails), pauses) == (2, 2, [1.0, 2.0])


def test_one_refused_mail_does_not_keep_the_others(tmp_path: Path) -> None:
    taken: list[Message] = []
    with mail_server() as inbox:
        inbox.answers = ["554 no"]
        mail = Mail(_target(inbox), (), tmp_path, words=alert_text.words, digest=alert_text.digest)
        with pytest.raises(Refused, match=r"refused a mail \(554\)"):
            mail.send([message(), message(alert("CVE-2026-0002"))], taken.extend)
    assert [one.alert.what for one in taken] == ["CVE-2026-0002"]


def test_unknown_receivers(tmp_path: Path) -> None:
    with mail_server() as inbox:
        inbox.unknown = {"security@acme.example"}
        with pytest.raises(Refused, match="knows none"):
            _send(_target(inbox), tmp_path)
        taken: list[Message] = []
        target = _target(inbox, to=("security@acme.example", "dev@acme.example"))
        mail = Mail(target, (), tmp_path, words=alert_text.words, digest=alert_text.digest)
        with pytest.raises(
            Refused, match="refused 1 of 2 who"
        ):  # it isn't told again, and somebody must know
            mail.send([message()], taken.extend)
    assert (len(taken), inbox.to) == (1, [["dev@acme.example"]])


def test_nobody_there(tmp_path: Path) -> None:
    pauses: list[float] = []
    words: Sequence[Any] = (alert_text.words, alert_text.digest)
    mail = Mail(
        _target(free_port(), tries=3), (), tmp_path, words=words[0], digest=words[1], pause=pauses.append
    )
    with pytest.raises(Refused, match="refused the connection"):
        mail.send([message()], lambda _: None)
    assert pauses == [1.0, 2.0]


def test_a_secret_that_is_not_there_is_said(tmp_path: Path) -> None:
    for where in ({"password_env": "NOT_SET_HERE"}, {"password_file": "gone"}):
        with pytest.raises(Refused, match=r"NOT_SET_HERE|gone"):
            _send(_target(1, user="u", **where), tmp_path)
    assert smtplib.SMTP.debuglevel == 0  # it would tell passwords
