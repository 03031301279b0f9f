# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The gate, as a pipeline meets it: real checkouts, real commits, advisories from a file."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.collect import git_repositories as repositories
from tests.policy.lockfiles import advisory, export, package_json, package_lock
from umbel.app import Workspace
from umbel.model.errors import UsageError
from umbel.policy.exceptions import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.verdict import Verdict

_OFF = "".join(
    f'[rules.{name}]\nlevel = "off"\n'
    for name in (
        "end-of-life",
        "system-end-of-life",
        "outdated",
        "deprecated",
        "too-new",
        "unmaintained",
        "sbom-quality",
        "known-exploited",
        "malicious",
    )
)


def _shop(folder: Path, **versions: str) -> Path:
    repositories.init(folder)
    (folder / "policy.toml").write_text(_OFF)
    _commit(folder, **versions)
    return folder


def _commit(folder: Path, **versions: str) -> str:
    direct = {name: version for name, version in versions.items() if name != "inner"}
    inner = {"inner": (next(iter(direct)), versions["inner"])} if "inner" in versions else {}
    files = {"package.json": package_json(**direct), "package-lock.json": package_lock(direct, inner)}
    return repositories.commit(folder, files=files)


def _told(verdict: Verdict) -> list[str]:
    return [f"{f.rule} {f.package}@{f.version} {f.what}" for f in verdict.findings]


def test_a_vulnerable_lockfile_closes_the_gate_and_says_the_way_in(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", outer="1.0.0", inner="2.0.0")
    found = Workspace(shop).check([shop], advisories=export(tmp_path, advisory(1, "inner", "2.1.0"))).verdict
    (finding,) = found.failing
    assert finding.what == "CVE-2026-0001"
    assert finding.path == ("outer@1.0.0", "inner@2.0.0")
    assert finding.place == "package-lock.json"
    assert finding.remedy == "Move to 2.1.0 or later."
    assert found.exit_code == 1


def test_a_clean_lockfile_opens_it(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", outer="1.0.0", inner="2.1.0")
    found = Workspace(shop).check([shop], advisories=export(tmp_path, advisory(1, "inner", "2.1.0"))).verdict
    assert (found.findings, found.exit_code, found.judged) == ([], 0, 2)


def test_without_advisories_nobody_can_say(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", outer="1.0.0")
    found = Workspace(shop).check([shop]).verdict
    assert [gap.rule for gap in found.gaps] == ["vulnerability"]
    assert found.exit_code == 3


def test_advisories_of_another_ecosystem_make_nothing_clean(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", outer="1.0.0")
    elsewhere = export(tmp_path, advisory(1, "outer", "2.0.0", ecosystem="PyPI"))
    found = Workspace(shop).check([shop], advisories=elsewhere).verdict
    assert found.exit_code == 3
    assert "npm" in found.gaps[0].reason


def test_single_records_find_what_they_speak_of_and_leave_the_rest_unknown(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", outer="1.0.0", other="1.0.0")
    some = export(tmp_path, advisory(1, "outer", "2.0.0")).rename(tmp_path / "some.zip")
    found = Workspace(shop).check([shop], advisories=some).verdict
    told = {one.package: one.outcome for one in found.findings if one.rule == "vulnerability"}
    assert told["pkg:npm/outer"] == "unmet"
    assert told["pkg:npm/other"] == "unknown"
    assert "npm" in next(gap for gap in found.gaps if gap.rule == "vulnerability").reason


def test_only_what_a_change_adds_is_judged(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0", mended="1.0.0")
    _commit(shop, old="1.0.1", new="1.0.0", mended="2.0.0")
    known = export(
        tmp_path, advisory(1, "old", "2.0.0"), advisory(2, "new", "2.0.0"), advisory(3, "mended", "2.0.0")
    )
    found = Workspace(shop).check([shop], against="HEAD~1", advisories=known).verdict
    assert _told(found) == ["vulnerability pkg:npm/new@1.0.0 CVE-2026-0002"]
    assert [finding.what for finding in found.resolved] == ["CVE-2026-0003"]
    assert found.exit_code == 1


def test_a_change_that_adds_nothing_opens_the_gate(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    repositories.commit(shop, files={"README": "more"})
    known = export(tmp_path, advisory(1, "old", "2.0.0"))
    found = Workspace(shop).check([shop], against="HEAD~1", advisories=known).verdict
    assert (found.findings, found.exit_code) == ([], 0)


def test_what_grew_worse_counts_as_new(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    (shop / "policy.toml").write_text(_OFF + '[rules.license-unknown]\nlevel = "fail"\n')
    lock = package_lock({"old": "1.0.0"}, license_="")
    repositories.commit(shop, files={"package-lock.json": lock})
    known = export(tmp_path, advisory(1, "old", "2.0.0"))
    found = Workspace(shop).check([shop], against="HEAD~1", advisories=known).verdict
    assert _told(found) == ["license-unknown pkg:npm/old@1.0.0 "]


def test_a_folder_of_the_checkout_is_compared_with_itself(tmp_path: Path) -> None:
    shop = repositories.init(tmp_path / "shop")
    for name in ("web", "till"):
        repositories.commit(shop, files={f"{name}/package-lock.json": package_lock({"old": "1.0.0"})})
    known = export(tmp_path, advisory(1, "old", "2.0.0"))
    (tmp_path / "policy.toml").write_text(_OFF)
    found = Workspace(tmp_path).check([shop / "web"], against="HEAD", advisories=known).verdict
    assert (found.findings, found.resolved, found.documents) == ([], [], 1)


def test_an_exception_opens_the_gate_until_it_expires(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    here = Workspace(shop)
    known = export(tmp_path, advisory(1, "old", "2.0.0"))
    entry = Entry(
        rule="vulnerability", package="pkg:npm/old@<2", what="GHSA-0000-0000-0001", reason="not reachable",
        by="security@acme.example", decided=date(2026, 1, 1), until=date(2026, 6, 1),
    )  # fmt: skip
    here.except_(entry)
    from umbel.app import moment

    before = here.check([shop], advisories=known, as_of=moment("2026-06-01")).verdict
    after = here.check([shop], advisories=known, as_of=moment("2026-06-02")).verdict
    assert (before.exit_code, before.counted()["excused"]) == (0, 1)
    assert (after.exit_code, after.counted()["expired"]) == (1, 1)


def test_a_lockfile_that_can_not_be_read_leaves_the_evidence_incomplete(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    (shop / "package-lock.json").write_text("{")
    found = Workspace(shop).check([shop], advisories=export(tmp_path, advisory(1, "x", "2.0.0"))).verdict
    assert found.exit_code == 3
    assert found.trouble


def test_nothing_to_judge_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no SBOM, lockfile or manifest"):
        Workspace(tmp_path).check([tmp_path / "empty"])
    with pytest.raises(UsageError, match="no file or folder"):
        Workspace(tmp_path).check([tmp_path / "gone"])


@pytest.mark.parametrize("name", ["nowhere", "--upload-pack=x", "-h", "HEAD:x", "a..b", ""])
def test_a_commit_that_is_none_is_said(tmp_path: Path, name: str) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    with pytest.raises(UsageError, match="commit"):
        Workspace(shop).check([shop], against=name)


def test_outside_of_a_checkout_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text(package_lock({"old": "1.0.0"}))
    with pytest.raises(UsageError, match="no git checkout"):
        Workspace(tmp_path).check([tmp_path / "package-lock.json"], against="HEAD")


def test_links_and_paths_of_a_hostile_commit_are_not_followed(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    secret = tmp_path / "secret"
    secret.write_text(package_lock({"secret": "1.0.0"}))
    (shop / "sub").mkdir()
    (shop / "sub" / "package-lock.json").symlink_to(secret)
    repositories.commit(shop)
    found = (
        Workspace(shop)
        .check([shop], against="HEAD", advisories=export(tmp_path, advisory(1, "secret", "2")))
        .verdict
    )
    assert (found.documents, found.findings) == (1, [])


def test_an_sbom_is_judged_like_a_lockfile(tmp_path: Path) -> None:
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {"component": {"type": "application", "name": "shop", "bom-ref": "shop"}},
        "components": [{"type": "library", "name": "old", "version": "1.0.0", "purl": "pkg:npm/old@1.0.0"}],
    }
    (tmp_path / "bom.json").write_text(json.dumps(bom))
    (tmp_path / "policy.toml").write_text(_OFF)
    found = (
        Workspace(tmp_path)
        .check([tmp_path / "bom.json"], advisories=export(tmp_path, advisory(1, "old", "2.0.0")))
        .verdict
    )
    assert "vulnerability pkg:npm/old@1.0.0 CVE-2026-0001" in _told(found)
    assert found.findings[0].project == "shop"


def test_statements_about_vulnerabilities_are_no_inventory(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", old="1.0.0")
    vex = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "components": [{"type": "library", "name": "other"}],
    }
    (shop / "decisions" / "vex").mkdir(parents=True)
    (shop / "decisions" / "vex" / "bom.json").write_text(json.dumps(vex))
    assert Workspace(shop).check([shop]).verdict.documents == 1


def test_what_lies_there_today_can_be_judged_as_of_a_past_day(tmp_path: Path) -> None:
    from umbel.app import moment

    (tmp_path / "policy.toml").write_text(_OFF)
    (tmp_path / "package-lock.json").write_text(package_lock({"old": "1.0.0"}))
    known = export(tmp_path, advisory(1, "old", "2.0.0"))
    here = Workspace(tmp_path)
    before = here.check(
        [tmp_path / "package-lock.json"], advisories=known, as_of=moment("2025-06-01")
    ).verdict
    after = here.check([tmp_path / "package-lock.json"], advisories=known, as_of=moment("2026-06-01")).verdict
    assert (before.judged, after.judged) == (1, 1)
    assert ([f.what for f in before.findings], [f.what for f in after.findings]) == ([], ["CVE-2026-0001"])
