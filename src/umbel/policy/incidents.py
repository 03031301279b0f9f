# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Incidents: `decisions/incidents/<id>/` with what was affected when it was opened, and what people did and said.

`incident.toml` and `affected.csv` are written once and stay as they are; `journal.jsonl` is added to.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import secrets
import shutil
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.model.errors import Fault, UsageError
from umbel.model.finding import Severity  # noqa: TC001 - msgspec reads it
from umbel.model.settings import SettingsError
from umbel.policy import files, records
from umbel.policy.alerting.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = "decisions/incidents"
RECORD, AFFECTED, JOURNAL = "incident.toml", "affected.csv", "journal.jsonl"
DAYS = {"critical": 7, "high": 30, "medium": 90, "low": 180}
"""Days to mend by severity, where the policy has no word for it."""
_HEADER = """\
# What was known when this incident was opened. It stays as it is: `umbel incident note` adds to the journal beside it.
"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_LARGEST = 256 << 20
EventKind = Literal["note", "closed", "reopened"]


class Owner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers for a product's part of it."""

    product: str
    owner: str | None = None
    department: str | None = None
    projects: int = 0


class Incident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an incident is about, and by when it is to be over.

    `advisory` is an id, None where there is none yet; `package` a package with its affected versions as somebody named
    them. `ids` are all its names. `affected_sha256` is of `affected.csv`; `evidence` tells the lake's state.
    """

    id: str
    title: str
    opened_at: datetime
    advisory: str | None = None
    package: str | None = None
    opened_by: str | None = None
    severity: Severity | None = None
    due: date | None = None
    summary: str | None = None
    ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    affected_sha256: str = ""
    evidence: str | None = None
    owners: tuple[Owner, ...] = ()

    @property
    def about(self) -> str:
        """Its advisory, or the package that somebody named."""
        return self.advisory or self.package or self.id


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """One component in one project of one product, as it was when the incident was opened.

    `affected` is None where nobody could tell, and `why` says what is missing. `path` is the way in.
    """

    product: str | None
    owner: str | None
    project: str
    package: str
    version: str | None
    affected: bool | None
    direct: bool | None = None
    path: str | None = None
    fixed: str | None = None
    why: str | None = None
    evidence_at: datetime | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that somebody said or did. `id` tells it apart from others of the same moment."""

    id: str
    kind: EventKind
    at: datetime
    by: str | None = None
    text: str | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it is kept; `faults` are what was found broken in its files."""

    incident: Incident
    affected: list[Affected]
    events: list[Event]
    faults: list[Fault]

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None while it runs."""
        last = next((e for e in reversed(self.events) if e.kind in {"closed", "reopened"}), None)
        return last.at if last is not None and last.kind == "closed" else None


def slug(about: str, opened: datetime) -> str:
    """A folder's name for what an incident is about.

    >>> slug("CVE-2021-44228", datetime(2021, 12, 10))
    '2021-12-10-cve-2021-44228'
    """
    words = re.sub(r"[^a-z0-9]+", "-", about.casefold()).strip("-")[:60].strip("-")
    return f"{opened:%Y-%m-%d}-{words or 'incident'}"


def deadline(opened: datetime, severity: str | None, days: dict[str, int] | None = None) -> date | None:
    """The last day by severity; None for one that has no days."""
    found = (DAYS | (days or {})).get(severity or "")
    return None if found is None else (opened + timedelta(days=found)).date()


def write(root: Path, incident: Incident, affected: Sequence[Affected]) -> Incident:
    """Keep a new incident: all of its files at once, or none. Gives it with its final name."""
    table = _table(affected)
    folder = root / FOLDER
    fresh = folder / f".{secrets.token_hex(8)}.new"
    try:
        fresh.mkdir(parents=True)
        for number in range(1, 1000):
            name = incident.id if number == 1 else f"{incident.id}-{number}"
            if (folder / name).exists():
                continue
            kept = msgspec.structs.replace(
                incident, id=name, affected_sha256=hashlib.sha256(table).hexdigest()
            )
            files.replace(fresh / AFFECTED, table)
            files.replace(fresh / RECORD, _toml(kept).encode())
            try:
                fresh.rename(folder / name)
            except OSError:
                if not (folder / name).exists():
                    raise
                continue  # somebody was quicker with the same name
            files.settle(folder)
            return kept
        raise UsageError(f"There are too many incidents named {incident.id}.")
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def names(root: Path) -> list[str]:
    """All incidents, the oldest first."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    return sorted(path.parent.name for path in folder.glob(f"*/{RECORD}") if path.parent.name[0] != ".")


def find(root: Path, text: str) -> str:
    """An incident's name by itself, its beginning, or what it is about. Raises `UsageError`."""
    known = names(root)
    wanted = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    close = [one for one in known if one == text] or [
        one for one in known if wanted and (one.startswith(wanted) or one[11:] == wanted)
    ]
    if len(close) == 1:
        return close[0]
    if close:
        raise UsageError(
            f"{text!r} names {len(close)} incidents: {', '.join(close[:5])}.", "Give more of it."
        )
    raise UsageError(f"There is no incident {text!r}.", "umbel incident list shows them.")


def load(root: Path, name: str) -> Kept:
    """Read an incident. Raises `SettingsError` where its record is broken."""
    folder = root / FOLDER / name
    try:
        text = (folder / RECORD).read_text("utf-8")
        with (folder / AFFECTED).open("rb") as file:
            table = file.read(_LARGEST)
    except FileNotFoundError as error:
        raise UsageError(f"The incident {name} lacks a file.", f"It should be in {folder}.") from error
    except UnicodeDecodeError as error:
        broken = Fault("encoding", "is no UTF-8 text", f"byte {error.start}")
        raise SettingsError(folder / RECORD, [broken]) from error
    except OSError as error:
        raise UsageError(f"{folder} can't be read: {error.strerror}.") from error
    incident = records.parse(text, folder / RECORD, Incident)
    events, faults = Journal(folder / JOURNAL, Event).read()
    if hashlib.sha256(table).hexdigest() != incident.affected_sha256:
        message = "is not as it was when the incident was opened: somebody changed it"
        faults.insert(0, Fault("changed", message, AFFECTED, "warning"))
    rows, broken_rows = _rows(table)
    unique = {event.id: event for event in events}
    return Kept(incident=incident, affected=rows, events=list(unique.values()), faults=faults + broken_rows)


def add(root: Path, name: str, event: Event) -> None:
    """Add to an incident's journal."""
    Journal(root / FOLDER / name / JOURNAL, Event).append([event])


def event(kind: EventKind, at: datetime, by: str | None = None, text: str | None = None) -> Event:
    """A new event."""
    clean = None if text is None else text.encode("utf-8", "replace").decode()
    who = None if by is None else by.encode("utf-8", "replace").decode()
    return Event(id=secrets.token_hex(6), kind=kind, at=at, by=who, text=clean)


def _toml(incident: Incident) -> str:
    head = records.lines(msgspec.structs.replace(incident, owners=()))
    head = "".join(line for line in head.splitlines(keepends=True) if not line.startswith("owners = "))
    owners = "".join(f"\n[[owners]]\n{records.lines(owner)}" for owner in incident.owners)
    return _HEADER + "\n" + head + owners


def _table(affected: Sequence[Affected]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Affected.__struct_fields__)
    writer.writerows([_cell(value) for value in msgspec.structs.astuple(row)] for row in affected)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula; `_text` undoes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    text = text.replace("\0", "\ufffd").replace("\r", " ")
    return "'" + text if text.startswith(_FORMULA) else text


def _rows(table: bytes) -> tuple[list[Affected], list[Fault]]:
    rows: list[Affected] = []
    faults: list[Fault] = []
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(table.decode("utf-8", "replace"))), 2):
            try:
                rows.append(_row(row))
            except (KeyError, ValueError, TypeError, AttributeError):
                faults.append(Fault("row", "is no use of a component", f"{AFFECTED}, row {number}"))
    except csv.Error as error:
        faults.append(Fault("csv", str(error), AFFECTED))
    return rows, faults


_YES = {"yes": True, "no": False, "": None}


def _row(row: dict[str, str]) -> Affected:
    text = {name: value.removeprefix("'") or None for name, value in row.items()}
    seen = text["evidence_at"]
    return Affected(
        product=text["product"],
        owner=text["owner"],
        project=row["project"].removeprefix("'"),
        package=row["package"].removeprefix("'"),
        version=text["version"],
        affected=_YES[row["affected"]],
        direct=_YES[row["direct"]],
        path=text["path"],
        fixed=text["fixed"],
        why=text["why"],
        evidence_at=datetime.fromisoformat(seen) if seen else None,
    )
