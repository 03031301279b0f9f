# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel strategy` over real lockfiles, code and histories."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml.ElementTree import fromstring

from tests import acme
from tests.strategy.control.estate import Change, upstream
from tests.strategy.score.estate import App, Uses, lake, mapped
from umbel.app import Workspace
from umbel.app.strategy import _meant
from umbel.cli.root import run
from umbel.evidence.session import Session
from umbel.strategy import use

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[organisation]
name = "Acme"
domains = ["acme.example"]

[[products]]
name = "Shop"
criticality = "critical"
projects = ["git.example/acme/shop"]

[[products]]
name = "Sites"
criticality = "medium"
projects = ["git.example/acme/site-*"]

[[upstream]]
packages = ["pkg:npm/vue", "pkg:npm/@vue/*"]
repository = "https://git.example/vuejs/core"
"""
HELPER = 'import { debounce } from "lodash";\nexport const late = debounce(() => 1, 100);\n'
COMPONENT = """import {{ ref, computed, watch, defineComponent, {more} }} from "vue";
export default defineComponent({{ setup() {{ return {{ a: ref(1), b: computed(() => {more}) }}; }} }});
"""
MORE = ("h", "provide", "inject", "nextTick", "toRef", "reactive", "onMounted", "shallowRef")


def lock(
    *packages: str, development: tuple[str, ...] = (), inner: dict[str, str] | None = None
) -> dict[str, str]:
    """package.json and package-lock.json of an app: `inner` packages with who needs them."""
    needs = dict.fromkeys(packages, "1.0.0")
    dev = dict.fromkeys(development, "1.0.0")
    held: dict[str, Any] = {
        "": {"name": "app", "version": "1.0.0", "dependencies": needs, "devDependencies": dev}
    }
    for name in (*packages, *development, *(inner or {})):
        mine = {one: "1.0.0" for one, by in (inner or {}).items() if by == name}
        held[f"node_modules/{name}"] = {"version": "1.0.0"} | ({"dependencies": mine} if mine else {})
        if name in development:
            held[f"node_modules/{name}"]["dev"] = True
    manifest = {"name": "app", "version": "1.0.0", "dependencies": needs, "devDependencies": dev}
    locked = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": held}
    return {"package.json": json.dumps(manifest), "package-lock.json": json.dumps(locked)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    places = []
    for number in range(5):
        files = lock("lodash", development=("eslint",), inner={"ms": "lodash"}) | {"src/late.js": HELPER}
        files |= {f"src/page{n}.js": f"export const page = {n};\n" for n in range(9)}
        name = f"site-{number}"
        places.append(acme.checkout(folder / name, files, f"https://git.example/acme/{name}"))
    files = lock(
        "vue", "lodash", "vue-router", development=("eslint",), inner={"ms": "lodash", "@vue/shared": "vue"}
    )
    files |= {"src/late.ts": HELPER}
    files |= {f"src/part{n}.ts": COMPONENT.format(more=name) for n, name in enumerate(MORE)}
    places.append(acme.checkout(folder / "shop", files, "https://git.example/acme/shop"))
    here = folder / "office"
    here.mkdir()
    (here / "umbel.toml").write_text(SETTINGS)
    workspace = Workspace(here)
    workspace.collect(places, workers=1)
    changes = [
        Change(f"dev{n % 7}@vue.example", -3 * n, {f"src/{n % 9}.ts": f"let n = {n};\n"})
        for n in range(1, 90)
    ]
    changes += [
        Change("jo@acme.example", -20 * n, {"src/ours.ts": f"let ours = {n};\n"}) for n in range(1, 6)
    ]
    workspace.upstream_lake(create=True)
    workspace.over_upstream().collect([upstream(folder / "clones", "vuejs/core", changes)], workers=1)
    return here


@pytest.fixture(autouse=True)
def here(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capfd.readouterr()
    assert run(["strategy", *arguments, "--as-of", "2026-03-01"]) == code
    out, err = capfd.readouterr()
    return out if code == 0 else err


def rows(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(capfd, *arguments, "--format", "json"))
    return found


def test_the_framework_of_the_shop_stands_above_what_everyone_has(capfd: pytest.CaptureFixture[str]) -> None:
    found = rows(capfd, "--peers")
    names = [each["project"] for each in found]
    assert names[0] == "git.example/vuejs/core"
    strategic = {each["project"]: each["strategic"] for each in found}
    assert strategic["git.example/vuejs/core"] > strategic["pkg:npm/lodash"] > strategic["pkg:npm/ms"]
    assert strategic["pkg:npm/lodash"] > strategic["pkg:npm/eslint"]
    frequent = {each["project"]: each["frequency_place"] for each in found}
    assert (frequent["pkg:npm/lodash"], frequent["pkg:npm/ms"]) == (1, 1)
    assert frequent["git.example/vuejs/core"] > 1
    first, *others = found
    assert set(first["peers"]) == {"criticality_score_readme", "criticality_score_yaml"}
    assert 0 < first["peers"]["criticality_score_yaml"]["value"] < 1
    assert all(each["peers"] == {} for each in others)


def test_the_table_shows_our_order_beside_that_by_frequency(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "--top", "2", "--peers")
    head, first, *_ = [line for line in out.splitlines() if line.strip() and "─" not in line]
    for heading in (
        "place",
        "project",
        "what for",
        "strategic",
        "criticality",
        "health risk",
        "sure",
        "by frequency",
        "OpenSSF (README)",
    ):
        assert heading in head
    assert first.split()[:2] == ["1", "git.example/vuejs/core"]
    assert "npm/%40vue/shared +1 in Shop" in first


def test_priority_needs_a_history_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    first, *others = rows(capfd, "--order", "priority")
    assert (first["project"], first["place"], first["verdict"]) == ("git.example/vuejs/core", 1, True)
    assert first["priority"] == pytest.approx(first["criticality"] * first["health_risk"])
    assert {each["place"] for each in others} == {None}
    assert all("umbel collect upstream" in each["find_out"][0] for each in others)
    out = said(capfd, "--order", "priority")
    assert "Too little is known of these for a verdict. To find out:" in out


def test_the_quadrant_has_a_place_for_those_of_whom_both_figures_are_known(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    drawn = tmp_path / "quadrant.svg"
    (only,) = rows(capfd, "quadrant", "-o", str(drawn))
    assert only["project"] == "git.example/vuejs/core"
    assert only["field"].split(", ")[0] == ("strategic" if only["strategic"] >= 5.5 else "less strategic")
    assert 1 <= only["fragile"] <= 10
    svg = fromstring(drawn.read_text("utf-8"))
    said_in_it = ["".join(each.itertext()) for each in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert any("git.example/vuejs/core" in each for each in said_in_it)
    assert "lead, contribute or sponsor" in said_in_it


def test_why_tells_each_part_with_its_evidence(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "why", "pkg:npm/vue")
    assert "git.example/vuejs/core: place 1, strategic " in out
    assert "1 product (Shop): asks for it itself; 8 files, 89 % of the files" in out
    assert "User interface framework (framework)" in out
    assert "person-days" in out
    assert "5 of 94 commits of the last year are of our people." in out
    assert "1 component that we chose is named after it (vue-router …)" in out
    assert "criticality_score_readme: 0." in out
    assert "criticality_score_yaml: 0." in out
    assert "@acme.example" not in out


def test_a_project_is_meant_by_its_name_the_end_of_it_or_a_package() -> None:
    uses = (Uses("npm/vue"), Uses("npm/ms"))
    with Session(lake([App("shop", uses)]), acme.NOW, use.TABLES) as session:
        found = use.used(session, mapped({"npm/vue": "git.example/vuejs/core"}), {})
        names = [each.upstream for each in found]
        for name in ("git.example/vuejs/core", "core", "vuejs/core", "pkg:npm/vue"):
            assert _meant(session, name, names) == "git.example/vuejs/core"
        assert _meant(session, "pkg:npm/ms", names) == "pkg:npm/ms"


def test_why_of_none(capfd: pytest.CaptureFixture[str]) -> None:
    assert "Nothing in use comes from a project" in said(capfd, "why", "nobody/nothing", code=2)


def test_an_opinion_stands_beside_the_data(capfd: pytest.CaptureFixture[str], office: Path) -> None:
    decisions = office / "decisions"
    decisions.mkdir()
    file = decisions / "strategy.toml"
    file.write_text(
        '[[opinion]]\nproject = "git.example/vuejs/core"\npart = "dependency"\nvalue = 2.0\n'
        'by = "ospo@acme.example"\ndecided = 2026-02-01\nreason = "we leave it this year"\n'
    )
    try:
        out = said(capfd, "why", "vuejs/core")
        assert "strategic 2.0 of 10" in out
        assert re.search(r"opinion 2\.0 against data [5-9]\.\d \(-", out)
        assert "we leave it this year" in out
        capfd.readouterr()
        run(["strategy", "--as-of", "2026-01-20"])
        assert "2.0 (data" not in capfd.readouterr().out, "it was not yet said on that day"
    finally:
        file.unlink()
        decisions.rmdir()


def test_a_day_before_anything_was_used_has_no_list(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["strategy", "--as-of", "2020-01-01"]) == 0
    assert "Nothing is in use." in capfd.readouterr().out
