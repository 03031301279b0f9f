# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lakes of an earlier Umbel: tables that lack the newest columns are read, written to and compacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from tests import acme
from umbel.collect.interface import Import
from umbel.evidence.ask import ask
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.upkeep import compact, verify
from umbel.model.tables import TABLES, arrow_schema

if TYPE_CHECKING:
    from pathlib import Path

_QUESTION = "SELECT module, files, type_files FROM imports ORDER BY module"


@pytest.fixture(params=["plain", "pat*tern"])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Lake:
    """A lake whose `imports` has no `type_files`; in a folder that DuckDB can't read itself, too."""
    lake = Lake(tmp_path / request.param)
    _publish(lake, "api", Import(language="Python", module="yaml", kind="package", files=3))
    table = lake.table("imports", fresh=True)
    rows = pa.table(table.to_pyarrow_dataset().to_table()).drop_columns(["type_files"])
    write_deltalake(table, rows, mode="overwrite", schema_mode="overwrite")
    return Lake(lake.url)


def _publish(lake: Lake, subject: str, row: Import) -> None:
    reading = acme.reading([])
    reading.imports = [row]
    acme.publish(lake, (acme.stamp(subject, collector="checkout"), reading))


def _asked(lake: Lake) -> list[tuple[object, ...]]:
    with Session(lake) as session:
        return session.ask(_QUESTION).rows()


def test_what_an_old_table_lacks_is_unknown(old: Lake) -> None:
    assert "type_files" not in {field.name for field in old.table("imports").schema().fields}
    assert _asked(old) == [("yaml", 3, None)]
    assert [tuple(row.values()) for row in ask(old, _QUESTION).to_pylist()] == [("yaml", 3, None)]
    with Session(old) as session:
        names = [row[0] for row in session.ask("DESCRIBE raw_imports").rows()]
    assert names == [column.name for column in TABLES["imports"].columns]


def test_an_old_table_gets_its_columns_when_it_is_written_to(old: Lake) -> None:
    _publish(old, "web", Import(language="TypeScript", module="zod", kind="package", files=4, type_files=2))
    both = [("yaml", 3, None), ("zod", 4, 2)]
    assert _asked(old) == both
    assert [tuple(row.values()) for row in ask(old, _QUESTION).to_pylist()] == both
    assert not verify(old)
    compact(old)
    assert _asked(Lake(old.url)) == both


def test_a_column_of_a_later_umbel_is_no_hindrance(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _publish(lake, "api", Import(language="Python", module="yaml", files=3, type_files=1))
    later = arrow_schema("imports").append(pa.field("hue", pa.string()))
    write_deltalake(
        lake.table("imports", fresh=True),
        pa.Table.from_pylist([{"write_id": 1, "hue": "red"}], schema=later),
        mode="append",
        schema_mode="merge",
    )
    _publish(lake, "web", Import(language="Python", module="attrs", files=1, type_files=0))
    assert _asked(lake) == [("attrs", 1, 0), ("yaml", 3, 1)]


@pytest.mark.parametrize("name", ["a b", "a%b", "ü#1", "what?", "{x}"])
def test_a_lake_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    lake = Lake(tmp_path / name)
    _publish(lake, "api", Import(language="Python", module="yaml", files=3))
    assert _asked(lake) == [("yaml", 3, None)]
    assert [tuple(row.values()) for row in ask(lake, _QUESTION).to_pylist()] == [("yaml", 3, None)]
