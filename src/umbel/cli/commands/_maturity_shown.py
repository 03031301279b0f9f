# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How assessments are shown: as records for programs, as tables and lines for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from umbel.cli import output
from umbel.cli.options import Format

if TYPE_CHECKING:
    from umbel.frameworks.interface import Answer, Assessment, Move, Standing

SOME = 5
"""Moves, and practices that hold a level back, shown without being asked for all."""
WIDE = 120
"""Columns of a terminal from which every column of a table fits beside the others."""
WIDEST = 220
"""The same of the table that tells of all frameworks."""
_IF_WIDE = {"at most#", "held back by", "title", "evidence#", "word#", "open#"}


def record(assessed: Assessment) -> dict[str, Any]:
    """An assessment as an object: the framework, what it comes to, every practice with its answer, next moves."""
    from msgspec.structs import asdict

    framework = assessed.framework
    return {
        "framework": framework.id,
        "title": framework.title,
        "version": framework.version,
        "source": framework.source,
        "license": framework.license,
        "url": framework.url,
        "as_of": assessed.as_of,
        "adapted": assessed.adapted,
        "overall": asdict(assessed.overall),
        "dimensions": [asdict(each) for each in assessed.dimensions],
        "petals": [asdict(each) for each in assessed.petals],
        "practices": [answer_record(each, framework.grades) for each in assessed.answers],
        "moves": [asdict(each) for each in assessed.moves],
    }


def answer_record(answer: Answer, grades: tuple[str, ...]) -> dict[str, Any]:
    """One practice with its answer as an object."""
    from msgspec.structs import asdict

    practice = answer.practice
    return {
        "id": practice.id,
        "title": practice.title,
        "question": practice.question,
        "ref": practice.ref,
        "level": practice.level,
        "dimension": practice.dimension or None,
        "petals": practice.petals,
        "weight": practice.weight,
        "kind": practice.kind,
        "outcome": answer.outcome,
        "by": answer.by,
        "before": answer.before,
        "grade": answer.grade,
        "grade_name": None if answer.grade is None or not grades else grades[answer.grade],
        "sentence": answer.sentence,
        "gap": answer.gap,
        "claim": answer.claim,
        "next": practice.next,
        "effort": practice.effort,
        "template": practice.template,
        "note": practice.note,
        "attestation": None if answer.attestation is None else asdict(answer.attestation),
        "readings": [asdict(each) for each in answer.readings],
    }


def page(assessed: Assessment, *, practices: bool) -> None:
    """An assessment for people: where it stands, part by part, what holds it back, what to do next."""
    framework, overall = assessed.framework, assessed.overall
    print(output.clean(f"{framework.title}, as of {assessed.as_of:%Y-%m-%d}: {stage(overall)}"))
    for line in sureness(overall):
        print(line)
    parts = assessed.dimensions or assessed.petals
    if parts:
        output.emit([part_record(each) for each in parts], Format.table, columns=fitting(PARTS), limit=0)
    if practices:
        rows = [answer_record(each, framework.grades) for each in assessed.answers]
        output.emit(rows, Format.table, columns=_PRACTICES, limit=0)
    _held(assessed)
    _moves(assessed.moves)
    for told in assessed.adapted:
        print(output.clean(f"Adapted here: {told}"))
    if assessed.adapted:
        print("Without these changes: --original")
    if framework.license:
        print(output.clean(f"Source: {framework.source}, {framework.license}, {framework.url}"))


def stage(standing: Standing) -> str:
    """The level that is reached and the next, in words."""
    if standing.level is None and standing.next_level is None:
        return f"{_share(standing.share)} met"
    at = standing.level.title if standing.level is not None else "below the first level"
    if standing.next_level is None:
        return f"{at}, the highest level"
    return f"{at}; next is {standing.next_level.title}, held back by {output.counted(len(standing.held_by), 'practice')}"


def sureness(standing: Standing) -> list[str]:
    """The share with its numbers, and how it is known."""
    counted = standing.met + standing.unmet + standing.unknown
    if not counted:
        return ["No practice applies here."]
    most = "" if not standing.unknown else f"; {_share(standing.at_most)} if all that is unknown were met"
    left = f", {standing.not_applicable} not applicable and left out" if standing.not_applicable else ""
    answered = (
        f"Answered by evidence {_share(standing.evidenced)}, by people's word {_share(standing.attested)}, "
        f"by nobody {_share(standing.unanswered)}."
    )
    told = (
        f"{standing.met} of {output.counted(counted, 'practice')} met ({_share(standing.share)} by weight{most}), "
        f"{standing.unmet} not met, {standing.unknown} unknown{left}."
    )
    return [told, answered]


def _held(assessed: Assessment) -> None:
    names = assessed.overall.held_by
    if not names:
        return
    by_id = {each.practice.id: each for each in assessed.answers}
    level = assessed.overall.next_level
    print(output.clean(f"What holds {level.title if level is not None else 'it'} back:"))
    for name in names[: 2 * SOME]:
        each = by_id[name]
        print(output.clean(f"  {each.outcome}: {each.practice.title} ({name}). {each.sentence}"))
    if len(names) > 2 * SOME:
        print(f"  … and {len(names) - 2 * SOME} more (--practices)")


def _moves(moves: tuple[Move, ...]) -> None:
    if not moves:
        return
    print("Next, what moves most for its effort:")
    for move in moves[:SOME]:
        print(output.clean(f"  {move.title} ({move.effort}): {move.action}"))
        if move.why:
            print(output.clean(f"    {move.why}"))
        print(output.clean(f"    moves {move.moves}"))
    if len(moves) > SOME:
        print(f"  … and {len(moves) - SOME} more: umbel maturity next")


def fitting(columns: output.Shown, wide: int = WIDE) -> output.Shown:
    """The columns that a narrow terminal can show without breaking words; pipes and files get all."""
    import shutil

    narrow = sys.stdout.isatty() and shutil.get_terminal_size().columns < wide
    return {name: show for name, show in columns.items() if not narrow or name not in _IF_WIDE}


def part_record(standing: Standing) -> dict[str, Any]:
    """A dimension, a petal or a whole as an object."""
    from msgspec.structs import asdict

    return asdict(standing)


def _level(record: dict[str, Any]) -> str:
    level, next_level = record["level"], record["next_level"]
    if level is None:
        return "–" if next_level is None else f"below {output.clean(next_level.title)}"
    return output.clean(level.title)


def _share(value: float | None) -> str:
    from umbel.frameworks.indicators.sentences import percent

    return "?" if value is None else percent(value)


def _held_names(record: dict[str, Any]) -> str:
    names = record["held_by"]
    more = f" +{len(names) - 3}" if len(names) > 3 else ""
    return output.clean(", ".join(names[:3]) + more) or "–"


PARTS: output.Shown = {
    "part": lambda r: output.clean(r["title"]),
    "level": _level,
    "met#": lambda r: output.number(r["met"]),
    "not met#": lambda r: output.number(r["unmet"]),
    "unknown#": lambda r: output.number(r["unknown"]),
    "share met#": lambda r: _share(r["share"]),
    "at most#": lambda r: _share(r["at_most"]),
    "held back by": _held_names,
}
WHOLE: output.Shown = {
    "framework": lambda r: output.clean(r["framework"]),
    "title": lambda r: output.clean(r["title"]),
    **{name: show for name, show in PARTS.items() if name != "part"},
    "evidence#": lambda r: _share(r["evidenced"]),
    "word#": lambda r: _share(r["attested"]),
    "open#": lambda r: _share(r["unanswered"]),
}
SERIES: output.Shown = {
    "day": lambda r: output.day(r["as_of"]),
    **{name: show for name, show in WHOLE.items() if name not in {"framework", "title"}},
}
_PRACTICES: output.Shown = {
    "practice": lambda r: output.clean(r["id"]),
    "level#": lambda r: str(r["level"]) if r["level"] else "–",
    "outcome": lambda r: r["outcome"],
    "by": lambda r: r["by"] or "–",
    "title": lambda r: output.clean(r["title"]),
    "why": lambda r: output.clean(r["sentence"]),
}
