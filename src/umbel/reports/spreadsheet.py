# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Cells for spreadsheets."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(value: str) -> str:
    """A text that a spreadsheet takes for text: what a document says must not become a formula.

    >>> as_text("=1+1"), as_text("lodash")
    ("'=1+1", 'lodash')
    """
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
