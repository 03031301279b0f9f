# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel office`: accounts, safety, records, and backups that another database takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.office.postgres import server
from umbel.app import Workspace

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    place.mkdir()
    (place / "bill.cdx.json").write_bytes(acme.sbom("shop", ["left@1.0"]))
    (place / "policy.toml").write_text("longest_exception_days = 90\n")
    Workspace(place).collect([place / "bill.cdx.json"])
    office(place, "migrate")
    return place


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
    (tmp_path / "none.tar.gz").write_bytes(b"not an archive")
    assert "damaged, or no backup" in office(other, "restore", str(tmp_path / "none.tar.gz"), code=2)


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
        }
        assert "isn't at this version" in office(folder, "check", code=1, environment=all_there)
        office(folder, "migrate", environment=all_there)
        assert "Nothing is missing" in office(folder, "check", environment=all_there)


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


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"UMBEL_URL": "ospo.acme.example"}, "UMBEL_URL is 'ospo.acme.example'"),
        ({"UMBEL_DATABASE_URL": "mysql://x/y"}, "UMBEL_DATABASE_URL can't be used"),
        ({"UMBEL_SECRET_KEY_FILE": "/nowhere/key"}, "UMBEL_SECRET_KEY_FILE names can't be read"),
        ({"UMBEL_RECORDS": "paper"}, "UMBEL_RECORDS is 'paper'"),
        ({"UMBEL_PROXIES": "-1"}, "UMBEL_PROXIES is '-1'"),
        ({"UMBEL_OIDC_ISSUER": "https://sso.acme.example"}, "lacks UMBEL_OIDC_CLIENT"),
    ],
)
def test_settings_that_cant_be_are_told_in_one_line(tmp_path: Path, more: dict[str, str], said: str) -> None:
    told = office(tmp_path, "migrate", code=2, environment=more)
    assert said in told
    assert len(told.strip().splitlines()) <= 2
