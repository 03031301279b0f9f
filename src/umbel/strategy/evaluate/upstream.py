# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where candidates come from, and what is known of these projects: how fragile, who controls them, how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.evidence import upstream as stored
from umbel.evidence.people import attach
from umbel.strategy import fragility
from umbel.strategy.control.control import TABLES as CONTROL
from umbel.strategy.control.control import controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.evidence.upstream import Examined
    from umbel.strategy.control.decisions import Holders
    from umbel.strategy.control.licensing import Statement
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Fragility, Mapped


class Upstream(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate's project. Without `mapped.project` nobody knows which; `examined` None: never looked at.

    `code` are lines of code in the files of its head, None where these were never read.
    """

    mapped: Mapped | None
    examined: Examined | None = None
    fragility: Fragility | None = None
    control: Control | None = None
    code: int | None = None

    @property
    def project(self) -> str | None:
        """Its name."""
        return None if self.mapped is None else self.mapped.project


TABLES = tuple(dict.fromkeys((*stored.TABLES, *fragility.TABLES, *CONTROL, "languages")))
"""The stored tables of the upstream lake that a session must hold."""
_CODE = "SELECT project, language, sum(code) FROM languages GROUP BY ALL ORDER BY ALL"


def code(session: Session, projects: Iterable[str]) -> dict[str, int]:
    """Lines of code of projects whose files were read; the session holds `languages`."""
    from umbel.strategy.value.assumptions import built_in

    prose, wanted = built_in().not_code, set(projects)
    found: dict[str, int] = {}
    for project, language, lines in session.ask(_CODE).rows():
        if project in wanted:
            found[project] = found.get(project, 0) + (0 if language in prose else int(lines or 0))
    return found


def known(
    session: Session,
    who: Rules,
    mapped: Mapping[str, Mapped],
    versions: Mapping[str, Mapping[str, Sequence[Statement]]],
    said: Holders,
) -> dict[str, Upstream]:
    """By package: what the upstream lake knows of the projects that candidates come from, as of the session's day.

    `versions` are licences over time (`control.licensing.of_packages`), `said` people's words on who holds them.
    """
    examined = stored.examined(session)
    projects = sorted(
        {
            each.project
            for each in mapped.values()
            if each.project in examined and examined[each.project].examined_at is not None
        }
    )
    risks: dict[str, Fragility] = {}
    control: dict[str, Control] = {}
    if projects:
        attach.attach(session, who)
        risks = {each.project: each for each in fragility.fragility(session, None, projects)}
        control = {each.project: each for each in controls(session, projects, said=said, versions=versions)}
    sizes = code(session, projects)
    return {
        package: Upstream(
            mapped=each,
            examined=examined.get(each.project or ""),
            fragility=risks.get(each.project or ""),
            control=control.get(each.project or ""),
            code=sizes.get(each.project or ""),
        )
        for package, each in mapped.items()
    }
