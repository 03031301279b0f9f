# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel people`, as people and programs use it."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.evidence.people.cast import commit, history
from umbel.app import Workspace
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")
JANE_TOO = ("Jane Roe", "jane@lab.acme.example")
HOME = ("Jane Roe", "jane@home.example")
SAM = ("Sam Poe", "sam@globex.example")
BOT = ("dependabot[bot]", "1+dependabot[bot]@users.noreply.github.com")
NAMED = re.compile(r"jane|roe|sam\b|poe|acme\.example|home\.example", re.IGNORECASE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    (folder / "umbel.toml").write_text('[organisation]\nname = "Acme"\ndomains = ["acme.example"]\n', "utf-8")
    lake = Workspace(folder).lake(create=True)
    commits = [commit(JANE, 0), commit(JANE_TOO, 1), commit(SAM, 2), commit(HOME, 3), commit(BOT, 4)]
    history(lake, "github.com/acme/shop", commits)
    history(lake, "till", [commit(SAM, 9)])
    return folder


@pytest.fixture
def ws(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    capfd.readouterr()
    assert run(["people", *arguments]) == code
    out, err = capfd.readouterr()
    return out if code == 0 else err


def pseudonym(capfd: pytest.CaptureFixture[str], address: str) -> str:
    """Somebody's pseudonym, as the office looks it up."""
    found = json.loads(said(capfd, "why", address, "--format", "json"))[0]["person"]
    assert isinstance(found, str)
    return found


@pytest.mark.usefixtures("ws")
def test_people_of_a_project_by_pseudonym(capfd: pytest.CaptureFixture[str]) -> None:
    table = said(capfd, "shop")
    found = json.loads(said(capfd, "shop", "--format", "json"))

    assert "p-" in table
    assert "50.0%" in table
    assert [(p["commits"], p["organisation"], p["ours"], p["bot"]) for p in found] == [
        (2, "Acme", True, False),
        (1, None, None, False),
        (1, None, None, False),
    ]
    for text in (table, str(found)):
        assert not NAMED.search(text)


@pytest.mark.usefixtures("ws")
def test_all_projects_as_of_a_day_and_programs(capfd: pytest.CaptureFixture[str]) -> None:
    everywhere = json.loads(said(capfd, "--format", "json"))
    assert sorted(p["projects"] for p in everywhere) == [1, 1, 2]
    assert len(json.loads(said(capfd, "list", "--as-of", "2020-01-02", "--format", "json"))) == 1
    assert [p["bot"] for p in json.loads(said(capfd, "--bots", "--format", "json"))] == [True]


@pytest.mark.usefixtures("ws")
def test_no_command_names_anybody_unless_asked_to_reveal(capfd: pytest.CaptureFixture[str]) -> None:
    jane = pseudonym(capfd, JANE[1])
    for command in (["why", jane], ["proposals"], ["affiliations"], ["claim", HOME[1]], []):
        form = [] if command[:1] == ["claim"] else ["--format", "json"]
        assert not NAMED.search(said(capfd, *command, *form).replace("globex.example", ""))
    assert "jane@lab.acme.example" in said(capfd, "why", jane, "--reveal")
    assert "jane@home.example" in said(capfd, "proposals", "--reveal")


@pytest.mark.usefixtures("ws")
def test_why_tells_each_reason(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "why", "jane@lab.acme.example")
    assert "the same full name in one domain" in out


@pytest.mark.usefixtures("ws")
def test_a_proposal_is_accepted_and_taken_back(capfd: pytest.CaptureFixture[str]) -> None:
    (proposal,) = json.loads(said(capfd, "proposals", "--format", "json"))
    said(capfd, "merge", proposal["one"], proposal["other"], "--reason", "she said so")
    assert "Nobody is in doubt." in said(capfd, "proposals")
    aliases = json.loads(said(capfd, "why", proposal["other"], "--format", "json"))
    assert len(aliases) == 3
    home = json.loads(said(capfd, "why", HOME[1], "--reveal", "--format", "json"))
    identity = next(a["identity"] for a in home if a["address"] == HOME[1])
    said(capfd, "split", proposal["one"], identity)
    assert len(json.loads(said(capfd, "why", HOME[1], "--format", "json"))) == 1


@pytest.mark.usefixtures("ws")
def test_a_name_is_shown_after_an_opt_in_only(capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "opt-in", JANE[1])
    assert "Jane Roe" in said(capfd)
    assert "Sam Poe" not in said(capfd)
    said(capfd, "opt-out", JANE[1])
    assert "Jane Roe" not in said(capfd)


@pytest.mark.usefixtures("ws")
def test_forget(capfd: pytest.CaptureFixture[str]) -> None:
    jane = pseudonym(capfd, JANE[1])
    assert "2 names and addresses" in said(capfd, "forget", JANE[1])
    assert "No commit or tag" in said(capfd, "why", JANE[1], code=2)
    assert "forgotten" in said(capfd, "why", jane, "--reveal")
    assert sum(p["commits"] for p in json.loads(said(capfd, "--format", "json"))) == 5


def test_import_and_affiliate(ws: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (ws / "domain-map").write_text("globex.example Globex\nbroken\n", "utf-8")
    capfd.readouterr()
    assert run(["people", "import", "domain-map"]) == 0
    out, err = capfd.readouterr()
    assert "1 affiliation" in out
    assert "line 2" in err
    assert "Globex" in said(capfd)
    said(capfd, "affiliate", "globex.example", "unknown", "--until", "2020-02-01")
    assert "Globex" not in said(capfd)


@pytest.mark.usefixtures("ws")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["why", "p-000000000000"], "Nobody here"),
        (["why", "Jane Roe"], "names no person"),
        (["forget", "nobody@acme.example"], "No commit or tag"),
        (["merge", "jane@acme.example", "jane@lab.acme.example"], "one person already"),
        (["split", "jane@acme.example", "i-000000000000"], "no identity"),
        (["affiliate", "jane@acme.example", "X", "--since", "soon"], "no day"),
        (["claim", "jane@home.example", "--revoke"], "Nobody claims"),
        (["claim", "jane@home.example", "--proof", "none.sig"], "allowed_signers"),
        (["bot", "sam@nowhere.example"], "No commit"),
        (["nothing"], "no project"),
    ],
)
def test_wrong_questions_get_a_sentence(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert words in said(capfd, *arguments, code=2)
