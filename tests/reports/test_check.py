# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Verdicts in the forms that machines and reviewers read: valid, complete, and safe from what names hold."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.errors import Fault
from umbel.model.finding import Excused, Finding
from umbel.policy.verdict import Gap, Trouble, Verdict
from umbel.reports import check_annotations, check_junit, check_markdown, check_sarif
from umbel.reports.check_lines import line_of

if TYPE_CHECKING:
    from pathlib import Path

_EXCUSED = Excused(id="x-1", reason="not reachable", author="security@acme.example", until=date(2026, 12, 31))


def _finding(**other: Any) -> Finding:
    told: dict[str, Any] = {
        "rule": "vulnerability",
        "project": "shop",
        "package": "pkg:npm/lodash",
        "version": "4.17.20",
        "what": "CVE-2021-23337",
        "outcome": "unmet",
        "severity": "high",
        "level": "fail",
        "reason": "CVE-2021-23337 (high): runs commands.",
        "remedy": "Move to 4.17.21 or later.",
        "path": ("outer@1.0.0", "lodash@4.17.20"),
        "place": "package-lock.json",
        "evidence": {"score": 7.2},
    }
    return Finding(**(told | other))


def _verdict(*findings: Finding, **other: Any) -> Verdict:
    told: dict[str, Any] = {"judged": 12, "projects": 1, "documents": 1, "policy": "policy.toml"}
    return Verdict(findings=list(findings), **(told | other))


_ALL = _verdict(
    _finding(),
    _finding(rule="license-unknown", what="", level="warn", severity="medium", evidence={}, path=()),
    _finding(rule="too-new", what="", level="note", outcome="unknown", version=None, place=None, remedy=None),
    _finding(what="CVE-1", exception=_EXCUSED),
    _finding(rule="absent-from-inventory", package=None, version=None, what="documents", level="warn"),
    gaps=[Gap(rule="end-of-life", reason="No lifecycles are known here.", remedy="umbel sync lifecycles")],
    trouble=[Trouble("bad.json", Fault("broken", "is no JSON", "line 1"))],
)


def _sarif_model() -> Any:
    """The standard's own schema, as code."""
    model = pytest.importorskip("pydantic_sarif.model", reason="pydantic-sarif is not installed")
    return model.StaticAnalysisResultsFormatSarifVersion210JsonSchema


def test_sarif_keeps_to_its_schema_and_holds_every_finding() -> None:
    text = check_sarif.render(_ALL, {})
    _sarif_model().model_validate_json(text, strict=False)
    (run,) = json.loads(text)["runs"]
    assert [result["ruleId"] for result in run["results"]] == [finding.rule for finding in _ALL.findings]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["kind"] for result in run["results"]].count("review") == 1
    assert run["results"][3]["suppressions"][0]["justification"] == "not reachable (until 2026-12-31)"
    assert run["results"][0]["properties"]["security-severity"] == "7.2"
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 2


def test_junit_has_a_case_a_rule_and_fails_what_fails() -> None:
    root = ElementTree.fromstring(check_junit.render(_ALL))
    (suite,) = root
    cases = {case.get("name"): case for case in suite}
    assert suite.get("failures") == "1"
    assert suite.get("errors") == "1"
    assert cases["vulnerability"].find("failure") is not None
    assert "CVE-1" not in (cases["vulnerability"].findtext("failure") or "")
    assert cases["end-of-life"].find("skipped") is not None
    assert cases["license-unknown"].find("failure") is None
    assert "[warn] pkg:npm/lodash@4.17.20" in (cases["license-unknown"].findtext("system-out") or "")
    assert cases["malicious"].find("system-out") is None


def test_markdown_says_first_what_must_be_done() -> None:
    text = check_markdown.render(_ALL)
    assert text.startswith("### ❌ Umbel: there is 1 finding that must be mended\n")
    assert "through outer@" in text
    assert "1 excused by an exception." in text
    assert "1 note not shown." in text
    assert "**end-of-life** was not asked" in text


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [
        (_verdict(), "✅ Umbel: nothing stands against it"),
        (_verdict(trouble=_ALL.trouble), "⚠️ Umbel: nobody can say, the evidence is incomplete"),
        (_verdict(_finding(), _finding(what="x")), "❌ Umbel: there are 2 findings that must be mended"),
    ],
)
def test_the_headline_is_the_verdict(verdict: Verdict, headline: str) -> None:
    assert check_markdown.render(verdict).splitlines()[0] == f"### {headline}"


def test_a_comment_stays_within_what_a_code_host_takes() -> None:
    many = _verdict(*[_finding(package=f"pkg:npm/{'x' * 900}{n}", reason="y" * 900) for n in range(60)])
    text = check_markdown.render(many, compared=True)
    assert len(text) <= check_markdown.LONGEST + 100
    assert "this change adds 60 findings" in text


def test_annotations_point_at_the_line(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text(
        '{\n "node_modules/lodash-es": {"version": "4.17.20"},\n "node_modules/lodash": {\n  "version": "4.17.20"\n }}\n'
    )
    files = {"package-lock.json": lock}
    lines = check_annotations.github(_ALL, files).splitlines()
    assert lines[0].startswith(
        "::error file=package-lock.json,line=3,title=Known vulnerability::pkg:npm/lodash@4.17.20: "
    )
    assert sum(line.startswith("::error") for line in lines) == 2
    issues = json.loads(check_annotations.gitlab(_ALL, files))
    assert issues[0]["location"] == {"path": "package-lock.json", "lines": {"begin": 3}}
    assert len(issues) == 4
    assert len({issue["fingerprint"] for issue in issues}) == 4


def test_a_line_that_nobody_finds_is_the_first(tmp_path: Path) -> None:
    assert line_of(None, "pkg:npm/a", "1") == 1
    assert line_of(tmp_path / "gone", "pkg:npm/a", "1") == 1
    assert line_of(tmp_path, "pkg:npm/a", "1") == 1


_WILD = st.text(st.characters(exclude_categories=()), max_size=30)


@given(name=_WILD, reason=_WILD, place=_WILD)
def test_no_name_breaks_out_of_a_form(name: str, reason: str, place: str) -> None:
    def sound(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    wild = _finding(
        package=f"pkg:npm/{sound(name)}",
        reason=sound(reason),
        place=sound(place) or None,
        path=(sound(name), "x"),
    )
    verdict = _verdict(wild)
    assert len(json.loads(check_sarif.render(verdict, {}))["runs"][0]["results"]) == 1
    ElementTree.fromstring(check_junit.render(verdict))
    assert len(check_annotations.github(verdict, {}).splitlines()) == 1
    rows = [line for line in check_markdown.render(verdict).split("\n") if line.startswith("| ❌")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 5


def test_junit_hides_no_failure_behind_what_was_not_asked() -> None:
    gap = Gap(rule="vulnerability", reason="No advisories about deb packages are known here.", remedy="sync")
    (suite,) = ElementTree.fromstring(check_junit.render(_verdict(_finding(), gaps=[gap])))
    case = next(case for case in suite if case.get("name") == "vulnerability")
    assert case.find("failure") is not None
    assert case.find("skipped") is None
    assert "about deb packages" in (case.findtext("system-out") or "")
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "0")


def test_an_address_in_a_summary_becomes_no_link_in_a_comment() -> None:
    text = check_markdown.render(_verdict(_finding(reason="See https://evil.example and www.evil.example.")))
    assert "://" not in text
    assert "www." not in text


def test_a_warning_about_a_file_is_no_error() -> None:
    trouble = [Trouble("vex.json", Fault("vex", "lacks a time", "", "warning"))]
    assert check_annotations.github(_verdict(trouble=trouble), {}).startswith("::warning file=vex.json::")
