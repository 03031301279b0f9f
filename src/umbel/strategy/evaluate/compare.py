# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Candidates → the table: a cell for each in each row, one neutral sentence about each, and what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.model.purl import display
from umbel.strategy.evaluate import rows_care, rows_here, rows_safety, rows_terms
from umbel.strategy.evaluate.differences import differences
from umbel.strategy.evaluate.records import ROWS, Candidate, Cell, Evaluated, Missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from umbel.strategy.evaluate.about import About

TELLERS: dict[str, Callable[[About], Cell]] = {
    "version": rows_terms.version,
    "license": rows_terms.license_,
    "use": rows_terms.use,
    "obligations": rows_terms.obligations,
    "gate": rows_terms.gate,
    "vulnerabilities": rows_safety.vulnerabilities,
    "past": rows_safety.past,
    "state": rows_safety.state,
    "end_of_life": rows_safety.end_of_life,
    "fragility": rows_care.fragility,
    "governance": rows_care.governance,
    "maintainers": rows_care.maintainers,
    "rhythm": rows_care.rhythm,
    "age": rows_care.age,
    "size": rows_care.size,
    "load": rows_here.load,
    "used": rows_here.used,
    "alternatives": rows_here.alternatives,
    "decided": rows_here.decided,
}
"""What tells each row of `ROWS`."""


_SAID = {
    "license": "licence ",
    "use": "",
    "vulnerabilities": "known vulnerabilities: ",
    "fragility": "fragility: ",
    "governance": "governed by: ",
    "rhythm": "releases: ",
    "used": "used here: ",
}
"""What the sentence about a candidate tells, and how."""


def compared(every: Sequence[About], use: str | None, product: str | None, as_of: datetime) -> Evaluated:
    """Candidates side by side, in the order in which they were asked for."""
    candidates = tuple(_candidate(about) for about in every)
    return Evaluated(
        as_of=as_of,
        use=use,
        product=product,
        candidates=candidates,
        differences=tuple(differences(candidates)),
    )


def _candidate(about: About) -> Candidate:
    cells = {row: TELLERS[row](about) for row in ROWS}
    missing = tuple(
        Missing(what=ROWS[row], why=cell.text.removeprefix("unknown: "), find_out=cell.find_out)
        for row, cell in cells.items()
        if not cell.known
    )
    return Candidate(
        package=about.package,
        title=_title(about.package),
        version=about.known.version,
        project=about.upstream.project,
        cells=cells,
        summary=_summary(about, cells, len(missing)),
        missing=missing,
    )


def _title(package: str) -> str:
    kind = package[4:].partition("/")[0]
    return f"{display(package)} ({kind})"


def _summary(about: About, cells: dict[str, Cell], missing: int) -> str:
    """One sentence that takes nobody's side: the same facts in the same order for every candidate."""
    name = display(about.package) + (f" {about.known.version}" if about.known.version else "")
    said = [f"{what}{cells[row].text}" for row, what in _SAID.items() if cells[row].known]
    open_ = [
        what.strip(": ") or "the licence in this use" for row, what in _SAID.items() if not cells[row].known
    ]
    if open_:
        said.append(f"unknown: {', '.join(open_)}")
    rest = f" {missing} of {len(cells)} rows unknown." if missing else ""
    return f"{name}: {'; '.join(said)}.{rest}"
