# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every rule on outgoing code takes and gives: a commit, a changed file or a tip in, judgements out.

A rule is one module with one subclass of `OutboundRule`; its stem, with dashes, names its table in `policy.toml`
(`[outbound.sign-off]`), and with `outbound-` before it everywhere else. What it may not print it must not return.
"""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from umbel.policy.interface import Judgement, RuleLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from umbel.collect.outgoing import Change, Commit

PREFIX = "outbound-"


class OutboundSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule on outgoing code can be told.

    `level` is what its findings are worth, `unknown` what it is worth that something could not be looked at.
    """

    level: RuleLevel = "warn"
    unknown: RuleLevel = "note"


class OutboundJudgement(Judgement, frozen=True, kw_only=True):
    """A judgement with its place: a file's path (None: the commit as a whole) and a line, from 1."""

    place: str | None = None
    line: int | None = None


class Around(NamedTuple):
    """Where commits come from: the project's name, and the organisation's own e-mail domains."""

    project: str
    domains: tuple[str, ...] = ()


class Tip(NamedTuple):
    """The newest commit of what would be sent, and files that it adds: path as shown, path as git has it.

    `read(path, limit)` gives the beginning of a file there, None if there is none.
    """

    name: str
    commit: str
    added: Mapping[str, bytes]
    read: Callable[[bytes, int], bytes | None]


class OutboundRule(ABC):
    """One rule. Class attributes declare it; help, reference and reports are made from them."""

    id: ClassVar[str]
    """`outbound-` and the module's stem, with dashes."""
    title: ClassVar[str]
    """Its question, in a few words."""
    what: ClassVar[str]
    """What it finds, in a sentence or two."""
    why: ClassVar[str]
    """Why that matters."""
    remedy: ClassVar[str]
    """What to do about it, in general."""
    example: ClassVar[str]
    """Lines of `policy.toml` that make use of its settings."""
    must_be_asked: ClassVar[bool] = False
    """Whether a gate can't open where it lacks something: a library, not a list that nobody wrote."""
    settings: ClassVar[type[OutboundSettings]] = OutboundSettings
    """Its settings; their defaults are the shipped policy's."""

    @property
    def key(self) -> str:
        """Its table's name below `[outbound]`."""
        return self.id.removeprefix(PREFIX)

    def lacks(self, settings: Any, around: Around) -> str | None:  # noqa: ARG002 - for subclasses
        """What it has not been told, without which there is nothing to look for; None if it can be asked."""
        return None

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - for subclasses
        """What is wrong with what a file says of this rule beyond its types: key and words, one by one."""
        return ()

    def commit(self, commit: Commit, settings: Any, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - for subclasses
        """What it says of one commit: its people and its message."""
        return ()

    def change(self, change: Change, settings: Any, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - for subclasses
        """What it says of what one commit adds to one file; asked only of files that leave."""
        return ()

    def tip(self, tip: Tip, settings: Any, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - for subclasses
        """What it says of the state that would be published."""
        return ()
