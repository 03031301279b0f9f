# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Incidents: who is affected by what, and how far its mending is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from umbel.app.alerts import Alerts
from umbel.model.errors import UmbelError, UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from umbel.model.finding import Severity
    from umbel.model.vulnerability import Vulnerability
    from umbel.policy.incidents import Affected, EventKind, Kept, Owner
    from umbel.policy.incidents_progress import Progress


class Incidents(Alerts):
    """See `umbel.app.workspace`."""

    def open_incident(
        self,
        advisory: str | None,
        *,
        title: str | None = None,
        package: str | None = None,
        by: str | None = None,
        due: date | None = None,
        severity: str | None = None,
        advisories: Path | None = None,
    ) -> Kept:
        """Freeze who is affected now, by an advisory that is known here or by a package with its versions.

        Raises `UsageError` if nobody here knows what it is about.
        """
        from umbel.policy import incidents
        from umbel.policy.incidents_affected import TABLES, Wanted, affected

        _check(advisory, package)
        index = self.advisories(advisories)
        now = datetime.now(UTC)
        with self.session(None, TABLES) as session:
            wanted = Wanted((advisory,) if advisory else (), package)
            rows, told = affected(session, wanted, index, self.owned)
            if not rows and package is None and not self._is_known(advisory or "", index is not None):
                raise UsageError(
                    f"{advisory} is not known here.",
                    'Fetch it (umbel sync advisories), or name what is affected: --package "pkg:npm/name@<1.2".',
                )
            evidence = f"snapshots {session.pin.versions.get('snapshots')}"
        about = advisory or package or ""
        gravest = _severity(severity) or _worst(told)
        incident = incidents.Incident(
            id=incidents.slug(about, now),
            title=title or _title(about, told),
            opened_at=now,
            advisory=advisory,
            package=package,
            opened_by=by,
            severity=gravest,
            due=due or incidents.deadline(now, gravest, self._days()),
            summary=next((one.summary for one in told if one.summary), None),
            ids=tuple(sorted({name for one in told for name in one.ids} - {advisory})),
            urls=tuple(dict.fromkeys(url for one in told for url in one.urls))[:10],
            evidence=evidence,
            owners=_owners(rows, self),
        )
        kept = incidents.write(self.folder, incident, rows)
        return incidents.load(self.folder, kept.id)

    def incidents(self) -> tuple[list[Kept], dict[str, UmbelError]]:
        """All incidents, the oldest first, and by name why others can't be read."""
        from umbel.policy import incidents

        kept: list[Kept] = []
        broken: dict[str, UmbelError] = {}
        for name in incidents.names(self.folder):
            try:
                kept.append(incidents.load(self.folder, name))
            except (UsageError, SettingsError) as error:
                broken[name] = error
        return kept, broken

    def incident(self, name: str) -> Kept:
        """One incident by its name, the beginning of it, or what it is about. Raises `UsageError`."""
        from umbel.policy import incidents

        return incidents.load(self.folder, incidents.find(self.folder, name))

    def incident_progress(self, name: str, *, advisories: Path | None = None) -> tuple[Kept, Progress]:
        """How far an incident is: each use that was affected, held against what was seen since."""
        from umbel.policy.incidents_affected import TABLES
        from umbel.policy.incidents_progress import progress

        kept = self.incident(name)
        index = self.advisories(advisories)
        with self.session(None, TABLES) as session:
            return kept, progress(session, kept, index, self.owned)

    def note_incident(self, name: str, text: str, by: str | None = None) -> Kept:
        """Add a note to an incident's journal."""
        from umbel.policy import incidents

        if not text.strip():
            raise UsageError("The note is empty.")
        kept = self.incident(name)
        incidents.add(self.folder, kept.incident.id, incidents.event("note", datetime.now(UTC), by, text))
        return kept

    def close_incident(self, name: str, by: str | None = None, text: str | None = None) -> Kept:
        """Close an incident. Raises `UsageError` if it is closed."""
        return self._turn("closed", name, by, text)

    def reopen_incident(self, name: str, by: str | None = None, text: str | None = None) -> Kept:
        """Open a closed incident again. Raises `UsageError` if it runs."""
        return self._turn("reopened", name, by, text)

    def _turn(self, kind: EventKind, name: str, by: str | None, text: str | None) -> Kept:
        from umbel.policy import incidents

        kept = self.incident(name)
        if (kept.closed_at is None) == (kind == "reopened"):
            was = f"was closed on {kept.closed_at:%Y-%m-%d}" if kept.closed_at else "is not closed"
            raise UsageError(f"{kept.incident.id} {was}.")
        incidents.add(self.folder, kept.incident.id, incidents.event(kind, datetime.now(UTC), by, text))
        return kept

    def incident_message(self, name: str, to: str, *, advisories: Path | None = None) -> str:
        """A draft of what to tell owners, management or customers. Nothing is sent."""
        from umbel.reports import incident_text

        kept, progress = self.incident_progress(name, advisories=advisories)
        return incident_text.message(kept, progress, to, self.folder)

    def incident_review(self, name: str, *, advisories: Path | None = None) -> str:
        """What happened, in Markdown: timeline, who was affected, how long each took, what is open."""
        from umbel.reports import incident_review

        kept, progress = self.incident_progress(name, advisories=advisories)
        return incident_review.review(kept, progress)

    def _days(self) -> dict[str, int]:
        """Days to mend by severity, as the policy's rule on vulnerabilities says."""
        settings = self.policy().for_project("", ()).rules.get("vulnerability")
        days = getattr(settings, "days", None)
        return dict(days) if isinstance(days, dict) else {}

    def _is_known(self, advisory: str, has_index: bool) -> bool:  # noqa: FBT001 - a fact, not a switch
        """Whether the lake has an advisory of that id: then nobody here is affected."""
        if not has_index or self._lake_if_any() is None or not self.lake().has("advisories"):
            return False
        with self.session(None, ("advisories",)) as session:
            rows = session.ask(_KNOWN, {"id": advisory.casefold()}).rows()
        return bool(rows)


_KNOWN = """
SELECT advisory FROM advisories
WHERE lower(advisory) = $id OR len(list_filter(aliases, lambda name: lower(name) = $id)) > 0 LIMIT 1
"""


def _check(advisory: str | None, package: str | None) -> None:
    from umbel.model import purl
    from umbel.policy.naming import query

    if not advisory and not package:
        raise UsageError("Say what it is about: an advisory's id, or --package.")
    if advisory is not None and (not advisory.isprintable() or len(advisory) > 100):
        raise UsageError("That is no advisory's id.")
    if package is not None:
        try:
            query(package)
        except purl.PurlError as error:
            raise UsageError(f"{package[:80]!r} names no package: {error}.") from error


def _severity(word: str | None) -> Severity | None:
    from umbel.model.finding import SEVERITIES

    return next((each for each in SEVERITIES if each == word), None)


def _worst(told: Sequence[Vulnerability]) -> Severity | None:
    from umbel.model.finding import SEVERITIES

    known = [found for one in told if (found := _severity(one.severity)) is not None]
    return max(known, key=SEVERITIES.index) if known else None


def _title(about: str, told: Sequence[Vulnerability]) -> str:
    summary = next((" ".join(one.summary.split()) for one in told if one.summary), None)
    return f"{about}: {summary[:120]}" if summary else about


def _owners(rows: Sequence[Affected], workspace: Incidents) -> tuple[Owner, ...]:
    from umbel.policy.incidents import Owner

    projects: dict[str, set[str]] = {}
    for row in rows:
        if row.product is not None:
            projects.setdefault(row.product, set()).add(row.project)
    by_name = {product.name: product for product in workspace.settings.products}
    return tuple(
        Owner(
            product=name,
            owner=by_name[name].owner,
            department=by_name[name].department,
            projects=len(own),
        )
        for name, own in sorted(projects.items())
    )
