# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Licences over time: which change it was, when, and what is passed over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.metrics.test_freshness import at, listed
from umbel.collect.interface import Practice, Reading
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.strategy.control.exposure import exposure
from umbel.strategy.control.licensing import (
    VERSION_TABLES,
    changes,
    group_of,
    licensing,
    of_files,
    of_packages,
)
from umbel.strategy.control.records import Rights, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.strategy.control.licensing import Statement
    from umbel.strategy.control.records import Exposure, Licensing


def exposed(found: Licensing) -> Exposure:
    """The exposure by a licence alone."""
    unknown = Verdict(value=None, because="nobody looked")
    return exposure(unknown, unknown, Rights(terms=None, because=()), found)


DAY = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Apache-2.0", "BUSL-1.1", "closing"),
        ("AGPL-3.0-only", "SSPL-1.0", "closing"),
        ("SSPL-1.0 OR Elastic-2.0", "AGPL-3.0-only OR SSPL-1.0 OR Elastic-2.0", "opening"),
        ("MIT", "GPL-3.0-or-later", "tightening"),
        ("LGPL-2.1-only", "MIT", "loosening"),
        ("MIT", "Apache-2.0", "sideways"),
    ],
)
def test_which_change_it_was(before: str, after: str, kind: str) -> None:
    (found,) = changes("pkg:npm/shop", [("1", before, None), ("2", after, DAY)])
    assert (found.kind, found.version, found.at) == (kind, "2", DAY)


def test_what_is_not_understood_changes_nothing() -> None:
    told = [
        ("1", "MIT", None),
        ("2", "see the file", None),
        ("3", None, None),
        ("4", "The MIT License", None),
    ]
    assert changes("pkg:npm/shop", told) == []


def test_the_newest_word_is_unknown_where_it_is_not_understood() -> None:
    closed: list[Statement] = [("1", "MIT", None), ("2", "MIT", None), ("3", "SEE LICENSE IN LICENSE", None)]
    found = licensing({}, {"pkg:npm/shop": closed})
    assert (found.license, found.group, found.looked_at, found.unread) == (None, None, 2, 1)
    assert found.why == "what it says last of its licence isn't understood"
    past = next(rule for rule in exposed(found).rules if rule.name == "past")
    assert past.value is None
    assert past.reason == "not in 2 versions and looks at its files; but what 1 more say isn't understood"


def test_of_a_choice_the_lightest_of_a_sum_the_heaviest() -> None:
    assert group_of("MIT OR GPL-3.0-only") == "permissive"
    assert group_of("MIT AND GPL-3.0-only") == "strong-copyleft"
    assert group_of("MIT AND LicenseRef-acme") is None


def test_nothing_said_is_unknown() -> None:
    found = licensing({}, {})
    assert (found.license, found.group, found.changes) == (None, None, ())
    assert found.why


def test_looks_at_the_files_tell_a_change(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", create=True)
    for day, license_ in ((-400, "MIT"), (-200, "MIT"), (-10, "BUSL-1.1 (by its title)")):
        seen = Practice(practice="license-known", outcome="met", path="LICENSE", detail=license_)
        stamp = acme.stamp(
            collector="checkout", lineage="checkout git:shop", observed_at=acme.day(day),
            content_sha256=f"{day:064x}",
        )  # fmt: skip
        acme.publish(lake, (stamp, Reading(format="files", practices=[seen])))
    with Session(lake, acme.NOW, ("practices",)) as session:
        found = licensing(of_files(session, ["shop"])["shop"], {})
    assert (found.license, found.group, found.looked_at) == ("BUSL-1.1", "source-available", 3)
    (change,) = found.changes
    assert (change.kind, change.before, change.at) == ("closing", "MIT", acme.day(-10))
    with Session(lake, acme.day(-100), ("practices",)) as session:
        assert licensing(of_files(session, ["shop"])["shop"], {}).changes == ()


def test_versions_in_a_registry_tell_a_change_and_a_late_fix_of_an_old_line_none(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", create=True)
    dated: dict[str, datetime | None] = {
        "1.0.0": at(4), "1.1.0": at(3), "2.0.0": at(2), "2.1.0": at(1), "1.1.1": at(0.5), "3.0.0": None,
    }  # fmt: skip
    said = ("MIT", "MIT", "BUSL-1.1", "BUSL-1.1", "MIT", "AGPL-3.0-only")
    more: dict[str, dict[str, str]] = {
        version: {"license": license_} for version, license_ in zip(dated, said, strict=True)
    }
    listed(lake, "shop", dated, more)
    with Session(lake, acme.NOW, VERSION_TABLES) as session:
        told = of_packages(session, {"pkg:npm/shop": "git.example/acme/shop"})
    found = licensing({}, told["git.example/acme/shop"])
    assert [(c.kind, c.before, c.after, c.version, c.at) for c in found.changes] == [
        ("closing", "MIT", "BUSL-1.1", "2.0.0", at(2)),
        ("opening", "BUSL-1.1", "AGPL-3.0-only", "3.0.0", None),
    ]
    with Session(lake, at(2.5), VERSION_TABLES) as session:
        told = of_packages(session, {"pkg:npm/shop": "git.example/acme/shop"})
    assert licensing({}, told["git.example/acme/shop"]).changes == ()
