# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A policy by its address: fetched within bounds, and kept in the user's cache for when the office is away.

The token is taken from `UMBEL_TOKEN` or the file that `UMBEL_TOKEN_FILE` names, and goes to an address that somebody
gave on the command line, or to the office that `UMBEL_OFFICE` names: a policy file that comes with a pull request can
name any address, and must not be handed the token there.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import msgspec

from umbel.model.errors import EvidenceError, UsageError
from umbel.model.settings import SettingsError
from umbel.policy import file, files

if TYPE_CHECKING:
    import httpx

TOKEN, TOKEN_FILE, OFFICE = "UMBEL_TOKEN", "UMBEL_TOKEN_FILE", "UMBEL_OFFICE"
SECONDS = 30.0
"""The longest that one answer may take in all."""
_CONNECT, _STALL = 5.0, 10.0
_TRIES, _PAUSE = 2, 0.5
_AWAY = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_TOKEN = 4096
_LONGEST_ETAG = 300


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What an address last gave, and when the office last said that it still holds."""

    url: str
    text: str
    checked_at: datetime
    etag: str | None = None


class _AwayError(Exception):
    """The office gave no answer that can be used now; its words say why."""


def load(url: str, *, named_by: Path | None = None, now: datetime | None = None) -> file.Said:
    """The policy at an address, else the kept one where the office is away; `notes` says so.

    `named_by` is the file that names it, None where a person did. Raises `UsageError` for an address that isn't safe
    or refuses; `EvidenceError` if the office is away and nothing was ever kept.
    """
    parts = _checked(url)
    moment = now or datetime.now(UTC)
    place = _place(url)
    kept = _kept(place, url)
    try:
        text, etag = _fetch(parts, kept, _token(parts, named_by))
    except _AwayError as error:
        if kept is None:
            hint = "It was never fetched here, so there is no copy to judge by."
            raise EvidenceError(f"No policy came from {_shown(parts)}: {error}.", hint) from error
        note = (
            f"{_shown(parts)} can't be asked ({error}): judged by the copy of {_age(kept.checked_at, moment)}"
        )
        return _named(_parsed(kept.text, parts), parts, note)
    said = _parsed(text, parts)
    _keep(place, _Kept(url=url, text=text, checked_at=moment, etag=etag))
    return _named(said, parts, None)


def _named(said: file.Said, parts: SplitResult, note: str | None) -> file.Said:
    notes = (*said.notes, note) if note else said.notes
    return msgspec.structs.replace(said, source=_shown(parts), notes=notes)


def _parsed(text: str, parts: SplitResult) -> file.Said:
    try:
        return file.parse(text, Path("policy.toml"))
    except SettingsError as error:
        first = error.faults[0]
        raise UsageError(
            f"What {_shown(parts)} gave is no policy: {first.place}: {first.message}"[:400],
            "The address of an office's policy ends in /api/v1/policy.",
        ) from error


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(
            "The policy's address can't be read.", "Write it as https://host/api/v1/policy"
        ) from error
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"The policy's address holds a user or password: put the token in {TOKEN} instead.")
    if not host or not url.isprintable() or " " in url:
        raise UsageError("The policy's address can't be read.", "Write it as https://host/api/v1/policy")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise UsageError(
            f"{_shown(parts)} isn't safe: a policy is fetched by https, or by http from this machine."
        )
    return parts._replace(fragment="")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(parts: SplitResult) -> str:
    """An address that can be told: nothing that stands behind `?`."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]


def _token(parts: SplitResult, named_by: Path | None) -> str | None:
    if named_by is not None and _origin(parts) != _origin(urlsplit(os.environ.get(OFFICE, ""))):
        return None
    token = os.environ.get(TOKEN, "").strip()
    path = os.environ.get(TOKEN_FILE)
    if not token and path:
        try:
            with Path(path).open("rb") as opened:
                token = opened.read(_LONGEST_TOKEN + 1).decode("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The file that {TOKEN_FILE} names can't be read.") from error
    if not token:
        return None
    if len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("The token can't be one: it holds spaces, or signs that no token has.")
    return token


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    try:
        return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", None, None


def _fetch(parts: SplitResult, kept: _Kept | None, token: str | None) -> tuple[str, str | None]:
    """The text and its ETag, tried twice. Raises `_AwayError`; `UsageError` where the office refuses."""
    import httpx

    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells whole addresses
    headers = {
        "Accept": "application/toml, text/plain;q=0.5",
        "Accept-Encoding": "identity",
        "User-Agent": "umbel",
    }
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if kept is not None and kept.etag is not None:
        headers["If-None-Match"] = kept.etag
    # What is asked of this machine must not be handed to a proxy, with the token.
    client = httpx.Client(
        timeout=httpx.Timeout(_STALL, connect=_CONNECT), headers=headers, trust_env=parts.scheme == "https"
    )
    until = time.monotonic() + SECONDS
    with client:
        for left in range(_TRIES - 1, -1, -1):
            try:
                with client.stream("GET", parts.geturl()) as response:
                    return _answer(response, parts, kept, until)
            except (httpx.TransportError, httpx.DecodingError) as error:
                why = _why(error)
            except _AwayError as error:
                why = str(error)
            except httpx.InvalidURL as error:
                raise UsageError("The policy's address can't be read.") from error
            if not left or time.monotonic() > until:
                break
            time.sleep(_PAUSE)
    raise _AwayError(why)


def _answer(
    response: httpx.Response, parts: SplitResult, kept: _Kept | None, until: float
) -> tuple[str, str | None]:
    status = response.status_code
    if status == 304 and kept is not None:
        return kept.text, kept.etag
    if status in _AWAY:
        raise _AwayError(f"it answered {status}")
    if status in {401, 403}:
        hint = f"Put a token that may read it in {TOKEN}, or in a file that {TOKEN_FILE} names"
        raise UsageError(
            f"{_shown(parts)} refused ({status}).", f"{hint}; of an address in a file also set {OFFICE}."
        )
    if 300 <= status < 400:
        raise UsageError(f"{_shown(parts)} leads elsewhere ({status}): give the address that it leads to.")
    if status != 200:
        raise UsageError(f"{_shown(parts)} answered {status}: there is no policy.")
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > file.LARGEST:
            raise UsageError(
                f"What {_shown(parts)} gives is larger than a policy can be ({file.LARGEST:,} bytes)."
            )
        if time.monotonic() > until:
            raise _AwayError(f"its answer took longer than {SECONDS:.0f} s")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"What {_shown(parts)} gives is no UTF-8 text.") from error
    etag = response.headers.get("ETag", "")
    usable = 0 < len(etag) <= _LONGEST_ETAG and etag.isascii() and etag.isprintable()
    return text, etag if usable else None


def _why(error: Exception) -> str:
    """Why nothing came, in few words; what an error says of an address is left out."""
    name = type(error).__name__
    if "Timeout" in name:
        return "it didn't answer in time"
    said = " ".join(str(error).split())
    return said[:120] if said and "://" not in said else name


def _place(url: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    chosen = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return chosen / "umbel" / "policies" / f"{hashlib.blake2b(url.encode(), digest_size=16).hexdigest()}.json"


def _kept(place: Path, url: str) -> _Kept | None:
    """What was kept of an address; a file that is damaged is as good as none."""
    try:
        if place.stat().st_size > 2 * file.LARGEST:
            return None
        found = msgspec.json.decode(place.read_bytes(), type=_Kept)
    except (OSError, ValueError, RecursionError):
        return None
    return found if found.url == url and found.checked_at.tzinfo is not None else None


def _keep(place: Path, kept: _Kept) -> None:
    # A cache that can't be written costs the copy, not the answer.
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(place, msgspec.json.encode(kept))


def _age(then: datetime, now: datetime) -> str:
    """`2026-11-20 14:03 UTC, 3 hours old`."""
    seconds = max(int((now - then).total_seconds()), 0)
    for length, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            number = seconds // length
            return f"{then:%Y-%m-%d %H:%M} UTC, {number:,} {word if number == 1 else word + 's'} old"
    return f"{then:%Y-%m-%d %H:%M} UTC, less than a minute old"
