# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people may say on the ecosystem's pages. The core checks what a form can't; its words stand over the form."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from django import forms

from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.policy.evaluations import MEANING, RINGS
from umbel.strategy.contributions import OURS, State
from umbel.strategy.interface import StanceName
from umbel.strategy.owners import Without

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 2_000
_PARTS = (
    ("dependency", "How much business depends on it"),
    ("opportunity", "What there is to win by taking part"),
    ("supportability", "How well we could support it"),
    ("health_risk", "How likely it is to fail us"),
)
_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "CAD", "AUD")


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def _text(label: str, *, required: bool = True, help_text: str = "", rows: int = 3) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, help_text=help_text, widget=area, max_length=LONG)


def _line(label: str, *, required: bool = True, help_text: str = "", most: int = 300) -> forms.CharField:
    return forms.CharField(label=label, required=required, help_text=help_text, max_length=most)


class StanceForm(forms.Form):
    """What is done with a project."""

    stance = forms.ChoiceField(label="Stance", choices=[(name, name) for name in get_args(StanceName)])
    reason = _text("Why", help_text="One or two sentences that somebody can check in a year.")
    review = _day("Look again on", required=False)


class OpinionForm(forms.Form):
    """What a person says of a part of a project's score."""

    part = forms.ChoiceField(label="Of what", choices=_PARTS)
    value = forms.FloatField(
        label="1 to 10", min_value=1, max_value=10, help_text="It overrules the data, which stay beside it."
    )
    reason = _text("Why")
    until = _day("Until", required=False, help_text="After that day the data count again.")


class CoordinatorForm(forms.Form):
    """Who speaks for a project."""

    coordinator = _line("Who", help_text="A department, a team or a role: no person's name.", most=120)
    reason = _text("Why")


class ContributionForm(forms.Form):
    """What we mean to do in a project."""

    project = _line("Project", help_text="As the strategic list names it: github.com/pallets/flask")
    goal = _text("Goal", help_text="What should become of the project for us.")
    serves = _line("Serves", help_text="The business goal behind it.")
    owner = _line("Owner", help_text="The team that answers for it.", most=200)
    hours = forms.FloatField(label="Hours a month", min_value=0.1, max_value=10_000)
    people = _line(
        "People",
        required=False,
        help_text="Teams, or p-… handles of those who agreed to be named; commas between.",
    )
    areas = _line(
        "Areas", required=False, help_text="Folders or files of the project; empty is all of it.", most=LONG
    )
    measure = _line(
        "Measure", help_text=f"{' or '.join(OURS)}, or a metric of the project's history.", most=80
    )
    target = forms.FloatField(label="Target", help_text="The figure that the measure should reach.")
    start = _day("Start")
    review = _day("Look again on")


class ReviewForm(forms.Form):
    """A look back at a contribution."""

    found = _text("What was found")
    state = forms.ChoiceField(label="It is", choices=[(name, name) for name in get_args(State)])
    review = _day("Look again on", required=False, help_text="Needed while it goes on.")


class DecisionForm(forms.Form):
    """A decision about software."""

    package = _line("Package", help_text="A purl: pkg:npm/react, or with a range: pkg:npm/angular@<2")
    ring = forms.ChoiceField(label="Ring", choices=[(ring, f"{ring}: {MEANING[ring]}") for ring in RINGS])
    reason = _text("Why")
    product = forms.ChoiceField(label="Where", required=False)
    instead = _line("Instead", required=False, help_text="What to take, where it is on hold or to go.")
    review = _day("Look again on", required=False)

    def __init__(self, *args: Any, products: list[str], **more: Any) -> None:
        """With the products that are declared."""
        super().__init__(*args, **more)
        chosen = self.fields["product"]
        chosen.choices = [("", "everywhere"), *((name, name) for name in products)]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What a product's owner says of one project. What is left empty counts as not answered."""

    project = forms.CharField(widget=forms.HiddenInput, max_length=300)
    without = forms.ChoiceField(
        label="Could you deliver without it?",
        required=False,
        choices=[("", "not answered"), *((word, word) for word in get_args(Without))],
    )
    replacement = _line("What would replace it?", required=False)
    areas = _line(
        "Which areas of it will you need in two years?",
        required=False,
        help_text="Commas between.",
        most=LONG,
    )
    dependency = forms.FloatField(
        label="How much does the product depend on it, 1 to 10?",
        required=False,
        min_value=1,
        max_value=10,
        help_text="Only if your figure is to count in the score; it needs a reason then.",
    )
    reason = _text("Why?", required=False, rows=2)


class BudgetForm(forms.Form):
    """A budget to be split over projects."""

    budget = forms.DecimalField(label="Budget", min_value=Decimal(1), max_digits=14, decimal_places=2)
    currency = forms.ChoiceField(choices=[(code, code) for code in _CURRENCIES], initial="EUR")
    most = forms.IntegerField(label="At most so many projects", required=False, min_value=1, max_value=200)
    least = forms.DecimalField(
        label="At least so much each", required=False, min_value=Decimal(0), max_digits=14, decimal_places=2
    )


def kept(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether a change was made; what the core refuses is told over the form."""
    try:
        act()
    except SettingsError as error:
        for fault in error.faults:
            name = fault.place.rpartition(".")[2]
            words = fault.message[:1].upper() + fault.message[1:]
            form.add_error(
                name if name in form.fields else None,
                f"{words}." if name in form.fields else f"{name} {fault.message}.",
            )
        return False
    except UsageError as error:
        form.add_error(None, f"{error.message} {error.hint or ''}".strip())
        return False
    return True


def several(text: str) -> tuple[str, ...]:
    """Texts with commas between."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
