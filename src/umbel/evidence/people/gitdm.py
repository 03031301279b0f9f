# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Affiliations as gitdm and the CNCF keep them: domain-map, email-map, developers_affiliations*.txt.

A map has a domain or address, an organisation, and `< 2015-01-01` for how long it held. An
affiliations file has a person's addresses (`!` for @) and under them, set in, their organisations:

    jo: jo!acme.example, jo!old.example
        Old from 2012-01-01 until 2015-01-01
        Acme from 2015-01-01

Source: https://github.com/cncf/gitdm.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from umbel.evidence.people.imported import Row
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAP = re.compile(r"(\S+)\s+([^<\s].*?)(?:\s*<\s*(\d{4}-\d{2}-\d{2}))?\s*$")
_WORK = re.compile(
    r"(.+?)(?:\s+from\s+(\d{4}-\d{2}-\d{2}))?(?:\s+until\s+(\d{4}-\d{2}-\d{2}))?\s*$", re.IGNORECASE
)
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
_LONGEST = 2000


def read(lines: Iterable[str]) -> tuple[list[Row], list[Fault]]:
    """The rows of any of the files, and what is wrong with its lines."""
    rows: list[Row] = []
    faults: list[Fault] = []
    people: list[str] = []
    works: list[tuple[str, date | None, date | None]] = []
    until: dict[str, date | None] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            if line[0] in "\t " and people:
                works.append(_work(text))
            elif _is_person(text):
                rows += _of_person(people, works)
                people, works = _addresses(text), []
            else:
                rows += _of_person(people, works)
                people, works = [], []
                rows.append(_mapped(text, until))
        except ValueError as error:
            faults.append(Fault("affiliation", str(error), f"line {number}"))
    return rows + _of_person(people, works), faults


def _is_person(text: str) -> bool:
    name, colon, rest = text.partition(": ")
    return bool(colon) and "!" in rest and "!" not in name


def _addresses(text: str) -> list[str]:
    written = text[:100_000].rpartition(": ")[2].split(",")
    return [one.strip().replace("!", "@").casefold() for one in written if "!" in one]


def _work(text: str) -> tuple[str, date | None, date | None]:
    found = _WORK.fullmatch(text[:_LONGEST])
    if not found:
        raise ValueError("names no organisation")
    since, until = (date.fromisoformat(day) if day else None for day in (found[2], found[3]))
    return found[1], since, until


def _of_person(people: Sequence[str], works: Sequence[tuple[str, date | None, date | None]]) -> list[Row]:
    """Each organisation begins where the one before ended, unless the file says when."""
    spans = []
    begin: date | None = None
    for organisation, since, until in works:
        spans.append((since or begin, until, organisation))
        begin = until
    return [
        Row("address", address, since, until, organisation)
        for address in people
        for since, until, organisation in spans
        if since is None or until is None or since < until
    ]


def _mapped(text: str, until: dict[str, date | None]) -> Row:
    found = _MAP.fullmatch(text[:_LONGEST])
    if not found:
        raise ValueError("must be a domain or address, and an organisation")
    key = found[1].casefold().replace("!", "@")
    end = date.fromisoformat(found[3]) if found[3] else None
    since = until.get(key)
    until[key] = end
    if "@" in key:
        return Row("address", key, since, end, found[2])
    if not _HOST.fullmatch(key):
        raise ValueError(f"{key[:60]!r} is no domain")
    return Row("domain", key, since, end, found[2])
