# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that editions keep for the pages of one project or package: every use, sorted by what is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.editions import Shared, kept
from umbel.office.pages.portfolio.figures import rows_of

if TYPE_CHECKING:
    from pathlib import Path


MOST_PEOPLE = 50
"""People of an upstream project that its page names."""


@kept
def package_rows(shared: Shared, path: Path) -> None:
    """Every use, sorted by package: where a package is used."""
    rows_of(shared).write_package_rows(path)


@kept
def project_rows(shared: Shared, path: Path) -> None:
    """Every use in every document, sorted by project: what a project is made of."""
    rows_of(shared).write_project_rows(path)


@kept
def project_edges(shared: Shared, path: Path) -> None:
    """Every known edge, sorted by project: what needs what."""
    rows_of(shared).write_project_edges(path)


@kept
def package_changes(shared: Shared, path: Path) -> None:
    """What changed from one reading of a document to its next, sorted by package."""
    rows_of(shared).write_package_changes(path)


@kept
def upstream_people(shared: Shared, path: Path) -> None:
    """Those who do most of each upstream project, sorted by project."""
    rows_of(shared).write_leading(path, MOST_PEOPLE)


@kept
def health_of_ours(shared: Shared, path: Path) -> None:
    """Who keeps our projects alive, by project: those with a git history."""
    rows_of(shared).write_health(path, ours=True)


@kept
def health_of_theirs(shared: Shared, path: Path) -> None:
    """Who keeps upstream projects alive, by project: those that were examined."""
    rows_of(shared).write_health(path, ours=False)
