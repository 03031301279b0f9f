# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence in: a document that somebody hands in, judged by the policy in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.app.policies import Policies

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from umbel.evidence.ingest_upload import Handed, Kept, Prepared, Understood
    from umbel.policy.file import Policy
    from umbel.policy.interface import RuleSettings
    from umbel.policy.verdict import Verdict

_VULNERABILITY = "vulnerability"


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of a document, the verdict on it, and what became of it (None: nothing was to be kept)."""

    document: Understood
    verdict: Verdict
    kept: Kept | None


class Receiving(Policies):
    """See `umbel.app.workspace`."""

    def hand_in(
        self, handed: Handed, *, keep: bool = True, wide: bool = False, now: datetime | None = None
    ) -> Received:
        """Read a document, judge it by the policy, and keep it in place of what stood for its project.

        `wide` also tells of vulnerabilities that are less grave than the policy looks for.
        Raises `UsageError` in one line where it can't be understood: nothing is kept then.
        """
        from umbel.evidence import ingest_upload

        document = ingest_upload.understood(handed, self.settings.naming())
        lake = self.lake(create=True) if keep else self._lake_if_any()
        found = ingest_upload.prepared(document, lake, now)
        verdict = self._judged_alone(found, self._widened() if wide else self.policy(), now)
        kept = ingest_upload.keep(lake, found) if keep and lake is not None else None
        return Received(document=document, verdict=verdict, kept=kept)

    def withdraw_handed(self, origins: Iterable[str], *, now: datetime | None = None) -> int:
        """Publish that documents which were handed in stand no more, by their origins; gives how many did."""
        from umbel.evidence import ingest_upload

        places = sorted(origins)
        return ingest_upload.withdraw(self.lake(create=True), places, now) if places else 0

    def all_found(self, project: str, *, as_of: datetime | None = None) -> Verdict:
        """The verdict on a project, with every vulnerability, also those less grave than the policy looks for."""
        return self.verdict(project=project, policy=self._widened(), as_of=as_of)

    def asked_of(self, project: str, rule: str) -> RuleSettings | None:
        """What the policy says of a rule for a project; None where it isn't asked."""
        return self.policy().for_project(project, self.belonging(project).products).rules.get(rule)

    def _widened(self) -> Policy:
        from umbel.policy.file import Policy

        said = self.policy().said
        rules = {**said.rules, _VULNERABILITY: {**said.rules.get(_VULNERABILITY, {}), "severity": "info"}}
        return Policy(msgspec.structs.replace(said, rules=rules))

    def _judged_alone(self, found: Prepared, policy: Policy, now: datetime | None) -> Verdict:
        from umbel.policy import gate
        from umbel.policy.bill import Bill
        from umbel.policy.verdict import Trouble

        document = found.document
        lost = [fault for fault in document.reading.faults if fault.level == "error"]
        bill = Bill(
            batch=found.batch,
            projects=[document.project],
            documents=1,
            trouble=[Trouble(document.name, fault) for fault in lost],
            names={document.origin: document.name},
            files={},
        )
        return gate.judged(bill, self._case(policy, None, now), self._lake_if_any(), now)
