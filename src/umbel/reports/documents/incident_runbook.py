# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Starter: what to do when a component in use turns out to be vulnerable, exploited or malicious."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.kept import blank
from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_words import (
    about,
    elsewhere,
    exceptions,
    level,
    section,
    severity_table,
    times,
    vulnerability,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "incident-runbook", "Runbook: a component is vulnerable or malicious"
ABOUT = "Who does what in the first hour, the first day and after, with the clock that Umbel counts."


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("runbook"),
        yours("people", "People and ways to reach them", _people()),
        section("first-hour", "The first hour", *_first_hour()),
        section("first-day", "The first day", *_first_day(terms)),
        section("clock", "The clock", *_clock(terms)),
        section("mend", "Mend and tell", *_mend()),
        section("close", "Close and learn", *_close()),
        yours("reporting", "Whom we must tell", *_reporting()),
        times(
            ("Taking a service down", "security and the product's owner, together", "within the first hour"),
            (
                "Telling customers or the public",
                "management, with legal",
                blank("hours; the law may leave you 24"),
            ),
            ("Leaving it open past its day", "security and the product's owner", ""),
        ),
        exceptions(terms),
        elsewhere(terms),
    ]


def _people() -> b.Block:
    roles = (
        "Leads the incident",
        "Stands in for them",
        "Speaks to customers and the press",
        "Legal and data protection",
        "Where we talk",
        "Out of hours",
    )
    rows = tuple(
        (role, f"[to write: {'the channel' if role == 'Where we talk' else 'the role, and how to reach it'}]")
        for role in roles
    )
    return b.Table(columns=(b.Column("who or where"), b.Column("how to reach", width=2)), rows=rows)


def _first_hour() -> tuple[b.Block, ...]:
    return (
        b.Steps(
            (
                "Whoever hears of it says so in the channel. Nobody waits until they are sure.",
                (
                    "One person leads, and says so. They open the incident: ",
                    b.Code("umbel incident open CVE-…"),
                    " keeps what was known at that moment.",
                ),
                (
                    "Where is it? ",
                    b.Code("umbel where PACKAGE"),
                    (" lists products, projects, versions and the ways in."),
                ),
                (
                    "Is it malicious? Then take every machine that installed it, and the secrets on it, "
                    "for lost: cut off, change secrets, keep the disks."
                ),
                "Is it exploited, and do we ship or host it? Then decide now whether a service goes down.",
            )
        ),
    )


def _first_day(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                (
                    "Every product that has it gets an owner for the fix. A product without an owner is "
                    "the lead's until there is one."
                ),
                "For each: affected, not affected, or not known yet. Not known counts as affected.",
                (
                    "What is not affected gets its reason in writing, so that nobody asks twice (an "
                    "exception with VEX's justification)."
                ),
                (
                    f"The gate keeps it from coming in anew: {vulnerability(terms)}; one that is exploited "
                    f"{level(terms, 'known-exploited')}; malware {level(terms, 'malicious')}."
                ),
            )
        ),
    )


def _clock(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Paragraph("From the moment at which the incident is opened, by severity:"),
        severity_table(terms.incident_days, "severity"),
        b.Paragraph(
            (
                "Where no advisory tells how grave it is, the lead says so when opening it (",
                b.Code("--severity high"),
                "), or names the last day (",
                b.Code("--due"),
                "): without either there is no clock.",
            )
        ),
        *_gate_clock(terms),
    )


def _gate_clock(terms: Terms) -> tuple[b.Block, ...]:
    if "vulnerability" not in terms.rules:
        return ()
    words = "The gate counts from the day on which it was known and in the project. Of two last days the earlier holds."
    return (b.Paragraph(words),)


def _mend() -> tuple[b.Block, ...]:
    return (
        b.Steps(
            (
                (
                    "Upgrade to the version that clears it. Where none does: take the affected part out "
                    "of reach, patch it, or take it out."
                ),
                "Send the patch upstream, through the project's private way while it is not public.",
                "Rebuild and release what ships; a lockfile that is mended and not shipped mends nothing.",
                (
                    "Collect again: ",
                    b.Code("umbel incident status"),
                    (" shows where it is gone, and where it still is."),
                ),
                ("Tell customers with VEX: ", b.Code("umbel vex"), " writes what we say of it."),
            )
        ),
    )


def _close() -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                (
                    (
                        "It is closed when nothing that ships has it, or what is left has an exception with "
                        "a last day: "
                    ),
                    b.Code("umbel incident close"),
                    ".",
                ),
                (
                    "Within two weeks those who were in it look back for an hour: what helped, what was "
                    "missing, one change. Nobody is blamed."
                ),
                "If the project is one that we live on: does its stance still hold?",
            )
        ),
    )


def _reporting() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "Law and contracts may ask for a first word within hours (the EU's rules for "
            "products with digital elements, of what is exploited: 24 hours, 72 hours, and 14 days after "
            "a fix is there). Which of them hold for us needs counsel, before the day on which it matters."
        ),
        b.Blank(
            "reporting", "which authorities and customers we must tell, within what time, and who does it"
        ),
    )
