# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a mistyped word may have been: with one slip put right, and how near a text is to what was typed.

One slip is two letters in the wrong order, a letter too many, one too few, or a wrong one (`lodahs`, `loddash`,
`lodsh`, `lofash`). The right word is then a part of the text that is meant, which an index of trigrams finds.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

LONGEST = 24
"""Letters up to which a word is put right."""
SHORT = 8
"""Letters up to which a missing or wrong letter is guessed; of longer words enough trigrams stay as they are."""
LEAST = 3
"""Letters that an index of trigrams needs."""
NEAR = 0.7
"""Likeness from which on a text may be what was meant."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
_PIECES = re.compile(r"[\s/:@._\-]+")


def corrected(word: str) -> list[str]:
    """The word itself, and what it may have been before two letters changed places or one too many slipped in."""
    if len(word) > LONGEST:
        return [word]
    places = range(len(word))
    found = [word]
    found += [f"{word[:n]}{word[n + 1]}{word[n]}{word[n + 2 :]}" for n in places[:-1]]
    found += [f"{word[:n]}{word[n + 1 :]}" for n in places]
    return [each for each in dict.fromkeys(found) if len(each) >= LEAST]


def guessed(word: str) -> list[str]:
    """The same, and what it may have been before a letter was left out or a wrong one typed."""
    found = corrected(word)
    if len(word) <= SHORT:
        places = range(len(word))
        found += [f"{word[:n]}{letter}{word[n:]}" for n in places[1:] for letter in _LETTERS]
        found += [f"{word[:n]}{letter}{word[n + 1 :]}" for n in places for letter in _LETTERS]
    return [each for each in dict.fromkeys(found) if len(each) >= LEAST]


def nearness(typed: str, text: str) -> float:
    """How like a text, or a piece of it, is to what was typed; 1 is the same. A whole counts a little more."""
    if len(text) > 4 * LONGEST:
        text = text[: 4 * LONGEST]
    whole = _like(typed, text)
    last = _like(typed, text.rpartition("/")[2]) * 0.99
    pieces = [piece for piece in _PIECES.split(text) if piece]
    part = max((_like(typed, piece) for piece in pieces), default=0.0) * 0.95
    return max(whole, last, part)


def _like(one: str, other: str) -> float:
    """1 less the share of letters that were changed, left out, added, or swapped with the next; 0 where not near."""
    return float(OSA.normalized_similarity(one, other, score_cutoff=NEAR))
