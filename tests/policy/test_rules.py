# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Each rule: what it finds, what it leaves alone, and what it says it can't know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.policy.cases import NOW, PACKAGE, VERSION, facts, judged, use, vulnerability
from umbel.model.measurement import Measurement
from umbel.policy.facts import CycleFact, PackageFact, VersionFact
from umbel.policy.interface import ProjectUse
from umbel.policy.registry import rules


@pytest.mark.parametrize("name", rules())
def test_every_rule_says_what_it_is_for(name: str) -> None:
    rule = rules()[name]
    for text in (rule.title, rule.what, rule.why, rule.remedy, rule.example):
        assert text.strip()
    assert rule.what.endswith(".")
    assert rule.why.endswith(".")


# ---- advisories


def test_a_grave_vulnerability_is_found_with_its_fix_and_its_day() -> None:
    (found,) = judged("vulnerability", use(), facts(vulnerability()))
    assert (found.severity, found.what, found.remedy) == ("high", "CVE-2026-0001", "Move to 1.3.1 or later.")
    assert found.evidence["due"] == (NOW + timedelta(days=20)).date()
    assert found.evidence["overdue_days"] == 0


def test_a_vulnerability_that_waits_too_long_is_overdue() -> None:
    old = vulnerability(published_at=NOW - timedelta(days=45))
    (found,) = judged("vulnerability", use(), facts(old))
    assert found.evidence["overdue_days"] == 15


@pytest.mark.parametrize(
    ("severity", "least", "expected"),
    [
        ("high", "high", 1),
        ("medium", "high", 0),
        ("medium", "medium", 1),
        ("none", "low", 0),
        (None, "medium", 1),
        (None, "high", 0),
    ],
)
def test_severity_decides_and_an_unrated_one_counts_as_told(
    severity: str | None, least: str, expected: int
) -> None:
    known = facts(vulnerability(severity=severity))
    assert len(judged("vulnerability", use(), known, severity=least, unrated="medium")) == expected


def test_without_a_fix_it_only_warns() -> None:
    (found,) = judged("vulnerability", use(), facts(vulnerability(fixed=None)))
    assert found.level == "warn"
    assert found.remedy == "No release is known that fixes it."


def test_what_its_source_took_back_is_silent() -> None:
    assert judged("vulnerability", use(), facts(vulnerability(active=False))) == []


def test_versions_without_order_are_unknown_and_never_clean() -> None:
    odd = vulnerability(affected=None, why="1.x is no version of npm")
    (found,) = judged("vulnerability", use(), facts(odd))
    assert found.outcome == "unknown"
    assert "1.x is no version of npm" in found.reason


def test_without_a_version_or_without_advisories_nobody_can_say() -> None:
    (no_version,) = judged("vulnerability", use(version=None), facts())
    (no_advisories,) = judged("vulnerability", use(), facts(known=frozenset()))
    assert {no_version.outcome, no_advisories.outcome} == {"unknown"}
    assert no_version.reason != no_advisories.reason


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"exploited": True}, "critical"),
        ({"probability": 0.7}, "high"),
        ({"probability": 0.1}, None),
        ({}, None),
    ],
)
def test_what_is_exploited_counts_whatever_its_score(told: dict[str, Any], severity: str | None) -> None:
    found = judged("known-exploited", use(), facts(vulnerability(severity="low", **told)))
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_malware_is_told_apart_from_vulnerabilities() -> None:
    known = facts(vulnerability(kind="malicious", severity=None), vulnerability(2))
    (found,) = judged("malicious", use(), known)
    assert (found.what, found.severity) == ("CVE-2026-0001", "critical")
    assert [each.what for each in judged("vulnerability", use(), known)] == ["CVE-2026-0002"]


# ---- registries


def test_signs_of_an_unmaintained_package_are_joined() -> None:
    package = PackageFact(latest="1.3.0", latest_at=NOW - timedelta(days=1500), archived=True)
    (found,) = judged("unmaintained", use(), facts(vulnerability(kind="unmaintained"), package=package))
    assert found.severity == "medium"
    assert found.evidence["days"] == 1500
    assert all(word in found.reason for word in ("CVE-2026-0001", "archived", "4 years old"))


def test_a_package_that_is_released_is_maintained_and_an_unknown_one_unknown() -> None:
    fresh = PackageFact(latest="1.3.0", latest_at=NOW - timedelta(days=30))
    assert judged("unmaintained", use(), facts(package=fresh)) == []
    (unknown,) = judged("unmaintained", use(), facts())
    assert unknown.outcome == "unknown"


@pytest.mark.parametrize(
    ("package", "version", "what"),
    [
        (PackageFact(latest="2.0.0"), VersionFact(yanked=True), ["version"]),
        (PackageFact(latest="2.0.0"), VersionFact(deprecation="use 2"), ["version"]),
        (PackageFact(deprecated=True, successor="pkg:npm/pad"), VersionFact(), ["package"]),
        (PackageFact(found=False), VersionFact(), ["gone"]),
        (PackageFact(deprecated=False), VersionFact(yanked=False), []),
        (PackageFact(deprecated=None), VersionFact(yanked=None), []),
    ],
)
def test_deprecated_or_yanked(package: PackageFact, version: VersionFact, what: list[str]) -> None:
    assert [
        each.what for each in judged("deprecated", use(), facts(package=package, version=version))
    ] == what


def test_how_far_behind_a_version_is() -> None:
    package = PackageFact(latest="3.0.0", latest_at=NOW)
    version = VersionFact(released_at=NOW - timedelta(days=1825), behind=12, stable=20)
    (found,) = judged("outdated", use(direct=True), facts(package=package, version=version))
    assert found.reason == "It is 5.0 years behind 3.0.0, 12 releases back."
    assert judged("outdated", use(direct=False), facts(package=package, version=version)) == []
    assert judged("outdated", use(), facts(package=package, version=version), days=2000) == []
    (unknown,) = judged("outdated", use(version=None), facts(package=package))
    assert (unknown.outcome, unknown.remedy) == ("unknown", "Pin its version.")


def test_a_release_of_yesterday_is_too_new() -> None:
    (found,) = judged("too-new", use(), facts(version=VersionFact(released_at=NOW - timedelta(days=1))))
    assert found.reason == "It was released 1 day ago; 3 are asked for."
    assert judged("too-new", use(), facts(version=VersionFact(released_at=NOW - timedelta(days=3)))) == []
    assert judged("too-new", use(), facts())[0].outcome == "unknown"


# ---- lifecycles


def _cycle(**other: Any) -> CycleFact:
    given: dict[str, Any] = {
        "product": "pad", "title": "Pad", "cycle": "1", "eol": None, "eol_on": None,
        "support_until": None, "latest": "1.9", "successor": "2", "mapped_by": "a table",
    }  # fmt: skip
    return CycleFact(**(given | other))


@pytest.mark.parametrize(
    ("cycle", "severity", "level"),
    [
        (_cycle(eol_on=date(2026, 5, 31)), "high", None),
        (_cycle(eol_on=date(2026, 6, 1)), "high", None),
        (_cycle(eol=True), "high", None),
        (_cycle(eol_on=date(2026, 9, 1)), "medium", "warn"),
    ],
)
def test_a_life_that_ended_or_ends_soon(cycle: CycleFact, severity: str, level: str | None) -> None:
    known = facts(lifecycles={(PACKAGE, VERSION): cycle})
    (found,) = judged("end-of-life", use(), known)
    assert (found.severity, found.level, found.remedy) == (severity, level, "Move to Pad 2.")


def test_a_life_that_goes_on_is_fine_and_one_in_no_list_unknown() -> None:
    for cycle in (_cycle(eol_on=date(2030, 1, 1)), _cycle(eol=False)):
        assert judged("end-of-life", use(), facts(lifecycles={(PACKAGE, VERSION): cycle})) == []
    assert judged("end-of-life", use(), facts())[0].outcome == "unknown"
    (undated,) = judged("end-of-life", use(), facts(lifecycles={(PACKAGE, VERSION): _cycle(cycle=None)}))
    assert (undated.outcome, undated.reason) == (
        "unknown",
        "Pad is in the list of lifecycles, but not the cycle of 1.3.0.",
    )


# ---- our own lists


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ("pkg:npm/left-pad", "unmet"),
        ("pkg:npm/left-pad@<2", "unmet"),
        ("pkg:npm/left-pad@>=2", None),
        ("pkg:npm/right-pad", None),
        ("pkg:npm/*", "unmet"),
        ("left-pad", "unmet"),
    ],
)
def test_packages_that_are_denied(entry: str, outcome: str | None) -> None:
    from umbel.policy.rules.denied_package import Entry

    packages = (Entry(package=entry, reason="so it was decided", instead="pkg:npm/pad"),)
    found = judged("denied-package", use(), facts(), packages=packages)
    assert [each.outcome for each in found] == ([outcome] if outcome else [])
    if outcome:
        assert found[0].remedy == "Use pkg:npm/pad instead."


def test_a_denied_range_and_no_version_is_a_question() -> None:
    from umbel.policy.rules.denied_package import Entry

    packages = (Entry(package="pkg:npm/left-pad@<2", reason="old"),)
    (found,) = judged("denied-package", use(version=None), facts(), packages=packages)
    assert found.outcome == "unknown"


@pytest.mark.parametrize(("license_", "number"), [(None, 1), ("NOASSERTION", 1), ("NONE", 1), ("MIT", 0)])
def test_a_licence_that_nobody_knows(license_: str | None, number: int) -> None:
    assert len(judged("license-unknown", use(license=license_), facts())) == number


# ---- projects


def test_a_project_without_documents_is_in_no_inventory() -> None:
    def of(**told: Any) -> list[str]:
        found = judged("absent-from-inventory", ProjectUse(project="shop", **told), facts())
        return [f"{each.outcome} {each.what}" for each in found]

    assert of(documents=0) == ["unmet documents"]
    assert of(documents=0, failed=2) == ["unknown documents"]
    assert of(documents=None) == ["unknown "]
    assert of(documents=1) == []
    assert of(documents=1, undeclared={"pkg:pypi/yaml": 3}) == ["unmet pkg:pypi/yaml"]


def test_a_figure_is_held_against_its_threshold() -> None:
    from umbel.policy.rules.health import Threshold

    def measured(value: float | None, why: str | None = None) -> Measurement:
        return Measurement(
            metric="absence_factor",
            subject="shop",
            value=value,
            unit="people",
            window=365,
            as_of=NOW,
            why=why,
        )

    def of(value: float | None, **bound: float) -> list[str]:
        known = facts(measurements={("shop", "absence_factor"): measured(value, "no commits")})
        thresholds = {"absence_factor": Threshold(**bound)}  # type: ignore[arg-type]
        return [
            each.outcome for each in judged("health", ProjectUse(project="shop"), known, metrics=thresholds)
        ]

    assert of(1, min=2) == ["unmet"]
    assert of(2, min=2) == []
    assert of(9, max=5) == ["unmet"]
    assert of(None, min=2) == ["unknown"]


def test_a_weak_sbom_is_weak_only_where_that_is_sure() -> None:
    def of(**rated: Any) -> list[str]:
        quality = {"ntia": {"asked": 7, "met": 5, "unknown": 0, "missing": ["supplier"]} | rated}
        return [
            each.outcome
            for each in judged("sbom-quality", ProjectUse(project="shop", quality=quality), facts())
        ]

    assert of() == ["unmet"]
    assert of(unknown=2) == ["unknown"]
    assert of(met=7) == []
    assert judged("sbom-quality", ProjectUse(project="shop"), facts()) == []


def test_a_rule_that_fails_leaves_the_verdict_open(monkeypatch: pytest.MonkeyPatch) -> None:
    from umbel.policy.engine import Engine, Group
    from umbel.policy.exceptions import Exceptions
    from umbel.policy.file import Policy
    from umbel.policy.verdict import Verdict

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(rules()["malicious"]), "judge", broken)
    engine = Engine(facts(), Exceptions(), lambda _: ())
    group = Group(use(license="MIT"), Policy().for_project("shop"), ["shop"])
    found = list(engine.components([group]))
    assert [(each.rule, each.outcome) for each in found if each.outcome == "error"] == [
        ("malicious", "error")
    ]
    verdict = Verdict(findings=[each for each in found if not each.fails], gaps=engine.gaps)
    assert ("malicious", True) in [(gap.rule, gap.fails) for gap in verdict.gaps]
    assert verdict.exit_code == 3


# ---- what no purl identifies

_NAMELESS = "unidentified:left-pad"


def _found(*uses: Any, known: Any = None, **levels: dict[str, Any]) -> list[tuple[str, str, str]]:
    from umbel.policy.engine import Engine, Group
    from umbel.policy.exceptions import Exceptions
    from umbel.policy.file import Policy, Said

    on = ("vulnerability", "known-exploited", "malicious")
    said: dict[str, dict[str, Any]] = {name: {"level": "off"} for name in rules() if name not in on}
    resolved = Policy(Said(rules=said | {name.replace("_", "-"): own for name, own in levels.items()}))
    engine = Engine(known or facts(), Exceptions(), lambda _: ())
    groups = [Group(one, resolved.for_project("shop"), ["shop"]) for one in uses]
    return [(f.rule, f.level, f.outcome) for f in engine.components(groups)]


@pytest.mark.parametrize("name", ["vulnerability", "known-exploited", "malicious"])
def test_of_what_has_no_purl_no_advisory_can_tell(name: str) -> None:
    (found,) = judged(name, use(package=_NAMELESS), facts())
    assert (found.outcome, found.reason) == ("unknown", "It has no purl, so no advisory can be matched.")


def test_that_nobody_can_say_is_told_once_a_component() -> None:
    assert _found(use(package=_NAMELESS)) == [("vulnerability", "note", "unknown")]
    assert _found(use(version=None)) == [("vulnerability", "note", "unknown")]
    uncovered = facts(covers=lambda _: False)
    assert _found(use(), known=uncovered) == [("vulnerability", "note", "unknown")]


def test_the_policy_decides_what_it_is_worth_that_nobody_can_say() -> None:
    nameless = use(package=_NAMELESS)
    assert _found(nameless, malicious={"unknown": "fail"}) == [("malicious", "fail", "unknown")]
    assert _found(nameless, vulnerability={"unknown": "warn"}) == [("vulnerability", "warn", "unknown")]
    off = {name: {"unknown": "off"} for name in ("vulnerability", "known_exploited", "malicious")}
    assert _found(nameless, **off) == []
    # Only malware is looked for in tests.
    assert _found(use(package=_NAMELESS, scope="test")) == [("malicious", "note", "unknown")]


def test_without_a_purl_no_registry_is_named_as_a_remedy() -> None:
    for name in ("unmaintained", "deprecated", "outdated", "too-new"):
        (found,) = judged(name, use(package=_NAMELESS), facts())
        assert "umbel sync" not in str(found.remedy)
        (known,) = judged(name, use(), facts())
        assert known.remedy == "Ask its registry: umbel sync packages"


def test_a_failing_rule_of_one_policy_is_not_hidden_by_a_milder_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from umbel.policy.engine import Engine, Group
    from umbel.policy.exceptions import Exceptions
    from umbel.policy.file import Policy, Said

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(rules()["malicious"]), "judge", broken)
    engine = Engine(facts(), Exceptions(), lambda _: ())
    mild = Policy(Said(rules={"malicious": {"level": "note"}}))
    policies = [Policy().for_project("shop"), mild.for_project("till")]
    list(engine.components([Group(use(), one, ["shop"]) for one in policies]))
    assert [gap.fails for gap in engine.gaps if gap.rule == "malicious"] == [True]


def test_a_forecast_of_one_counts_never() -> None:
    assert judged("known-exploited", use(), facts(vulnerability(probability=1.0)), probability=1.0) == []
    (found,) = judged("known-exploited", use(), facts(vulnerability(probability=0.7)))
    assert "will be exploited soon with a probability of 70%" in found.reason


# ---- licences of one's own


def test_rules_of_ones_own_hold_for_the_linkage_that_they_name() -> None:
    from umbel.model.license_policy import LicenseRule

    def outcome(package: str, linkage: str) -> list[str]:
        own = (LicenseRule(licenses=("MPL-2.0",), verdict="deny", linkage=(linkage,)),)  # type: ignore[arg-type]
        told = use(package=package, license="MPL-2.0", distribution=("hosted",))
        return [each.outcome for each in judged("license-denied", told, facts(), licenses=own)]

    assert outcome("pkg:cargo/pad", "static") == ["unmet"]
    assert outcome("pkg:npm/pad", "static") == []
    assert outcome("pkg:npm/pad", "dynamic") == ["unmet"]
    assert outcome("pkg:cargo/pad", "dynamic") == []
