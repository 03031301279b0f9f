# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who controls projects, put together: a record each, as of the session's day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people import attach
from umbel.strategy.control import exposure, holders, leaving, licensing, practices, rights, shares, zones
from umbel.strategy.control.decisions import Holders
from umbel.strategy.control.model import model
from umbel.strategy.control.records import Control
from umbel.strategy.control.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.control.licensing import Statement
    from umbel.strategy.control.records import Governed, Licensing, Rights, Shares, Verdict

TABLES = (*attach.TABLES, "releases", "changes", "practices")
"""The stored tables of the upstream lake that a session must hold."""
_ORDER = {"high": 0, "medium": 1, None: 2, "low": 3}


def controls(
    session: Session,
    projects: Sequence[str],
    *,
    said: Holders | None = None,
    versions: Mapping[str, Mapping[str, Sequence[Statement]]] | None = None,
) -> list[Control]:
    """Who controls each of some projects, in their order.

    People must be attached (`umbel.evidence.people.attach`) in a session over the upstream lake with `TABLES`.
    `said` are people's decisions, `versions` the licences of packages by project (`licensing.of_packages`).
    """
    if not projects:
        return []
    shares.hold(session, projects)
    seen = practices.seen(session, projects)
    commits, maintainers = shares.commits(session, projects), shares.maintainers(session, projects)
    factors, where = shares.absence_factors(session), zones.zones(session, projects)
    terms, files = rights.rights(session, projects, seen), licensing.of_files(session, projects)
    touched = licensing.touched(session, projects)
    firms = {name: firm for name in projects if (firm := _firm(commits[name], maintainers[name]))}
    remains = leaving.left(session, firms, commits, maintainers)
    day, words = session.as_of.date(), said or Holders()
    found = []
    for name in projects:
        vendor = holders.single_vendor(name, commits[name], maintainers[name], words, day)
        foundation = holders.foundation(name, seen[name], words, day)
        licensed = licensing.licensing(files.get(name, {}), (versions or {}).get(name, {}), touched.get(name))
        enough = commits[name].total >= model().least_commits
        governed = _governed(vendor, foundation, maintainers[name], factors.get(name) if enough else None)
        record = Control(
            project=name,
            as_of=session.as_of,
            governed=governed,
            confidence=_confidence(
                commits[name], maintainers[name], vendor, foundation, terms[name], licensed
            ),
            sentences=(),
            commits=commits[name],
            maintainers=maintainers[name],
            absence_factor=factors.get(name),
            namesake=holders.namesake(name, maintainers[name], commits[name]),
            single_vendor=vendor,
            foundation=foundation,
            rights=terms[name],
            zones=where[name],
            licensing=licensed,
            exposure=exposure.exposure(vendor, foundation, terms[name], licensed),
            left=remains.get(name),
            unknown=_unknown(commits[name], maintainers[name], vendor, foundation, terms[name], licensed),
        )
        found.append(msgspec.structs.replace(record, sentences=sentences(record)))
    return found


def by_exposure(found: Sequence[Control]) -> list[Control]:
    """The most exposed first; the unknown before those that are known to be little exposed."""

    def place(each: Control) -> tuple[int, float, str]:
        largest = each.maintainers.largest or each.commits.largest
        return _ORDER[each.exposure.level], -(largest.share if largest else 0.0), each.project

    return sorted(found, key=place)


def _firm(commits: Shares, maintainers: Shares) -> str | None:
    """The firm of which it is asked what if it left: the one with most maintainers, else with most commits.

    None where no firm has a part that would be missed.
    """
    enough = maintainers.total >= model().least_maintainers
    for whole in (maintainers, commits) if enough else (commits, maintainers):
        largest = whole.largest
        if largest is not None and largest.share >= model().left_least:
            return largest.organisation
    return None


def _governed(
    vendor: Verdict, foundation: Verdict, maintainers: Shares, factor: int | None
) -> Governed | None:
    if foundation.value:
        return "foundation"
    if vendor.value:
        return "single-vendor"
    seen = maintainers.total
    if seen >= model().council:
        return "council"
    if seen and (maintainers.unseen or 0.0) < model().unseen:
        return "one-person" if seen == 1 else "few-people"
    if factor == 1 and seen < 2:
        return "one-person"
    return "few-people" if factor is not None and factor < model().council else None


def _confidence(
    commits: Shares, maintainers: Shares, vendor: Verdict, foundation: Verdict, terms: Rights, licensed: Licensing
) -> float:  # fmt: skip
    """How much of what control stands on was known, each input alike: 0 to 1."""
    known = (
        1 - (1.0 if commits.unknown is None else commits.unknown),
        1 - (1.0 if maintainers.unknown is None else maintainers.unknown),
        float(vendor.value is not None),
        float(foundation.value is not None),
        float(terms.terms is not None),
        float(licensed.group is not None),
    )
    return sum(known) / len(known)


def _unknown(
    commits: Shares, maintainers: Shares, vendor: Verdict, foundation: Verdict, terms: Rights, licensed: Licensing
) -> tuple[str, ...]:  # fmt: skip
    """What isn't known, and how to find it out."""
    told = [
        f"Commits: {commits.why}." if commits.why else None,
        f"Maintainers: {maintainers.why}." if maintainers.why else None,
        f"Single vendor: {vendor.because}. Tell whom people work for: umbel people affiliate."
        if vendor.value is None
        else None,
        f"Foundation: {foundation.because}. Write down what you find out in decisions/control.toml."
        if foundation.value is None and foundation.name is None
        else None,
        "Terms of contributions: its files were never looked at. Examine it: umbel collect upstream."
        if terms.terms is None
        else None,
        f"Licence: {licensed.why}. umbel sync packages asks the registries."
        if licensed.group is None
        else None,
    ]
    return tuple(each for each in told if each)
