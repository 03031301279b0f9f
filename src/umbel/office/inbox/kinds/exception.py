# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An exception to what a rule finds: until a day, for a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from umbel.office.inbox.kinds.base import AnswerForm, Asked, DayField, Kind, Line, Named, Once, Words
from umbel.office.roles import Role
from umbel.policy.exceptions import ANY, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from umbel.app.workspace import Workspace

LEGAL = frozenset(
    {
        "license-denied",
        "license-unknown",
        "copyleft-linkage",
        "denied-package",
        "outbound-license",
        "outbound-license-header",
        "outbound-sign-off",
    }
)
SECURITY = frozenset({"vulnerability", "known-exploited", "malicious", "outbound-secrets"})
"""Rules whose exceptions legal or security answers; the office does for all others."""
_DAYS = 90
_JUSTIFICATIONS = (
    ("", "It does harm, and we accept that"),
    ("component_not_present", "The component isn't there"),
    ("vulnerable_code_not_present", "The vulnerable code isn't there"),
    ("vulnerable_code_not_in_execute_path", "The vulnerable code is never run"),
    ("vulnerable_code_cannot_be_controlled_by_adversary", "No attacker can reach it"),
    ("inline_mitigations_already_exist", "Something else protects it already"),
)


def _rules() -> list[tuple[str, str]]:
    from umbel.policy.registry import every_rule

    rules = [(name, f"{name}: {rule.title}") for name, rule in every_rule().items()]
    return [*rules, (ANY, "every rule (of one package or project)")]


class Ask(Once):
    """What is asked for."""

    rule = forms.ChoiceField(choices=_rules, label="Rule")
    package = Line(
        label="Package", required=False, help_text="A purl, like pkg:pypi/flask or pkg:npm/lodash@<4.17.21."
    )
    project = Named(label="Project", required=False, help_text="Empty: in every project.")
    what = Line(
        label="What it found",
        required=False,
        help_text="An advisory's id or a licence. Empty: whatever it finds.",
    )
    reason = Words(label="Why this can be accepted")
    until = DayField(label="Until", help_text="The last day. Every exception ends.")
    justification = forms.ChoiceField(
        choices=_JUSTIFICATIONS,
        required=False,
        label="If it is a vulnerability",
        help_text="Told to others as VEX where you say that it does no harm.",
    )
    evidence = Line(label="Link to more", required=False, help_text="A web address.")
    finding = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


class Answer(AnswerForm):
    """The answer; the day may be an earlier one."""

    until = DayField(label="Approve until", required=False)


class Excepting(Kind):
    """See the module."""

    name = "exception"
    title = "An exception to a finding"
    about = "A rule of the policy is broken, and there is a reason to accept that for a while."
    action = "exception.grant"
    form = Ask
    answer = Answer
    names: ClassVar = {}

    def title_of(self, fields: Mapping[str, Any]) -> str:
        """The rule and what it is about."""
        about = fields.get("package") or fields.get("project") or fields.get("what") or "everything"
        return f"Exception: {fields['rule']} for {about}"

    def answerer(self, fields: Mapping[str, Any]) -> Role:
        """By the rule."""
        rule = fields["rule"]
        return Role.LEGAL if rule in LEGAL else Role.SECURITY if rule in SECURITY else Role.OFFICE

    def expires(self, fields: Mapping[str, Any], today: date) -> date:
        """When it would end, at the latest."""
        return min(date.fromisoformat(fields["until"]), super().expires(fields, today))

    def initial(self, given: Mapping[str, str]) -> dict[str, Any]:
        """A quarter, unless told."""
        return {"until": datetime.now(UTC).date() + timedelta(_DAYS), **super().initial(given)}

    def act(self, asked: Asked) -> Callable[[Workspace], str]:
        """The exception."""
        until = date.fromisoformat(asked.given.get("until") or asked.fields["until"])
        entry = Entry(
            rule=asked.fields["rule"],
            reason=asked.fields["reason"],
            by=asked.by,
            decided=asked.today,
            until=until,
            package=asked.text("package"),
            project=asked.text("project"),
            what=asked.text("what"),
            evidence=asked.text("evidence"),
            justification=asked.text("justification"),
        )

        def grant(ws: Workspace) -> str:
            ws.except_(entry)
            return entry.name

        return grant
