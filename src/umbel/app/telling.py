# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a workspace tells others of its vulnerabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.app.base import Base
    from umbel.policy.judge import Case
    from umbel.reports.vex import Document


def vex(
    workspace: Base, case: Case, name: str, *, product: bool, author: str | None, as_of: datetime | None
) -> Document:
    """See `umbel.app.policies.Policies.vex`."""
    from umbel.policy import portfolio, vex_told
    from umbel.policy import vex as vex_module
    from umbel.policy._vex_statement import Thing
    from umbel.reports.vex import Document

    speaker = author or workspace.settings.organisation.name
    if speaker is None:
        raise UsageError(
            "Nobody is named who says so.", "Give --author, or name the organisation in umbel.toml."
        )
    if case.index is None:
        raise UsageError("No advisories are known here.", "Fetch them: umbel sync advisories")
    asked = msgspec.structs.replace(case, policy=vex_told.everything(case.policy))
    with workspace.session(as_of, portfolio.TABLES) as session:
        title, scope, _ = workspace._meant(session, name, product=product)  # noqa: SLF001 - of one package
        found = portfolio.verdict(session, asked, scope)
        known = vex_module.identities(session, scope, lambda one: case.belonging(one).products)
        about = vex_told.named(title, known[title]) if scope == [title] else Thing(name=title)
        said = vex_told.told(found.findings, about, session.as_of)
        if case.vex:
            said += vex_told.passed_on(session, case.vex, known, said, about)
        return Document(
            title=title, product=about, author=speaker, made_at=session.as_of, statements=tuple(said)
        )
