# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What legal says of a package's licence: what it is, or which alternative is taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model import licenses
from umbel.model.errors import UmbelError
from umbel.model.license_logic import alternatives, tree
from umbel.model.license_logic import render as written
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import Asked, list_of, row_of
from umbel.office.pages.legal import told
from umbel.office.pages.legal.lists import UNDECIDED, VIOLATIONS
from umbel.office.pages.legal.refusing import known_product, refuse
from umbel.office.records import change
from umbel.office.roles import Who, allows
from umbel.policy.license_decisions import Choice, Conclusion
from umbel.policy.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from umbel.app.workspace import Workspace
    from umbel.office.editions import Row
    from umbel.office.seen import Seen

MOST_WAYS = 32
CONCLUDE, CHOOSE = "conclude", "choose"


class Decision(forms.Form):
    """What is said of a package's licence."""

    what = forms.ChoiceField(
        label="What you decide",
        choices=[
            (CONCLUDE, "Its licence is …"),
            (CHOOSE, "Of the alternatives that it offers we take …"),
        ],
        widget=forms.RadioSelect,
        initial=CONCLUDE,
    )
    license = forms.CharField(
        label="Licence",
        max_length=500,
        help_text="As SPDX writes it: MIT, Apache-2.0, GPL-2.0-only WITH Classpath-exception-2.0.",
    )
    versions = forms.CharField(
        label="Only these versions",
        max_length=200,
        required=False,
        help_text="A range such as <2.0; empty: all versions.",
    )
    product = forms.CharField(
        label="Only in this product",
        max_length=200,
        required=False,
        help_text="For a choice; empty: everywhere.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever reads it in a year must understand it.",
    )
    evidence = forms.URLField(
        label="Link to what shows it", max_length=1000, required=False, assume_scheme="https"
    )

    def of(self, row: Row) -> Decision:
        """The form for a question: without alternatives there is nothing to choose among."""
        ways, what = _ways(row), self.fields["what"]
        if ways:
            self.initial = {**self.initial, "what": CHOOSE, "license": ""}
            self.fields["license"].help_text = f"One of: {'; '.join(ways)}"
        else:
            what.choices = what.choices[:1]  # type: ignore[attr-defined]
            what.widget = forms.HiddenInput()
            del self.fields["product"]
        return self

    def clean_product(self) -> str:
        """A product that there is: a choice for none would count nowhere, and nobody would notice."""
        return known_product(str(self.cleaned_data["product"]))

    def clean_license(self) -> str:
        """An expression that SPDX can write."""
        said = str(self.cleaned_data["license"])
        expression = licenses.read(said).expression
        if expression is None:
            raise forms.ValidationError("That is no SPDX expression.")
        return expression


def decide(request: HttpRequest, key: str) -> HttpResponse:
    """A package whose licence waits for a decision: what is known of it, and the form that decides."""
    looks = seen_module.of(request)
    found = row_of(UNDECIDED, key, looks)
    row = found.value
    if row is None and found.state == "ready":
        raise Http404("Nobody asks that any more: it was decided, or the package is used no longer.")
    may = looks.day is None and allows(Who.LEGAL, looks.roles)
    form = (
        Decision(request.POST if request.method == "POST" else None, initial={"license": _guess(row)}).of(row)
        if may and row is not None
        else None
    )
    if form is not None and row is not None and request.method == "POST" and form.is_valid():
        try:
            change(
                request,
                action=f"license.{form.cleaned_data['what']}",
                subject=str(row["package"]),
                act=act(form, row, request.user.get_username()),
            )
        except UmbelError as error:
            refuse(form, error, {"chosen": "license", "package": "versions"})
        else:
            return _on(request, key, row, looks)
    uses = None
    if row is not None:
        asked = Asked(search=str(row["name"]), per_page=100)
        page = list_of(VIOLATIONS, asked, looks).value
        uses = [each for each in page.rows if _is_of(each, row)] if page else []
    context = {
        "found": found,
        "row": row,
        "form": form,
        "uses": uses,
        "ways": _ways(row),
        "told": _told(row),
        "answered": row is not None and key in told.decided_since(looks),
    }
    return render(
        request, "legal/decide.html", context, status=422 if form is not None and form.errors else 200
    )


def _on(request: HttpRequest, key: str, row: Row, looks: Seen) -> HttpResponse:
    """To the next question that nobody answered yet; to the list where there is none."""
    answered = {key, *told.decided_since(looks)}
    page = list_of(UNDECIDED, Asked(per_page=100), looks).value
    left = [each for each in page.rows if each["key"] not in answered] if page else []
    messages.success(request, f"Written down: {row['name']} is decided. Figures follow in a moment.")
    if not left:
        return HttpResponseRedirect(reverse("undecided"))
    return HttpResponseRedirect(reverse("license-decide", args=[left[0]["key"]]))


def _is_of(finding: Row, row: Row) -> bool:
    """Whether a finding asks the same question of the same package."""
    if finding["package"] != row["package"]:
        return False
    asks_which = finding["rule"] == "license-unknown"
    return asks_which if row["license"] is None else bool(finding["what"] == row["license"])


def act(form: Decision, row: Row, by: str) -> Callable[[Workspace], None]:
    """What writes the decision down."""
    said, today = form.cleaned_data, datetime.now(UTC).date()
    package = f"{row['package']}@{said['versions']}" if said["versions"] else str(row["package"])
    if said["what"] == CONCLUDE:
        conclusion = Conclusion(
            package=package,
            license=said["license"],
            reason=said["reason"],
            by=by,
            decided=today,
            evidence=said["evidence"] or None,
        )
        return lambda ws: ws.conclude_license(conclusion)
    choice = Choice(
        package=package,
        license=str(row["license"] or ""),
        chosen=said["license"],
        by=by,
        decided=today,
        reason=said["reason"],
        product=said.get("product") or None,
    )
    return lambda ws: ws.choose_license(choice)


def _guess(row: Row | None) -> str:
    said = None if row is None else row["license"]
    return "" if said in {None, "NONE"} else str(said)


def _ways(row: Row | None) -> list[str]:
    """The alternatives of what documents say, where there are several."""
    expression = _guess(row)
    found = tree(expression)[0] if " OR " in expression else None
    if found is None:
        return []
    return [written(way) for way in alternatives(found, MOST_WAYS) or ()]


def _told(row: Row | None) -> list[Conclusion]:
    """What was said of the package before."""
    if row is None:
        return []
    every = workspace().license_decisions().conclude
    return [each for each in every if named(each.package, str(row["package"]), None) is not False]
