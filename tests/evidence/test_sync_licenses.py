# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The SPDX license list into the lake: from files, and from a server that is real and on this machine."""

from __future__ import annotations

import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.registries._http import Http
from umbel.collect.registries.addresses import Address
from umbel.evidence import sync_licenses
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.sync_licenses import sync, sync_from
from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty one."""
    return Lake(tmp_path / "lake")


def detail(key: str, text: str | None = "Text of {}") -> dict[str, Any]:
    kind = "licenseExceptionId" if key.endswith("exception") else "licenseId"
    body = "licenseExceptionText" if kind == "licenseExceptionId" else "licenseText"
    return {kind: key, "name": f"{key} License", **({body: text.format(key)} if text else {})}


def stored(lake: Lake) -> dict[str, str | None]:
    with Session(lake, tables=("licenses",)) as session:
        return dict(session.ask("SELECT license, text FROM licenses ORDER BY license").rows())


def outcomes(lake: Lake) -> list[tuple[str, str | None]]:
    with Session(lake, tables=("licenses",)) as session:
        return [
            tuple(row)
            for row in session.ask("SELECT outcome, revision FROM syncs ORDER BY collected_at").rows()
        ]


def folder_of(folder: Path) -> Path:
    """The layout of license-list-data."""
    for inner in ("details", "exceptions"):
        (folder / inner).mkdir(parents=True)
    (folder / "licenses.json").write_text(
        json.dumps({"licenseListVersion": "3.28.0", "licenses": [detail("MIT", None)]})
    )
    (folder / "details/MIT.json").write_text(json.dumps(detail("MIT")))
    (folder / "details/Broken.json").write_text("{")
    (folder / "exceptions/LLVM-exception.json").write_text(json.dumps(detail("LLVM-exception")))
    return folder


def test_a_folder(lake: Lake, tmp_path: Path) -> None:
    found = sync_from(lake, folder_of(tmp_path / "json"))
    assert (found.licenses, found.texts, found.version) == (2, 2, "3.28.0")
    assert [fault.place for fault in found.faults] == ["details/Broken.json"]
    assert stored(lake) == {"LLVM-exception": "Text of LLVM-exception", "MIT": "Text of MIT"}
    assert outcomes(lake) == [("partial", "3.28.0")]


def test_a_zip_and_a_file(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "json")
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        for file in sorted(folder.rglob("*.json")):
            archive.write(file, f"license-list-data-main/json/{file.relative_to(folder)}")
    assert sync_from(lake, tmp_path / "list.zip").texts == 2
    assert sync_from(lake, folder / "details/MIT.json").texts == 1
    assert set(stored(lake)) == {"LLVM-exception", "MIT"}


def test_a_broken_member_loses_only_itself(lake: Lake, tmp_path: Path) -> None:
    place = tmp_path / "list.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for key in ("0BSD", "MIT", "Zlib"):
            archive.writestr(f"{key}.json", json.dumps(detail(key)))
        start = archive.getinfo("MIT.json").header_offset + 30 + len("MIT.json")
    data = bytearray(place.read_bytes())
    data[start : start + 8] = b"\xff" * 8
    place.write_bytes(data)
    found = sync_from(lake, place)
    assert [fault.place for fault in found.faults] == ["MIT.json"]
    assert set(stored(lake)) == {"0BSD", "Zlib"}


def test_a_list_without_texts_hides_none(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "json")
    sync_from(lake, folder)
    sync_from(lake, folder / "licenses.json")
    assert stored(lake)["MIT"] == "Text of MIT"


def test_nothing_to_read_is_told(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no licenses"):
        sync_from(lake, tmp_path / "empty")
    with pytest.raises(UsageError, match="no file or folder"):
        sync_from(lake, tmp_path / "nowhere")
    (tmp_path / "broken.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    with pytest.raises(UsageError, match="holds no licenses"):
        sync_from(lake, tmp_path / "broken.zip")


class Site:
    """A server on this machine that has the list, in one of its two layouts."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                body = site.documents.get(self.path)
                data = json.dumps(body).encode()
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self.server.server_address[1]}/licenses/licenses.json", "a test")

    def list(self, keys: list[str], *, version: str = "3.28.0", inner: str = "") -> None:
        """Have the list and its details."""
        licenses = [detail(key, None) for key in keys]
        self.documents["/licenses/licenses.json"] = {"licenseListVersion": version, "licenses": licenses}
        self.documents["/licenses/exceptions.json"] = {"exceptions": [detail("LLVM-exception", None)]}
        for key in keys:
            self.documents[f"/licenses/{inner}{key}.json"] = detail(key)
        self.documents[f"/licenses/{'exceptions/' if inner else ''}LLVM-exception.json"] = detail(
            "LLVM-exception"
        )


@pytest.fixture
def site() -> Iterator[Site]:
    """It ends with the test."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("inner", ["", "details/"])
def test_from_a_server(lake: Lake, site: Site, inner: str) -> None:
    site.list(["MIT", "ISC"], inner=inner)
    with Http() as http:
        found = sync(lake, site.address, http)
        assert (found.licenses, found.texts, found.version, found.faults) == (3, 3, "3.28.0", ())
        assert stored(lake)["ISC"] == "Text of ISC"
        site.asked.clear()
        again = sync(lake, site.address, http)
    assert again.unchanged
    assert site.asked == ["/licenses/licenses.json", "/licenses/exceptions.json"]


def test_a_new_version_is_read_anew(lake: Lake, site: Site) -> None:
    site.list(["MIT"])
    with Http() as http:
        sync(lake, site.address, http)
        site.list(["MIT", "ISC"], version="3.29.0")
        assert sync(lake, site.address, http).licenses == 3
    assert [revision for _, revision in outcomes(lake)] == ["3.28.0", "3.29.0"]


def test_what_is_missing_is_asked_for_again(lake: Lake, site: Site) -> None:
    site.list(["MIT", "ISC"])
    del site.documents["/licenses/ISC.json"]
    with Http() as http:
        found = sync(lake, site.address, http)
        assert [fault.place for fault in found.faults] == ["ISC"]
        assert outcomes(lake) == [("partial", "3.28.0")]
        site.list(["MIT", "ISC"])
        site.asked.clear()
        assert sync(lake, site.address, http).licenses == 1
    assert [path for path in site.asked if "MIT" in path] == []
    assert stored(lake)["ISC"] == "Text of ISC"


def test_a_run_that_was_killed_goes_on(lake: Lake, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_licenses, "BATCH", 5)
    keys = [f"LicenseRef-{number:03}" for number in range(8)]
    site.list(keys)

    def killed(done: int, total: int) -> None:
        assert total == 9
        raise KeyboardInterrupt(done)

    with Http() as http:
        with pytest.raises(KeyboardInterrupt):
            sync(lake, site.address, http, killed)
        assert len(stored(lake)) == 5
        assert sync(lake, site.address, http).licenses == 4
    assert len(stored(lake)) == 9


def test_a_server_without_the_list_is_told(lake: Lake, site: Site) -> None:
    with Http() as http, pytest.raises(EvidenceError, match=r"no licenses\.json"):
        sync(lake, site.address, http)
