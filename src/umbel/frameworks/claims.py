# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements that a person attests: shared by practices of several frameworks, so that they are asked once.

The shipped ones stand in `data/claims.toml`; a workspace adds its own in `frameworks/claims.toml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.policy.records import Say

FILE = Path(__file__).parent / "data" / "claims.toml"
OWN = "claims.toml"
"""The file in a workspace's `frameworks/` folder."""
SLUG = r"[a-z0-9][a-z0-9-]{0,63}"
LONGEST_MONTHS = 120


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement that a person attests: the question, what counts as proof, how many months an answer lasts."""

    id: str
    question: str
    proof: str
    expires: int = 12


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    claims: tuple[Claim, ...] = ()


@cache
def shipped() -> dict[str, Claim]:
    """The shared statements that come with Umbel, by id. Raises `SettingsError`."""
    return {each.id: each for each in records.load(FILE, Claims, meaning).claims}


def of(folder: Path | None) -> dict[str, Claim]:
    """Those of a workspace's `frameworks/` folder beside the shipped ones. Raises `SettingsError` with every fault."""
    if folder is None:
        return shipped()
    own = records.load(folder / OWN, Claims, _own).claims
    return shipped() | {each.id: each for each in own}


def meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: ids are slugs and unique, texts aren't empty, months are some."""
    import re

    seen: set[str] = set()
    entries = data.get("claims")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        name = entry.get("id")
        if isinstance(name, str):
            if not re.fullmatch(SLUG, name):
                say(("claims", index, "id"), f"{name[:80]!r} must be small letters, digits and dashes")
            if name in seen:
                say(("claims", index, "id"), f"{name!r} is used twice")
            seen.add(name)
        for key in ("question", "proof"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                say(("claims", index, key), "is empty")
        months = entry.get("expires", 12)
        if type(months) is int and not 1 <= months <= LONGEST_MONTHS:
            say(("claims", index, "expires"), f"must be 1 to {LONGEST_MONTHS} months")


def _own(data: Mapping[str, Any], say: Say) -> None:
    meaning(data, say)
    entries = data.get("claims")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict) and entry.get("id") in shipped():
            say(("claims", index, "id"), f"{entry['id']!r} comes with Umbel: take another id")
