# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people say of claims, and until when it counts."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frameworks import made
from umbel.frameworks import attestations
from umbel.frameworks.claims import Claim
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    hostile = made.attested("x", reason='"quoted"\n[[attestations]]\nclaim = 1', proof="\x1b[31mred")
    later = made.attested("x", "unmet", decided=date(2026, 3, 2), grade=2, until=date(2026, 9, 1))
    attestations.add(tmp_path, hostile)
    attestations.add(tmp_path, later)
    assert attestations.every(tmp_path) == (hostile, later)


def test_two_who_answer_at_once_both_do(tmp_path: Path) -> None:
    some = [made.attested(f"claim-{number}") for number in range(12)]
    threads = [threading.Thread(target=attestations.add, args=(tmp_path, one)) for one in some]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.claim for each in attestations.every(tmp_path)) == sorted(each.claim for each in some)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"owner": " "}, "owner: is empty"),
        ({"claim": ""}, "claim: is empty"),
        ({"says": "not-applicable"}, "say why it doesn't"),
        ({"until": date(2026, 1, 1)}, "lies before the day"),
        ({"grade": -1}, "must be a grade"),
    ],
)
def test_what_means_nothing_is_refused_and_nothing_is_written(
    tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        attestations.add(tmp_path, made.attested(**({"claim": "x"} | more)))
    assert not (tmp_path / attestations.FILE).exists()


def test_a_day_in_the_past_knows_only_what_was_said_up_to_it(tmp_path: Path) -> None:
    attestations.add(tmp_path, made.attested("ours/said", decided=date(2026, 2, 1)))
    one = made.practice("said")
    assert attestations.load(tmp_path, date(2026, 1, 31)).said("ours", one, None) is None
    assert attestations.load(tmp_path, date(2026, 2, 1)).said("ours", one, None) is not None


def test_a_shared_claim_answers_several_and_the_newest_word_counts() -> None:
    shared = made.practice("one", claim="mandate")
    claim = Claim(id="mandate", question="?", proof="?", expires=24)
    general = made.attested("mandate", decided=date(2026, 2, 1))
    alone = made.attested("ours/one", "not-applicable", reason="no", decided=date(2026, 2, 2))
    book = attestations.Book((general, alone), made.TODAY)
    said, other = book.said("ours", shared, claim), book.said("theirs", shared, claim)
    assert said is not None
    assert other is not None
    assert (said.attestation.says, other.attestation.says) == ("not-applicable", "met")
    assert other.until == date(2028, 2, 1)


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(-12, 240))
def test_months_later_is_a_day_of_that_month(day: date, months: int) -> None:
    then = attestations.after(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day <= day.day
