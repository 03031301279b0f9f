# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel document` in a real workspace: what is listed, where it is written, what isn't written over."""

from __future__ import annotations

import json
import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from umbel.app import Workspace, moment, reviewed
from umbel.app.decided import decided
from umbel.app.offering import About, offered, offers
from umbel.cli.root import run
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

DECISIONS = {
    "exceptions.toml": '[[exceptions]]\nrule = "license-denied"\npackage = "pkg:npm/x"\nreason = "a tool"\nby = "ospo@acme.example"\n'
    "decided = 2026-07-10\nuntil = 2026-11-01\n",
    "strategy.toml": '[[stance]]\nproject = "github.com/acme/shop"\nstance = "contribute"\nby = "ospo@acme.example"\n'
    'decided = 2026-08-01\nreason = "we stand on it"\n',
    "people.toml": '[[opt_in]]\naddress = "dev@acme.example"\ndecided = 2026-08-02\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace without evidence, in which people decided something."""
    (tmp_path / "umbel.toml").write_text('[organisation]\nname = "Acme"\n', "utf-8")
    (tmp_path / "decisions").mkdir()
    for name, text in DECISIONS.items():
        if name != "people.toml":
            (tmp_path / "decisions" / name).write_text(text, "utf-8")
    return tmp_path


def test_documents_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["document", "-C", str(folder), "--format", "json"]) == 0
    told = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert {"quarterly-review", "executive-page"} <= set(told)
    assert all(each["title"] and each["about"] for each in told.values())


def test_a_review_of_nothing_is_written_in_each_format(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("review.pdf", "review.html", "review.md"):
        assert (
            run(
                [
                    "document",
                    "quarterly-review",
                    "-C",
                    str(folder),
                    "--as-of",
                    "2026-09-30",
                    "-o",
                    str(folder / name),
                ]
            )
            == 0
        )
        assert capsys.readouterr().out.strip().endswith(name)
    assert (folder / "review.pdf").read_bytes().startswith(b"%PDF")
    made = (folder / "review.md").read_text("utf-8")
    assert made.startswith("# Quarterly review: Q3 2026\n")
    assert "github.com/acme/shop" in made
    assert "pkg:npm/x" in made
    assert "None" not in made


def test_a_file_that_people_may_have_edited_is_left_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = folder / "mine.md"
    kept.write_text("my own words\n", "utf-8")
    asked = ["document", "executive-page", "-C", str(folder), "--as-of", "2026-09-30", "-o", str(kept)]
    assert run(asked) == 2
    assert "is there already" in capsys.readouterr().err
    assert kept.read_text("utf-8") == "my own words\n"
    assert run([*asked, "--replace"]) == 0
    assert kept.read_text("utf-8").startswith("# Open source on one page\n")


def test_what_cant_be_is_refused_in_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for asked, said in (
        (["nothing"], "There is no document 'nothing'."),
        (["executive-page", "-o", "x.docx"], "What is a .docx file?"),
        (["executive-page", "--format", "table"], "A document is no table."),
        (["executive-page", "--product", "Shop"], "There is no product 'Shop'."),
    ):
        assert run(["document", *asked, "-C", str(folder)]) == 2
        assert said in capsys.readouterr().err


def test_markdown_goes_to_the_standard_output(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["document", "executive-page", "-C", str(folder), "--as-of", "2026-09-30", "-f", "md", "-o", "-"]
    assert run(asked) == 0
    assert capfd.readouterr().out.startswith("# Open source on one page\n")


def test_decisions_about_persons_are_not_told(folder: Path) -> None:
    (folder / "decisions" / "people.toml").write_text(DECISIONS["people.toml"], "utf-8")
    found = decided(folder, date(2026, 7, 1), date(2026, 9, 30))
    assert [(each.kind, each.about, each.what) for each in found] == [
        ("exception", "pkg:npm/x", "license-denied, until 2026-11-01"),
        ("stance", "github.com/acme/shop", "contribute"),
    ]
    assert decided(folder, date(2026, 8, 1), date(2026, 8, 1))[0].kind == "stance"
    (folder / "decisions" / "strategy.toml").write_text("[[stance\n", "utf-8")
    with pytest.raises(UsageError, match=r"strategy\.toml"):
        decided(folder, date(2026, 7, 1), date(2026, 9, 30))


def test_facts_are_kept_until_something_changes(folder: Path) -> None:
    here, day = Workspace(folder), moment("2026-09-30")
    first = here.review_facts(day)
    (kept,) = (folder / reviewed.FOLDER).iterdir()
    assert here.review_facts(day) == first
    assert here.written_document("executive-page", "md", day).startswith(b"# Open source on one page")
    kept.write_bytes(b"damaged")
    assert here.review_facts(day) == first
    (folder / "decisions" / "strategy.toml").unlink()
    assert here.review_facts(day).taken != first.taken


def test_a_private_document_can_be_read_by_its_owner_alone(folder: Path) -> None:
    there = {about.name for about in Workspace(folder).documents_there()}
    if "stakeholder-map" not in there:
        pytest.skip("no private document is offered")
    made = folder / "map.pdf"
    assert run(["document", "stakeholder-map", "-C", str(folder), "-o", str(made)]) == 0
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_two_offers_of_one_name_are_a_mistake() -> None:
    class Twice:
        @offers(About("a", "A", "one"))
        def first(self) -> None: ...

        @offers(About("a", "A", "two"))
        def second(self) -> None: ...

    with pytest.raises(ValueError, match="two methods offer"):
        list(offered(Twice))
