# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lifecycles into the lake: from files, and from a server that is real and on this machine."""

from __future__ import annotations

import json
import threading
import zipfile
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.registries._http import Http
from umbel.collect.registries.addresses import Address
from umbel.evidence import sync_lifecycles
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.sync_lifecycles import sync, sync_from
from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = """\
---
title: {title}
permalink: /{product}
releases:
  - releaseCycle: "2"
    releaseDate: 2024-01-01
    eol: {eol}
  - releaseCycle: "1"
    releaseDate: 2020-01-01
    eol: true
---
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty one."""
    return Lake(tmp_path / "lake")


def page(product: str, eol: str = "2030-01-01") -> str:
    return PAGE.format(title=product.title(), product=product, eol=eol)


def folder_of(folder: Path, *products: str) -> Path:
    (folder / "products").mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text("# Products\n")
    for product in products:
        (folder / f"products/{product}.md").write_text(page(product))
    return folder


def stored(lake: Lake, as_of: datetime | None = None) -> dict[str, str]:
    """Product → the end of its cycle 2."""
    asked = "SELECT product, eol_on FROM lifecycles WHERE cycle = '2' ORDER BY product"
    with Session(lake, as_of, tables=("lifecycles",)) as session:
        return {product: str(eol_on) for product, eol_on in session.ask(asked).rows()}


def rows(lake: Lake) -> tuple[int, int]:
    """Rows of every write, and writes."""
    asked = "SELECT (SELECT count(*) FROM raw_lifecycles), (SELECT count(*) FROM syncs)"
    with Session(lake, tables=("lifecycles",)) as session:
        facts, writes = session.ask(asked).one()
        return facts, writes


def test_a_folder_twice_writes_nothing_the_second_time(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "eol", "python", "debian")
    first = sync_from(lake, folder)
    assert (first.products, first.cycles, first.changed, first.faults) == (2, 4, 2, ())
    assert rows(lake) == (4, 1)
    again = sync_from(lake, folder)
    assert (again.products, again.cycles, again.changed) == (2, 4, 0)
    assert rows(lake) == (4, 1)


def test_only_what_changed_is_written_and_the_past_stays(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "eol", "python", "debian")
    sync_from(lake, folder)
    between = datetime.now(UTC)
    (folder / "products/python.md").write_text(page("python", "2031-12-31"))
    assert sync_from(lake, folder).changed == 1
    assert rows(lake) == (6, 2)
    assert stored(lake) == {"debian": "2030-01-01", "python": "2031-12-31"}
    assert stored(lake, between) == {"debian": "2030-01-01", "python": "2030-01-01"}
    # A day before anything was seen is answered by what was seen first.
    assert stored(lake, datetime(2025, 1, 1, tzinfo=UTC))["python"] == "2030-01-01"


def test_a_cycle_that_is_gone_is_gone(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "eol", "python")
    sync_from(lake, folder)
    text = page("python")
    (folder / "products/python.md").write_text(text[: text.index('  - releaseCycle: "1"')] + "---\n")
    assert sync_from(lake, folder).changed == 1
    with Session(lake, tables=("lifecycles",)) as session:
        assert session.ask("SELECT list(cycle) FROM lifecycles").one() == (["2"],)


def test_some_products_of_a_zip(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "eol", "python", "debian")
    with zipfile.ZipFile(tmp_path / "eol.zip", "w") as archive:
        for file in sorted(folder.rglob("*.md")):
            archive.write(file, f"endoflife.date-main/{file.relative_to(folder)}")
    found = sync_from(lake, tmp_path / "eol.zip", ["debian", "nosuch"])
    assert (found.products, found.missing, found.incomplete) == (1, ("nosuch",), True)
    assert set(stored(lake)) == {"debian"}


def test_one_bad_file_never_stops_the_others(lake: Lake, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "eol", "aaa", "zzz")
    (folder / "products/broken.md").write_text("---\nreleases: [\n---\n")
    (folder / "products/binary.md").write_bytes(b"---\nreleases:\n\xff\xfe\x00\n---\n")
    (folder / "products/huge.json").write_bytes(b"[" + b" " * (33 << 20))
    (folder / "products/loop.md").symlink_to(folder / "products/loop.md")
    (folder / "products/same.md").write_text(page("aaa", "1999-01-01"))
    found = sync_from(lake, folder)
    assert set(stored(lake)) == {"aaa", "zzz"}
    assert stored(lake)["aaa"] == "2030-01-01"
    places = {fault.place.partition(":")[0] for fault in found.faults}
    assert places == {f"products/{name}" for name in ("broken.md", "binary.md", "huge.json", "same.md")}
    assert found.incomplete


def test_nothing_to_read_is_told(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("empty", "broken.zip", "text.md"):
        if "." in place:
            (tmp_path / place).write_bytes(b"PK\x05\x06" + b"\0" * 18)
        with pytest.raises(UsageError, match="holds no lifecycles"):
            sync_from(lake, tmp_path / place)
    with pytest.raises(UsageError, match="no file or folder"):
        sync_from(lake, tmp_path / "nowhere")


def test_a_zip_that_lies_of_its_size(lake: Lake, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b"[" + b" " * (33 << 20))
        archive.writestr("bomb.md", b"---\n" + b"a: b\n" * (1 << 19))
        archive.writestr("python.md", page("python"))
    found = sync_from(lake, tmp_path / "bomb.zip")
    assert set(stored(lake)) == {"python"}
    assert [fault.code for fault in found.faults] == ["too-large", "too-large"]


class Site:
    """A server on this machine that has what endoflife.date has."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.busy = 0
        self.tagged = True
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        condition = request.headers.get("If-None-Match")
        self.asked.append((request.path, condition))
        found = self.documents.get(request.path)
        data = found if isinstance(found, bytes) else json.dumps(found).encode()
        tag = f'"{hash(data)}"'
        status = 404 if found is None else 304 if condition == tag else 200
        if self.busy:
            self.busy -= 1
            status = 429
        request.send_response(status)
        if status == 429:
            request.send_header("Retry-After", "0")
        if self.tagged:
            request.send_header("ETag", tag)
        body = data if status == 200 else b""
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self.server.server_address[1]}/api/v1", "a test")

    def full(self, *products: str, eol: str = "2030-01-01", built: str = "2026-01-01") -> None:
        """Have version 1 with these products."""
        result = [product(name, eol) for name in products]
        self.documents["/api/v1/products/full"] = {"generated_at": built, "result": result}
        for each in result:
            self.documents[f"/api/v1/products/{each['name']}"] = {"result": each}


def product(name: str, eol: str = "2030-01-01") -> dict[str, Any]:
    return {"name": name, "label": name, "releases": [{"name": "2", "isEol": False, "eolFrom": eol}]}


@pytest.fixture
def site() -> Iterator[Site]:
    """It ends with the test."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def http() -> Iterator[Http]:
    """It waits for nobody."""
    with Http(wait=lambda _: None) as made:
        yield made


def test_what_did_not_change_is_not_sent_again(lake: Lake, site: Site, http: Http) -> None:
    site.full("python", "debian")
    first = sync(lake, site.address, http)
    assert (first.products, first.changed, first.unmodified) == (2, 2, False)
    before = rows(lake)
    again = sync(lake, site.address, http)
    assert (again.unmodified, again.products) == (True, 0)
    assert rows(lake) == before
    assert site.asked[-1][1] is not None

    # Built anew with the same content: read, but nothing is written but what to ask by next time.
    site.full("python", "debian", built="2026-02-02")
    assert sync(lake, site.address, http).changed == 0
    assert rows(lake) == (before[0], before[1] + 1)
    assert sync(lake, site.address, http).unmodified

    site.full("python", "debian", eol="2031-01-01", built="2026-03-03")
    assert sync(lake, site.address, http).changed == 2
    assert stored(lake)["python"] == "2031-01-01"


def test_what_was_read_from_elsewhere_since_is_asked_for_again(
    lake: Lake, site: Site, http: Http, tmp_path: Path
) -> None:
    site.full("python")
    sync(lake, site.address, http)
    sync_from(lake, folder_of(tmp_path / "eol", "python"))
    found = sync(lake, site.address, http)
    assert (found.unmodified, found.changed) == (False, 1)
    assert site.asked[-1][1] is None


def test_a_server_without_validators(lake: Lake, site: Site, http: Http) -> None:
    site.tagged = False
    site.full("python")
    sync(lake, site.address, http)
    assert sync(lake, site.address, http).unmodified
    site.full("python", eol="2031-01-01")
    assert sync(lake, site.address, http).changed == 1


def test_a_busy_server_is_asked_again(lake: Lake, site: Site, http: Http) -> None:
    site.full("python")
    site.busy = 2
    assert sync(lake, site.address, http).changed == 1
    assert len(site.asked) == 3


def test_some_products(lake: Lake, site: Site, http: Http) -> None:
    site.full("python", "debian")
    found = sync(lake, site.address, http, ["debian", "nosuch", "debian"])
    assert (found.products, found.changed, found.missing) == (1, 1, ("nosuch",))
    assert found.incomplete
    before = rows(lake)
    assert sync(lake, site.address, http, ["debian"]).changed == 0
    assert rows(lake) == before


def test_version_0_has_them_one_by_one(lake: Lake, site: Site, http: Http) -> None:
    address = Address(site.address.url.removesuffix("/v1"), "a test")
    site.documents["/api/all.json"] = ["python", "gone", "broken"]
    site.documents["/api/python.json"] = [{"cycle": "2", "eol": "2030-01-01"}]
    site.documents["/api/broken.json"] = b"{"
    told: list[tuple[int, int]] = []
    found = sync(lake, address, http, progress=lambda done, total: told.append((done, total)))
    assert (found.products, found.missing) == (1, ("broken", "gone"))
    assert stored(lake) == {"python": "2030-01-01"}
    assert told[-1] == (3, 3)


@pytest.mark.parametrize("body", [None, b"<html>Sign in</html>", b'{"result": []}', b'{"result": 3}'])
def test_no_lifecycles_are_told(lake: Lake, site: Site, http: Http, body: bytes | None) -> None:
    if body is not None:
        site.documents["/api/v1/products/full"] = body
    with pytest.raises(EvidenceError):
        sync(lake, site.address, http)
    assert rows(lake) == (0, 0)


def test_a_server_out_of_reach(lake: Lake, http: Http) -> None:
    nowhere = Address("http://127.0.0.1:9/api/v1", "a test")
    for products in ([], ["python"]):
        with pytest.raises(EvidenceError, match="can't be had") as raised:
            sync(lake, nowhere, http, products)
        assert "--from" in (raised.value.hint or "")


def test_a_run_that_was_cut_off_goes_on(
    lake: Lake, site: Site, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_lifecycles, "BATCH", 2)
    names = [f"p{number}" for number in range(5)]
    site.full(*names)

    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(lake, site.address, http, progress=stop)
    assert set(stored(lake)) == {"p0", "p1"}
    found = sync(lake, site.address, http)
    assert (found.unmodified, found.changed) == (False, 3)
    assert set(stored(lake)) == set(names)


def test_the_shared_products_twice(lake: Lake, shared_data: Path) -> None:
    first = sync_from(lake, shared_data / "eol")
    assert (first.products, first.cycles, first.changed, first.faults) == (464, 8351, 464, ())
    before = rows(lake)
    assert before[0] == 8351
    assert sync_from(lake, shared_data / "eol").changed == 0
    assert rows(lake) == before
