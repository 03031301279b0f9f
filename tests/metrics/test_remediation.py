# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Since when projects have vulnerabilities and until when: worked out by hand, and by brute force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import acme
from tests.policy.lockfiles import advisory, export
from umbel.evidence.lake import Lake
from umbel.evidence.people.rules import Rules
from umbel.evidence.session import Session
from umbel.metrics import remediation
from umbel.metrics.definition import catalog
from umbel.metrics.engine import Engine, tables_for
from umbel.metrics.sentences import sentence
from umbel.metrics.vulnerabilities.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from umbel.collect.columns import Stamp
    from umbel.collect.interface import Reading
    from umbel.model.measurement import Measurement

NAMES = ("time_to_remediate", "open_vulnerability_age", "patch_coverage", "overdue_share")
METRICS = {name: catalog().get(name) for name in NAMES}
PUBLISHED = datetime(2026, 1, 2, tzinfo=UTC)
"""When the advisories of `tests.policy.lockfiles` were published."""


Past = list[tuple[int, str, list[str] | None]]


class Stay(NamedTuple):
    project: str
    vulnerability: str
    opened: datetime
    closed: datetime | None


def on(number: int) -> datetime:
    """Noon of the n-th day after the advisories were published."""
    return PUBLISHED + timedelta(days=number, hours=12)


def entry(
    number: int, packages: Sequence[str] | None, project: str = "shop", where: str = "a"
) -> tuple[Stamp, Reading | None]:
    """A document of a project on a day; None: it is no longer there."""
    stamp = acme.stamp(
        project,
        lineage=f"test file:/{where}/{project}",
        origin=f"file:/{where}/{project}",
        observed_at=on(number),
        collected_at=on(number),
        content_sha256=f"{number:064}",
        outcome="absent" if packages is None else "complete",
    )
    return stamp, None if packages is None else acme.reading(packages)


def seen(
    lake: Lake, number: int, packages: Sequence[str] | None, project: str = "shop", where: str = "a"
) -> None:
    """Publish such a document."""
    acme.publish(lake, entry(number, packages, project, where))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """One advisory of `a` before 2.0.0 (high), and one of `b` before 3.0.0 (critical)."""
    folder = tmp_path_factory.mktemp("advisories")
    told = export(folder, advisory(1, "a", "2.0.0"), advisory(2, "b", "3.0.0", "CRITICAL"))
    return Index.of_file(told, folder)


def stays(lake: Lake, index: Index, day: int = 400) -> list[Stay]:
    with Session(lake, on(day), remediation.TABLES) as session:
        remediation.attach(session, index)
        rows = session.ask(
            "SELECT project, vulnerability, opened_at, closed_at FROM remediations ORDER BY ALL"
        ).rows()
        return [Stay(*row) for row in rows]


def figures(
    lake: Lake, index: Index | None, day: int, window: int | None = 365
) -> dict[str, dict[str, Measurement]]:
    with Session(lake, on(day), tables_for(METRICS.values())) as session:
        if index is not None:
            remediation.attach(session, index)
        engine = Engine(session, Rules(salt=lake.salt()), wide=False)
        return {
            name: {m.subject: m for m in engine.measure(one, window=window)} for name, one in METRICS.items()
        }


def test_it_opens_when_it_is_published_and_closes_when_it_is_gone(lake: Lake, index: Index) -> None:
    seen(lake, -100, ["a@1.0.0"])
    seen(lake, 20, ["a@1.1.0"])
    seen(lake, 30, ["a@2.0.0"])
    assert stays(lake, index) == [Stay("shop", "CVE-2026-0001", PUBLISHED, on(30))]


def test_it_opens_when_it_comes_in_later(lake: Lake, index: Index) -> None:
    seen(lake, 5, ["c@1.0.0"])
    seen(lake, 10, ["c@1.0.0", "b@1.0.0"])
    assert stays(lake, index) == [Stay("shop", "CVE-2026-0002", on(10), None)]


def test_what_was_gone_before_it_was_known_never_was(lake: Lake, index: Index) -> None:
    seen(lake, -100, ["a@1.0.0"])
    seen(lake, -50, ["a@2.0.0"])
    assert stays(lake, index) == []


def test_what_comes_back_is_another(lake: Lake, index: Index) -> None:
    seen(lake, 1, ["a@1.0.0"])
    seen(lake, 5, ["a@2.0.0"])
    seen(lake, 9, ["a@1.0.0"])
    assert [(one.opened, one.closed) for one in stays(lake, index)] == [(on(1), on(5)), (on(9), None)]


def test_it_stands_as_long_as_any_document_shows_it(lake: Lake, index: Index) -> None:
    seen(lake, 1, ["a@1.0.0"], where="web")
    seen(lake, 3, ["a@1.0.0"], where="api")
    seen(lake, 5, ["a@2.0.0"], where="web")
    assert stays(lake, index)[0].closed is None
    seen(lake, 8, None, where="api")
    assert stays(lake, index) == [Stay("shop", "CVE-2026-0001", on(1), on(8))]


def test_a_reading_that_failed_mends_nothing(lake: Lake, index: Index) -> None:
    seen(lake, 1, ["a@1.0.0"])
    stamp = acme.stamp(
        "shop",
        lineage="test file:/a/shop",
        origin="file:/a/shop",
        observed_at=on(4),
        collected_at=on(4),
        outcome="failed",
    )
    acme.publish(lake, (stamp, None))
    assert stays(lake, index)[0].closed is None


def test_a_past_day_knows_only_what_was_known_then(lake: Lake, index: Index) -> None:
    seen(lake, 1, ["a@1.0.0"])
    seen(lake, 30, ["a@2.0.0"])
    assert stays(lake, index, 0) == []
    assert stays(lake, index, 29) == [Stay("shop", "CVE-2026-0001", on(1), None)]
    assert stays(lake, index, 30) == [Stay("shop", "CVE-2026-0001", on(1), on(30))]


def test_the_figures_of_a_shop(lake: Lake, index: Index) -> None:
    seen(lake, 0, ["a@1.0.0", "b@1.0.0"])
    seen(lake, 10, ["a@2.0.0", "b@1.0.0"])
    seen(lake, 0, ["c@1.0.0"], project="till")
    found = figures(lake, index, 20)
    mended = found["time_to_remediate"]["shop"]
    assert (mended.value, mended.denominator) == (10, 1)
    assert isinstance(mended.evidence, dict)
    assert mended.evidence["open"] == 1
    assert sentence(mended, METRICS["time_to_remediate"].header) == (
        "What was mended in the last year had typically stood open for 10 days (one vulnerability). One stands open."
    )
    age = found["open_vulnerability_age"]["shop"]
    assert (age.value, age.denominator) == (20, 1)
    assert sentence(age, METRICS["open_vulnerability_age"].header) == (
        "One known vulnerability stands open, for 20 days."
    )
    assert (found["patch_coverage"]["shop"].value, found["patch_coverage"]["shop"].denominator) == (0.5, 2)
    assert found["overdue_share"]["shop"].value == 1  # critical: 7 days
    for name in NAMES:
        assert found[name]["till"].value is None
        assert sentence(found[name]["till"], METRICS[name].header)


def test_the_window_counts(lake: Lake, index: Index) -> None:
    seen(lake, 0, ["a@1.0.0"])
    seen(lake, 10, ["a@2.0.0"])
    found = figures(lake, index, 100, window=30)
    assert found["time_to_remediate"]["shop"].value is None
    assert found["patch_coverage"]["shop"].value is None
    found = figures(lake, index, 100, window=None)
    assert found["patch_coverage"]["shop"].value == 1


def test_without_advisories_nobody_can_say(lake: Lake) -> None:
    seen(lake, 0, ["a@1.0.0"])
    for found in figures(lake, None, 1).values():
        assert found["shop"].outcome == "unknown"
        assert "umbel sync advisories" in str(found["shop"].why)


@st.composite
def _past(draw: st.DrawFn) -> Past:
    """Documents of two places on different days: with an affected version, without, or no longer there."""
    days = draw(st.lists(st.integers(-20, 60), min_size=1, max_size=8, unique=True))
    contents = st.sampled_from([["a@1.0.0"], ["a@1.5.0"], ["a@2.0.0"], ["c@1.0.0"], None])
    return [(day, draw(st.sampled_from("xy")), draw(contents)) for day in sorted(days)]


def _by_hand(past: Past, until: int) -> Iterator[tuple[int, int | None]]:
    """Day by day: whether any place shows an affected version."""
    opened = None
    for day in range(-20, until + 1):
        now = {where: content for number, where, content in past if number <= day}
        bad = any(content in (["a@1.0.0"], ["a@1.5.0"]) for content in now.values())
        if bad and opened is None:
            opened = day
        if not bad and opened is not None:
            yield opened, day
            opened = None
    if opened is not None:
        yield opened, None


@settings(max_examples=6)
@given(pasts=st.lists(_past(), min_size=4, max_size=12), until=st.integers(1, 70))
def test_stays_are_those_that_a_look_at_each_day_gives(
    index: Index, tmp_path_factory: pytest.TempPathFactory, pasts: list[Past], until: int
) -> None:
    lake = Lake(tmp_path_factory.mktemp("past") / "lake")
    entries = [
        entry(day, content, f"p{number:02}", where)
        for number, past in enumerate(pasts)
        for day, where, content in past
    ]
    acme.publish(lake, *entries)
    expected = [
        (f"p{number:02}", max(on(start), PUBLISHED), None if end is None else on(end))
        for number, past in enumerate(pasts)
        for start, end in _by_hand(past, until)
        if end is None or on(end) > PUBLISHED
    ]
    found = stays(lake, index, until)
    assert [(one.project, one.opened, one.closed) for one in found] == expected
    assert all(one.closed is None or one.closed > one.opened for one in found)
