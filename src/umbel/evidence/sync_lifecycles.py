# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How long releases are cared for → the lake: from endoflife.date's API, or from its files.

Only products that changed are written; what a product was before stays for days past. A run that was cut off
keeps what it published, and the next one writes what is missing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect import endoflife
from umbel.collect.endoflife import LARGEST, LARGEST_PAGE, SOURCE, Cycle
from umbel.evidence._saved_documents import documents
from umbel.evidence.session import Session
from umbel.evidence.syncing import latest, publish, rows_table, settle
from umbel.model.errors import EvidenceError, Fault, UsageError
from umbel.model.sources import address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from umbel.collect.registries.addresses import Address
    from umbel.collect.registries.interface import Fetch, Got
    from umbel.evidence.lake import Lake
    from umbel.model.settings import SyncSettings

    Progress = Callable[[int, int], None]

LINEAGE = "endoflife products"
FILES = "endoflife files"
BATCH = 200
"""Products that one write holds."""
_MOST_FAULTS = 500
_PARALLEL = 8
_NAMES = msgspec.json.Decoder(list[str])
_ELSEWHERE = "Read it from a file, folder or zip instead: umbel sync lifecycles --from PATH"
_COMPARED = tuple(name for name in Cycle._fields if name != "seen_at")
_STORED = f"SELECT {', '.join(_COMPARED)} FROM lifecycles WHERE source = $source"


class SyncedLifecycles(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync brought: products and cycles that were read, and how many products were news.

    `unmodified` says that the source had nothing new since it was last asked; `missing` are products that
    were asked for and are not there.
    """

    origin: str
    products: int = 0
    cycles: int = 0
    changed: int = 0
    unmodified: bool = False
    missing: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def incomplete(self) -> bool:
        """Whether something that should have been read was not."""
        return bool(self.missing) or any(fault.level == "error" for fault in self.faults)


def run(
    lake: Lake,
    settings: SyncSettings,
    products: Sequence[str] = (),
    source: Path | None = None,
    progress: Progress | None = None,
) -> SyncedLifecycles:
    """Bring the lake up to date from a file, folder or zip, else from the source's address.

    Raises `UsageError` where there is nothing to read, `EvidenceError` where the source can't be reached.
    """
    from umbel.collect.registries._http import Http
    from umbel.collect.registries.addresses import Address

    if source is not None:
        return sync_from(lake, source, products, progress)
    where = Address(address("endoflife", settings), "the sources of Umbel, or umbel.toml")
    with Http() as http:
        return sync(lake, where, http, products, progress)


def sync_from(
    lake: Lake, path: Path, products: Sequence[str] = (), progress: Progress | None = None
) -> SyncedLifecycles:
    """Read products from a file, folder or zip. Raises `UsageError` if nothing in it is one."""
    book = _Book(lake, f"file:{path.absolute()}", FILES, products, progress)
    try:
        for name, data in documents(path, book.faults, endoflife.wanted, _most):
            book.read(name, data)
    finally:
        book.publish()
    if not book.seen:
        hint = "It reads endoflife.date's products (Markdown with front matter) and the answers of its API."
        raise UsageError(f"{path} holds no lifecycles.", hint)
    return book.summary(missing=set(products) - book.seen)


def sync(
    lake: Lake,
    address: Address,
    fetch: Fetch,
    products: Sequence[str] = (),
    progress: Progress | None = None,
) -> SyncedLifecycles:
    """Ask the source for all products, or for some. Raises `EvidenceError` if it can't be asked at all."""
    return (
        _some(lake, address, fetch, products, progress) if products else _all(lake, address, fetch, progress)
    )


def _most(name: str) -> int:
    """Bytes that are read of a file: a page's cycles stand in front, however long it is."""
    return (2 * LARGEST_PAGE if name.lower().endswith(".md") else LARGEST) + 1


def _all(lake: Lake, address: Address, fetch: Fetch, progress: Progress | None) -> SyncedLifecycles:
    """Every product in one answer where the API has it, else one by one."""
    before = latest(lake, SOURCE)
    last = before.get(LINEAGE)
    # What was read from elsewhere since may be older than what the source has.
    newest = last is not None and all(each.collected_at <= last.collected_at for each in before.values())
    validator = last.revision if last is not None and newest and last.origin == address.url else None
    got = _got(fetch, address, "products/full", validator)
    if got.status == 304:
        return SyncedLifecycles(origin=address.url, unmodified=True)
    if got.status == 200:
        book = _Book(lake, address.url, LINEAGE, (), progress)
        book.read("full.json", got.body)
        if not book.seen:
            raise EvidenceError(
                f"{address.url} lists no products.", "Is it the address of endoflife.date's API?"
            )
        book.publish(got.validator if got.validator != validator else None)
        return book.summary()
    listed = _got(fetch, address, "all.json")
    if listed.status != 200:
        raise EvidenceError(f"There are no lifecycles at {address.url}.", _ELSEWHERE)
    try:
        names = _NAMES.decode(listed.body)
    except msgspec.DecodeError as error:
        raise EvidenceError(f"{address.url} lists no products: {str(error)[:100]}.", _ELSEWHERE) from error
    return _some(lake, address, fetch, sorted(set(names))[: endoflife.MOST_PRODUCTS], progress)


def _some(
    lake: Lake, address: Address, fetch: Fetch, products: Sequence[str], progress: Progress | None
) -> SyncedLifecycles:
    """Products one by one, a few at a time."""
    from umbel.collect.registries._http import escaped
    from umbel.collect.registries.interface import Unanswered

    def ask(product: str) -> tuple[str, Got | Fault]:
        try:
            got = fetch.get(address, f"products/{escaped(product)}", longest=LARGEST)
            if got.status != 200:
                got = fetch.get(address, f"{escaped(product)}.json", longest=LARGEST)
        except Unanswered as error:
            return product, Fault(error.fault.code, error.fault.message, product)
        return product, got

    wanted = list(dict.fromkeys(products))
    book = _Book(lake, address.url, "endoflife some products", products, None)
    unanswered: list[Fault] = []
    with ThreadPoolExecutor(_PARALLEL) as pool:
        try:
            for number, (product, got) in enumerate(pool.map(ask, wanted), 1):
                if isinstance(got, Fault):
                    unanswered.append(got)
                    book.fault(got)
                elif got.status == 200:
                    book.read(f"{product}.json", got.body)
                if progress is not None:
                    progress(number, len(wanted))
        finally:
            book.publish()
    if len(unanswered) == len(wanted):
        raise EvidenceError(f"Lifecycles can't be had: {unanswered[0].message}.", _ELSEWHERE)
    return book.summary(missing=set(wanted) - book.seen - {fault.place for fault in unanswered})


def _got(fetch: Fetch, address: Address, path: str, validator: str | None = None) -> Got:
    from umbel.collect.registries.interface import Unanswered

    try:
        return fetch.get(address, path, validator=validator, longest=LARGEST)
    except Unanswered as error:
        raise EvidenceError(f"Lifecycles can't be had: {error}.", _ELSEWHERE) from error


class _Stored(NamedTuple):
    """What the lake has of each product, told apart by all but when it was seen."""

    products: dict[str, frozenset[tuple[Any, ...]]]

    @classmethod
    def of(cls, lake: Lake) -> _Stored:
        """Everything that was seen last."""
        found: dict[str, set[tuple[Any, ...]]] = {}
        with Session(lake, tables=("lifecycles",)) as session:
            for row in session.ask(_STORED, {"source": SOURCE}).rows():
                found.setdefault(row[0], set()).add(_hashable(row))
        return cls({product: frozenset(rows) for product, rows in found.items()})


def _hashable(row: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


class _Book:
    """Products as they are read: those that are news, gathered into batches and published."""

    def __init__(
        self, lake: Lake, origin: str, lineage: str, wanted: Iterable[str], progress: Progress | None
    ) -> None:
        """`wanted` are the only products to be taken; none named is all."""
        self.seen: set[str] = set()
        self.faults: list[Fault] = []
        self._lake = lake
        self._origin = origin
        self._lineage = lineage
        self._wanted = frozenset(wanted)
        self._progress = progress
        self._stored = _Stored.of(lake)
        self._seen_at = datetime.now(UTC)
        self._rows: list[Cycle] = []
        self._waiting = self._changed = self._cycles = self._told = self._written = 0

    def read(self, name: str, data: bytes) -> None:
        """Take the products of a document."""
        reading = endoflife.read(name, data, self._seen_at)
        for fault in reading.faults:
            place = f"{name}: {fault.place}" if fault.place else name
            self.fault(msgspec.structs.replace(fault, place=place[:300]))
        for number, (product, cycles) in enumerate(reading.products.items(), 1):
            if product in self.seen:
                self.fault(
                    Fault("repeated", f"tells of {product!r} again; the first counts", name[:300], "warning")
                )
            elif not self._wanted or product in self._wanted:
                self._take(product, cycles)
            if self._progress is not None:
                self._progress(number, len(reading.products))

    def fault(self, fault: Fault) -> None:
        """Note what was wrong, up to a number."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)

    def _take(self, product: str, cycles: list[Cycle]) -> None:
        self.seen.add(product)
        self._cycles += len(cycles)
        now = frozenset(_hashable(getattr(cycle, name) for name in _COMPARED) for cycle in cycles)
        if self._stored.products.get(product) == now:
            return
        self._changed += 1
        self._waiting += 1
        self._rows += cycles
        if self._waiting >= BATCH:
            self._write(None)

    def publish(self, revision: str | None = None) -> None:
        """Publish what is left, with what to ask for changes by; nothing where nothing is news."""
        if self._rows or revision is not None:
            self._write(revision)
        if self._written:
            settle(self._lake)

    def _write(self, revision: str | None) -> None:
        new = self.faults[self._told :]
        self._told = len(self.faults)
        publish(
            self._lake,
            SOURCE,
            {"lifecycles": rows_table("lifecycles", self._rows, 0).drop_columns(["write_id"])},
            lineage=self._lineage,
            origin=self._origin,
            observed_at=self._seen_at,
            collected_at=datetime.now(UTC),
            revision=revision,
            outcome="partial" if any(fault.level == "error" for fault in self.faults) else "complete",
            faults=new,
            version=endoflife.VERSION,
        )
        self._written += 1
        self._rows, self._waiting = [], 0

    def summary(self, missing: Iterable[str] = ()) -> SyncedLifecycles:
        """What became of it."""
        return SyncedLifecycles(
            origin=self._origin,
            products=len(self.seen),
            cycles=self._cycles,
            changed=self._changed,
            missing=tuple(sorted(missing)),
            faults=tuple(self.faults),
        )
