# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names that people give, and what they mean: days, packages, projects, products."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase, translate
from typing import TYPE_CHECKING, Any

from umbel.model.days import end_of
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from umbel.model.settings import Product


def moment(text: str) -> datetime:
    """The end of a day (`2024-03-01`), or a time (`2024-03-01T12:00:00+01:00`; UTC if not said).

    Raises `UsageError` for anything else.
    """
    try:
        if len(text) == len("2024-03-01"):
            return end_of(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2024-03-01 or 2024-03-01T12:00.") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def members(product: Product, known: Iterable[str]) -> list[str]:
    """The known projects that a product's patterns name (whole name, or its end after a slash)."""
    return list(filter(matcher(product.projects), known))


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """What tells whether any of a product's patterns names a project; made once for many projects.

    >>> list(filter(matcher(["acme/*", "shop"]), ["acme/a", "github.com/acme/b", "github.com/x/shop", "shopping"]))
    ['acme/a', 'github.com/acme/b', 'github.com/x/shop']
    """
    ways = [translate(way) for pattern in patterns for way in (pattern, f"*/{pattern}")]
    if not ways:
        return lambda _: False
    named = re.compile("|".join(ways)).match
    return lambda project: named(project) is not None


def matches(pattern: str, project: str) -> bool:
    """Whether a pattern of a product names a project."""
    return fnmatchcase(project, pattern) or fnmatchcase(project, f"*/{pattern}")


def one_of(name: str, known: Sequence[str]) -> str:
    """The known project that a name, or the end of one, means. Raises `UsageError`."""
    if name in known:
        return name
    close = [
        p for p in known if p.casefold().endswith("/" + name.casefold()) or p.casefold() == name.casefold()
    ]
    if len(close) == 1:
        return close[0]
    if close:
        raise UsageError(f"{name!r} names {len(close)} projects: {', '.join(close[:5])}.", "Give more of it.")
    raise UsageError(f"There is no project {name!r}.", did_you_mean(name, known))


def beside(folder: Path, path: str) -> str:
    """A path of the settings, relative to their file; an address stays as it is."""
    return path if "://" in path else str(folder / path)


def must_exist(paths: Iterable[Path]) -> None:
    """Raise `UsageError` for a path where nothing lies."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")


def query_of(text: str) -> Any:
    """A package as a person names it (`umbel.model.purl.Query`). Raises `UsageError`."""
    from umbel.model import purl

    try:
        return purl.parse_query(text)
    except ValueError as error:
        raise UsageError(f"{text!r} names no package: {error}.") from error


def is_day(text: str) -> bool:
    """Whether a text begins with a day and is nothing else but it, or a time on it."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) == 10 or text[10:11] in {"T", " "}


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A hint at the nearest names."""
    import difflib

    close = difflib.get_close_matches(name, known, 3, 0.5)
    return f"Did you mean {' or '.join(close)}?" if close else "umbel coverage lists them."
