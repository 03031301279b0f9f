# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of request has: a form to ask by, a form to answer by, and what an approval writes."""

from __future__ import annotations

import re
import secrets
from abc import ABC, abstractmethod
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from django import forms

from umbel.office.inbox.text import LONGEST, clean, line
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from umbel.app.workspace import Workspace

OPEN_DAYS = 90
"""After so many days nobody waits for an answer any more."""
PATTERN = re.compile(r"[*?\[\]]")
_LONGEST_LINE = 300


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a record is made from: what was asked for, what the answer adds, by whom, and the days."""

    fields: dict[str, Any]
    given: dict[str, Any]
    by: str
    asked: date
    today: date

    def text(self, name: str) -> str | None:
        """A field, or None where nothing was said."""
        return self.fields.get(name) or None

    def day(self, name: str) -> date | None:
        """A field that is a day."""
        said = self.text(name)
        return None if said is None else date.fromisoformat(said)


class DayField(forms.DateField):
    """A day, as browsers ask for it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Line(forms.CharField):
    """A text of one line, without signs that turn it around."""

    def __init__(self, **more: Any) -> None:
        """Bounded unless told."""
        super().__init__(**{"max_length": _LONGEST_LINE, **more})

    def to_python(self, value: Any) -> str:
        """In one line."""
        return line(super().to_python(value) or "", 4 * _LONGEST_LINE)


class Words(forms.CharField):
    """A text of several lines."""

    widget = forms.Textarea(attrs={"rows": 5})

    def __init__(self, **more: Any) -> None:
        """Bounded."""
        super().__init__(**{"max_length": LONGEST, **more})

    def to_python(self, value: Any) -> str:
        """Without signs that turn it around."""
        return clean(super().to_python(value) or "")


class Named(Line):
    """The name of one project or product: no pattern, so that it is known of what it speaks."""

    def validate(self, value: Any) -> None:
        """Refuse patterns."""
        super().validate(value)
        if PATTERN.search(value or ""):
            raise forms.ValidationError("Name one; patterns are not taken here.")


class Once(forms.Form):
    """A form that counts once, however often it is sent."""

    once = forms.CharField(max_length=36, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        """Draw its number."""
        super().__init__(*args, **more)
        self.fields["once"].initial = secrets.token_hex(16)
        self.use_required_attribute = True

    def number(self) -> str:
        """What it was sent as; one that came without is of its own."""
        return str(self.cleaned_data.get("once") or secrets.token_hex(16))

    def plain(self) -> dict[str, Any]:
        """What was said, as it is kept."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if name != "once" and value not in {None, ""}
        }

    def refuse(self, faults: Mapping[str, str]) -> None:
        """Say what was found wrong, beside the fields that it is of."""
        for name, words in faults.items():
            self.add_error(name if name in self.fields else None, words[:1].upper() + words[1:])

    def focused(self) -> Once:
        """The same, so that a browser begins at the first fault."""
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["autofocus"] = True
                break
        return self


class AnswerForm(Once):
    """The answer to a request: a word, and what a kind adds."""

    alone = forms.BooleanField(
        label="Nobody else may answer this: I approve what I asked for myself. It is noted.", required=False
    )
    comment = Words(
        label="A word to it", required=False, help_text="Needed to decline. Kept with the request."
    )


class Kind(ABC):
    """One kind of request."""

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    """What one asks for with it, in a sentence."""
    action: ClassVar[str]
    """How the audit log calls an approval."""
    form: ClassVar[type[Once]]
    answer: ClassVar[type[AnswerForm]] = AnswerForm
    yes: ClassVar[str] = "Approve"
    names: ClassVar[Mapping[str, str]] = {}
    """Fields of the form that are called otherwise in the record that faults speak of."""

    @abstractmethod
    def title_of(self, fields: Mapping[str, Any]) -> str:
        """What is asked for, in a few words."""

    def answerer(self, fields: Mapping[str, Any]) -> Role:  # noqa: ARG002 - some kinds look at them
        """The role that answers."""
        return Role.OFFICE

    def project(self, fields: Mapping[str, Any]) -> str:
        """The project of ours that it names."""
        return str(fields.get("project") or "")

    def expires(self, fields: Mapping[str, Any], today: date) -> date:  # noqa: ARG002 - some kinds look at them
        """The last day on which an answer is of use."""
        return today + timedelta(OPEN_DAYS)

    def act(self, asked: Asked) -> Callable[[Workspace], str] | None:  # noqa: ARG002 - most kinds do
        """What an approval writes, as a use case that gives the record's name; None: nothing."""
        return None

    def initial(self, given: Mapping[str, str]) -> dict[str, Any]:
        """What the form begins with, of what a link says."""
        return {
            name: given[name][:_LONGEST_LINE]
            for name in self.form.base_fields
            if name in given and name != "once"
        }

    def facts(self, fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """What was asked for, for people: the words of the form, and what was said."""
        return [
            (str(field.label or name.capitalize()), _shown(field, fields[name]))
            for name, field in self.form.base_fields.items()
            if fields.get(name) and not isinstance(field.widget, forms.HiddenInput)
        ]


def _shown(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.ChoiceField):
        return dict(_flat(field.choices)).get(value, value)
    if isinstance(field, forms.DateField):
        return date.fromisoformat(value)
    return value


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    return [(value, label) for value, label in choices if not isinstance(label, list | tuple)]
