# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Taking part in a project that others keep: what should become of it, who does it, and how it is measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms

from umbel.office.inbox.kinds.base import Asked, DayField, Kind, Line, Named, Once, Words
from umbel.strategy.contributions import OURS, Contribution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from umbel.app.workspace import Workspace

_REVIEW_DAYS = 90


class Ask(Once):
    """What is asked for."""

    project = Named(label="Project", help_text="The upstream project, like github.com/pallets/flask.")
    goal = Line(label="What should become of it")
    serves = Line(label="Which goal of ours it serves")
    owner = Line(label="Team that does it", help_text="A team: no name of a person stands in this record.")
    hours = forms.FloatField(label="Hours a month", min_value=0, max_value=10_000, initial=8)
    measure = forms.ChoiceField(label="Measured by", choices=[(name, words) for name, words in OURS.items()])
    target = forms.FloatField(label="Target", min_value=0, max_value=1e9, initial=5)
    start = DayField(label="From")
    review = DayField(label="Look again on")
    areas = Words(
        label="Where in the project",
        required=False,
        max_length=1000,
        help_text="Folders or files, one in a line.",
    )

    def clean(self) -> dict[str, Any]:
        """Days are in order."""
        said = super().clean() or self.cleaned_data
        if said.get("start") and said.get("review") and said["review"] <= said["start"]:
            self.add_error("review", "Must lie after the start.")
        return said


class Contribute(Kind):
    """See the module."""

    name = "contribute"
    title = "Contribute to a project"
    about = "You want to take part, in working hours, in a project that we build on."
    action = "contribution.plan"
    form = Ask

    def title_of(self, fields: Mapping[str, Any]) -> str:
        """The project."""
        return f"Contribute to {fields['project']}"

    def project(self, fields: Mapping[str, Any]) -> str:  # noqa: ARG002 - it names none of ours
        """None: it is others' project."""
        return ""

    def initial(self, given: Mapping[str, str]) -> dict[str, Any]:
        """From today on, for a quarter."""
        today = datetime.now(UTC).date()
        return {"start": today, "review": today + timedelta(_REVIEW_DAYS), **super().initial(given)}

    def act(self, asked: Asked) -> Callable[[Workspace], str]:
        """The contribution, as it is followed up."""
        areas = (each.strip() for each in (asked.text("areas") or "").splitlines())
        start, review = asked.day("start"), asked.day("review")
        entry = Contribution(
            project=asked.fields["project"],
            goal=asked.fields["goal"],
            serves=asked.fields["serves"],
            owner=asked.fields["owner"],
            hours=float(asked.fields["hours"]),
            measure=asked.fields["measure"],
            target=float(asked.fields["target"]),
            start=start or asked.today,
            review=review or asked.today + timedelta(_REVIEW_DAYS),
            decided=asked.today,
            by=asked.by,
            areas=tuple(each for each in areas if each),
        )

        def plan(ws: Workspace) -> str:
            ws.add_contribution(entry)
            return entry.name

        return plan
