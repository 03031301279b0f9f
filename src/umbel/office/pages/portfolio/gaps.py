# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules that couldn't be asked: where they found nothing, nobody can say that there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks.indicators.policy import LICENSE_RULES, SECURITY_RULES
from umbel.office.editions import figure_of
from umbel.office.pages.business.figures import exposures

if TYPE_CHECKING:
    from umbel.office.seen import Seen


COMMAND = "umbel "
"""What a remedy begins with."""


class Unasked(NamedTuple):
    """Rules that couldn't be asked for one reason, and the command that would help."""

    rules: str
    why: str
    command: str | None


def gaps_of(looks: Seen) -> dict[str, list[Unasked]]:
    """By kind (`security`, `licenses`, `other`): the rules that couldn't be asked."""
    told: dict[str, dict[str, list[str]]] = {"security": {}, "licenses": {}, "other": {}}
    found = figure_of(exposures, looks).value
    for rule, why in sorted(found.gaps.items()) if found else ():
        kind = "security" if rule in SECURITY_RULES else "licenses" if rule in LICENSE_RULES else "other"
        told[kind].setdefault(why, []).append(rule)
    return {kind: [_told(why, rules) for why, rules in reasons.items()] for kind, reasons in told.items()}


def _told(text: str, rules: list[str]) -> Unasked:
    why, found, rest = text.partition(f" {COMMAND}")
    return Unasked(", ".join(rules), why, f"{COMMAND}{rest}" if found else None)
