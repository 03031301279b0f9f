# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people write, and whom it mentions."""

from __future__ import annotations

import pytest

from umbel.office.inbox.text import clean, line, mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@mate", ["mate"]),
        ("Thanks, @Mate. And @legal@acme.example!", ["mate", "legal@acme.example"]),
        ("write to me@acme.example", []),
        ("@@owner @ @. pkg:npm/@acme/x (@mate)", ["mate"]),
        ("@mate @mate @MATE", ["mate"]),
        (" ".join(f"@p{number}" for number in range(50)), [f"p{number}" for number in range(10)]),
        ("@" + "a" * 10_000, ["a" * 150]),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    assert mentions(text) == names


def test_signs_that_turn_text_around_or_hide_are_dropped() -> None:
    assert clean("a\u202eb\u2066c\x00d\u200be\x1b[31m\r\nf\ud800 ") == "abcde[31m\nf"
    assert clean("नमस्ते क्\u200dष") == "नमस्ते क्\u200dष"


def test_a_line_is_one_and_bounded() -> None:
    assert line("a\nb\tc") == "a b c"
    assert line("x" * 300) == "x" * 199 + "…"
