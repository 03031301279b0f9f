# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every part that pages are made of, with its states: to look at, and to test. The samples are made up and say so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import render

from umbel.office.editions import Edition, Found, Page, State
from umbel.reports.charts import Bar, draw, specification

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from umbel.reports.markup import Html

_OUTCOMES = ("met", "warn", "unmet", "unknown", "not-applicable", "on-track", "behind", "critical")
_BARS = (Bar("MIT", 80), Bar("Apache-2.0", 31), Bar("unknown", 9, known=False))
_DAY = date(2026, 10, 1)
_MOMENT = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
_EDITION = Edition(key="sample", day=_DAY, as_of=None, made_at=_MOMENT)


class Sample(forms.Form):
    """A form with a field of each kind."""

    package = forms.CharField(label="Package", help_text="As a purl: pkg:npm/left-pad", max_length=200)
    until = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}))
    rule = forms.ChoiceField(
        label="Rule", choices=[(name, name) for name in ("license-denied", "vulnerability")]
    )
    kinds = forms.MultipleChoiceField(
        label="How it reaches users",
        choices=[("internal", "Internal"), ("hosted", "Hosted"), ("distributed-binary", "Shipped")],
        widget=forms.CheckboxSelectMultiple,
    )
    told = forms.BooleanField(label="Tell me when it is decided", required=False)
    document = forms.FileField(label="SBOM", required=False)


def style(request: HttpRequest) -> HttpResponse:
    """All parts on one page."""
    return render(request, "home/style.html", samples())


@cache
def _drawn() -> Html:
    return draw(
        _BARS,
        120,
        name="sample",
        title="Licences of components",
        description="80 MIT, 31 Apache-2.0, 9 unknown",
    )


def samples() -> dict[str, Any]:
    """What the parts show."""
    return {
        "day": _DAY,
        "moment": _MOMENT,
        "outcomes": (*_OUTCOMES, "something else"),
        "coming": Found(value=None, state=State.COMING),
        "older": Found(value=1, state=State.OLDER, edition=_EDITION),
        "failed": Found(value=None, state=State.FAILED, edition=_EDITION, why="The lake could not be read."),
        "page": Page(rows=[], total=120, whole=1310, page=2, pages=3, order="name"),
        "noun": ("package", "packages"),
        "tabs": [
            {"title": "Inventory", "url": "?tab=inventory", "current": True, "count": 1204},
            {"title": "Risks", "url": "?tab=risks", "current": False, "count": 3},
            {"title": "History", "url": "?tab=history", "current": False, "count": None},
        ],
        "facts": [
            ("Owner", "owner@acme.example"),
            ("End of support", None),
            ("Declared", _DAY),
            ("Tags", ["shop", "till"]),
        ],
        "heads": ["Project", "Components", "Newest evidence"],
        "rows": [["shop-web", 1204, _MOMENT], ["till <b>&</b> co", 0, None]],
        "events": [
            {
                "day": _DAY,
                "title": "Exception granted",
                "by": "legal@acme.example",
                "text": "Until the rewrite.",
                "tone": "good",
            },
            {"day": date(2026, 9, 3), "title": "Denied licence found", "url": "#", "tone": "bad"},
            {"moment": _MOMENT, "title": "Evidence collected"},
        ],
        "form": Sample(),
        "wrong": Sample({"wrong-rule": "license-denied"}, prefix="wrong"),
        "specification": specification(_BARS, 120),
        "chart": _drawn(),
        "hostile": ("javascript:alert(1)", "https://acme.example/x", "<script>alert(1)</script>", "a" * 300),
    }
