# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio by the policy: what is found where, told by whom it concerns, and what another policy would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collect import git_repositories as repositories
from tests.policy.lockfiles import advisory, export, package_json, package_lock
from umbel.app import Workspace
from umbel.model.errors import UsageError
from umbel.policy.file import load

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = """
[[products]]
name = "Shop"
owner = "web"
criticality = "high"
distribution = ["hosted"]
projects = ["shop", "shared"]

[[products]]
name = "Till"
owner = "till"
distribution = ["distributed-binary"]
projects = ["till", "shared"]
"""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path]:
    """Three projects of two products, collected, and advisories about what they use."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "umbel.toml").write_text(_SETTINGS)
    for name, needs, license_ in (
        ("shop", {"outer": "1.0.0"}, "MIT"),
        ("till", {"outer": "1.0.0", "other": "1.0.0"}, "GPL-3.0-only"),
        ("shared", {"fine": "1.0.0"}, "MIT OR GPL-3.0-only"),
    ):
        repository = repositories.init(folder / "code" / name)
        lock = package_lock(needs, {"inner": ("outer", "2.0.0")} if "outer" in needs else {}, license_)
        repositories.commit(
            repository, files={"package.json": package_json(**needs), "package-lock.json": lock}
        )
    here = Workspace(folder)
    here.collect([folder / "code"])
    return here, export(folder, advisory(1, "inner", "2.1.0"), advisory(2, "other", None, "CRITICAL"))


def test_one_component_in_two_projects_is_two_findings(estate: tuple[Workspace, Path]) -> None:
    here, known = estate
    verdict = here.verdict(advisories=known)
    inner = [f for f in verdict.findings if f.rule == "vulnerability" and f.package == "pkg:npm/inner"]
    assert [finding.project for finding in inner] == ["shop", "till"]
    assert {finding.path for finding in inner} == {("outer@1.0.0", "inner@2.0.0")}
    assert len({finding.key for finding in inner}) == 2


def test_a_licence_is_judged_by_how_the_product_reaches_its_users(estate: tuple[Workspace, Path]) -> None:
    here, known = estate
    denied = [
        f
        for f in here.verdict(advisories=known).findings
        if f.rule == "license-denied" and f.outcome == "unmet"
    ]
    assert {finding.project for finding in denied} == {"till"}


def test_only_a_product_or_a_project_can_be_asked(estate: tuple[Workspace, Path]) -> None:
    here, known = estate
    assert {f.project for f in here.verdict(product="Shop", advisories=known).findings} <= {"shop", "shared"}
    assert {f.project for f in here.verdict(project="till", advisories=known).findings} == {"till"}
    assert here.verdict(product="Shop", advisories=known).projects == 2


def test_findings_are_told_by_whom_they_concern(estate: tuple[Workspace, Path]) -> None:
    here, known = estate
    found = [f for f in here.verdict(advisories=known).findings if f.rule == "vulnerability"]
    by_owner = {group.name: group for group in here.risks(found, "owner")}
    assert (by_owner["web"].failing, by_owner["web"].fixable, by_owner["web"].worst) == (1, 1, "high")
    assert (by_owner["till"].open, by_owner["till"].failing, by_owner["till"].worst) == (2, 1, "critical")
    upgrades = {group.name: group for group in here.risks(found, "upgrade")}
    assert upgrades["outer"].open == 2
    assert upgrades[None].open == 1


def test_a_stricter_policy_is_looked_at_before_it_is_adopted(
    estate: tuple[Workspace, Path], tmp_path: Path
) -> None:
    here, _ = estate
    stricter = tmp_path / "new.toml"
    stricter.write_text(
        'rules.license-denied.level = "warn"\n[[override]]\nproducts = ["Shop"]\nrules.too-new.level = "off"\n'
    )
    changes = here.policy_preview(stricter).changes
    assert {(change.finding.rule, change.before, change.after) for change in changes} == {
        ("license-denied", "fail", "warn")
    }
    assert {change.finding.project for change in changes} == {"till"}


def test_a_finding_is_found_by_its_key(estate: tuple[Workspace, Path]) -> None:
    here, _ = estate
    first = here.verdict().findings[0]
    assert here.finding(first.key).matter == first.matter
    with pytest.raises(UsageError, match="There is no finding"):
        here.finding("f-0000000000")


def test_a_choice_among_licences_and_a_conclusion_count(
    estate: tuple[Workspace, Path], tmp_path: Path
) -> None:
    here, _ = estate
    only_gpl = tmp_path / "policy.toml"
    only_gpl.write_text('[[rules.license-denied.licenses]]\nlicenses = ["MIT"]\nverdict = "deny"\n')
    decisions = here.folder / "decisions" / "licenses.toml"
    decisions.parent.mkdir(exist_ok=True)

    def denied() -> dict[str, str | None]:
        found = here.verdict(policy=load(only_gpl)).findings
        return {
            f.project: f.evidence.get("chosen")
            for f in found
            if f.rule == "license-denied" and f.package == "pkg:npm/fine"
        }

    before = denied()
    decisions.write_text(
        '[[choose]]\npackage = "pkg:npm/fine"\nlicense = "MIT OR GPL-3.0-only"\nchosen = "MIT"\n'
        'project = "shared"\nby = "legal@acme.example"\ndecided = 2026-01-01\n'
    )
    try:
        chosen = denied()
        duties = {duty.id for duty in here.obligations("shared").duties}
        decisions.write_text(
            '[[conclude]]\npackage = "pkg:npm/fine"\nlicense = "ISC"\nreason = "its file says so"\n'
            'by = "legal@acme.example"\ndecided = 2026-01-01\n'
        )
        concluded = denied()
    finally:
        decisions.unlink()
    assert (before, chosen, concluded) == ({"shared": None}, {"shared": "MIT"}, {})
    assert "provide-source" not in duties
