# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Projects as Dependency-Track's clients see them: those that were handed in, and those that were collected."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from umbel.evidence.questions.coverage import known_projects
from umbel.evidence.session import Session
from umbel.model.errors import NoEvidenceError
from umbel.office.core import workspace
from umbel.office.uploads.models import LONGEST, Project
from umbel.office.uploads.projects import plain

if TYPE_CHECKING:
    from umbel.office.seen import Seen

_BATCH = 2000
_done: tuple[str, int, int] | None = None
"""Which state of the lake was brought in last: where it lies, its version, and how many projects it has."""
_lock = threading.Lock()


def projects(seen: Seen, name: str | None = None) -> QuerySet[Project]:
    """Every project that may be named to whoever asks; those of one name, where it is given."""
    hidden = list(seen.hidden)
    shown = Project.objects.exclude(Q(subject__in=hidden) | Q(name__in=hidden))
    if name is None:
        bring(seen)
        return shown
    named = shown.filter(name=plain(name))
    if not named.exists():
        bring(seen)
    return named


def bring(seen: Seen) -> None:
    """Give each project that was ever collected a row, once a state of the lake: so it has a UUID that lasts."""
    global _done  # noqa: PLW0603 - what this process has done
    if seen.day is not None:
        return
    try:
        lake = workspace().lake()
        version = lake.pin(("snapshots",)).versions["snapshots"]
    except NoEvidenceError:
        return
    with _lock:
        if _done is not None and _done[:2] == (lake.url, version) and Project.objects.count() >= _done[2]:
            return
        with Session(lake, tables=("snapshots",)) as session:
            names = {name[:LONGEST] for name in known_projects(session)}
        with transaction.atomic():
            there = set(Project.objects.values_list("subject", flat=True))
            fresh = [Project(name=name, subject=name) for name in sorted(names - there)]
            Project.objects.bulk_create(fresh, batch_size=_BATCH, ignore_conflicts=True)
        _done = (lake.url, version, len(names))
