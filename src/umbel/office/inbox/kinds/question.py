# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A question to the office, to legal or to security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from umbel.office.inbox.kinds.base import AnswerForm, Kind, Line, Once, Words
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHOM = [("office", "the open source office"), ("legal", "legal"), ("security", "security")]


class Ask(Once):
    """What is asked."""

    whom = forms.ChoiceField(choices=_WHOM, label="To")
    about = Line(label="About", max_length=160)
    question = Words(label="Your question")


class Answer(AnswerForm):
    """The answer itself."""

    comment = Words(label="Your answer")


class Question(Kind):
    """See the module."""

    name = "question"
    title = "A question"
    about = "You want to know something, and the pages don't say."
    action = "question.answer"
    form = Ask
    answer = Answer
    yes = "Answer"

    def title_of(self, fields: Mapping[str, Any]) -> str:
        """What it is about."""
        return f"Question: {fields['about']}"

    def answerer(self, fields: Mapping[str, Any]) -> Role:
        """Whom it is for."""
        return Role(fields["whom"])

    def project(self, fields: Mapping[str, Any]) -> str:  # noqa: ARG002 - it names none
        """None."""
        return ""
