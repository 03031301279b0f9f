# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of records that programs may write: which record, who may, and the use case that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks import office
from umbel.frameworks.goals import Goal
from umbel.frameworks.interface import Attestation
from umbel.frameworks.links import Link, Withdrawn
from umbel.frameworks.stakeholders import Stakeholder
from umbel.model.errors import UsageError
from umbel.office.roles import Who
from umbel.policy.evaluations import Evaluation
from umbel.policy.exceptions import Entry as Excepted
from umbel.policy.license_decisions import Choice, Conclusion
from umbel.policy.plans import Plan
from umbel.policy.publications import Publication
from umbel.strategy.contributions import Contribution, Review
from umbel.strategy.interface import Opinion
from umbel.strategy.naming import Named
from umbel.strategy.opinions import Decided
from umbel.strategy.owners import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.app.workspace import Workspace


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record: what it is, who may write it, how the audit log calls that, and the use case that does."""

    name: str
    about: str
    record: type[msgspec.Struct]
    who: Who
    action: str
    subject: str | None
    """The field that says what it is about; None: it is about a person, and the log names the kind alone."""
    write: Callable[[Workspace, Any], Any]


def answered(workspace: Workspace, entry: Answer) -> None:
    """Write down what an owner said. Raises `UsageError` for an answer that says nothing."""
    if entry.blank:
        raise UsageError("Nothing was answered.")
    workspace.answer([entry])


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
    Kind(
        name="contribution-reviews", about="Look back at a contribution: what was found, and how it goes on.",
        record=Review, who=Who.CONTRIBUTOR, action="contribution.review", subject="contribution",
        write=lambda ws, e: ws.review_contribution(e),
    ),
    Kind(
        name="coordinators", about="Name who speaks for us in an upstream project.", record=Named,
        who=Who.OFFICE, action="strategy.coordinate", subject="project", write=lambda ws, e: ws.name_coordinator(e),
    ),
    Kind(
        name="owner-answers", about="Answer for a product whether it could be delivered without a project.",
        record=Answer, who=Who.VIEWER, action="owner.answer", subject="product", write=answered,
    ),
    Kind(
        name="links", about="Share an address with the people of a petal.", record=Link,
        who=Who.CONTRIBUTOR, action="link.share", subject="url", write=lambda ws, e: ws.share_link(e),
    ),
    Kind(
        name="link-withdrawals", about="Share an address no longer.", record=Withdrawn,
        who=Who.CONTRIBUTOR, action="link.withdraw", subject="url", write=lambda ws, e: ws.withdraw_link(e),
    ),
    Kind(
        name="stakeholders", about="Write down who has a stake, for the office's eyes only.", record=Stakeholder,
        who=Who.OFFICE, action="stakeholder.record", subject=None, write=lambda ws, e: ws.record_stakeholder(e),
    ),
    *(
        Kind(
            name=f"office-{name}", about=about, record=record, who=Who.OFFICE, action="office.record", subject=subject,
            write=lambda ws, e: ws.record_office(e),
        )
        for name, about, record, subject in (
            ("mandate", "Write down what the office is for, and who stands behind it.", office.Mandate, "sponsor"),
            ("people", "Write down a role of the office, and whether it is filled.", office.Person, "role"),
            ("technology", "Write down a tool of the office.", office.Technology, "name"),
            ("budget", "Write down a line of the office's budget.", office.Budget, "line"),
            ("channels", "Write down how the office reaches the people of a petal.", office.Channel, "name"),
            ("pilots", "Write down what is tried with a few before it is asked of all.", office.Pilot, "name"),
        )
    ),
)  # fmt: skip
