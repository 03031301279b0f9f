# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Posts, taken by a real server on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests.policy.alerting.alerts import alert, message
from tests.policy.alerting.servers import Posted, certificate, free_port, web_server
from umbel.model.alert_settings import AlertTarget
from umbel.policy.alerting.delivery import Message, Refused
from umbel.policy.alerting.webhook import Webhook
from umbel.reports.alert_text import payload

if TYPE_CHECKING:
    from pathlib import Path


def _send(
    where: Posted | str, folder: Path, *messages: Message, **more: Any
) -> tuple[list[Message], list[float]]:
    url = where if isinstance(where, str) else where.url
    given: dict[str, Any] = {"kind": "webhook", "url": url, "timeout": 2}
    if "url_env" in more:
        del given["url"]
    taken: list[Message] = []
    pauses: list[float] = []
    hook = Webhook(
        AlertTarget(**(given | more)),
        folder,
        payload=payload,
        pause=pauses.append,
        clock=lambda: 1234567890.5,
    )
    hook.send(messages or [message()], taken.extend)
    return taken, pauses


def test_a_post_is_json_with_a_key_that_stays(tmp_path: Path) -> None:
    with web_server() as web:
        _send(web, tmp_path)
        _send(web, tmp_path)
    (headers, body), (again, _) = web.requests
    told = json.loads(body)
    assert (told["type"], told["alert"]["what"], told["alert"]["product"]) == (
        "alert.raised",
        "CVE-2026-0001",
        "Shop",
    )
    assert told["subject"] == "[Shop] high: CVE-2026-0001 in left-pad, until 2026-03-21"
    assert headers["idempotency-key"] == again["idempotency-key"] == told["key"]
    assert headers["content-type"] == "application/json"
    assert "x-umbel-signature" not in headers


def test_it_is_signed_with_a_secret_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s3cr3t")
    (tmp_path / "token").write_text("t0ken\nsecond line")
    with web_server() as web:
        _send(web, tmp_path, secret_env="HOOK_SECRET", token_file="token")  # noqa: S106 - of a test
    ((headers, body),) = web.requests
    mark = hmac.new(b"s3cr3t", b"1234567890." + body, hashlib.sha256).hexdigest()
    assert headers["x-umbel-signature"] == f"t=1234567890,v1={mark}"
    assert headers["authorization"] == "Bearer t0ken"


def test_it_is_tried_again_where_that_may_help(tmp_path: Path) -> None:
    with web_server() as web:
        web.answers = [500, 503]
        assert _send(web, tmp_path) == ([message()], [1.0, 2.0])
        assert len({headers["idempotency-key"] for headers, _ in web.requests}) == 1
        web.answers = [429]
        web.headers = {"Retry-After": "7"}
        assert _send(web, tmp_path)[1] == [7.0]
        web.answers = [429]
        web.headers = {"Retry-After": "999999"}
        assert _send(web, tmp_path)[1] == [60.0]


def test_it_gives_up(tmp_path: Path) -> None:
    with web_server() as web:
        web.answers = [500] * 9
        with pytest.raises(Refused, match=r"^127\.0\.0\.1 answered 500\.$"):
            _send(web, tmp_path)
    assert len(web.requests) == 4


@pytest.mark.parametrize("status", [301, 401, 404])
def test_an_address_that_is_wrong_is_asked_once(tmp_path: Path, status: int) -> None:
    with web_server() as web:
        web.answers = [status]
        web.headers = {"Location": "http://127.0.0.1:1/elsewhere"}
        with pytest.raises(Refused, match=f"answered {status}"):
            _send(web, tmp_path, message(), message(alert("CVE-2026-0002")))
    assert len(web.requests) == 1


def test_one_message_that_is_refused_does_not_keep_the_others(tmp_path: Path) -> None:
    taken: list[Message] = []
    with web_server() as web:
        web.answers = [422, 200]
        hook = Webhook(AlertTarget(kind="webhook", url=web.url), tmp_path, payload=payload)
        with pytest.raises(Refused, match=r"answered 422\. \(1 of 2\)"):
            hook.send([message(), message(alert("CVE-2026-0002"))], taken.extend)
    assert [one.alert.what for one in taken] == ["CVE-2026-0002"]


def test_a_server_that_says_nothing(tmp_path: Path) -> None:
    with web_server() as web:
        web.answers = [None]
        with pytest.raises(Refused, match="didn't answer within 1 seconds"):
            _send(web, tmp_path, timeout=1, tries=1)


def test_nobody_there_and_no_secret_in_words_or_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:{free_port()}/s3cr3t")
    monkeypatch.setenv("TOKEN", "t0ken")
    with pytest.raises(Refused, match="can't be reached") as caught:
        _send("", tmp_path, url_env="HOOK", token_env="TOKEN")  # noqa: S106 - of a test
    with web_server() as web:
        monkeypatch.setenv("HOOK", web.url)
        _send("", tmp_path, url_env="HOOK", token_env="TOKEN")  # noqa: S106
    monkeypatch.setenv("HOOK", "no address s3cr3t")
    with pytest.raises(Refused) as wrong:
        _send("", tmp_path, url_env="HOOK")
    said = caplog.text + str(caught.value) + str(wrong.value)
    assert "s3cr3t" not in said
    assert "t0ken" not in said


def test_only_who_is_trusted(tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    with web_server(context) as web:
        with pytest.raises(Refused, match="nobody here trusts"):
            _send(web, tmp_path, tries=1)
        assert not web.requests
        assert len(_send(web, tmp_path, ca_file=str(trusted))[0]) == 1


def test_hostile_names_stay_in_the_body(tmp_path: Path) -> None:
    told = alert("CVE\r\nX-Evil: 1", product="a\r\nb: c", title="\x1b[31m\u202e\0")
    with web_server() as web:
        _send(web, tmp_path, message(told))
    ((headers, body),) = web.requests
    assert "x-evil" not in headers
    assert json.loads(body)["alert"]["what"] == "CVE\r\nX-Evil: 1"
