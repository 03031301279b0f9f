# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy in one document: a gate that is given it answers as the office does."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect import git_repositories as repositories
from tests.policy.lockfiles import advisory, export, package_json, package_lock
from tests.policy.vex_documents import openvex
from tests.policy.vex_documents import said as statement
from umbel.app import Workspace
from umbel.app.merged_policy import merged_policy
from umbel.collect.outgoing import Push
from umbel.model.settings import SettingsError
from umbel.policy import file, merged
from umbel.policy.evaluations import Evaluation
from umbel.policy.exceptions import Entry
from umbel.policy.file import Said
from umbel.policy.license_decisions import Choice, Conclusion

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.verdict import Verdict

NOW = datetime.now(UTC)
TODAY = NOW.date()
_BASE = """
longest_exception_days = 90
locked = ["vulnerability", "radar"]
[rules.vulnerability]
severity = "medium"
days = { critical = 3 }
[outbound.denied-words]
words = ["bluebird"]
"""
_OWN = """
extends = "base.toml"
[rules.license-denied]
level = "fail"
[[rules.license-denied.licenses]]
licenses = ["MIT"]
verdict = "deny"
because = 'we "never" take it'
[[override]]
products = ["Till"]
reason = "inside"
rules.license-unknown.level = "off"
[[override]]
projects = ["bluebird-vault", "shop"]
rules.too-new.days = 9
[[cases]]
name = "clean"
component = "pkg:npm/a@1"
expect = []
"""
_SETTINGS = """
[organisation]
domains = ["acme.example"]
[[products]]
name = "Shop"
owner = "owner@acme.example"
distribution = ["distributed-binary"]
projects = ["shop", "acme/*"]
[[projects]]
name = "shop"
match = ["*storefront*"]
"""


def _office(folder: Path) -> Workspace:
    folder.mkdir()
    (folder / "base.toml").write_text(_BASE)
    (folder / "policy.toml").write_text(_OWN)
    (folder / "umbel.toml").write_text(_SETTINGS)
    (folder / "decisions").mkdir()
    return Workspace(folder)


def _except(office: Workspace, **more: object) -> None:
    plain = {
        "rule": "vulnerability",
        "reason": "not reached",
        "by": "security@acme.example",
        "decided": TODAY,
    }
    office.except_(Entry(**(plain | {"until": TODAY + timedelta(30)} | more)))  # type: ignore[arg-type]


def _taken(folder: Path, office: Workspace, **more: object) -> file.Policy:
    path = folder / "merged.toml"
    path.write_bytes(merged_policy(office, **more))  # type: ignore[arg-type]
    return file.load(path)


def _checkout(folder: Path) -> Path:
    repositories.init(folder)
    (folder / "package.json").write_text(package_json(outer="1.0.0"))
    (folder / "package-lock.json").write_text(package_lock({"outer": "1.0.0"}, {"inner": ("outer", "2.0.0")}))
    repositories.commit(folder, files={"README.md": "a shop\n"})
    return folder


def _told(verdict: Verdict) -> list[tuple[str, str, str]]:
    return sorted((each.rule, each.subject, each.state) for each in verdict.findings)


def test_the_same_rules_hold_with_what_they_extend(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    policy, taken = office.policy(), _taken(tmp_path, office)
    for project, products in (("shop", ("Shop",)), ("till", ("Till",)), ("x", ())):
        assert taken.for_project(project, products).rules == policy.for_project(project, products).rules
        assert taken.for_outbound(project, products) == policy.for_outbound(project, products)
    assert (taken.said.longest_exception_days, set(taken.said.locked)) == (90, {"vulnerability", "radar"})
    assert taken.said.cases == policy.said.cases


def test_it_stands_alone_and_is_the_same_twice(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    text = merged_policy(office)
    assert text == merged_policy(Workspace(office.folder))
    assert "extends" not in tomllib.loads(text.decode())


def test_a_gate_with_it_answers_as_the_office_does(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    _except(office, package="pkg:npm/inner", product="Shop")
    office.conclude_license(
        Conclusion(
            package="pkg:npm/outer", license="MIT", reason="its file", by="legal@acme.example", decided=TODAY
        )
    )
    office.decide_evaluation(
        Evaluation(
            package="pkg:npm/inner",
            ring="remove",
            reason="old",
            by="a@acme.example",
            decided=TODAY,
            product="Shop",
        )
    )
    shop = _checkout(tmp_path / "storefront")
    told = export(tmp_path, advisory(1, "inner", "2.1.0"))
    at_office = office.check([shop], advisories=told).verdict
    policy = tmp_path / "merged.toml"
    policy.write_bytes(merged_policy(office))
    elsewhere = Workspace(shop).check([shop], policy=policy, advisories=told).verdict
    assert ("vulnerability", "pkg:npm/inner@2.0.0", "excused") in _told(at_office)
    assert ("license-denied", "pkg:npm/outer@1.0.0", "fail") in _told(at_office)
    assert ("radar", "pkg:npm/inner@2.0.0", "warn") in _told(at_office)
    assert _told(elsewhere) == _told(at_office)
    assert {each.project for each in elsewhere.findings} == {"shop"}
    assert elsewhere.exit_code == at_office.exit_code == 1


def test_a_checkout_cannot_excuse_itself_from_it(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    shop = _checkout(tmp_path / "shop")
    told = export(tmp_path, advisory(1, "inner", "2.1.0"))
    own = Workspace(shop)
    (shop / "decisions").mkdir()
    _except(own, package="pkg:npm/inner")
    assert not own.check([shop], advisories=told).verdict.failing
    policy = tmp_path / "merged.toml"
    policy.write_bytes(merged_policy(office))
    found = own.check([shop], policy=policy, advisories=told).verdict
    assert "vulnerability" in {each.rule for each in found.failing}
    assert found.notes == [
        "what was decided comes with the policy: decisions/exceptions.toml here isn't counted"
    ]


def test_what_ended_long_ago_and_what_comes_later_is_left_out(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    for days, ends in ((0, 30), (80, -10), (300, -220)):
        _except(
            office, decided=TODAY - timedelta(days), until=TODAY + timedelta(ends), package=f"pkg:npm/p{days}"
        )
    decided = _taken(tmp_path, office).said.decided
    assert decided is not None
    assert [each.package for each in decided.exceptions] == ["pkg:npm/p0", "pkg:npm/p80"]
    then = _taken(tmp_path, office, as_of=NOW - timedelta(40)).said.decided
    assert then is not None
    assert [each.package for each in then.exceptions] == ["pkg:npm/p80"]


def test_hidden_projects_are_not_named(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    _except(office, project="bluebird-vault")
    _except(office, project="acme/*")
    office.choose_license(
        Choice(
            package="pkg:npm/a",
            license="MIT OR ISC",
            chosen="ISC",
            by="legal@acme.example",
            decided=TODAY,
            project="*-vault",
        )
    )
    text = merged_policy(office, hidden={"bluebird-vault", "acme/secret"}).decode()
    assert "bluebird-vault" not in text
    assert "-vault" not in text
    assert tomllib.loads(text)["decided"]["exceptions"][0]["project"] == "acme/*"
    assert [one["projects"] for one in tomllib.loads(text)["override"]] == [[], ["shop"]]
    assert "bluebird-vault" in merged_policy(office).decode()


def test_a_pattern_that_is_kept_is_not_told_although_no_name_is_known_of_it(tmp_path: Path) -> None:
    class Patterns(frozenset[str]):
        """As the office has it while its lake is away: no names, but what tells of one."""

        def __contains__(self, name: object) -> bool:
            return str(name).startswith("bluebird-")

    office = _office(tmp_path / "office")
    _except(office, project="bluebird-vault")
    assert "bluebird-vault" not in merged_policy(office, hidden=Patterns()).decode()


def test_packages_that_only_hidden_projects_use_are_not_named(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    own = "pkg:npm/only-vault"
    said: dict[str, Any] = {"by": "legal@acme.example", "decided": TODAY, "reason": "r"}
    for package in (own, "pkg:npm/inner"):
        _except(office, package=package)
        office.conclude_license(Conclusion(package=f"{package}@<2", license="MIT", **said))
        office.choose_license(Choice(package=package, license="MIT OR ISC", chosen="ISC", **said))
        office.decide_evaluation(Evaluation(package=package, ring="remove", **said))
    place = office.folder / "decisions/vex"
    place.mkdir()
    (place / "ours.json").write_bytes(openvex(statement(inside=own)))
    text = merged_policy(office, kept=lambda package: package.partition("@")[0] == own).decode()
    assert "only-vault" not in text
    decided = tomllib.loads(text)["decided"]
    assert [len(decided[name]) for name in ("exceptions", "conclude", "choose")] == [1, 1, 1]
    assert "only-vault" in merged_policy(office).decode()


def test_words_that_must_not_leave_are_told_as_a_number_to_who_only_reads(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    _except(office, rule="outbound-denied-words", what="bluebird in README.md")
    text = merged_policy(office, words=False).decode()
    assert "bluebird in" not in text
    assert tomllib.loads(text)["outbound"]["denied-words"] == {"withheld": 1}
    path = tmp_path / "merged.toml"
    path.write_text(text)
    shop = _checkout(tmp_path / "shop")
    found = Workspace(shop).check_outbound(Push("HEAD"), policy=path)
    (unsure,) = [each for each in found.findings if each.rule == "outbound-denied-words"]
    assert (unsure.outcome, unsure.level) == ("unknown", "warn")
    assert "1 word that must not leave is kept" in unsure.reason


def test_people_who_answer_for_products_are_not_in_it(tmp_path: Path) -> None:
    text = merged_policy(_office(tmp_path / "office")).decode()
    assert "owner@acme.example" not in text
    assert tomllib.loads(text)["decided"]["products"][0]["distribution"] == ["distributed-binary"]


def test_every_fault_of_what_was_decided_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "merged.toml"
    path.write_text(
        "[decided]\nvex_left_out = 0\n[[decided.exceptions]]\nrule = 'nothing'\nreason = 'r'\nby = 'b'\n"
        "decided = 2026-01-01\nuntil = 2025-01-01\n[[decided.conclude]]\npackage = 'pkg:npm/a'\nlicense = 'No Such'\n"
        "reason = 'r'\nby = 'b'\ndecided = 2026-01-01\nwhat = 1\n"
    )
    with pytest.raises(SettingsError) as caught:
        file.load(path)
    assert [
        (fault.place.partition(",")[0], fault.message.partition(";")[0]) for fault in caught.value.faults
    ] == [
        ("line 4", "'nothing' is no rule"),
        ("line 8", "lies before the day of the decision"),
        ("line 11", "'No Such' is no SPDX expression"),
        ("line 15", "is not known"),
    ]


def test_vex_comes_along(tmp_path: Path) -> None:
    office = _office(tmp_path / "office")
    place = office.folder / "decisions/vex"
    place.mkdir()
    (place / "ours.json").write_bytes(openvex(statement(inside="pkg:npm/inner")))
    decided = _taken(tmp_path, office).said.decided
    assert decided is not None
    assert [(one.ids[0], one.status) for one in decided.vex] == [("CVE-2026-0001", "not_affected")]


@given(st.text(max_size=40), st.dictionaries(st.text(min_size=1, max_size=8), st.integers(), max_size=3))
def test_any_text_survives_being_written(text: str, table: dict[str, int]) -> None:
    policy = Said(rules={"x": {"because": text, "inner": table}})
    back = tomllib.loads(merged.written(policy, merged.Decided(domains=(text,)), ""))
    plain = text.encode("utf-8", "replace").decode()
    assert back["rules"]["x"]["because"] == plain
    assert back["decided"].get("domains", [""]) == [plain] or not text
    assert back["rules"]["x"].get("inner", {}) == {
        k.encode("utf-8", "replace").decode(): v for k, v in table.items()
    }
