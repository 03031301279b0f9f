# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starters and the gate say the same: each setting is changed, and both are asked."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from umbel.app.office_plan import _MODULES, _module
from umbel.frameworks import kept
from umbel.model.settings import Settings, SettingsError
from umbel.policy import exceptions, file
from umbel.policy.interface import Use
from umbel.policy.rules.license_denied import LicenseDeniedRule
from umbel.reports.documents.kept_text import document, sections
from umbel.reports.documents.policy_terms import WAYS, terms
from umbel.reports.documents.policy_words import LEVELS, VERDICTS
from umbel.reports.documents.write import write

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.file import Policy
    from umbel.reports.documents.policy_terms import Terms

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
POLICIES: dict[str, str] = {
    "shipped": "",
    "stricter": """
longest_exception_days = 90
[rules.license-denied]
unknown = "fail"
[[rules.license-denied.licenses]]
licenses = ["weak-copyleft"]
distribution = ["distributed-binary"]
verdict = "deny"
because = "our products stay closed"
[rules.license-unknown]
level = "fail"
[rules.vulnerability]
severity = "critical"
days = { critical = 3, high = 14, medium = 60, low = 120 }
[rules.too-new]
days = 21
level = "fail"
[rules.end-of-life]
ahead_days = 400
[outbound.sign-off]
level = "fail"
[outbound.license]
allowed = ["MIT", "Apache-2.0"]
""",
    "loose": """
[rules.license-denied]
level = "warn"
shipped = false
[[rules.license-denied.licenses]]
licenses = ["permissive", "strong-copyleft"]
verdict = "allow"
[rules.known-exploited]
level = "note"
[rules.vulnerability]
level = "warn"
[rules.end-of-life]
level = "off"
[outbound.secrets]
level = "off"
""",
    "own ids": """
[[rules.license-denied.licenses]]
licenses = ["MIT", "GPL-3.0-only"]
verdict = "ask"
[rules.malicious]
level = "warn"
""",
    "off": '[rules.license-denied]\nlevel = "off"\n[rules.vulnerability]\nlevel = '
    '"off"\n[rules.too-new]\nlevel = "off"\n',
}


def policy_of(folder: Path, text: str) -> Policy:
    (folder / "policy.toml").write_text(text, "utf-8")
    return file.load(folder / "policy.toml")


def told(policy: Policy) -> Terms:
    return terms(policy, Settings())


def text_of(name: str, said: Terms) -> str:
    module = _module(name)
    return kept.merge(None, sections(module.TITLE, module.parts(said))).text


@pytest.fixture(scope="module", params=POLICIES)
def policy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Policy:
    return policy_of(tmp_path_factory.mktemp("policy"), POLICIES[request.param])


@pytest.fixture(scope="module")
def said(policy: Policy) -> Terms:
    return told(policy)


def verdict(policy: Policy, license_id: str, way: str, scope: str = "runtime") -> str:
    """What the gate's own rule says of a component in a use: allow, ask or deny."""
    settings = policy.for_project("").rules["license-denied"]
    use = Use(package="pkg:npm/x", version="1", license=license_id, scope=scope, distribution=(way,))
    found: list[Any] = list(LicenseDeniedRule().judge(use, None, settings))  # type: ignore[arg-type]
    return "allow" if not found else "deny" if found[0].outcome == "unmet" else "ask"


def test_the_table_of_licences_is_what_the_gate_says(policy: Policy, said: Terms) -> None:
    """Every licence that stands for a kind, in every use, and those that are named as different do differ."""
    if "license-denied" not in said.rules:
        assert "the rule is off" in text_of("policy-use", said)
        return
    by_kind = {
        "permissive": "ISC", "public-domain": "CC0-1.0", "weak-copyleft": "MPL-2.0", "strong-copyleft": "GPL-2.0-only",
        "network-copyleft": "AGPL-3.0-only", "source-available": "BUSL-1.1",
    }  # fmt: skip
    rows = {row.group: row for row in said.licenses}
    lines = text_of("policy-use", said).splitlines()
    for kind, name in by_kind.items():
        row = rows[kind]
        assert name not in row.except_
        assert row.words == tuple(verdict(policy, name, way) for way in WAYS)
        assert any(row.development == verdict(policy, name, way, "development") for way in WAYS)
        line = next(each for each in lines if each.startswith(f"| {row.title} |"))
        assert [cell.strip() for cell in line.strip("|").split("|")][1:6] == [
            VERDICTS[word] for word in row.words
        ]
    for row in said.licenses:
        for name in row.except_:
            mine = tuple(verdict(policy, name, way) for way in WAYS)
            assert (mine, verdict(policy, name, "internal", "development")) != (row.words, row.development)
    for name, words in said.data_licenses:
        assert words == tuple(verdict(policy, name, way) for way in WAYS)


def test_an_id_of_ones_own_is_told_as_different(tmp_path: Path) -> None:
    said = told(policy_of(tmp_path, POLICIES["own ids"]))
    rows = {row.group: row for row in said.licenses}
    assert "MIT" in rows["permissive"].except_
    assert "GPL-3.0-only" in rows["strong-copyleft"].except_
    assert "MIT, GPL-3.0-only: a question." in text_of("policy-use", said)


@pytest.mark.parametrize(
    "rule", ["license-denied", "vulnerability", "known-exploited", "malicious", "license-unknown"]
)
@pytest.mark.parametrize("level", ["fail", "warn", "note", "off"])
def test_what_a_rule_does_is_said_as_its_level(tmp_path: Path, rule: str, level: str) -> None:
    policy = policy_of(tmp_path, f'[rules.{rule}]\nlevel = "{level}"\n')
    said = told(policy)
    resolved = policy.for_project("").rules.get(rule)
    assert said.level(rule) == ("off" if resolved is None else resolved.level) == level
    words = {
        "license-denied": "What is denied {}.",
        "vulnerability": "A known vulnerability of severity high or above {}.",
        "known-exploited": "What is being exploited {}, whatever its severity.",
        "malicious": "A package that is reported as malware {}.",
        "license-unknown": "A component that has no licence, or whose licence nobody knows, {}.",
    }[rule]
    text = text_of("policy-use", said)
    if rule == "vulnerability" and level == "off":
        assert "The gate does not look for known vulnerabilities" in text
    elif level == "off" and rule == "license-denied":
        assert "the rule is off" in text
    else:
        assert words.format(LEVELS[level]) in text


def test_days_of_severities_are_those_that_the_clock_counts(policy: Policy, said: Terms) -> None:
    from umbel.policy.incidents import deadline

    rule = policy.for_project("").rules.get("vulnerability")
    days: dict[str, int] = {} if rule is None else dict(rule.days)  # type: ignore[attr-defined]
    text = text_of("incident-runbook", said)
    for severity, number in said.incident_days.items():
        due = deadline(AS_OF, severity, days)
        assert due == (AS_OF + timedelta(days=number)).date()
        assert f"| {severity} | {number} days |" in text
    if days:
        use = text_of("policy-use", said)
        assert all(f"| {severity} | {number} days |" in use for severity, number in days.items())


@pytest.mark.parametrize("longest", [1, 30, 365, 400])
def test_an_exception_may_last_as_long_as_the_text_says(tmp_path: Path, longest: int) -> None:
    policy = policy_of(tmp_path, f"longest_exception_days = {longest}\n")
    found = re.search(r"None lasts longer than ([\d,]+) day", text_of("policy-use", told(policy)))
    assert found is not None
    said = int(found[1].replace(",", ""))

    def lasting(days: int) -> exceptions.Entry:
        first = date(2026, 1, 1)
        until = first + timedelta(days=days)
        return exceptions.Entry(
            rule="license-denied", package="pkg:npm/x", reason="r", by="ospo", decided=first, until=until
        )

    exceptions.add(tmp_path / "good.toml", lasting(said), policy.said.longest_exception_days)
    with pytest.raises(SettingsError):
        exceptions.add(tmp_path / "bad.toml", lasting(said + 1), policy.said.longest_exception_days)


@pytest.mark.parametrize("days", [1, 3, 21])
def test_a_release_is_as_old_as_the_text_says(tmp_path: Path, days: int) -> None:
    from umbel.policy.rules.too_new import TooNewRule

    policy = policy_of(tmp_path, f'[rules.too-new]\ndays = {days}\nlevel = "fail"\n')
    text = text_of("policy-use", told(policy))
    assert f"A release is at least {'1 day' if days == 1 else f'{days} days'} old" in text
    assert f"A younger one {LEVELS['fail']}." in text
    settings = policy.for_project("").rules["too-new"]

    class Facts:
        as_of = AS_OF

        def __init__(self, age: int) -> None:
            self.age = age

        def version(self, package: str, version: str) -> Any:  # noqa: ARG002 - the rule's signature
            return type("Version", (), {"released_at": AS_OF - timedelta(days=self.age)})

    use = Use(package="pkg:npm/x", version="1")
    rule: Any = TooNewRule()
    assert list(rule.judge(use, Facts(days - 1), settings))
    assert not list(rule.judge(use, Facts(days), settings))


def test_horizon_sign_off_and_licences_to_publish_follow_the_policy(tmp_path: Path) -> None:
    said = told(policy_of(tmp_path, POLICIES["stricter"]))
    assert "| components | 400 days before it | stops the gate |" in text_of("end-of-life-plan", said)
    contribution = text_of("policy-contribution", said)
    assert "one without it stops the gate" in contribution
    release = text_of("policy-release", said)
    assert "- MIT" in release
    assert "- Apache-2.0" in release
    plain = told(policy_of(tmp_path, ""))
    assert "the gate notes those without it" in text_of("policy-contribution", plain)
    assert "Nobody has said yet under which licences we publish" in text_of("policy-release", plain)


def test_other_rules_for_a_product_are_told(tmp_path: Path) -> None:
    text = '[[override]]\nproducts = ["Shop"]\n[override.rules.vulnerability]\nseverity = "low"\n'
    text += '[override.outbound.denied-words]\nwords = ["bluebird"]\n'
    use = text_of("policy-use", told(policy_of(tmp_path, text)))
    assert 'product Shop: vulnerability: severity = "low"' in use
    assert "bluebird" not in use
    assert "severity high or above" in use


def test_every_starter_is_whole(said: Terms) -> None:
    """No section is empty, nothing says None, gaps are for people, and a second run changes nothing."""
    for name in kept.POLICIES:
        text = text_of(name, said)
        assert not re.search(r"\bNone\b(?! lasts)", text)
        assert "&lt;" not in text
        assert len(kept.blanks(text)) >= 5
        module = _module(name)
        assert kept.merge(text, sections(module.TITLE, module.parts(said))).changed is False
        made = document(text, name=name, title=name, as_of=AS_OF)
        assert made.title == module.TITLE
        assert not re.search(r"<!--|umbel:begin", write(made, "html").decode().split("<main", 1)[1])


def test_no_text_promises_more_than_the_gate_looks_at(tmp_path: Path) -> None:
    """Severity, what has no fix yet, what only develops and tests, and outbound rules that nobody has fed."""
    plain = told(policy_of(tmp_path, ""))
    for name in ("incident-runbook", "policy-innersource"):
        assert "of severity high or above stops the gate once a release mends it" in text_of(name, plain)
    use = text_of("policy-use", plain)
    assert "does not look at: known vulnerabilities, what is exploited." in use
    assert "One whose severity nobody knows counts as medium." in use
    assert "does not look at: ends of life." in text_of("end-of-life-plan", plain)
    for name in ("policy-contribution", "policy-release"):
        assert "nobody has said which files need one" in text_of(name, plain)
    assert "nobody has said which domains are ours" in text_of("policy-contribution", plain)
    fed = '[rules.vulnerability]\nscopes = ["runtime", "development"]\nunfixed = "fail"\nseverity = "low"\n'
    fed += (
        '[outbound.license-header]\nfiles = ["*.py"]\n[outbound.author-address]\ndomains = ["acme.example"]\n'
    )
    named = told(policy_of(tmp_path, fed))
    assert "of severity low or above stops the gate; one that" in text_of("incident-runbook", named)
    assert "does not look at: what is exploited." in text_of("policy-use", named)
    text = text_of("policy-contribution", named)
    assert "licence header | is a warning" in text
    assert "(acme.example) | is a warning" in text


def test_names_have_no_exception_of_the_gate(tmp_path: Path) -> None:
    assert "umbel exceptions" not in text_of("policy-trademark", told(policy_of(tmp_path, "")))


def test_all_eight_and_the_strategy_are_there() -> None:
    assert set(_MODULES) == set(kept.NAMES)
    assert len(kept.POLICIES) == 8
    for name in kept.NAMES:
        assert name == _module(name).NAME


def test_a_policy_is_a_pdf(tmp_path: Path) -> None:
    text = text_of("policy-use", told(policy_of(tmp_path, "")))
    made = document(text, name="policy-use", title="x", as_of=AS_OF, organisation="Acme")
    assert write(made, "pdf").startswith(b"%PDF-")


def test_no_word_is_lost_in_print() -> None:
    """Code in lists and quotes, second paragraphs of a point, and what only looks like a comment."""
    text = "# T\n\nBegin with `<!--` here. <!-- hidden --> After.\n\n1. run\n   ```sh\n   umbel check\n   ```\n\n   then\n"
    text += "2. two\n\n> said\n> ```\n> quoted code\n> ```\n\n[`linked`](https://acme.example)\n\n"
    text += "<!-- umbel:begin a 1 -->\n\nLast.\n"
    made = write(document(text, name="strategy", title="x", as_of=AS_OF), "md").decode()
    for words in (
        "`<!--` here",
        "After.",
        "1. run `umbel check` then",
        "2. two",
        "quoted code",
        "acme.example",
        "Last.",
    ):
        assert words in made, words
    assert "hidden" not in made


def test_what_somebody_wrote_stays_data() -> None:
    """Raw HTML, scripts in links, deep nests and odd tables become words, never markup."""
    text = "# <b>T</b>\n\n## A\n\n<script>alert(1)</script>\n\n"
    text += "[x](javascript:alert(1)) **b** `c` ![i](http://a/b)\n\n"
    text += "> quoted\n\n| a |\n| --- |\n| 1 | 2 |\n\n- one\n  - two\n\n## Empty\n\n## B\n\n"
    text += "> " * 60 + "deep\n\n~~~\ncode\n~~~\n"
    made = document(text, name="strategy", title="x", as_of=AS_OF)
    page = write(made, "html").decode()
    main = page.split("<main", 1)[1].split("<script", 1)[0]
    assert "alert(1)" in main
    assert "javascript:" not in re.sub(r">[^<]*<", "><", main)
    assert "Nothing is written here yet." in main
    assert write(made, "md")
