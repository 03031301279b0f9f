# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows on what one would get and on what terms: version, licence, obligations, the policy's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect._osv_ecosystems import ecosystem_of
from umbel.model import purl
from umbel.model.license_logic import leaves, tree
from umbel.model.license_policy import group_of
from umbel.strategy.evaluate.model import model
from umbel.strategy.evaluate.records import Cell, unknown
from umbel.strategy.evaluate.words import counted, day, first, listed

if TYPE_CHECKING:
    from umbel.strategy.evaluate.about import About

DOUBTED = "the registry's dates contradict the order of its versions, as times of copying do"
_STANDING = {"fail": "closes the gate", "warn": "warns", "note": "notes"}


def sync_packages(package: str) -> str:
    """The command that asks the registry of a package."""
    return f"umbel sync packages '{package}'"


def sync_advisories(package: str) -> str:
    """The command that brings the advisories of a package's ecosystem."""
    kind = purl.ecosystem(package) or ""
    namespace = package[4:].split("/")[1] if package.count("/") > 1 else None
    return f"umbel sync advisories {ecosystem_of(kind, namespace) or ''}".strip()


def version(about: About) -> Cell:
    """Which version one would get, and how old it is."""
    known = about.known
    if known.version is None:
        if known.registry is not None and known.registry.found is False:
            return unknown("its registry knows no such package", None)
        if known.registry is not None:
            return unknown("the registry lists no stable version", None)
        return unknown("its registry was never asked", sync_packages(known.package))
    got = known.got
    notes = [] if known.asked is None else ["The version that was asked about, whatever the latest is."]
    if known.asked is not None and got is None and known.versions:
        return unknown(f"the registry lists no version {known.asked}", None)
    released = known.dated.get(known.version)
    if known.doubted:
        notes.append(f"{DOUBTED[0].upper()}{DOUBTED[1:]}.")
    when = f", {day(released)}" if released else ""
    value = {"version": known.version, "released_at": released}
    return Cell(text=f"{known.version}{when}", value=value, notes=tuple(notes))


def license_(about: About) -> Cell:
    """The licence, its group, and who says so."""
    said = about.intended.licensed
    if said.expression is None:
        where = about.known.registry
        why = "its registry was never asked" if where is None else "neither its registry nor a document says"
        return unknown(why, sync_packages(about.package) if where is None else None)
    found, _ = tree(said.expression)
    parts = [] if found is None else [p for p in leaves(found) if p.known]
    groups = tuple(dict.fromkeys(group_of(part.license, part.exception) for part in parts))
    group = f" ({', '.join(groups)})" if groups else ""
    value = {"expression": said.expression, "groups": groups, "by": said.by}
    return Cell(text=f"{first(said.expression, 80)}{group}", value=value, notes=(f"Said by {said.by}.",))


def use(about: About) -> Cell:
    """Whether the licence is allowed for what one wants to do with it."""
    if about.intended.licensed.expression is None:
        return unknown("its licence is", None)
    found = about.intended.of_license
    how = listed(about.ways) if about.ways else "a use that nobody named"
    asks = None if about.ways else "umbel evaluate … --use internal|hosted|distributed-binary|…"
    denied = [each for each in found if each.outcome == "unmet" and not each.excused]
    open_ = [each for each in found if each.outcome == "unknown" and not each.excused]
    notes = tuple(each.reason for each in (*denied, *open_))
    if denied:
        return Cell(text=f"not allowed for {how}", value="denied", notes=notes)
    if open_:
        return Cell(text=f"a question for {how}", known=False, value="asked", notes=notes, find_out=asks)
    return Cell(text=f"allowed for {how}", value="allowed", notes=notes)


def obligations(about: About) -> Cell:
    """What the licence asks in this use, in short."""
    if about.intended.licensed.expression is None:
        return unknown("its licence is", None)
    every = about.intended.obligations
    sure = list(dict.fromkeys(each.title for each in every if each.applies))
    open_ = list(dict.fromkeys(each.title for each in every if each.applies is None))
    notes = [f"{each.title}: {each.text}" for each in every if each.applies]
    notes += [
        f"Perhaps {each.title.lower()}: it depends on {each.open}." for each in every if each.applies is None
    ]
    if any(each.derived for each in every):
        notes.append("Derived from the licence's group: read its text.")
    most = model().evaluate.obligations
    text = listed([each.lower() for each in sure], most) if sure else "nothing"
    if open_:
        text += f"; perhaps {listed([each.lower() for each in open_ if each not in sure], most)}"
    return Cell(text=text, value={"applies": sure, "open": open_}, notes=tuple(dict.fromkeys(notes)))


def gate(about: About) -> Cell:
    """What `umbel check` would say on the day when it is added."""
    found = [each for each in about.intended.findings if not each.excused]
    gaps = [gap for gap in about.intended.gaps if gap.fails]
    text, value = "nothing to object", "clean"
    for level in ("fail", "warn", "note"):
        at = [each for each in found if each.level == level]
        if at:
            rules = tuple(dict.fromkeys(each.rule for each in at))
            text, value = f"{_STANDING[level]}: {listed(rules)}", level
            break
    notes = [f"{each.rule}: {each.reason}" for each in found]
    if gaps and value != "fail":
        rules = tuple(dict.fromkeys(gap.rule for gap in gaps))
        notes += [f"{gap.rule} could not be asked: {gap.reason}" for gap in gaps]
        return Cell(
            text=f"unknown: {counted(len(rules), 'rule')} could not be asked"
            + (f"; {text}" if value != "clean" else ""),
            known=False,
            value="unknown",
            notes=tuple(notes),
            find_out=_remedy(about.package, gaps[0].remedy),
        )
    return Cell(text=text, value=value, notes=tuple(notes))


def _remedy(package: str, command: str) -> str:
    """The command that a gap names, of the candidate's own ecosystem."""
    own = {"umbel sync advisories": sync_advisories, "umbel sync packages": sync_packages}
    return own[command](package) if command in own else command
