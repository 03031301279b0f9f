# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a JSON Schema says of formats, looked at once for each text: an address takes a tenth of a second."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable


def remembering(checker: Any) -> Any:
    """A checker of formats that gives the same answers, and keeps them."""
    from jsonschema import FormatChecker
    from rfc3986_validator import validate_rfc3986

    def is_reference(text: object) -> bool:
        return not isinstance(text, str) or bool(validate_rfc3986(_ascii(text), rule="URI_reference"))

    kept = FormatChecker(formats=())
    kept.checkers = {name: (_once(check), raised) for name, (check, raised) in checker.checkers.items()}
    # The library that jsonschema would ask costs every process that draws a chart four seconds.
    kept.checkers["iri-reference"] = (_once(is_reference), ())
    return kept


def _ascii(text: str) -> str:
    """An address of any script as RFC 3987 maps it to RFC 3986: what isn't ASCII, in percent."""
    return "".join(letter if letter.isascii() else quote(letter) for letter in text)


def _once(check: Callable[[object], bool]) -> Callable[[object], bool]:
    @cache
    def of_text(text: str) -> tuple[bool, Exception | None]:
        try:
            return check(text), None
        except Exception as error:  # noqa: BLE001 - which ones are meant, the checker knows
            return False, error

    def answer(value: object) -> bool:
        if not isinstance(value, str):
            return check(value)
        found, error = of_text(value)
        if error is not None:
            raise error
        return found

    return answer
