# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel licenses`, `umbel obligations` and `umbel notices`, as people and programs use them."""

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
distribution = ["distributed-binary"]
"""


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    capfd.readouterr()
    assert run(list(arguments)) == code
    out, err = capfd.readouterr()
    return out if code != 2 else err


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product with five packages: permissive, copyleft, a choice, a tool, and one that nobody knows."""
    (tmp_path / "umbel.toml").write_text(TOML)
    read = acme.reading([])
    for name, declared, scope in (
        ("plain", ("MIT",), "runtime"),
        ("strong", ("GPL-2.0-only",), None),
        ("either", ("MIT OR GPL-2.0-only",), "runtime"),
        ("tool", ("AGPL-3.0-only",), "development"),
        ("dark", (), "runtime"),
    ):
        read.components.append(
            acme.component(name, declared=declared, scope=scope, copyright=f"Copyright {name}")
        )
    acme.publish(Workspace(tmp_path).lake(create=True), (acme.stamp(), read))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_check_says_which_alternative_passes(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "licenses", "check", "MIT OR GPL-3.0-only", "--use", "distributed-binary")
    assert "MIT OR GPL-3.0-only: allowed, taken as MIT." in out
    assert "strong-copyleft" in out
    assert "denied" in out


def test_check_tells_by_its_exit_code(capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "licenses", "check", "GPL-3.0-only", "--use", "embedded-device", code=1)
    out = said(capfd, "licenses", "check", "Acme Public License", code=3)
    assert "a question" in out
    assert "is no license that SPDX knows" in out
    said(capfd, "licenses", "check", "MIT OR GPL-2.0-only", "--use", "distributed-source", "--choice", "GPL-2.0-only", code=1)  # fmt: skip


def test_check_for_programs(capfd: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(said(capfd, "licenses", "check", "MIT AND LGPL-2.1-only", "--use", "distributed-binary", "--linkage", "dynamic", "--format", "json"))  # fmt: skip
    assert [(row["license"], row["group"], row["verdict"]) for row in rows] == [
        ("MIT", "permissive", True),
        ("LGPL-2.1-only", "weak-copyleft", True),
    ]


def test_compatible(capfd: pytest.CaptureFixture[str]) -> None:
    assert "OSADL's matrix says yes" in said(capfd, "licenses", "compatible", "MIT", "GPL-2.0-only")
    assert "GPL-2.0-only: no." in said(capfd, "licenses", "compatible", "Apache-2.0", "GPL-2.0-only", code=1)
    out = said(
        capfd, "licenses", "compatible", "GPL-2.0-or-later", "AGPL-3.0-only", "--format", "json", code=3
    )
    assert json.loads(out)[0]["outcome"] == "check-dependency"


def test_why_shows_the_mapping(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "licenses", "why", "Apache License 2.0")
    assert "Apache License 2.0: Apache-2.0 (name)." in out
    assert "mapped from 'Apache License 2.0'" in out
    assert "include-notice-file" in out
    assert "BSD: unknown" in said(capfd, "licenses", "why", "BSD")


@pytest.mark.usefixtures("ws")
def test_obligations_of_a_product(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "obligations", "Shop")
    assert "Shop (distributed-binary): 5 packages." in out
    rows = {line.split("  ")[0].strip(): line for line in out.splitlines()}
    assert "strong 1.0" in rows["Provide the source"]
    assert "dark 1.0" in rows["Find out the license"]
    assert "tool" not in rows["Provide the source"]
    assert "whether GPL-2.0-only is chosen" in rows["Provide the source"]


@pytest.mark.usefixtures("ws")
def test_obligations_depend_on_the_use(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "obligations", "Shop", "--use", "hosted")
    assert "Provide the source" not in out
    out = said(capfd, "obligations", "Shop", "--linkage", "separate", "--unmodified")
    assert "Pass the whole on" not in out
    assert "Say what was changed" not in out


@pytest.mark.usefixtures("ws")
def test_obligations_for_programs(capfd: pytest.CaptureFixture[str]) -> None:
    found = {row["id"]: row for row in json.loads(said(capfd, "obligations", "Shop", "--format", "json"))}
    source = found["provide-source"]
    assert [each["package"] for each in source["sure"]] == ["pkg:npm/strong"]
    assert [(each["package"], each["open"]) for each in source["open"]] == [
        ("pkg:npm/either", "whether GPL-2.0-only is chosen")
    ]
    assert [each["license"] for each in found["clarify"]["open"]] == ["unknown"]
    flat = list(csv.DictReader(io.StringIO(said(capfd, "obligations", "Shop", "--format", "csv"))))
    assert {(row["obligation"], row["package"]) for row in flat} >= {("clarify", "pkg:npm/dark")}


@pytest.mark.usefixtures("ws")
def test_obligations_as_a_list_to_work_through(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "obligations", "Shop", "--format", "markdown")
    assert "# Obligations: Shop" in out
    assert "- [ ] strong 1.0: GPL-2.0-only" in out
    assert "no legal advice" in out


@pytest.mark.usefixtures("ws")
def test_a_project_takes_the_way_to_users_from_its_products(capfd: pytest.CaptureFixture[str]) -> None:
    assert "shop (distributed-binary)" in said(capfd, "obligations", "shop")
    assert "There is no project 'till'." in said(capfd, "obligations", "till", code=2)


def test_notices_tell_by_their_exit_code_that_something_is_missing(
    ws: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = said(capfd, "notices", "Shop", code=3)
    assert "dark 1.0: its license" in out
    assert "plain 1.0: the text of MIT" in out
    (ws / "texts").mkdir()
    for name in ("MIT", "GPL-2.0-only", "AGPL-3.0-only"):
        (ws / f"texts/{name}.txt").write_text(f"The text of {name}.\n")
    Workspace(ws).sync_licenses(ws / "texts")
    out = said(capfd, "notices", "Shop", "--format", "markdown", "-o", "n.md", code=3)
    assert "n.md: 4 packages, 2 texts." in out
    assert (ws / "n.md").read_text().count("## ") == 3


def test_notices_that_lack_nothing(ws: Path, capfd: pytest.CaptureFixture[str]) -> None:
    read = acme.reading([])
    read.components.append(acme.component("plain", declared=("0BSD",)))
    acme.publish(Workspace(ws).lake(), (acme.stamp("till"), read))
    (ws / "0BSD.txt").write_text("Do as you like.\n")
    Workspace(ws).sync_licenses(ws / "0BSD.txt")
    assert "Do as you like." in said(capfd, "notices", "till")
    assert "<!doctype html>" in said(capfd, "notices", "till", "--format", "html")


def decide(ws: Path, text: str) -> None:
    (ws / "decisions").mkdir(exist_ok=True)
    (ws / "decisions/licenses.toml").write_text(text)


CONCLUDED = """
[[conclude]]
package = "pkg:npm/dark"
license = "GPL-2.0-only"
reason = "read its COPYING"
by = "dev@acme.example"
decided = 2020-01-01

[[conclude]]
package = "pkg:npm/strong@<1.0"
license = "MIT"
reason = "of older versions only"
by = "dev@acme.example"
decided = 2020-01-01
"""
CHOSEN = """
[[choose]]
package = "pkg:npm/either@>=1.0"
license = "MIT OR GPL-2.0-only"
chosen = "MIT"
by = "dev@acme.example"
decided = 2020-01-01
"""


def brought(capfd: pytest.CaptureFixture[str], name: str) -> dict[str, set[str]]:
    """What brings an obligation: surely, and perhaps."""
    told = {row["id"]: row for row in json.loads(said(capfd, "obligations", "Shop", "--format", "json"))}
    found = told.get(name, {"sure": [], "open": []})
    return {key: {each["package"].rpartition("/")[2] for each in found[key]} for key in ("sure", "open")}


def test_what_was_concluded_brings_its_obligations(ws: Path, capfd: pytest.CaptureFixture[str]) -> None:
    decide(ws, CONCLUDED)
    assert brought(capfd, "provide-source") == {"sure": {"strong", "dark"}, "open": {"either"}}
    assert brought(capfd, "clarify") == {"sure": set(), "open": set()}


def test_a_choice_for_a_range_of_versions_counts_for_them(
    ws: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    decide(ws, CHOSEN)
    assert brought(capfd, "provide-source") == {"sure": {"strong"}, "open": set()}
    decide(ws, CHOSEN.replace("MIT OR GPL-2.0-only", "mit OR gpl-2.0"))  # SPDX knows it by either name
    assert brought(capfd, "provide-source") == {"sure": {"strong"}, "open": set()}
    decide(ws, CHOSEN.replace(">=1.0", ">=2.0"))
    assert brought(capfd, "provide-source") == {"sure": {"strong"}, "open": {"either"}}


def test_a_choice_of_one_project_binds_it_in_a_product_of_more(
    ws: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    decide(ws, CHOSEN + CHOSEN.replace('chosen = "MIT"', 'chosen = "GPL-2.0-only"\nproject = "till"'))
    assert brought(capfd, "provide-source") == {"sure": {"strong"}, "open": set()}
    (ws / "umbel.toml").write_text(TOML.replace('["shop"]', '["shop", "till"]'))
    read = acme.reading([])
    read.components.append(acme.component("either", declared=("MIT OR GPL-2.0-only",), scope="runtime"))
    acme.publish(Workspace(ws).lake(), (acme.stamp("till"), read))
    assert brought(capfd, "provide-source") == {"sure": {"strong", "either"}, "open": set()}


def test_notices_take_what_was_concluded(ws: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def dark() -> set[str]:
        return {each.what for each in Workspace(ws).notices("Shop").missing if each.name.startswith("dark")}

    assert dark() == {"its license"}
    decide(ws, CONCLUDED)
    assert dark() == {"the text of GPL-2.0-only"}
    assert "GPL-2.0-only" in said(capfd, "notices", "Shop", code=3)
