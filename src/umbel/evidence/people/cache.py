# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is who, kept for the next question: keys, pseudonyms and organisations, never a name.

An entry is named by all that it was made from: the versions of the lake's tables, the histories that
are followed, the rules, and this program's code.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session

RELATIONS = ("people", "people_employment", "affiliations")
_KEPT = 4


def place(session: Session, rules: Rules, tables: tuple[str, ...]) -> Path | None:
    """Where what is asked now would be kept; None if nothing is to be."""
    if rules.cache is None:
        return None
    versions = {name: session.pin.versions[name] for name in (*tables, "snapshots")}
    followed = session.ask("SELECT list(write_id ORDER BY write_id) FROM histories").one()[0]
    made_from = repr((rules.fingerprint, rules.salt, versions, followed, _code())).encode()
    return rules.cache / hashlib.sha256(made_from).hexdigest()[:32]


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in {".py", ".toml"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read(session: Session, where: Path) -> bool:
    """Make the relations from what was kept; whether there was anything whole."""
    if not all((where / f"{name}.parquet").is_file() for name in RELATIONS):
        return False
    import duckdb

    from umbel.model.errors import EvidenceError

    try:
        for name in RELATIONS:
            file = str(where / f"{name}.parquet").replace("'", "''")
            session.run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_parquet('{file}')")
    except (duckdb.Error, EvidenceError):
        return False  # another process cleared it away, or it is broken: it is made anew
    return True


def write(session: Session, where: Path) -> None:
    """Keep the relations; that it can't be done (no room, no permission) harms nobody."""
    from pyarrow import parquet

    with suppress(OSError):
        where.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=where.parent, prefix="new-"))
        for name in RELATIONS:
            parquet.write_table(session.ask(f"FROM {name}").arrow(), fresh / f"{name}.parquet")
        if where.exists():
            shutil.rmtree(where, ignore_errors=True)
        fresh.rename(where)
        entries = sorted(where.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in entries[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def clear(rules: Rules) -> None:
    """Keep nothing any longer."""
    if rules.cache is not None:
        shutil.rmtree(rules.cache, ignore_errors=True)
