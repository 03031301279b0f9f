# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How far behind is what projects use: worked out by hand, with what is unknown kept apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.collect.columns import draw_id
from umbel.collect.interface import Edge, Reading
from umbel.collect.registries._ordering import newest, ordered
from umbel.collect.registries.interface import PackageFacts, VersionFacts
from umbel.evidence import syncing
from umbel.evidence.lake import Lake
from umbel.evidence.people.rules import Rules
from umbel.evidence.session import Session
from umbel.evidence.sync_packages import row_of
from umbel.metrics.definition import catalog
from umbel.metrics.engine import Engine, tables_for
from umbel.metrics.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.model.measurement import Measurement

NAMES = ("libyears", "versions_behind", "outdated_share", "days_since_release_of_dependencies")
METRICS = {name: catalog().get(name) for name in NAMES}
YEAR = timedelta(days=365)


def at(years: float) -> datetime:
    """So many years before the estate's today."""
    return acme.NOW - years * YEAR


def listed(
    lake: Lake,
    name: str,
    versions: dict[str, datetime | None],
    more: Mapping[str, dict[str, Any]] | None = None,
    seen: datetime = acme.NOW,
) -> None:
    """What the registry says of a package: its versions and when they were released."""
    told = ordered(
        "npm",
        [VersionFacts(version=v, released_at=t, **(more or {}).get(v, {})) for v, t in versions.items()],
    )
    latest, latest_at = newest(told)
    number = draw_id()
    facts = PackageFacts(versions=told, latest=latest, latest_at=latest_at)
    package = f"pkg:npm/{name}"
    rows = [
        (
            package,
            v.version,
            "npm",
            v.position,
            v.prerelease,
            v.released_at,
            v.yanked,
            v.deprecation,
            v.license,
        )
        for v in told
    ]
    tables = {
        "packages": syncing.rows_table(
            "packages", [row_of(package, "npm", seen, facts, number, None)], number
        ),
        "package_versions": syncing.rows_table("package_versions", rows, number),
    }
    syncing.publish(
        lake,
        "npm",
        tables,
        lineage="npm packages",
        origin="https://npm.acme.example",
        observed_at=seen,
        collected_at=seen,
        write_id=number,
    )


def use(lake: Lake, project: str, direct: tuple[str, ...], transitive: tuple[str, ...] = ()) -> None:
    parts = [
        acme.component(*name.split("@")) if "@" in name else acme.component(name, None)
        for name in (*direct, *transitive)
    ]
    edges = [Edge(source=None, target=each.ref) for each in parts[: len(direct)]]
    edges += [Edge(source=parts[0].ref, target=each.ref) for each in parts[len(direct) :]]
    acme.publish(lake, (acme.stamp(project), Reading(format="test", components=parts, edges=edges)))


@cache
def figures(lake: Lake, day: datetime, projects: tuple[str, ...] | None) -> dict[str, dict[str, Measurement]]:
    """All of them in one session, by metric and project."""
    with Session(lake, day, tables_for(METRICS.values())) as session:
        engine = Engine(session, Rules(salt=lake.salt()), projects, wide=False)
        return {name: {m.subject: m for m in engine.measure(metric)} for name, metric in METRICS.items()}


def ask(
    lake: Lake, name: str, day: datetime = acme.NOW, projects: tuple[str, ...] | None = None
) -> dict[str, Measurement]:
    return figures(lake, day, projects)[name]


def why(figure: Measurement) -> dict[str, Any]:
    assert isinstance(figure.evidence, dict)
    return figure.evidence


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Acme's shop: one package two years behind, one fresh, and four of which something is unknown."""
    lake = Lake(tmp_path_factory.mktemp("fresh") / "lake")
    listed(lake, "old", {"1.0.0": at(3), "1.5.0": at(2), "2.0.0": at(1), "3.0.0-rc.1": at(0.1)})
    listed(lake, "fresh", {"1.0.0": at(4), "1.1.0": at(0.5)})
    listed(lake, "undated", {"1.0.0": None, "2.0.0": at(1)})
    withdrawn = {"1.1.0": {"yanked": True}}
    listed(lake, "odd", {"1.0.0": at(2), "1.1.0": at(1), "2.0.0-beta.1": at(0.5)}, withdrawn)
    listed(lake, "long", {"1.9.9": at(0.2), "2.0.0": at(1)})
    use(lake, "shop", ("old@1.0.0", "fresh@1.1.0", "unheard@1.0.0"), ("undated@1.0.0", "fresh", "old@9.9.9"))
    use(lake, "till", ("fresh@1.1.0",), ("old@1.5.0",))
    use(lake, "lab", ("old@3.0.0-rc.1",))
    use(lake, "mill", ("odd@1.0.0",))
    use(lake, "barn", ("long@1.9.9",))
    return lake


@pytest.fixture(scope="module")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake that no registry was ever asked for."""
    lake = Lake(tmp_path_factory.mktemp("untold") / "lake")
    use(lake, "shop", ("old@1.0.0",))
    return lake


def test_libyears_add_up_and_say_of_how_many(lake: Lake) -> None:
    figure = ask(lake, "libyears")["shop"]
    assert figure.value == pytest.approx(2.0)
    assert figure.denominator == 2
    expected = {
        "components": 6,
        "counted": 2,
        "direct_counted": 2,
        "transitive_counted": 0,
        "without_version": 1,
        "unlisted": 2,
        "most": 2,
    }
    assert {key: why(figure)[key] for key in expected} == expected
    assert why(figure)["direct_years"] == pytest.approx(2.0)
    assert (
        sentence(figure, METRICS["libyears"].header)
        == "What it uses is 2 years behind in all (known of 2 of 6)."
    )


def test_direct_and_transitive_are_told_apart(lake: Lake) -> None:
    evidence = why(ask(lake, "libyears")["till"])
    assert (evidence["direct_years"], evidence["transitive_years"]) == (0, 1)


def test_a_newer_version_than_the_newest_stable_one_counts_nothing(lake: Lake) -> None:
    assert ask(lake, "libyears")["lab"].value == 0
    assert ask(lake, "outdated_share")["lab"].value == 0
    assert ask(lake, "versions_behind")["lab"].value == 0


def test_withdrawn_versions_and_prereleases_put_nobody_behind(lake: Lake) -> None:
    assert ask(lake, "outdated_share")["mill"].value == 0
    assert ask(lake, "libyears")["mill"].value == 0


def test_a_maintenance_release_after_the_newest_is_not_negative(lake: Lake) -> None:
    assert ask(lake, "libyears")["barn"].value == 0
    assert ask(lake, "outdated_share")["barn"].value == 1


def test_versions_behind_and_outdated_share(lake: Lake) -> None:
    behind = ask(lake, "versions_behind")["shop"]
    assert (behind.value, behind.denominator) == (1, 3)  # old 2, undated 1, fresh 0
    share = ask(lake, "outdated_share")["shop"]
    assert share.value == pytest.approx(2 / 3)
    assert why(share)["outdated"] == 2


def test_age_of_the_newest_releases(lake: Lake) -> None:
    figure = ask(lake, "days_since_release_of_dependencies")["shop"]
    assert figure.denominator == 3  # old: 36 days, fresh: 182, undated: 365
    assert figure.value == pytest.approx(182, abs=1)
    assert why(figure)["packages"] == 4


@pytest.mark.parametrize("name", NAMES)
def test_nothing_known_is_unknown_not_fresh(untold: Lake, name: str) -> None:
    figure = ask(untold, name)["shop"]
    assert (figure.value, figure.outcome) == (None, "unknown")
    assert "umbel sync packages" in (figure.why or "")
    assert "Unknown" in sentence(figure, METRICS[name].header)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_about_is_only_what_was_asked_for(lake: Lake, name: str) -> None:
    assert set(ask(lake, name)) == {"shop", "till", "lab", "mill", "barn"}
    assert set(ask(lake, name, projects=("till",))) == {"till"}


def test_a_past_day_knows_no_later_release(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    listed(lake, "old", {"1.0.0": at(3), "2.0.0": at(1)})
    past = acme.NOW - timedelta(days=500)
    early = acme.stamp("shop", observed_at=past, collected_at=past)
    acme.publish(lake, (early, acme.reading(["old@1.0.0"])))
    assert ask(lake, "libyears", acme.NOW)["shop"].value == pytest.approx(2.0)
    assert ask(lake, "libyears", datetime(2024, 12, 1, tzinfo=UTC))["shop"].value == 0
