# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel maturity`: the whole way, on a small workspace with a framework of its own."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from umbel.app import Workspace
from umbel.cli.root import run
from umbel.frameworks import recommend

ROOT = Path(__file__).parent.parent.parent
OURS = """
title = "Our rules"
about = "What we promised"
version = "1"
source = "Acme's handbook"
license = "CC0-1.0"
url = "https://acme.example/rules"
levels = [{ number = 1, title = "Begun" }, { number = 2, title = "Done" }]

[[practices]]
id = "inventory"
title = "We know what we run \\u001b[31m"
question = "Is there an inventory?"
kind = "evidence"
level = 1
petals = ["office"]
next = "Collect"
[[practices.checks]]
indicator = "inventory_coverage"
at_least = 0.5

[[practices]]
id = "mandate"
title = "Somebody may decide"
question = "Is there a mandate?"
kind = "attestation"
claim = "mandate"
level = 1
petals = ["office", "management"]
next = "Ask for it"

[[practices]]
id = "party"
title = "We celebrate"
question = "Is there cake?"
kind = "attestation"
level = 2
petals = ["contributors"]
next = "Bake"
"""
WHO = ("--owner", "cto@acme.example", "--by", "ospo@acme.example")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one project and its own framework; nothing is collected yet."""
    _made(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same workspace, collected once for all."""
    folder = tmp_path_factory.mktemp("once")
    _made(folder)
    assert run(["collect", "-C", str(folder), str(folder / "code"), "-q"]) == 0
    return folder


@pytest.fixture
def collected(once: Path, here: Path) -> Path:
    """The workspace as collected, to write to."""
    shutil.copytree(once, here, dirs_exist_ok=True)
    return here


def _made(folder: Path) -> None:
    (folder / "frameworks").mkdir()
    (folder / "frameworks/ours.toml").write_text(OURS, "utf-8")
    (folder / "umbel.toml").write_text('[[projects]]\nname = "shop"\nmatch = ["shop"]\n')
    (folder / "code/shop").mkdir(parents=True)
    (folder / "code/shop/requirements.txt").write_text("flask==1.0\n")


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capfd.readouterr()
    found = run(["maturity", *arguments])
    out, err = capfd.readouterr()
    assert found == code, out + err
    return out if code in {0, 1} and out else err


def record(capfd: pytest.CaptureFixture[str], *arguments: str) -> Any:
    found: list[dict[str, Any]] = json.loads(said(capfd, *arguments, "--format", "json"))
    return found


def outcomes(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    (found,) = record(capfd, "ours", *arguments)
    return {each["id"]: each["outcome"] for each in found["practices"]}


def test_what_is_answered_moves_the_level(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    assert outcomes(capfd) == {"inventory": "unknown", "mandate": "unknown", "party": "unknown"}
    assert run(["collect", "code", "-q"]) == 0
    told = said(capfd, "ours", "--practices")
    assert "Our rules, as of" in told
    assert "below the first level; next is Begun, held back by 1 practice" in told
    assert "\x1b" not in told
    attested = said(capfd, "attest", "mandate", "--says", "met", *WHO, "--proof", "https://acme.example/m")
    assert "mandate is met, by cto@acme.example, until " in attested
    (found,) = record(capfd, "ours")
    assert found["overall"]["level"]["title"] == "Begun"
    assert (found["overall"]["evidenced"], found["overall"]["attested"]) == (
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
    )
    assert [move["practice"] for move in found["moves"]] == ["ours/party"]
    assert (here / "decisions/attestations.toml").read_text("utf-8").count("[[attestations]]") == 1
    assert outcomes(capfd, "--as-of", "2001-01-01") == {
        "inventory": "unknown",
        "mandate": "unknown",
        "party": "unknown",
    }


def test_an_answer_is_amended_by_a_later_one(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    said(capfd, "attest", "ours/party", "--says", "met", *WHO)
    assert outcomes(capfd)["party"] == "met"
    said(capfd, "attest", "party", "--says", "not-applicable", "--reason", "no oven", *WHO)
    assert outcomes(capfd)["party"] == "not-applicable"
    assert (here / "decisions/attestations.toml").read_text("utf-8").count("[[attestations]]") == 2


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", "2026-04-01", "2026-01-01"), "umbel maturity diff 2026-01-01 2026-04-01"),
        (
            ("attest", "brand", "--says", "met", "--grade", "3", *WHO),
            "No framework with grades asks for brand",
        ),
        (("attest", "finos-osmm/choice", "--says", "met", "--grade", "2", *WHO), "Grade 2 isn't 'met'"),
        (("attest", "finos-osmm/choice", "--says", "met", "--grade", "6", *WHO), "There is no grade 6"),
        (("attest", "mandat", "--says", "met", *WHO), "Did you mean mandate"),
        (("attest", "party", "--says", "not-applicable", *WHO), "say why it doesn't"),
        (("attest", "party", "--says", "met", "--until", "soon", *WHO), "'soon' is no day"),
        (("ourz",), "Did you mean ours?"),
        (("why", "ours/partie"), "Did you mean ours/party"),
        (("why", "inventory2"), "There is no practice"),
        (("ours", "--over", "quarter", "--all"), "--over goes with one framework alone"),
        (("--all", "--svg", "x.svg"), "name it"),
        (("diff", "yesterday"), "is no day"),
        (("ask", "--as-of", "2026-01-01", "--framework", "ours"), "An answer is of today"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert words in said(capfd, *arguments, code=2)


@pytest.mark.usefixtures("collected")
def test_a_practice_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "attest", "ours/party", "--says", "met", *WHO)
    assert "written down: by ospo@acme.example, on 20" in said(capfd, "why", "ours/party")
    told = said(capfd, "why", "ours/inventory")
    assert "inventory_coverage: " in told
    assert "Is there an inventory?" in told
    (found,) = record(capfd, "why", "ours/mandate")
    assert "flower/office-mandate" in found["also"]
    assert found["proof"]
    assert (found["outcome"], found["claim"]) == ("unknown", "mandate")


def interview(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lines: str, *arguments: str
) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    return said(capfd, "ask", "--framework", "ours", *arguments)


def test_the_interview_asks_what_evidence_cannot_answer(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = interview(capfd, monkeypatch, "what\nm\nospo@acme.example\n\nthe letter\nu\ncook@acme.example\n")
    assert told.index("1 of 2. Has management given somebody a written mandate") < told.index(
        "2 of 2. Is there cake?"
    )
    assert "Answer by one of these letters." in told
    assert "2 answers written down." in told
    assert outcomes(capfd) == {"inventory": "unknown", "mandate": "met", "party": "unmet"}
    (found,) = record(capfd, "ours")
    owners = {each["id"]: each["attestation"]["owner"] for each in found["practices"] if each["attestation"]}
    assert owners == {"mandate": "ospo@acme.example", "party": "cook@acme.example"}
    assert "No question is open" in interview(capfd, monkeypatch, "")


def test_the_interview_can_be_left_at_any_point(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    assert "0 answers written down" in interview(capfd, monkeypatch, "s\nq\n")
    assert "0 answers written down" in interview(capfd, monkeypatch, "m\n", "--by", "ospo@acme.example")
    assert "0 answers written down" in interview(capfd, monkeypatch, "")
    assert not (here / "decisions/attestations.toml").exists()
    listed = record(capfd, "ask", "--framework", "ours", "--list")
    assert [each["claim"] for each in listed] == ["mandate", "ours/party"]
    assert len(record(capfd, "ask", "--framework", "ours", "--limit", "1", "--list")) == 1


@pytest.mark.usefixtures("collected")
def test_two_days_are_compared_and_quarters_are_lined_up(capfd: pytest.CaptureFixture[str]) -> None:
    told = said(capfd, "diff", "2001-01-01", "--framework", "ours")
    assert re.search(r"\(inventory\): unknown, now met\n +then: .*\n +now: ", told)
    assert "0 % of its weight was met, 33 % is now; 1 better, 0 worse." in told
    points = record(capfd, "ours", "--over", "quarter", "--points", "3")
    assert [each["met"] for each in points] == [0, 0, 1]
    assert "share met" in said(capfd, "ours", "--over", "year", "--points", "2")


def test_the_picture_can_be_read_without_eyes(capfd: pytest.CaptureFixture[str], collected: Path) -> None:
    said(capfd, "ours", "--svg", "ours.svg")
    text = (collected / "ours.svg").read_text("utf-8")
    svg = fromstring(text)
    names = {child.tag.rpartition("}")[2]: child.text for child in svg}
    assert "Our rules" in str(names["title"])
    assert "The office: 1 of 2 met, 1 unknown" in str(names["desc"])
    assert "prefers-color-scheme" in text
    assert "href" not in text


@pytest.mark.parametrize(
    "arguments", [("list",), ("-C", ".", "list"), ("--format", "json", "-C", ".", "list"), ("--", "list")]
)
def test_a_command_is_known_wherever_its_options_stand(
    capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert "finos-osmm" in said(capfd, *arguments)


@pytest.mark.parametrize("columns", ["80", "160"])
def test_a_narrow_terminal_breaks_no_word(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    told = re.sub(r"\x1b\[[0-9;]*m", "", said(capfd, "ours"))
    table = told.split("What holds")[0].splitlines()[3:]
    assert max(map(len, table)) <= int(columns)
    assert ("held back by" in table[1]) is (columns == "160")
    assert "Individual" in told
    every = re.sub(r"\x1b\[[0-9;]*m", "", said(capfd, "--all")).splitlines()
    assert max(map(len, every)) <= int(columns)
    assert any(line.split()[0] == "finos-osmm" for line in every if line.strip())


def test_frameworks_are_listed_and_files_checked(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    listed = {each["framework"]: each for each in record(capfd, "list")}
    assert (listed["ours"]["own"], listed["ours"]["practices"], listed["finos-osmm"]["practices"]) == (
        True,
        3,
        72,
    )
    assert "ours.toml is sound: 3 practices." in said(capfd, "check", "frameworks/ours.toml")
    bad = here / "frameworks/bad.toml"
    bad.write_text(OURS.replace("inventory_coverage", "inventory_coverige").replace("Bake", ""), "utf-8")
    faults = said(capfd, "check", str(bad), code=1)
    assert "line 18, practices[1].checks[1]" in faults
    assert "did you mean 'inventory_coverage'?" in faults
    assert "ours" in said(capfd, "list", code=1)
    overlay = here / "frameworks/flower.overlay.toml"
    overlay.write_text('[[disable]]\npractice = "office-mandate"\nreason = "We are the law."\n')
    assert "flower.overlay.toml is sound: an overlay." in said(capfd, "check", str(overlay))


def test_a_word_that_answers_nothing_is_told(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    said(capfd, "attest", "ours/party", "--says", "met", *WHO)
    (here / "frameworks/ours.toml").unlink()
    assert run(["maturity", "list"]) == 0
    assert "No practice stands on ours/party, which somebody attested." in capfd.readouterr().err


def test_an_overlay_is_told_and_can_be_left_out(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    text = '[[disable]]\npractice = "values"\nreason = "Ours are secret."\n'
    (here / "frameworks/todo.overlay.toml").write_text(text)
    told = said(capfd, "todo")
    assert "Ours are secret." in told
    adapted, original = record(capfd, "todo")[0], record(capfd, "todo", "--original")[0]
    assert len(original["practices"]) == len(adapted["practices"]) + 1
    assert original["adapted"] == []


def test_what_to_do_next_goes_over_all_frameworks(capfd: pytest.CaptureFixture[str]) -> None:
    said(capfd, "attest", "mandate", "--says", "unmet", *WHO)
    found = record(capfd, "next")
    moves = [each for each in found if each["kind"] == "move"]
    mandate = next(each for each in moves if "flower/office-mandate" in each["answers"])
    assert "ours/mandate" in mandate["answers"]
    assert "do" in said(capfd, "next", "--framework", "ours", "--limit", "2")
    every = record(capfd, "--all")
    assert every[0]["framework"] == "flower"
    assert len(every) >= 10
    assert [each["level"] for each in every if each["framework"] == "todo"] == [None]


def test_the_examples_of_the_how_to_are_sound(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    page = (ROOT / "docs/how-to/adapt-a-framework.md").read_text("utf-8")
    overlay, own, scenario = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    folder = here / "frameworks"
    (folder / "flower.overlay.toml").write_text(overlay, "utf-8")
    (folder / "our-rules.toml").write_text(own, "utf-8")
    (folder / "recommendations.toml").write_text(scenario, "utf-8")
    said(capfd, "check", str(folder / "flower.overlay.toml"), str(folder / "our-rules.toml"))
    library = Workspace(here).frameworks()
    assert library.broken == {}
    known = {f"{each.id}/{one.id}" for each in library.frameworks.values() for one in each.practices}
    (ours,) = (each for each in recommend.scenarios(folder) if each.id == "our-scenario")
    assert recommend.unknown_names([ours], known) == {}
