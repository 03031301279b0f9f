# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How much of what standards ask the SBOMs of each project say: the weakest one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.metrics.sbom_quality.rating import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session
    from umbel.policy.file import Resolved

__all__ = ["TABLES", "quality", "standards_asked"]


def standards_asked(policies: Sequence[Resolved]) -> list[str]:
    """The standards that any of the policies compares SBOMs with."""
    asked = {getattr(resolved.rules.get("sbom-quality"), "standard", None) for resolved in policies}
    return sorted(name for name in asked if name)


def quality(session: Session, standards: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """By project and standard: elements asked, met and unknown, and those that are missing."""
    from umbel.metrics.sbom_quality.answers import documents
    from umbel.metrics.sbom_quality.standards import chosen

    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name in standards:
        for record in documents(session, chosen(name), None):
            if record["share"] is None:
                continue
            mine = found.setdefault(record["project"], {})
            before = mine.get(name)
            if before is None or record["share"] < before["met"] / before["asked"]:
                mine[name] = {
                    "asked": int(record["met"] + record["unmet"] + record["unknown"]),
                    "met": int(record["met"]),
                    "unknown": int(record["unknown"]),
                    "missing": list(record["lacks"]),
                }
    return found
