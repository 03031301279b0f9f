# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Since when a project has a vulnerability, and whether its code uses what is vulnerable."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.metrics.test_remediation import on
from tests.policy import cases
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.collect.interface import Edge, Import, Reading
from umbel.policy.facts import Imported
from umbel.policy.usage import symbols_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.model.finding import Finding


def imported(
    module: str,
    package: str | None,
    *names: str,
    files: int = 3,
    tests: int = 0,
    language: str = "JavaScript",
) -> Import:
    """A row of imports; without a package it is one that nobody could resolve."""
    return Import(
        language=language,
        module=module,
        package=package,
        known_by="lockfile" if package else None,
        kind="package" if package else "unknown",
        files=files,
        sites=files,
        names=names,
        test_files=tests,
        type_files=0,
    )


def code(here: Workspace, project: str, *rows: Import) -> None:
    """A checkout of a project whose code was read."""
    stamp = acme.stamp(
        project, collector="checkout", lineage=f"checkout {project}", origin=f"git:{project}",
        observed_at=on(1), collected_at=on(1),
    )  # fmt: skip
    acme.publish(here.lake(), (stamp, Reading(format="git", imports=list(rows))))


def used(
    here: Workspace, project: str, direct: Sequence[str], inner: Sequence[str] = (), number: int = 1
) -> None:
    """A document of a project on a day."""
    parts = [acme.component(*name.split("@")) for name in (*direct, *inner)]
    edges = [Edge(source=None, target=one.ref) for one in parts[: len(direct)]]
    edges += [Edge(source=parts[0].ref, target=one.ref) for one in parts[len(direct) :]]
    stamp = acme.stamp(
        project, observed_at=on(number), collected_at=on(number), content_sha256=f"{number:064}"
    )
    acme.publish(here.lake(), (stamp, Reading(format="test", components=parts, edges=edges)))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Acme's portfolio with one advisory of `old`, which says what is affected, synced to the lake."""
    folder = tmp_path_factory.mktemp("usage")
    told = advisory(1, "old", "2.0.0")
    told["affected"][0]["ecosystem_specific"] = {"affected_functions": ["old.parse", "old.render"]}
    made = Workspace(folder)
    made.lake(create=True)
    made.sync_advisories(source=export(folder, told, advisory(2, "deep", "2.0.0")), exploits=False)
    for name in ("web", "tests-only", "unused", "unread", "unresolved", "python"):
        used(made, name, ["old@1.0.0"])
    used(made, "through", ["top@1.0.0"], ["deep@1.0.0"])
    used(made, "late", ["fine@1.0.0"], number=5)
    used(made, "late", ["fine@1.0.0", "old@1.0.0"], number=20)
    used(made, "late", ["fine@1.0.0", "old@1.5.0"], number=30)
    lodash = imported("fine", "pkg:npm/fine", "x")
    code(made, "web", imported("old", "pkg:npm/old", "parse", "default", files=4, tests=1), lodash)
    code(made, "tests-only", imported("old", "pkg:npm/old", "parse", files=2, tests=2))
    code(made, "unused", lodash)
    code(made, "unresolved", lodash, imported("~/old", None))
    code(made, "python", imported("os", "pkg:pypi/os", language="Python"))
    code(made, "through", lodash)
    (folder / "policy.toml").write_text('[rules.vulnerability]\nunimported = "note"\n')
    return made


@pytest.fixture(scope="module")
def findings(here: Workspace) -> dict[str, Finding]:
    """The finding of each project."""
    found = here.verdict(as_of=on(40)).findings
    return {one.project: one for one in found if one.rule == "vulnerability" and one.what}


def evidence(findings: dict[str, Finding], project: str) -> dict[str, Any]:
    return findings[project].evidence


def test_what_is_imported_says_how_often_and_which_names(findings: dict[str, Finding]) -> None:
    told = evidence(findings, "web")
    assert (told["imported_files"], told["imported_test_files"]) == (3, 1)
    assert told["names_used"] == ["default", "parse"]
    assert told["symbols_used"] == ["old.parse"]
    assert findings["web"].level == "fail"


def test_what_only_tests_import_is_not_unimported(findings: dict[str, Finding]) -> None:
    assert evidence(findings, "tests-only")["imported_files"] == 0
    assert findings["tests-only"].level == "fail"


def test_what_no_code_imports_may_be_worth_less(findings: dict[str, Finding]) -> None:
    assert evidence(findings, "unused")["imported_files"] == 0
    assert findings["unused"].level == "note"


@pytest.mark.parametrize("project", ["unread", "unresolved", "python"])
def test_where_code_can_not_tell_it_is_unknown(findings: dict[str, Finding], project: str) -> None:
    """No code was read; an import is of an unknown package; the code that was read is of another language."""
    assert "imported_files" not in evidence(findings, project)
    assert findings[project].level == "fail"


def test_what_comes_through_another_is_no_less(findings: dict[str, Finding]) -> None:
    assert findings["through"].level == "fail"
    assert findings["through"].path == ("top@1.0.0", "deep@1.0.0")
    assert evidence(findings, "through")["imported_files"] == 0


def test_the_clock_runs_from_when_it_came_in(findings: dict[str, Finding]) -> None:
    told = evidence(findings, "late")
    assert told["open_since"] == on(20)
    assert told["age_days"] == 20
    assert told["due"] == date(2026, 2, 21)
    assert told["overdue_days"] == 0
    assert evidence(findings, "web")["overdue_days"] == 9  # high: 30 days from the 3rd of January


def test_on_a_past_day_it_was_not_there(here: Workspace) -> None:
    found = here.verdict(project="late", as_of=on(19)).findings
    assert [one for one in found if one.rule == "vulnerability" and one.what] == []


def test_every_open_finding_has_an_open_stay_and_the_other_way_round(here: Workspace) -> None:
    from umbel.metrics import remediation

    for number in (19, 40):
        found = here.verdict(as_of=on(number)).findings
        told = {
            (f.project, f.package, f.what)
            for f in found
            if f.rule == "vulnerability" and f.outcome == "unmet"
        }
        index = here.advisories(None, on(number))
        assert index is not None
        with here.session(on(number), remediation.TABLES) as session:
            remediation.attach(session, index)
            query = "SELECT project, package, vulnerability FROM remediations WHERE closed_at IS NULL"
            assert set(session.ask(query).rows()) == told


@pytest.mark.parametrize(
    ("symbols", "names", "expected"),
    [
        (["golang.org/x/text/language.Parse"], ("Parse",), ["golang.org/x/text/language.Parse"]),
        (["golang.org/x/text/language.Parse"], ("Compose",), []),
        (["time::Duration::new"], ("Duration",), ["time::Duration::new"]),
        (["net/http.Client.Do"], ("Client",), ["net/http.Client.Do"]),
        (["x.parse", "x.render"], ("render",), ["x.render"]),
        (["x.parse"], (), []),
        ([], ("x",), []),
    ],
)
def test_symbols_are_compared_by_their_ends(
    symbols: list[str], names: tuple[str, ...], expected: list[str]
) -> None:
    assert symbols_used(symbols, names) == expected


def test_without_a_project_nothing_is_lowered() -> None:
    known = cases.facts(
        cases.vulnerability(), imports={("shop", cases.PACKAGE): Imported(files=0, test_files=0)}
    )
    (in_shop,) = cases.judged(
        "vulnerability", cases.use(project="shop", direct=True), known, unimported="warn"
    )
    assert in_shop.level == "warn"
    (elsewhere,) = cases.judged("vulnerability", cases.use(direct=True), known, unimported="warn")
    assert elsewhere.level is None
    (inner,) = cases.judged(
        "vulnerability", cases.use(project="shop", direct=False), known, unimported="warn"
    )
    assert inner.level is None


def test_the_published_day_counts_where_the_past_is_not_known() -> None:
    (one,) = cases.judged("vulnerability", cases.use(project="shop"), cases.facts(cases.vulnerability()))
    assert one.evidence["due"] == datetime(2026, 6, 21, tzinfo=UTC).date()
    opened = {("shop", cases.PACKAGE): {"CVE-2026-0001": cases.NOW}}
    (one,) = cases.judged(
        "vulnerability", cases.use(project="shop"), cases.facts(cases.vulnerability(), opened=opened)
    )
    assert one.evidence["due"] == datetime(2026, 7, 1, tzinfo=UTC).date()
    assert (one.evidence["open_since"], one.evidence["age_days"]) == (cases.NOW, 0)
