# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A sync from a registry on this machine into a real lake: new, unchanged, gone, failed, killed, resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.collect.registries.servers import Reply, Request, Server, server
from umbel.app import Workspace
from umbel.evidence import sync_packages
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.evidence.sync_packages import Summary

NONE = timedelta(0)


def packument(*versions: str, **more: Any) -> bytes:
    told = {v: {"license": "MIT"} for v in versions}
    times = {v: f"20{20 + n}-01-01T00:00:00Z" for n, v in enumerate(versions)}
    return json.dumps({"versions": told, "time": times, "maintainers": [], **more}).encode()


def tagged(body: bytes, tag: str) -> Reply:
    return Reply(body=body, headers={"ETag": f'"{tag}"'})


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """An npm registry, with a user who has configured nothing but what a test says."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in list(os.environ):
        if name.lower().startswith(("npm_", "pip_", "uv_", "go", "cargo_", "bundle_")):
            monkeypatch.delenv(name)
    with server() as made:
        yield made


@pytest.fixture
def shop(tmp_path: Path, npm: Server) -> Workspace:
    """Acme's shop uses two packages of npm and one that no registry of ours knows."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "umbel.toml").write_text(
        f'[registries]\nnpm = "{npm.url}"\n[[products]]\nname = "Shop"\nprojects = ["shop"]\n'
    )
    made = Workspace(folder)
    acme.publish(made.lake(create=True), (acme.stamp("shop"), acme.reading(["pad@1.0.0", "trim@2.0.0"])))
    acme.publish(made.lake(), (acme.stamp("till"), acme.reading(["mill@1.0.0"])))
    npm.tell("/pad", tagged(packument("1.0.0", "1.1.0"), "p1"))
    npm.tell("/trim", tagged(packument("2.0.0"), "t1"))
    return made


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with Session(workspace.lake()) as session:
        return list(session.ask(sql).rows())


def counts(summary: Summary) -> dict[str, int]:
    names = ("asked", "new", "unchanged", "not_found", "failed", "skipped")
    return {name: summary.total(name) for name in names if summary.total(name)}


LATEST = "SELECT package, found, latest, versions FROM packages ORDER BY package"


def test_what_is_in_use_is_asked_for_and_kept(shop: Workspace, npm: Server) -> None:
    summary = shop.sync_packages()
    assert counts(summary) == {"asked": 3, "new": 2, "not_found": 1}
    assert not summary.incomplete
    assert rows(shop, LATEST) == [
        ("pkg:npm/mill", False, None, None),
        ("pkg:npm/pad", True, "1.1.0", 2),
        ("pkg:npm/trim", True, "2.0.0", 1),
    ]
    told = "SELECT version, position, prerelease, year(released_at), license FROM package_versions WHERE package = 'pkg:npm/pad' ORDER BY position"
    assert rows(shop, told) == [("1.0.0", 0, False, 2020, "MIT"), ("1.1.0", 1, False, 2021, "MIT")]
    assert rows(shop, "SELECT collector, lineage, origin, outcome FROM syncs") == [
        ("npm", "npm packages", npm.url, "complete")
    ]


def test_what_was_seen_today_is_not_asked_for_again(shop: Workspace, npm: Server) -> None:
    shop.sync_packages()
    npm.requests.clear()
    summary = shop.sync_packages()
    assert (summary.fresh, npm.requests, counts(summary)) == (3, [], {})


def test_what_did_not_change_points_to_what_is_stored(shop: Workspace, npm: Server) -> None:
    shop.sync_packages()
    npm.tell("/pad", Reply(304))
    npm.tell("/trim", tagged(packument("2.0.0", "2.1.0"), "t2"))
    summary = shop.sync_packages(older_than=NONE)
    assert counts(summary) == {"asked": 3, "new": 1, "unchanged": 1, "not_found": 1}
    sent = {r.path: r.headers.get("if-none-match") for r in npm.requests[3:]}
    assert sent == {"/pad": '"p1"', "/trim": '"t1"', "/mill": None}
    stored = rows(
        shop, "SELECT package, count(*), count(DISTINCT versions_in) FROM raw_packages GROUP BY 1 ORDER BY 1"
    )
    assert stored == [("pkg:npm/mill", 2, 0), ("pkg:npm/pad", 2, 1), ("pkg:npm/trim", 2, 2)]
    assert rows(shop, "SELECT count(*) FROM raw_package_versions") == [(5,)]
    assert rows(shop, "SELECT package, count(*) FROM package_versions GROUP BY 1 ORDER BY 1") == [
        ("pkg:npm/pad", 2),
        ("pkg:npm/trim", 2),
    ]
    assert not shop.verify()


def test_a_failure_costs_only_itself_and_takes_nothing_back(shop: Workspace, npm: Server) -> None:
    shop.sync_packages()
    npm.tell("/pad", b"<html>log in</html>")
    summary = shop.sync_packages(older_than=NONE)
    assert counts(summary) == {"asked": 3, "unchanged": 1, "failed": 1, "not_found": 1}
    assert summary.incomplete
    assert summary.sources[0].reasons == {"not-understood": 1}
    assert summary.trouble[0].package == "pkg:npm/pad"
    assert ("pkg:npm/pad", True, "1.1.0", 2) in rows(shop, LATEST)
    (faults,) = rows(shop, "SELECT faults FROM raw_snapshots WHERE outcome = 'partial'")
    assert [fault["place"] for fault in faults[0]] == ["pkg:npm/pad"]


def test_only_one_product_or_named_packages(shop: Workspace, npm: Server) -> None:
    shop.sync_packages(product="Shop")
    assert sorted(npm.paths()) == ["/pad", "/trim"]
    npm.requests.clear()
    shop.sync_packages(["pad", "pkg:npm/never"], older_than=NONE)
    assert sorted(npm.paths()) == ["/never", "/pad"]
    with pytest.raises(UsageError, match="No package in use is called 'paddle'"):
        shop.sync_packages(["paddle"])
    with pytest.raises(UsageError, match="no source 'nmp'"):
        shop.sync_packages(sources=["nmp"])


def test_private_names_never_leave(shop: Workspace, npm: Server) -> None:
    shop.settings_file.write_text(
        shop.settings_file.read_text() + '[sync]\nprivate = ["mill", "pkg:npm/tr*"]\n'
    )
    summary = Workspace(shop.folder).sync_packages()
    assert (summary.private, npm.paths()) == (2, ["/pad"])


def test_without_an_address_it_says_what_to_write(shop: Workspace, npm: Server) -> None:
    shop.settings_file.write_text("")
    summary = Workspace(shop.folder).sync_packages(sources=["npm"])
    ((words, number),) = summary.unasked.items()
    assert number == 3
    assert '[registries] npm = "https://…"' in words
    assert summary.incomplete
    assert npm.requests == []


def test_a_registry_out_of_reach_is_told_in_a_word(
    shop: Workspace, npm: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("umbel.collect.registries._http.TRIES", 2)
    with server() as gone:
        shop.settings_file.write_text(f'[registries]\nnpm = "{gone.url}"\n')
    summary = Workspace(shop.folder).sync_packages()
    assert counts(summary) == {"asked": 3, "failed": 3}
    assert all(gone.url in reason for reason in summary.sources[0].reasons)
    assert rows(shop, "SELECT outcome FROM syncs") == [("failed",)]
    assert npm.requests == []


def test_saved_answers_from_a_folder_a_zip_and_a_file(shop: Workspace, npm: Server, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "npm").mkdir(parents=True)
    (folder / "npm/pad.json").write_bytes(packument("1.0.0"))
    summary = shop.sync_packages(saved=folder)
    assert counts(summary) == {"asked": 3, "new": 1, "skipped": 2}
    assert not summary.incomplete
    with zipfile.ZipFile(tmp_path / "saved.zip", "w") as archive:
        archive.writestr("npm/pad.json", packument("1.0.0", "1.1.0"))
    assert counts(shop.sync_packages(saved=tmp_path / "saved.zip")) == {"asked": 3, "new": 1, "skipped": 2}
    (tmp_path / "one.json").write_bytes(packument("1.0.0", "1.1.0", "1.2.0", name="pad"))
    assert counts(shop.sync_packages(["pad"], saved=tmp_path / "one.json")) == {"asked": 1, "new": 1}
    assert rows(shop, LATEST) == [("pkg:npm/pad", True, "1.2.0", 3)]
    assert npm.requests == []
    (tmp_path / "two.json").write_text("no")
    with pytest.raises(UsageError, match="neither a folder nor a zip nor JSON"):
        shop.sync_packages(saved=tmp_path / "two.json")


def test_a_mistake_of_ours_costs_one_package(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from umbel.collect.registries.npm import Npm

    ask = Npm.ask

    def stumbling(self: Npm, asked: Any) -> Any:
        if asked.name == "pad":
            raise ZeroDivisionError
        return ask(self, asked)

    monkeypatch.setattr(Npm, "ask", stumbling)
    summary = shop.sync_packages()
    assert counts(summary) == {"asked": 3, "new": 1, "not_found": 1, "failed": 1}
    assert summary.sources[0].reasons == {"unexpected": 1}


def test_batches_are_published_as_they_come(tmp_path: Path, npm: Server) -> None:
    lake = many(tmp_path, npm, 25)
    sync_many(lake, npm)
    with Session(lake) as session:
        sizes = session.ask("SELECT count(*) FROM raw_packages GROUP BY write_id ORDER BY 1").rows()
        assert [n for (n,) in sizes] == [5] * 5


def many(folder: Path, npm: Server, number: int) -> Lake:
    lake = Lake(folder / "lake")
    acme.publish(lake, (acme.stamp("shop"), acme.reading([f"p{n}@1.0.0" for n in range(number)])))
    npm.answer = lambda _: tagged(packument("1.0.0"), "x")
    return lake


def sync_many(lake: Lake, npm: Server) -> Summary:
    from umbel.collect.registries._http import Http
    from umbel.collect.registries.addresses import Addresses, here
    from umbel.evidence._sync_plan import Wanted, plan
    from umbel.model.settings import Registries, Settings

    settings = Settings(registries=Registries(npm=npm.url))
    with Http() as http:
        addresses = Addresses(here(Path()), settings.registries)
        found = plan(lake, settings, Wanted((), None, ("npm",), timedelta(hours=24)), http, addresses)
        return sync_packages.run(lake, found.tasks, found.known, found.summary, batch=5)


SCRIPT = """
import sys
from tests.evidence.test_sync_packages import sync_many, Server
from umbel.evidence.lake import Lake
sync_many(Lake(sys.argv[1]), Server(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_killed_sync_keeps_what_was_published_and_the_next_goes_on(tmp_path: Path, npm: Server) -> None:
    lake = many(tmp_path, npm, 40)

    def slow(request: Request) -> Reply:
        if len(npm.requests) > 22:
            time.sleep(0.2)
        return tagged(packument("1.0.0"), request.path)

    npm.answer = slow
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, lake.url, npm.url], cwd=acme.__file__.rpartition("/tests/")[0]
    )
    until = time.monotonic() + 30
    while time.monotonic() < until and not published(lake):
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    kept = published(lake)
    assert 0 < kept < 40
    npm.answer = lambda request: tagged(packument("1.0.0"), request.path)
    summary = sync_many(lake, npm)
    assert (summary.fresh, summary.total("asked"), summary.total("new")) == (kept, 40 - kept, 40 - kept)
    assert published(lake) == 40


def published(lake: Lake) -> int:
    with Session(lake, tables=("packages",)) as session:
        return int(session.ask("SELECT count(*) FROM packages").one()[0])
