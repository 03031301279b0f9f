# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policy says and finds, as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.app import Workspace
from umbel.collect.interface import Reading as Document
from umbel.policy.template import default_policy

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.frameworks.interface import Reading

POLICY = """\
[[rules.license-denied.licenses]]
licenses = ["GPL-3.0-only"]
verdict = "deny"
because = "our products stay closed"
"""
EXCEPTION = """\
[[exceptions]]
rule = "license-denied"
package = "pkg:npm/bad"
project = "{project}"
reason = "goes next month"
by = "legal@acme.example"
decided = 2026-01-10
until = {until}
"""


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    """Two projects: one has had a package under a denied licence for thirty days."""
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "decisions").mkdir()
    made = Workspace(tmp_path)
    lake = made.lake(create=True)
    bad = Document(format="test", components=[acme.component("bad", "1", declared=("GPL-3.0-only",))])
    good = Document(format="test", components=[acme.component("good", "1", declared=("MIT",))])
    then = acme.stamp(observed_at=acme.day(-30), content_sha256="1" * 64)
    acme.publish(lake, (then, bad), (acme.stamp("till"), good))
    acme.publish(lake, (acme.stamp(content_sha256="2" * 64), bad))
    return made


def _told(here: Workspace, *names: str) -> list[Reading]:
    """Some readings of one moment, computed anew."""
    return list(here.readings(names, acme.NOW, cached=False).values())


def _values(here: Workspace, *names: str) -> list[float | None]:
    return [each.value for each in _told(here, *names)]


def _except(here: Workspace, until: str, project: str = "shop") -> None:
    text = EXCEPTION.format(until=until, project=project)
    (here.folder / "decisions/exceptions.toml").write_text(text)


def test_violations_are_those_of_the_verdict(here: Workspace) -> None:
    failing = here.verdict(as_of=acme.NOW).failing
    told, of_licenses, share, age = _told(
        here, "policy_violations", "license_violations", "policy_violation_projects", "policy_violation_age"
    )
    assert told.value == len(failing) == 1
    assert told.evidence["by_rule"] == {"license-denied": 1}
    assert told.coverage is not None
    assert told.coverage < 1, "no advisories were read: the rules on them could not be asked"
    assert "as far as can be told" in told.sentence
    assert told.at_least, "what nobody could ask may break more"
    assert told.sentence.startswith("At least 1 open finding fails the policy")
    assert told.evidence["at_least"] is True
    assert of_licenses.coverage == 1.0
    assert not of_licenses.at_least
    assert of_licenses.sentence == "1 open finding of licence rules fails the policy."
    assert (share.numerator, share.denominator) == (1, 2)
    assert (age.value, age.denominator) == (30, 1), "the component has been there for thirty days"


def test_an_exception_takes_a_violation_away_until_it_runs_out(here: Workspace) -> None:
    names = ("policy_violations", "policy_violation_age", "exceptions_in_force", "exceptions_recorded")
    _except(here, "2026-06-01")
    assert _values(here, *names, "exceptions_unexpired") == [0, None, 1, 1, 1.0]
    _except(here, "2026-02-01")
    assert _values(here, *names, "exceptions_unexpired") == [1, 30, 0, 1, 0.0]


def test_an_exception_whose_matter_is_gone_counts_for_nothing(here: Workspace) -> None:
    _except(here, "2026-02-01", "till")
    assert _values(here, "exceptions_unexpired") == [None]


def test_nought_of_a_part_is_no_nought(here: Workspace) -> None:
    _except(here, "2026-06-01")
    (told,) = _told(here, "policy_violations")
    assert (told.value, told.at_least) == (0, True)
    assert told.sentence.startswith("No open findings fail the policy, as far as can be told: ")


def test_gates_are_those_of_a_policy_of_ones_own(here: Workspace) -> None:
    names = ("policy_in_force", "license_gate", "license_allow_list")
    assert _values(here, *names) == [1.0, 1.0, 1.0]
    (here.folder / "policy.toml").write_text(
        '[rules.license-denied]\nlevel = "warn"\n[rules.copyleft-linkage]\nlevel = "off"\n'
    )
    assert _values(here, *names) == [1.0, 0.0, 0.0]
    (here.folder / "policy.toml").write_text(f"{default_policy()}# read, and left as it is\n")
    assert _values(here, "policy_in_force") == [None], "writing out the shipped policy is no decision"
    (here.folder / "policy.toml").unlink()
    assert _values(here, *names) == [0.0, 0.0, 0.0]


def test_without_advisories_nothing_is_said_of_vulnerabilities(here: Workspace) -> None:
    names = (
        "known_exploited",
        "vex_said",
        "vulnerabilities_untouched",
        "patch_coverage",
        "scanning_coverage",
    )
    for told in _told(here, *names):
        assert told.value is None, told.indicator
        assert told.why, told.indicator
