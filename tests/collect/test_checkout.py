# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's files as one document: read, skipped while unchanged, and kept apart from its documents."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect.checkout import CheckoutCollector
from umbel.collect.interface import Document, UnreadableError
from umbel.evidence.ingest import collect
from umbel.evidence.lake import Lake
from umbel.evidence.questions.coverage import coverage
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "README.md": "# shop\n",
    "shop.py": "import yaml\n",
    ".github/workflows/ci.yml": "on: push\njobs: {}\n",
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def met(lake: Lake) -> list[tuple[str, str, str | None]]:
    sql = "SELECT project, practice, path FROM practices WHERE outcome = 'met' AND path IS NOT NULL ORDER BY ALL"
    with Session(lake) as session:
        return session.ask(sql).rows()  # type: ignore[no-any-return, unused-ignore]


def snapshots(lake: Lake) -> int:
    with Session(lake) as session:
        return int(session.ask("SELECT count(*) FROM raw_snapshots WHERE collector = 'checkout'").one()[0])


def test_practices_languages_and_imports_are_read_once_and_again_when_a_file_changes(
    lake: Lake, tmp_path: Path
) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    assert collect(lake, [shop], workers=1).documents == 1  # the workflow
    found = met(lake)
    assert ("shop", "readme", "README.md") in found
    assert ("shop", "ci", ".github/workflows/ci.yml") in found
    collect(lake, [shop], workers=1)
    assert (met(lake), snapshots(lake)) == (found, 1)

    (shop / "SECURITY.md").write_text("Write to security@acme.example.\n")
    collect(lake, [shop], workers=1)
    assert [row for row in met(lake) if row not in found] == [("shop", "security-policy", "SECURITY.md")]
    assert snapshots(lake) == 2
    with Session(lake) as session:
        assert session.ask("SELECT module FROM imports").rows() == [("yaml",)]


def test_many_projects_are_read_by_workers_as_by_one(lake: Lake, tmp_path: Path) -> None:
    for name in ("shop", "till"):
        acme.checkout(tmp_path / "src" / name, {"README.md": "# x\n", "shop.py": "import yaml\n"})
    other = Lake(tmp_path / "other")
    collect(lake, [tmp_path / "src"], workers=1)
    collect(other, [tmp_path / "src"], workers=2)
    assert met(lake) == met(other)
    assert {row[0] for row in met(lake)} == {"shop", "till"}


def test_a_plain_project_counts_and_a_single_file_does_not_read_its_project(
    lake: Lake, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "requirements.txt").write_text("a==1\n")
    (shop / "README.md").write_text("# shop\n")
    collect(lake, [shop / "requirements.txt"], workers=1)
    assert snapshots(lake) == 0
    collect(lake, [shop], workers=1)
    assert met(lake) == [("shop", "readme", "README.md")]


def test_a_project_that_is_gone_shows_nothing_any_more(lake: Lake, tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "src/shop", FILES)
    collect(lake, [tmp_path / "src"], workers=1)
    shop.rename(tmp_path / "elsewhere")
    assert collect(lake, [tmp_path / "src"], workers=1).absent >= 1
    assert met(lake) == []


def test_files_are_no_documents_of_a_project(lake: Lake, tmp_path: Path) -> None:
    acme.checkout(tmp_path / "src/bare", {"main.c": "int main(){}"})
    acme.checkout(tmp_path / "src/shop", {**FILES, "requirements.txt": "a==1\n"})
    collect(lake, [tmp_path / "src"], workers=1)
    with Session(lake) as session:
        columns = "project, evidence, documents, components"
        found = coverage(session).rows()
        names = coverage(session).columns
    assert [tuple(row[names.index(name)] for name in columns.split(", ")) for row in found] == [
        ("bare", "none", 0, None),
        ("shop", "partial", 2, 1),
    ]


def test_where_files_can_not_be_seen_every_practice_is_unknown(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    acme.git(shop, "config", "uploadpack.allowFilter", "true")
    command = ["git", "-c", "protocol.file.allow=always", "clone", "-q", "--bare", "--filter=tree:0"]
    subprocess.run([*command, shop.as_uri(), str(tmp_path / "treeless.git")], check=True)
    reading = CheckoutCollector().read(Document(tmp_path / "treeless.git"))
    assert {one.outcome for one in reading.practices} == {"unknown"}
    assert "treeless" in str(reading.practices[0].detail)
    assert (reading.languages, reading.imports) == ([], [])
    assert [fault.level for fault in reading.faults] == ["note"]
    assert len(CheckoutCollector().fingerprint(Document(tmp_path / "treeless.git"))) == 64


def test_a_bare_repository_is_read_at_its_head(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    subprocess.run(["git", "clone", "-q", "--bare", str(shop), str(tmp_path / "shop.git")], check=True)
    one = CheckoutCollector().read(Document(shop))
    two = CheckoutCollector().read(Document(tmp_path / "shop.git"))
    assert one.practices == two.practices
    assert one.languages == two.languages


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnreadableError, match="no folder"):
        CheckoutCollector().read(Document(tmp_path / "file"))


def test_what_is_installed_later_tells_of_imports(lake: Lake, tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"shop.py": "import clothes\n", ".gitignore": ".venv/\n"})

    def known() -> list[tuple[str | None, str | None]]:
        collect(lake, [shop], workers=1)
        with Session(lake) as session:
            return session.ask("SELECT package, known_by FROM imports").rows()  # type: ignore[no-any-return, unused-ignore]

    assert known() == [(None, None)]
    assert (known(), snapshots(lake)) == ([(None, None)], 1)
    info = shop / ".venv/lib/python3.12/site-packages/wardrobe-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: wardrobe\nVersion: 1\n")
    (info / "RECORD").write_text("clothes/__init__.py,,\n")
    assert known() == [("pkg:pypi/wardrobe", "metadata")]
    before = snapshots(lake)
    assert (known(), snapshots(lake)) == ([("pkg:pypi/wardrobe", "metadata")], before)
    (info / "RECORD").write_text("hats/__init__.py,,\n")
    assert known() == [(None, None)]
