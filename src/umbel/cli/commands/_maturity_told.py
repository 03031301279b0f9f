# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel maturity why`, `diff` and `next`: the reasons, what turned, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.commands import _maturity_shown
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.app.maturity import Stands
    from umbel.frameworks.interface import Answer
    from umbel.frameworks.turns import Difference

SOME = 10


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(why)
    app.command()(diff)
    app.command("next")(next_)


def why(
    practice: Annotated[
        str,
        typer.Argument(metavar="PRACTICE", help="framework/practice, or an id that only one framework has."),
    ],
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell why a practice stands as it does: its question, the evidence, what people said, what is missing.

    Example: umbel maturity why flower/office-inventory
    """
    from msgspec.structs import asdict

    here = options.workspace(workspace)
    found = here.practice(practice, options.moment(as_of))
    if format is not Format.table:
        grades = here.frameworks().get(found.framework).grades
        told = {
            "framework": found.framework,
            **_maturity_shown.answer_record(found.answer, grades),
            "move": None if found.move is None else asdict(found.move),
            "also": found.also,
            "proof": found.proof,
        }
        output.emit([told], format, columns={})
        return
    with output.readers_may_leave():
        _page(found)


def diff(
    first: Annotated[str, typer.Argument(metavar="DAY", help="The earlier day, e.g. 2026-03-31.")],
    second: Annotated[
        str | None, typer.Argument(metavar="[DAY]", help="The later one; now unless given.")
    ] = None,
    framework: Annotated[
        str, typer.Option("--framework", metavar="FRAMEWORK", help="Which framework.")
    ] = "flower",
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell what changed between two days: the practices that turned, what got worse first, and why.

    Example: umbel maturity diff 2026-01-01 2026-04-01
    """
    from msgspec.structs import asdict

    then, now = options.moment(first) or _never(), options.moment(second)
    if now is not None and now < then:
        raise UsageError("The first day must be the earlier one.", f"umbel maturity diff {second} {first}")
    found = options.workspace(workspace).maturity_diff(then, now, framework)
    if format is not Format.table:
        output.emit([{**asdict(found), "sentence": found.sentence}], format, columns={})
        return
    with output.readers_may_leave():
        _turns(found)


def next_(
    limit: LimitOption = None,
    framework: Annotated[
        str | None, typer.Option("--framework", metavar="FRAMEWORK", help="Only the moves of this framework.")
    ] = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say what to do next: the moves that are worth most for their effort, and what the whole pattern recommends.

    An answer that several frameworks ask for counts for all of them.
    Example: umbel maturity next --limit 10
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    moves = [{"kind": "move", **_fields(each)} for each in here.moves(moment, framework)]
    advice = [{"kind": "recommendation", **_fields(each)} for each in here.recommendations(moment)]
    if format is not Format.table:
        output.emit([*advice, *moves], format, columns={}, limit=limit)
        return
    with output.readers_may_leave():
        for each in advice[:SOME]:
            _recommendation(each)
    shown = SOME if limit is None else limit
    output.emit(
        moves, format, columns=_MOVES, limit=shown, nothing="Nothing is left to do by these frameworks."
    )


def _fields(value: Any) -> dict[str, Any]:
    from msgspec.structs import asdict

    return asdict(value)


def _never() -> Any:
    raise AssertionError("a day was given")


def _page(found: Stands) -> None:
    answer = found.answer
    practice, written = answer.practice, answer.attestation
    print(output.clean(f"{practice.title} ({found.framework}/{practice.id}): {answer.outcome}"))
    lines = {
        "asked": practice.question,
        "why": answer.sentence,
        "written down": None if written is None else f"by {written.by}, on {written.decided}",
        "missing": answer.gap,
        "to do": practice.next if answer.outcome not in {"met", "not-applicable"} else None,
        "would move": None if found.move is None else found.move.moves,
        "counts as proof": found.proof,
        "note": practice.note or None,
        "at the source": practice.ref or None,
        "answered by": _BY[practice.kind],
        "a person answers it by": f"umbel maturity attest {answer.claim}" if _open(answer) else None,
        "answers also": ", ".join(found.also) or None,
    }
    for name, told in lines.items():
        if told:
            print(output.clean(f"  {name}: {told}"))
    for reading in answer.readings:
        partly = reading.coverage is not None and reading.coverage < 1
        said = "looked at" in reading.sentence or "as far as can be told" in reading.sentence
        known = f" Known of what it speaks of: {reading.coverage:.0%}." if partly and not said else ""
        told = " Stated, not observed." if reading.stated else ""
        print(output.clean(f"  {reading.indicator}: {reading.sentence or reading.why}{known}{told}"))
        if reading.observed_at is not None:
            print(f"    newest evidence {reading.observed_at:%Y-%m-%d}")
        if reading.ask:
            print(output.clean(f"    rows: {reading.ask}"))


def _open(answer: Answer) -> bool:
    """Whether a person's word would answer it: evidence that fails is not talked away."""
    if answer.outcome in {"met", "not-applicable", "contradicted"}:
        return False
    return answer.practice.kind == "attestation" or answer.by != "evidence"


def _turns(found: Difference) -> None:
    print(output.clean(f"{found.title}, {found.first:%Y-%m-%d} to {found.second:%Y-%m-%d}"))
    print(output.clean(found.sentence))
    if not found.turns:
        print("No practice turned.")
    for turn in found.turns:
        print(output.clean(f"- {turn.title} ({turn.practice}): {turn.was}, now {turn.now}"))
        print(output.clean(f"    then: {turn.why_then}"))
        print(output.clean(f"    now:  {turn.why_now}"))


def _recommendation(told: dict[str, Any]) -> None:
    print(output.clean(f"{told['scenario']} ({told['petal']}, {told['effort']})"))
    print(output.clean(f"  because: {told['because'][0]}"))
    for reason in told["because"][1:4]:
        print(output.clean(f"    - {reason}"))
    print(output.clean(f"  step: {told['step']}"))
    if told["template"]:
        print(output.clean(f"  start from: umbel document {told['template']}"))


_BY = {
    "evidence": "evidence alone; a person may answer what it leaves unknown",
    "proxy": "evidence, and a person who confirms it",
    "attestation": "a person's word",
}
_MOVES: output.Shown = {
    "practice": lambda r: output.clean(r["practice"]),
    "outcome": lambda r: r["outcome"],
    "effort": lambda r: r["effort"],
    "worth#": lambda r: f"{r['worth']:.2f}",
    "answers#": lambda r: output.number(len(r["answers"])),
    "do": lambda r: output.clean(r["action"]),
    "moves": lambda r: output.clean(r["moves"]),
}
