# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An index is built once for each content, opened by what it is, and says what a lake knew on a day."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.metrics.vulnerabilities.osv_records import entry, record, table
from umbel.evidence.lake import Lake
from umbel.evidence.sync_advisories import import_files
from umbel.evidence.sync_exploits import import_file
from umbel.metrics.vulnerabilities.found import vulnerabilities
from umbel.metrics.vulnerabilities.index import Index
from umbel.metrics.vulnerabilities.match import match
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *advisories: str, **more: object) -> Path:
    folder.mkdir(exist_ok=True)
    for advisory in advisories:
        one = record(advisory, entry("npm", "p", {"introduced": "0"}, {"fixed": "2.0.0"}), **more)
        (folder / f"{advisory}.json").write_text(json.dumps(one), "utf-8")
    return folder


def advisories(index: Index) -> list[str]:
    return sorted(match(table(("pkg:npm/p", "1.0.0")), index).column("advisory").to_pylist())


def test_an_export_is_indexed_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    export, cache = write(tmp_path / "export", "EX-1"), tmp_path / "cache"
    first = Index.of_file(export, cache)
    assert Index.of_file(export, cache).path == first.path
    assert len(list(cache.glob("*.parquet"))) == 1
    write(export, "EX-2")
    second = Index.of_file(export, cache)
    assert second.path != first.path
    assert (advisories(first), advisories(second)) == (["EX-1"], ["EX-1", "EX-2"])
    assert advisories(Index.of_file(second.path)) == ["EX-1", "EX-2"]
    assert not list(cache.glob("*.part"))


def test_an_export_is_hashed_anew_only_if_it_may_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from umbel.evidence import osv_files

    export, cache = write(tmp_path / "export", "EX-1"), tmp_path / "cache"
    os.utime(export / "EX-1.json", (1_700_000_000, 1_700_000_000))
    first = Index.of_file(export, cache)
    hashed: list[Path] = []

    def note(path: Path, _: bytes) -> str:
        hashed.append(path)
        return "anew"

    monkeypatch.setattr(osv_files, "fingerprint", note)
    assert Index.of_file(export, cache).path == first.path
    assert hashed == []
    os.utime(export / "EX-1.json", (1_700_000_001, 1_700_000_001))
    Index.of_file(export, cache)
    assert hashed == [export]


def test_what_is_no_index_is_refused_in_a_sentence(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and nothing else")
    for name in ("other.parquet", "cut.parquet", "absent.zip"):
        with pytest.raises(UsageError):
            Index.of_file(tmp_path / name, tmp_path / "cache")


def test_an_empty_export_is_an_index_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    index = Index.of_file(tmp_path / "export", tmp_path / "cache")
    assert len(index) == 0
    assert advisories(index) == []


def test_packages_that_span_row_groups_are_whole(tmp_path: Path) -> None:
    export = tmp_path / "export"
    write(export, *(f"EX-{number:04}" for number in range(2500)))
    index = Index.of_file(export, tmp_path / "cache")
    assert len(advisories(index)) == 2500


def test_the_index_of_a_lake_follows_its_syncs(tmp_path: Path) -> None:
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    assert advisories(Index.of_lake(cache, lake)) == []
    import_files(lake, write(tmp_path / "export", "EX-1", published="2024-01-01T00:00:00Z"))
    first = Index.of_lake(cache, lake)
    assert advisories(first) == ["EX-1"]
    assert Index.of_lake(cache, lake).path == first.path
    import_files(lake, write(tmp_path / "export", "EX-2", published="2024-01-01T00:00:00Z"))
    assert advisories(Index.of_lake(cache, lake)) == ["EX-1", "EX-2"]


def test_as_of_a_day_it_says_what_could_be_known(tmp_path: Path) -> None:
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    import_files(
        lake,
        write(tmp_path / "a", "EX-1", published="2023-06-01T00:00:00Z", withdrawn="2024-06-01T00:00:00Z"),
    )

    def state(year: int, month: int) -> list[bool]:
        index = Index.of_lake(cache, lake, datetime(year, month, 1, tzinfo=UTC))
        found = vulnerabilities(match(table(("pkg:npm/p", "1.0.0")), index), index)
        return [one.active for each in found.values() for one in each]

    assert state(2023, 1) == []
    assert state(2024, 3) == [True]
    assert state(2024, 12) == [False]


def test_what_is_known_of_exploits_stands_with_the_vulnerability(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    import_files(lake, write(tmp_path / "export", "EX-1", aliases=["CVE-2024-1"]))
    (tmp_path / "kev.json").write_text(
        json.dumps({"catalogVersion": "1", "dateReleased": "2024-05-01T00:00:00Z", "vulnerabilities": [
            {"cveID": "CVE-2024-1", "dateAdded": "2024-04-01", "dueDate": "2024-04-22"},
        ]})
    )  # fmt: skip
    (tmp_path / "epss.csv").write_text(
        "#model_version:v1,score_date:2024-05-02T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1,0.42,0.9\n"
    )
    for name in ("kev.json", "epss.csv"):
        done = import_file(lake, tmp_path / name)
        assert done is not None
        assert (done.read, done.written) == (1, 1)
    index = Index.of_lake(tmp_path / "cache", lake)
    (one,) = vulnerabilities(match(table(("pkg:npm/p", "1.0.0")), index), index)["pkg:npm/p", "1.0.0"]
    assert (one.exploited, one.probability, str(one.due)) == (True, 0.42, "2024-04-22")


def test_a_gate_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    index = Index.of_file(write(tmp_path / "export", "EX-1"), tmp_path / "cache")
    code = (
        "import sys; from pathlib import Path; import pyarrow as pa;"
        "from umbel.metrics.vulnerabilities.index import Index;"
        "from umbel.metrics.vulnerabilities.match import match;"
        "from umbel.metrics.vulnerabilities.found import vulnerabilities;"
        "index = Index.of_file(Path(sys.argv[1]));"
        "rows = match(pa.table({'package': ['pkg:npm/p', 'pkg:pypi/q', 'pkg:maven/g/a'], 'version': ['1.0.0', '1', '1']}), index);"
        "assert rows.num_rows == 1 and vulnerabilities(rows, index);"
        "heavy = {'duckdb', 'deltalake', 'univers', 'packaging', 'cvss', 'rich', 'httpx', 'pyarrow.compute', 'packageurl'};"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code, str(index.path)], check=True)
