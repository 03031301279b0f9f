# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sbom` and `umbel inventory --contradictions`, as people and programs use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

TOML = """
[[products]]
name = "Shop"
projects = ["shop", "till"]
"""


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two projects of one product; two tools speak of `shop`, and differ on the version of b."""
    (tmp_path / "umbel.toml").write_text(TOML)
    sboms = tmp_path / "sboms"
    sboms.mkdir()
    (sboms / "shop.cdx.json").write_bytes(acme.sbom("shop", ["a@1.0", "b@2.0"]))
    other = json.loads(acme.sbom("shop", ["a@1.0", "b@3.0"]))
    other["metadata"]["tools"] = [{"name": "another", "version": "2"}]
    (sboms / "shop-2.cdx.json").write_text(json.dumps(other))
    (sboms / "till.cdx.json").write_bytes(acme.sbom("till", ["a@1.5"]))
    monkeypatch.chdir(tmp_path)
    assert run(["collect", "sboms", "--quiet"]) == 0
    return tmp_path


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints, or its complaint."""
    capfd.readouterr()
    assert run([*arguments]) == code
    out, err = capfd.readouterr()
    return out if code in {0, 1} else err


def purls(document: dict[str, Any]) -> set[str]:
    return {component["purl"] for component in document["components"] if "purl" in component}


@pytest.mark.usefixtures("ws")
def test_a_project_is_printed_with_all_that_its_documents_say(capfd: pytest.CaptureFixture[str]) -> None:
    document = json.loads(said(capfd, "sbom", "shop"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["name"] == "shop"
    assert purls(document) == {"pkg:npm/a@1.0", "pkg:npm/b@2.0", "pkg:npm/b@3.0"}


@pytest.mark.usefixtures("ws")
def test_the_same_evidence_gives_the_same_bytes(capfd: pytest.CaptureFixture[str]) -> None:
    first = said(capfd, "sbom", "shop", "-f", "spdx", "--tag-value")
    assert said(capfd, "sbom", "shop", "-f", "spdx", "--tag-value") == first
    assert first.startswith("SPDXVersion: SPDX-2.3\n")


@pytest.mark.usefixtures("ws")
def test_one_source_alone(capfd: pytest.CaptureFixture[str]) -> None:
    document = json.loads(said(capfd, "sbom", "shop", "--source", "another"))
    assert purls(document) == {"pkg:npm/a@1.0", "pkg:npm/b@3.0"}


def test_a_product_is_written_to_a_file(ws: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "sbom", "Shop", "--product", "-f", "spdx", "--version", "3.0", "-o", "shop.json")
    # Three of the shop (a 1.0, b 2.0 and 3.0), one of the till (a 1.5).
    assert "SPDX 3.0 JSON, 4 components of 3 documents" in out
    graph = json.loads((ws / "shop.json").read_text())["@graph"]
    assert {e.get("software_packageUrl") for e in graph} >= {"pkg:npm/a@1.5", "pkg:npm/b@3.0"}


def test_what_was_written_can_be_collected_again(ws: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "sbom", "shop", "-o", "again/shop.cdx.json", code=2)
    (ws / "again").mkdir()
    said(capfd, "sbom", "shop", "-o", "again/shop.cdx.json")
    before = json.loads(said(capfd, "inventory", "--project", "shop", "--format", "json"))
    other = ws / "elsewhere"
    other.mkdir()
    assert run(["collect", "again", "--quiet", "--workspace", str(other)]) == 0
    after = json.loads(said(capfd, "inventory", "--format", "json", "--workspace", str(other)))
    assert [(r["package"], r["version"], r["license"]) for r in after] == [
        (r["package"], r["version"], r["license"]) for r in before
    ]


@pytest.mark.usefixtures("ws")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody",), "There is no project 'nobody'"),
        (("shop", "--version", "9.9"), "can't be written"),
        (("shop", "--xml", "--tag-value"), "can't go together"),
        (("shop", "-f", "spdx", "--version", "3.0", "--tag-value"), "There is no SPDX 3.0 tag-value"),
        (("shop", "--source", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_written_is_said(
    arguments: tuple[str, ...], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert words in said(capfd, "sbom", *arguments, code=2)


@pytest.mark.usefixtures("ws")
def test_contradictions_are_listed_with_who_says_what(capfd: pytest.CaptureFixture[str]) -> None:
    (found,) = json.loads(said(capfd, "inventory", "--contradictions", "--format", "json"))
    assert (found["project"], found["package"], found["what"]) == ("shop", "pkg:npm/b", "versions")
    assert {one["value"]: one["sources"] for one in found["values"]} == {
        "2.0": ["syft"],
        "3.0": ["another"],
    }
    assert "b" in said(capfd, "inventory", "--contradictions")
    assert "goes only with" in said(capfd, "inventory", "b", "--contradictions", code=2)
    assert "No documents" in said(capfd, "inventory", "--contradictions", "--project", "till")
