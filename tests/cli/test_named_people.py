# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whoever agreed is named with their pseudonym, in every output; nobody else's name or address is anywhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.metrics.histories import Commit, Release, repository
from umbel.app import Workspace, moment
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

NEW, OLD, OTHER = "newq7391", "oldq2846", "othq5514"
DAY = ("--as-of", "2026-03-01")
OWN = """/*
title = "Own"
question = "Who?"
unit = "people"
definition = "d"
source = "s"
limits = "l"
windows = ["all"]
*/
select project as subject, cast(count(*) as double) as value,
       {'first': min(person), 'last': max(person), 'n': {'who': min(person)}} as evidence
from contributions group by project
"""
COMMANDS = [
    ("health", "shop"),
    ("health", "shop", "--path", "src"),
    ("health", "shop", "--areas"),
    ("health",),
    ("metrics", "run", "top_share"),
    ("metrics", "run", "handover_signs", "shop", "--path", "src"),
    ("metrics", "run", "own"),
    ("people", "shop"),
    ("people", "shop", "--path", "src"),
    ("people", "affiliations"),
    ("people", "proposals"),
]
FORMS = [
    *((command, form) for command in COMMANDS for form in ("table", "json")),
    (("health",), "csv"),
    (("metrics", "run", "own"), "csv"),
]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Someone new has taken over what someone old made, and agreed to be named; the others were not asked."""
    folder = tmp_path_factory.mktemp("named")
    old = [Commit(OLD, -day, files=("src/a", "docs/b")) for day in range(300, 900, 20)]
    new = [Commit(NEW, -day, files=("src/a",), co=(OTHER,)) for day in range(5, 100, 10)]
    few = [Commit(OTHER, -50, by=OLD, trailers=(("reviewed-by", OLD),), files=("docs/b",))]
    repository(folder / "repos/shop", [*old, *new, *few], [Release("v1.0.0", -2, tagger=NEW)])
    (folder / "umbel.toml").write_text("[history]\npaths = true\n")
    (folder / "metrics").mkdir()
    (folder / "metrics/own.sql").write_text(OWN)
    workspace = Workspace(folder)
    workspace.collect([folder / "repos"])
    with workspace.people_office() as office:
        office.consent(f"{NEW}@acme.example", given=True)
    return folder


@pytest.fixture(autouse=True)
def here(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate)


def check(text: str) -> None:
    """Nobody but the one who agreed is named, and that one never without the pseudonym; no address is shown."""
    for token in (OLD, OTHER, "@acme.example"):
        assert token not in text
    assert text.count(NEW) == 0 or re.search(r"p-[0-9a-f]{12}", text)


def printed(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    capfd.readouterr()
    assert run(list(arguments)) == 0
    out, err = capfd.readouterr()
    return out + err


@pytest.mark.parametrize(
    ("command", "form"), FORMS, ids=lambda part: part if isinstance(part, str) else " ".join(part)
)
def test_no_output_names_who_did_not_agree(
    capfd: pytest.CaptureFixture[str], command: tuple[str, ...], form: str
) -> None:
    day = DAY if command[1:] not in {("affiliations",), ("proposals",)} else ()
    check(printed(capfd, *command, *day, "--format", form))


def test_pages_name_only_who_agreed(estate: Path, tmp_path: Path) -> None:
    workspace, day = Workspace(estate), moment(DAY[1])
    one = workspace.health_page("shop", tmp_path / "shop.html", as_of=day).read_text()
    every = workspace.report(tmp_path / "all.html", as_of=day).read_text()
    for page in (one, every):
        check(page)
        assert re.search(rf"Someone new, {NEW} \(p-[0-9a-f]{{12}}\), made", page)


def test_sentences_and_evidence_name_who_agreed(capfd: pytest.CaptureFixture[str]) -> None:
    text = printed(capfd, "health", "shop", *DAY)
    assert re.search(rf"Someone new, {NEW} \(p-[0-9a-f]{{12}}\), made", text)
    assert re.search(rf"person {NEW} \(p-[0-9a-f]{{12}}\), ", text)
    (shop,) = json.loads(printed(capfd, "health", "shop", *DAY, "--format", "json"))
    evidence = {f["measurement"]["metric"]: f["measurement"]["evidence"] for f in shop["figures"]}
    assert evidence["handover_signs"]["person_name"] == NEW
    assert re.fullmatch(r"p-[0-9a-f]{12}", evidence["handover_signs"]["person"])


def test_the_folders_of_a_project_name_who_agreed(capfd: pytest.CaptureFixture[str]) -> None:
    text = printed(capfd, "health", "shop", "--areas", *DAY)
    assert re.search(rf"src/ .* {NEW} \(p-[0-9a-f]{{12}}\)", text)
    assert f"{NEW} (p-" in printed(capfd, "people", "shop", "--path", "src", *DAY)
    assert json.loads(printed(capfd, "health", "shop", "--areas", "src", "-f", "json"))[0]["top_name"] == NEW
