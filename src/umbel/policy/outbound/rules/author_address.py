# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A commit carries an address that shouldn't leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings
from umbel.policy.outbound.patterns import meant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.outgoing import Commit

_ADDRESS = re.compile(r"[^@\s]+@(?:[^@\s.]+\.)+[^@\s.]+")
_LOCAL = (".local", ".localdomain", ".lan", ".internal", ".home", ".corp", ".localhost")


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`domains` may stand in addresses, besides the organisation's own (umbel.toml), and so may those below them.

    `allowed` are patterns of further addresses, `denied` of those that may never leave; `committer` says whether the
    committer's address is looked at, too.
    """

    level: RuleLevel = "warn"
    domains: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    committer: bool = True


class AuthorAddressRule(OutboundRule):
    """One finding a role, address and commit."""

    id = "outbound-author-address"
    title = "Author's address"
    what = "A commit's author or committer has an address that isn't of the organisation, or names a machine."
    why = "Private addresses and names of machines can't be called back, and work is told from hobby by them."
    remedy = "git config user.email YOUR-ADDRESS, then git commit --amend --reset-author"
    example = (
        '[outbound.author-address]\ndomains = ["acme.example"]\nallowed = ["*@users.noreply.git.example"]'
    )
    settings = Settings

    def lacks(self, settings: Settings, around: Around) -> str | None:
        """Nobody's domains are known where none is written."""
        if settings.domains or settings.allowed or settings.denied or around.domains:
            return None
        return "No domains are configured: [organisation] domains, or [outbound.author-address]."

    def commit(self, commit: Commit, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:
        """At most one judgement a role."""
        people = {"author": commit.author.address}
        if settings.committer and commit.committer.address != commit.author.address:
            people["committer"] = commit.committer.address
        for role, address in people.items():
            wrong = _wrong(address, settings, around)
            if wrong:
                yield OutboundJudgement(
                    reason=f"The {role} of commit {commit.sha[:12]} has the address {address or '(none)'}, {wrong}.",
                    what=f"{role} {commit.sha[:12]}",
                    remedy=self.remedy,
                    evidence={"commit": commit.sha, "address": address, "ids": [address, commit.sha[:12]]},
                )


def _wrong(address: str, settings: Settings, around: Around) -> str | None:
    if meant(address, settings.denied):
        return "which may not leave"
    if meant(address, settings.allowed):
        return None
    domain = address.rpartition("@")[2].casefold().rstrip(".")
    if not _ADDRESS.fullmatch(address) or domain.endswith(_LOCAL):
        return "which names a machine or nobody"
    own = [one.casefold().lstrip("@.") for one in (*settings.domains, *around.domains)]
    if own and not any(domain == one or domain.endswith(f".{one}") for one in own):
        return "of a domain that isn't ours"
    return None
