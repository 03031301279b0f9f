# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names in answers: of those who wished theirs to be shown, beside the pseudonym; of nobody else.

This is the one place where a name gets into a figure, a sentence or a report.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umbel.evidence.people.attach import Attached

_PSEUDONYM = re.compile(r"(?<![0-9A-Za-z-])p-[0-9a-f]{12}(?![0-9A-Za-z])")
_LONGEST = 80


class Shown:
    """The names that may be shown in one session; who is who is looked up only if somebody agreed at all."""

    def __init__(self, attached: Attached | None = None) -> None:
        """The people of a session; without them nobody is named."""
        self._attached = attached

    @cached_property
    def names(self) -> dict[str, str]:
        """Names by pseudonym."""
        if self._attached is None or not self._attached.rules.book.decisions.opt_in:
            return {}
        from umbel.evidence.people.why import names_shown

        found = names_shown(self._attached.people)
        return {person: _plain(name) for person, name in found.items() if name and _plain(name)}

    def name(self, person: str | None) -> str | None:
        """The name of one person, if it may be shown."""
        return None if person is None else self.names.get(person)

    def put(self, value: Any) -> Any:
        """Evidence with names: beside a pseudonym in a record (`person`, `person_name`), before one in a text."""
        return self._put(value) if self.names else value

    def _put(self, value: Any) -> Any:
        if isinstance(value, str):
            return _PSEUDONYM.sub(self._words, value)
        if isinstance(value, list | tuple):
            return [self._put(each) for each in value]
        if not isinstance(value, dict):
            return value
        record: dict[str, Any] = {}
        for key, each in value.items():
            name = self.names.get(each) if isinstance(each, str) else None
            beside = f"{key}_name"
            if name is None or beside in value:
                record[key] = self._put(each)
            else:
                record |= {key: each, beside: name}
        return record

    def _words(self, match: re.Match[str]) -> str:
        return named(match[0], self.names.get(match[0]))


def named(person: str, name: str | None) -> str:
    """A person in a text: the name, if there is one to be shown, and the pseudonym."""
    return f"{name} ({person})" if name else person


def _plain(name: str) -> str:
    """A name on one line that moves no cursor."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
