# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Badges: two words in a picture of their own, for a README. Drawn without style attributes or fonts from elsewhere."""

from __future__ import annotations

from umbel.reports.markup import Html, element

GREY, GREEN, RED, AMBER = "#555555", "#2e7d32", "#b71c1c", "#b25f00"
WORDS = 6.4
PADDING = 12


def badge(label: str, parts: list[tuple[str, str]]) -> Html:
    """A label and its parts, each with a colour."""
    drawn, words = [], []
    left = 0.0
    for text, colour in [(label, GREY), *parts]:
        width = round(len(text) * WORDS + PADDING)
        drawn.append(element("rect", x=round(left), y=0, width=width, height=20, fill=colour))
        words.append(element("text", text, x=round(left + width / 2), y=14))
        left += width
    said = f"{label}: {', '.join(text for text, _ in parts)}"
    return element(
        "svg",
        element("title", said),
        element("g", *drawn),
        element(
            "g",
            *words,
            fill="#ffffff",
            text_anchor="middle",
            font_family="Verdana, DejaVu Sans, sans-serif",
            font_size=11,
        ),
        xmlns="http://www.w3.org/2000/svg",
        width=round(left),
        height=20,
        role="img",
        aria_label=said,
    )


def vulnerabilities(critical: int, high: int, medium: int, low: int, unassigned: int) -> Html:
    """How many of which severity."""
    told = [(critical, "critical", RED), (high, "high", RED), (medium, "medium", AMBER), (low, "low", GREEN)]
    parts = [(f"{number} {word}", colour) for number, word, colour in told if number]
    if unassigned:
        parts.append((f"{unassigned} unrated", GREY))
    return badge("vulnerabilities", parts or [("none known", GREEN)])


def violations(fail: int, warn: int) -> Html:
    """How many fail and warn."""
    parts = [
        (f"{number} {word}", colour)
        for number, word, colour in ((fail, "fail", RED), (warn, "warn", AMBER))
        if number
    ]
    return badge("policy", parts or [("none found", GREEN)])
