# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which project a document is handed in for, and which of its versions the portfolio shows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from umbel.model.errors import UsageError
from umbel.office.uploads.models import LONGEST, Project

if TYPE_CHECKING:
    from umbel.office.seen import Seen

MOST_TAGS = 50


class NotThereError(Exception):
    """There is no such project that whoever asks may see; the sentence says so."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it was sent, and what it is said to be of.

    `create` makes a project that there isn't yet; `latest` says that it is the version that the portfolio shows.
    """

    data: bytes
    file_name: str = "bom.json"
    uuid: str | None = None
    name: str | None = None
    version: str | None = None
    create: bool = True
    latest: bool = False
    parent_uuid: str | None = None
    parent_name: str | None = None
    parent_version: str | None = None
    tags: tuple[str, ...] = ()
    part: str = ""


def plain(text: str | None) -> str:
    """A name as it is kept: printable, one line, not endless."""
    if text is None:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


def by_uuid(text: str, seen: Seen) -> Project:
    """A project by its UUID. Raises `NotThereError`."""
    try:
        found = Project.objects.filter(uuid=UUID(text)).first()
    except ValueError:
        found = None
    return _shown(found, seen)


def by_name(name: str, version: str | None, seen: Seen) -> Project:
    """A project by name and version. Raises `NotThereError`."""
    return _shown(Project.objects.filter(name=plain(name), version=plain(version)).first(), seen)


def _shown(found: Project | None, seen: Seen) -> Project:
    if found is None or not shows(found, seen):
        raise NotThereError("The project could not be found.")
    return found


def shows(project: Project, seen: Seen) -> bool:
    """Whether a project may be named to whoever asks."""
    return seen.shows(project.subject) and seen.shows(project.name)


def above(project: Project, seen: Seen) -> Project | None:
    """The project above one, where it may be named to whoever asks."""
    return project.parent if project.parent is not None and shows(project.parent, seen) else None


def meant(sent: Sent, name: str, seen: Seen) -> Project:
    """The project that a document is handed in for, not saved yet where it is new; `name` where none was sent.

    Raises `NotThereError`, and `UsageError` for what can't be.
    """
    if sent.uuid:
        return by_uuid(sent.uuid, seen)
    name, version = plain(sent.name) or plain(name), plain(sent.version)
    if not name:
        raise UsageError("Nobody said which project it is of.", "Give the project's name.")
    if not seen.shows(name):
        raise NotThereError("The project could not be found.")
    found = Project.objects.filter(name=name, version=version).first()
    if found is not None:
        return found
    if not sent.create and not _was_collected(name, version):
        raise NotThereError("The project could not be found.")
    made = Project(name=name, version=version, subject=name)
    made.parent = _parent(sent, seen)
    return made


def _was_collected(name: str, version: str) -> bool:
    """Whether evidence of another way tells of a project, which hence needs nobody to create it."""
    return not version and Project.objects.filter(name=name).exists()


def _parent(sent: Sent, seen: Seen) -> Project | None:
    """The project above, not saved yet where it is new: a pipeline that moves here has had it elsewhere."""
    if sent.parent_uuid:
        return by_uuid(sent.parent_uuid, seen)
    name, version = plain(sent.parent_name), plain(sent.parent_version)
    if not name:
        return None
    found = Project.objects.filter(name=name, version=version).first()
    if found is None and sent.create and seen.shows(name):
        return Project(name=name, version=version, subject=name)
    return _shown(found, seen)


def placed(project: Project, sent: Sent) -> Project:
    """The project with the place that its version has: the one that the portfolio shows, or one beside it.

    The version that came last is shown, unless somebody said of another that it is the latest.
    """
    others = Project.objects.filter(name=project.name).exclude(uuid=project.uuid)
    if sent.latest:
        project.chosen = True
    project.latest = project.chosen or not others.filter(chosen=True).exists()
    project.subject = (
        project.name if project.latest or not project.version else f"{project.name}@{project.version}"
    )
    project.active = True
    if sent.tags:
        project.tags = sorted({tag for each in sent.tags if (tag := plain(each))})[:MOST_TAGS]
    return project


def superseded(project: Project) -> list[Project]:
    """Versions whose place a project takes now; they are saved as such."""
    if not project.latest:
        return []
    gone = list(Project.objects.filter(name=project.name, latest=True).exclude(uuid=project.uuid))
    for each in gone:
        each.latest = each.active = False
    Project.objects.bulk_update(gone, ["latest", "active"])
    if project.chosen:
        Project.objects.filter(name=project.name, chosen=True).exclude(uuid=project.uuid).update(chosen=False)
    return gone
