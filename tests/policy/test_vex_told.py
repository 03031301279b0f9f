# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What we say ourselves: from findings, exceptions and others' words, and never from silence."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.policy.lockfiles import advisory, export
from tests.policy.vex_documents import openvex, said
from umbel.app import Workspace, moment
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.policy import vex
from umbel.policy.exceptions import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.vex import Statement
    from umbel.reports.vex import Document

DAY = moment("2026-04-01")


@pytest.fixture(scope="module")
def advisories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Advisories of four packages: `old` with a fix, `stuck` without, `mild` of low severity, `odd` of versions."""
    odd = advisory(4, "odd", None)
    odd["affected"][0]["ranges"] = [
        {"type": "ECOSYSTEM", "events": [{"introduced": "1"}, {"fixed": "not-a-version"}]}
    ]
    told = [
        advisory(1, "old", "2.0.0"),
        advisory(2, "stuck", None, "CRITICAL"),
        advisory(3, "mild", "2.0.0", "LOW"),
        odd,
    ]
    return export(tmp_path_factory.mktemp("advisories"), *told)


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    """Two projects of Acme's product Checkout, and one that belongs to none."""
    (tmp_path / "umbel.toml").write_text(
        '[organisation]\nname = "Acme"\n[[products]]\nname = "Checkout"\nprojects = ["shop", "till"]\n'
    )
    made = Workspace(tmp_path)
    lake = made.lake(create=True)
    acme.publish(
        lake,
        (acme.stamp("shop"), acme.reading(["old@1.0.0", "stuck@1.0.0", "mild@1.0.0", "fine@1.0.0"])),
        (acme.stamp("till"), acme.reading(["old@1.0.0"])),
        (acme.stamp("lab"), acme.reading(["old@1.0.0"])),
    )
    return made


def told(here: Workspace, advisories: Path, name: str = "Checkout") -> dict[tuple[str, str], Statement]:
    """Our statements by vulnerability and component."""
    document = here.vex(name, advisories=advisories, as_of=DAY)
    return {(one.ids[0], one.component.package or ""): one for one in document.statements if one.component}


def put(here: Workspace, *statements: dict[str, Any], name: str = "a.json") -> None:
    """VEX in the workspace's folder."""
    place = here.folder / vex.FOLDER
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_bytes(openvex(*statements, author="Security"))


def excuse(here: Workspace, **more: Any) -> None:
    """An exception about `old`."""
    given: dict[str, Any] = {
        "rule": "vulnerability",
        "package": "pkg:npm/old",
        "reason": "the parser is never reached",
        "by": "security@acme.example",
        "decided": date(2026, 3, 10),
        "until": date(2026, 12, 31),
    }
    here.except_(Entry(**(given | more)))


def test_what_is_affected_says_what_to_do_whatever_its_severity(here: Workspace, advisories: Path) -> None:
    found = told(here, advisories)
    assert {name: one.status for (name, _), one in found.items()} == {
        "CVE-2026-0001": "affected",
        "CVE-2026-0002": "affected",
        "CVE-2026-0003": "affected",
    }
    old = found["CVE-2026-0001", "pkg:npm/old"]
    assert old.action == "Move to 2.0.0 or later."
    assert old.responses == ("update",)
    assert old.ids == ("CVE-2026-0001", "GHSA-0000-0000-0001")
    assert old.product is not None
    assert old.product.name == "Checkout"
    assert found["CVE-2026-0002", "pkg:npm/stuck"].responses == ()


def test_an_exception_with_a_reason_of_vex_says_not_affected(here: Workspace, advisories: Path) -> None:
    excuse(here, justification="vulnerable_code_not_in_execute_path")
    one = told(here, advisories)["CVE-2026-0001", "pkg:npm/old"]
    assert (one.status, one.justification, one.detail) == (
        "not_affected",
        "vulnerable_code_not_in_execute_path",
        "the parser is never reached",
    )
    assert one.time == moment("2026-03-10T00:00")


@pytest.mark.parametrize(
    "change",
    [
        {"justification": None},
        {"justification": "vulnerable_code_not_in_execute_path", "until": date(2026, 3, 31)},
        {"justification": "vulnerable_code_not_in_execute_path", "project": "shop"},
    ],
    ids=["no reason", "expired", "of one project only"],
)
def test_no_other_exception_does(here: Workspace, advisories: Path, change: dict[str, Any]) -> None:
    excuse(here, **change)
    assert told(here, advisories)["CVE-2026-0001", "pkg:npm/old"].status == "affected"


def test_a_reason_that_vex_does_not_know_is_refused(here: Workspace) -> None:
    with pytest.raises(SettingsError, match="none of VEX's"):
        excuse(here, justification="we hope so")


def test_what_others_say_is_said_again_with_its_time(here: Workspace, advisories: Path) -> None:
    put(
        here,
        said("CVE-2026-0001", "pkg:npm/old@1.0.0", status_notes="checked"),
        said("CVE-2026-0002", "pkg:npm/stuck", "fixed"),
    )
    found = told(here, advisories)
    old = found["CVE-2026-0001", "pkg:npm/old"]
    assert (old.status, old.author, old.detail, old.time) == (
        "not_affected",
        "Security",
        "checked",
        moment("2026-02-01T00:00"),
    )
    assert found["CVE-2026-0002", "pkg:npm/stuck"].status == "fixed"


def test_of_several_projects_the_gravest_counts(here: Workspace, advisories: Path) -> None:
    put(here, said("CVE-2026-0001", "pkg:generic/shop", inside="pkg:npm/old@1.0.0"))
    assert told(here, advisories, "shop")["CVE-2026-0001", "pkg:npm/old"].status == "not_affected"
    assert told(here, advisories, "till")["CVE-2026-0001", "pkg:npm/old"].status == "affected"


def test_what_no_advisory_here_speaks_of_is_passed_on(here: Workspace, advisories: Path) -> None:
    put(
        here,
        said("CVE-2025-9999", "pkg:npm/fine@1.0.0"),
        said("CVE-2025-9998", "pkg:npm/fine@9.9.9"),
        said("CVE-2025-9997", "pkg:npm/elsewhere@1.0.0"),
    )
    found = told(here, advisories)
    assert found["CVE-2025-9999", "pkg:npm/fine"].status == "not_affected"
    assert {name for name, _ in found} & {"CVE-2025-9998", "CVE-2025-9997"} == set()


def test_nothing_is_said_where_nothing_is_known(here: Workspace) -> None:
    with pytest.raises(UsageError, match="No advisories"):
        here.vex("Checkout")


def test_somebody_must_say_so(here: Workspace, advisories: Path) -> None:
    (here.folder / "umbel.toml").write_text("")
    with pytest.raises(UsageError, match="Nobody is named"):
        Workspace(here.folder).vex("lab", advisories=advisories)
    document = Workspace(here.folder).vex("lab", advisories=advisories, author="Lab", as_of=DAY)
    assert document.author == "Lab"


def _again(here: Workspace, advisories: Path, document: Document, form: Any) -> int:
    """The gate's exit code for the project, once the document lies in the folder."""
    from umbel.reports.vex import render

    (here.folder / vex.FOLDER).mkdir(parents=True, exist_ok=True)
    (here.folder / vex.FOLDER / "own.json").write_text(render(document, form))
    return here.verdict(project="till", advisories=advisories, as_of=moment("2026-05-01")).counted()[
        "covered"
    ]


@pytest.mark.parametrize("form", ["cyclonedx", "openvex"])
def test_what_we_said_counts_when_we_read_it(here: Workspace, advisories: Path, form: str) -> None:
    excuse(here, justification="code_not_reachable")
    document = here.vex("Checkout", advisories=advisories, as_of=DAY)
    (here.folder / "decisions/exceptions.toml").unlink()
    assert here.verdict(project="till", advisories=advisories, as_of=DAY).counted()["covered"] == 0
    assert _again(here, advisories, document, form) == 1


def test_the_gate_counts_what_the_folder_says_and_a_file_beside_it(
    here: Workspace, advisories: Path, tmp_path: Path
) -> None:
    from umbel.reports import check_sarif

    bom = tmp_path / "bom.json"
    bom.write_bytes(acme.sbom("till", ["old@1.0.0"]))
    beside = tmp_path / "vendor.json"
    beside.write_bytes(openvex(said("GHSA-0000-0000-0001", "pkg:npm/old@1.0.0"), author="Vendor"))
    before = here.check([bom], advisories=advisories, as_of=DAY).verdict
    after = here.check([bom], advisories=advisories, vex=[beside], as_of=DAY).verdict
    assert [f.what for f in before.failing] == ["CVE-2026-0001"]
    assert after.failing == []
    assert after.counted()["covered"] == 1
    log = json.loads(check_sarif.render(after, {}))
    (result,) = [one for one in log["runs"][0]["results"] if one["ruleId"] == "vulnerability"]
    assert "by Vendor" in result["suppressions"][0]["justification"]
    (here.folder / "policy.toml").write_text('[rules.vulnerability]\nvex_authors = ["Security"]\n')
    strict = here.check([bom], advisories=advisories, vex=[beside], as_of=DAY).verdict
    assert [f.what for f in strict.failing] == ["CVE-2026-0001"]


def test_a_broken_file_is_told_and_closes_nothing(here: Workspace, advisories: Path) -> None:
    put(here)
    (here.folder / vex.FOLDER / "broken.json").write_text("{")
    found = here.verdict(project="lab", advisories=advisories, as_of=DAY)
    assert [trouble.place for trouble in found.trouble] == ["decisions/vex/broken.json"]
    assert not any(trouble.fault.level == "error" for trouble in found.trouble)


def test_what_is_unknown_is_being_looked_at(here: Workspace, advisories: Path) -> None:
    strange = acme.reading(["odd@not.a.version"])
    acme.publish(here.lake(), (acme.stamp("strange"), strange))
    found = told(here, advisories, "strange")
    assert {one.status for one in found.values()} == {"under_investigation"}
