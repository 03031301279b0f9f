# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence and records come in; editions leave: every figure and list of one version of both, for one day.

An edition is made once, by a process of its own, and read by all pages until the next one is finished.
"""

from umbel.office.editions.interface import Edition, Found, Shared, State
from umbel.office.editions.listing import Asked, Choice, Column, Kind, Listing, Page, Row
from umbel.office.editions.read import every_of, figure_of, file_of, list_of, newest, path_of, row_of, search
from umbel.office.editions.registry import figure, kept, listing

__all__ = [
    "Asked",
    "Choice",
    "Column",
    "Edition",
    "Found",
    "Kind",
    "Listing",
    "Page",
    "Row",
    "Shared",
    "State",
    "every_of",
    "figure",
    "figure_of",
    "file_of",
    "kept",
    "list_of",
    "listing",
    "newest",
    "path_of",
    "row_of",
    "search",
]
