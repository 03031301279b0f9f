# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A commit isn't signed off by its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.outgoing import Commit


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`merges`: whether merge commits need it, too."""

    level: RuleLevel = "note"
    merges: bool = False


class SignOffRule(OutboundRule):
    """One finding a commit."""

    id = "outbound-sign-off"
    title = "Not signed off"
    what = "A commit has no Signed-off-by line with its author's address."
    why = "By it the author says to have the right to send this (Developer Certificate of Origin); many ask for it."
    remedy = "git commit --amend --signoff; for several commits: git rebase --signoff"
    example = '[outbound.sign-off]\nlevel = "fail"'
    settings = Settings

    def commit(self, commit: Commit, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """At most one judgement."""
        if commit.parents > 1 and not settings.merges:
            return
        signed = {person.address.casefold() for person in commit.sign_offs}
        own = commit.author.address.casefold()
        if own and own in signed:
            return
        if commit.cut:
            reason = f"The message of commit {commit.sha[:12]} is too long to be read to its end."
            yield OutboundJudgement(reason=reason, outcome="unknown", severity="info", what=commit.sha[:12])
            return
        whose = "somebody else's" if signed else "no"
        yield OutboundJudgement(
            reason=f"Commit {commit.sha[:12]} has {whose} Signed-off-by line, not its author's.",
            severity="low",
            what=commit.sha[:12],
            remedy=self.remedy,
            evidence={"commit": commit.sha},
        )
