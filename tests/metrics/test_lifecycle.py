# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cycle of which product a component belongs to, as of a day."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from umbel.collect.endoflife import Cycle
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.sync_lifecycles import sync_from
from umbel.evidence.syncing import publish, rows_table
from umbel.metrics._lifecycle_map import table
from umbel.metrics._lifecycle_versions import keys_of, place_of
from umbel.metrics.lifecycle import Cycles, CycleState, cycle_of, cycles

if TYPE_CHECKING:
    from pathlib import Path

SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = SEEN.date()


def cycle(product: str, name: str, **more: Any) -> Cycle:
    values: dict[str, Any] = {**dict.fromkeys(Cycle._fields), "identifiers": []}
    values |= {"product": product, "source": "endoflife", "seen_at": SEEN, "title": product.title()}
    return Cycle(**{**values, "cycle": name, **more})


PYTHON = [
    "pkg:generic/python",
    "pkg:docker/library/python",
    "pkg:deb/debian/python3.11",
    "cpe:/a:python:python",
]
ROWS = [
    cycle("python", "3.1", eol_on=date(2012, 4, 9), identifiers=PYTHON),
    cycle("python", "3.11", eol_on=date(2027, 10, 31), support_until=date(2024, 4, 1), identifiers=PYTHON),
    cycle("python", "2.7", eol=True, identifiers=PYTHON, latest="2.7.18", latest_on=date(2020, 4, 20)),
    cycle("python", "3.12", eol=False, support_ended=True, identifiers=PYTHON, latest="3.12.9", latest_on=date(2026, 2, 1)),
    cycle("python", "3.13", identifiers=PYTHON),
    cycle("debian", "12", eol_on=date(2026, 7, 11), identifiers=["codename:Bookworm"], extended_until=date(2028, 6, 30)),
    cycle("debian", "11", eol_on=date(2024, 8, 14), identifiers=["codename:Bullseye"]),
    cycle("ubuntu", "22.04", eol_on=date(2027, 4, 1), identifiers=["codename:Jammy Jellyfish"]),
    cycle("alpine-linux", "3.18", eol_on=date(2025, 5, 9)),
    cycle("centos", "7", eol_on=date(2024, 6, 30)),
    cycle("centos-stream", "9", eol_on=date(2027, 5, 31)),
    cycle("rhel", "8", eol_on=date(2029, 5, 31)),
    cycle("nodejs", "18", eol_on=date(2025, 4, 30), identifiers=["pkg:docker/library/node"]),
    cycle("eclipse-temurin", "8", eol_on=date(2030, 12, 31)),
    cycle("dotnet", "6", eol_on=date(2024, 11, 12), identifiers=["pkg:nuget/Microsoft.NETCore.App"]),
    cycle("coder", "2.1", eol=True, identifiers=["pkg:oci/coder?repository_url=ghcr.io/coder"]),
    cycle("unlisted", "1", eol=True, identifiers=["repology:left-pad"]),
]  # fmt: skip


def lake_of(path: Path, rows: list[Cycle]) -> Lake:
    lake = Lake(path)
    facts = rows_table("lifecycles", rows, 0).drop_columns(["write_id"])
    publish(
        lake, "endoflife", {"lifecycles": facts}, lineage="x", origin="x", observed_at=SEEN, collected_at=SEEN
    )
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """It holds ROWS."""
    return lake_of(tmp_path_factory.mktemp("lifecycle") / "lake", ROWS)


@cache
def of_day(lake: Lake, day: date = TODAY) -> Cycles:
    with Session(
        lake, datetime(day.year, day.month, day.day, 23, tzinfo=UTC), tables=("lifecycles",)
    ) as session:
        return cycles(session)


@pytest.fixture(scope="module")
def known(lake: Lake) -> Cycles:
    """As of the day that they were seen."""
    return of_day(lake)


def found(
    known: Cycles, package: str, version: str | None, purl: str | None = None
) -> tuple[str, str | None] | None:
    state = cycle_of(package, version, known, purl=purl)
    return None if state is None else (state.product, state.cycle)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.1", "3.1"),
        ("3.1.5", "3.1"),
        ("3.11", "3.11"),
        ("3.11.4", "3.11"),
        ("3.11-slim-bookworm", "3.11"),
        ("3.13.0rc1", "3.13"),
        ("3.13rc1", "3.13"),
        ("3.13a2", "3.13"),
        ("v3.11.4", "3.11"),
        ("1:3.11.2-6+deb12u2", "3.11"),
        ("2.7.18+dfsg", "2.7"),
        ("3.14", None),
        ("3.110", None),
        ("4.0", None),
        ("3", None),
        ("13.1", None),
        ("3.11-f3a2c11", "3.11"),
        ("3a11f00", None),
        ("sha256:3.11", None),
        ("latest", None),
        ("", None),
        (None, None),
        ("3.11" * 100_000, None),
    ],
)
def test_a_version_belongs_to_the_cycle_that_begins_it(
    known: Cycles, version: str | None, expected: str | None
) -> None:
    state = cycle_of("pkg:generic/python", version, known)
    assert state is not None
    assert (state.product, state.cycle, state.mapped_by) == ("python", expected, "purl of endoflife")
    if expected is None:
        assert (state.eol, state.eol_on, state.latest) == (None, None, None)


def test_packages_are_found_by_identity_only(known: Cycles) -> None:
    assert found(known, "pkg:npm/left-pad", "1.0") is None
    assert found(known, "pkg:npm/python", "3.11") is None
    assert found(known, "pkg:pypi/debian", "12") is None
    assert found(known, "unidentified:python", "3.11") is None
    assert found(known, "pkg:github/actions/setup-python", "v5") is None
    assert found(known, "pkg:nuget/microsoft.netcore.app", "6.0.1") == ("dotnet", "6")
    assert found(known, "pkg:npm/node", "18f3a2c") == ("nodejs", None)  # a commit
    state = cycle_of("pkg:npm/node", "18.2.1", known)
    assert state is not None
    assert (state.product, state.cycle) == ("nodejs", "18")
    assert state.mapped_by == "mapping table: the package carries the Node.js runtime under its own version"


def test_a_package_of_a_distribution_that_is_a_product_itself(known: Cycles) -> None:
    purl = "pkg:deb/debian/python3.11@3.11.2-6?distro=debian-12"
    for given_ in (None, purl):
        state = cycle_of("pkg:deb/debian/python3.11", "3.11.2-6", known, purl=given_)
        assert state is not None
        assert (state.product, state.cycle) == ("python", "3.11")
        assert state.mapped_by == "purl of endoflife; the life is that of its upstream"


@pytest.mark.parametrize(
    ("package", "distro", "expected"),
    [
        ("pkg:deb/debian/libc6", "debian-12", ("debian", "12")),
        ("pkg:deb/debian/libc6", "debian-11.6", ("debian", "11")),
        ("pkg:deb/debian/libc6", "debian-bookworm", ("debian", "12")),
        ("pkg:deb/debian/libc6", "bullseye", ("debian", "11")),
        ("pkg:deb/debian/libc6", "debian-13", ("debian", None)),
        ("pkg:deb/debian/libc6", "debian-sid", ("debian", None)),
        ("pkg:deb/ubuntu/libc6", "jammy", ("ubuntu", "22.04")),
        ("pkg:deb/ubuntu/libc6", "ubuntu-22.04", ("ubuntu", "22.04")),
        ("pkg:apk/alpine/musl", "alpine-3.18.4", ("alpine-linux", "3.18")),
        ("pkg:rpm/redhat/bash", "rhel-8.9", ("rhel", "8")),
        ("pkg:rpm/centos/bash", "centos-7", ("centos", "7")),
        ("pkg:rpm/centos/bash", "centos-9", ("centos-stream", "9")),
        ("pkg:deb/acme/bash", "acme-1", None),
        ("pkg:apk/wolfi/bash", "wolfi-20230201", None),
        ("pkg:npm/bash", "debian-12", None),
    ],
)  # fmt: skip
def test_the_distribution_that_a_package_is_installed_in(
    known: Cycles, package: str, distro: str, expected: tuple[str, str | None] | None
) -> None:
    assert found(known, package, "1.0", f"{package}@1.0?arch=amd64&distro={distro}") == expected
    assert found(known, package, "1.0", f"{package}@1.0?arch=amd64") is None
    assert found(known, package, "1.0") is None


@pytest.mark.parametrize(
    ("purl", "version", "expected"),
    [
        ("pkg:docker/python@3.11", "3.11", ("python", "3.11")),
        ("pkg:docker/library/python@3.11", "3.11", ("python", "3.11")),
        ("pkg:docker/node@18-alpine", "18-alpine", ("nodejs", "18")),
        ("pkg:docker/debian@bookworm-slim", "bookworm-slim", ("debian", "12")),
        ("pkg:docker/ubuntu@jammy-20260101", "jammy-20260101", ("ubuntu", "22.04")),
        ("pkg:docker/eclipse-temurin@8u392-b08-jdk", "8u392-b08-jdk", ("eclipse-temurin", "8")),
        ("pkg:docker/eclipse-temurin@1.8.0_392", "1.8.0_392", ("eclipse-temurin", "8")),
        ("pkg:docker/python@sha256:00ff?tag=3.11", "sha256:00ff", ("python", "3.11")),
        ("pkg:docker/python@sha256:00ff", "sha256:00ff", ("python", None)),
        ("pkg:docker/python@3.11?repository_url=registry.acme.example", "3.11", None),
        ("pkg:docker/acme/python@3.11", "3.11", None),
        ("pkg:oci/python@sha256%3A00ff?repository_url=docker.io%2Flibrary%2Fpython&tag=3.11", "sha256:00ff", ("python", "3.11")),
        ("pkg:oci/python@sha256%3A00ff?repository_url=index.docker.io/library&tag=3.1", "sha256:00ff", ("python", "3.1")),
        ("pkg:oci/python@sha256%3A00ff?tag=3.11", "sha256:00ff", None),
        ("pkg:oci/coder@sha256%3A00ff?repository_url=ghcr.io%2Fcoder%2Fcoder&tag=v2.1.0", "sha256:00ff", ("coder", "2.1")),
        ("pkg:docker/coder/coder@v2.1.0?repository_url=ghcr.io", "v2.1.0", ("coder", "2.1")),
        ("pkg:oci/coder@sha256%3A00ff?repository_url=ghcr.io%2Facme%2Fcoder&tag=v2.1.0", "sha256:00ff", None),
    ],
)  # fmt: skip
def test_images_are_told_apart_by_their_registry(
    known: Cycles, purl: str, version: str, expected: tuple[str, str | None] | None
) -> None:
    assert found(known, purl.partition("@")[0], version, purl) == expected


def test_the_state_is_that_of_the_day(lake: Lake) -> None:
    def state(version: str, day: date) -> CycleState:
        one = cycle_of("pkg:generic/python", version, of_day(lake, day))
        assert one is not None
        return one

    # Dated ends are known of every day, from that day on.
    assert state("3.11.1", date(2027, 10, 30)).eol is False
    assert state("3.11.1", date(2027, 10, 31)).eol is True
    assert state("3.11.1", date(2024, 3, 31)).support_ended is False
    assert state("3.11.1", date(2024, 4, 1)).support_ended is True
    # An end without a date is known of the day it was seen; of a day before, only that it wasn't there yet.
    assert (state("2.7", TODAY).eol, state("2.7", date(2026, 2, 1)).eol) == (True, None)
    assert (state("3.12", TODAY).eol, state("3.12", date(2026, 2, 1)).eol) == (False, False)
    assert state("3.12", date(2026, 1, 1)).support_ended is None
    # A release that was still to come is not the latest.
    assert state("3.12", TODAY).latest == "3.12.9"
    assert (state("3.12", date(2026, 1, 31)).latest, state("3.12", date(2026, 1, 31)).latest_on) == (
        None,
        None,
    )
    # Nothing said is unknown.
    assert state("3.13", TODAY).eol is None


def test_where_to_go(tmp_path: Path) -> None:
    pypi = ["pkg:pypi/thing"]
    rows = [
        cycle("thing", "1", eol_on=date(2024, 1, 1), released_on=date(2020, 1, 1), identifiers=pypi),
        cycle("thing", "2", eol_on=date(2027, 1, 1), released_on=date(2023, 1, 1), identifiers=pypi),
        cycle("thing", "10", eol=False, released_on=date(2025, 1, 1), identifiers=pypi),
        cycle("thing", "11", eol=False, released_on=date(2026, 6, 1), identifiers=pypi),
        cycle("thing", "12", eol=False, identifiers=pypi),
    ]
    lake = lake_of(tmp_path / "lake", rows)

    def successor(day: date) -> str | None:
        state = cycle_of("pkg:pypi/thing", "1.0", of_day(lake, day))
        assert state is not None
        return state.successor

    assert successor(date(2024, 6, 1)) == "2"
    assert successor(TODAY) == "10"
    assert successor(date(2026, 6, 1)) == "11"
    assert successor(date(2019, 1, 1)) is None


def test_of_two_products_with_one_purl_the_one_seen_last_counts(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", [cycle("old-name", "1", eol=True, identifiers=["pkg:npm/thing"])])
    newer = cycle("a-new-name", "1", eol=False, identifiers=["pkg:npm/thing"])
    later = SEEN.replace(day=2)
    facts = rows_table("lifecycles", [newer._replace(seen_at=later)], 0).drop_columns(["write_id"])
    publish(
        lake,
        "endoflife",
        {"lifecycles": facts},
        lineage="x",
        origin="x",
        observed_at=later,
        collected_at=later,
    )
    assert found(of_day(lake, date(2026, 3, 3)), "pkg:npm/thing", "1.2") == ("a-new-name", "1")


def test_an_empty_lake_knows_nothing(tmp_path: Path) -> None:
    known = of_day(Lake(tmp_path / "lake"))
    assert len(known) == 0
    purls = [None, "pkg:deb/debian/python3.11@1?distro=debian-12"]
    assert [cycle_of("pkg:deb/debian/python3.11", "1", known, purl=purl) for purl in purls] == [None, None]
    assert cycle_of("pkg:docker/python", "3.11", known, purl="pkg:docker/python@3.11") is None


NUMBERS = st.lists(st.integers(0, 120).map(str), min_size=1, max_size=3).map(".".join)


@given(
    st.sets(NUMBERS, min_size=1, max_size=12),
    NUMBERS,
    st.sampled_from(["", "-slim", "+dfsg", "_1", "rc1", "~beta", " x"]),
)
@example({"3.1", "3.11"}, "3.11", "")
@example({"1", "1.1", "1.1.1"}, "1.1.10", "")
def test_the_longest_run_of_whole_numbers_wins(names: set[str], version: str, tail: str) -> None:
    """The literal rule: of the cycles whose numbers are the first ones of the version, the one with the most."""
    keys = keys_of([(name, name, ()) for name in names])
    lengths = sorted({len(key) for key in keys}, reverse=True)
    numbers = version.split(".")
    whole = [name for name in names if numbers[: name.count(".") + 1] == name.split(".")]
    expected = max(whole, key=len, default=None)
    assert place_of(version + tail, lengths, keys) == expected


@given(st.sets(NUMBERS, max_size=8), st.text(max_size=30))
def test_any_text_has_at_most_one_cycle_that_begins_it(names: set[str], version: str) -> None:
    keys = keys_of([(name, name, ("Old Faithful",)) for name in names])
    place = place_of(version, sorted({len(key) for key in keys}, reverse=True), keys)
    assert place is None or place in version.lower()


def test_other_names_of_cycles() -> None:
    keys = keys_of(
        [("a", "18.x", ()), ("b", "2.7-LTS", ()), ("c", "12", ("Bookworm",)), ("d", "13", ("Bookworm",))]
    )
    assert {key: keys[key] for key in ("18", "18.x", "2.7", "2.7-lts", "12")} == {
        "18": "a", "18.x": "a", "2.7": "b", "2.7-lts": "b", "12": "c",
    }  # fmt: skip
    assert "bookworm" not in keys  # meant by two
    taken = keys_of([("a", "18.x", ()), ("b", "18", ())])
    assert taken["18"] == "b"


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Lake:
    """All products of endoflife.date."""
    lake = Lake(tmp_path_factory.mktemp("all") / "lake")
    sync_from(lake, shared_data / "eol")
    return lake


def test_the_table_names_products_that_there_are(everything: Lake) -> None:
    with Session(everything, tables=("lifecycles",)) as session:
        known = {row[0] for row in session.ask("SELECT DISTINCT product FROM lifecycles").rows()}
    ours = table()
    entries = [*ours.packages.values(), *ours.images.values()]
    entries += [system.entry for each in ours.systems.values() for system in each]
    assert {entry.product for entry in entries} - known == set()
    assert ours.spellings.keys() - known == set()


def test_a_hundred_thousand_components_are_quick(everything: Lake) -> None:
    asked: list[tuple[str, str, str | None]] = [(f"pkg:npm/p{n}", "1.2.3", None) for n in range(60_000)]
    asked += [("pkg:generic/python", f"3.{n % 15}.{n}", None) for n in range(20_000)]
    asked += [(f"pkg:deb/debian/x{n}", "1", f"pkg:deb/debian/x{n}@1?distro=debian-12") for n in range(20_000)]
    today = datetime(2026, 11, 21, tzinfo=UTC)
    with Session(everything, today, tables=("lifecycles",)) as session:
        started = time.process_time()
        known = cycles(session)
        states = [cycle_of(package, version, known, purl=purl) for package, version, purl in asked]
        spent = time.process_time() - started
    assert sum(state is not None for state in states) == 40_000
    assert spent < 2
    django, express = cycle_of("pkg:pypi/django", "3.2.25", known), cycle_of("pkg:npm/express", "99.0", known)
    assert django is not None
    assert (django.title, django.eol, django.eol_on) == ("Django", True, date(2024, 4, 1))
    assert express is not None
    assert (express.cycle, express.eol) == (None, None)
