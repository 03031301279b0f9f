# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sbom-quality`, as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.app import Workspace
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

TOML = """
[[products]]
name = "Shop"
projects = ["shop"]
"""


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two SBOMs of syft without authors and suppliers, and a lockfile."""
    (tmp_path / "umbel.toml").write_text(TOML)
    sboms = tmp_path / "sboms"
    sboms.mkdir()
    (sboms / "shop.cdx.json").write_bytes(acme.sbom("shop", ["a@1.0", "b@2.0"]))
    (sboms / "till.cdx.json").write_bytes(acme.sbom("till", ["a@1.5"]))
    lock = {"name": "pos", "version": "1", "lockfileVersion": 3, "packages": {"": {"name": "pos"}}}
    (tmp_path / "pos").mkdir()
    (tmp_path / "pos/package-lock.json").write_text(json.dumps(lock))
    monkeypatch.chdir(tmp_path)
    assert run(["collect", "sboms", "pos", "--quiet"]) == 0
    return tmp_path


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    capfd.readouterr()
    assert run(["sbom-quality", *arguments]) == code
    out, err = capfd.readouterr()
    return out if code == 0 else err


@pytest.mark.usefixtures("ws")
def test_documents_with_what_they_lack(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "--standard", "ntia")
    assert "shop.cdx.json" in out
    assert "syft 1.0.0" in out
    assert "author, supplier" in out
    assert "package-lock.json" not in out
    assert "1 other document (lockfiles and the like): no SBOM, not rated." in out


@pytest.mark.usefixtures("ws")
def test_a_project_shows_its_elements_and_what_to_ask_for(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "shop", "--standard", "ntia")
    assert "0 of 3 components" in out
    assert "To ask the producer for:" in out
    assert (
        "- Name the supplier of each component (Syft sets that of the product with --source-supplier" in out
    )
    assert "pkg:npm/a@1.0" in out


@pytest.mark.usefixtures("ws")
def test_programs_get_every_element_with_its_reason(capfd: pytest.CaptureFixture[str]) -> None:
    records = json.loads(said(capfd, "--format", "json"))
    assert {(r["project"], r["standard"]) for r in records if r["rated"]} == {
        (project, standard) for project in ("shop", "till") for standard in ("ntia", "cisa", "bsi")
    }
    (ntia,) = [r for r in records if (r["project"], r["standard"]) == ("shop", "ntia")]
    (supplier,) = [each for each in ntia["elements"] if each["element"] == "supplier"]
    assert (supplier["outcome"], supplier["found"], supplier["total"]) == ("unmet", 0, 3)
    assert supplier["reason"] == "3 of 3 components lack a supplier"
    (lock,) = [r for r in records if r["standard"] == "ntia" and not r["rated"]]
    assert {each["outcome"] for each in lock["elements"]} == {"not-applicable"}


@pytest.mark.usefixtures("ws")
def test_a_spreadsheet_gets_a_row_an_element(capfd: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(said(capfd, "--standard", "bsi", "--format", "csv"))))
    assert {"project", "element", "outcome", "reason", "advice"} <= rows[0].keys()
    assert [row["outcome"] for row in rows if (row["project"], row["element"]) == ("till", "format")] == [
        "unmet"
    ]


@pytest.mark.usefixtures("ws")
@pytest.mark.parametrize(
    ("by", "shown"), [("producer", "syft"), ("product", "(no product)"), ("element", "Supplier name")]
)
def test_groups(capfd: pytest.CaptureFixture[str], by: str, shown: str) -> None:
    assert shown in said(capfd, "--by", by, "--standard", "ntia")


@pytest.mark.usefixtures("ws")
def test_a_product_and_a_day_narrow_it_down(capfd: pytest.CaptureFixture[str]) -> None:
    records = json.loads(said(capfd, "--product", "Shop", "--standard", "ntia", "-f", "json"))
    assert [record["project"] for record in records] == ["shop"]
    assert "There is no SBOM to rate." in said(capfd, "--as-of", "2020-01-01")


@pytest.mark.usefixtures("ws")
def test_wrong_words_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert "There is no project 'nowhere'" in said(capfd, "nowhere", code=2)
    assert "iso" in said(capfd, "--standard", "iso", code=2)


def test_python_has_the_same(ws: Path) -> None:
    found = Workspace(ws).sbom_quality("shop", by="element", standard="cisa")
    assert [row["element"] for row in found if row["met"]] == [
        "name", "version", "dependencies", "tool", "timestamp",
    ]  # fmt: skip
