# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is past its end of life or near it: rows, order and denominators, and `umbel lifecycle` that shows them."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from umbel.app import Workspace, moment
from umbel.cli.root import run
from umbel.metrics.definition import catalog
from umbel.metrics.lifecycle import CycleState, cycle_of, cycles
from umbel.metrics.sentences import sentence
from umbel.model.errors import UsageError
from umbel.policy import plans

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.metrics.lifecycle_ends import LifecycleEnds

TOML = """
[[products]]
name = "Shop"
projects = ["shop"]
"""
PRODUCTS = {
    "python": ("pkg:generic/python", {"3.8": "2094-10-07", "3.11": "2097-10-31", "3.12": "false"}),
    "gorilla": ("pkg:golang/github.com/gorilla/mux", {"1": "true"}),
    "django": ("pkg:pypi/django", {"4.2": "2096-04-01", "5.2": "2098-04-01"}),
    "debian": ("cpe:2.3:o:debian:debian_linux", {"11": "2094-08-14", "13": "2098-08-09"}),
}
DAY = "2096-03-01"
"""Far ahead, whenever this runs: an end without a date is known from the day on that it was seen."""


def page(product: str, identifier: str, cycles_: dict[str, str]) -> str:
    kind = identifier.partition(":")[0].replace("pkg", "purl")
    lines = [
        "---",
        f"title: {product.title()}",
        f"permalink: /{product}",
        "identifiers:",
        f"  - {kind}: {identifier}",
    ]
    lines.append("releases:")
    for name, eol in cycles_.items():
        lines += [f'  - releaseCycle: "{name}"', "    releaseDate: 2020-01-01", f"    eol: {eol}"]
    return "\n".join([*lines, "---", ""])


def bom(name: str, purls: list[str], **more: str) -> bytes:
    components = [{"type": "library", "name": purl, "purl": purl, "bom-ref": purl} for purl in purls]
    components += [
        {"type": "operating-system", "name": n, "version": v, "bom-ref": n} for n, v in more.items()
    ]
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "metadata": {
                "timestamp": "2026-02-01T10:00:00Z",
                "component": {"type": "application", "name": name, "version": "1", "bom-ref": "root"},
            },
            "components": components,
            "dependencies": [{"ref": "root", "dependsOn": [each["bom-ref"] for each in components]}],
        }
    ).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two projects, one of them of a product, and four products with their lifecycles."""
    place = tmp_path_factory.mktemp("estate")
    (place / "umbel.toml").write_text(TOML)
    for inner in ("sboms", "eol"):
        (place / inner).mkdir()
    shop = [
        "pkg:pypi/django@4.2.1",
        "pkg:generic/python@3.11.4",
        "pkg:golang/github.com/gorilla/mux@v1.8.0",
        "pkg:npm/left-pad@1.0.0",
        "pkg:deb/debian/bash@5.1?distro=debian-11.6",
        "pkg:deb/debian/zlib@1.2?distro=debian-11.6",
    ]
    till = [
        "pkg:pypi/django@4.2.1",
        "pkg:pypi/django@9.9",
        "pkg:generic/python@3.8.1",
        "pkg:generic/python@3.12",
        "pkg:apk/acme/musl@1?distro=acme-3",
    ]
    (place / "sboms/shop.cdx.json").write_bytes(bom("shop", shop))
    (place / "sboms/till.cdx.json").write_bytes(bom("till", till, debian="13", plan9="4"))
    for product, (identifier, ends) in PRODUCTS.items():
        (place / f"eol/{product}.md").write_text(page(product, identifier, ends))
    assert run(["collect", str(place / "sboms"), "--quiet", "-C", str(place)]) == 0
    assert run(["sync", "lifecycles", "--from", str(place / "eol"), "-C", str(place)]) == 0
    return place


@cache
def asked(folder: Path, product: str | None = None, ahead: int = 365, day: str = DAY) -> LifecycleEnds:
    return Workspace(folder).lifecycle(product, ahead, moment(day))


def shown(found: LifecycleEnds) -> list[tuple[str, str | None, int | None, list[str]]]:
    return [(f"{row.product} {row.cycle}", row.version, row.days_left, row.projects) for row in found.rows]


def test_what_ended_and_what_ends_soon(folder: Path) -> None:
    found = asked(folder)
    assert shown(found) == [
        ("gorilla 1", "v1.8.0", None, ["shop"]),
        ("debian 11", "11", -565, ["shop"]),
        ("python 3.8", "3.8.1", -511, ["till"]),
        ("django 4.2", "4.2.1", 31, ["shop", "till"]),
    ]
    assert [row.eol for row in found.rows] == [True, True, True, False]
    assert [row.products for row in found.rows] == [["Shop"], ["Shop"], [], ["Shop"]]
    debian = found.rows[1]
    assert (debian.what, debian.package, debian.packages) == ("distribution", None, 2)


def test_the_denominators(folder: Path) -> None:
    found = asked(folder)
    # django 4.2.1 counts once, though two projects use it; operating systems are components, too.
    assert (found.components, found.listed, found.unplaced, found.undated) == (12, 5, 1, 0)
    assert (found.distributions, found.distributions_listed) == (4, 2)
    assert found.lists is not None


def test_how_far_ahead_and_of_which_day(folder: Path) -> None:
    assert len(asked(folder, ahead=30).rows) == 3
    assert len(asked(folder, ahead=31).rows) == 4
    assert "python 3.11" in {name for name, *_ in shown(asked(folder, ahead=700))}
    # The estate was first seen in February: before that nothing was in use.
    assert asked(folder, day="2020-01-01").rows == []
    later = asked(folder, day="2097-11-01")
    assert ("python 3.11", "3.11.4", -1, ["shop"]) in shown(later)


def test_only_the_projects_of_a_product(folder: Path) -> None:
    found = asked(folder, "Shop")
    assert [name for name, *_ in shown(found)] == ["gorilla 1", "debian 11", "django 4.2"]
    assert all(projects == ["shop"] for *_, projects in shown(found))
    assert (found.components, found.listed, found.distributions) == (6, 3, 1)
    with pytest.raises(UsageError, match="no product"):
        asked(folder, "Till")


def test_what_policies_are_told(folder: Path) -> None:
    with Workspace(folder).session(moment(DAY), ("usage", "lifecycles")) as session:
        state = cycle_of("pkg:pypi/django", "4.2.1", cycles(session))
    assert isinstance(state, CycleState)
    names = ("product", "title", "cycle", "eol", "eol_on", "support_until", "latest", "mapped_by", "url")
    assert {name: str(getattr(state, name)) for name in names} == {
        "product": "django",
        "title": "Django",
        "cycle": "4.2",
        "eol": "False",
        "eol_on": "2096-04-01",
        "support_until": "None",
        "latest": "None",
        "mapped_by": "purl of endoflife",
        "url": "https://endoflife.date/django",
    }


def test_the_table(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["lifecycle", "-C", str(folder), "--as-of", DAY]) == 0
    out = capfd.readouterr().out
    assert "2 packages of the distribution" in out
    assert "django 4.2.1" in out
    assert (
        "5 of 12 component versions are in a list of lifecycles; 1 more of a listed product, but of no "
        "known cycle; 2 of 4 releases of distributions." in " ".join(out.split())
    )


def test_for_programs(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["lifecycle", "-C", str(folder), "--as-of", DAY, "--product", "Shop", "--format", "json"]) == 0
    out, err = capfd.readouterr()
    rows = json.loads(out)
    assert [row["product"] for row in rows] == ["gorilla", "debian", "django"]
    assert rows[2]["days_left"] == 31
    assert "3 of 6 component versions" in err


def test_without_lists_nothing_can_be_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sboms").mkdir()
    (tmp_path / "sboms/shop.cdx.json").write_bytes(bom("shop", ["pkg:pypi/django@4.2.1"]))
    assert run(["collect", str(tmp_path / "sboms"), "--quiet", "-C", str(tmp_path)]) == 0
    assert run(["lifecycle", "-C", str(tmp_path)]) == 3
    out, err = capfd.readouterr()
    assert "0 of 1 component version" in out
    assert "umbel sync lifecycles" in err


def shares(folder: Path, day: str = DAY) -> dict[str, tuple[float | None, float | None]]:
    found = Workspace(folder).metric("end_of_life_share", as_of=moment(day))
    return {each.subject: (each.value, each.denominator) for each in found}


def test_the_share_of_what_has_ended(folder: Path) -> None:
    # shop: django and Python stand, gorilla has ended; till: Python 3.8 has ended, django 9.9 is in no known cycle.
    assert shares(folder) == {"shop": (1 / 3, 3), "till": (1 / 3, 3)}
    (found,) = (
        each
        for each in Workspace(folder).metric("end_of_life_share", as_of=moment(DAY))
        if each.subject == "till"
    )
    assert found.evidence == {"components": 5, "counted": 3, "ended": 1, "direct_ended": 1, "listed": 4}
    assert sentence(found, catalog().get("end_of_life_share").header) == (
        "Of the packages that it uses, 33 % are past their end of life (known of 3 of 5)."
    )


def test_the_share_of_another_day(folder: Path) -> None:
    assert shares(folder, "2096-04-01") == {"shop": (2 / 3, 3), "till": (2 / 3, 3)}


def test_without_lists_the_share_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "sboms").mkdir()
    (tmp_path / "sboms/shop.cdx.json").write_bytes(bom("shop", ["pkg:pypi/django@4.2.1"]))
    assert run(["collect", str(tmp_path / "sboms"), "--quiet", "-C", str(tmp_path)]) == 0
    (found,) = Workspace(tmp_path).metric("end_of_life_share")
    assert (found.value, found.denominator, found.outcome) == (None, 0, "unknown")
    assert found.why == "no lifecycle is known of what it uses (umbel sync lifecycles)"


def test_a_package_of_two_spellings_of_a_release_counts_once(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sboms").mkdir()
    for name, distro in (("one", "debian-11.6"), ("two", "debian-11")):
        packages = [f"pkg:deb/debian/bash@5.1?distro={distro}", f"pkg:deb/debian/{name}@1?distro={distro}"]
        (tmp_path / f"sboms/{name}.cdx.json").write_bytes(bom(name, packages))
    (tmp_path / "sboms/none.cdx.json").write_bytes(bom("none", ["pkg:apk/a/b@1?distro=plan9-4"], plan9="4"))
    assert run(["collect", str(tmp_path / "sboms"), "--quiet", "-C", str(tmp_path)]) == 0
    assert run(["sync", "lifecycles", "--from", str(folder / "eol"), "-C", str(tmp_path)]) == 0
    found = Workspace(tmp_path).lifecycle(None, 365, moment(DAY))
    assert [(row.product, row.packages, row.projects) for row in found.rows] == [
        ("debian", 3, ["one", "two"])
    ]
    assert (found.distributions, found.distributions_listed) == (2, 1)


def test_a_plan_finds_what_it_replaces_whenever_its_life_ends(folder: Path) -> None:
    def plan(software: str, cycle: str | None) -> plans.Plan:
        who = "dev@acme.example"
        return plans.Plan(
            owner=who,
            by=who,
            until=date(2026, 6, 1),
            decided=date(2026, 1, 1),
            software=software,
            cycle=cycle,
        )

    told = [plan("python", "3.12"), plan("django", None), plan("debian", "13"), plan("python", "2.7")]
    with Workspace(folder).session(moment(DAY), plans.TABLES) as session:
        found = plans.in_use(session, told, lambda _: [])
    assert [[(use.project, use.version) for use in found[each.name]] for each in told] == [
        [("till", "3.12")],
        [("shop", "4.2.1"), ("till", "4.2.1"), ("till", "9.9")],
        [("till", "13")],
        [],
    ]


def test_the_summary_of_a_sync(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sync = ["sync", "lifecycles", "-C", str(tmp_path), "--from", str(folder / "eol")]
    assert run(sync) == 0
    assert capfd.readouterr().out == "4 products with 8 release cycles; 4 of them new or changed.\n"
    assert run([*sync, "--format", "json"]) == 0
    assert json.loads(capfd.readouterr().out)[0]["changed"] == 0
    assert run([*sync, "python", "nosuch"]) == 3
    assert "There is no product nosuch there." in capfd.readouterr().err
