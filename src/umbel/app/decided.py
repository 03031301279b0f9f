# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The decisions of a workspace in one list: every dated record of `decisions/` that isn't about persons.

Each kind of record is checked by its own part of Umbel when it is used; here they are only told.
"""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

from umbel.model.errors import UsageError
from umbel.policy.records import LARGEST
from umbel.reports.documents.review_facts import Taken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "decisions"
_PRIVATE = frozenset({"people", "stakeholders"})
"""Files that speak of persons: they are told nowhere but to the office."""
_KINDS = {
    ("exceptions", "exceptions"): ("exception", "rule"),
    ("licenses", "conclude"): ("licence concluded", "license"),
    ("licenses", "choose"): ("licence chosen", "chosen"),
    ("evaluations", "evaluations"): ("adoption", "ring"),
    ("strategy", "opinion"): ("opinion", "part"),
    ("strategy", "stance"): ("stance", "stance"),
    ("control", "holder"): ("who holds it", "kind"),
    ("end-of-life", "plans"): ("end-of-life plan", "until"),
    ("contributions", "contribution"): ("contribution", "goal"),
    ("contributions", "review"): ("look back at a contribution", "state"),
    ("owners", "answer"): ("a product owner's word", "without"),
    ("published", "published"): ("publication", "project"),
    ("goals", "goals"): ("goal", "statement"),
    ("attestations", "attestations"): ("attestation", "says"),
    ("office", "mandate"): ("mandate", "statement"),
    ("office", "budget"): ("budget", "line"),
    ("office", "pilots"): ("pilot", "scope"),
}
"""By file and table: what to call it, and the key that says what was decided."""
_ABOUT = (
    "package", "project", "contribution", "software", "claim", "name", "id", "product", "line", "sponsor",
)  # fmt: skip


def decided(folder: Path, since: date, until: date) -> list[Taken]:
    """The records of some days (both included), oldest first. Raises `UsageError` for a file that can't be read."""
    found = [each for path in sorted((folder / FOLDER).glob("*.toml")) for each in _of_file(path)]
    return sorted((each for each in found if since <= each.day <= until), key=lambda each: each.day)


def _of_file(path: Path) -> Iterator[Taken]:
    if path.stem in _PRIVATE:
        return
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST >> 20} MiB.")
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} can't be read: {error}.") from error
    for table, entries in data.items():
        kind, key = _KINDS.get((path.stem, table), ("", ""))
        if kind and isinstance(entries, list):
            yield from (_taken(kind, key, each) for each in entries if _is_dated(each))


def _is_dated(entry: Any) -> bool:
    return isinstance(entry, dict) and type(entry.get("decided")) is date


def _taken(kind: str, key: str, entry: dict[str, Any]) -> Taken:
    about = next((str(entry[name]) for name in _ABOUT if isinstance(entry.get(name), str)), "")
    what = _what(key, entry)
    return Taken(
        day=entry["decided"],
        kind=kind,
        about=about,
        what="" if what == about else what,
        by=str(entry.get("by") or entry.get("owner") or ""),
        reason=str(entry.get("reason") or entry.get("found") or entry.get("mitigation") or ""),
    )


def _what(key: str, entry: dict[str, Any]) -> str:
    """What was decided, in a word or two."""
    value = entry.get(key)
    if key == "part":
        return f"{value} {entry.get('value')}"
    if key == "until" and value is not None:
        target = entry.get("replacement")
        return f"{target} by {value}" if target else f"by {value}"
    if key == "rule":
        return f"{value}, until {entry.get('until')}"
    return "" if value is None else str(value)
