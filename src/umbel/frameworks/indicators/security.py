# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Advisories, remediation, incidents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.found import Found, unknown, yes
from umbel.frameworks.indicators.state import once, state

if TYPE_CHECKING:
    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known
    from umbel.policy.incidents import Kept

_NO_ADVISORIES = "no advisories are known (umbel sync advisories)"
_SYNCED = """
SELECT max(collected_at), count(*) FROM syncs
WHERE lineage IS NOT NULL AND starts_with(collector, 'osv') AND collected_at <= $as_of::TIMESTAMPTZ
"""


def _synced(known: Known) -> tuple[datetime | None, int]:
    asked = {"as_of": known.session.as_of.isoformat()}
    found: tuple[datetime | None, int] = once(
        known, "synced", lambda: known.session.ask(_SYNCED, asked).one()
    )
    return found


def advisories_known(known: Known) -> Found:
    """Whether advisories were brought in by the day."""
    last, syncs = _synced(known)
    if last is None:
        return yes(is_so=False, sentence="No advisories were brought in (umbel sync advisories)")
    return Found(
        value=1.0,
        observed_at=last,
        evidence={"syncs": syncs},
        sentence=f"Advisories were brought in, last on {last:%Y-%m-%d}",
    )


def advisories_fresh(known: Known) -> Found:
    """Days since advisories were last brought in."""
    last, _ = _synced(known)
    if last is None:
        return unknown(_NO_ADVISORIES)
    return Found(value=(known.as_of.date() - last.astimezone(UTC).date()).days, observed_at=last)


_KINDS = """
SELECT split_part(substr(package, 5), '/', 1) AS kind,
       CASE WHEN regexp_matches(package, '^pkg:(deb|apk|rpm|alpm)/') THEN split_part(package, '/', 2) END AS vendor,
       count(*)
FROM parts WHERE starts_with(package, 'pkg:') GROUP BY ALL
"""


def scanning_coverage(known: Known) -> Found:
    """Components of an ecosystem of which a whole database of advisories is here."""
    session = _with_parts(known)
    (components,) = session.ask("SELECT count(*) FROM parts").one()
    if not components:
        return unknown("no component is known (umbel collect)")
    index = known.index
    if index is None:
        return unknown(_NO_ADVISORIES)
    covered, missing = 0, {}
    for kind, vendor, number in session.ask(_KINDS).rows():
        area = f"{kind}/{vendor}" if vendor else str(kind)
        if index.covers(area):
            covered += number
        else:
            missing[area] = number
    least = dict(sorted(missing.items(), key=lambda item: -item[1])[:5])
    return Found(numerator=covered, denominator=components, evidence={"not_covered": least})


def _with_parts(known: Known) -> Session:
    shared.make(known, state(known), known.session, "own", "parts")
    return known.session


# ---- remediation

_MENDED = """
SELECT median(date_diff('day', r.opened_at::DATE, r.closed_at::DATE)), count(*),
       max(date_diff('day', r.opened_at::DATE, r.closed_at::DATE)), max(r.closed_at)
FROM remediations AS r SEMI JOIN asked AS a ON a.project = r.project
WHERE r.shipped AND r.closed_at > $as_of::TIMESTAMPTZ - INTERVAL 365 DAY AND r.closed_at <= $as_of::TIMESTAMPTZ
"""
_OPEN = """
SELECT median(date_diff('day', r.opened_at::DATE, $as_of::TIMESTAMPTZ::DATE)), count(*),
       max(date_diff('day', r.opened_at::DATE, $as_of::TIMESTAMPTZ::DATE)),
       count(*) FILTER (WHERE r.severity IN ('critical', 'high'))
FROM remediations AS r SEMI JOIN asked AS a ON a.project = r.project
WHERE r.shipped AND (r.closed_at IS NULL OR r.closed_at > $as_of::TIMESTAMPTZ)
"""
_COVERED = "SELECT count(*) FILTER (WHERE documents > 0), count(*) FROM asked"


def _stays(known: Known, sql: str) -> tuple[Any, ...] | None:
    """A question to what is known of stays; None where no advisories are."""
    if known.index is None:
        return None
    shared.make(known, state(known), known.session, "own", "asked remediations")
    row: tuple[Any, ...] = known.session.ask(sql, {"as_of": known.session.as_of.isoformat()}).one()
    return row


def time_to_remediate(known: Known) -> Found:
    """The median of the days that vulnerabilities mended in the last year stood open."""
    row = _stays(known, _MENDED)
    if row is None:
        return unknown(_NO_ADVISORIES)
    middle, number, longest, last = row
    looked, whole = known.session.ask(_COVERED).one()
    if not number:
        return unknown("no known vulnerability was mended in the last year")
    return Found(
        value=middle,
        denominator=number,
        known=looked,
        whole=whole,
        observed_at=last,
        evidence={"mended": number, "longest_days": longest},
    )


def open_vulnerability_age(known: Known) -> Found:
    """The median of the days that open vulnerabilities have stood."""
    row = _stays(known, _OPEN)
    if row is None:
        return unknown(_NO_ADVISORIES)
    middle, number, longest, grave = row
    looked, whole = known.session.ask(_COVERED).one()
    if not number:
        return unknown("no known vulnerability is open")
    return Found(
        value=middle,
        denominator=number,
        known=looked,
        whole=whole,
        evidence={"open": number, "oldest_days": longest, "critical_or_high": grave},
    )


# ---- incidents


def _incidents(known: Known) -> list[Kept]:
    """Incidents that were opened by the day and can be read."""
    from umbel.model.errors import UmbelError
    from umbel.policy import incidents

    found = []
    for name in incidents.names(known.folder):
        try:
            found.append(incidents.load(known.folder, name))
        except UmbelError:
            continue
    return [each for each in found if _utc(each.incident.opened_at) <= known.as_of]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def incidents_recorded(known: Known) -> Found:
    """Incidents that were ever recorded."""
    return Found(value=len(_incidents(known)))


def incidents_ended(known: Known) -> Found:
    """Incidents that were closed, or whose day has passed: those whose clock can be judged."""
    ended = 0
    for each in _incidents(known):
        closed, due = each.closed_at, each.incident.due
        is_closed = closed is not None and _utc(closed) <= known.as_of
        ended += is_closed or (due is not None and due < known.as_of.date())
    return Found(value=ended)


def incident_process(known: Known) -> Found:
    """Whether incidents are recorded, or alerts reach somebody."""
    number, alerts = len(_incidents(known)), known.settings.alerts
    targets = len(alerts.targets) + len(alerts.to)
    if number:
        words = "1 incident is recorded" if number == 1 else f"{number:,} incidents are recorded"
        return yes(is_so=True, sentence=words, incidents=number, alert_targets=targets)
    if targets:
        return yes(
            is_so=True,
            sentence="No incident is recorded; alerts are delivered",
            incidents=0,
            alert_targets=targets,
        )
    return yes(
        is_so=False, sentence="No incident is recorded, and alerts reach nobody ([alerts] in umbel.toml)"
    )


def incident_clock(known: Known) -> Found:
    """Incidents that were closed by their day, of those whose day has passed or that were closed."""
    day = known.as_of.date()
    told = [each for each in _incidents(known) if each.incident.due is not None]
    if not told:
        return unknown("no incident with a day by which it is to be over is recorded (umbel incident)")
    ended, in_time = 0, 0
    for each in told:
        due = each.incident.due
        closed = each.closed_at
        closed_on = None if closed is None or _utc(closed) > known.as_of else _utc(closed).date()
        if due is None or (closed_on is None and due >= day):
            continue
        ended += 1
        in_time += closed_on is not None and closed_on <= due
    if not ended:
        return unknown("no incident was closed or is past its day yet")
    return Found(
        numerator=in_time, denominator=ended, evidence={"incidents": len(told), "late": ended - in_time}
    )
