# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Asking servers politely: pooled connections, only what changed, back-off, bounds on everything.

A user's credential is sent only to the server that it is for, and never onwards over a redirect.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from email.utils import parsedate_to_datetime
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urljoin, urlsplit

from umbel.collect.registries.interface import LONGEST_BODY, Got, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from umbel.collect.registries.addresses import Address

PARALLEL = 8
"""Requests to one host at a time."""
TRIES = 5
LONGEST_WAIT = 60.0
"""A server that asks for more seconds than this is left for the next run."""
BODY_SECONDS = 180.0
_STALL_SECONDS = 30.0
_REDIRECTS = 5
_UNREACHED = 2
"""After so many requests in a row without any answer at all, a host counts as out of reach for this run."""
_LARGE = 8 << 20
_FEW = 2
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_PER_SECOND = 40.0
_log = logging.getLogger(__name__)


class Http:
    """Gets documents below addresses; from many threads. Close it, or use it in a `with` block.

    `credential` gives the value of an Authorization header for a URL, or None; `certificates` files of
    further authorities; `wait` sleeps.
    """

    def __init__(
        self,
        credential: Callable[[str], str | None] = lambda _: None,
        *,
        wait: Callable[[float], None] = time.sleep,
        certificates: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """Nothing is connected or read before it is asked for."""
        import httpx

        self._httpx = httpx
        self._credential = credential
        self._wait = wait
        self._certificates = certificates
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._large = threading.Semaphore(_FEW)
        self._made: httpx.Client | None = None

    @property
    def _client(self) -> httpx.Client:
        with self._lock:
            if self._made is None:
                many = self._httpx.Limits(
                    max_connections=PARALLEL * 8, max_keepalive_connections=PARALLEL * 4
                )
                self._made = self._httpx.Client(
                    verify=_trust(self._certificates()),
                    timeout=self._httpx.Timeout(_STALL_SECONDS, connect=10.0, pool=None),
                    limits=many,
                    headers={"User-Agent": _agent()},
                )
            return self._made

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back its connections."""
        if self._made is not None:
            self._made.close()

    def get(
        self,
        address: Address,
        path: str,
        *,
        accept: str = "application/json",
        validator: str | None = None,
        longest: int = LONGEST_BODY,
        per_second: float | None = None,
    ) -> Got:
        """One document, as `Fetch` says. Raises `Unanswered`."""
        url = path if "://" in path else f"{address.url.rstrip('/')}/{path}"
        headers = {"Accept": accept, **_conditions(validator)}
        for _ in range(_REDIRECTS + 1):
            host = self._host(url)
            request = partial(self._once, url, headers, longest)
            got = host.tried(request, per_second or _PER_SECOND)
            if isinstance(got, Got):
                return _compared(got, validator)
            url = _onwards(url, got)
        raise Unanswered("redirect", f"redirects in circles ({shown(url)})")

    def _host(self, url: str) -> _Host:
        parts = _parts(url)
        key = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        with self._lock:
            return self._hosts.setdefault(key, _Host(key, self._wait))

    def _once(self, url: str, headers: dict[str, str], longest: int) -> Got | str:
        """One request: an answer, or the address that it leads to. Raises `_Again`, `Unanswered`."""
        credential = self._credential(url)
        sent = {**headers, "Authorization": credential} if credential else headers
        try:
            # auth=None: httpx would make a header of user and password in an address
            with self._client.stream("GET", url, headers=sent, auth=None) as response:
                return self._read(url, response, longest)
        except self._httpx.TransportError as error:
            reached = isinstance(error, self._httpx.RemoteProtocolError | self._httpx.ReadError)
            raise _Again(_reason(error), reached=reached) from error
        except (self._httpx.InvalidURL, self._httpx.DecodingError, ValueError) as error:
            raise Unanswered("not-understood", f"{shown(url)}: {_reason(error)}") from error

    def _read(self, url: str, response: httpx.Response, longest: int) -> Got | str:
        status = response.status_code
        if status in {301, 302, 303, 307, 308} and response.headers.get("Location"):
            return str(response.headers["Location"])
        if status in _AGAIN:
            raise _Again(f"it answered {status}", after=_after(response.headers.get("Retry-After")))
        if status in {404, 410}:
            return Got(status=404, url=url)
        if status == 304:
            return Got(status=304, url=url)
        if status in {401, 403, 407}:
            message = (
                f"{_hostname(url)} refused it ({status}): does the client's configuration hold a credential?"
            )
            raise Unanswered("refused", message)
        if status != 200:
            raise Unanswered("refused", f"{_hostname(url)} answered {status}")
        body = self._body(url, response, longest)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Got(status=200, url=url, body=body, validator=_validator(response, body), content_type=kind)

    def _body(self, url: str, response: httpx.Response, longest: int) -> bytes:
        """The whole body within its bounds; of long ones only a few are held at a time."""
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and len(announced) < 19 and int(announced) > longest:
            raise _too_large(url, longest)
        until = time.monotonic() + BODY_SECONDS
        body, waiting = bytearray(), False
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > longest:
                    raise _too_large(url, longest)
                if time.monotonic() > until:
                    raise _Again("its answer came too slowly")
                if len(body) > _LARGE and not waiting:
                    waiting = self._large.acquire(timeout=BODY_SECONDS)
                    until += BODY_SECONDS
            return bytes(body)
        finally:
            if waiting:
                self._large.release()


class _Again(Exception):
    """It may go better next time."""

    def __init__(self, reason: str, after: float | None = None, *, reached: bool = True) -> None:
        super().__init__(reason)
        self.after = after
        self.reached = reached


class _Host:
    """One server: how many ask it at a time, how often, and whether it answers at all."""

    def __init__(self, name: str, wait: Callable[[float], None]) -> None:
        self._name = name
        self._wait = wait
        self._places = threading.BoundedSemaphore(PARALLEL)
        self._lock = threading.Lock()
        self._next = 0.0
        self._unreached = 0

    def tried(self, request: Callable[[], Got | str], per_second: float) -> Got | str:
        """What a request gives, tried again after a while where that makes sense. Raises `Unanswered`."""
        reason, reached = "", True
        for attempt in range(TRIES):
            self._turn(per_second)
            try:
                with self._places:
                    self._still_there()
                    answer = request()
            except _Again as again:
                reason, reached = str(again), again.reached
                pause = self._pause(again, attempt)
                _log.debug("%s: %s; again in %.1f s", self._name, reason, pause)
            else:
                self._unreached = 0
                return answer
        self._unreached += not reached
        raise Unanswered("unanswered", f"{self._name} gave no answer after {TRIES} tries: {reason}")

    def _turn(self, per_second: float) -> None:
        """Wait for one's turn: requests to a host keep a distance."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + 1 / per_second
        if start > now:
            self._wait(start - now)

    def _pause(self, again: _Again, attempt: int) -> float:
        """Hold back: what the server asks for holds for everybody, else each waits by chance."""
        if again.after is not None:
            if again.after > LONGEST_WAIT:
                message = f"{self._name} asks to wait {again.after:,.0f} s; the next run goes on"
                raise Unanswered("busy", message) from again
            with self._lock:
                self._next = max(self._next, time.monotonic() + again.after)
            return again.after
        if attempt == TRIES - 1:
            return 0.0
        pause = random.uniform(0.1, min(8.0, 0.4 * 2**attempt))  # noqa: S311 - jitter, no secret
        self._wait(pause)
        return pause

    def _still_there(self) -> None:
        if self._unreached >= _UNREACHED:
            raise Unanswered("out-of-reach", f"{self._name} is out of reach")


def shown(url: str) -> str:
    """An address that can be told: without user, password and what stands behind `?`."""
    parts = _parts(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]


def _parts(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise Unanswered("not-understood", "was led to something that is no address") from error


def _hostname(url: str) -> str:
    return str(_parts(url).netloc.rpartition("@")[2])


def _onwards(url: str, location: str) -> str:
    """Where a redirect leads: over https anywhere, otherwise to the same host only; no user or password."""
    try:
        target = _parts(urljoin(url, location))
        old = _parts(url)
        same = (target.hostname, target.port, target.scheme) == (old.hostname, old.port, old.scheme)
    except ValueError as error:
        raise Unanswered("redirect", "redirects to something that is no address") from error
    if target.scheme != "https" and not same:
        raise Unanswered(
            "redirect", f"{_hostname(url)} redirects to an unsafe address ({shown(target.geturl())})"
        )
    return str(target._replace(netloc=target.netloc.rpartition("@")[2], fragment="").geturl())


def _conditions(validator: str | None) -> dict[str, str]:
    """Headers that ask only for what changed."""
    kind, _, value = (validator or "").partition(":")
    name = {"etag": "If-None-Match", "date": "If-Modified-Since"}.get(kind)
    return {name: value} if name and value.isprintable() and value.isascii() else {}


def _validator(response: httpx.Response, body: bytes) -> str:
    """What to ask for changes by: an ETag or a date, else the body's own digest."""
    for kind, header in (("etag", "ETag"), ("date", "Last-Modified")):
        value = str(response.headers.get(header, ""))
        if value and len(value) <= 300 and value.isprintable() and value.isascii():
            return f"{kind}:{value}"
    return f"sha256:{sha256(body).hexdigest()}"


def _compared(got: Got, validator: str | None) -> Got:
    """An answer that equals the last one is no news, even if the server can't tell."""
    if got.status == 200 and validator and got.validator == validator:
        return Got(status=304, url=got.url)
    if got.status == 304 and not _conditions(validator):
        raise Unanswered("not-understood", f"{shown(got.url)} answered 304 to a plain request")
    return got


def _after(text: str | None) -> float | None:
    """Seconds of a Retry-After: a number, or a date."""
    if not text:
        return None
    if text.strip().isdecimal() and len(text) < 12:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _too_large(url: str, longest: int) -> Unanswered:
    return Unanswered("too-large", f"{shown(url)} has more than {longest >> 20:,} MB")


def _reason(error: Exception) -> str:
    """Why, in one line; what an error says of an address is left out."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:120]}" if said and "://" not in said else type(error).__name__


@cache
def _trust(certificates: tuple[str, ...]) -> Any:
    """Whom to trust: the system's and the usual authorities, and those of the clients' configuration."""
    import os
    import ssl

    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        import certifi

        context.load_verify_locations(certifi.where())
    for file in certificates:
        try:
            context.load_verify_locations(file)
        except (OSError, ssl.SSLError):
            _log.warning("the certificates that a client's configuration names can't be read")
    return context


def _agent() -> str:
    from umbel._version import __version__

    return f"umbel/{__version__}"


def escaped(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")
