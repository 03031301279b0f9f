# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a review that were gathered before, for as long as nothing that they stand on has changed.

As with readings (`umbel.frameworks.indicators.cache`) the key is a digest of everything, and a file that is damaged,
too large or of another key is as none.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from umbel.reports.documents.review_facts import Facts, Gap

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".umbel/cache/reviews"
MOST_FILES = 12
LARGEST = 64 << 20


class _Kept(msgspec.Struct, frozen=True):
    """`known` and `gaps` are the fields of `Facts`: what is known by its type, and what isn't."""

    key: str
    known: dict[str, msgspec.Raw]
    gaps: dict[str, Gap]


def load(folder: Path, key: str) -> Facts | None:
    """What is kept under a key; None where the file is missing, damaged or of something else."""
    path = _path(folder, key)
    try:
        if path.stat().st_size > LARGEST:
            return None
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        if kept.key != key:
            return None
        types = {each.name: _known(each.type) for each in msgspec.structs.fields(Facts)}
        known = {name: msgspec.json.decode(raw, type=types[name]) for name, raw in kept.known.items()}
        fields: dict[str, Any] = {**known, **kept.gaps}
        return Facts(**fields)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
        return None


def store(folder: Path, key: str, facts: Facts) -> None:
    """Keep facts. Never raises: a folder that can't be written costs time, nothing else."""
    from umbel.policy import files

    told = {each: getattr(facts, each) for each in Facts.__struct_fields__}
    gaps = {name: value for name, value in told.items() if isinstance(value, Gap)}
    with suppress(OSError, TypeError, ValueError):
        known = {n: msgspec.Raw(msgspec.json.encode(v)) for n, v in told.items() if n not in gaps}
        content = msgspec.json.encode(_Kept(key, known, gaps))
        if len(content) > LARGEST:
            return
        files.replace(_path(folder, key), content)
        held = sorted((folder / FOLDER).iterdir(), key=lambda path: -path.stat().st_mtime_ns)
        for path in held[MOST_FILES:]:
            path.unlink(missing_ok=True)


def _known(kind: Any) -> Any:
    """A field's type where it is known."""
    return next((each for each in get_args(kind) if each is not Gap), kind) if Gap in get_args(kind) else kind


def _path(folder: Path, key: str) -> Path:
    return folder / FOLDER / f"{key[:40]}.json"
