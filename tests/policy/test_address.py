# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A policy by its address: a real server on loopback that answers as offices, proxies and others do."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.policy.lockfiles import package_json, package_lock
from umbel.app import Workspace
from umbel.model.errors import EvidenceError, UsageError
from umbel.policy import address, file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

POLICY = '[rules.too-new]\nlevel = "fail"\ndays = 9\n[decided]\ndomains = ["acme.example"]\n'
TOKEN = "umb_a-secret-of-the-office"  # noqa: S105 - of this test


class Office:
    """A server whose next answers are set, and that remembers what it was asked."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.status, self.body = 200, POLICY.encode()
        self.headers: dict[str, str] = {}
        self.slow = 0.0
        self.asked: list[Mapping[str, str]] = []
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                office.asked.append(dict(self.headers))
                office.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v1/policy"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        """As an office would: with an ETag, by which nothing is sent twice."""
        etag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        same = self.status == 200 and to.headers.get("If-None-Match") == etag
        to.send_response(304 if same else self.status)
        to.send_header("ETag", etag)
        for name, value in self.headers.items():
            to.send_header(name, value)
        to.send_header("Content-Length", "0" if same else str(len(self.body)))
        to.end_headers()
        if same:
            return
        for start in range(0, len(self.body), 8):
            if not self.slow:
                to.wfile.write(self.body)
                return
            to.wfile.write(self.body[start : start + 8])
            to.wfile.flush()
            time.sleep(self.slow)

    def close(self) -> None:
        """Be away."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def office() -> Iterator[Office]:
    """A server of this test."""
    made = Office()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in (address.TOKEN, address.TOKEN_FILE, address.OFFICE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(address, "_PAUSE", 0.01)


def _days(said: file.Said) -> object:
    return said.rules["too-new"]["days"]


def test_a_policy_is_fetched_and_asked_for_again_only_if_it_changed(office: Office) -> None:
    assert _days(address.load(office.url)) == 9
    assert _days(address.load(office.url)) == 9
    assert "If-None-Match" not in office.asked[0]
    assert office.asked[1]["If-None-Match"].startswith('"')
    office.body = POLICY.replace("9", "5").encode()
    assert _days(address.load(office.url)) == 5


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_where_the_office_is_away_the_copy_judges_and_its_age_is_said(office: Office, status: int) -> None:
    earlier = datetime.now(UTC) - timedelta(hours=3)
    address.load(office.url, now=earlier)
    office.status = status
    said = address.load(office.url)
    assert _days(said) == 9
    assert said.notes == (
        f"{office.url} can't be asked (it answered {status}): judged by the copy of {earlier:%Y-%m-%d %H:%M} UTC, 3 hours old",
    )


def test_where_nobody_listens_the_copy_judges(office: Office) -> None:
    address.load(office.url)
    office.close()
    assert "can't be asked" in address.load(office.url).notes[0]


def test_what_was_never_fetched_is_refused_in_one_line(office: Office) -> None:
    office.status = 503
    with pytest.raises(EvidenceError) as caught:
        address.load(office.url)
    assert str(caught.value) == (
        f"No policy came from {office.url}: it answered 503. It was never fetched here, so there is no copy to judge by."
    )
    assert caught.value.exit_code == 3
    assert len(office.asked) == 2  # once more, in case it was only starting anew


@pytest.mark.parametrize(
    ("status", "words"), [(401, "refused (401)"), (403, "refused (403)"), (404, "answered 404")]
)
def test_a_refusal_is_no_absence(office: Office, status: int, words: str) -> None:
    address.load(office.url)
    office.status = status
    with pytest.raises(UsageError, match=words.replace("(", r"\(").replace(")", r"\)")):
        address.load(office.url)


def test_a_redirect_is_not_followed(office: Office) -> None:
    office.status, office.headers = 302, {"Location": "http://127.0.0.1:1/"}
    with pytest.raises(UsageError, match="leads elsewhere"):
        address.load(office.url)
    assert len(office.asked) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><title>Sign in</title>", "is no policy"),
        (b'extends = "other.toml"', "must stand on its own"),
        (b'[rules.nothing]\nlevel = "fail"', "is no policy"),
        (b"\xff\xfe", "no UTF-8"),
        (b"x = " + b"[" * 3000, "is no policy"),
    ],
)
def test_what_is_no_policy_is_neither_taken_nor_kept(
    office: Office, tmp_path: Path, body: bytes, words: str
) -> None:
    office.body = body
    with pytest.raises(UsageError, match=words) as caught:
        address.load(office.url)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "cache").rglob("*.json"))


def test_size_and_time_are_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.body = b"#" * 2_000
    monkeypatch.setattr(file, "LARGEST", 1_000)
    with pytest.raises(UsageError, match="larger than a policy can be"):
        address.load(office.url)
    monkeypatch.setattr(file, "LARGEST", 1 << 20)
    monkeypatch.setattr(address, "SECONDS", 0.2)
    office.slow = 0.05
    start = time.monotonic()
    with pytest.raises(EvidenceError, match="took longer than"):
        address.load(office.url)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    "url",
    [
        "http://ospo.acme.example/api/v1/policy",
        "ftp://127.0.0.1/policy",
        "https://me:secret@ospo.acme.example/policy",
        "https:///policy",
        "https://[::1/policy",
        "https://ospo.acme.example:x/policy",
        "https://ospo.acme.example/a b",
        "file:///etc/passwd",
    ],
)
def test_only_safe_addresses_are_asked(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        address.load(url)
    assert "secret" not in str(caught.value)


def test_the_token_comes_from_the_environment_or_a_file(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(address.TOKEN, TOKEN)
    address.load(office.url)
    monkeypatch.delenv(address.TOKEN)
    (tmp_path / "token").write_text(f"{TOKEN}-2\n")
    monkeypatch.setenv(address.TOKEN_FILE, str(tmp_path / "token"))
    address.load(office.url)
    assert [each["Authorization"] for each in office.asked] == [f"Bearer {TOKEN}", f"Bearer {TOKEN}-2"]
    monkeypatch.setenv(address.TOKEN_FILE, str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match="UMBEL_TOKEN_FILE"):
        address.load(office.url)


def test_no_error_note_or_log_tells_the_token(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv(address.TOKEN, TOKEN)
    told = [repr(address.load(f"{office.url}?as_of=2026-01-01"))]
    for status in (401, 404, 503):
        office.status = status
        try:
            told.append(repr(address.load(f"{office.url}?as_of=2026-01-01")))
        except UsageError as error:
            told.append(str(error))
    assert TOKEN not in "".join(told) + caplog.text
    assert "as_of" not in "".join(told[1:3])


def test_a_policy_file_can_stand_on_an_address_but_gets_the_token_only_for_our_office(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(address.TOKEN, TOKEN)
    path = tmp_path / "policy.toml"
    path.write_text(f'extends = "{office.url}"\n[rules.too-new]\nlevel = "warn"\n')
    policy = file.load(path)
    settings: Any = policy.for_project("shop").rules["too-new"]
    assert (settings.level, settings.days) == ("warn", 9)
    assert policy.said.decided is not None
    assert "Authorization" not in office.asked[0]
    monkeypatch.setenv(address.OFFICE, office.url.partition("/api")[0])
    file.load(path)
    assert office.asked[1]["Authorization"] == f"Bearer {TOKEN}"


def test_what_the_office_locks_stays_locked(office: Office, tmp_path: Path) -> None:
    office.body = b'locked = ["too-new"]\n' + POLICY.encode()
    path = tmp_path / "policy.toml"
    path.write_text(f'extends = "{office.url}"\n[rules.too-new]\nlevel = "off"\n')
    with pytest.raises(UsageError, match="locked by the policy"):
        file.load(path)


def test_a_damaged_copy_is_as_good_as_none(office: Office, tmp_path: Path) -> None:
    address.load(office.url)
    (kept,) = (tmp_path / "cache").rglob("*.json")
    assert kept.parent.stat().st_mode & 0o077 == 0
    kept.write_text("{")
    office.status = 503
    with pytest.raises(EvidenceError):
        address.load(office.url)


def test_a_cache_that_cannot_be_written_costs_only_the_copy(office: Office, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    assert _days(address.load(office.url)) == 9


def _shop(folder: Path) -> Path:
    folder.mkdir()
    (folder / "package.json").write_text(package_json(outer="1.0.0"))
    (folder / "package-lock.json").write_text(package_lock({"outer": "1.0.0"}))
    return folder


def test_the_command_says_by_which_copy_it_judged(office: Office, tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop")
    run = [sys.executable, "-m", "umbel", "check", "--policy", office.url, "-C", str(shop)]
    first = subprocess.run(run, capture_output=True, text=True, check=False)
    assert "note:" not in first.stderr
    office.status = 503
    second = subprocess.run(run, capture_output=True, text=True, check=False)
    assert first.returncode == second.returncode == 3
    assert second.stdout == first.stdout
    assert "judged by the copy of" in second.stderr
    office.status = 401
    third = subprocess.run(run, capture_output=True, text=True, check=False)
    assert third.returncode == 2
    assert len(third.stderr.strip().splitlines()) <= 2


def test_a_check_of_files_loads_no_client(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop")
    told = (
        "import sys; from umbel.app import Workspace; from pathlib import Path;"
        f"Workspace({str(shop)!r}).check([Path({str(shop)!r})]);"
        "print([m for m in ('httpx', 'umbel.policy.address', 'umbel.policy.merged') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_workspace_takes_an_address(office: Office, tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop")
    verdict = Workspace(shop).check([shop], policy=office.url).verdict
    assert verdict.policy == office.url
