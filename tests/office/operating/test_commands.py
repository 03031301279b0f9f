# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel office`: accounts, safety, records, and backups that another database takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.office.postgres import server
from umbel.app import Workspace
from umbel.model.errors import UsageError
from umbel.office import config as config_module

if TYPE_CHECKING:
    from pathlib import Path

CURRENT = config_module._current.__wrapped__  # noqa: SLF001 - before a fixture puts something in its place


def office(folder: Path, *arguments: str, code: int = 0, environment: dict[str, str] | None = None) -> str:
    """What a command prints, in a process of its own as a person starts it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "UMBEL_"))}
    done = subprocess.run(
        [sys.executable, "-m", "umbel", "office", *arguments, "-C", str(folder)],
        capture_output=True, text=True, check=False, timeout=100, env=plain | (environment or {}),
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made") / "workspace"
    place.mkdir()
    (place / "bill.cdx.json").write_bytes(acme.sbom("shop", ["left@1.0"]))
    (place / "policy.toml").write_text("longest_exception_days = 90\n")
    Workspace(place).collect([place / "bill.cdx.json"])
    office(place, "migrate")
    return place


@pytest.fixture
def folder(_made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(_made, tmp_path / "workspace", symlinks=True)


def test_an_office_moves_by_its_backup_also_to_another_database(folder: Path, tmp_path: Path) -> None:
    assert "/account/link/" in office(
        folder, "account", "Owner", "--email", "owner@acme.example", "-r", "office"
    )
    archive = tmp_path / "kept.tar.gz"
    said = office(folder, "backup", str(archive))
    assert "1 lakes" in said
    assert archive.stat().st_mode & 0o077 == 0
    assert "accounts already" in office(folder, "restore", str(archive), code=2)
    with server() as url:
        for number, more in enumerate(
            [{}, *([{"UMBEL_DATABASE_URL": url, "UMBEL_RECORDS": "database"}] if url else [])]
        ):
            other = tmp_path / f"other{number}"
            other.mkdir()
            assert "Restored" in office(other, "restore", str(archive), environment=more)
            assert (other / "policy.toml").read_text() == "longest_exception_days = 90\n"
            assert Workspace(other).status()["packages"] == 1
            assert "Changed the account" in office(other, "account", "owner", "-r", "legal", environment=more)
            assert "whole" in office(other, "verify-audit", environment=more)
            office(other, "account", "second", environment=more)


def test_a_backup_that_names_places_outside_is_refused(folder: Path, tmp_path: Path) -> None:
    whole, bad = tmp_path / "whole.tar.gz", tmp_path / "bad.tar.gz"
    office(folder, "backup", str(whole))
    with tarfile.open(whole) as read, tarfile.open(bad, "w:gz") as written:
        for member in read.getmembers():
            told = read.extractfile(member)
            if member.name == "workspace/policy.toml":
                member.name = "workspace/../../outside.toml"
            written.addfile(member, told)
    other = tmp_path / "other"
    other.mkdir()
    assert "outside the folder" in office(other, "restore", str(bad), code=2)
    assert not (tmp_path / "outside.toml").exists()
    assert not (other / ".umbel/lake").exists()
    (tmp_path / "none.tar.gz").write_bytes(whole.read_bytes()[:-4000])
    assert "damaged, or no backup" in office(other, "restore", str(tmp_path / "none.tar.gz"), code=2)
    assert [path.name for path in other.rglob("*.parquet")] == [], "nothing of half a backup stays"
    (other / "policy.toml").write_text("longest_exception_days = 7\n")
    said = office(other, "restore", str(whole), code=2)
    assert "policy.toml is here already" in said
    (other / "policy.toml").unlink()
    assert "Restored" in office(other, "restore", str(whole)), "what was refused left nothing in the way"


def test_safety_names_what_is_missing_and_nothing_where_all_is_there(folder: Path) -> None:
    said = office(folder, "check", code=1)
    assert "Nobody but this machine reaches it" in said
    assert "UMBEL_MAIL_URL" in said
    with server() as url:
        if url is None:
            pytest.skip("there is no PostgreSQL here")
        all_there = {
            "UMBEL_URL": "https://ospo.acme.example",
            "UMBEL_SECRET_KEY": "k" * 50,
            "UMBEL_DATABASE_URL": url,
            "UMBEL_MAIL_URL": "smtp://mail.acme.example",
            "UMBEL_PROXIES": "1",
        }
        assert "isn't at this version" in office(folder, "check", code=1, environment=all_there)
        office(folder, "migrate", environment=all_there)
        assert "Nothing is missing" in office(folder, "check", environment=all_there)
        key = folder / "key"
        key.write_text("k" * 50)
        key.chmod(0o644)
        worse = {
            "UMBEL_PROXIES": "0",
            "UMBEL_SECRET_KEY_FILE": str(key),
            "UMBEL_MAIL_ULR": "smtp://mail.acme.example",
        }
        told = office(folder, "check", code=1, environment=all_there | worse)
        assert "UMBEL_MAIL_ULR is no setting.\n    UMBEL_MAIL_URL is." in told
        assert "Everybody on this machine may read the file that UMBEL_SECRET_KEY_FILE names" in told
        assert "counted for everybody together" in told
        assert "3 to mend" in told


def test_a_database_that_is_away_is_told_in_one_line(folder: Path) -> None:
    with server() as url:
        gone = url or "postgresql://umbel@127.0.0.1:1/umbel"
    told = office(folder, "migrate", code=3, environment={"UMBEL_DATABASE_URL": gone})
    assert "The office's database can't be reached" in told


def test_records_go_into_the_database_and_out_again(folder: Path, tmp_path: Path) -> None:
    more = {"UMBEL_RECORDS": "database"}
    assert "files of records are in the database" in office(folder, "import-records", environment=more)
    out = tmp_path / "out"
    office(folder, "export-records", str(out), environment=more)
    assert (out / "policy.toml").read_text() == "longest_exception_days = 90\n"


def test_a_setting_that_cant_be_is_told_in_one_line(tmp_path: Path) -> None:
    told = office(tmp_path, "migrate", code=2, environment={"UMBEL_RECORDS": "paper"})
    assert "UMBEL_RECORDS is 'paper'" in told
    assert len(told.strip().splitlines()) <= 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"UMBEL_URL": "ospo.acme.example"}, "UMBEL_URL is 'ospo.acme.example'"),
        ({"UMBEL_URL": "https://ospo.acme.example:port"}, "UMBEL_URL is "),
        ({"UMBEL_URL": "https://[ospo"}, "UMBEL_URL is "),
        ({"UMBEL_DATABASE_URL": "mysql://x/y"}, "UMBEL_DATABASE_URL can't be used"),
        ({"UMBEL_DATABASE_URL": "postgresql://u@host:port/umbel"}, "UMBEL_DATABASE_URL can't be used"),
        ({"UMBEL_SECRET_KEY_FILE": "/nowhere/key"}, "UMBEL_SECRET_KEY_FILE names can't be read"),
        ({"UMBEL_RECORDS": "paper"}, "UMBEL_RECORDS is 'paper'"),
        ({"UMBEL_PROXIES": "-1"}, "UMBEL_PROXIES is '-1'"),
        ({"UMBEL_PROXIES": "\u00b2"}, "UMBEL_PROXIES is "),
        ({"UMBEL_OIDC_ISSUER": "https://sso.acme.example"}, "lacks UMBEL_OIDC_CLIENT"),
        ({"UMBEL_WORKSPACE": "/nowhere"}, "There is no folder /nowhere"),
    ],
)
def test_settings_that_cant_be_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, str], said: str
) -> None:
    for name in [each for each in os.environ if each.startswith("UMBEL_")]:
        monkeypatch.delenv(name)
    for name, value in ({"UMBEL_WORKSPACE": str(tmp_path)} | more).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as raised:
        CURRENT()
    assert said in str(raised.value)


def test_a_key_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / ".umbel/office/secret"
    path.parent.mkdir(parents=True)
    path.touch()  # as a full disk left it
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: config_module._own_key(tmp_path), range(8)))  # noqa: SLF001 - its own test
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["secret"]


def test_a_postgresql_that_says_nothing_is_not_waited_for_long() -> None:
    made = config_module._database("postgresql://umbel@host/umbel?sslmode=require")  # noqa: SLF001 - its own test
    options = made["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["sslmode"], options["connect_timeout"]) == ("require", "5")
    mine = config_module._database("postgresql://umbel@host/umbel?connect_timeout=9")["OPTIONS"]  # noqa: SLF001 - as above
    assert isinstance(mine, dict)
    assert mine["connect_timeout"] == "9"
