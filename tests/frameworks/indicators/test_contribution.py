# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What our people do upstream and for each other, counted against the told lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.acme import checkout, sbom
from tests.frameworks.indicators.house import (
    CLICK,
    FLASK,
    NOW,
    SAID,
    SHOP,
    TILL,
    Told,
    at,
    dated,
    house,
    one,
    ours,
    within,
)
from tests.metrics.histories import Commit, Release, session, tell
from tests.strategy.strategic import ranked
from umbel.app import Workspace
from umbel.app.indicators import Known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UPSTREAM = (
    "contributors_upstream", "contributors_upstream_share", "contributions_upstream", "contributions_growth",
    "contributions_strategic_share", "strategic_with_ours", "sustained_contributors", "maintainers_ours",
    "affiliations_known",
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return house(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def known(workspace: Workspace) -> Iterator[Known]:
    """One for all that only read."""
    with Known(workspace, NOW) as made:
        made.__dict__["ranked"] = [ranked(FLASK), ranked(CLICK, strategic=2.0), ranked("git.example/x/y")]
        made.__dict__["controls"] = {}  # nor is the list told that would know them
        yield made


def test_commits_and_people_upstream(known: Known) -> None:
    year = ours([*within(FLASK), *within(CLICK)])
    people = {each.who for each in year}
    found = one(known, "contributors_upstream")
    assert (found.value, found.coverage) == (len(people), 1.0)
    found = one(known, "contributions_upstream")
    assert found.value == len(year) == 7
    assert found.observed_at == at(max(each.day for each in year))
    everybody = [*within(FLASK), *within(CLICK)]
    blind = [each for each in everybody if each.who == "kim@gmail.com"]
    assert found.evidence["unknown_affiliation_share"] == pytest.approx(len(blind) / len(everybody))
    here = {each.who for name in (SHOP, TILL) for each in ours(within(name))}
    share = one(known, "contributors_upstream_share")
    assert (share.numerator, share.denominator) == (len(people), len(people | here))


def test_growth_needs_enough_commits_before(known: Known) -> None:
    found = one(known, "contributions_growth")
    assert found.value is None
    assert "fewer than 5 commits" in str(found.why)
    before = ours([*within(FLASK, before=365), *within(CLICK, before=365)])
    assert found.evidence == {"commits": 7, "commits_before": len(before)}


def test_what_goes_to_strategic_projects(known: Known) -> None:
    found = one(known, "contributions_strategic_share")
    assert (found.numerator, found.denominator) == (len(ours(within(FLASK))), 7)
    found = one(known, "strategic_with_ours")
    assert (found.numerator, found.denominator, found.coverage) == (1, 1, 0.5), (
        "of two strategic ones, one is known"
    )


def test_who_controls_what_was_examined(known: Known) -> None:
    found = one(known, "strategic_examined")
    assert (found.numerator, found.denominator) == (1, 2)
    found = one(known, "control_known")
    assert (found.denominator, found.evidence["examined"]) == (2, 1)
    found = one(known, "license_change_watched")
    assert (found.numerator, found.denominator) == (1, 2), (
        "its history tells paths, so that a change would be seen"
    )


def test_maintainers_are_those_of_the_metric(tmp_path: Path) -> None:
    told = [
        Commit("ann", -10, project=FLASK, by="bea"),
        Commit("ann", -20, project=FLASK, by="bea"),
        Commit("zoe", -30, project=FLASK, by="bea", parents=2),
        Commit("cyd", -40, project=FLASK, parents=2),
        Commit("ann", -50, project=FLASK, reviewed=(("reviewed-by", "dot"), ("tested-by", "cyd"))),
        Commit("ann", -60, project=FLASK, reviewed=(("acked-by", "dot"),)),
        Commit("zoe", -400, project=FLASK, parents=2),
        Commit("ann", -5, project=CLICK, by="bea"),
        Commit("ann", -500, project=CLICK, by="bea"),
    ]
    told = [
        each._replace(trailers=each.reviewed) if each.reviewed else each for each in told
    ]  # as commits say it, and as the relation of reviews does
    tags = [Release("v1", -3, project=CLICK, tagger="eve"), Release("v0", -900, project=CLICK, tagger="zoe")]
    with session(tmp_path) as upstream:
        engine = tell(upstream, told, tags)
        figures = {
            each.subject: each.value for each in engine.measure(Told(tmp_path).metrics.get("maintainers"))
        }
        assert figures == {FLASK: 2, CLICK: 1}, "bea and dot; eve"
        upstream.run(
            "INSERT INTO affiliations VALUES ('bea', NULL, NULL, 'Acme', true), ('eve', NULL, '2026-02-01', 'Acme', true),"
            " ('dot', '2020-01-01', NULL, 'Bit', false)"
        )
        found = one(Told(tmp_path, upstream=upstream), "maintainers_ours")
        assert found.value == 1, "bea; eve has left"
        assert found.evidence == {"maintainers": 3, "projects_with_ours": 1, "of_unknown_affiliation": 1}


def test_growth_compares_only_what_tells_of_both_years(tmp_path: Path) -> None:
    told = [Commit("ann", -400 - day, project=FLASK, ours=True) for day in range(5)]
    told += [Commit("ann", -10, project=FLASK, ours=True)]
    told += [Commit("ann", -day, project=CLICK, ours=True) for day in (5, 6, 370)]
    with session(tmp_path) as upstream:
        tell(upstream, told, shallow=[CLICK])
        upstream.run("INSERT INTO affiliations VALUES ('ann', NULL, NULL, 'Acme', true)")
        known = Told(tmp_path, upstream=upstream)
        found = one(known, "contributions_growth")
        assert (found.value, found.coverage) == (1 / 5, 0.5), "what was cut off tells the last year only"
        assert one(known, "contributions_upstream").value == 3


def test_whoever_a_cut_history_hides_is_no_newcomer(tmp_path: Path) -> None:
    told = [Commit("ann", -10, project=name) for name in ("whole", "cut")] + [
        Commit("bea", -400, project="cut")
    ]
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/published.toml").write_text(
        '[[published]]\nproject = "*"\nby = "office"\ndecided = 2025-12-01\n'
    )
    with session(tmp_path) as own:
        tell(own, told, shallow=["cut"])
        known = Told(tmp_path, projects=["cut", "whole"])
        known.own = own
        found = one(known, "published_newcomers")
        assert (found.value, found.coverage) == (1, 0.5)


def test_helping_counts_and_bots_do_not(tmp_path: Path) -> None:
    told = [
        Commit("zoe", -10, project=FLASK, co=("ann",), ours=True),
        Commit("fix[bot]", -11, project=FLASK, ours=True),
        Commit("ann", -12, project="cut", ours=True),
    ]
    with session(tmp_path) as upstream:
        tell(upstream, told, shallow=["cut"])
        upstream.run("INSERT INTO affiliations VALUES ('ann', NULL, NULL, 'Acme', true)")
        known = Told(tmp_path, upstream=upstream)
        found = one(known, "contributions_upstream")
        assert (found.value, found.coverage) == (1, 0.5), "what was cut off tells nothing of its year"
        assert one(known, "contributors_upstream").value == 2


def test_who_stays(known: Known) -> None:
    spans: dict[str, set[int]] = {}
    for each in ours(within(FLASK)):
        spans.setdefault(each.who, set()).add(int(-each.day // (365 / 4)))
    assert one(known, "sustained_contributors").value == sum(len(each) >= 3 for each in spans.values()) == 1


def test_whose_employer_is_known(known: Known) -> None:
    people = {each.who for each in [*within(FLASK), *within(CLICK)]}
    found = one(known, "affiliations_known")
    assert (found.numerator, found.denominator) == (len(people) - 1, len(people))


def test_an_earlier_day_counts_its_own_year(workspace: Workspace) -> None:
    with Known(workspace, at(-200)) as known:
        year = ours([*within(FLASK, before=200), *within(CLICK, before=200)])
        assert one(known, "contributions_upstream").value == len(year) == 4
        assert one(known, "contributors_upstream").value == len({each.who for each in year}) == 1


def test_no_name_and_no_address_gets_out(known: Known) -> None:
    told = [one(known, name) for name in (*UPSTREAM, "innersource_share", "people_opted_in")]
    text = json.dumps(msgspec.to_builtins(told))
    assert not any(word in text for word in ("ann", "bea", "cyd", "@", "p-"))


def test_without_domains_nobody_can_tell_who_is_ours(workspace: Workspace) -> None:
    with Known(workspace, NOW) as known:
        bare = msgspec.structs.replace(
            workspace.settings,
            organisation=msgspec.structs.replace(workspace.settings.organisation, domains=()),
        )
        known.__dict__["who"] = msgspec.structs.replace(
            workspace.who(), ours=(), cache=None, organisation=None
        )
        told = Told(workspace.folder, upstream=known.upstream, settings=bare)
        told.who = known.who
        found = one(told, "contributions_upstream")
        assert found.value is None
        assert "domains" in str(found.why)


@pytest.mark.parametrize("name", UPSTREAM)
def test_unexamined_is_unknown_and_not_none(tmp_path: Path, name: str) -> None:
    found = one(Told(tmp_path), name)
    assert (found.value, found.error) == (None, False)
    assert "umbel collect upstream" in str(found.why)


# ---- for each other


def test_who_works_on_anothers_project(known: Known) -> None:
    colleagues = {
        name: [each for each in within(name, 730) if each.who != "eve@bit.example"] for name in (SHOP, TILL)
    }
    counts: dict[str, dict[str, int]] = {}
    for name, each in colleagues.items():
        for change in each:
            mine = counts.setdefault(change.who, {})
            mine[name] = mine.get(name, 0) + 1
    homes = {who: max(mine, key=lambda name: mine[name]) for who, mine in counts.items()}
    year = [(name, each.who) for name in colleagues for each in colleagues[name] if each.day > -365]
    away = [who for name, who in year if homes[who] != name]
    found = one(known, "innersource_share")
    assert (found.numerator, found.denominator) == (len(away), len(year))
    assert found.evidence["people_from_elsewhere"] == len(set(away)) == 2
    assert one(known, "innersource_projects").value == 1.0


def test_one_department_has_nobody_from_elsewhere(workspace: Workspace) -> None:
    with Known(workspace, NOW, "Shop") as known:
        found = one(known, "innersource_share")
        assert found.value is None
        assert "fewer than two departments" in str(found.why)


def test_consent_is_counted(workspace: Workspace) -> None:
    with Known(workspace, NOW) as known:
        people = {each.who for name in (SHOP, TILL) for each in within(name)}
        found = one(known, "people_opted_in")
        assert (found.numerator, found.denominator) == (0, len(people))
        sql = "SELECT DISTINCT person FROM contributions WHERE ours AND project = $project ORDER BY person LIMIT 1"
        person = known.session.ask(sql, {"project": TILL}).one()[0]
    path = workspace.folder / "decisions/people.toml"
    path.write_text(f'{SAID}\n[[opt_in]]\nperson = "{person}"\ndecided = 2026-02-01\n')
    try:
        with Known(workspace, NOW) as known:
            assert one(known, "people_opted_in").numerator == 1
    finally:
        path.write_text(SAID)


# ---- files of projects


def test_what_files_show(known: Known) -> None:
    assert one(known, "own_readme").value == 1.0
    found = one(known, "own_license")
    assert (found.numerator, found.denominator, found.coverage) == (1, 2, 1.0)
    ready = one(known, "innersource_ready")
    assert (ready.numerator, ready.denominator) == (1, 2)
    assert ready.oldest_at is not None


def test_a_gate_is_asked_of_projects_with_a_pipeline(known: Known) -> None:
    found = one(known, "gates_used")
    assert found.value is None, "neither has a pipeline: nobody asks for a gate in it"
    assert "nothing is known" in found.sentence or "don't tell" in found.sentence


def test_gates_and_sboms_are_read_from_pipelines(tmp_path: Path) -> None:
    pipelines = {
        "shop": "steps: [{run: umbel check .}, {run: syft dir:.}]\n",
        "till": "steps: [{run: make}]\n",
        "site": None,
    }
    folders = []
    for name, text in pipelines.items():
        files: dict[str, str | bytes] = {"README.md": "# One of ours\n"}
        if text is not None:
            files[".github/workflows/a.yml"] = text
        folders.append(checkout(tmp_path / name, files))
    (tmp_path / "office").mkdir()
    here = Workspace(tmp_path / "office")
    here.collect(folders)
    told = here.readings(["gates_used", "own_sbom_in_ci", "own_ci"], cached=False)
    for name in ("gates_used", "own_sbom_in_ci"):
        assert (told[name].numerator, told[name].denominator, told[name].coverage) == (1, 2, 1.0), name
        assert told[name].evidence["not_applicable"] == 1
    assert told["own_ci"].numerator == 2


def test_a_metric_of_upstream_projects_keeps_to_what_a_product_stands_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.folder / "indicators/active.toml"
    path.parent.mkdir()
    path.write_text(
        'title = "Active"\nquestion = "Which?"\ndefinition = "Those."\nunit = "share"\nbetter = "higher"\n'
        'noun = "projects"\nsource = "us"\nlimits = "many"\nmetric = "absence_factor"\nof = "upstream"\n'
        'fold = "share"\nat_least = 1\n'
    )
    with Known(workspace, NOW) as known:
        assert one(known, "active").denominator == 2
    with Known(workspace, NOW, "Shop") as known:
        monkeypatch.setattr(
            "umbel.frameworks.indicators._asked.upstream_projects", lambda _: frozenset({FLASK})
        )
        assert one(known, "active").denominator == 1
    with Known(workspace, NOW, "Till") as known:
        monkeypatch.setattr("umbel.frameworks.indicators._asked.upstream_projects", lambda _: frozenset())
        found = one(known, "active")
        assert found.value is None
        assert "no upstream project is known" in str(found.why)
    path.unlink()


def test_what_is_reused_and_made_by_the_build(tmp_path: Path) -> None:
    def document(name: str, uses: list[str], phase: str | None) -> bytes:
        made = json.loads(sbom(name, uses))
        made["metadata"]["component"]["purl"] = f"pkg:npm/{name}@1.0"
        if phase:
            made["metadata"]["lifecycles"] = [{"phase": phase}]
        return json.dumps(made).encode()

    boms = {"shop": ["flask@1.0"], "till": ["shop@1.0", "till@1.0"], "site": []}
    phases = {"shop": "build", "till": "design", "site": None}
    for name, uses in boms.items():
        (tmp_path / "boms").mkdir(exist_ok=True)
        (tmp_path / f"boms/{name}.cdx.json").write_bytes(document(name, uses, phases[name]))
    here = Workspace(tmp_path)
    here.collect([tmp_path / "boms"])
    with Known(here, NOW) as known:
        found = one(known, "innersource_reuse")
        assert (found.numerator, found.denominator) == (1, 3), (
            "till uses shop; that it names itself is no reuse"
        )
        found = one(known, "own_sbom_in_ci")
        assert (found.numerator, found.denominator) == (1, 2)
    with Known(here, at(-3000)) as known:
        assert one(known, "innersource_reuse").value is None
        assert one(known, "own_sbom_in_ci").value is None


def test_of_a_product(workspace: Workspace) -> None:
    with Known(workspace, NOW, "Till") as known:
        assert one(known, "own_readme").denominator == 1
        assert one(known, "own_license").value == 0.0
        assert one(known, "adoption").denominator == 1


def test_published_is_what_somebody_said(workspace: Workspace) -> None:
    path = workspace.folder / "decisions/published.toml"
    with Known(workspace, NOW) as known:
        assert "nobody says" in str(one(known, "published_license").why)
    path.write_text(
        '[[published]]\nproject = "shop"\nby = "office"\nasked = 2025-11-20\ndecided = 2025-12-01\n'
    )
    try:
        with Known(workspace, NOW) as known:
            assert one(known, "published_projects").value == 1
            assert one(known, "published_license").value == 1.0
            assert one(known, "published_code_of_conduct").value == 0.0
            assert one(known, "published_release_rhythm").value == 0.0
            assert one(known, "approval_lead_time").value == 11
            fresh = {each.who for each in within(SHOP)} - {each.who for each in within(SHOP, 1000, 365)}
            found = one(known, "published_newcomers")
            assert found.value == len(fresh) == 3
            assert found.evidence["not_known_to_be_ours"] == 1
            assert "conversations" in str(one(known, "published_response").why)
        with Known(workspace, NOW, "Till") as known:
            assert one(known, "published_projects").value == 0, "the public one is no part of it"
            assert one(known, "published_license").value is None
        with Known(workspace, at(-150)) as known:
            assert one(known, "published_projects").value is None, "nobody had said it by then"
        path.write_text(
            path.read_text()
            + '[[published]]\nproject = "shop"\nby = "o"\ndecided = 2026-02-01\nwithdrawn = true\n'
        )
        with Known(workspace, NOW) as known:
            assert one(known, "published_projects").value == 0, "it was taken back"
            assert "public on the day" in str(one(known, "published_license").why)
    finally:
        path.unlink()


def test_documents_are_finished_or_not(workspace: Workspace) -> None:
    path = workspace.folder / "documents/policy-use.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("Ask [to write: whom?] first.\n")
    dated(path)
    with Known(workspace, NOW) as known:
        assert one(known, "use_policy_kept").value == 0.0
        assert one(known, "ai_policy_kept").value is None
        assert one(known, "policies_published").value == 0.0
    path.write_text("Ask the office first.\n")
    dated(path)
    with Known(workspace, NOW) as known:
        assert one(known, "use_policy_kept").value == 1.0
        assert one(known, "policies_published").numerator == 1
    with Known(workspace, at(-1)) as known:
        assert "changed after that day" in str(one(known, "use_policy_kept").why)
    path.unlink()
