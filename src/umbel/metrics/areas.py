# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a metric can say of a part of a repository, and what only of the whole.

A release, a tag and a merge are of the whole repository. What stands on them alone is unknown for a part;
what stands on commits as well is told from these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from umbel.metrics.dialect import RELATIONS

if TYPE_CHECKING:
    from umbel.metrics.definition import Definition

OF_COMMITS: Final = frozenset({"commits", "contributions", "reviews", "people", "affiliations", "changes"})
"""Relations that can be narrowed to the commits of a part."""
OF_RELEASES: Final[dict[str, frozenset[str]]] = {
    "handover_signs": frozenset({"releases", "release_share"}),
    "signed_share": frozenset({"releases", "signed_releases"}),
}
"""Metrics whose releases are an addition, with what these give to their evidence."""
_MAINTAINERS = frozenset({"maintainers", "silent_maintainers"})
_READ = re.compile(r"\b(?:from|join)\s+([a-z_]+)", re.IGNORECASE)


def beyond(definition: Definition) -> str | None:
    """Why a metric can't be told of a part of a repository; None if it can."""
    if definition.name in _MAINTAINERS and not definition.own:
        return "maintainers are known by merges and releases, which are of the whole project"
    if definition.header.subject != "project":
        return f"it is of a {definition.header.subject}, not of a part of a project"
    if definition.name in OF_RELEASES and not definition.own:
        return None
    wider = sorted(relations(definition) - OF_COMMITS)
    if not wider:
        return None
    if wider == ["releases"]:
        return "a release is of the whole project"
    return f"it reads {', '.join(wider)}, which can't be told of a part of the project"


def relations(definition: Definition) -> frozenset[str]:
    """The relations that a metric reads. Queries of ours are simple enough to be read without a parser."""
    if definition.relations is not None:
        return definition.relations
    query = definition.sql.partition("*/")[2]
    return frozenset(name.casefold() for name in _READ.findall(query)) & RELATIONS


def stripped(definition: Definition, evidence: Any) -> Any:
    """Evidence without what is only known of the whole project."""
    left_out = OF_RELEASES.get(definition.name)
    if not left_out or definition.own or not isinstance(evidence, dict):
        return evidence
    return {name: value for name, value in evidence.items() if name not in left_out}
