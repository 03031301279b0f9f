# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX licence choices → licence texts as written, by who says them.

A choice is a licence with an SPDX id, a name, a text or an address, or an SPDX expression. Each
may say whether it is declared or concluded; where it doesn't, it is taken for declared (detected
in a component's evidence).
"""

from __future__ import annotations

import base64
import binascii
import json
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.collect._cyclonedx_shape import Opened
    from umbel.collect.faults import Faults

_MORE = frozenset(
    {
        "Classpath-exception-2.0-short", "GPL-2.0-with-bison-exception", "Simple-Library-Usage-exception",
        "kvirc-openssl-exception", "rsync-linking-exception", "sqlitestudio-OpenSSL-exception",
    }
)  # fmt: skip
"""Ids that the specification lists beyond Umbel's own table."""
_LONGEST = 200


@cache
def _listed() -> frozenset[str]:
    """The SPDX ids of licences and exceptions, today's and yesterday's."""
    from importlib import resources

    file = resources.files("umbel.model") / "data/spdx_ids.json"
    groups: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return _MORE.union(*groups.values())


class Licences:
    """Reads the licence choices of one document. `single`: an expression may stand only alone."""

    def __init__(self, faults: Faults, *, single: bool) -> None:
        """Begin; ids are looked up once each."""
        self._faults = faults
        self._single = single
        self._known: set[str] = set()

    def read(
        self, choices: Sequence[Opened], owner: str, otherwise: str = "declared"
    ) -> dict[str, tuple[str, ...]]:
        """Licence texts as written by `declared`, `concluded` or `detected`, each once, in order.

        `owner` is the place of the record that has the choices.
        """
        if len(choices) == 1 and (licence := choices[0].license) is not None and licence.id in self._known:
            choice = choices[0]
            said = licence.acknowledgement or choice.acknowledgement or choice.expression
            if said is None and licence.name is None:  # as nearly all are
                return {otherwise: (licence.id,)}
        found: dict[str, dict[str, None]] = {}
        place = f"{owner}.licenses"
        expressions = 0
        for i, choice in enumerate(choices):
            licence = choice.license
            if licence is None:
                text, said = choice.expression, choice.acknowledgement
                expressions += 1
            else:
                text, said = licence.id, licence.acknowledgement or choice.acknowledgement
                if text not in self._known or licence.name is not None:
                    text = self._odd(licence, f"{place}[{i}].license")
            if not text or (licence is not None and choice.expression is not None):
                text = self._doubtful(choice, text, f"{place}[{i}]")
            if text:
                found.setdefault(said if said in {"declared", "concluded"} else otherwise, {})[text] = None
        if expressions and len(choices) > 1 and self._single:
            self._faults.add("licence-mix", "mixes a licence expression with other licences", place)
        return {by: tuple(texts) for by, texts in found.items()}

    def _doubtful(self, choice: Opened, text: str | None, place: str) -> str | None:
        """A choice that says nothing, or two things at once."""
        if text:
            self._faults.add("licence-choice", "has both a licence and an expression", place)
        elif choice.license is None:
            self._faults.add("licence-empty", "has a licence without an id, name or expression", place)
        return text or choice.expression or None

    def _odd(self, licence: Opened, place: str) -> str | None:
        """The text of a licence that isn't just a well-known id, with what is wrong about it."""
        if licence.id:
            if licence.name is not None:
                self._faults.add("licence-choice", "has both an id and a name", place)
            if licence.id in _listed():
                self._known.add(licence.id)
            else:
                short = licence.id[:80]
                self._faults.add("licence-id", f"has a licence id {short!r} that SPDX doesn't list", place)
            return str(licence.id)
        if licence.name:
            return str(licence.name)
        self._faults.add("licence-empty", "has a licence without an id or name", place)
        return licence.url or _first_line(licence.text)


def _first_line(attachment: Opened) -> str | None:
    """The first line with anything in it of a licence's text, which names it as a rule."""
    text = attachment.content if attachment is not None else None
    if not text:
        return None
    if attachment.encoding == "base64":
        try:
            text = base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except binascii.Error:
            return None
    return next((line.strip()[:_LONGEST] for line in text.splitlines() if line.strip()), None)
