# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The word of product owners: pages out, answers back, hostile ones harmless."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategy.strategic import DAY, FLASK, LEFT_PAD, SHOP, SITE, TILL, ranked
from umbel.model.errors import UsageError
from umbel.model.settings import Product
from umbel.policy import files
from umbel.reports.owners_form import page
from umbel.strategy import owners, owners_forms
from umbel.strategy.mapping.model import model
from umbel.strategy.owners import Answer, Answers, coordinator
from umbel.strategy.owners_sheet import FORM, Sheet, code, markdown, sheets

LISTED = [ranked(), ranked(LEFT_PAD, 3, packages=("pkg:npm/left-pad",), products=("Shop",))]
PRODUCTS = ("Shop", "Till", "Site")


def answer(**more: Any) -> Answer:
    given: dict[str, Any] = {
        "project": FLASK, "product": "Shop", "by": "shop@acme.example", "decided": DAY, "without": "no",
    }  # fmt: skip
    return Answer(**(given | more))


def form(*rows: dict[str, Any], **more: Any) -> str:
    return json.dumps(
        {"form": FORM, "by": "shop@acme.example", "day": "2026-03-01", "answer": list(rows)} | more
    )


def read(text: str, name: str = "a.json") -> owners_forms.Read:
    return owners_forms.parse(text, Path(name), PRODUCTS, DAY)


def sheet() -> Sheet:
    return sheets(LISTED, [SHOP, TILL, SITE], Answers(), DAY)[0]


# ---- pages


def test_each_owner_gets_one_page_of_what_their_products_stand_on() -> None:
    other = Product(name="Kiosk", owner=SHOP.owner, projects=("kiosk",))
    listed = [*LISTED, ranked("github.com/a/b", products=("Kiosk", "Site"))]
    made = sheets(listed, [SHOP, other, TILL, SITE], Answers((answer(),)), DAY)
    assert [(each.owner, each.products) for each in made] == [
        ("shop@acme.example", ("Shop", "Kiosk")), ("till@acme.example", ("Till",)), (None, ("Site",)),
    ]  # fmt: skip
    assert [(each.project, each.product) for each in made[0].candidates] == [
        (FLASK, "Shop"), (LEFT_PAD, "Shop"), ("github.com/a/b", "Kiosk"),
    ]  # fmt: skip
    first = made[0].candidates[0]
    assert first.used_for == ("Two products are built on it.",)
    assert first.sure == "86 % of what the score stands on is known; not known: who plugs into it"
    assert first.before == "2026-03-01, shop@acme.example: Shop: could not be delivered without it"
    assert len({each.stem for each in made}) == 3
    assert sheets([], [SHOP], Answers(), DAY) == []


def test_names_of_files_are_tame_and_apart() -> None:
    stems = {
        Sheet(owner=owner, products=("x",), day=DAY, candidates=()).stem
        for owner in (
            "../../etc/passwd",
            "..\\x",
            "con\x00",
            "ann@a.example",
            "ann@a-example",
            "\u202e",
            "a" * 999,
        )
    }
    assert len(stems) == 7
    assert all(stem.replace("-", "").isalnum() and len(stem) <= 65 for stem in stems)


def test_markdown_that_was_filled_in_comes_back() -> None:
    text = markdown(sheet())
    filled = text.replace("(yes, with effort, no, unknown):", "(yes, with effort, no, unknown): No.", 1)
    filled = filled.replace("What would replace it?**:", "What would replace it?**: Quart,\nor our own.", 1)
    filled = filled.replace("(with commas between):", "(with commas between): routing, json", 1)
    filled = filled.replace("in the score):", "in the score): 8,5", 1).replace(
        "**Why?**:", "**Why?**: `API`", 1
    )
    found = read(filled, "a.md")
    assert found.faults == ()
    assert found.answers == (
        answer(replacement="Quart,\nor our own.", areas=("routing", "json"), dependency=8.5, reason="`API`"),
    )
    assert found.blank == 1
    assert read(text, "a.md").answers == ()


def test_faults_of_markdown_name_the_line_and_cost_only_their_answer() -> None:
    text = markdown(sheet())
    first, _, second = text.partition("## 2.")
    first = first.replace("unknown):", "unknown): perhaps").replace("in the score):", "in the score): 99")
    found = read(first + "## 2." + second.replace("unknown):", "unknown): yes"), "a.md")
    lines = {fault.place.partition(",")[0]: fault.message for fault in found.faults}
    wanted = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("- **")][4:]
    assert lines.keys() == {f"line {wanted[0]}", f"line {wanted[3]}"}
    assert "must be one of yes, with effort, no, unknown" in lines[f"line {wanted[0]}"]
    assert [(each.project, each.without) for each in found.answers] == [(LEFT_PAD, "yes")]


def test_what_the_browser_saves_comes_back_and_twice_counts_once(tmp_path: Path) -> None:
    found = read(
        form({"project": FLASK, "product": "Shop", "without": "no"}, {"project": LEFT_PAD, "product": "Shop"})
    )
    assert (found.answers, found.blank, found.faults) == ((answer(),), 1, ())
    assert owners.keep(tmp_path, found.answers) == 1
    assert owners.keep(tmp_path, found.answers) == 0
    assert owners.load(tmp_path).every == found.answers
    assert owners.load(tmp_path, date(2026, 2, 28)).every == ()


def test_answers_are_kept_in_one_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    replace = files.replace

    def counted(path: Path, content: bytes) -> None:
        written.append(path)
        replace(path, content)

    monkeypatch.setattr(files, "replace", counted)
    said = [answer(project=f"github.com/a/b{number}") for number in range(30)]
    assert owners.keep(tmp_path, [*said, *said]) == 30
    assert len(written) == 1
    assert owners.load(tmp_path).every == tuple(said)


def test_what_was_not_answered_is_not_told_as_unknown_to_the_owner() -> None:
    assert "not answered whether" in answer(without=None, reason="x").sentence
    assert "nobody can say" in answer(without="unknown").sentence


def test_who_could_do_without_it_needs_it_by_no_figure() -> None:
    assert not answer(without="yes", dependency=1.0, reason="x").needs_it
    assert answer(without=None, dependency=1.0, reason="x").needs_it


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("{", "a.json", "is no JSON"),
        ("[1]", "a.json", "must be an object"),
        ("[" * 100_000, "a.json", "is no JSON"),
        ("{}", "a.json", "needs 'form'"),
        (form({"project": FLASK, "product": "Shop"}, form="other 2"), "a.json", "must be 'umbel owners 1'"),
        (form(day="2027-01-01"), "a.json", "lies after 2026-03-01"),
        (form(day="soon"), "a.json", "must be a date"),
        (form(by="a\nb"), "a.json", "in one line who answers"),
        (form({"project": "a b", "product": "Shop", "without": "no"}), "a.json", "must be a project's name"),
        (form({"project": FLASK, "product": "Shop", "dependency": 8}), "a.json", "so it needs a reason"),
        (form({"project": FLASK, "product": "Shop", "areas": ["x"] * 31}), "a.json", "30 of 300"),
        (form({"project": FLASK, "product": "Shop", "reason": "x" * 2001}), "a.json", "2,000 are allowed"),
        (form({"project": FLASK, "product": "Shop", "__proto__": {}}), "a.json", "is not known"),
        (form(*[{}] * 70_000), "a.json", "500 are allowed"),
        # A name that looks like the place of an answer costs the form, and never the reader.
        (form({"project": FLASK, "product": "Shop"}, **{"answer[1]": 1}), "a.json", "is not known"),
        (form({"project": FLASK, "product": "Shop", "dependency": 10**4000}), "a.json", "between 1 and 10"),
        (form(answer={"1": {}}), "a.json", "must be a list"),
        ("# Nothing\n", "a.md", "needs 'form'"),
    ],
)
def test_bad_forms_are_told_and_give_nothing(text: str, name: str, words: str) -> None:
    found = read(text, name)
    assert found.answers == ()
    assert words in " | ".join(map(str, found.faults))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no form"):
        owners_forms.read(tmp_path / "a.exe", PRODUCTS, DAY)
    with pytest.raises(UsageError, match="can't be read"):
        owners_forms.read(tmp_path / "a.json", PRODUCTS, DAY)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    assert owners_forms.read(tmp_path / "b.json", PRODUCTS, DAY).faults[0].message == "is no UTF-8 text"


@given(st.text(max_size=300), st.sampled_from(["a.md", "a.json"]))
def test_no_text_breaks_the_reader(text: str, name: str) -> None:
    assert read(text, name).answers == ()


@given(
    replacement=st.text(max_size=80),
    areas=st.lists(st.text(max_size=20), max_size=4),
    reason=st.text(max_size=80),
)
def test_whatever_is_answered_can_be_kept(
    tmp_path_factory: pytest.TempPathFactory, replacement: str, areas: list[str], reason: str
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    row = {"project": FLASK, "product": "Shop", "without": "yes", "replacement": replacement, "areas": areas}
    found = read(form(row | {"reason": reason}))
    assert len(found.answers) == 1
    owners.keep(folder, found.answers)
    assert owners.load(folder).every == found.answers
    assert all(each.isprintable() for area in found.answers[0].areas for each in area)


# ---- the page for a browser


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def test_the_page_loads_nothing_and_hostile_names_stay_text() -> None:
    evil = Product(name=HOSTILE, owner=HOSTILE, projects=("x",))
    one = ranked(products=(HOSTILE,), packages=(HOSTILE,), find_out=(HOSTILE,))
    (made,) = sheets([one], [evil], Answers(), DAY)
    seen = _Seen()
    seen.feed(page(made))
    tags = [tag for tag, _ in seen.tags]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert not any(
        name.startswith("on") or name in {"src", "href", "action"} for _, a in seen.tags for name in a
    )
    assert next(a["data-product"] for _, a in seen.tags if "data-product" in a) == HOSTILE
    outside_code = re.sub(r"`[^`]*`", "", markdown(made))
    assert not re.search(r"(?<!\\)<(?!!--)", outside_code)


def test_every_field_of_the_page_has_a_label() -> None:
    seen = _Seen()
    seen.feed(page(sheet()))
    fields = [a for tag, a in seen.tags if tag in {"input", "textarea"}]
    labels = {a.get("for") for tag, a in seen.tags if tag == "label"}
    ids = [a["id"] for a in fields if "id" in a]
    assert len(ids) == len(set(ids)) == 9
    assert set(ids) <= labels
    assert all(a.get("type") == "radio" for a in fields if "id" not in a)
    assert sum(tag == "legend" for tag, _ in seen.tags) == sum(tag == "fieldset" for tag, _ in seen.tags) == 4


def test_names_are_compared_as_the_form_writes_them() -> None:
    assert code("a`b\nc") == "`a b c`"


# ---- who speaks for it


def test_the_department_whose_products_weigh_most_coordinates() -> None:
    weigh, declared = model().reach.of, (SHOP, TILL, SITE)
    found = coordinator(FLASK, ("Shop", "Till", "Site"), Answers(), declared, weigh)
    assert found is not None
    assert (found.department, found.weights) == ("Tills", {"Retail": 5.0, "Tills": 8.0})
    assert found.reason == "Till of Tills weighs 8 of 13 by criticality; next is Retail with 5"
    assert coordinator(FLASK, ("Shop", "Site"), Answers(), declared, weigh) is None
    even = coordinator(FLASK, ("Shop", "Till"), Answers(), declared, lambda _: 1.0)
    assert even is not None
    assert (
        even.reason
        == "Shop of Retail weighs 1 of 2 by criticality, as much as those of Tills: chosen by name"
    )


def test_owners_words_take_products_in_and_out() -> None:
    weigh, declared = model().reach.of, (SHOP, TILL, SITE)
    gone = Answers((answer(product="Till", without="yes"),))
    assert coordinator(FLASK, ("Shop", "Till"), gone, declared, weigh) is None
    came = Answers((answer(product="Till", without="no"),))
    found = coordinator(FLASK, ("Shop",), came, declared, weigh)
    assert found is not None
    assert found.department == "Tills"


def test_the_newest_word_counts_and_the_highest_figure() -> None:
    said = Answers(
        (
            answer(dependency=9, reason="then", decided=date(2026, 1, 1)),
            answer(dependency=4, reason="now"),
            answer(product="Till", dependency=6, reason="tills"),
        )
    )
    assert [each.reason for each in said.answers(FLASK)] == ["now", "tills"]
    assert said.opinions()[FLASK].value == 6
    assert said.answers(LEFT_PAD) == []
