# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The use of a package that isn't used yet: what is known of it, and what is decided."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from django import forms

from umbel.model.settings import Distribution
from umbel.office.inbox.kinds.base import AnswerForm, Asked, DayField, Kind, Line, Named, Once, Words
from umbel.policy.evaluations import MEANING, RINGS, Evaluation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from umbel.app.workspace import Workspace

_MOST_COMPARED = 4
_WAYS = [("", "not said"), *((way, way.replace("-", " ")) for way in get_args(Distribution))]


class Ask(Once):
    """What is asked for."""

    package = Line(label="Package", help_text="A purl, like pkg:npm/left-pad.")
    product = Named(label="Product", required=False, help_text="Empty: everywhere.")
    use = forms.ChoiceField(choices=_WAYS, required=False, label="How it reaches users")
    reason = Words(label="What it is needed for")
    compared = Words(
        label="What else was looked at",
        required=False,
        help_text="Up to four purls, one in a line.",
        max_length=1000,
    )

    def clean_package(self) -> str:
        """It is a purl."""
        return purl_of(self.cleaned_data["package"])

    def clean_compared(self) -> str:
        """They are purls."""
        lines = [each.strip() for each in self.cleaned_data["compared"].splitlines() if each.strip()]
        if len(lines) > _MOST_COMPARED:
            raise forms.ValidationError(f"Name {_MOST_COMPARED} at most.")
        return "\n".join(purl_of(each) for each in lines)


class Answer(AnswerForm):
    """The answer: how it is taken up."""

    ring = forms.ChoiceField(choices=[(ring, f"{ring}: {MEANING[ring]}") for ring in RINGS], label="Decision")
    review = DayField(label="Look again on", required=False)


class Package(Kind):
    """See the module."""

    name = "package"
    title = "Use of a new package"
    about = "You want to build on something that isn't used here yet; what is known of it is shown beside the request."
    action = "evaluation.decide"
    form = Ask
    answer = Answer

    def title_of(self, fields: Mapping[str, Any]) -> str:
        """The package."""
        where = f" in {fields['product']}" if fields.get("product") else ""
        return f"Use {fields['package']}{where}"

    def project(self, fields: Mapping[str, Any]) -> str:  # noqa: ARG002 - it names none
        """None: a product isn't confidential."""
        return ""

    def act(self, asked: Asked) -> Callable[[Workspace], str]:
        """The decision, where the radar shows it."""
        review = asked.given.get("review")
        compared = tuple((asked.text("compared") or "").split())
        one = Evaluation(
            package=asked.fields["package"],
            ring=asked.given.get("ring", "adopt"),
            reason=asked.fields["reason"],
            by=asked.by,
            decided=asked.today,
            asked=asked.asked,
            review=date.fromisoformat(review) if review else None,
            product=asked.text("product"),
            compared=compared or None,
        )

        def decide(ws: Workspace) -> str:
            ws.decide_evaluation(one)
            return one.name

        return decide


def purl_of(text: str) -> str:
    """A purl as people write it, or a fault of a form."""
    from umbel.model import purl

    try:
        purl.parse(text)
    except purl.PurlError as error:
        raise forms.ValidationError(
            f"{text[:80]!r} is no purl: {error}. Write it as pkg:pypi/flask."
        ) from error
    return text
