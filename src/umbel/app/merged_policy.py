# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy as the office has it, in one document that a gate elsewhere takes: `umbel check --policy`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.app.names import matches
from umbel.app.policies import Policies
from umbel.policy.outbound.interface import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from umbel.app.workspace import Workspace
    from umbel.policy._vex_statement import Statement
    from umbel.policy.exceptions import Entry
    from umbel.policy.file import Policy, Said
    from umbel.policy.merged import Decided

ENDED_DAYS = 90
"""For so long an exception that ended is told, so that a gate can say that it did."""
MOST_VEX = 5_000
_WORDS = "denied-words"
_HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# The policy of this office, with all that it stands on and what was decided beside it.
# umbel check --policy FILE takes it, and umbel check --policy URL fetches it. Don't edit it: it is made.
"""


class May(NamedTuple):
    """What whoever asks may be told of."""

    hidden: Collection[str] = ()
    kept: Callable[[str], bool] = lambda _: False
    words: bool = True

    def project(self, pattern: str | None) -> bool:
        """Whether a pattern of projects may be told; one of a whole folder, or of everything, tells no name."""
        if pattern is None or pattern == "*" or pattern.endswith("/*"):
            return True
        if pattern in self.hidden:
            return False
        return not any(matches(pattern, each) for each in self.hidden)

    def projects(self, patterns: Iterable[str]) -> tuple[str, ...]:
        """Those of several patterns that may be told."""
        return tuple(filter(self.project, patterns))

    def package(self, text: str | None) -> bool:
        """Whether a package may be told, as decisions write it."""
        return text is None or not self.kept(text)


def merged_policy(
    workspace: Workspace,
    as_of: datetime | None = None,
    *,
    hidden: Collection[str] = (),
    kept: Callable[[str], bool] = lambda _: False,
    words: bool = True,
) -> bytes:
    """The policy in force with what it extends, and the decisions that count on a day (None: today), as TOML.

    The same bytes for the same policy. `hidden` are projects that whoever asks may not be told of, and `kept` says so
    of packages, as decisions write them: what speaks of one of them by name is left out. Without `words` the number of
    the words that must not leave is told, and not the words. Raises as reading the workspace's files does.
    """
    from umbel.policy import merged
    from umbel.policy.evaluations import Evaluations, known_to

    day = (as_of or datetime.now(UTC)).date()
    may = May(hidden, kept, words)
    plain = Policies.policy(workspace)
    if plain.said.decided is None:
        standing = [one for one in workspace.evaluations().standing(day) if may.package(one.package)]
        policy, decided = known_to(plain, Evaluations(tuple(standing))), _decided(workspace, plain, day)
    else:
        policy, decided = plain, plain.said.decided
    said, told = _shown_said(policy.said, may), _shown(_in_force(decided, day), may)
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


def _shown_said(said: Said, may: May) -> Said:
    overrides = []
    for each in said.overrides:
        projects = may.projects(each.projects)
        if projects or not each.projects:
            outbound = _wordless(each.outbound, may)
            overrides.append(msgspec.structs.replace(each, projects=projects, outbound=outbound))
    cases = [each for each in said.cases if may.project(each.project) and may.package(each.component)]
    return msgspec.structs.replace(
        said, overrides=tuple(overrides), cases=tuple(cases), outbound=_wordless(said.outbound, may)
    )


def _wordless(outbound: Mapping[str, Mapping[str, Any]], may: May) -> Mapping[str, Mapping[str, Any]]:
    """The rules on outgoing code without the words that must not leave, where whoever asks isn't told them."""
    own = outbound.get(_WORDS, {})
    if may.words or not own.get("words"):
        return outbound
    rest = {name: value for name, value in own.items() if name != "words"}
    return {**outbound, _WORDS: {**rest, "withheld": len(own["words"])}}


def _shown(decided: Decided, may: May) -> Decided:
    def counts(entry: Entry) -> bool:
        # What is excepted from the rule on words is a word.
        word = entry.rule == PREFIX + _WORDS and entry.what is not None
        return may.project(entry.project) and may.package(entry.package) and (may.words or not word)

    def speaks(one: Statement) -> bool:
        parts = (one.component, one.product)
        packages = [each.package for each in parts if each is not None]
        return all(map(may.package, packages)) and may.project(one.product.name if one.product else None)

    return msgspec.structs.replace(
        decided,
        exceptions=tuple(filter(counts, decided.exceptions)),
        conclude=tuple(each for each in decided.conclude if may.package(each.package)),
        choose=tuple(
            each for each in decided.choose if may.project(each.project) and may.package(each.package)
        ),
        vex=tuple(filter(speaks, decided.vex)),
        products=tuple(
            msgspec.structs.replace(each, projects=may.projects(each.projects)) for each in decided.products
        ),
        projects=tuple(each for each in decided.projects if each.name not in may.hidden),
    )
