# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Frameworks of files: a workspace's own, its overlays, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.frameworks import made
from umbel.frameworks import claims, loading
from umbel.frameworks.assess import assess
from umbel.frameworks.checking import Names
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = Names(
    indicators={"inventory_coverage": "share", "advisories_fresh": "days"},
    claims={"mandate"},
    templates={"strategy"},
    petals={"office", "legal"},
)
HEAD = 'title = "Ours"\nabout = "a"\nversion = "1"\nsource = "s"\nlicense = "l"\nurl = "u"\n'
LEVEL = '[[levels]]\nnumber = 1\ntitle = "One"\n'
ONE = '[[practices]]\nid = "one"\ntitle = "One"\nquestion = "Is it so?"\nlevel = 1\nkind = "attestation"\n'
SEEN = ONE.replace("attestation", "evidence")
CHECK = '[[practices.checks]]\nindicator = "inventory_coverage"\nat_least = 0.8\n'
GRADED = 'grades = ["no", "some", "all"]\nmet_at = 2\n'


def _read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(text, "utf-8")
    loading.read(path, NAMES)


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    _read(
        tmp_path,
        HEAD
        + GRADED
        + LEVEL
        + SEEN
        + 'petals = ["legal"]\nclaim = "mandate"\ntemplate = "strategy"\n'
        + CHECK
        + "steps = [0.5, 0.8]\n",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + LEVEL, "there are none: write [[practices]]"),
        (HEAD + LEVEL + ONE + ONE, "line 17, practices[2].id: 'one' is used twice"),
        (HEAD + LEVEL + ONE.replace("level = 1", "level = 2"), "line 14, practices[1].level: is 2; there are 1"),
        (HEAD + LEVEL + ONE + 'petals = ["ofice"]\n', "'ofice' isn't known; did you mean 'office'?"),
        (HEAD + LEVEL + ONE + 'claim = "mandat"\n', "did you mean 'mandate'?"),
        (HEAD + LEVEL + ONE + 'template = "strateg"\n', "did you mean 'strategy'?"),
        (HEAD + LEVEL + ONE + CHECK, "are of evidence"),
        (HEAD + LEVEL + SEEN, "needs at least one of [[practices.checks]]"),
        (HEAD + LEVEL + SEEN + CHECK.replace("inventory", "inventary"), "line 16, practices[1].checks[1]: inventary_coverage: there is no such indicator; did you mean 'inventory_coverage'?"),
        (HEAD + LEVEL + SEEN + CHECK.replace("0.8", "80"), "is a share from 0 to 1"),
        (HEAD + LEVEL + SEEN + CHECK + "at_most = 1\n", "needs one of at_least and at_most"),
        (HEAD + LEVEL + SEEN + CHECK + "steps = [0.5, 0.8]\n", "steps are of a framework with grades"),
        (HEAD + GRADED + LEVEL + SEEN + CHECK + "steps = [0.5]\n", "needs 2 steps"),
        (HEAD + GRADED + LEVEL + SEEN + CHECK + "steps = [0.9, 0.8]\n", "steps must rise"),
        (HEAD + GRADED + LEVEL + SEEN + CHECK + "steps = [0.5, 0.7]\n", "the grade from which it is met: 0.7"),
        (HEAD + 'grades = ["no", "yes"]\nmet_at = 2\n' + LEVEL + ONE, "1 to 1"),
        (HEAD + LEVEL + SEEN + CHECK + "coverage = 80\n", "coverage must be a share"),
        (HEAD + LEVEL + SEEN + CHECK + "fresh = 0\n", "fresh must be days"),
        (HEAD + LEVEL + SEEN + CHECK.replace("0.8", "nan"), "a threshold must be a number"),
        (HEAD + LEVEL + LEVEL + ONE, "is 1 after 1"),
        (HEAD + LEVEL + ONE + "weight = 0\n", "must be above 0"),
        (HEAD + LEVEL + ONE + 'dimension = "x"\n', "there are none"),
        (HEAD + LEVEL + '[[dimensions]]\nid = "x"\ntitle = "X"\n' + ONE, "'' isn't known"),
        (HEAD + 'overall = "first"\n' + LEVEL + ONE, "no dimension has levels"),
        (HEAD + "need = 0\n" + LEVEL + ONE, "must be a share above 0"),
        (HEAD + "own = true\n" + LEVEL + ONE, "is told by Umbel"),
        ('id = "theirs"\n' + HEAD + LEVEL + ONE, "the file's name says 'ours'"),
        (HEAD + LEVEL + ONE.replace('"one"', '"One!"'), "small letters, digits and dashes"),
        (HEAD + LEVEL + ONE + "expires = 0\n", "1 to 120 months"),
        (HEAD + LEVEL + ONE.replace("kind", "kinds"), "did you mean 'kind'?"),
        ("x = [", "the file: Invalid value"),
    ],
)  # fmt: skip
def test_each_fault_has_its_place_and_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _read(tmp_path, text)
    assert words in str(caught.value)
    assert "ours.toml has" in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        _read(
            tmp_path,
            "need = 2\n"
            + HEAD
            + LEVEL
            + ONE
            + ONE.replace('"Is it so?"', '""')
            + SEEN.replace("level = 1", 'level = "1"'),
        )
    assert len(caught.value.faults) == 4
    assert [fault.place.split(",")[0] for fault in caught.value.faults] == [
        "line 1",
        "line 18",
        "line 20",
        "line 27",
    ]


def _workspace(folder: Path, **files: str) -> loading.Library:
    (folder / loading.FOLDER).mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / loading.FOLDER / name.replace("__", ".")).write_text(text, "utf-8")
    return loading.library(folder, {"inventory_coverage": "share"})


def test_an_own_framework_stands_beside_ours_and_a_broken_one_costs_only_itself(tmp_path: Path) -> None:
    found = _workspace(tmp_path, ours__toml=HEAD + LEVEL + ONE, bad__toml=HEAD, todo__toml=HEAD + LEVEL + ONE)
    assert found.get("ours").own
    assert found.usable[0] == loading.DEFAULT
    assert "ours" in found.usable
    assert set(found.broken) == {"bad", "todo"}
    assert "has the name of a shipped framework" in str(found.broken["todo"])
    with pytest.raises(SettingsError, match=r"write \[\[practices\]\]"):
        found.get("bad")
    with pytest.raises(UsageError, match=r"There is no framework 'flowr'\. Did you mean flower"):
        found.get("flowr")
    assert not found.get("todo", original=True).own


def test_own_claims_are_shared_by_own_frameworks(tmp_path: Path) -> None:
    own = '[[claims]]\nid = "ours"\nquestion = "Is it ours?"\nproof = "A page"\nexpires = 3\n'
    found = _workspace(tmp_path, claims__toml=own, ours__toml=HEAD + LEVEL + ONE + 'claim = "ours"\n')
    assert found.broken == {}
    assert found.claims["ours"].expires == 3
    taken = own.replace('"ours"', '"mandate"').replace("3", "0")
    with pytest.raises(SettingsError, match="comes with Umbel"):
        claims.of(_file(tmp_path, taken).parent)


def _file(folder: Path, text: str) -> Path:
    path = folder / claims.OWN
    path.write_text(text, "utf-8")
    return path


# ---- overlays

OVERLAY = """
[[disable]]
practice = "office-mandate"
reason = "Our mandate is the law."
[[reword]]
practice = "legal-policy"
title = "The rules of the ministry are in force"
reason = "We call them so."
[[weigh]]
practice = "legal-policy"
weight = 3
reason = "Nothing matters more here."
[[change]]
practice = "office-inventory"
checks = [{ indicator = "inventory_coverage", at_least = 0.7 }]
reason = "Our board asks for more."
[[rename]]
petal = "ecosystem"
title = "The commons"
reason = "Our word for it."
[[split]]
petal = "business"
reason = "Two houses."
[[split.into]]
id = "ships"
title = "Ships"
[[split.into]]
id = "trains"
title = "Trains"
practices = ["business-products", "todo/sbom-process"]
[[add]]
reason = "We promised it."
[add.practice]
id = "our-own"
title = "Ours"
question = "Do we keep the promise?"
kind = "attestation"
level = 1
dimension = "office"
petals = ["trains"]
"""


def test_an_overlay_adapts_ours_with_its_reasons_and_the_original_stays(tmp_path: Path) -> None:
    library = _workspace(tmp_path, flower__overlay__toml=OVERLAY)
    assert library.broken == {}
    flower, original = library.get("flower"), library.get("flower", original=True)
    ids = {each.id: each for each in flower.practices}
    assert "office-mandate" not in ids
    assert ids["our-own"].petals == ("trains",)
    assert (ids["legal-policy"].title, ids["legal-policy"].weight) == (
        "The rules of the ministry are in force",
        3,
    )
    assert ids["business-products"].petals[0] == "trains"
    assert [part.title for part in flower.petals][-3:] == ["Ships", "Trains", "The commons"]
    assert [check.at_least for check in ids["office-inventory"].checks] == [0.7]
    assert any(
        "inventory_coverage at least 0.7 instead of inventory_coverage at least 0.5" in told
        for told in flower.overlaid
    )
    assert len(original.practices) == len(flower.practices)
    assert original.overlaid == ()
    assert any("Our mandate is the law." in told for told in flower.overlaid)
    found = assess(flower, made.facts())
    assert found.adapted == flower.overlaid
    assert [each.id for each in found.petals][-3:] == ["ships", "trains", "ecosystem"]


def test_a_split_petal_is_split_in_every_framework_that_serves_it(tmp_path: Path) -> None:
    library = _workspace(tmp_path, flower__overlay__toml=OVERLAY)
    for name in library.usable:
        framework = library.get(name)
        known = {part.id for part in framework.petals or library.petals()}
        assert {petal for each in framework.practices for petal in each.petals} <= known
    assert "business" not in {part.id for part in library.petals()}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"office-mandate"', '"office-mandat"', "line 3, disable[1].practice: 'office-mandat' isn't known; did you mean 'office-mandate'?"),
        ('reason = "Our mandate is the law."', 'reason = " "', "is empty: say why"),
        ('reason = "Our mandate is the law."', "", "needs 'reason'"),
        ("weight = 3", "weight = 0", "must be above 0"),
        ('practice = "office-inventory"', 'practice = "office-mandate"', "change[1].checks: are of evidence"),
        ("at_least = 0.7", "at_least = 70", "is a share from 0 to 1"),
        ('"inventory_coverage"', '"inventory_coverige"', "there is no such indicator; did you mean"),
        ('petal = "ecosystem"', 'petal = "ecosistem"', "did you mean 'ecosystem'?"),
        ('petal = "ecosystem"\n', "", "needs one of petal and dimension"),
        ('petal = "business"', 'petal = "busy"', "'busy' is no petal"),
        ('id = "trains"', 'id = "ships"', "'ships' is used twice"),
        ('id = "our-own"', 'id = "legal-policy"', "'legal-policy' is used twice"),
        ('"todo/sbom-process"', '"todo/sbom-proces"', "split[1].into[2].practices: 'todo/sbom-proces' isn't known; did you mean"),
        ('petals = ["trains"]', 'petals = ["train"]', "did you mean 'trains'?"),
        ('title = "The rules of the ministry are in force"\n', "", "changes nothing"),
        ("level = 1", "level = 9", "is 9; there are"),
        (OVERLAY, "", "changes nothing: write one of"),
    ],
)  # fmt: skip
def test_an_overlay_that_fits_nothing_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in OVERLAY
    library = _workspace(tmp_path, flower__overlay__toml=OVERLAY.replace(old, new, 1))
    assert words in str(library.broken["flower"])
    assert "flower" not in library.usable
    assert library.get("flower", original=True).practices
    assert library.get("todo").practices


def test_an_overlay_of_nothing_is_told(tmp_path: Path) -> None:
    library = _workspace(tmp_path, flour__overlay__toml=OVERLAY)
    assert "adapts no framework" in str(library.broken["flour.overlay.toml"])
