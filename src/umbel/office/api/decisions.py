# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions: each kind of record as an operation that writes it. Who decides and the day are the office's to say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.http import HttpResponse

from umbel.frameworks.goals import Goal
from umbel.frameworks.interface import Attestation
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.office.api.answers import answer
from umbel.office.api.machine import fail, operation, unfit
from umbel.office.inbox.kinds import KINDS
from umbel.office.records import change
from umbel.office.records.actor import actor_of
from umbel.office.roles import Who, allows
from umbel.office.seen import of as seen_of
from umbel.policy.evaluations import Evaluation
from umbel.policy.exceptions import Entry as Excepted
from umbel.policy.license_decisions import Choice, Conclusion
from umbel.policy.plans import Plan
from umbel.policy.publications import Publication
from umbel.strategy.contributions import Contribution
from umbel.strategy.interface import Opinion
from umbel.strategy.opinions import Decided

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from umbel.app.workspace import Workspace
    from umbel.office.seen import Seen

TAG = "Decisions"
GIVEN = ("by", "decided")
"""Fields that nobody sends: the account that asks, and today."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record: what it is, who may write it, how the audit log calls that, and the use case that does."""

    name: str
    about: str
    record: type[msgspec.Struct]
    who: Who
    action: str
    subject: str
    write: Callable[[Workspace, Any], Any]


class Written(msgspec.Struct, kw_only=True):
    """What was written, by whom."""

    kind: str
    subject: str
    by: str
    decided: str


KINDS_OF_RECORDS = (
    Kind(
        name="exceptions", about="Except something from a rule of the policy, until a day.", record=Excepted,
        who=Who.APPROVER, action="exception.grant", subject="rule", write=lambda ws, e: ws.except_(e),
    ),
    Kind(
        name="license-conclusions", about="Conclude what the licence of a package is.", record=Conclusion,
        who=Who.LEGAL, action="license.conclude", subject="package", write=lambda ws, e: ws.conclude_license(e),
    ),
    Kind(
        name="license-choices", about="Choose among the alternatives of a package's licence.", record=Choice,
        who=Who.LEGAL, action="license.choose", subject="package", write=lambda ws, e: ws.choose_license(e),
    ),
    Kind(
        name="evaluations", about="Decide whether a package may be adopted.", record=Evaluation,
        who=Who.APPROVER, action="evaluation.decide", subject="package", write=lambda ws, e: ws.decide_evaluation(e),
    ),
    Kind(
        name="opinions", about="Say how strategic an upstream project is, or a part of that.", record=Opinion,
        who=Who.CONTRIBUTOR, action="strategy.say", subject="project", write=lambda ws, e: ws.say(e),
    ),
    Kind(
        name="stances", about="Decide the stance towards an upstream project.", record=Decided,
        who=Who.OFFICE, action="strategy.decide", subject="project", write=lambda ws, e: ws.decide_stance(e),
    ),
    Kind(
        name="contributions", about="Plan a contribution to an upstream project.", record=Contribution,
        who=Who.CONTRIBUTOR, action="contribution.add", subject="project", write=lambda ws, e: ws.add_contribution(e),
    ),
    Kind(
        name="plans", about="Plan the end of life of a piece of software.", record=Plan,
        who=Who.APPROVER, action="plan.decide", subject="owner", write=lambda ws, e: ws.plan(e),
    ),
    Kind(
        name="goals", about="Set a goal, with the KPIs that it is held against.", record=Goal,
        who=Who.OFFICE, action="goal.set", subject="id", write=lambda ws, e: ws.set_goal(e),
    ),
    Kind(
        name="attestations", about="Attest a practice of a framework, with its proof.", record=Attestation,
        who=Who.APPROVER, action="attestation.add", subject="claim", write=lambda ws, e: ws.attest(e),
    ),
    Kind(
        name="publications", about="Note that a project of ours was published.", record=Publication,
        who=Who.OFFICE, action="publication.add", subject="project", write=lambda ws, e: ws.publish(e),
    ),
)  # fmt: skip


def schema_of(kind: Kind) -> dict[str, Any]:
    """The body of an operation: the record without what the office says itself."""
    (_,), components = msgspec.json.schema_components(
        [kind.record], ref_template="#/components/schemas/{name}"
    )
    told: dict[str, Any] = dict(components[kind.record.__name__])
    told["properties"] = {name: each for name, each in told["properties"].items() if name not in GIVEN}
    told["required"] = [name for name in told.get("required", ()) if name not in GIVEN]
    told["additionalProperties"] = False
    return told


def declare(kind: Kind) -> None:
    """Make the operation of a kind."""

    def decide(request: HttpRequest) -> HttpResponse:
        entry = _entry(request, kind)
        if isinstance(entry, HttpResponse):
            return entry
        project = getattr(entry, "project", None)
        looks = seen_of(request)
        if isinstance(project, str) and not looks.shows(project):
            return unfit([{"place": "body.project", "message": "There is no project of this name."}])
        if (refused := _not_theirs(kind, entry, looks)) is not None:
            return refused
        subject = str(getattr(entry, kind.subject))
        try:
            change(request, action=kind.action, subject=subject, act=lambda ws: kind.write(ws, entry))
        except SettingsError as error:
            return unfit([{"place": f"body.{each.place}", "message": each.message} for each in error.faults])
        except UsageError as error:
            return unfit([{"place": "body", "message": str(error)[:600]}])
        told = Written(kind=kind.name, subject=subject, by=entry.by, decided=entry.decided.isoformat())
        return answer(request, told, status=201)

    decide.__doc__ = f"{kind.about}\n\nWho decides is the account that asks, the day is today."
    operation(
        "POST",
        f"/decisions/{kind.name}",
        tag=TAG,
        who=kind.who,
        scope="decide",
        name=f"decide-{kind.name}",
        answers=Written,
        extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema_of(kind)}}}
        },
    )(decide)


def _entry(request: HttpRequest, kind: Kind) -> Any:
    """The record that was sent, or what is wrong with it."""
    try:
        said = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError):
        return fail(400, "The body can't be read as JSON.")
    if not isinstance(said, dict):
        return unfit([{"place": "body", "message": "is no object"}])
    names = {each.encode_name for each in msgspec.structs.fields(kind.record)}
    faults = [
        {"place": f"body.{name}", "message": "is no field of this record"}
        for name in sorted(set(said) - names)
    ]
    faults += [
        {"place": f"body.{name}", "message": "is said by the office"} for name in GIVEN if name in said
    ]
    faults += [
        {"place": f"body.{each.encode_name}", "message": "is missing"}
        for each in msgspec.structs.fields(kind.record)
        if each.required and each.encode_name not in {*GIVEN, *said}
    ]
    whole = {**said, "by": actor_of(request).name, "decided": datetime.now(UTC).date().isoformat()}
    if not faults:
        try:
            return msgspec.convert(whole, kind.record)
        except (msgspec.ValidationError, ValueError, OverflowError) as error:
            message, _, place = str(error).partition(" - at `$")
            faults = [{"place": f"body{place.rstrip('`')}", "message": message}]
    return unfit(faults)


def _not_theirs(kind: Kind, entry: Any, looks: Seen) -> HttpResponse | None:
    """Legal excepts from rules of licences, security from those of vulnerabilities: as requests are answered."""
    if kind.name != "exceptions":
        return None
    role = KINDS["exception"].answerer(msgspec.to_builtins(entry))
    if allows(Who(role.value), looks.roles):
        return None
    return fail(403, f"Exceptions from this rule are granted by {role.value}.")


for each in KINDS_OF_RECORDS:
    declare(each)
