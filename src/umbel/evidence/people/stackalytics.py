# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Affiliations as Stackalytics keeps them: `default_data.json`, with companies and users.

A company has domains; a user has e-mail addresses and companies, each until a day (`end_date`, null
for today). Source: https://opendev.org/x/stackalytics.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from umbel.evidence.people.imported import Row
from umbel.model.errors import Fault

_DATE = re.compile(r"(\d{4})-(?:(\d{1,2})|([A-Z][a-z]{2}))-(\d{1,2})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read(content: bytes) -> tuple[list[Row], list[Fault]]:
    """The rows of a file, and what is wrong with its parts."""
    try:
        data = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        return [], [Fault("json", f"is no JSON: {error}", "the file")]
    if not isinstance(data, dict):
        return [], [Fault("affiliation", "must be an object with companies and users", "$")]
    rows: list[Row] = []
    faults: list[Fault] = []
    for group, reader in (("companies", _company), ("users", _user)):
        for index, item in enumerate(_list(data.get(group))):
            try:
                rows += reader(item)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                faults.append(Fault("affiliation", _sentence(error), f"$.{group}[{index}]"))
    return rows, faults


def _sentence(error: Exception) -> str:
    if isinstance(error, ValueError):
        return str(error)
    return f"lacks {error}" if isinstance(error, KeyError) else "isn't written as it should be"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _company(item: dict[str, Any]) -> list[Row]:
    name = _text(item["company_name"])
    domains = [_text(domain) for domain in _list(item.get("domains"))]
    return [Row("domain", domain.strip(), None, None, name) for domain in domains if domain.strip()]


def _user(item: dict[str, Any]) -> list[Row]:
    emails = [_text(email).replace("!", "@") for email in _list(item.get("emails"))]
    rows: list[Row] = []
    since: date | None = None
    for company in sorted(_list(item.get("companies")), key=_end):
        until = _day(company.get("end_date"))
        name = _text(company["company_name"])
        rows += [Row("address", email, since, until, name) for email in emails if "@" in email]
        since = until
    return rows


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _end(company: dict[str, Any]) -> tuple[bool, date]:
    day = _day(company.get("end_date"))
    return day is None, day or date.min


def _day(value: Any) -> date | None:
    """A day as it is written there: `2015-Jan-31`, `2015-01-31`, or seconds since 1970."""
    if not value:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC).date()
        except (OverflowError, OSError) as error:
            raise ValueError(f"{value} is no time") from error
    found = _DATE.fullmatch(_text(value).strip())
    if not found or (found[3] and found[3] not in _MONTHS):
        raise ValueError(f"{value[:40]!r} is no day")
    month = int(found[2]) if found[2] else _MONTHS.index(found[3]) + 1
    return date(int(found[1]), month, int(found[4]))
