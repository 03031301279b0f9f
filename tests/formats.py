# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a JSON Schema says of formats, looked at once for each text: an address takes a tenth of a second."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def remembering(checker: Any) -> Any:
    """A checker of formats that gives the same answers, and keeps them."""
    from jsonschema import FormatChecker

    kept = FormatChecker(formats=())
    kept.checkers = {name: (_once(check), raised) for name, (check, raised) in checker.checkers.items()}
    return kept


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
