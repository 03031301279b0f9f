# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One alert a product and cause, with owner, ways and clock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from umbel.model.alert_settings import AlertSettings
from umbel.model.finding import Excused, Finding
from umbel.policy.alerting.causes import Causes
from umbel.policy.plans import Plan
from umbel.policy.risks import Owned

if TYPE_CHECKING:
    from umbel.policy.alerting.alert import Alert

TODAY = date(2026, 3, 1)
_PRODUCTS = {
    "shop": [Owned("Shop", "shop@acme.example", "Retail")],
    "pay": [Owned("Shop", "shop@acme.example", "Retail"), Owned("Pay", None, None)],
}


def _finding(project: str = "shop", **more: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "vulnerability",
        "package": "pkg:npm/left-pad",
        "version": "1.3.0",
        "what": "CVE-2026-0001",
        "outcome": "unmet",
        "severity": "high",
        "level": "fail",
        "reason": "CVE-2026-0001 (high): Reads what it should not.",
        "path": ("outer@1.0.0", "left-pad@1.3.0"),
        "evidence": {
            "ids": ["CVE-2026-0001", "GHSA-1"],
            "due": date(2026, 3, 9),
            "url": "https://a.example/1",
        },
    }
    return Finding(project=project, **(given | more))


def _alerts(*findings: Finding, plans: tuple[Plan, ...] = (), **settings: Any) -> list[Alert]:
    causes = Causes(AlertSettings(**settings), lambda name: _PRODUCTS.get(name, []), TODAY, plans)
    causes.findings(findings)
    return causes.alerts()


def test_a_vulnerability_of_many_projects_is_one_alert_a_product() -> None:
    found = _alerts(
        _finding(),
        _finding("pay", package="pkg:npm/pad", path=()),
        _finding("tool", evidence={"due": date(2026, 3, 5)}),
    )
    assert [(a.of, a.projects_total, a.components_total, a.due) for a in found] == [
        ("(no product)", 1, 1, date(2026, 3, 5)),
        ("Pay", 1, 1, date(2026, 3, 9)),
        ("Shop", 2, 2, date(2026, 3, 9)),
    ]
    shop = found[2]
    assert (shop.owner, shop.department, shop.ids) == ("shop@acme.example", "Retail", ("GHSA-1",))
    assert shop.ways == ("pay → pad@1.3.0", "shop → outer@1.0.0 → left-pad@1.3.0")
    assert shop.urls == ("https://a.example/1",)


def test_that_it_is_exploited_makes_the_same_alert_graver() -> None:
    exploited = _finding(
        rule="known-exploited",
        severity="critical",
        evidence={"ids": ["CVE-2026-0001"], "exploited": True, "due": date(2026, 3, 2)},
    )
    (found,) = _alerts(_finding(), exploited)
    assert (found.severity, found.exploited, found.due) == ("critical", True, date(2026, 3, 2))


def test_what_is_a_note_excused_unknown_or_of_another_rule_is_no_alert() -> None:
    excused = Excused(id="x-1", reason="not used", author="dev", until=TODAY + timedelta(days=200))
    assert not _alerts(
        _finding(level="note"),
        _finding(outcome="unknown"),
        _finding(rule="outdated"),
        _finding(exception=excused),
        _finding(severity="info"),
        _finding(rule="license-denied", what="SSPL-1.0"),
    )
    assert len(_alerts(_finding(rule="license-denied", what="SSPL-1.0"), causes=("license",))) == 1


def test_a_doubt_is_kept_by_product() -> None:
    causes = Causes(AlertSettings(), lambda name: _PRODUCTS.get(name, []), TODAY)
    causes.findings([_finding("pay", outcome="unknown"), _finding("tool", outcome="unknown", what="")])
    assert causes.unsure == {
        ("vulnerability", "left-pad", None),
        ("vulnerability", "CVE-2026-0001", "Shop"),
        ("vulnerability", "CVE-2026-0001", "Pay"),
    }


def test_an_exception_is_told_before_it_ends_and_shortly_after() -> None:
    def ends(days: int) -> list[tuple[str, str, str]]:
        until = TODAY + timedelta(days=days)
        excused = Excused(id="x-1", reason="not used", author="dev", until=until, expired=days < 0)
        return [(a.cause, a.severity, a.title) for a in _alerts(_finding(exception=excused))]

    assert ends(15) == []
    assert ends(14) == [("exception", "medium", "Exception x-1 ends on 2026-03-15")]
    assert ends(0) == [("exception", "medium", "Exception x-1 ends on 2026-03-01")]
    assert ("exception", "high", "Exception x-1 ended on 2026-02-28") in ends(-1)
    assert [cause for cause, _, _ in ends(-31)] == ["vulnerability"]


def test_the_end_of_a_life_names_the_plan_that_is_valid() -> None:
    found = _finding(
        rule="end-of-life",
        what="python",
        severity="high",
        evidence={"product": "python", "cycle": "3.8", "eol_on": date(2024, 10, 7)},
    )
    plan = Plan(
        owner="shop@acme.example",
        until=date(2026, 9, 1),
        decided=TODAY,
        by="ospo",
        software="Python",
        cycle="3.8",
        product="sh*",
        replacement="Python 3.12",
        mitigation="no network",
    )
    (told,) = _alerts(found, plans=(plan,))
    assert (told.what, told.due) == ("python 3.8", date(2024, 10, 7))
    assert (
        told.plan
        == "shop@acme.example replaces Python 3.8 by Python 3.12 until 2026-09-01; meanwhile: no network"
    )
    elsewhere = _finding("tool", rule="end-of-life", evidence=found.evidence)
    assert [a.plan for a in _alerts(elsewhere, plans=(plan,))] == [None]


def test_an_alert_stays_small() -> None:
    many = [_finding(f"p{n}", package=f"pkg:npm/x{n % 300}", path=("a@1",) * 3) for n in range(2000)]
    (found,) = _alerts(*many)
    assert (found.projects_total, found.components_total) == (2000, 300)
    assert (len(found.projects), len(found.components), len(found.ways)) == (25, 25, 5)


def test_a_doubt_is_of_every_rule_that_has_no_answer() -> None:
    """One finding speaks for all rules on advisories; the name is what is left where a purl got lost."""
    causes = Causes(AlertSettings(causes=("malicious",)), lambda _: [], TODAY)
    told = {"rules": ["vulnerability", "known-exploited", "malicious"]}
    causes.findings([_finding(outcome="unknown", what="", package="unidentified:left-pad", evidence=told)])
    assert causes.unsure >= {("malicious", "left-pad", None)}
    assert causes.alerts() == []
