# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Starter: what happens with software whose makers stop caring for it, and with what we ship ourselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_words import (
    about,
    days,
    elsewhere,
    exceptions,
    level,
    not_inside,
    section,
    times,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "end-of-life-plan", "Software at the end of its life"
ABOUT = "How ends are seen in time, planned, and bridged; and how long our own releases are cared for."


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("plan"),
        section("in-short", "In short", *_short(terms)),
        section("horizon", "How far we look ahead", *_horizon(terms)),
        section("steps", "From an end to a plan", *_steps()),
        section("bridge", "When it can't be replaced in time", *_bridge()),
        yours("own", "Our own releases", *_own()),
        times(
            (
                "A plan that ends before the software does",
                "nobody: the product's owner writes it down",
                "at once",
            ),
            ("A plan that ends after the software does", "security and the product's owner", ""),
            ("Buying extended support", "management, on the owner's proposal", ""),
        ),
        exceptions(terms),
        elsewhere(terms),
    ]


def _short(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "A vulnerability that is found after the end stays open for ever. So ends are "
            "planned, not suffered.",
            style="lead",
        ),
        b.Bullets(
            (
                f"A component whose life has ended {level(terms, 'end-of-life')}.",
                f"A system image whose distribution has ended {level(terms, 'system-end-of-life')}.",
                (
                    "Each end that touches us has a plan with an owner and a day: ",
                    b.Code("umbel plans list"),
                    ".",
                ),
            )
        ),
        *not_inside(terms, "end-of-life"),
    )


def _horizon(terms: Terms) -> tuple[b.Block, ...]:
    rows = tuple(
        (what, days(rule.ahead_days), level(terms, name))
        for name, what in (("end-of-life", "components"), ("system-end-of-life", "distributions in images"))
        if (rule := terms.rules.get(name)) is not None
    )
    if not rows:
        return (b.Paragraph("The gate does not look for ends of life: the rules are off."),)
    columns = (b.Column("of what"), b.Column("an end is told from"), b.Column("once it has come, it"))
    return (
        b.Table(
            columns=columns, rows=tuple((what, f"{ahead} before it", then) for what, ahead, then in rows)
        ),
        b.Paragraph(
            (
                (
                    "Most packages are in no list of lifecycles. Of those nobody knows when they "
                    "end; that they are left is told by other signs: "
                ),
                b.Code("umbel lifecycle"),
                ".",
            ),
            style="soft",
        ),
    )


def _steps() -> tuple[b.Block, ...]:
    return (
        b.Steps(
            (
                (
                    "Once a month the owner of each product looks at ",
                    b.Code("umbel lifecycle --product NAME"),
                    ".",
                ),
                (
                    "For each end within the horizon: what replaces it, who does it, until when. ",
                    b.Code("umbel plans add"),
                    " writes it down.",
                ),
                "The work goes into the product's own plan, with the size it has.",
                (
                    "A plan whose day has passed while the software is still in use becomes an alert: ",
                    b.Code("umbel alerts"),
                    ".",
                ),
            )
        ),
    )


def _bridge() -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                "Extended support from its makers or a third party, with what it covers in writing.",
                (
                    "Taking part: if several need it, a fork that is cared for together is cheaper than "
                    "each alone."
                ),
                (
                    "Less reach: no network, no foreign input, fewer rights. What protects it stands in "
                    "the plan (mitigation)."
                ),
                "No bridge: the function goes. That is a decision, too, and the product's owner makes it.",
            )
        ),
    )


def _own() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            (
                "Each release of a product says in ",
                b.Code("umbel.toml"),
                (
                    " until when users get fixes (end_of_support). What it is built on must live at "
                    "least as long, or be replaced on the way."
                ),
            )
        ),
        b.Blank("support", "how long our releases are cared for, and how long before the end users are told"),
    )
