# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The page on which a product owner answers: a form that saves its answers as a file by itself, without a server.

Nothing is loaded or sent. Without its script it is a page to print and fill in by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.markup import Html, element, join, short
from umbel.reports.page import document
from umbel.strategy.owners_sheet import FORM, HINTS, LABELS, about

if TYPE_CHECKING:
    from umbel.strategy.owners_sheet import Candidate, Sheet

_CHOICES = (("no", "No"), ("with effort", "Yes, with effort"), ("yes", "Yes"), ("unknown", "I don't know"))
_INTRO = (
    "Your products stand on these open source projects, as far as we can see. Your word tells us which of them "
    "matter. What you leave empty counts as not answered. Your answers stand beside the data, with your name and day."
)


def page(sheet: Sheet) -> str:
    """The whole page. Pure: equal sheets give equal bytes."""
    title = short(sheet.title)
    by = join(
        [
            element("label", "Who answers", for_="by"),
            element(
                "input",
                type="text",
                id="by",
                name="by",
                value=sheet.owner or "",
                autocomplete="name",
                required=True,
            ),
        ]
    )
    asked = [_question(each, number) for number, each in enumerate(sheet.candidates, 1)]
    save = element("button", "Save my answers as a file", type="submit", hidden=True)
    said = element("p", element("output", role="status"))
    form = element(
        "form",
        by,
        *asked,
        save,
        said,
        data_form=FORM,
        data_stem=sheet.stem,
        novalidate=True,
        autocomplete="off",
    )
    printed = (
        "This page needs JavaScript to save a file. You can print it, or fill in the Markdown file beside it."
    )
    body = element(
        "main",
        element("h1", title),
        element("p", _INTRO),
        element("p", f"As of {sheet.day}.", class_="soft"),
        element("noscript", element("p", printed, class_="soft")),
        form,
    )
    return document(title, body, styles=("owners.css",), script="owners.js")


def _question(each: Candidate, number: int) -> Html:
    """One project: what it is used for, and five questions about it."""
    key = f"q{number}"
    facts = element("ul", *(element("li", short(line, 400)) for line in about(each)), class_="soft")
    choices = [
        element(
            "label",
            element("input", type="radio", name=f"{key}-without", value=value),
            words,
            class_="choice",
        )
        for value, words in _CHOICES
    ]
    without = element("fieldset", element("legend", LABELS["without"]), *choices)
    fields = [
        _field(
            key,
            "replacement",
            element("textarea", id=f"{key}-replacement", data_key="replacement", maxlength=2000),
        ),
        _field(key, "areas", element("textarea", id=f"{key}-areas", data_key="areas", maxlength=2000)),
        _field(
            key,
            "dependency",
            element(
                "input",
                type="number",
                id=f"{key}-dependency",
                data_key="dependency",
                min=1,
                max=10,
                step="any",
            ),
        ),
        _field(key, "reason", element("textarea", id=f"{key}-reason", data_key="reason", maxlength=2000)),
    ]
    legend = element("legend", f"{number}. ", element("bdi", short(each.called, 120)))
    product = element("p", "For ", element("bdi", short(each.product, 120)), class_="soft")
    return element(
        "fieldset",
        legend,
        product,
        facts,
        without,
        *fields,
        data_project=each.project,
        data_product=each.product,
    )


def _field(key: str, name: str, control: Html) -> Html:
    hint = f" ({HINTS[name]})" if name in HINTS else ""
    return join(
        [element("label", LABELS[name], element("span", hint, class_="soft"), for_=f"{key}-{name}"), control]
    )
