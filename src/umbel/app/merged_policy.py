# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy as the office has it, in one document that a gate elsewhere takes: `umbel check --policy`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from umbel.app.policies import Policies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from umbel.app.workspace import Workspace
    from umbel.policy.exceptions import Entry
    from umbel.policy.file import Policy, Said
    from umbel.policy.merged import Decided

ENDED_DAYS = 90
"""For so long an exception that ended is told, so that a gate can say that it did."""
MOST_VEX = 5_000
_HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# The policy of this office, with all that it stands on and what was decided beside it.
# umbel check --policy FILE takes it, and umbel check --policy URL fetches it. Don't edit it: it is made.
"""


def merged_policy(
    workspace: Workspace, as_of: datetime | None = None, *, hidden: Collection[str] = ()
) -> bytes:
    """The policy in force with what it extends, and the decisions that count on a day (None: today), as TOML.

    The same bytes for the same policy. `hidden` are projects that whoever asks may not be told of: what speaks of one
    of them by name is left out. Raises as reading the workspace's files does.
    """
    from umbel.policy import merged
    from umbel.policy.evaluations import Evaluations, known_to

    day = (as_of or datetime.now(UTC)).date()
    plain = Policies.policy(workspace)
    if plain.said.decided is None:
        standing = Evaluations(tuple(workspace.evaluations().standing(day)))
        policy, decided = known_to(plain, standing), _decided(workspace, plain, day)
    else:
        policy, decided = plain, plain.said.decided
    said, told = _shown_said(policy.said, hidden), _shown(_in_force(decided, day), hidden)
    return merged.written(said, told, _HEAD).encode()


def _decided(workspace: Workspace, policy: Policy, day: date) -> Decided:
    from umbel.policy import license_decisions, vex
    from umbel.policy.merged import Decided

    settings = workspace.settings
    licenses = license_decisions.load(workspace.folder / license_decisions.FILE)
    every = [one for one in vex.load(workspace.folder).every if one.time.date() <= day]
    statements = tuple(every) if len(every) <= MOST_VEX else ()
    products = (
        msgspec.structs.replace(each, owner=None, department=None, criticality=None, releases=())
        for each in settings.products
    )
    return Decided(
        exceptions=workspace.exceptions(policy).exceptions,
        conclude=licenses.conclude,
        choose=licenses.choose,
        vex=statements,
        vex_left_out=len(every) - len(statements),
        products=tuple(products),
        projects=settings.projects,
        domains=settings.organisation.domains,
    )


def _in_force(decided: Decided, day: date) -> Decided:
    last = day - timedelta(ENDED_DAYS)

    def counts(entry: Entry) -> bool:
        return entry.decided <= day and entry.end >= last

    return msgspec.structs.replace(
        decided,
        exceptions=tuple(filter(counts, decided.exceptions)),
        conclude=tuple(each for each in decided.conclude if each.decided <= day),
        choose=tuple(each for each in decided.choose if each.decided <= day),
    )


def _shown_said(said: Said, hidden: Collection[str]) -> Said:
    overrides = []
    for each in said.overrides:
        projects = tuple(_tellable(each.projects, hidden))
        if projects or not each.projects:
            overrides.append(msgspec.structs.replace(each, projects=projects))
    return msgspec.structs.replace(said, overrides=tuple(overrides))


def _shown(decided: Decided, hidden: Collection[str]) -> Decided:
    if not hidden:
        return decided

    def may(pattern: str | None) -> bool:
        return pattern is None or not _names_one(pattern, hidden)

    return msgspec.structs.replace(
        decided,
        exceptions=tuple(each for each in decided.exceptions if may(each.project)),
        choose=tuple(each for each in decided.choose if may(each.project)),
        vex=tuple(each for each in decided.vex if each.product is None or may(each.product.name)),
        products=tuple(
            msgspec.structs.replace(each, projects=tuple(_tellable(each.projects, hidden)))
            for each in decided.products
        ),
        projects=tuple(each for each in decided.projects if each.name not in hidden),
    )


def _tellable(patterns: Iterable[str], hidden: Collection[str]) -> list[str]:
    return [pattern for pattern in patterns if not _names_one(pattern, hidden)]


def _names_one(pattern: str, hidden: Collection[str]) -> bool:
    """Whether a pattern tells the name of a hidden project; one of a whole folder, or of everything, doesn't."""
    if pattern == "*" or pattern.endswith("/*"):
        return False
    return any(fnmatchcase(each, pattern) or fnmatchcase(each, f"*/{pattern}") for each in hidden)
