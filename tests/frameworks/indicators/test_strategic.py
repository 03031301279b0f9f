# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The projects that business depends on: named, confirmed, decided about, planned for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.frameworks.indicators.house import NOW, Told, one
from tests.strategy.strategic import FLASK, LEFT_PAD, ranked
from tests.strategy.test_contributions import planned
from umbel.frameworks.indicators import definition
from umbel.strategy import contributions
from umbel.strategy.interface import Mapped, Opinion, Stance
from umbel.strategy.opinions import Decided, decide, say

OTHER, SMALL = "github.com/x/other", "github.com/x/small"
LISTED = [
    ranked(FLASK, risk=0.7),
    ranked(LEFT_PAD, risk=0.2),
    ranked(OTHER, risk=None),
    ranked(SMALL, strategic=5.4, risk=0.9),
    ranked("github.com/x/dim", strategic=None),
]
STRATEGIC = (
    "strategic_confirmed", "strategic_stances", "fragile_without_stance", "fragile_known", "control_known",
    "single_vendor", "license_change_watched", "projects_to_contribute", "strategic_examined",
)  # fmt: skip


def decided(project: str, **more: object) -> Decided:
    given = {
        "project": project, "stance": "contribute", "by": "office", "decided": date(2026, 1, 1), "reason": "we need it",
    }  # fmt: skip
    return Decided(**(given | more))  # type: ignore[arg-type]


def test_named_are_those_above_the_line_with_a_verdict(tmp_path: Path) -> None:
    found = one(Told(tmp_path, ranked=LISTED), "strategic_named")
    assert (found.value, found.coverage) == (3, 0.8)
    assert one(Told(tmp_path), "strategic_named").value is None
    dim = [ranked("github.com/x/dim", strategic=None)]
    assert one(Told(tmp_path, ranked=dim), "strategic_named").value is None, "no verdict at all is no zero"


def test_fragile_ones_count_until_somebody_decides(tmp_path: Path) -> None:
    known = Told(tmp_path, ranked=LISTED)
    found = one(known, "fragile_without_stance")
    assert found.value == 1
    assert found.coverage == pytest.approx(2 / 3)
    assert found.evidence["projects"] == [FLASK]
    found = one(known, "fragile_known")
    assert (found.numerator, found.denominator) == (2, 3)
    decide(tmp_path, decided(FLASK, decided=date(2026, 3, 2)))
    assert one(Told(tmp_path, ranked=LISTED), "fragile_without_stance").value == 1, "not yet on that day"
    decide(tmp_path, decided(FLASK))
    assert one(Told(tmp_path, ranked=LISTED), "fragile_without_stance").value == 0
    blind = [ranked(FLASK, risk=None)]
    assert one(Told(tmp_path, ranked=blind), "fragile_without_stance").value is None


def test_stances_run_out_and_opinions_confirm(tmp_path: Path) -> None:
    decide(tmp_path, decided(FLASK, review=date(2026, 3, 1)))
    decide(tmp_path, decided(LEFT_PAD, review=date(2026, 2, 28), stance="watch"))
    opined = ranked(OTHER, risk=None)
    opinion = Opinion(
        project=OTHER,
        part="dependency",
        value=9,
        by="office",
        decided=date(2026, 1, 1),
        reason="all rests on it",
    )
    say(tmp_path, opinion)
    part = opined.parts["dependency"]
    import msgspec

    opined = msgspec.structs.replace(
        opined, parts={**opined.parts, "dependency": msgspec.structs.replace(part, opinion=opinion)}
    )
    known = Told(tmp_path, ranked=[*LISTED[:2], opined, *LISTED[3:]])
    found = one(known, "strategic_stances")
    assert (found.numerator, found.denominator) == (1, 3), "the day of the review itself still counts"
    assert found.evidence == {"decided": 2, "overdue": 1}
    found = one(known, "strategic_confirmed")
    assert (found.numerator, found.denominator) == (3, 3)
    assert one(known, "projects_to_contribute").value == 1
    undecided = Told(tmp_path, ranked=[ranked(LEFT_PAD), ranked(OTHER)])
    assert one(undecided, "projects_to_contribute").value is None, "the other one may be to contribute to"
    watched = Told(tmp_path, ranked=[ranked(LEFT_PAD)])
    assert one(watched, "projects_to_contribute").value == 0
    assert one(Told(tmp_path / "bare", ranked=LISTED), "projects_to_contribute").value is None, (
        "nobody decided"
    )


def test_plans_for_what_we_mean_to_contribute_to(tmp_path: Path) -> None:
    def with_(project: str, name: str | None) -> object:
        stance = Stance(name=name, reason="", change="")  # type: ignore[arg-type]
        return ranked(project, stance=stance)

    listed = [with_(FLASK, "lead"), with_(LEFT_PAD, "contribute"), with_(OTHER, "watch"), with_(SMALL, None)]
    known = Told(tmp_path, ranked=listed)  # type: ignore[arg-type]
    found = one(known, "contribution_plans")
    assert (found.numerator, found.denominator) == (0, 2)
    assert found.coverage == 0.75, "of one strategic project no stance is known"
    assert one(known, "contribution_on_track").value is None
    contributions.add(tmp_path, planned(), ())
    contributions.add(tmp_path, planned(project=OTHER, review=date(2026, 2, 1)), ())
    known = Told(tmp_path, ranked=listed)  # type: ignore[arg-type]
    assert one(known, "contribution_plans").numerator == 1
    found = one(known, "contribution_on_track")
    assert (found.numerator, found.denominator) == (1, 2)
    before = Told(tmp_path, ranked=listed, as_of=NOW.replace(year=2025))  # type: ignore[arg-type]
    assert one(before, "contribution_on_track").value is None


def test_mapped_leaves_out_what_is_declared_to_have_none(tmp_path: Path) -> None:
    mapped = [
        Mapped(package="pkg:npm/a", project=FLASK, confidence=0.9),
        Mapped(package="pkg:npm/b", project=FLASK, confidence=0.3),
        Mapped(package="pkg:npm/c", why="nobody says"),
        Mapped(package="pkg:npm/own", how="declared"),
    ]
    found = one(Told(tmp_path, mapped=mapped), "packages_mapped")
    assert (found.numerator, found.denominator) == (2, 3)
    assert found.evidence == {"doubtful": 1, "declared_none": 1}
    found = one(Told(tmp_path, mapped=mapped), "upstream_examined")
    assert (found.numerator, found.denominator) == (0, 1), "none was examined, and that was counted"
    assert one(Told(tmp_path, mapped=mapped[3:]), "packages_mapped").value is None
    assert one(Told(tmp_path), "upstream_examined").value is None


@pytest.mark.parametrize("name", STRATEGIC)
def test_without_a_strategic_project_nothing_is_said(tmp_path: Path, name: str) -> None:
    assert one(Told(tmp_path), name).value is None
    found = one(Told(tmp_path, ranked=[ranked(SMALL, strategic=2.0)]), name)
    assert (found.value, found.error) == (None, False)
    assert "strategic" in str(found.why)


def test_unexamined_ones_have_no_known_control(tmp_path: Path) -> None:
    known = Told(tmp_path, ranked=LISTED)
    assert one(known, "control_known").value == 0.0
    assert one(known, "license_change_watched").value == 0.0
    assert one(known, "single_vendor").value is None


MINE = ("contribution", "strategic", "practices", "published", "innersource", "records_told", "program_told")


def test_every_definition_is_sound_and_its_function_is_there() -> None:
    import importlib

    folder = Path(definition.__file__).parent
    checked = 0
    for path in sorted(folder.glob("*.toml")):
        module, _, function = (definition.load(path).body.from_ or "").partition(".")  # type: ignore[union-attr]
        if module not in MINE:
            continue
        found = definition.checked(path, path.read_text("utf-8"), own=False)
        assert isinstance(found, definition.Definition), found
        assert callable(getattr(importlib.import_module(f"umbel.frameworks.indicators.{module}"), function))
        assert found.body.petal in {"office", "contributors", "management", "legal", "business", "ecosystem"}
        checked += 1
    assert checked > 70
