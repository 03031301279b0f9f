# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starter: models and data of others, and code that a model wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_terms import WAYS
from umbel.reports.documents.policy_words import (
    LEVELS,
    VERDICTS,
    about,
    elsewhere,
    exceptions,
    level,
    section,
    times,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "policy-ai", "Models, data, and code that models write"
ABOUT = "Which models and data sets may be used, what is asked about them, what holds for generated code."
_ASKED = ("restricted", "source-available", "proprietary", "unknown")


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("policy"),
        section("in-short", "In short", *_short()),
        section("licenses", "Licences of models and data", *_licenses(terms)),
        section("card", "What must be known before a model or data set is used", *_card()),
        section("generated", "Code that a model wrote", *_generated(terms)),
        yours("inside", "What may be given to a model", *_inside()),
        times(
            ("A model or data set that the table allows", "nobody, once its card is read", "at once"),
            (
                "One with conditions of use, or terms that nobody has sorted",
                "legal, through the open source office",
                "",
            ),
            (
                "Training or tuning with data of people or customers",
                "data protection and the data's owner",
                "",
            ),
            ("Publishing a model or data set", "as the policy on publishing says, and data protection", ""),
        ),
        exceptions(terms),
        elsewhere(terms),
    ]


def _short() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "A model is a component like any other, with two more questions: what it was "
            "made from, and what its terms forbid it to be used for.",
            style="lead",
        ),
        b.Bullets(
            (
                (
                    "Models and data sets stand in the inventory: a model card or an ML-BOM tells name, "
                    "version, licence and origin."
                ),
                (
                    '"Open" in a name is no licence. Many models come with rules on use that open source '
                    "does not know."
                ),
                (
                    "What a model wrote is reviewed as if a stranger had sent it; whoever commits it "
                    "answers for it."
                ),
            )
        ),
    )


def _licenses(terms: Terms) -> tuple[b.Block, ...]:
    rule = terms.rules.get("license-denied")
    if rule is None:
        return (
            b.Paragraph(
                "The gate does not ask whether a licence is denied: the rule is off. "
                "Read the terms before you use a model."
            ),
        )
    columns = (b.Column("terms", width=2), *(b.Column(way) for way in WAYS.values()))
    kinds = tuple(
        (row.title, *(VERDICTS[each] for each in row.words)) for row in terms.licenses if row.group in _ASKED
    )
    named = tuple((name, *(VERDICTS[each] for each in words)) for name, words in terms.data_licenses)
    return (
        b.Paragraph(
            "The gate judges a model or a data set by its licence as it judges code. "
            "Software licences (Apache, MIT) hold as in the policy on using open source; "
            "these are the ones that are met with models and data:"
        ),
        b.Table(columns=columns, rows=(*named, *kinds)),
        b.Paragraph(
            f"What is denied {level(terms, 'license-denied')}. What says ask first "
            f"{LEVELS[rule.unknown]}. Responsible-use licences (RAIL and its kin) are among "
            f"the terms with restrictions or not sorted yet: somebody reads what they forbid."
        ),
        b.Paragraph(
            f"A model or data set that has no licence, or whose licence nobody knows, "
            f"{level(terms, 'license-unknown')}."
        ),
    )


def _card() -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                "Name, version and a hash of the file: a name alone is replaced overnight.",
                "Who made it, from which base model, from which data, as far as they say.",
                "Licence or terms of each of the three: weights, code, data.",
                "What it is meant for, what it is known to be bad at, what its terms forbid.",
                (
                    "Whether data about people is in it, and whether the law sees a high risk in our "
                    "use: that needs counsel."
                ),
            )
        ),
        b.Paragraph(
            "Weights are loaded from formats that can't run code, from the maker's own "
            "place, and scanned before they are loaded."
        ),
    )


def _generated(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                "It passes the same review, tests and gate as all code.",
                (
                    "Longer passages are compared with known code where the tool can do that; what is "
                    "copied keeps its licence."
                ),
                (
                    "Packages that a model names are looked up before they are installed: some do not "
                    "exist, or were made to be found."
                    f" A package that is reported as malware {level(terms, 'malicious')}."
                ),
                "Projects of others may have rules on generated code; theirs hold for what we send them.",
            )
        ),
    )


def _inside() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "No secret, no customer's data and no data about people goes to a model that is "
            "run by others, unless a contract covers it."
        ),
        b.Blank("models", "which tools and models are approved, for which data, under which contract"),
    )
