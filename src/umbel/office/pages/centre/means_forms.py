# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forms of what the office is made of: one a kind of record. People stand here by their role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import msgspec
from django import forms

from umbel.frameworks import office

if TYPE_CHECKING:
    from datetime import date

    from umbel.frameworks.office import Entry, Office

MOST_LINES = 20


def _line(label: str, most: int = 300, *, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, **more)


def _text(label: str, *, required: bool = True, rows: int = 3, **more: Any) -> forms.CharField:
    return _line(label, 2000, required=required, widget=forms.Textarea(attrs={"rows": rows}), **more)


def _day(label: str, *, required: bool = False, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        **more,
    )


def _petal(label: str, *, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required)


def _amount(label: str, *, required: bool) -> forms.FloatField:
    return forms.FloatField(label=label, required=required, min_value=0, max_value=1e14)


class Recorded(forms.Form):
    """What every record has: that the thing is no more."""

    def __init__(
        self, *args: Any, petals: list[tuple[str, str]], amending: str | None = None, **kwargs: Any
    ) -> None:
        """For a new thing, or for one that there is: its name stays what it is."""
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("petal"), forms.ChoiceField):
            field.choices = [*([] if field.required else [("", "no one of them")]), *petals]
        if amending is not None:
            for name in KEYS.get(amending, ()):
                self.fields[name].disabled = True
            self.fields["gone"] = forms.BooleanField(
                label="It is no more", required=False, help_text="The record stays; it counts no longer."
            )


class Mandate(Recorded):
    """What the office is for."""

    statement = _text("What the office is there for", help_text="And what it may decide by itself.")
    sponsor = _line("Who stands behind it", 160, help_text="A role, as head of engineering.")
    scope = _line("Where it holds", required=False, help_text="Left empty: everywhere.")
    review = _day("Looked at again on")


class People(Recorded):
    """A role of the office."""

    role = _line("Role", 160, help_text="Not a name: it is personal data that the plan doesn't need.")
    share = forms.FloatField(
        label="Share of a post, in percent", min_value=0, max_value=10_000, help_text="100 is one whole post."
    )
    filled = forms.BooleanField(label="Somebody fills it", required=False, initial=True)
    does = _text("What it does", required=False, rows=2)
    petal = _petal("Part of the flower that it works for", required=False)


class Technology(Recorded):
    """A tool of the office."""

    name = _line("Tool or service", 160)
    purpose = _line("What it is for")
    owner = _line("Who looks after it", 160, required=False, help_text="A role.")


class Line(Recorded):
    """A line of a year's budget."""

    line = _line("Line", 160, help_text="As donations, or training.")
    year = forms.IntegerField(label="Year", min_value=1990, max_value=2200)
    amount = _amount("Planned", required=True)
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label="Currency",
        initial="EUR",
        error_messages={"invalid": "Three capital letters, as EUR."},
    )
    actual = _amount("Spent so far", required=False)
    actual_on = _day("As of", help_text="The day of which that is known.")
    series = _line(
        "Or told by the series", 64, required=False, help_text="The name of an imported series of amounts."
    )


class Channel(Recorded):
    """How the office reaches people."""

    name = _line("Channel", 160, help_text="A list, a chat, a meeting.")
    petal = _petal("For", required=True)
    purpose = _line("What it is for")
    rhythm = _line("How often", 160, required=False)


class Pilot(Recorded):
    """Something that is tried with a few."""

    name = _line("Name", 160)
    scope = _line("Where it is tried")
    start = _day("From", required=True)
    until = _day("Until", required=True)
    measures = _text("What would show success", rows=3, help_text=f"One a line, at most {MOST_LINES}.")
    gate = _line("It goes on if")
    owner = _line("Who answers for it", 160, required=False)
    state = forms.ChoiceField(
        label="Stands", choices=[(each, each) for each in get_args(office.PilotState)], initial="planned"
    )
    outcome = _text("What came of it", required=False, rows=2)

    def clean_measures(self) -> tuple[str, ...]:
        """One a line."""
        found = tuple(filter(None, map(str.strip, self.cleaned_data["measures"].splitlines())))
        if len(found) > MOST_LINES:
            raise forms.ValidationError(f"{len(found)} lines are more than the {MOST_LINES} that fit.")
        return found


class Kind(NamedTuple):
    """A kind of record: its form, its record, its words."""

    form: type[Recorded]
    record: type[Entry]
    add: str
    about: str


KINDS = {
    "mandate": Kind(Mandate, office.Mandate, "Write the mandate", "What the office is for, and who stands behind it."),
    "people": Kind(People, office.Person, "Add a role", "Who works for the office, by role, and how much."),
    "budget": Kind(Line, office.Budget, "Add a budget line", "What is planned for a year, and what was spent."),
    "technology": Kind(Technology, office.Technology, "Add a tool", "What the office works with, and who sees to it."),
    "channels": Kind(Channel, office.Channel, "Add a channel", "How the office reaches the people of one part."),
    "pilots": Kind(Pilot, office.Pilot, "Add a pilot", "What is tried with a few before it is asked of all."),
}  # fmt: skip
KEYS: dict[str, tuple[str, ...]] = {
    "people": ("role",),
    "technology": ("name",),
    "budget": ("line", "year"),
    "channels": ("name", "petal"),
    "pilots": ("name",),
}
"""What names a thing of a kind: a record with another name would be about another thing. There is one mandate."""


def key(kind: str, entry: Entry) -> str:
    """What names one thing among those of its kind, as an address has it."""
    return " / ".join(str(getattr(entry, name)) for name in KEYS.get(kind, ())) or kind


def standing(plan: Office, kind: str, name: str) -> Entry | None:
    """The thing of a kind that a name means; None where there is none."""
    return next((each for each in getattr(plan, kind) if key(kind, each) == name), None)


def initial(entry: Entry) -> dict[str, Any]:
    """A record as its form shows it."""
    found = msgspec.structs.asdict(entry)
    if isinstance(entry, office.Person):
        found["share"] = round(entry.share * 100, 6)
    if isinstance(entry, office.Pilot):
        found["measures"] = "\n".join(entry.measures)
    return found


def written(kind: str, form: Recorded, by: str, day: date) -> Entry:
    """The record that a valid form tells."""
    data = dict(form.cleaned_data)
    gone = data.pop("gone", False)
    if kind == "people":
        data["share"] /= 100
    told: dict[str, Any] = {name: None if value == "" else value for name, value in data.items()}
    return KINDS[kind].record(**told, by=by, decided=day, ended=day if gone else None)
