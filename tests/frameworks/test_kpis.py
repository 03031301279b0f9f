# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs: the catalogue, how figures moved, and the whole over a real small workspace, against plain Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from shutil import copytree
from typing import TYPE_CHECKING, Any

import pytest

from tests.acme import publish, reading, stamp
from umbel.app import Workspace
from umbel.frameworks import forecast, kpi_words, kpis, targets
from umbel.frameworks import imported as series_records
from umbel.frameworks.goals import Aim, Goal
from umbel.frameworks.imported import Series
from umbel.frameworks.indicators.catalog import catalog
from umbel.frameworks.interface import Indicator, Point, Reading, Target
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.frameworks.interface import Unit
    from umbel.model.measurement import Better

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The Acme estate's today."""


def indicator(
    name: str = "coverage", unit: Unit = "share", better: Better = "higher", **more: Any
) -> Indicator:
    said: dict[str, Any] = {
        "name": name, "title": name, "question": "?", "definition": "d", "unit": unit, "better": better,
        "source": "s", "limits": "l", "noun": "projects" if unit == "share" else None,
    }  # fmt: skip
    return Indicator(**{**said, **more})


def said(
    value: float | None, numerator: float | None = None, denominator: float | None = None, **more: Any
) -> Reading:
    unit: Unit = more.pop("unit", "share")
    return Reading(
        indicator="coverage",
        as_of=NOW,
        value=value,
        unit=unit,
        numerator=numerator,
        denominator=denominator,
        **more,
    )


# ---- the catalogue


def test_every_kpi_that_ships_is_an_indicator_and_stands_there_once() -> None:
    names = kpis.names(kpis.groups())
    assert len(names) == len(set(names))
    assert [name for name in names if name not in catalog()] == []


def test_the_catalogue_has_what_was_promised() -> None:
    promised = {
        "inventory_coverage", "sbom_quality", "unknown_licenses", "policy_violations", "policy_violation_age",
        "time_to_remediate", "patch_coverage", "dependency_freshness", "end_of_life_share", "approval_lead_time",
        "contributors_upstream", "contributions_upstream", "contributions_strategic_share", "maintainers_ours",
        "fragile_without_stance", "published_response", "published_release_rhythm", "published_newcomers",
        "innersource_share", "adoption",
    }  # fmt: skip
    assert promised <= set(kpis.names(kpis.groups()))


def test_own_figures_stand_with_their_petal_and_the_rest_with_management() -> None:
    there = {
        each.name: each
        for each in (
            indicator("adoption"),
            indicator("cost", "amount", petal="business", own=True),
            indicator("odd", petal="another", own=True),
            indicator("published_license", petal="ecosystem"),
        )
    }
    found = {group.petal: group.kpis for group in kpis.placed(there, ["published_license", "unheard_of"])}
    assert found["office"] == ("adoption",)
    assert found["business"] == ("cost",)
    assert found["ecosystem"] == ("published_license",)
    assert found["management"] == ("odd",)
    assert found["legal"] == ()


# ---- words


def test_changes_are_told_with_denominators() -> None:
    before, now = said(61 / 96, 61, 96), said(72 / 96, 72, 96)
    assert kpi_words.change(before, now, indicator()) == "61 of 96 → 72 of 96 projects (64 % → 75 %)"
    assert kpi_words.change(said(None), now, indicator()) == "? → 72 of 96 projects (? → 75 %)"
    assert kpi_words.change(now, now, indicator()) == "unchanged at 75 %"
    assert (
        kpi_words.change(said(1, 2, 2), said(1, 3, 3), indicator())
        == "2 of 2 → 3 of 3 projects (100 % → 100 %)"
    )
    assert kpi_words.change(said(None), said(None), indicator()) == "unknown then and now"
    days = indicator("time", "days", "lower")
    assert kpi_words.change(said(12, unit="days"), said(1, unit="days"), days) == "12 days → 1 day"


def test_better_is_the_way_that_the_indicator_says() -> None:
    assert kpi_words.better(said(0.5), said(0.6), indicator()) is True
    assert kpi_words.better(said(0.5), said(0.6), indicator(better="lower")) is False
    assert kpi_words.better(said(0.5), said(0.5), indicator()) is None
    assert kpi_words.better(said(None), said(0.5), indicator()) is None
    assert kpi_words.better(said(0.1), said(0.5), indicator(better="neither")) is None


@pytest.mark.parametrize(
    ("values", "unit", "line"),
    [
        ([None, 0.0, 0.5, 1.0], "share", "·▁▅█"),
        ([0.0, 0.0], "count", "▁▁"),
        ([5.0, None, 10.0], "count", "▅·█"),
        ([-10.0, 0.0, 10.0], "amount", "▁▅█"),
        ([None], "count", "·"),
    ],
)
def test_sparklines(values: list[float | None], unit: Unit, line: str) -> None:
    points = [Point(end=date(2026, 1, 1), reading=said(value, unit=unit)) for value in values]
    assert kpi_words.sparkline(points) == line


# ---- one KPI


def over(values: list[float | None]) -> list[tuple[datetime, Reading]]:
    return [
        (NOW - timedelta(days=91 * back), said(value))
        for back, value in zip(range(len(values) - 1, -1, -1), values, strict=True)
    ]


def aim(until: date, goal: str = "g", kpi: str = "coverage") -> Target:
    return Target(goal=goal, kpi=kpi, target=0.9, until=until)


def test_a_kpi_has_its_series_its_targets_in_order_and_a_forecast_only_with_enough_past() -> None:
    told = [aim(date(2027, 1, 1)), aim(date(2026, 6, 1), "b"), aim(date(2026, 5, 1), kpi="other")]
    few = kpis.made(indicator(), said(0.5), over([0.1, 0.3, 0.2, 0.5]), told)
    assert [each.goal for each in few.targets] == ["b", "g"]
    assert (few.forecast, len(few.series), few.series[-1].end) == (None, 4, NOW.date())
    many = kpis.made(indicator(), said(0.5), over([0.1, 0.3, 0.2, 0.5, 0.4, 0.6, 0.5]), told)
    assert many.forecast is not None
    assert many.forecast.end == date(2026, 6, 1)


def test_a_forecast_reaches_no_farther_than_half_of_the_past() -> None:
    points = kpis.made(indicator(), said(0.5), over([0.1, 0.3, 0.2])).series
    assert kpis.ahead(points, [aim(NOW.date() + timedelta(days=91))]) == NOW.date() + timedelta(days=91)
    assert kpis.ahead(points, [aim(NOW.date() + timedelta(days=92))]) == NOW.date() + timedelta(days=91)
    assert kpis.ahead(points, [aim(NOW.date())]) == NOW.date() + timedelta(days=91)


def test_from_where_it_moved_skips_what_nobody_knew() -> None:
    found = kpis.moved(kpis.made(indicator(), said(0.5), over([0.2, None, 0.5])))
    assert found is not None
    assert (found.before.reading.value, found.now.reading.value) == (0.2, 0.5)
    assert kpis.moved(kpis.made(indicator(), said(None), over([0.2, None]))) is None
    lasting = [(NOW, said(0.4, stated=True, observed_at=NOW - timedelta(days=back))) for back in (99, 50, 50)]
    since = kpis.moved(kpis.made(indicator(), lasting[-1][1], lasting))
    assert since is not None
    assert since.before == Point(end=NOW.date(), reading=lasting[0][1])
    assert kpis.moved(kpis.made(indicator(), said(0.2), over([None, 0.2]))) is None


# ---- a real small workspace


def test_what_is_known_of_too_little_is_told_with_it_and_is_no_fact() -> None:
    count = indicator(unit="count", better="lower")
    little = [said(0.0, unit="count", coverage=0.02)] * 8
    whole = [said(float(value), unit="count", coverage=1.0) for value in (4, 3, 5, 2, 4, 1, 3, 2)]
    assert kpi_words.told(little[0], count) == "0 (2 % known)"
    assert kpi_words.told(whole[0], count) == "4"
    assert kpi_words.told(said(None, unit="count", coverage=0.02), count) == "?"
    days = [NOW - timedelta(days=90 * left) for left in range(7, -1, -1)]
    blind = kpis.made(count, little[-1], list(zip(days, little, strict=True)))
    assert kpi_words.sparkline(blind.series) == "▫" * 8
    assert (blind.forecast, kpis.moved(blind)) == (None, None)
    why = forecast.forecast(blind.series, date(2030, 1, 1))
    assert why == "only 2 % of what it should speak of is known"
    mixed = [*little[:6], *whole[6:]]
    seen = kpis.made(count, mixed[-1], list(zip(days, mixed, strict=True)))
    assert seen.forecast is None
    assert kpis.moved(seen) == (seen.series[6], seen.series[7])
    assert kpi_words.better(little[0], whole[0], count) is None
    assert kpis.made(count, whole[-1], list(zip(days, whole, strict=True))).forecast is not None


DAYS = ["2025-02-10", "2025-05-20", "2025-08-01", "2025-11-11", "2026-02-02"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five projects of which an inventory is known since one day each. Nothing is written to it."""
    made = Workspace(tmp_path_factory.mktemp("shared"))
    lake = made.lake(create=True)
    for number, day in enumerate(DAYS):
        seen = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        publish(lake, (stamp(f"shop{number}", observed_at=seen, collected_at=seen), reading(["a@1", "b@2"])))
    return made


@pytest.fixture
def workspace(shared: Workspace, tmp_path: Path) -> Workspace:
    """A copy to write to."""
    copytree(shared.folder, tmp_path / "ws")
    return Workspace(tmp_path / "ws")


def moment(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59+00:00")


def known_on(day: date) -> int:
    """The same by hand: how many of the five were known by then."""
    return sum(date.fromisoformat(each) <= day for each in DAYS)


def test_the_past_is_what_the_evidence_of_each_day_says(shared: Workspace) -> None:
    (found,) = shared.kpis(["inventory-coverage"], "quarter", 6, moment("2026-03-31"))
    ends = [point.end for point in found.series]
    assert ends[:2] == [date(2024, 12, 31), date(2025, 3, 31)]
    for point in found.series:
        expected = known_on(point.end)
        if expected:
            assert (point.reading.numerator, point.reading.denominator) == (expected, expected), point.end
        else:
            assert point.reading.value is None
            assert point.reading.why
    assert found.now == found.series[-1].reading


def test_without_a_series_there_is_only_the_day(shared: Workspace) -> None:
    (found,) = shared.kpis(["inventory_coverage"], as_of=moment("2026-03-31"))
    assert (found.series, found.forecast, found.now.value) == ((), None, 1.0)


def goal(name: str = "known", **more: Any) -> Goal:
    told: dict[str, Any] = {
        "id": name, "statement": "We know", "serves": "audits", "owner": "o@acme.example",
        "review": date(2027, 1, 1), "by": "b@acme.example", "decided": date(2025, 6, 1),
        "kpis": (Aim(kpi="inventory_coverage", target=0.9, until=date(2026, 12, 31)),),
    }  # fmt: skip
    return Goal(**{**told, **more})


def test_a_goal_gets_its_baseline_from_the_evidence_and_keeps_it_when_amended(workspace: Workspace) -> None:
    made = workspace.set_goal(goal())
    assert (made.kpis[0].baseline, made.kpis[0].baseline_on) == (1.0, date(2025, 6, 1))
    again = goal(
        decided=date(2025, 9, 1), kpis=(Aim(kpi="inventory_coverage", target=0.95, until=date(2027, 6, 30)),)
    )
    assert workspace.set_goal(again).kpis[0].baseline_on == date(2025, 6, 1)
    (found,) = workspace.goals(moment("2026-03-31"))
    assert [each.state for each in found.targets] == ["reached"]
    (then,) = workspace.goals(moment("2025-07-01"))
    assert then.told.goal.kpis[0].target == 0.9


def test_a_baseline_is_of_the_day_of_the_decision_not_of_today(workspace: Workspace) -> None:
    made = workspace.set_goal(goal(decided=date(2025, 1, 1)))
    assert made.kpis[0].baseline is None  # nothing was known then
    count = goal(
        "projects",
        decided=date(2025, 6, 1),
        kpis=(Aim(kpi="projects_in_lake", target=9, until=date(2027, 1, 1)),),
    )
    (workspace.folder / "cost.csv").write_text("day,value\n2025-05-31,3\n2026-02-28,5\n")
    workspace.import_series(imported(id="projects_in_lake", unit="count", currency=None, better="higher"))
    assert workspace.set_goal(count).kpis[0].baseline == 3


def test_goals_with_figures_that_are_none_are_refused_with_the_nearest(workspace: Workspace) -> None:
    wrong = goal(kpis=(Aim(kpi="inventory_coverag", target=0.9, until=date(2026, 12, 31)),))
    with pytest.raises(UsageError) as told:
        workspace.set_goal(wrong)
    assert "inventory_coverage" in (told.value.hint or "")
    with pytest.raises(UsageError, match="90 is no target"):
        workspace.set_goal(goal(kpis=(Aim(kpi="inventory_coverage", target=90, until=date(2026, 12, 31)),)))
    assert workspace.goals() == []


def test_a_goal_ends_once(workspace: Workspace) -> None:
    workspace.set_goal(goal())
    workspace.end_goal("Known", date(2026, 1, 1), by="b@acme.example", reason="reached", dropped=False)
    assert workspace.goals(moment("2026-02-01")) == []
    (ended,) = workspace.goals(moment("2026-02-01"), ended=True)
    assert (ended.targets, ended.due, ended.told.goal.reason) == ((), False, "reached")
    with pytest.raises(UsageError, match="has ended"):
        workspace.end_goal("known", date(2026, 1, 2), by="b@acme.example", reason="again")
    with pytest.raises(UsageError, match="There is no goal 'other'"):
        workspace.goal("other")


def imported(**more: Any) -> Series:
    told: dict[str, Any] = {
        "id": "support_cost", "title": "Support cost", "unit": "amount", "currency": "EUR", "better": "lower",
        "owner": "finance@acme.example", "source": "the ledger", "question": "?", "definition": "Invoices.",
        "by": "ospo@acme.example", "decided": date(2026, 1, 5), "file": "cost.csv",
    }  # fmt: skip
    return Series(**{**told, **more})


def test_an_imported_series_is_a_kpi_like_any_other_but_marked(workspace: Workspace) -> None:
    (workspace.folder / "cost.csv").write_text(
        "day;value\n2025-09-30;9.000,50\n2025-12-31;8.000\nx;1\n2026-03-31;\n"
    )
    found = workspace.import_series(imported())
    assert [fault.place for fault in found.faults] == ["line 4"]
    assert "support_cost" in kpis.names(workspace.kpi_groups())
    (mine,) = workspace.kpis(["support_cost"], "quarter", 4, moment("2026-03-31"))
    assert [point.reading.value for point in mine.series] == [None, 9000.5, 8000, None]
    assert all(point.reading.stated for point in mine.series)
    assert mine.series[0].reading.why == (
        "finance@acme.example states no value for 2025-06-30 or before; the first is of 2025-09-30"
    )
    told = workspace.readings(["support_cost"], moment("2025-12-31"))["support_cost"]
    assert (told.value, told.stated) == (8000, True)


def test_a_stated_figure_is_not_one_product_s(workspace: Workspace) -> None:
    (workspace.folder / "umbel.toml").write_text('[[products]]\nname = "Shop"\nprojects = ["shop1"]\n')
    (workspace.folder / "cost.csv").write_text("day,value\n2026-03-31,5\n")
    workspace.import_series(imported())
    (found,) = Workspace(workspace.folder).kpis(["support_cost"], as_of=moment("2026-04-01"), product="Shop")
    assert (found.now.value, found.now.why) == (None, "it is stated of all, not of one product")


def test_a_series_of_a_built_in_name_or_without_rows_is_refused(workspace: Workspace) -> None:
    (workspace.folder / "cost.csv").write_text("day,value\n2026-03-31,5\n")
    with pytest.raises(UsageError, match="is an indicator already"):
        workspace.import_series(imported(id="patch_coverage"))
    (workspace.folder / "cost.csv").write_text("day,value\n")
    with pytest.raises(UsageError, match="gives no row"):
        workspace.import_series(imported())
    with pytest.raises(SettingsError, match="one of file and sql"):
        workspace.import_series(imported(sql="SELECT 1"))


def test_a_query_over_the_lake_is_a_series(workspace: Workspace) -> None:
    sql = "SELECT DATE '2026-03-31' AS day, count(DISTINCT project) AS value FROM usage"
    told = imported(id="projects_told", unit="count", currency=None, file=None, sql=sql)
    assert workspace.import_series(told).rows[0].value == len(DAYS)
    (found,) = workspace.kpis(["projects_told"], as_of=moment("2026-03-31"))
    assert (found.now.value, found.now.stated) == (len(DAYS), True)
    with pytest.raises(SettingsError, match="the query"):
        workspace.import_series(imported(id="writes", file=None, sql="COPY usage TO 'x.csv'"))


def test_a_query_that_fails_is_not_asked_again_for_every_day(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    def asker(*_: object) -> Any:
        def ask(sql: str, as_of: datetime) -> Any:
            asked.append(as_of)
            raise UsageError(f"{sql} took longer than 30 s and was stopped.")

        return ask

    told = imported(file=None, sql="SELECT day, value FROM endless")
    monkeypatch.setattr("umbel.frameworks.imported.asker", asker)
    (workspace.folder / "decisions").mkdir()
    series_records.add(workspace.folder, told)
    (found,) = workspace.kpis([told.id], "month", 12, moment("2026-03-31"))
    assert len(asked) == 1
    assert all("took longer" in (point.reading.why or "") for point in found.series)
    assert len({point.reading.as_of for point in found.series}) == 12


def test_a_broken_file_of_series_costs_only_itself(workspace: Workspace) -> None:
    (workspace.folder / "decisions").mkdir()
    (workspace.folder / "decisions/series.toml").write_text("[[series]]\nid = 1\n")
    assert workspace.kpis(["inventory_coverage"], as_of=moment("2026-03-31"))[0].now.value == 1.0
    assert any("series.toml:" in line for line in workspace.broken_series())


def test_baselines_nobody_wrote_down_are_read_as_of_their_day(workspace: Workspace) -> None:
    from umbel.frameworks import goals

    goals.add(
        workspace.folder, goal(kpis=(Aim(kpi="inventory_coverage", target=0.9, until=date(2026, 12, 31)),))
    )
    (found,) = workspace.goals(moment("2026-03-31"))
    assert (found.targets[0].baseline, found.targets[0].baseline_on) == (1.0, date(2025, 6, 1))
    with workspace.known(moment("2026-03-31")) as known:
        assert [each.state for each in targets.stand(known)] == ["reached"]


def test_without_evidence_no_kpi_is_known_and_no_target_reached(tmp_path: Path) -> None:
    empty = Workspace(tmp_path)
    goal_ = goal(decided=date(2026, 1, 1))
    empty.set_goal(goal_)
    found = empty.kpis(None, as_of=moment("2026-03-31"))
    assert {
        each.indicator.name: each.now.why for each in found if each.now.why is None and each.now.value is None
    } == {}
    assert next(each for each in found if each.indicator.name == "inventory_coverage").now.value is None
    assert [each.state for each in empty.goals(moment("2026-03-31"))[0].targets] == [None]
