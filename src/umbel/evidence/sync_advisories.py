# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Advisories → the lake: OSV's exports by ecosystem, then only what changed; or files of them.

The first sync of an ecosystem reads its whole archive. Later ones ask for the list of ids with their dates of
change (newest first) and fetch the records that are newer than the last run's, oldest first, so that a run
that is killed goes on where its last batch ended. What is the same as known is not written again. An id that a
whole export no longer lists is written once more, withdrawn on the day on which it was first missed.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect import osv
from umbel.collect._osv_ecosystems import ecosystem_of
from umbel.collect._osv_record import LARGEST
from umbel.collect.columns import draw_id
from umbel.collect.faults import Faults
from umbel.collect.registries.interface import Unanswered
from umbel.evidence import osv_files
from umbel.evidence._advisories_known import Known, Revision, digests, known, revision, stored
from umbel.evidence.syncing import BATCH_DOCUMENTS, BATCH_SECONDS, latest, publish, rows_table, settle
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from umbel.collect.registries.addresses import Address
    from umbel.collect.registries.interface import Fetch
    from umbel.evidence.lake import Lake
    from umbel.evidence.osv_files import Place

    Progress = Callable[[str, int, int | None], None]

LONGEST_ARCHIVE = 2 << 30
LONGEST_LIST = 256 << 20
PARALLEL = 8
PER_SECOND = 200.0
"""Records asked for; an export is files in a store, not a registry."""
FEW = 2000
"""Changed records up to which they are fetched one by one; beyond it the archive comes sooner."""
_MOST_MISSED = 0.5
"""An export that lacks more than this share of what is known is taken for cut off: nothing is withdrawn."""
_IN_USE = """
SELECT DISTINCT split_part(substr(package, 5), '/', 1) AS kind,
  CASE WHEN package SIMILAR TO 'pkg:(rpm|deb|apk)/.*' THEN split_part(package, '/', 2) END AS namespace
FROM raw_usage WHERE package LIKE 'pkg:%'
"""
_COLUMN = {"modified_at": 3, "withdrawn_at": 5}


class SyncedAdvisories(msgspec.Struct, kw_only=True):
    """What a sync of one ecosystem, or of files, did.

    `how` says by which way: archive, changes, unchanged, files. `read` counts records, `new`, `changed` and
    `withdrawn` those written. With outcome `failed` nothing of it could be had.
    """

    lineage: str
    origin: str
    how: str = "archive"
    outcome: str = "complete"
    read: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    faults: list[Fault] = []


class _Change(NamedTuple):
    """A line of the list of changes."""

    modified: datetime
    advisory: str


def sync(
    lake: Lake, address: Address, fetch: Fetch, ecosystems: Iterable[str], progress: Progress | None = None
) -> list[SyncedAdvisories]:
    """Bring each ecosystem up to date from an OSV export's address. One that fails stops no other.

    Raises `EvidenceError` where the lake can't be written.
    """
    run = _Run(lake, progress)
    done = [_Ecosystem(run, address, fetch, name).sync() for name in dict.fromkeys(ecosystems)]
    settle(lake)
    return done


def import_files(
    lake: Lake,
    path: Path,
    ecosystems: Iterable[str] = (),
    progress: Progress | None = None,
    left_out: frozenset[Path] = frozenset(),
    *,
    whole: bool = False,
) -> list[SyncedAdvisories]:
    """Read records, archives of them, or a folder of either; only of some ecosystems if these are named.

    An archive that is called like an ecosystem (`PyPI/all.zip`, `PyPI.zip`) counts as its whole export. `whole` says
    that the other files hold all there is of the ecosystems that are named, too. Raises `EvidenceError` where the
    lake can't be written.
    """
    run = _Run(lake, progress)
    wanted = frozenset(ecosystems)
    files = [file for file in osv_files.files(path) if file not in left_out]
    exports = {file: name for file in files if (name := osv_files.export_of(file))}
    done = []
    for file, name in exports.items():
        if not wanted or name.partition(":")[0] in wanted:
            origin = f"file:{file.absolute()}"
            done.append(_whole(_Writer(run, f"osv {name}", origin, "archive"), file, name))
    loose = [file for file in files if file not in exports]
    if loose:
        done.append(_loose(run, path, loose, wanted, whole=whole))
    settle(lake)
    return done


def in_use(lake: Lake) -> list[str]:
    """The ecosystems of what is in use, for which there are exports."""
    from umbel.evidence.session import Session

    with Session(lake, tables=("usage",)) as session:
        rows = session.ask(_IN_USE).rows()
    return sorted({name for kind, namespace in rows if (name := ecosystem_of(kind, namespace))})


def _loose(
    run: _Run, path: Path, files: list[Path], wanted: frozenset[str], *, whole: bool
) -> SyncedAdvisories:
    """Records of any kind. Their lineage is never that of an export, whatever the folder is called."""
    path = path.absolute()
    writer = _Writer(run, f"osv files {path.name}", f"file:{path}", "files")
    writer.tally = osv_files.Tally(*files) if whole else None
    for file in files:
        for place, data in osv_files.documents(file, writer.faults):
            writer.add(place, data, wanted)
    for name in sorted(wanted) if whole else ():
        writer.has_all_of(name)
    return writer.end()


def _whole(writer: _Writer, file: Path, ecosystem: str) -> SyncedAdvisories:
    """A whole export: what it no longer lists was withdrawn."""
    listed = osv_files.stems(file)
    writer.tally = osv_files.Tally(file)
    for place, data in osv_files.members(file, writer.faults):
        writer.add(place, data, total=len(listed))
    if listed and not any(fault.code == "osv-archive" for fault in writer.faults.list()):
        writer.missed(listed)
    writer.has_all_of(ecosystem)
    return writer.end()


class _Run:
    """What one run shares: the lake and what it knows."""

    def __init__(self, lake: Lake, progress: Progress | None) -> None:
        self.lake = lake
        self.progress = progress
        self.known: dict[str, Known] = known(lake)
        self.latest = latest(lake, osv.SOURCE)
        self.seen: set[str] = set()

    def revision(self, lineage: str) -> Revision:
        """Where the last run of a lineage stopped."""
        found = self.latest.get(lineage)
        return revision(found.revision if found else None)


class _Writer:
    """Collects records of one lineage, and publishes them in bounded batches."""

    def __init__(self, run: _Run, lineage: str, origin: str, how: str) -> None:
        self.run = run
        self.done = SyncedAdvisories(lineage=lineage, origin=origin, how=how)
        self.faults = Faults()
        self.revision = run.revision(lineage)
        self.tally: osv_files.Tally | None = None
        self._advisories: list[tuple[Any, ...]] = []
        self._ranges: dict[str, list[tuple[Any, ...]]] = {}
        self.now = datetime.now(UTC)  # later than any other lineage's, so that the last word is known
        self._names: set[str] = set()
        self._newest: datetime | None = None
        self._began = time.monotonic()

    def add(
        self, place: Place | str, data: bytes, wanted: frozenset[str] = frozenset(), total: int | None = None
    ) -> None:
        """Read one record; it is written with its batch, if it is news."""
        self.done.read += 1
        found = osv.read(data, self.now)
        if self.tally is not None:
            self.tally.add(found)
        for fault in found.faults:
            where = f"{place} {fault.place}".strip()
            self.faults.add(fault.code, fault.message, where, fault.level)
        if found.advisory is None or (wanted and not wanted & found.ecosystems):
            return
        name, modified = found.advisory[0], found.advisory[_COLUMN["modified_at"]]
        if modified is not None and modified <= self.now:
            self._newest = max(modified, self._newest or modified)
        self.run.seen.add(name)
        if name not in self._names and not self._is_older(name, modified):
            self._names.add(name)
            self._advisories.append(found.advisory)
            self._ranges[name] = found.ranges
        if len(self._advisories) >= BATCH_DOCUMENTS or time.monotonic() - self._began > BATCH_SECONDS:
            self.flush()
        if self.run.progress is not None and self.done.read % 100 == 0:
            self.run.progress(self.done.lineage, self.done.read, total)

    def _is_older(self, name: str, modified: datetime | None) -> bool:
        """Whether the lake has a later state: an older export must not undo it."""
        before = self.run.known.get(name)
        if before is None or before.modified_at is None:
            return False
        return modified is None or modified < before.modified_at

    def flush(self) -> None:
        """Publish what was collected and is news."""
        self._began = time.monotonic()
        rows = self._advisories
        if not rows:
            return
        entries = [row for row in rows for row in self._ranges[row[0]]]
        new = digests(rows, entries)
        before = self.run.known
        news = [row for row in rows if row[0] not in before or before[row[0]].digest != new[row[0]]]
        if news:
            self._publish(news, [row for one in news for row in self._ranges[one[0]]])
        for row in news:
            if row[0] in before:
                self.done.changed += 1
            else:
                self.done.new += 1
            lineages = before[row[0]].lineages if row[0] in before else frozenset()
            before[row[0]] = Known(new[row[0]], row[3], row[5] is not None, lineages | {self.done.lineage})
        self._advisories, self._ranges = [], {}

    def _publish(
        self, advisories: list[tuple[Any, ...]], ranges: list[tuple[Any, ...]], outcome: str = "partial"
    ) -> None:
        number = draw_id()
        publish(
            self.run.lake,
            osv.SOURCE,
            {
                "advisories": rows_table("advisories", advisories, number),
                "advisory_ranges": rows_table("advisory_ranges", ranges, number),
            },
            lineage=self.done.lineage,
            origin=self.done.origin,
            observed_at=self.now,
            collected_at=datetime.now(UTC),
            revision=msgspec.json.encode(self.revision).decode(),
            outcome=outcome,
            faults=self.faults.list() if outcome != "partial" or not advisories else (),
            write_id=number,
            version=osv.VERSION,
        )

    def reached(self, moment: datetime) -> None:
        """Everything up to a moment was added: a run that ends here goes on from there."""
        reached = max(moment, self.revision.modified or moment)
        self.revision = msgspec.structs.replace(self.revision, modified=reached, list=None)

    def missed(self, listed: set[str]) -> None:
        """Withdraw what a whole export listed before and no longer does."""
        self.flush()
        known_, newest = self.run.known, self._newest
        ours = [name for name, one in known_.items() if self.done.lineage in one.lineages]
        gone = [
            name
            for name in ours
            if name not in listed
            and name not in self.run.seen
            and not known_[name].withdrawn
            # An export that is older than an advisory can't know it.
            and not (newest and (changed := known_[name].modified_at) and changed > newest)
        ]
        if len(gone) > max(10, _MOST_MISSED * len(ours)):
            self.faults.add(
                "osv-missed",
                f"lists {len(gone):,} of {len(ours):,} known advisories no more: taken for cut off",
            )
            return
        for start in range(0, len(gone), BATCH_DOCUMENTS):
            self._withdraw(gone[start : start + BATCH_DOCUMENTS])

    def _withdraw(self, names: list[str]) -> None:
        advisories, ranges = stored(self.run.lake, names)
        at, seen = _COLUMN["withdrawn_at"], 2
        rows = [(*row[:seen], self.now, *row[seen + 1 : at], self.now, *row[at + 1 :]) for row in advisories]
        if rows:
            self._publish(rows, ranges)
        for row in rows:
            self.done.withdrawn += 1
            self.run.known[row[0]] = self.run.known[row[0]]._replace(withdrawn=True, digest="")

    def has_all_of(self, ecosystem: str) -> None:
        """Note that what was read is all there is of an ecosystem, unless it can't be."""
        lacks = self.tally.lacks(ecosystem) if self.tally is not None else None
        if lacks is None:
            names = {*self.revision.whole, ecosystem}
            self.revision = msgspec.structs.replace(self.revision, whole=tuple(sorted(names)))
        else:
            self.faults.add("osv-whole", f"isn't all there is of {ecosystem}: {lacks}")

    def end(self, validator: str | None = None, reached: datetime | None = None) -> SyncedAdvisories:
        """Publish the rest, and where the next run goes on."""
        self.flush()
        moments = [at for at in (self.revision.modified, reached or self._newest) if at is not None]
        self.revision = Revision(max(moments, default=None), validator, self.revision.whole)
        self.done.faults = self.faults.list()
        lost = any(fault.level == "error" for fault in self.done.faults)
        self.done.outcome = "partial" if lost else "complete"
        self._publish([], [], self.done.outcome)
        return self.done

    def failed(self, fault: Fault) -> SyncedAdvisories:
        """Nothing could be had: what was known stands."""
        self.done.outcome, self.done.faults = "failed", [fault]
        self.faults.add(fault.code, fault.message, fault.place, fault.level)
        self._publish([], [], "failed")
        return self.done


class _Ecosystem:
    """One ecosystem of a public export."""

    def __init__(self, run: _Run, address: Address, fetch: Fetch, name: str) -> None:
        self._run = run
        self._address = address
        self._fetch = fetch
        self._name = name
        self._folder = _escaped(name)

    def sync(self) -> SyncedAdvisories:
        """Bring it up to date by the shorter way."""
        lineage, origin = f"osv {self._name}", f"{self._address.url}/{self._folder}"
        writer = _Writer(self._run, lineage, origin, "changes")
        try:
            if writer.revision.modified is None:
                return self._archive(writer)
            return self._changes(writer, writer.revision.modified)
        except Unanswered as unanswered:
            writer.flush()
            return writer.failed(unanswered.fault)

    def _archive(self, writer: _Writer) -> SyncedAdvisories:
        writer.done.how = "archive"
        got = self._fetch.get(
            self._address, f"{self._folder}/all.zip", accept="application/zip", longest=LONGEST_ARCHIVE
        )
        if got.status != 200:
            raise Unanswered("osv-absent", f"there is no export of {self._name}", writer.done.origin)
        with tempfile.TemporaryDirectory(prefix="umbel-osv-") as folder:
            file = Path(folder) / "all.zip"
            file.write_bytes(got.body)
            del got
            return _whole(writer, file, self._name)

    def _changes(self, writer: _Writer, since: datetime) -> SyncedAdvisories:
        got = self._fetch.get(
            self._address,
            f"{self._folder}/modified_id.csv",
            accept="text/csv",
            validator=writer.revision.list if writer.revision.whole else None,
            longest=LONGEST_LIST,
        )
        if got.status == 304:
            writer.done.how = "unchanged"
            return writer.end(writer.revision.list)
        if got.status != 200:
            return self._archive(writer)
        listed = changes(got.body, writer.faults)
        changed = [one for one in listed if one.modified >= since and not self._is_known(one)]
        if len(changed) > FEW:
            return self._archive(writer)
        # An export that was broken there, or is behind its list, may lack records that didn't change since.
        unread = [one for one in listed if one.modified < since and one.advisory not in self._run.known]
        todo = sorted([*changed, *unread[:FEW]])
        lost = self._fetch_all(writer, todo)
        writer.missed({one.advisory for one in listed})
        if listed and all(one.advisory in self._run.known for one in listed):
            writer.has_all_of(self._name)
        reached = min(lost, default=max((one.modified for one in listed), default=since))
        return writer.end(None if lost else got.validator, min(reached, writer.now))

    def _is_known(self, one: _Change) -> bool:
        before = self._run.known.get(one.advisory)
        return before is not None and before.modified_at == one.modified

    def _fetch_all(self, writer: _Writer, todo: list[_Change]) -> list[datetime]:
        """Fetch records, oldest first; gives the times of those that could not be had."""
        lost: list[datetime] = []
        with ThreadPoolExecutor(PARALLEL) as pool:
            for start in range(0, len(todo), 4 * PARALLEL):
                some = todo[start : start + 4 * PARALLEL]
                for one, got in zip(some, pool.map(self._record, some), strict=True):
                    if isinstance(got, Fault):
                        writer.faults.add(got.code, got.message, one.advisory, got.level)
                        if got.code != "osv-absent":
                            lost.append(one.modified)
                    else:
                        writer.add(one.advisory, got, total=len(todo))
                if not lost:
                    writer.reached(some[-1].modified)
        return lost

    def _record(self, one: _Change) -> bytes | Fault:
        try:
            path = f"{self._folder}/{_escaped(one.advisory)}.json"
            got = self._fetch.get(self._address, path, longest=LARGEST, per_second=PER_SECOND)
        except Unanswered as unanswered:
            return unanswered.fault
        if got.status != 200:
            return Fault("osv-absent", "is listed, and there is no such record", one.advisory, "warning")
        return got.body


def changes(data: bytes, faults: Faults) -> list[_Change]:
    """The lines `time,id` of a list of changes; an id may stand below an ecosystem's name."""
    found = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        when, _, name = line.strip().partition(",")
        advisory = name.rpartition("/")[2].strip()
        try:
            at = datetime.fromisoformat(when.strip())
        except ValueError:
            at = None
        if at is None or not advisory or len(advisory) > 256:
            if line.strip():
                faults.add("osv-list", "is no time and id", f"line {number}")
            continue
        found.append(_Change(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), advisory))
    return found


def _escaped(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
