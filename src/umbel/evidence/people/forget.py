# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forgetting a person: what names them is deleted at once, and a salted tombstone stays.

Their commits stay, by a key that says nothing. Addresses that are nobody else's have a tombstone of their
own (one without a time), so that nobody comes back by another spelling of their name.

The tombstones are written first, so that a run that collects meanwhile leaves the person out; should one
have read them a moment too early, the names it writes are not shown, and `purge` takes them out with the
next `forget` or collection.

Files that were replaced are kept for a day elsewhere, for readers that still hold them. Not here: a
command that reads names in that very moment fails with a sentence and can be repeated, where a kept
file would be a promise not kept. Files that a running command has just written and not yet published
are left alone: they hold what it collected after the tombstone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel.collect._history_people import address_key
from umbel.evidence.lake import KEEP_HOURS, LOG_KEPT, storage_errors, writer_properties
from umbel.evidence.people import cache, decisions, imported
from umbel.evidence.people.handles import of_address
from umbel.evidence.people.why import find, with_address
from umbel.model.errors import UsageError
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pyarrow as pa
    from deltalake import DeltaTable

    from umbel.evidence.lake import Lake
    from umbel.evidence.people.addresses import Address
    from umbel.evidence.people.attach import People

_CHUNK = 1000


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What forgetting did: identities deleted, files deleted, decisions cleaned.

    `waiting` are files that a run left or is just writing: they go when they are a day old (forget again).
    """

    identities: int
    files: int
    decisions: int
    waiting: int


def forget(lake: Lake, people: People, keys: Collection[int], folder: Path) -> Forgotten:
    """Delete identities from the lake and from the workspace's decisions; gives what was done.

    Raises `EvidenceError` where the lake can't be written: then nothing or only the tombstone is there,
    and it can be repeated.
    """
    fresh = [key for key in sorted(keys) if key not in people.forgotten]
    _entomb(lake, fresh, sorted(_addresses(people, keys)))
    files, waiting = purge(lake, keys)
    cache.clear(people.rules)
    return Forgotten(
        identities=len(fresh), files=files, decisions=_clean(people, keys, folder), waiting=waiting
    )


def together(known: Sequence[People], person: str) -> set[int]:
    """The identities of a person in several lakes of one salt, whichever of them knows the name that was given.

    Raises `UsageError` where none does, or where it is that of several people.
    """
    keys: set[int] = set()
    lost: UsageError | None = None
    for people in known:
        try:
            keys.update(people.members[find(people, person)])
        except UsageError as error:
            if "@" in person and with_address(people, person):
                raise
            lost = lost or error
    if not keys and lost is not None:
        raise lost
    for people in known:
        theirs = {people.person[key] for key in keys if key in people.person}
        keys.update(key for name in theirs for key in people.members[name])
    return keys


def _addresses(people: People, keys: Collection[int]) -> set[int]:
    """Keys of the addresses that are theirs alone: not a role's, not a machine's, and used by nobody else."""
    salt, mine = people.rules.salt, set(keys)
    own = [key for key in mine & people.addresses.keys() if _personal(people.addresses[key])]
    found = {address_key(salt, people.identities[key].email) for key in own}
    for key, identity in people.identities.items() if found else ():
        if key not in mine:
            found.discard(address_key(salt, identity.email))
    return {key for key in found if key is not None}


def _personal(address: Address) -> bool:
    return bool(address.domain) and not address.generic


def _entomb(lake: Lake, identities: Iterable[int], addresses: Iterable[int] = ()) -> None:
    import pyarrow as pa

    now = datetime.now(UTC)
    rows = [{"identity": key, "forgotten_at": now} for key in identities]
    rows += [{"identity": key, "forgotten_at": None} for key in addresses]
    lake.append("forgotten", pa.Table.from_pylist(rows, arrow_schema("forgotten")))


def purge(lake: Lake, keys: Collection[int] = ()) -> tuple[int, int]:
    """Delete what names the forgotten: from the table, its replaced files and its log.

    `keys` are further ones. Gives the files deleted, and those that must wait. Cheap where nobody came back.
    """
    if not lake.has("identities") or not lake.has("forgotten"):
        return 0, 0
    with storage_errors(lake.url):
        tombstones = lake.table("forgotten", fresh=True).to_pyarrow_table()
        gone = set(tombstones["identity"].to_pylist())
        table = lake.table("identities", fresh=True)
        there = table.to_pyarrow_table(columns=["identity", "email"])
        lost = set(there["identity"].to_pylist()) & (gone | set(keys))
        if tombstones["forgotten_at"].null_count:
            returned = _with_addresses(there, gone, lake.salt()) - lost
            _entomb(lake, sorted(returned))
            lost |= returned
        listing = sorted(lost)
        for start in range(0, len(listing), _CHUNK):
            listed = ", ".join(map(str, listing[start : start + _CHUNK]))
            table.delete(f"identity IN ({listed})", writer_properties=writer_properties())
        if not lost and not keys:
            return 0, 0
        files = _sweep(table)
        return files, _waiting(lake, table)


def _with_addresses(identities: pa.Table, gone: Collection[int], salt: bytes) -> set[int]:
    """Identities whose address has a tombstone."""
    rows = zip(identities["identity"].to_pylist(), identities["email"].to_pylist(), strict=True)
    return {key for key, email in rows if address_key(salt, email) in gone}


def _sweep(table: DeltaTable) -> int:
    """Delete what the table no longer needs: replaced files, and the log, which quotes names in its statistics."""
    replaced = table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    orphans = table.vacuum(
        retention_hours=KEEP_HOURS, dry_run=False, enforce_retention_duration=False, full=True
    )
    table.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 seconds"})
    table.create_checkpoint()
    table.cleanup_metadata()
    table.alter.set_table_properties({"delta.logRetentionDuration": LOG_KEPT})
    return len(replaced) + len(orphans)


def _waiting(lake: Lake, table: DeltaTable) -> int:
    if lake.remote:
        return 0
    known = {Path(uri.removeprefix("file://")).name for uri in table.file_uris()}
    return sum(path.name not in known for path in Path(lake.uri("identities")).glob("*.parquet"))


def _clean(people: People, keys: Collection[int], folder: Path) -> int:
    """Take a person out of decisions and imports; gives the number of entries and lines."""
    salt = people.rules.salt
    known = [people.identities[key] for key in keys if key in people.identities]
    addresses = [of_address(salt, people.addresses[key]) for key in keys if key in people.addresses]
    handles = [people.handle(key) for key in keys] + addresses
    gone = imported.forget(folder / imported.FOLDER, addresses)
    path = folder / decisions.FILE
    if path.exists():
        before = path.read_text("utf-8")
        words = {text for i in known for text in (i.name, i.email) if text and len(text) > 2}
        after = decisions.without(before, handles, words)
        if after != before:
            decisions.replace(path, after)
            gone += max(1, len(decisions.blocks(before)) - len(decisions.blocks(after)))
    return gone
