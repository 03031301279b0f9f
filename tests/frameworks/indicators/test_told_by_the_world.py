# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the world says of packages, as figures with values: versions, texts, exploits, mending; counted by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.metrics.test_freshness import listed
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.collect.interface import Reading as Document

if TYPE_CHECKING:
    from umbel.frameworks.interface import Reading

TODAY = datetime.now(UTC).replace(microsecond=0)
SETTINGS = """\
[[products]]
name = "Shop"
distribution = ["distributed-binary"]
projects = ["shop"]
"""
NAMES = (
    "dependency_freshness", "libyears", "license_texts_known", "known_exploited", "vex_said", "time_to_remediate",
    "open_vulnerability_age", "patch_coverage",
)  # fmt: skip


def _ago(days: float) -> datetime:
    return TODAY - timedelta(days=days)


def _document(*parts: tuple[str, str, str]) -> Document:
    return Document(
        format="test",
        components=[acme.component(name, version, declared=(said,)) for name, version, said in parts],
    )


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shop mended one of three vulnerabilities after 40 days; of the two left, one is being exploited."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "umbel.toml").write_text(SETTINGS)
    made = Workspace(folder)
    lake = made.lake(create=True)
    before = _document(("mended", "1.0.0", "MIT"), ("open", "1.0.0", "MIT"), ("used", "1.0.0", "MIT"))
    now = _document(
        ("mended", "2.0.0", "MIT"),
        ("open", "1.0.0", "MIT OR 0BSD"),
        ("used", "1.0.0", "0BSD"),
        ("own", "1", "MIT"),
    )
    acme.publish(
        lake, (acme.stamp(observed_at=_ago(70), collected_at=_ago(70), content_sha256="1" * 64), before)
    )
    acme.publish(
        lake, (acme.stamp(observed_at=_ago(30), collected_at=_ago(30), content_sha256="2" * 64), now)
    )
    for name, versions in {
        "mended": {"1.0.0": _ago(900), "2.0.0": _ago(100)},
        "open": {"1.0.0": _ago(765), "1.1.0": _ago(400)},
        "used": {"1.0.0": _ago(500), "3.0.0": _ago(135)},
    }.items():
        listed(lake, name, dict(versions), seen=_ago(1))
    found = [advisory(1, "mended", "2.0.0"), advisory(2, "open", "1.1.0"), advisory(3, "used", "3.0.0")]
    told = {"published": _ago(400).isoformat(), "modified": _ago(399).isoformat()}
    made.sync_advisories(
        ["npm"], source=export(folder, *(each | told for each in found)), whole=True, exploits=False
    )
    (folder / "texts").mkdir()
    (folder / "texts/MIT.txt").write_text("Permission is hereby granted, free of charge, to any person.\n")
    made.sync_licenses(folder / "texts")
    return made


@pytest.fixture(scope="module")
def told(here: Workspace) -> dict[str, Reading]:
    """Without knowing what is exploited, and then with it."""
    return here.readings(NAMES, cached=False)


def test_freshness_counts_what_registries_list(told: dict[str, Reading]) -> None:
    found = told["dependency_freshness"]
    assert (found.numerator, found.denominator) == (1, 3), "nobody listed versions of `own`"
    assert found.coverage == 0.75
    assert "3 of 4 uses of packages were looked at" in found.sentence


def test_libyears_are_added_up_in_a_project(told: dict[str, Reading]) -> None:
    found = told["libyears"]
    assert found.value == pytest.approx(2.0), "a year of `open`, and one of `used`"
    assert (found.denominator, found.coverage) == (1, 1.0)
    assert found.evidence["most"] == 2
    assert "2 years behind" in found.sentence


def test_texts_of_licences_are_held_against_what_is_shipped(told: dict[str, Reading]) -> None:
    found = told["license_texts_known"]
    assert (found.numerator, found.denominator) == (2, 4), "the text of 0BSD isn't there"


def test_mending_is_measured_from_document_to_document(told: dict[str, Reading]) -> None:
    mended, still, patched = (
        told[name] for name in ("time_to_remediate", "open_vulnerability_age", "patch_coverage")
    )
    assert (mended.value, mended.denominator, mended.coverage) == (40, 1, 1.0)
    assert (still.value, still.denominator) == (70, 2)
    assert (patched.numerator, patched.denominator) == (1, 3)


def test_exploits_are_unknown_until_a_list_is_read(told: dict[str, Reading], here: Workspace) -> None:
    assert told["known_exploited"].value is None
    assert "umbel sync advisories" in str(told["known_exploited"].why)
    listing = {
        "cveID": "CVE-2026-0002",
        "dateAdded": f"{_ago(20):%Y-%m-%d}",
        "dueDate": f"{_ago(5):%Y-%m-%d}",
    }
    listing["knownRansomwareCampaignUse"] = "Unknown"
    kev = {"title": "a catalogue", "catalogVersion": "1", "dateReleased": _ago(2).isoformat()}
    path = here.folder / "kev.json"
    path.write_text(json.dumps(kev | {"vulnerabilities": [listing]}))
    here.sync_advisories(["npm"], source=path)
    now = here.readings(["known_exploited", "vex_said"], cached=False)
    assert now["known_exploited"].value == 1
    assert now["known_exploited"].coverage == 1.0
    assert now["known_exploited"].sentence == "1 known exploited vulnerability is open."
    before = now["vex_said"]
    assert (before.numerator, before.denominator) == (0, 3), (
        "two high ones, and one of them is exploited, too"
    )
    _except(here)
    after = here.readings(["known_exploited", "vex_said"], cached=False)
    assert after["known_exploited"].value == 0
    assert after["known_exploited"].sentence == "No known exploited vulnerabilities are open."
    assert (after["vex_said"].numerator, after["vex_said"].evidence["exceptions"]) == (1, 1)


def _except(here: Workspace) -> None:
    (here.folder / "decisions").mkdir()
    (here.folder / "decisions/exceptions.toml").write_text(
        '[[exceptions]]\nrule = "known-exploited"\npackage = "pkg:npm/open"\nproject = "shop"\nreason = "out of reach"\n'
        f'by = "sec@acme.example"\ndecided = {_ago(1):%Y-%m-%d}\nuntil = {_ago(-30):%Y-%m-%d}\n'
    )
