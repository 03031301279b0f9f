# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows on what it means here: what it brings along, who uses it already, what does the same, what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.model.purl import display
from umbel.policy.evaluations import MEANING
from umbel.strategy.evaluate.model import model
from umbel.strategy.evaluate.records import Cell, unknown
from umbel.strategy.evaluate.words import counted, first, listed

if TYPE_CHECKING:
    from umbel.strategy.evaluate.about import About


def load(about: About) -> Cell:
    """How many other packages come along with it."""
    found = about.trial or about.known.load
    if found is None:
        return unknown(
            "no document here shows its dependencies", f"umbel evaluate '{about.package}' --trial LOCKFILE"
        )
    seen = "the trial" if about.trial else found.document
    notes = [f"As {seen} resolves version {found.version or '?'}; extras and platforms may differ."]
    if found.unresolved:
        notes.append(f"{counted(found.unresolved, 'name')} there lead to no component.")
    if about.known.version not in (None, found.version):
        notes.append(f"One would get {about.known.version} today.")
    value = {
        "direct": found.direct,
        "all": found.whole,
        "unresolved": found.unresolved,
        "version": found.version,
    }
    if not found.whole:
        return Cell(text="nothing", value=value, notes=tuple(notes))
    text = f"{counted(found.whole, 'package')}, {found.direct:,} of them asked for by itself"
    return Cell(text=text, value=value, notes=tuple(notes))


def used(about: About) -> Cell:
    """Which of our projects and products have it, in which versions."""
    using = about.known.using
    if using is None:
        return unknown("nothing was collected here", "umbel collect")
    if not using:
        return Cell(text="by nobody", value={"projects": 0, "direct": 0, "products": [], "versions": []})
    versions = sorted({version for each in using for version in each.versions})
    direct = sum(each.direct is True for each in using)
    most = model().evaluate.projects
    ordered = [each.project for each in sorted(using, key=lambda e: (e.direct is not True, e.project))]
    text = f"{counted(len(using), 'project')} ({direct:,} directly)"
    if about.products:
        text += f", in {listed(about.products, most)}"
    notes = [f"Projects: {listed(ordered, most)}."]
    if versions:
        notes.append(f"Versions: {listed(versions, 8)}.")
    unsaid = sum(each.direct is None for each in using)
    if unsaid:
        notes.append(f"In {unsaid:,} its documents don't say whether directly.")
    value = {"projects": len(using), "direct": direct, "products": list(about.products), "versions": versions}
    return Cell(text=text, value=value, notes=tuple(notes))


def alternatives(about: About) -> Cell:
    """What of the same kind is in the portfolio already."""
    known = about.known
    if known.role is None:
        return unknown("what it does stands in no table of kinds", None)
    if known.alternatives is None:
        return unknown("nothing was collected here", "umbel collect")
    if not known.alternatives:
        return Cell(text=f"none ({known.role})", value=[])
    names = [f"{display(package)} ({counted(number, 'project')})" for package, number in known.alternatives]
    value = [{"package": package, "projects": number} for package, number in known.alternatives]
    return Cell(text=f"{known.role}: {listed(names, model().evaluate.alternatives)}", value=value)


def decided(about: About) -> Cell:
    """What the radar says of it."""
    found = about.decided
    if found is None:
        return Cell(text="nothing yet", value={"ring": None})
    notes = [f"{first(found.reason)} ({found.by}, {found.decided}): {MEANING[found.ring]}."]
    if found.is_due(about.as_of.date()):
        notes.append(f"Its review was due on {found.review}.")
    where = f" in {found.product}" if found.product else ""
    text = f"{found.ring}{where}, {found.decided}"
    return Cell(
        text=text, value={"ring": found.ring, "decided": found.decided, "by": found.by}, notes=tuple(notes)
    )
