# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts as JSON to an address: signed where a secret is set, tried again where that may help."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from umbel.policy.alerting.delivery import Message, Refused
from umbel.policy.alerting.secret import secret, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import httpx

    from umbel.model.alert_settings import AlertTarget

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_ITS_OWN = frozenset({400, 413, 415, 422})
"""Answers that speak of one message; others speak of the address."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


class Webhook:
    """One address that takes a POST for each alert."""

    def __init__(
        self,
        target: AlertTarget,
        folder: Path,
        *,
        payload: Callable[[Message], dict[str, Any]],
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`payload` makes the JSON of a message."""
        self._target = target
        self._folder = folder
        self._payload = payload
        self._pause = pause
        self._clock = clock

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:
        """One POST each, in their order."""
        import httpx

        logging.getLogger("httpx").setLevel(
            logging.WARNING
        )  # it tells whole addresses, and ours may be secret
        target = self._target
        url = target.url or secret(self._folder, target.url_env, None) or ""
        token = secret(self._folder, target.token_env, target.token_file)
        key = secret(self._folder, target.secret_env, target.secret_file)
        host = _host(url)
        headers = {"Content-Type": "application/json", "User-Agent": "umbel"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        refused: list[str] = []
        context = trust(self._folder, target.ca_file)
        with httpx.Client(timeout=target.timeout, verify=context, headers=headers) as client:
            for message in messages:
                try:
                    self._post(client, (url, host), message, key)
                except Refused as error:
                    if not error.alone:
                        raise
                    refused.append(str(error))
                else:
                    taken([message])
        if refused:
            raise Refused(f"{refused[0]} ({len(refused)} of {len(messages)})", alone=True)

    def _post(self, client: httpx.Client, where: tuple[str, str], message: Message, key: str | None) -> None:
        import httpx

        url, host = where
        body = msgspec.json.encode(self._payload(message))
        wait = _FIRST_PAUSE
        for left in range(self._target.tries - 1, -1, -1):
            asked = None
            try:
                headers = {"Idempotency-Key": message.key, **self._signed(body, key)}
                with client.stream("POST", url, content=body, headers=headers) as answer:
                    status, asked = answer.status_code, answer.headers.get("Retry-After")
            except httpx.InvalidURL as error:
                raise Refused("Its address is none.") from error
            except httpx.HTTPError as error:
                said = _words(error, host, self._target.timeout)
            else:
                if 200 <= status < 300:
                    return
                said = f"{host} answered {status}."
                if status not in _AGAIN:
                    raise Refused(said, alone=status in _ITS_OWN)
            if not left:
                raise Refused(said)
            self._pause(min(_seconds(asked) or wait, _LONGEST_PAUSE))
            wait *= 2

    def _signed(self, body: bytes, key: str | None) -> dict[str, str]:
        """Time and body, signed: a receiver can tell that they are ours, and not from last year."""
        if key is None:
            return {}
        at = str(int(self._clock()))
        mark = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Umbel-Signature": f"t={at},v1={mark}"}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "The address"
    except ValueError:
        return "The address"


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 7 else None


def _words(error: httpx.HTTPError, host: str, timeout: int) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return f"{host} didn't answer within {timeout} seconds."
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"{host} has a certificate that nobody here trusts."
    return f"{host} can't be reached ({type(error).__name__})."
