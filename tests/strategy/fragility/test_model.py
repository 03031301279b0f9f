# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The model holds what it declares: bounds, one direction a feature, and confidence from what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.errors import UsageError
from umbel.strategy.fragility.model import FILE, built_in, load
from umbel.strategy.fragility.words import _SAYINGS

if TYPE_CHECKING:
    from pathlib import Path

MODEL = built_in()
NAMES = [each.name for each in MODEL.feature]
FIGURE = st.floats(-10, 10_000, allow_nan=False)
SEEN = st.fixed_dictionaries({name: st.none() | FIGURE for name in NAMES})


@given(SEEN)
def test_a_risk_is_between_nothing_and_certain(seen: dict[str, float | None]) -> None:
    score = MODEL.score(seen)
    assert 0 < score.risk < 1
    assert 0 <= score.confidence <= 1
    assert score.points.keys() == {name for name, value in seen.items() if value is not None}


@given(SEEN, st.sampled_from(MODEL.feature), FIGURE, FIGURE)
def test_worse_is_never_safer(
    seen: dict[str, float | None], feature: object, one: float, other: float
) -> None:
    chosen = next(each for each in MODEL.feature if each is feature)
    better, worse = sorted((one, other), reverse=chosen.worse == "lower")
    assert MODEL.score(seen | {chosen.name: better}).risk <= MODEL.score(seen | {chosen.name: worse}).risk


@pytest.mark.parametrize("feature", MODEL.feature, ids=NAMES)
def test_each_feature_goes_from_calm_to_alarm(feature: object) -> None:
    chosen = next(each for each in MODEL.feature if each is feature)
    assert (chosen.danger(chosen.calm), chosen.danger(chosen.alarm)) == (0, 1)
    assert chosen.name in _SAYINGS


@given(SEEN, st.sampled_from(NAMES))
def test_what_is_not_known_counts_as_usual_and_costs_confidence(
    seen: dict[str, float | None], name: str
) -> None:
    known, unknown = MODEL.score(seen | {name: 1.0}), MODEL.score(seen | {name: None})
    assert unknown.confidence < known.confidence
    assert name not in unknown.points


def test_nothing_known_is_the_usual_risk_without_confidence() -> None:
    score = MODEL.score({})
    assert score.confidence == 0
    assert score.risk == pytest.approx(0.2, abs=0.001)


def test_equal_weights_weigh_as_much_together() -> None:
    equal = MODEL.equal()
    assert len({each.weight for each in equal.feature}) == 1
    assert sum(f.weight for f in equal.feature) == pytest.approx(sum(f.weight for f in MODEL.feature))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('worse = "higher"', 'worse = "lower"', "top_share: calm and alarm say otherwise"),
        ("weight = 1.2", "weight = -1.2", "top_share: a weight is above 0"),
        ('name = "absence_factor"', 'name = "top_share"', "declared twice"),
        ("weight = 1.2", "wait = 1.2", "wait"),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    broken = tmp_path / "model.toml"
    broken.write_text(FILE.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(UsageError, match=said):
        load(broken)
