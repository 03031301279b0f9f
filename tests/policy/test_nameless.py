# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component without a purl, from the document to the gate, the risks, the audit and the alerts."""

from __future__ import annotations

import json
import shlex
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.cli.commands.policy import _explain
from umbel.cli.root import run
from umbel.collect.interface import Component, Reading
from umbel.model import purl
from umbel.policy.exceptions import Entry

if TYPE_CHECKING:
    from pathlib import Path

_RULES = ("vulnerability", "known-exploited", "malicious")


def _nameless(name: str, version: str | None = "1.0.0", **more: Any) -> Component:
    return Component(ref=name, package=purl.unidentified(name), version=version, purl=None, name=name, **more)


def _put(here: Workspace, *components: Component, day: int = -9) -> None:
    when = acme.day(day)
    stamp = acme.stamp("shop", content_sha256=f"{day}", observed_at=when, collected_at=when)
    acme.publish(here.lake(create=True), (stamp, Reading(format="test", components=list(components))))


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    """A project with one component that advisories know, and three that have no purl."""
    made = Workspace(tmp_path)
    _put(made, acme.component("fine", "1.0.0", declared=("MIT",)), *map(_nameless, ("one", "two", "three")))
    made.sync_advisories(source=export(tmp_path, advisory(1, "inner", "2.1.0", "CRITICAL")), exploits=False)
    return made


def test_risks_tell_of_each_once_and_the_policy_decides(here: Workspace) -> None:
    verdict = here.verdict()
    told = [finding for finding in verdict.findings if finding.rule in _RULES]
    assert [(f.rule, f.subject, f.state) for f in told] == [
        ("vulnerability", f"unidentified:{name}@1.0.0", "unknown") for name in ("one", "three", "two")
    ]
    assert {gap.rule for gap in verdict.gaps}.isdisjoint(_RULES)
    (here.folder / "policy.toml").write_text('[rules.malicious]\nunknown = "fail"\n')
    failing = here.verdict().failing
    assert [(f.rule, sorted(f.evidence["rules"])) for f in failing] == [("malicious", sorted(_RULES))] * 3


def test_a_gate_shows_them_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [{"type": "library", "name": f"part-{number}", "version": "1"} for number in range(40)]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": parts}
    (tmp_path / "bom.json").write_text(json.dumps(bom))
    off = "".join(f'[rules.{name}]\nlevel = "off"\n' for name in ("license-unknown", "sbom-quality"))
    (tmp_path / "policy.toml").write_text(off + '[rules.vulnerability]\nunknown = "warn"\n')
    known = export(tmp_path, advisory(1, "inner", "2.1.0"))
    run(["check", str(tmp_path / "bom.json"), "-C", str(tmp_path), "--advisories", str(known)])
    out = capsys.readouterr().out
    assert "unknown vulnerability (40)" in out
    assert out.count("It has no purl, so no advisory can be matched.") == 10
    assert "… and 30 more" in out


def test_an_audit_counts_them_as_unknown(here: Workspace) -> None:
    figures = {figure.name: figure for figure in here.audit().figures}
    vulnerable = figures["vulnerable"].components
    assert (vulnerable.met, vulnerable.of, vulnerable.unknown) == (0, 4, 3)


def test_an_alert_stays_open_where_only_the_purl_was_lost(here: Workspace) -> None:
    _put(here, acme.component("inner", "2.0.0"), day=-8)
    assert here.update_alerts().raised == 1
    _put(here, _nameless("inner", "2.0.0"), day=-7)
    held = here.update_alerts()
    assert (held.resolved, held.held) == (0, 1)
    _put(here, acme.component("inner", "2.1.0"), day=-6)
    assert here.update_alerts().resolved == 1


def test_the_words_that_accept_it_are_safe_to_copy_and_do_so(
    here: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names and versions are others' words: what is printed for a shell is quoted, and moves no cursor."""
    _put(here, _nameless("one; touch gone"), _nameless("two", "1$(touch gone)\x1b[2J"), day=-8)
    settings = here.policy().for_project("shop").rules["vulnerability"]
    told = {f.subject: f for f in here.verdict().findings if f.rule == "vulnerability"}
    assert len(told) == 2
    for subject, finding in told.items():
        _explain(finding, settings)
        out = capsys.readouterr().out
        assert "\x1b" not in out
        words = shlex.split(next(line for line in out.splitlines() if "exceptions add" in line))
        package = words[words.index("--package") + 1]
        assert package == subject.replace("\x1b", "\ufffd")
        entry = Entry(
            rule="vulnerability", package=package, reason="ours", by="dev@acme.example", decided=date(2026, 1, 1),
            until=date(2026, 2, 1),
        )  # fmt: skip
        assert entry.covers(finding, ()) is (package == subject)


def test_a_policy_without_thresholds_loads_no_metrics(
    here: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: Workspace) -> None:
        pytest.fail("nobody asked for a metric")

    for name in ("metrics", "who"):
        monkeypatch.setattr(Workspace, name, never)
    assert here.verdict().projects == 1
