# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who controls a project: made histories whose answers anyone can check by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import histories
from tests.metrics.histories import Commit, Release
from tests.strategy.control.told import control, shows, tell, work
from umbel.strategy.control import series, shares
from umbel.strategy.control.control import by_exposure, controls
from umbel.strategy.control.decisions import Holder, Holders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.evidence.session import Session

LOOKED = [shows(name) for name in ("cla", "dco", "copyright-assignment", "foundation")]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        yield made


# ---- shares


def test_shares_stand_beside_the_unknown(session: Session) -> None:
    tell(
        session,
        [
            *work("acme.example", 3, 60),
            *work("bit.example", 2, 10),
            *work(None, 5, 30),
            Commit("x[bot]", -3),
        ],
    )
    found = control(session)
    told = [(p.kind, p.organisation, p.count, p.share, p.people) for p in found.commits.parts]
    assert told == [
        ("organisation", "acme.example", 60, 0.6, 3),
        ("organisation", "bit.example", 10, 0.1, 2),
        ("unknown", None, 30, 0.3, 5),
    ]
    assert found.sentences[0] == "One vendor decides: acme.example has 60 % of the commits, unknown: 30 %."


counts = st.dictionaries(
    st.sampled_from([None, "acme.example", "bit.example", "cog.example", "apache.org"]),
    st.integers(0, 12),
    max_size=5,
)


@settings(max_examples=4)
@given(counts)
def test_shares_sum_to_one_with_the_unknown(session: Session, told: dict[str | None, int]) -> None:
    commits = [c for name, n in told.items() for c in work(name, 2, n, reviewed=(("acked-by", "zoe"),))]
    tell(session, [*commits, Commit("late", -900)])
    found = control(session)
    for each in (found.commits, found.maintainers):
        assert sum(p.count for p in each.parts) == each.total
        if each.total:
            assert sum(p.share for p in each.parts) == pytest.approx(1)
            assert each.unknown is not None
            assert sum(p.share for p in each.shown(1)) == pytest.approx(1)
        else:
            assert each.parts == ()
            assert each.unknown is None
            assert each.why
    assert found.commits.total == sum(told.values())
    zones = found.zones
    assert (sum(b.share for b in zones.bands) + (zones.unknown or 0)) == pytest.approx(
        1 if zones.total else 0
    )
    shares.hold(session, ["shop"], whole=True)
    for every in ("quarter", "year"):
        by_period: dict[object, float] = {}
        for point in series.over(session, "shop", every):
            if point.share is None:
                assert point.total == 0
            else:
                by_period[point.since] = by_period.get(point.since, 0.0) + point.share
        assert all(total == pytest.approx(1) for total in by_period.values())


def test_a_foundations_address_is_no_employer(session: Session) -> None:
    tell(session, [*work("apache.org", 4, 80), *work("acme.example", 2, 20)])
    found = control(session)
    assert found.commits.unknown == 0.8
    assert found.commits.through_foundation == 80
    assert found.single_vendor.value is None


# ---- one vendor


@pytest.mark.parametrize(
    ("acme", "bit", "unknown", "verdict"),
    [
        (60, 10, 30, True),
        (50, 0, 50, True),  # half is enough, whoever the others are
        (40, 10, 50, None),  # the unknown could turn it
        (30, 30, 40, None),
        (0, 0, 100, None),  # all of them may work for one, or none
    ],
)
def test_a_verdict_stands_only_where_the_unknown_cannot_turn_it(
    session: Session,
    acme: int,
    bit: int,
    unknown: int,
    verdict: bool | None,  # noqa: FBT001 - a case
) -> None:
    tell(session, [*work("acme.example", 2, acme), *work("bit.example", 2, bit), *work(None, 4, unknown)])
    assert control(session).single_vendor.value is verdict


def test_no_vendor_where_many_share(session: Session) -> None:
    tell(session, [c for name in "abcde" for c in work(f"{name}.example", 2, 20)])
    found = control(session)
    assert found.single_vendor.value is False
    assert found.exposure.level == "low"


def test_who_merges_decides_whoever_commits(session: Session) -> None:
    merges = [Commit(f"acme{n % 3}", -n, parents=2, organisation="acme.example") for n in range(1, 13)]
    tell(session, [*merges, *work("bit.example", 5, 90)])
    found = control(session)
    assert [(p.organisation, p.count) for p in found.maintainers.parts] == [("acme.example", 3)]
    assert found.single_vendor.value is True
    assert found.single_vendor.name == "acme.example"
    assert found.governed == "single-vendor"


def test_one_person_with_an_employer_is_no_vendor(session: Session) -> None:
    tell(session, work("acme.example", 1, 90))
    found = control(session)
    assert found.single_vendor.value is False
    assert found.governed == "one-person"


def test_colleagues_of_one_person_may_be_among_the_unknown(session: Session) -> None:
    tell(session, [*work("acme.example", 1, 60), *work(None, 4, 40)])
    found = control(session)
    assert found.single_vendor.value is None
    assert found.exposure.level is None


def test_whom_a_forge_hides_cannot_speak_against_a_vendor(session: Session) -> None:
    tagged = [Release(f"v{n}", -n, tagger=f"free{n}") for n in range(4)]
    commits = [*work("acme.example", 3, 90, by="forge[bot]"), *work(None, 4, 8)]
    tell(session, commits, tagged)
    found = control(session)
    assert found.single_vendor.value is True
    tell(session, [*work("acme.example", 1, 90, by="forge[bot]"), *work(None, 4, 40)], tagged)
    assert control(session).single_vendor.value is None


def test_one_commit_makes_nobody_the_one_who_decides(session: Session) -> None:
    tell(session, [Commit("free", -20), Commit("free", -900)])
    found = control(session)
    assert found.absence_factor == 1
    assert found.governed is None


def test_few_commits_say_nothing(session: Session) -> None:
    tell(session, work("acme.example", 3, 10))
    assert control(session).single_vendor.value is None


def test_several_maintainers_are_a_council(session: Session) -> None:
    tagged = [Release(f"v{n}", -n, tagger=f"free{n}") for n in range(4)]
    tell(session, work(None, 6, 60), tagged)
    found = control(session)
    assert found.maintainers.total == 4
    assert found.governed == "council"


def test_what_a_forge_merged_hides_maintainers(session: Session) -> None:
    merge = [Commit("free0", -n, parents=2) for n in (1, 2)]
    tell(session, [*merge, *work(None, 5, 50)])
    assert control(session).governed == "one-person"  # the others' commits are their own
    tell(session, [*merge, *work(None, 5, 50, by="forge[bot]")])
    found = control(session)
    assert found.maintainers.unseen == 1
    assert found.governed is None
    assert any("there may be more maintainers" in sentence for sentence in found.sentences)
    tell(session, [*merge, *work(None, 1, 50, by="forge[bot]")])
    assert control(session).governed == "one-person"


def test_the_account_may_be_called_like_who_holds_the_keys(session: Session) -> None:
    told = {
        "git.example/acme-labs/shop": "acme.example",
        "git.example/acmehq/shop": "acme.example",
        "git.example/ac/shop": None,
        "git.example/till/acme": None,
        "shop": None,
    }
    work_of = [
        c
        for name in told
        for c in [*work("acme.example", 2, 5, project=name), *work(None, 9, 95, project=name)]
    ]
    tell(session, work_of)
    found = controls(session, list(told))
    assert {each.project: each.namesake for each in found} == told
    assert "Its account is called like acme.example" in " ".join(found[0].sentences)
    assert all(each.left is None for each in found)  # too small a part to be missed


# ---- foundation, decisions


def test_the_table_of_foundations_knows_addresses(session: Session) -> None:
    tell(session, work("acme.example", 2, 40, project="github.com/apache/shop"))
    (found,) = controls(session, ["github.com/apache/shop"])
    assert found.foundation.name == "Apache Software Foundation"
    assert found.governed == "foundation"
    assert found.exposure.level == "low"
    assert "all the same acme.example has 100 % of the commits" in found.sentences[0]


def test_a_fiscal_sponsor_holds_no_project(session: Session) -> None:
    tell(session, work(None, 2, 40, project="github.com/numpy/numpy"))
    (found,) = controls(session, ["github.com/numpy/numpy"])
    assert found.foundation.value is None
    assert found.foundation.name == "NumFOCUS"


def test_files_name_a_foundation_by_any_of_its_names(session: Session) -> None:
    tell(session, work(None, 2, 40), practices=[shows("foundation", "GOVERNANCE.md", "CNCF")])
    found = control(session).foundation
    assert found.value is True
    assert found.name == "Cloud Native Computing Foundation"


def test_a_fiscal_sponsor_that_files_name_holds_no_project(session: Session) -> None:
    tell(session, work(None, 2, 40), practices=[shows("foundation", "GOVERNANCE.md", "NumFOCUS")])
    found = control(session)
    assert (found.foundation.value, found.foundation.name) == (None, "NumFOCUS")
    assert found.exposure.level is None


def test_of_two_words_of_one_day_the_later_in_the_file_counts() -> None:
    first, last = (
        Holder(project="shop", kind="vendor", name=name, by="ospo@acme.example", reason="seen", decided=date(2025, 1, 1))
        for name in ("Acme", "Globex")
    )  # fmt: skip
    assert Holders((first, last)).of("shop", "vendor", date(2025, 2, 1)) == last


def test_what_somebody_decided_goes_before_the_data_for_its_time(session: Session) -> None:
    tell(session, work("acme.example", 3, 60))
    by, reason = "ospo@acme.example", "its charter says so"
    first, last = date(2025, 1, 1), date(2025, 6, 1)
    vendor = Holder(project="sh*", kind="vendor", by=by, reason=reason, decided=first)
    over = Holder(
        project="shop", kind="foundation", name="Acme", by=by, reason=reason, decided=first, until=last
    )
    found = control(session, said=Holders((vendor, over)))
    assert found.single_vendor.value is False
    assert found.single_vendor.how == "decision"
    assert found.foundation.value is None


# ---- terms


def test_terms_of_contributions(session: Session) -> None:
    signed = work(None, 4, 40, trailers=(("signed-off-by", "ann"),))
    tell(session, signed, practices=LOOKED)
    assert control(session).rights.terms == "dco"
    tell(session, signed, practices=[*LOOKED[1:], shows("cla", ".clabot")])
    assert control(session).rights.terms == "cla and dco"
    tell(session, work(None, 4, 40), practices=LOOKED)
    assert control(session).rights.terms == "none seen"
    tell(session, work(None, 4, 40))
    found = control(session).rights
    assert found.terms is None
    assert found.sign_off_share == 0


# ---- exposure


def statements(*licenses: str | None) -> dict[str, dict[str, list[tuple[str, str | None, None]]]]:
    return {"shop": {"pkg:npm/shop": [(f"{n}.0.0", said, None) for n, said in enumerate(licenses)]}}


def test_exposure_reads_as_rules(session: Session) -> None:
    tell(session, work("acme.example", 3, 60), practices=[*LOOKED[1:], shows("cla", ".clabot")])
    found = control(session, versions=statements("MIT", "MIT"))
    assert found.exposure.level == "high"
    assert {rule.name: rule.value for rule in found.exposure.rules} == {
        "single-vendor": True, "relicensing": True, "permissive": True, "past": False, "foundation": None,
    }  # fmt: skip
    assert all(rule.reason for rule in found.exposure.rules)
    tell(session, work("acme.example", 3, 60), practices=LOOKED)
    assert control(session, versions=statements("MIT", "MIT")).exposure.level == "medium"
    assert control(session, versions=statements("MIT", "BUSL-1.1", "MIT")).exposure.level == "high"
    assert control(session, versions=statements("MIT", "BUSL-1.1")).exposure.level == "high"


def test_unknown_is_no_exposure_and_no_safety(session: Session) -> None:
    tell(session, work(None, 9, 60))
    unknown = control(session, versions=statements("MIT", "MIT"))
    assert unknown.exposure.level is None
    tell(session, [c for name in "abcde" for c in work(f"{name}.example", 2, 20)])
    low = control(session)
    tell(session, work("acme.example", 3, 60))
    medium = control(session)
    assert [each.exposure.level for each in by_exposure([low, unknown, medium])] == ["medium", None, "low"]


# ---- if one left


def test_what_remains_if_the_largest_left(session: Session) -> None:
    tagged = [Release(f"v{n}", -n, tagger=f"{who}") for n, who in enumerate(("acme0", "acme1", "free0"))]
    tell(session, [*work("acme.example", 3, 60), *work(None, 1, 30), *work("bit.example", 2, 10)], tagged)
    left = control(session).left
    assert left is not None
    assert left.organisation == "acme.example"
    assert left.commits == pytest.approx(0.4)
    assert left.commits_least == pytest.approx(0.1)
    assert (left.maintainers, left.maintainers_least, left.maintainers_all) == (1, 0, 3)
    assert (left.people, left.absence_factor) == (3, 1)
    assert left.areas is None
    assert left.why


def test_zones_are_bands_with_the_unknown(session: Session) -> None:
    commits = [Commit("ann", -1, zone=z) for z in (60, 120, 0, 330, 480, -300, None, None)]
    tell(session, commits)
    zones = control(session).zones
    assert {band.name: band.commits for band in zones.bands} == {
        "Europe, Africa, Near East": 2, "UTC": 1, "West and South Asia": 1, "East Asia": 1, "Americas": 1,
    }  # fmt: skip
    assert zones.unknown == 0.25
    assert "no country" in zones.cannot


def test_nothing_known_is_said_so(session: Session) -> None:
    tell(session, [Commit("ann", -900)])
    found = control(session)
    assert found.governed is None
    assert found.commits.parts == ()
    assert found.confidence == 0
    assert found.sentences[0] == "Who decides is unknown."
    assert len(found.unknown) == 6


def test_control_over_time_changes_hands(session: Session) -> None:
    commits = [Commit(f"a{n % 2}", -700 + n, organisation="acme.example") for n in range(20)]
    commits += [Commit(f"b{n % 2}", -60 + n, organisation="bit.example") for n in range(10)]
    tell(session, commits)
    shares.hold(session, ["shop"], whole=True)
    points = series.over(session, "shop", "quarter")
    assert points[0].organisation == "acme.example"
    assert points[0].share == 1
    assert points[-1].partial
    assert {p.organisation for p in points if p.since.year == 2026} == {"bit.example"}
    gaps = [p for p in points if p.total == 0]
    assert gaps
    assert all(p.share is None for p in gaps)
