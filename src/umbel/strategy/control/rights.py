# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""On what terms contributions come in: an agreement, a certificate of origin, or nothing that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.metrics.words import percent
from umbel.strategy.control.model import model
from umbel.strategy.control.records import Rights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.control.practices import Seen
    from umbel.strategy.control.records import Terms

# As the metric `sign_off_share` counts: bots and merges are left out.
_SIGNED_OFF = """
SELECT c.project, count(*) AS n, count(*) FILTER (c.signed_off) AS signed
FROM control_commits AS c JOIN people AS p ON p.identity = c.author
WHERE NOT p.bot AND c.parents < 2
GROUP BY c.project
"""


def rights(
    session: Session, projects: Sequence[str], seen: Mapping[str, Mapping[str, Seen]]
) -> dict[str, Rights]:
    """The terms of contributions, by project; `shares.hold` must have been called."""
    counted = {project: (n, signed) for project, n, signed in session.ask(_SIGNED_OFF).rows()}
    return {name: told(seen.get(name, {}), *counted.get(name, (0, 0))) for name in projects}


def told(seen: Mapping[str, Seen], commits: int, signed: int) -> Rights:
    """The terms by what files show and how many commits are signed off."""
    share = signed / commits if commits else None
    because: list[str] = []
    assignment = _met(seen, "copyright-assignment", "asks to assign the copyright", because)
    cla = _met(seen, "cla", "speaks of a contributor license agreement", because)
    dco = _met(seen, "dco", "asks for a sign-off (DCO)", because)
    enough = commits >= model().least_commits and share is not None
    if share is not None and share >= model().dco_rare:
        because.append(f"{percent(share)} of {commits:,} commits are signed off")
    custom = bool(enough and share is not None and share >= model().dco_share)
    terms = _terms(assignment=assignment, cla=cla, dco=bool(dco) or custom)
    if terms is None and cla is False and dco is False:
        terms = "none seen"
        because.append("neither its files nor its commits show an agreement; a forge may still ask for one")
    if terms is None:
        because.append("its files are unknown")
    return Rights(terms=terms, because=tuple(because), sign_off_share=share, commits=commits)


def _met(seen: Mapping[str, Seen], practice: str, words: str, because: list[str]) -> bool | None:
    found = seen.get(practice)
    if found is None or found.outcome not in {"met", "unmet"}:
        return None
    if found.outcome == "met":
        because.append(f"{found.path} {words}")
    return found.outcome == "met"


def _terms(*, assignment: bool | None, cla: bool | None, dco: bool) -> Terms | None:
    if assignment:
        return "assignment"
    if cla:
        return "cla and dco" if dco else "cla"
    return "dco" if dco else None
