# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The audit summary: each figure worked out by hand, with its denominator and what is unknown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.metrics.test_freshness import at, listed
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.cli.root import run
from umbel.collect.interface import Reading
from umbel.reports.audit import markdown, reading, share, summary
from umbel.reports.audit_page import page

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.audit import Audit, Count, Figure

DAY = acme.NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four projects with documents and one without; advisories and a registry that know some of what they use."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "umbel.toml").write_text(
        '[organisation]\nname = "Acme"\n[[products]]\nname = "Shop"\nprojects = ["web", "api"]\n'
        'distribution = ["distributed-binary"]\n[[projects]]\nname = "missing"\n'
    )
    made = Workspace(folder)
    lake = made.lake(create=True)
    listed(lake, "old", {"1.0.0": at(6), "2.0.0": at(5), "9.0.0": at(1)})
    listed(lake, "silent", {"1.0.0": at(3)})
    listed(lake, "fresh", {"1.0.0": at(0.5)})
    many: dict[str, datetime | None] = {f"1.{number}.0": at(1 - number / 100) for number in range(12)}
    listed(lake, "quick", many)
    made.sync_advisories(
        source=export(folder, advisory(1, "old", "2.0.0", "CRITICAL"), advisory(2, "silent", None, "LOW")),
        exploits=False,
    )

    def put(project: str, *names: str, license_: str | None = "MIT") -> None:
        parts = [acme.component(*name.split("@"), declared=(license_,) if license_ else ()) for name in names]
        acme.publish(lake, (acme.stamp(project), Reading(format="test", components=parts)))

    put("web", "old@1.0.0", "silent@1.0.0", "fresh@1.0.0")
    put("api", "fresh@1.0.0", license_="GPL-3.0-only")
    put("lab", "quick@1.0.0", "elsewhere@1.0.0", license_=None)
    put("till", "fresh@1.0.0", "silent@1.0.0")
    return made


@pytest.fixture(scope="module")
def audit(here: Workspace) -> Audit:
    return here.audit(as_of=DAY)


def figure(audit: Audit, name: str) -> Figure:
    return next(one for one in audit.figures if one.name == name)


def counted(count: Count) -> tuple[int, int, int, int]:
    return count.met, count.of, count.unknown, count.partly


def test_the_extent_is_said_first(audit: Audit) -> None:
    assert (audit.projects, audit.with_documents, audit.components) == (5, 4, 5)
    assert (audit.mean, audit.median) == (2, 2)
    assert summary(audit) == (
        "4 of 5 projects have documents that tell what they use: 5 components in different versions, "
        "2 in the project in the middle, 2.0 on average."
    )


@pytest.mark.parametrize(
    ("name", "projects", "components"),
    [
        ("open-source", (4, 5, 1, 0), (5, 5, 0, 0)),
        ("vulnerable", (2, 5, 1, 0), (2, 5, 0, 0)),
        ("high", (1, 5, 1, 0), (1, 5, 0, 0)),
        ("exploited", (0, 5, 5, 0), (0, 5, 5, 0)),
        ("license-conflict", (1, 5, 2, 0), (1, 5, 2, 0)),
        ("license-unknown", (1, 5, 1, 0), (2, 5, 0, 0)),
        ("quiet", (2, 5, 1, 1), (1, 5, 1, 0)),
        ("behind", (2, 5, 1, 0), (2, 5, 1, 0)),
        ("end-of-life", (0, 5, 5, 0), (0, 5, 5, 0)),
    ],
)
def test_each_figure(
    audit: Audit, name: str, projects: tuple[int, int, int, int], components: tuple[int, int, int, int]
) -> None:
    found = figure(audit, name)
    assert (counted(found.projects), counted(found.components)) == (projects, components)


def test_shares_are_of_what_is_known(audit: Audit) -> None:
    found = figure(audit, "vulnerable").projects
    assert found.share == 0.5
    assert (share(found), reading(found, "project")) == ("50 %", "2 of 5 projects; of 1 nothing is known")
    quiet = figure(audit, "quiet").projects
    assert reading(quiet, "project") == "2 of 5 projects; of 1 nothing is known; 1 is free as far as is known"
    nothing = figure(audit, "end-of-life")
    assert (share(nothing.projects), nothing.missing) == ("unknown", "umbel sync lifecycles")


def test_packages_are_told_by_their_vulnerabilities(audit: Audit) -> None:
    assert [(one.package, one.vulnerabilities, one.high, one.projects) for one in audit.packages] == [
        ("old", 1, 1, 1),
        ("silent", 1, 0, 2),
    ]


def test_a_product_is_audited_alone(here: Workspace) -> None:
    found = here.audit(product="Shop", as_of=DAY)
    assert (found.projects, found.with_documents) == (2, 2)
    assert counted(figure(found, "license-conflict").projects) == (1, 2, 0, 0)


def test_a_past_day_knows_nothing(here: Workspace) -> None:
    found = here.audit(as_of=datetime(2020, 1, 1, tzinfo=acme.NOW.tzinfo))
    assert found.with_documents == 0
    assert all(one.projects.share is None for one in found.figures)
    assert "nothing is known" in summary(found)
    assert page(found)


def test_the_page_and_the_text_say_the_same(audit: Audit) -> None:
    whole, text = page(audit, "Acme <b>"), markdown(audit)
    for one in audit.figures:
        assert one.title in whole
        assert f"| {one.title} | {share(one.projects)} | {reading(one.projects, 'project')} |" in text
        assert reading(one.projects, "project") in whole
    assert "Acme &lt;b&gt;" in whole
    assert page(audit, "Acme <b>") == whole


def test_the_command_writes_what_is_asked_for(
    here: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["-C", str(here.folder), "--as-of", "2026-03-02"]
    assert run(["audit", *place]) == 0
    shown = capsys.readouterr()
    assert "have a known vulnerability" in shown.out
    assert "umbel sync lifecycles" in shown.err
    assert run(["audit", *place, "-f", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["figures"][1]["projects"] == {
        "met": 2, "of": 5, "unknown": 1, "partly": 0, "known": 4, "share": 0.5
    }  # fmt: skip
    target = tmp_path / "audit.html"
    assert run(["audit", *place, "-f", "html", "-o", str(target)]) == 0
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert run(["audit", *place, "-o", str(tmp_path)]) == 2


def test_the_command_writes_vex(here: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "shop.json"
    place = ["-C", str(here.folder), "--as-of", "2026-03-02"]
    assert run(["vex", "Shop", *place, "-f", "openvex", "-o", str(target)]) == 0
    assert capsys.readouterr().err == "Shop: 2 affected.\n"
    assert len(json.loads(target.read_text())["statements"]) == 2
    assert run(["vex", "Shop", *place, "--spec-version", "1.5"]) == 0
    assert json.loads(capsys.readouterr().out)["specVersion"] == "1.5"
    assert run(["vex", "nobody", *place]) == 2


@pytest.mark.parametrize(
    ("behind", "years", "expected"),
    [(10, None, True), (2, None, None), (None, 5, True), (None, 1, None), (2, 1, False), (0, None, False)],
)
def test_half_an_answer_is_no_no(behind: int | None, years: int | None, expected: bool | None) -> None:  # noqa: FBT001
    """Of ten versions or four years one alone says yes; that one isn't so says nothing of the other."""
    from tests.policy import cases
    from umbel.policy._audit_questions import Asked, _behind
    from umbel.policy.engine import Group
    from umbel.policy.facts import PackageFact, VersionFact
    from umbel.policy.file import Policy

    released = None if years is None else cases.NOW - timedelta(days=365 * years)
    known = cases.facts(
        package=PackageFact(latest_at=cases.NOW), version=VersionFact(behind=behind, released_at=released)
    )
    group = Group(cases.use(), Policy().for_project("shop"), ["shop"])
    assert _behind(Asked(known, exploits=True, told={}), group) is expected
