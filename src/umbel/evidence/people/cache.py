# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is who, kept for the next question: keys, pseudonyms and organisations, never a name.

An entry is named by all that it was made from: identities, aliases, tombstones, first commits, the rules, and this
program's code; and it holds what was asked of commits beside, which must still be answered alike. So commits
of people who are known leave it valid. A second, small file says which entry goes with which files of the
lake: while nothing at all is new, nothing is read.

Files are whole or not there, and prove by their own digest that they are undamaged. That one can't be
written, or read, harms nobody: people are told apart anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import unicodedata
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people.facts import TABLES, Asked

if TYPE_CHECKING:
    import pyarrow as pa

    from umbel.evidence.people.facts import Facts
    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session

RELATIONS = ("people", "people_employment", "affiliations")
_KEPT = {".people": 4, ".state": 64}
_SIZE = 32
_STRAY_SECONDS = 3600


class _Entry(msgspec.Struct, frozen=True):
    asked: list[Asked]
    relations: dict[str, bytes]


class Cache:
    """The kept results that a session may use, or add to."""

    def __init__(self, session: Session, rules: Rules, facts: Facts) -> None:
        """Nothing is read yet. Rules without a folder for it have no cache."""
        self._session, self._rules, self._facts = session, rules, facts
        self._folder = rules.cache

    def read(self) -> bool:
        """Make the relations from what was kept; whether there was anything that holds."""
        if self._folder is None:
            return False
        state = self._folder / f"{self._state}.state"
        told = load(state)
        entry = _entry(self._folder / f"{told.decode()}.people") if told else None
        if entry is None:
            entry = _entry(self._folder / f"{self._content}.people")
            if entry is None or not self._facts.still_holds(entry.asked):
                return False
            save(state, self._content.encode())
        for relation in RELATIONS:
            self._session.register(f"kept_{relation}", _table(entry.relations[relation]))
            self._session.run(f"CREATE OR REPLACE TABLE {relation} AS SELECT * FROM kept_{relation}")
        return True

    def write(self) -> None:
        """Keep the relations of the session."""
        if self._folder is None:
            return
        relations = {name: _bytes(self._session.ask(f"FROM {name}").arrow()) for name in RELATIONS}
        entry = msgspec.msgpack.encode(_Entry(self._facts.asked, relations))
        if save(self._folder / f"{self._content}.people", entry):
            save(self._folder / f"{self._state}.state", self._content.encode())
            _tidy(self._folder)

    @cached_property
    def _state(self) -> str:
        """Names the lake's files, and the histories that are followed."""
        files = {name: self._session.pin.files[name] for name in (*TABLES, "snapshots")}
        followed = self._session.ask("SELECT list(write_id ORDER BY write_id) FROM histories").one()[0]
        return self._named(repr((files, followed)).encode())

    @cached_property
    def _content(self) -> str:
        """Names what people are told apart by."""
        return self._named(self._facts.digest())

    def _named(self, made_from: bytes) -> str:
        rules = repr((self._rules.fingerprint, self._rules.salt, _code())).encode()
        return hashlib.sha256(hashlib.sha256(rules).digest() + made_from).hexdigest()[:32]


@cache
def _code() -> str:
    digest = hashlib.sha256(unicodedata.unidata_version.encode())
    here = Path(__file__).parent
    for path in (here.with_name("views.py"), *sorted(here.iterdir())):
        if path.suffix in {".py", ".toml"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _entry(path: Path) -> _Entry | None:
    data = load(path)
    if data is None:
        return None
    try:
        entry = msgspec.msgpack.decode(data, type=_Entry)
    except msgspec.DecodeError:
        return None
    return entry if entry.relations.keys() >= set(RELATIONS) else None


def load(path: Path) -> bytes | None:
    """What a file of ours holds; None if it isn't there, or isn't as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, data = data[:_SIZE], data[_SIZE:]
    return data if digest == _proof(path.name, data) else None


def save(path: Path, data: bytes) -> bool:
    """Write a file, whole or not at all; whether it could be done."""
    fresh = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, fresh = tempfile.mkstemp(dir=path.parent, prefix="new-")
        with os.fdopen(number, "wb") as file:
            file.write(_proof(path.name, data) + data)
        Path(fresh).replace(path)
    except OSError:
        if fresh is not None:
            with suppress(OSError):
                Path(fresh).unlink()
        return False
    return True


def _proof(name: str, data: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\0" + data).digest()


def _tidy(folder: Path) -> None:
    """Keep the newest entries, and nothing of runs that were killed long ago or of earlier programs."""
    with suppress(OSError):
        found = [(path.stat().st_mtime, path) for path in folder.iterdir()]
        kept = dict.fromkeys(_KEPT, 0)
        for changed, path in sorted(found, reverse=True):
            if path.suffix in kept:
                kept[path.suffix] += 1
                if kept[path.suffix] > _KEPT[path.suffix]:
                    path.unlink(missing_ok=True)
            elif path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif changed < time.time() - _STRAY_SECONDS:
                path.unlink(missing_ok=True)


def _bytes(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _table(data: bytes) -> pa.Table:
    import pyarrow as pa

    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        return reader.read_all()


def clear(rules: Rules) -> None:
    """Keep nothing any longer."""
    if rules.cache is not None:
        shutil.rmtree(rules.cache, ignore_errors=True)
