# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Values out of a TOML tree of unknown shape: what has the wrong type is a fault and is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults

Table = dict[str, Any]

_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Fields:
    """Takes typed values out of tables; `place` is always the path of the table."""

    def __init__(self, faults: Faults) -> None:
        """Faults are added where the caller collects them."""
        self._faults = faults

    def text(self, table: Table, key: str, place: str) -> str | None:
        """A text; None for an empty one, which says nothing."""
        value = table.get(key)
        if value is None or isinstance(value, str):
            return value or None
        self._wrong(value, "text", f"{place}.{key}")
        return None

    def texts(self, table: Table, key: str, place: str) -> list[str]:
        """The texts of a list."""
        return [text for _, text in self._items(table, key, place, str)]

    def table(self, table: Table, key: str, place: str) -> Table:
        """A table within; empty if there is none."""
        value = table.get(key)
        if value is None or isinstance(value, dict):
            return value or {}
        self._wrong(value, "a table", f"{place}.{key}")
        return {}

    def tables(self, table: Table, key: str, place: str) -> Iterator[tuple[str, Table]]:
        """The tables of a list, each with its path."""
        return self._items(table, key, place, dict)

    def _items(self, table: Table, key: str, place: str, kind: type) -> Iterator[tuple[str, Any]]:
        value = table.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self._wrong(value, "a list", f"{place}.{key}")
            return
        for index, item in enumerate(value):
            if isinstance(item, kind):
                yield f"{place}.{key}[{index}]", item
            else:
                self._wrong(item, _KINDS[kind], f"{place}.{key}[{index}]")

    def _wrong(self, value: object, due: str, place: str) -> None:
        said = _KINDS.get(type(value), "a date")
        self._faults.add("wrong-type", f"holds {said} where {due} is due", place, "error")
