# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Foreign values made plain: texts of bounded length, addresses, moments. What is none becomes None."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.collect.registries.interface import Unanswered

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
LONGEST_TEXT = 4000
LONGEST_ADDRESS = 2000
LONGEST_LICENSE = 300
_USER = re.compile(r"(?<=://)[^/@\s]*@")
_LINKS = 20


def decode(body: bytes, kind: type[T], place: str = "") -> T:
    """JSON as a typed record. Raises `Unanswered` with what is wrong in it."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unanswered(
            "not-understood", f"answered with something else: {str(error)[:150]}", place
        ) from error


def piece(raw: msgspec.Raw, kind: type[T]) -> T | None:
    """One record of many; None if it isn't what it should be, which costs only itself."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def text(value: Any, longest: int = LONGEST_TEXT) -> str | None:
    """A text with something in it, cut at its longest."""
    if not isinstance(value, str):
        return None
    value = value[: longest + 100].encode("utf-8", "replace").decode().replace("\0", "").strip()
    return (value if len(value) <= longest else value[: longest - 1] + "…") or None


def url(value: Any) -> str | None:
    """An address, without user and password; too long a one is none."""
    found = text(value, LONGEST_ADDRESS)
    return None if found is None or found.endswith("…") else _USER.sub("", found)


def urls(values: Iterable[Any]) -> tuple[str, ...]:
    """The addresses among some values, each once."""
    found = dict.fromkeys(each for each in map(url, values) if each)
    return tuple(found)[:_LINKS]


def moment(value: Any) -> datetime | None:
    """A time in UTC, of ISO 8601."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def of_epoch(value: Any) -> datetime | None:
    """A time in UTC, of milliseconds since 1970."""
    if type(value) is not int:
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def table(value: Any) -> dict[Any, Any]:
    """A table, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []
