# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The names of all known projects, so that a form can tell at once what its patterns name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.editions.registry import figure

if TYPE_CHECKING:
    from umbel.office.editions.interface import Shared


@figure
def project_names(shared: Shared) -> list[str]:
    """Every known project: some 40 bytes each, 2 MB for the largest portfolio."""
    from umbel.evidence.questions.coverage import known_projects

    return known_projects(shared.known.session)
