# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An index is built once for each content, opened by what it is, and says what a lake knew on a day."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.metrics.vulnerabilities.osv_records import entry, record, table
from umbel.collect import osv
from umbel.collect.columns import draw_id
from umbel.evidence import syncing
from umbel.evidence.lake import Lake
from umbel.evidence.sync_advisories import import_files
from umbel.evidence.sync_exploits import import_file
from umbel.metrics.vulnerabilities.found import vulnerabilities
from umbel.metrics.vulnerabilities.index import Index
from umbel.metrics.vulnerabilities.match import match
from umbel.model.errors import UsageError

SPRING = datetime(2024, 4, 1, tzinfo=UTC)


def sync(lake: Lake, **more: object) -> None:
    """An advisory, as a sync in spring saw it."""
    one = record("EX-1", entry("npm", "p", {"introduced": "0"}, {"fixed": "2.0.0"}), **more)
    found = osv.read(json.dumps(one).encode(), SPRING)
    number = draw_id()
    assert found.advisory is not None
    rows = {"advisories": [found.advisory], "advisory_ranges": found.ranges}
    syncing.publish(
        lake,
        "osv",
        {name: syncing.rows_table(name, each, number) for name, each in rows.items()},
        lineage="osv npm",
        origin="test",
        observed_at=SPRING,
        collected_at=SPRING,
        write_id=number,
    )


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


def zipped(path: Path, *ecosystems: str) -> Path:
    """An archive with a record of each ecosystem."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(ecosystems):
            one = record(f"EX-{number}", entry(name, "p", {"introduced": "0"}))
            archive.writestr(f"EX-{number}.json", json.dumps(one))
    return path


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("npm/all.zip", {"npm"}),
        ("npm.zip", {"npm"}),
        ("NPM.ZIP", {"npm"}),
        ("npm/some.zip", set()),
        ("PyPI.zip", set()),
        ("all.zip", set()),
    ],
)
def test_only_what_is_called_like_an_ecosystem_and_is_of_it_makes_it_known(
    tmp_path: Path, name: str, known: set[str]
) -> None:
    file = zipped(tmp_path / "in" / name, "npm", "Debian")
    for place in (file, tmp_path / "in"):
        index = Index.of_file(place, tmp_path / "cache")
        assert index.whole == known
        assert Index.of_file(index.path).whole == known
        assert (index.covers("npm"), index.covers("deb/debian")) == ("npm" in known, False)


def test_the_same_content_under_another_name_is_another_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = zipped(tmp_path / "some.zip", "npm")
    assert not Index.of_file(some, tmp_path / "cache").covers("npm")
    whole = some.rename(tmp_path / "npm.zip")
    assert Index.of_file(whole, tmp_path / "cache").covers("npm")
    zipped(tmp_path / "npm/all.zip", "npm")
    monkeypatch.chdir(tmp_path / "npm")
    assert Index.of_file(Path("all.zip"), tmp_path / "cache").covers("npm")


def test_a_distribution_is_covered_under_all_of_its_names_and_not_by_one_release(tmp_path: Path) -> None:
    index = Index.of_file(zipped(tmp_path / "Red Hat.zip", "Red Hat:enterprise_linux:9"), tmp_path / "cache")
    assert index.covers("rpm/redhat")
    assert index.covers("rpm/rhel")
    assert not index.covers("rpm")
    assert not index.covers("docker")
    one = Index.of_file(zipped(tmp_path / "Debian:12/all.zip", "Debian:12"), tmp_path / "cache")
    assert len(one) == 1
    assert not one.covers("deb/debian")


def test_an_export_that_can_hardly_be_read_is_not_whole(tmp_path: Path) -> None:
    file = zipped(tmp_path / "npm.zip", *["npm"] * 99)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("EX-lost.json", "{")
    assert Index.of_file(file, tmp_path / "cache").covers("npm")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("EX-lost-too.json", "{")
    assert not Index.of_file(file, tmp_path / "cache").covers("npm")


def test_what_a_lake_has_the_whole_of_is_known_and_stays_so(tmp_path: Path) -> None:
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    import_files(lake, write(tmp_path / "npm", "EX-1"))
    assert not Index.of_lake(cache, lake).covers("npm")
    import_files(lake, zipped(tmp_path / "mirror/npm.zip", "npm"))
    assert Index.of_lake(cache, lake).whole == {"npm"}
    import_files(lake, write(tmp_path / "npm", "EX-7"))
    assert Index.of_lake(cache, lake).whole == {"npm"}
    day = datetime(2024, 1, 1, tzinfo=UTC)
    assert Index.of_lake(cache, lake, day).whole == {"npm"}


def test_a_person_may_say_that_files_are_the_whole(tmp_path: Path) -> None:
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    file = zipped(tmp_path / "some.zip", "npm", "Debian:12", "PyPI")
    (done,) = import_files(lake, file, ["npm", "Debian", "Go"], whole=True)
    assert [fault.code for fault in done.faults] == ["osv-whole"]
    assert Index.of_lake(cache, lake).whole == {"npm", "Debian"}


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


def test_an_index_of_a_past_day_is_not_taken_for_today_s(tmp_path: Path) -> None:
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    sync(lake, aliases=["CVE-2024-1"])
    (tmp_path / "kev.json").write_text(
        json.dumps({"catalogVersion": "1", "dateReleased": "2024-05-01T00:00:00Z", "vulnerabilities": [
            {"cveID": "CVE-2024-1", "dateAdded": "2024-04-20", "dueDate": "2024-05-22"},
        ]})
    )  # fmt: skip
    assert import_file(lake, tmp_path / "kev.json") is not None

    def exploited(day: datetime | None) -> bool | None:
        index = Index.of_lake(cache, lake, day)
        (one,) = vulnerabilities(match(table(("pkg:npm/p", "1.0.0")), index), index)["pkg:npm/p", "1.0.0"]
        return one.exploited

    days = (datetime(2024, 4, 10, tzinfo=UTC), None, datetime(2024, 4, 11, tzinfo=UTC))
    assert [exploited(day) for day in days] == [None, True, None]
    assert len(list(cache.glob("*.parquet"))) == 2  # nothing happened between the tenth and the eleventh


def test_an_advisory_that_is_dated_in_the_future_counts_from_when_it_was_seen(tmp_path: Path) -> None:
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    sync(lake, published="2999-01-01T00:00:00Z", modified="2999-01-01T00:00:00Z")
    index = Index.of_lake(cache, lake)
    assert advisories(index) == ["EX-1"]
    assert Index.of_lake(cache, lake).path == index.path  # and isn't built anew each time
    assert advisories(Index.of_lake(cache, lake, datetime(2024, 3, 31, tzinfo=UTC))) == []


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
