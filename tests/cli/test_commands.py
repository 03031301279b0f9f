# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line, as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.cli.root import run
from umbel.model.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = {"shop": ["a@1.0", "b@2.0"], "a@1.0": ["c@3.0"], "b@2.0": ["c@3.0"], "c@3.0": ["d@4.0"]}
TOML = """
[[products]]
name = "Shop"
owner = "shop@acme.example"
criticality = "high"
distribution = ["hosted"]
projects = ["shop", "shop-mobile"]
"""


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Acme workspace: shop (a graph), till (flat, another license), and a broken document."""
    (tmp_path / "umbel.toml").write_text(TOML)
    sboms = tmp_path / "sboms"
    sboms.mkdir()
    (sboms / "shop.cdx.json").write_bytes(
        acme.sbom("shop", ["a@1.0", "b@2.0", "c@3.0", "d@4.0"], edges=GRAPH)
    )
    (sboms / "till.cdx.json").write_bytes(acme.sbom("till", ["a@1.5", "e@1.0"], license_="GPL-3.0-only"))
    monkeypatch.chdir(tmp_path)
    assert run(["collect", "sboms", "--quiet"]) == 0
    return tmp_path


class Out:
    """Runs commands and keeps what they print."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self._capfd.readouterr()
        got = run(list(arguments))
        self.out, self.err = self._capfd.readouterr()
        assert got == code, self.err
        return self.out

    def records(self, *arguments: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self(*arguments, "--format", "json"))
        return found


@pytest.fixture
def umbel(ws: Path, capfd: pytest.CaptureFixture[str]) -> Out:  # noqa: ARG001 - the workspace is the folder
    return Out(capfd)


def test_inventory_counts_projects(umbel: Out) -> None:
    records = umbel.records("inventory", "--by", "package")
    assert (records[0]["package"], records[0]["versions"], records[0]["projects"]) == ("pkg:npm/a", 2, 2)
    (gpl,) = [r for r in umbel.records("inventory", "--by", "license") if r["license"] == "GPL-3.0-only"]
    assert gpl["components"] == 2
    assert umbel.records("inventory", "--license", "unknown") == []


def test_inventory_can_be_filtered(umbel: Out) -> None:
    def names(*options: str) -> list[object]:
        return [r["package"] for r in umbel.records("inventory", *options)]

    assert names("--transitive") == ["pkg:npm/c", "pkg:npm/d"]
    assert names("--product", "shop", "--direct") == ["pkg:npm/a", "pkg:npm/b"]
    assert names("--project", "till") == ["pkg:npm/a", "pkg:npm/e"]
    assert names("E") == ["pkg:npm/e"]
    assert names("--ecosystem", "pypi") == []
    assert names("-n", "1") == ["pkg:npm/a"]


def test_where_shows_versions_and_the_shortest_path(umbel: Out) -> None:
    (hit,) = umbel.records("where", "d")
    assert (hit["project"], hit["version"], hit["direct"]) == ("shop", "4.0", False)
    assert hit["path"] == "a@1.0 > c@3.0 > d@4.0"
    assert [h["version"] for h in umbel.records("where", "pkg:npm/a@<1.2")] == ["1.0"]
    assert [h["project"] for h in umbel.records("where", "a", "--product", "Shop")] == ["shop"]


def test_where_says_among_how_many_projects_it_looked(umbel: Out) -> None:
    assert umbel("where", "left-pad") == "No project has left-pad: 2 of 2 projects have evidence.\n"


def test_why_shows_every_shortest_path(umbel: Out) -> None:
    paths = {r["path"] for r in umbel.records("why", "c", "--in", "shop")}
    assert paths == {"a@1.0 > c@3.0", "b@2.0 > c@3.0"}


def test_a_mistyped_project_is_answered_with_its_neighbours(umbel: Out) -> None:
    umbel("why", "c", "--in", "shpo", code=2)
    assert "There is no project 'shpo'." in umbel.err
    assert "Did you mean shop?" in umbel.err


def test_diff_of_projects_and_days(umbel: Out, ws: Path) -> None:
    newer = acme.sbom("shop", ["a@1.10", "b@2.0", "f@1.0"], timestamp="2026-02-10T00:00:00Z", version="2.0")
    (ws / "sboms/shop.cdx.json").write_bytes(newer)
    umbel("collect", "sboms", "-q")

    changes = umbel.records("diff", "shop@2026-02-05", "shop")
    assert [(c["change"], c["package"], c["from_version"], c["to_version"]) for c in changes] == [
        ("added", "pkg:npm/f", None, "1.0"),
        ("removed", "pkg:npm/c", "3.0", None),
        ("removed", "pkg:npm/d", "4.0", None),
        ("up", "pkg:npm/a", "1.0", "1.10"),
    ]
    assert umbel.records("diff", "shop@1.0", "shop@2.0") == changes
    assert len(umbel.records("diff", "2026-02-05", "2026-02-15")) == 4


def test_as_of_turns_every_question_back(umbel: Out) -> None:
    assert umbel.records("inventory", "--as-of", "2026-01-31") == []
    assert umbel.records("where", "a", "--as-of", "2026-01-31") == []
    (state,) = umbel.records("status", "--as-of", "2026-01-31")
    assert state["projects"] == 0


def test_coverage_names_what_is_missing(umbel: Out) -> None:
    records = {r["project"]: r for r in umbel.records("coverage")}
    assert records["shop-mobile"]["evidence"] == "none"
    assert records["shop-mobile"]["components"] is None
    assert records["shop"]["evidence"] == "complete"
    assert "2 of 3 projects have complete evidence, 0 partial." in umbel("coverage")


def test_products_and_what_belongs_to_none(umbel: Out) -> None:
    shop, rest = umbel.records("products")
    assert (shop["name"], shop["members"], shop["unmatched"]) == ("Shop", ["shop"], ["shop-mobile"])
    assert (rest["name"], rest["members"]) == (None, ["till"])
    assert "Shop: no project matches 'shop-mobile'." in umbel("products")


def test_status_gives_each_number_its_denominator(umbel: Out) -> None:
    text = umbel("status")
    assert "2 of 2 have an inventory" in text
    assert "6 of 6 (100.0 %) have a known license" in text


def test_formats(umbel: Out) -> None:
    lines = umbel("inventory", "-f", "ndjson").splitlines()
    assert len(lines) == len(umbel.records("inventory")) == 6
    rows = list(csv.DictReader(io.StringIO(umbel("inventory", "-f", "csv"))))
    assert rows[0]["package"] == "pkg:npm/a"


def test_a_spreadsheet_gets_no_formula_and_a_terminal_no_control_characters(umbel: Out, ws: Path) -> None:
    hostile = acme.sbom("shop", ["a@=HYPERLINK(1)", "b@\x1b[31mred"], timestamp="2026-02-10T00:00:00Z")
    (ws / "sboms/shop.cdx.json").write_bytes(hostile)
    umbel("collect", "sboms", "-q")
    versions = {row["version"] for row in csv.DictReader(io.StringIO(umbel("inventory", "-f", "csv")))}
    assert "'=HYPERLINK(1)" in versions
    assert "\x1b" not in umbel("inventory")


def test_a_broken_document_gives_a_line_and_exit_code_3_and_the_rest_lands(umbel: Out, ws: Path) -> None:
    (ws / "sboms/bad.cdx.json").write_bytes(b'{"bomFormat": "CycloneDX", "components": [')
    umbel("collect", "sboms", code=3)
    assert "1 failed" in umbel.out
    (line,) = umbel.err.strip().splitlines()
    assert line.startswith("error: ")
    assert "bad.cdx.json" in line
    (summary,) = json.loads(umbel("collect", "sboms", "-f", "json", code=3))
    assert summary["trouble"][0]["level"] == "error"


def test_init_writes_a_file_that_can_be_used_and_never_overwrites(umbel: Out, ws: Path) -> None:
    umbel("init", code=2)
    assert "is there already" in umbel.err
    (ws / "umbel.toml").unlink()
    umbel("init", "sboms")
    text = (ws / "umbel.toml").read_text()
    assert umbel.records("products")[0]["name"] is None
    live = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if "products" in line or "name" in line
    )
    assert "[[products]]" in live


def test_evidence_is_looked_after(umbel: Out) -> None:
    assert {r["table"] for r in umbel.records("evidence", "status")} == set(TABLES)
    assert "usage: 1 → 1 files" in umbel("evidence", "compact")
    assert "0 files would be deleted" in umbel("evidence", "vacuum", "--dry-run")
    umbel("evidence", "vacuum", "--hours", "1", code=2)
    assert "at least 24 hours" in umbel.err
    assert "nothing lost, doubled or torn" in umbel("evidence", "verify")


def test_a_query_reads_the_views_and_writes_parquet(umbel: Out, ws: Path) -> None:
    sql = "SELECT license, count(*) AS n FROM inventory GROUP BY ALL ORDER BY n DESC"
    assert umbel.records("query", sql) == [{"license": "MIT", "n": 4}, {"license": "GPL-3.0-only", "n": 2}]
    umbel("query", sql, "--parquet", "out.parquet")
    from pyarrow import parquet

    assert parquet.read_table(ws / "out.parquet").num_rows == 2
    umbel("query", "DELETE FROM raw_usage", code=2)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["inventory", "--as-of", "soon"], 2, "'soon' is no day."),
        (["inventory", "--product", "Nope"], 2, "There is no product 'Nope'."),
        (["collect", "missing"], 2, "There is no file or folder"),
        (["inventory", "-C", "elsewhere"], 2, "There is no folder"),
        (["frobnicate"], 2, "No such command"),
        (["inventory", "--by", "colour"], 2, "Invalid value"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    umbel: Out, arguments: list[str], code: int, says: str
) -> None:
    umbel(*arguments, code=code)
    assert says in umbel.err


def test_without_evidence_one_is_told_what_to_do(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["inventory", "-C", str(tmp_path)]) == 3
    assert "umbel collect PATH" in capfd.readouterr().err


def test_the_version_is_said_before_anything_heavy_is_loaded() -> None:
    script = (
        "import sys; sys.argv = ['umbel', '--version']\n"
        "from umbel.cli import main; main()\n"
        "heavy = {'typer', 'duckdb', 'pyarrow', 'deltalake', 'rich', 'msgspec'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("umbel ")


def test_a_look_up_does_not_load_what_it_does_not_need(umbel: Out) -> None:  # noqa: ARG001
    script = (
        "import sys\nfrom umbel.cli.root import run\nrun(['where', 'a', '-f', 'json'])\n"
        "heavy = {'pyarrow', 'pandas', 'rich', 'altair', 'univers', 'license_expression'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)


def test_a_reader_that_leaves_is_no_error(umbel: Out) -> None:  # noqa: ARG001
    command = f"{sys.executable} -m umbel inventory -f ndjson | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
