# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Incidents: what is frozen stays, and what is mended is seen from snapshots, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import acme
from tests.policy.lockfiles import advisory, export
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.metrics.vulnerabilities.index import Index
from umbel.model.errors import UsageError
from umbel.policy import incidents
from umbel.policy.incidents import Affected, Incident, Kept
from umbel.policy.incidents_affected import TABLES, Wanted, affected
from umbel.policy.incidents_progress import Progress, progress
from umbel.policy.risks import Owned

if TYPE_CHECKING:
    from pathlib import Path

OPENED = acme.day(1)
_OWNED = {"shop": [Owned("Shop", "shop@acme.example", None)]}


def _row(**more: Any) -> Affected:
    given: dict[str, Any] = {
        "product": "Shop",
        "owner": "shop@acme.example",
        "project": "shop",
        "package": "pkg:npm/pad",
        "version": "1.0",
        "affected": True,
        "path": "outer@1 → pad@1.0",
        "evidence_at": acme.NOW,
    }
    return Affected(**(given | more))


def _incident(**more: Any) -> Incident:
    given: dict[str, Any] = {
        "id": "2026-03-02-pad",
        "title": "pad",
        "opened_at": OPENED,
        "package": "pkg:npm/pad@<2",
    }
    return Incident(**(given | more))


def _progress(lake: Lake, rows: list[Affected], at: datetime, **more: Any) -> Progress:
    kept = Kept(incident=_incident(**more), affected=rows, events=[], faults=[])
    with Session(lake, at, TABLES) as session:
        return progress(session, kept, None, lambda name: _OWNED.get(name, []))


def _shot(lake: Lake, project: str, number: int, *packages: str, **more: Any) -> None:
    """A bill of a project of the n-th day."""
    when = acme.day(number)
    header = acme.stamp(
        project, observed_at=when, collected_at=when, content_sha256=f"{number}{packages}", **more
    )
    acme.publish(lake, (header, acme.reading(packages)))


def _freeze(lake: Lake, at: datetime = OPENED) -> list[Affected]:
    with Session(lake, at, TABLES) as session:
        rows, _ = affected(session, Wanted(package="pkg:npm/pad@<2"), None, lambda name: _OWNED.get(name, []))
    return rows


def test_who_is_affected_is_frozen_with_the_way_in(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _shot(lake, "shop", 0, "pad@1.0", "other@1.0")
    _shot(lake, "pay", 0, "pad@2.0")
    _shot(lake, "tool", 0, "pad@1.9")
    rows = _freeze(lake)
    assert [(row.product, row.project, row.version, row.affected) for row in rows] == [
        ("Shop", "shop", "1.0", True),
        (None, "tool", "1.9", True),
    ]
    assert rows[0].path == "pad@1.0"
    assert rows[0].evidence_at == acme.day(0)


def test_only_new_evidence_mends(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    for name in ("shop", "pay", "tool"):
        _shot(lake, name, 0, "pad@1.0")
    rows = _freeze(lake)
    _shot(lake, "shop", 3, "pad@2.0")
    _shot(lake, "pay", 4, "pad@1.5")
    found = _progress(lake, rows, acme.day(5))
    assert {part.project: part.state for part in found.parts} == {
        "shop": "mended",
        "pay": "affected",  # moved, and not far enough
        "tool": "unknown",  # nobody looked
    }
    assert (found.uses, found.projects, found.count("mended"), found.done) == (3, 3, 1, False)
    assert (found.first_at, found.median_days) == (acme.day(3), 2.0)
    assert [(g.product, g.uses, g.mended, g.affected, g.unknown) for g in found.groups] == [
        (None, 2, 0, 1, 1),
        ("Shop", 1, 1, 0, 0),
    ]


def test_a_bill_of_before_the_opening_mends_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _shot(lake, "shop", -9, "pad@1.0")
    rows = _freeze(lake)
    when = acme.stamp("shop", observed_at=acme.day(0), collected_at=acme.day(3), content_sha256="b")
    acme.publish(lake, (when, acme.reading(["pad@2.0"])))
    assert [part.state for part in _progress(lake, rows, acme.day(5)).parts] == ["unknown"]


def test_a_repository_counts_when_it_was_looked_at(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    git = {"collector": "package_lock_json", "lineage": "lock", "revision": "a" * 40}
    acme.publish(
        lake,
        (
            acme.stamp("shop", observed_at=acme.day(-30), collected_at=acme.day(0), **git),
            acme.reading(["pad@1.0"]),
        ),
    )
    rows = _freeze(lake)
    mended = acme.stamp("shop", observed_at=acme.day(-1), collected_at=acme.day(3), content_sha256="b", **git)
    acme.publish(lake, (mended, acme.reading(["pad@2.0"])))
    (part,) = _progress(lake, rows, acme.day(5)).parts
    assert (part.state, part.mended_at) == ("mended", acme.day(3))


def test_every_document_of_a_project_must_be_mended(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    for lineage in ("one", "two"):
        _shot(lake, "shop", 0, "pad@1.0", lineage=lineage)
    rows = _freeze(lake)
    _shot(lake, "shop", 3, "pad@2.0", lineage="one")
    assert [part.state for part in _progress(lake, rows, acme.day(4)).parts] == ["affected"]
    _shot(lake, "shop", 5, "pad@2.0", lineage="two")
    (part,) = _progress(lake, rows, acme.day(6)).parts
    assert (part.state, part.mended_at) == ("mended", acme.day(5))
    _shot(lake, "shop", 7, "pad@1.0", lineage="one")  # and back
    assert [part.state for part in _progress(lake, rows, acme.day(8)).parts] == ["affected"]


def test_what_comes_later_is_new(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _shot(lake, "shop", 0, "pad@1.0")
    rows = _freeze(lake)
    _shot(lake, "shop", 3, "pad@2.0")
    _shot(lake, "late", 3, "pad@1.0")
    found = _progress(lake, rows, acme.day(5))
    assert [row.project for row in found.new] == ["late"]
    assert not found.done


def test_what_is_no_longer_said_to_be_affected_is_cleared(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _shot(lake, "shop", 0, "pad@1.0")
    (part,) = _progress(lake, _freeze(lake), acme.day(5), package="pkg:npm/pad@<1.0").parts
    assert part.state == "cleared"


def test_an_incident_comes_back_as_it_was_written(tmp_path: Path) -> None:
    nasty = "=cmd()\n'\",;\u202e\x1b[31m"
    rows = [_row(project=nasty, path=nasty), _row(project="'quoted", version=None, affected=None, why="+1")]
    owners = (incidents.Owner(product=nasty, owner=None, projects=2),)
    kept = incidents.write(tmp_path, _incident(title=nasty, due=date(2026, 4, 1), owners=owners), rows)
    found = incidents.load(tmp_path, kept.id)
    assert found.incident == kept
    assert found.affected == rows
    assert found.faults == []
    table = (tmp_path / incidents.FOLDER / kept.id / "affected.csv").read_text()
    assert ",=" not in table
    assert not any(line.startswith(("=", "+")) for line in table.splitlines())


_TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


@settings(max_examples=20)
@given(st.lists(st.builds(_row, project=_TEXT, path=_TEXT), max_size=4))
def test_any_names_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Affected]) -> None:
    root = tmp_path_factory.mktemp("incident")
    kept = incidents.write(root, _incident(), rows)
    found = incidents.load(root, kept.id)
    clean = [
        (
            r.project.replace("\0", "\ufffd").replace("\r", " "),
            (r.path or "").replace("\0", "\ufffd").replace("\r", " "),
        )
        for r in rows
    ]
    assert [(r.project, r.path or "") for r in found.affected] == clean
    assert not found.faults


def test_what_was_frozen_and_changed_is_noticed(tmp_path: Path) -> None:
    kept = incidents.write(tmp_path, _incident(), [_row(), _row(project="pay")])
    path = tmp_path / incidents.FOLDER / kept.id / "affected.csv"
    path.write_text(path.read_text().replace("pay", "nobody"))
    assert [fault.code for fault in incidents.load(tmp_path, kept.id).faults] == ["changed"]
    path.write_bytes(path.read_bytes()[:-30] + b"\xff\0")
    assert len(incidents.load(tmp_path, kept.id).faults) >= 1


def test_two_of_a_day_are_told_apart_and_found(tmp_path: Path) -> None:
    first = incidents.write(tmp_path, _incident(), [])
    second = incidents.write(tmp_path, _incident(), [])
    assert (first.id, second.id) == ("2026-03-02-pad", "2026-03-02-pad-2")
    assert incidents.find(tmp_path, "2026-03-02-pad") == first.id
    assert incidents.find(tmp_path, "pad-2") == second.id
    with pytest.raises(UsageError, match="There is no incident"):
        incidents.find(tmp_path, "../../etc")
    assert list((tmp_path / incidents.FOLDER).glob(".*")) == []


def test_the_journal_tells_whether_it_is_closed(tmp_path: Path) -> None:
    kept = incidents.write(tmp_path, _incident(), [])
    kinds: list[incidents.EventKind] = ["note", "closed", "note", "reopened"]
    for number, kind in enumerate(kinds):
        said = incidents.event(kind, OPENED + timedelta(hours=number), "dev", "\ud800")
        incidents.add(tmp_path, kept.id, said)
        closed = incidents.load(tmp_path, kept.id).closed_at
        assert (closed is not None) == (number in {1, 2})


def test_names_and_days() -> None:
    assert incidents.slug("../../x\n y", datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01-x-y"
    assert incidents.slug("→", datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01-incident"
    assert incidents.deadline(OPENED, "critical") == date(2026, 3, 9)
    assert incidents.deadline(OPENED, "critical", {"critical": 2}) == date(2026, 3, 4)
    assert incidents.deadline(OPENED, None) is None


def test_another_package_that_came_since_is_new_too(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _shot(lake, "shop", 0, "pad@1.0")
    rows = _freeze(lake)
    _shot(lake, "shop", 3, "pad@2.0", "pads@1.0")
    found = _progress(lake, rows, acme.day(5), package="pkg:npm/pad*@<2")
    assert [(row.project, row.package) for row in found.new] == [("shop", "pkg:npm/pads")]
    assert not found.done


def test_advisories_that_know_nothing_of_it_clear_nobody(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    _shot(lake, "shop", 0, "pad@1.0")
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    knows = Index.of_file(export(tmp_path / "one", advisory(1, "pad", "2.0")), tmp_path)
    other = Index.of_file(export(tmp_path / "two", advisory(2, "pad", "2.0")), tmp_path)
    wanted = _incident(advisory="CVE-2026-0001", package=None)

    def state(index: Index | None, day: int) -> str:
        with Session(lake, OPENED, TABLES) as session:
            rows, _ = affected(session, Wanted(("CVE-2026-0001",)), knows, lambda _: [])
        kept = Kept(incident=wanted, affected=rows, events=[], faults=[])
        with Session(lake, acme.day(day), TABLES) as session:
            (part,) = progress(session, kept, index, lambda _: []).parts
        return part.state

    assert [state(index, 2) for index in (knows, other, None)] == ["unknown"] * 3
    _shot(lake, "shop", 3, "pad@1.0", "more@1")
    assert [state(index, 4) for index in (knows, other, None)] == ["affected"] * 3
    _shot(lake, "shop", 5, "pad@2.0")
    assert [state(index, 6) for index in (knows, other, None)] == ["mended", "unknown", "unknown"]
    _shot(lake, "shop", 7, "more@1")
    assert [state(index, 8) for index in (knows, other, None)] == ["mended"] * 3


def test_what_was_read_again_and_had_not_changed_was_looked_at(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    git = {"collector": "package_lock_json", "lineage": "lock", "revision": "a" * 40}

    def look(day: int) -> None:
        stamp = acme.stamp("shop", observed_at=acme.day(-30), collected_at=acme.day(day), **git)
        acme.publish(lake, (stamp, acme.reading(["pad@1.0"])))

    look(0)
    rows = _freeze(lake)
    assert [part.state for part in _progress(lake, rows, acme.day(5)).parts] == ["unknown"]
    look(3)
    (part,) = _progress(lake, rows, acme.day(5)).parts
    assert (part.state, part.evidence_at) == ("affected", acme.day(3))
