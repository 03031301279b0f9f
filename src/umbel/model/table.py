# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a table of the lake is declared."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column: its name, its type as DuckDB writes it, and what it means."""

    name: str
    type: str
    meaning: str


class Table(NamedTuple):
    """One table of the lake: what a row is, its columns, and the order that rows are stored in."""

    name: str
    row: str
    columns: tuple[Column, ...]
    sorted_by: tuple[str, ...]
