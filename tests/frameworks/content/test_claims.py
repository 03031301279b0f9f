# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The shared statements: each can be answered by yes or no, and says what proves it."""

from __future__ import annotations

from umbel.frameworks import claims, loading

SHIPPED = claims.shipped()


def test_each_is_a_short_question_with_a_proof() -> None:
    assert len(SHIPPED) >= 50
    for each in SHIPPED.values():
        assert each.question.endswith("?"), each.id
        assert len(each.question) <= 180, each.id
        assert each.proof, each.id
        assert not each.proof.endswith("."), each.id


def test_no_two_ask_the_same() -> None:
    questions = [each.question for each in SHIPPED.values()]
    assert len(set(questions)) == len(questions)


def test_what_changes_by_itself_is_asked_again_soon() -> None:
    assert SHIPPED["quarterly-review"].expires <= 4
    assert SHIPPED["governance-board"].expires <= 6
    assert all(each.expires <= 24 for each in SHIPPED.values())


def test_questions_open_with_a_verb_that_yes_or_no_answers() -> None:
    openings = {each.question.split()[0] for each in SHIPPED.values()}
    assert openings <= {
        "Is", "Are", "Was", "Were", "Does", "Do", "Did", "Has", "Have", "Can", "May", "When",
    }, openings  # fmt: skip


def test_each_is_used_by_a_practice() -> None:
    made = loading.library()
    used = {each.claim for framework in made.frameworks.values() for each in framework.practices}
    assert set(SHIPPED) - used == set()
