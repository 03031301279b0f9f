# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where candidates come from, and what is known of these projects: how fragile, who controls them, how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.evidence.session import Session
    from umbel.evidence.upstream import Examined
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
