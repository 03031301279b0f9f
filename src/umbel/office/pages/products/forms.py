# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The form of a product."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from django import forms

from umbel.model.settings import Criticality, Distribution, Product, Release

if TYPE_CHECKING:
    from collections.abc import Sequence

CRITICALITIES = [("", "nobody said"), *((each, each) for each in get_args(Criticality))]
DISTRIBUTIONS = [(each, each.replace("-", " ")) for each in get_args(Distribution)]
MOST_PATTERNS = 500
MOST_RELEASES = 200


class Written(forms.Form):
    """A product: what it is, who answers for it, how it reaches its users, and which projects make it up."""

    name = forms.CharField(label="Name", max_length=120)
    owner = forms.CharField(
        label="Owner", max_length=160, required=False, help_text="Who answers for it: an address or a role."
    )
    department = forms.CharField(label="Business unit", max_length=160, required=False)
    criticality = forms.ChoiceField(
        label="Criticality",
        choices=CRITICALITIES,
        required=False,
        help_text="How much business depends on it: every ranking weighs by it.",
    )
    distribution = forms.MultipleChoiceField(
        label="How it reaches its users",
        choices=DISTRIBUTIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Licence duties depend on it.",
    )
    projects = forms.CharField(
        label="Projects",
        max_length=60_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono"}),
        help_text="One a line: a whole name, its end, or a pattern as github.com/acme/shop*.",
    )
    releases = forms.CharField(
        label="Releases",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text="One a line: version, release, end of support (2.1 2026-03-01 2028-03-01); a dash for unknown.",
    )

    def clean_projects(self) -> tuple[str, ...]:
        """Patterns, one a line, each once."""
        found = tuple(dict.fromkeys(filter(None, map(str.strip, self.cleaned_data["projects"].splitlines()))))
        if len(found) > MOST_PATTERNS:
            raise forms.ValidationError(
                f"{len(found)} lines are more than the {MOST_PATTERNS} that fit: use patterns."
            )
        return found

    def clean_releases(self) -> tuple[Release, ...]:
        """Releases, one a line."""
        lines = [line.split() for line in self.cleaned_data["releases"].splitlines() if line.strip()]
        if len(lines) > MOST_RELEASES:
            raise forms.ValidationError(f"{len(lines)} releases are more than the {MOST_RELEASES} that fit.")
        return tuple(map(_release, lines))

    def product(self) -> Product:
        """What was written, once it is valid."""
        data = self.cleaned_data
        return Product(
            name=data["name"].strip(),
            owner=data["owner"].strip() or None,
            department=data["department"].strip() or None,
            criticality=data["criticality"] or None,
            distribution=tuple(data["distribution"]),
            releases=data["releases"],
            projects=data["projects"],
        )


def initial(product: Product, patterns: Sequence[str]) -> dict[str, Any]:
    """A product as the form shows it, with those of its patterns that may be told."""
    return {
        "name": product.name,
        "owner": product.owner or "",
        "department": product.department or "",
        "criticality": product.criticality or "",
        "distribution": list(product.distribution),
        "projects": "\n".join(patterns),
        "releases": "\n".join(
            " ".join((each.version, _said(each.released), _said(each.end_of_support)))
            for each in product.releases
        ),
    }


def _said(day: date | None) -> str:
    return day.isoformat() if day else "-"


def _release(words: list[str]) -> Release:
    try:
        days = [None if each == "-" else date.fromisoformat(each) for each in words[1:]]
    except ValueError as error:
        raise forms.ValidationError(f"{' '.join(words)!r}: a day is written as 2026-03-01.") from error
    if len(days) > 2:
        raise forms.ValidationError(f"{' '.join(words)!r}: a version and at most two days.")
    released, ends = (*days, None, None)[:2]
    return Release(version=words[0], released=released, end_of_support=ends)
