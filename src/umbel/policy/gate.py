# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The gate: a checkout, a lockfile or an SBOM → a verdict, or what a change makes of it.

Nothing is written and nothing is fetched. What the world says comes from an index of advisories and, where there is
one, from the workspace's lake; what neither knows stays unknown, and is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.memory import MemoryLake
from umbel.evidence.session import Session
from umbel.model.errors import UsageError
from umbel.policy import quality as quality_module
from umbel.policy.bill import Bill, read, read_at
from umbel.policy.judge import Case, against, judge
from umbel.policy.lookup import REFERENCE
from umbel.policy.paths import with_paths, with_places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from umbel.evidence.lake import Lake
    from umbel.model.naming import Naming
    from umbel.policy.verdict import Verdict

_TABLES = ("usage", "components", "dependencies", "imports", *REFERENCE)


class Checked(msgspec.Struct, frozen=True):
    """A verdict, and the files that its findings speak of, by the paths that they give."""

    verdict: Verdict
    files: dict[str, Path]


def check(
    paths: Sequence[Path],
    case: Case,
    naming: Naming,
    *,
    against_revision: str | None = None,
    base: Lake | None = None,
    as_of: datetime | None = None,
) -> Checked:
    """Judge what stands in files and folders; with `against_revision`, only what changed since that commit.

    Raises `UsageError` if nothing there can be judged, or if there is no such commit.
    """
    # What lies there now is judged by what was known that day, whenever it was written.
    bill = read(paths, naming, as_of)
    if not bill.documents and not bill.trouble and against_revision is None:
        places = ", ".join(map(str, paths))
        raise UsageError(
            f"There is no SBOM, lockfile or manifest in {places}.", "umbel check takes a file or a folder."
        )
    verdict = judged(bill, case, base, as_of)
    if against_revision is None:
        return Checked(verdict, bill.files)
    if len(paths) != 1:
        raise UsageError("Only one PATH can be compared with a commit.")
    before = read_at(paths[0], against_revision, naming, as_of)
    return Checked(against(verdict, judged(before, case, base, as_of)), bill.files)


def judged(bill: Bill, case: Case, base: Lake | None = None, as_of: datetime | None = None) -> Verdict:
    """The verdict on what was read; `base` tells what the world says of it."""
    rated = _has_sbom(bill)
    tables = {*_TABLES, *quality_module.TABLES} if rated else {*_TABLES}
    with Session(MemoryLake(bill.batch, base), as_of, tables) as session:
        policies = [case.policy.for_project(name, case.belonging(name).products) for name in bill.projects]
        asked = quality_module.standards_asked(policies)
        if asked and rated:
            case = msgspec.structs.replace(case, quality=quality_module.quality(session, asked))
        verdict = judge(session, case)
        findings = with_places(session, with_paths(session, verdict.findings), bill.names)
    return msgspec.structs.replace(
        verdict, findings=findings, trouble=[*bill.trouble, *verdict.trouble], documents=bill.documents
    )


def _has_sbom(bill: Bill) -> bool:
    """Whether anything read tells of itself, as SBOMs do and lockfiles don't: rating costs more than judging."""
    told = bill.batch.tables.get("documents")
    return told is not None and told.num_rows > 0
