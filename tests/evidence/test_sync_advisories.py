# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Advisories from a server and from files: whole, then what changed; hostile archives; what is withdrawn."""

from __future__ import annotations

import gzip
import io
import json
import threading
import zipfile
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.faults import Faults
from umbel.collect.registries._http import Http
from umbel.collect.registries.addresses import Address
from umbel.evidence import osv_files, sync_advisories, sync_exploits, syncing
from umbel.evidence._advisories_known import whole
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.sync_advisories import SyncedAdvisories, changes, import_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def record(advisory: str, modified: str = "2024-01-01T00:00:00Z", fixed: str = "2.0.0", **more: Any) -> bytes:
    affected = [
        {
            "package": {"ecosystem": "npm", "name": "p"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
        }
    ]
    return json.dumps({"id": advisory, "modified": modified, "affected": affected, **more}).encode()


def archive(records: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in records.items():
            out.writestr(name, data)
    return stream.getvalue()


class Export(ThreadingHTTPServer):
    """An OSV export on loopback: records by id, with their dates of change."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.records: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []
        self.pages: dict[str, bytes] = {}
        self.broken: set[str] = set()

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self.server_address[1]}", "a test")

    def put(self, advisory: str, modified: str, **more: Any) -> None:
        self.records[advisory] = (modified, record(advisory, modified, **more))

    def answer(self, path: str) -> bytes | None:
        if path in self.pages:
            return self.pages[path]
        if path == "/npm/all.zip":
            return archive({f"{name}.json": data for name, (_, data) in self.records.items()})
        if path == "/npm/modified_id.csv":
            lines = sorted(((modified, name) for name, (modified, _) in self.records.items()), reverse=True)
            return "".join(f"{modified},{name}\n" for modified, name in lines).encode()
        name = path.removeprefix("/npm/").removesuffix(".json")
        return self.records[name][1] if name in self.records else None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Export)
        server.asked.append(self.path)
        if self.path in server.broken:
            self.send_error(403)
            return
        body = server.answer(self.path)
        if body is None:
            self.send_error(404)
            return
        tag = f'"{hash(body)}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def export() -> Iterator[Export]:
    server = Export()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def run(lake: Lake, export: Export, *ecosystems: str) -> SyncedAdvisories:
    export.asked.clear()
    with Http(wait=lambda _: None) as http:
        return sync_advisories.sync(lake, export.address, http, ecosystems or ("npm",))[-1]


def stored(lake: Lake) -> dict[str, tuple[str | None, bool]]:
    """Advisory → the version that fixes it, whether it was withdrawn; as the lake has it now."""
    with Session(lake) as session:
        rows = session.ask(
            "SELECT a.advisory, list_extract(r.ranges, 1).events[2].version, a.withdrawn FROM advisories AS a "
            "JOIN advisory_ranges AS r ON r.advisory = a.advisory ORDER BY 1"
        ).rows()
    return {row[0]: (row[1], row[2]) for row in rows}


def written(lake: Lake) -> int:
    with Session(lake) as session:
        return int(session.ask("SELECT count(*) FROM raw_advisories").one()[0])


def test_whole_at_first_and_then_only_what_changed(lake: Lake, export: Export) -> None:
    for number in range(5):
        export.put(f"EX-{number}", f"2024-01-0{number + 1}T00:00:00Z")
    first = run(lake, export)
    assert (first.how, first.outcome, first.read, first.new) == ("archive", "complete", 5, 5)
    export.put("EX-1", "2024-02-01T00:00:00Z", fixed="3.0.0")
    export.put("EX-9", "2024-02-02T00:00:00Z")
    second = run(lake, export)
    assert (second.how, second.read, second.new, second.changed) == ("changes", 2, 1, 1)
    assert sorted(export.asked) == ["/npm/EX-1.json", "/npm/EX-9.json", "/npm/modified_id.csv"]
    assert stored(lake)["EX-1"] == ("3.0.0", False)
    third = run(lake, export)
    assert (third.how, third.read) == ("unchanged", 0)
    assert export.asked == ["/npm/modified_id.csv"]
    assert written(lake) == 7


def test_a_record_that_is_the_same_is_not_written_again(lake: Lake, export: Export) -> None:
    export.put("EX-1", "2024-01-01T00:00:00Z")
    export.put("EX-2", "2024-01-02T00:00:00Z")
    run(lake, export)
    export.records["EX-1"] = ("2024-03-01T00:00:00Z", export.records["EX-1"][1])
    done = run(lake, export)
    assert (done.read, done.new, done.changed) == (1, 0, 0)
    assert written(lake) == 2


def test_a_run_that_could_not_fetch_a_record_comes_back_for_it(lake: Lake, export: Export) -> None:
    export.put("EX-1", "2024-01-01T00:00:00Z")
    run(lake, export)
    export.put("EX-2", "2024-02-01T00:00:00Z")
    export.put("EX-3", "2024-02-02T00:00:00Z")
    export.broken.add("/npm/EX-2.json")
    done = run(lake, export)
    assert (done.outcome, done.new, [fault.code for fault in done.faults]) == ("partial", 1, ["refused"])
    export.broken.clear()
    done = run(lake, export)
    assert (done.outcome, done.read, done.new) == ("complete", 1, 1)
    assert set(stored(lake)) == {"EX-1", "EX-2", "EX-3"}


def test_a_killed_run_keeps_what_it_published_and_the_next_goes_on(
    lake: Lake, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.put("EX-000", "2024-01-01T00:00:00Z")
    run(lake, export)
    for number in range(1, 60):
        export.put(f"EX-{number:03}", f"2024-02-01T00:{number // 60:02}:{number % 60:02}Z")
    monkeypatch.setattr(sync_advisories, "BATCH_DOCUMENTS", 15)
    published = 0

    def kill(*_: object, **__: object) -> int:
        nonlocal published
        published += 1
        if published > 3:
            raise KeyboardInterrupt
        return publish(*_, **__)  # type: ignore[arg-type]

    publish = syncing.publish
    monkeypatch.setattr(sync_advisories, "publish", kill)
    with pytest.raises(KeyboardInterrupt):
        run(lake, export)
    monkeypatch.setattr(sync_advisories, "publish", publish)
    assert len(stored(lake)) == 46
    done = run(lake, export)
    assert done.new == 14
    assert len(stored(lake)) == 60
    assert written(lake) == 60


def test_what_an_export_no_longer_lists_is_withdrawn_once(lake: Lake, export: Export) -> None:
    for number in range(5):
        export.put(f"EX-{number}", "2024-01-01T00:00:00Z")
    run(lake, export)
    del export.records["EX-3"]
    before = datetime.now(UTC)
    assert run(lake, export).withdrawn == 1
    assert {name for name, (_, gone) in stored(lake).items() if gone} == {"EX-3"}
    with Session(lake) as session:
        assert session.ask("SELECT withdrawn_at FROM advisories WHERE advisory = 'EX-3'").one()[0] >= before
    assert run(lake, export).withdrawn == 0
    export.put("EX-3", "2024-05-01T00:00:00Z")
    run(lake, export)
    assert not any(gone for _, gone in stored(lake).values())


def test_an_export_that_is_cut_off_withdraws_nothing(lake: Lake, export: Export) -> None:
    for number in range(40):
        export.put(f"EX-{number}", "2024-01-01T00:00:00Z")
    run(lake, export)
    for number in range(30):
        del export.records[f"EX-{number}"]
    done = run(lake, export)
    assert (done.withdrawn, [fault.code for fault in done.faults]) == (0, ["osv-missed"])
    assert not any(gone for _, gone in stored(lake).values())


def test_one_ecosystem_that_fails_stops_no_other(lake: Lake, export: Export) -> None:
    export.put("EX-1", "2024-01-01T00:00:00Z")
    with Http(wait=lambda _: None) as http:
        done = sync_advisories.sync(lake, export.address, http, ("Hex", "npm"))
    assert [(one.lineage, one.outcome, one.new) for one in done] == [
        ("osv Hex", "failed", 0),
        ("osv npm", "complete", 1),
    ]


def test_an_older_export_undoes_nothing(lake: Lake, tmp_path: Path) -> None:
    place = tmp_path / "npm" / "all.zip"
    place.parent.mkdir()
    place.write_bytes(
        archive(
            {
                "EX-1.json": record("EX-1", "2024-02-01T00:00:00Z", "3.0.0"),
                "EX-2.json": record("EX-2", "2024-03-01T00:00:00Z"),
            }
        )
    )
    assert import_files(lake, place)[0].lineage == "osv npm"
    place.write_bytes(archive({"EX-1.json": record("EX-1", "2024-01-01T00:00:00Z", "2.0.0")}))
    done = import_files(lake, place)[0]
    assert (done.new, done.changed, done.withdrawn) == (0, 0, 0)
    assert stored(lake) == {"EX-1": ("3.0.0", False), "EX-2": ("2.0.0", False)}


def test_one_broken_record_loses_only_itself(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.json").write_bytes(record("EX-1"))
    (folder / "b.json").write_bytes(b"{")
    (folder / "c.zip").write_bytes(
        archive({"../../etc/passwd.json": record("EX-2"), "/abs.json": b"\0", "read.me": b"x"})
    )
    (folder / "d.zip").write_bytes(b"PK\3\4 and then nothing")
    done = import_files(lake, folder)[0]
    assert (done.outcome, done.new) == ("partial", 2)
    assert set(stored(lake)) == {"EX-1", "EX-2"}
    assert {fault.code for fault in done.faults} == {"osv-json"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "lake"]


def test_members_that_unpack_to_too_much_are_left_out(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osv_files, "LARGEST", 10_000)
    bomb = record("EX-9", summary="x" * 5_000_000)
    (tmp_path / "a.zip").write_bytes(archive({"EX-9.json": bomb, "EX-1.json": record("EX-1")}))
    done = import_files(lake, tmp_path / "a.zip")[0]
    assert (done.new, [fault.code for fault in done.faults]) == (1, ["osv-size"])


def test_only_the_ecosystems_that_are_wanted(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(record("EX-1"))
    assert import_files(lake, tmp_path / "a.json", ["PyPI"])[0].new == 0
    assert import_files(lake, tmp_path / "a.json", ["npm"])[0].new == 1


def test_a_folder_called_like_an_ecosystem_is_no_export_of_it(
    lake: Lake, export: Export, tmp_path: Path
) -> None:
    export.put("EX-1", "2024-01-01T00:00:00Z")
    folder = tmp_path / "npm"
    folder.mkdir()
    (folder / "EX-9.json").write_bytes(record("EX-9", "2024-06-01T00:00:00Z"))
    assert import_files(lake, folder)[0].lineage == "osv files npm"
    done = run(lake, export)
    assert (done.how, done.new, set(stored(lake))) == ("archive", 1, {"EX-1", "EX-9"})


def test_a_record_that_a_broken_archive_lost_is_fetched_later(
    lake: Lake, export: Export, tmp_path: Path
) -> None:
    for number in range(1, 4):
        export.put(f"EX-{number}", f"2024-01-0{number}T00:00:00Z")
    place = tmp_path / "npm.zip"
    place.write_bytes(archive({"EX-1.json": b"{", "EX-3.json": record("EX-3", "2024-01-03T00:00:00Z")}))
    done = import_files(lake, place)[0]
    assert (done.outcome, done.new) == ("partial", 1)
    assert "osv-whole" in {fault.code for fault in done.faults}
    done = run(lake, export)
    assert (done.how, done.new, done.changed) == ("changes", 2, 0)
    assert set(stored(lake)) == {"EX-1", "EX-2", "EX-3"}
    with Session(lake, tables=("snapshots",)) as session:
        assert whole(session) == {"npm"}


def test_lists_of_changes_of_any_form() -> None:
    faults = Faults()
    found = changes(
        b"2024-02-01T00:00:00Z,EX-2\nnpm/EX-1\n\n2024-01-01T00:00:00+02:00,npm/EX-1\nwhen,EX-3\n\xff", faults
    )
    assert [(one.modified, one.advisory) for one in found] == [
        (datetime(2024, 2, 1, tzinfo=UTC), "EX-2"),
        (datetime(2023, 12, 31, 22, tzinfo=UTC), "EX-1"),
    ]
    assert [fault.place for fault in faults.list()] == ["line 2", "line 5", "line 6"]


def test_exploits_are_written_when_they_are_news(lake: Lake, tmp_path: Path) -> None:
    def epss(day: str, *lines: str) -> sync_exploits.SyncedExploits:
        (tmp_path / "e.csv").write_text(
            "\n".join([f"#model_version:v1,score_date:{day}T00:00:00+0000", "cve,epss,percentile", *lines])
        )
        done = sync_exploits.import_file(lake, tmp_path / "e.csv")
        assert done is not None
        return done

    assert epss("2024-05-01", "CVE-2024-1,0.1,0.5", "CVE-2024-2,0.2,0.6").written == 2
    assert epss("2024-05-02", "CVE-2024-1,0.1,0.51", "CVE-2024-2,0.3,0.7").written == 1
    assert epss("2024-04-01", "CVE-2024-2,0.9,0.9").written == 0
    with Session(lake, datetime(2024, 5, 1, 12, tzinfo=UTC)) as session:
        assert session.ask("SELECT probability FROM exploits ORDER BY vulnerability").rows() == [
            (0.1,),
            (0.2,),
        ]

    def kev(day: str, *names: str) -> sync_exploits.SyncedExploits:
        listed = [{"cveID": name, "dateAdded": "2024-05-01", "dueDate": "2024-05-22"} for name in names]
        (tmp_path / "k.json").write_text(
            json.dumps({"catalogVersion": "1", "dateReleased": day, "vulnerabilities": listed})
        )
        done = sync_exploits.import_file(lake, tmp_path / "k.json")
        assert done is not None
        return done

    assert kev("2024-05-01", "CVE-2024-1", "CVE-2024-2").written == 2
    done = kev("2024-06-01", "CVE-2024-1")
    assert (done.written, done.dropped) == (0, 1)
    with Session(lake) as session:
        rows = session.ask(
            "SELECT vulnerability, exploited FROM exploits WHERE source = 'kev' ORDER BY 1"
        ).rows()
    assert rows == [("CVE-2024-1", True), ("CVE-2024-2", False)]
    assert kev("2024-06-02", "CVE-2024-1", "CVE-2024-2").written == 1
    with Session(lake) as session:
        assert session.ask("SELECT count(*) FROM exploits WHERE exploited").one() == (2,)


def test_a_publication_that_came_broken_is_asked_for_again(lake: Lake, export: Export) -> None:
    export.pages["/epss"] = gzip.compress(
        b"#model_version:v1,score_date:2024-05-01T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1,0.1,0.5\n"
    )[:-12]
    address = export.address._replace(url=f"{export.address.url}/epss")
    for _ in range(2):
        with Http(wait=lambda _: None) as http:
            (done,) = sync_exploits.sync(lake, {"epss": address}, http)
        assert (done.outcome, done.how) == ("partial", "whole")


def test_real_exports_are_imported_and_a_second_time_nothing_is_written(
    lake: Lake, shared_data: Path
) -> None:
    done = import_files(lake, shared_data / "osv/crates.io/all.zip")[0]
    assert (done.lineage, done.outcome, done.new, done.faults) == ("osv crates.io", "complete", 769, [])
    done = import_files(lake, shared_data / "osv/crates.io/all.zip")[0]
    assert (done.read, done.new, done.changed, done.withdrawn) == (769, 0, 0, 0)
