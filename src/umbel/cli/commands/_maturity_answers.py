# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel maturity ask` and `attest`: a short interview, and one answer without it."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from umbel.app import Workspace
    from umbel.frameworks.interface import Attestation
    from umbel.frameworks.interview import Question

SOME = 5
_KEYS = {"m": "met", "u": "unmet", "n": "not-applicable"}


class Says(StrEnum):
    """What a person says of a claim."""

    met = "met"
    unmet = "unmet"
    not_applicable = "not-applicable"


ByOption = Annotated[
    str | None, typer.Option("--by", metavar="WHO", help="Who answers: a name or an address.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(ask)
    app.command()(attest)


def ask(
    limit: Annotated[
        int,
        typer.Option(
            "--limit", "-n", min=0, metavar="N", help="At most N questions; 0 is all that are open."
        ),
    ] = SOME,
    framework: Annotated[
        str | None,
        typer.Option(
            "--framework", metavar="FRAMEWORK", help="Only what this framework asks; else over all."
        ),
    ] = None,
    by: ByOption = None,
    list_: Annotated[bool, typer.Option("--list", help="Only list the questions; nothing is asked.")] = False,  # noqa: FBT002
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Ask the few questions whose answers would move most; each answer is written down at once, with its last day.

    What evidence answers is not asked. Stop at any time: what was said stays. A later answer takes the place of an
    earlier one. Without a terminal: --list, and umbel maturity attest.
    Example: umbel maturity ask --limit 3 --by ospo@acme.example
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    found = here.questions(limit or None, framework, moment)
    if list_ or format is not Format.table:
        output.emit(output.structs(found), format, columns=_QUESTIONS, limit=0, nothing=_NOTHING)
        return
    if moment is not None:
        raise UsageError("An answer is of today: --as-of goes with --list.")
    if not found:
        print(_NOTHING)
        return
    _interview(here, found, by)


def attest(
    claim: Annotated[
        str,
        typer.Argument(
            metavar="CLAIM", help="A claim, as umbel maturity ask --list names it, or a practice."
        ),
    ],
    says: Annotated[Says, typer.Option("--says", help="How it stands.")],
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Who answers for it.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who writes it down.")],
    proof: Annotated[
        str | None, typer.Option("--proof", metavar="LINK", help="A link, or a file beside, that shows it.")
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; needed where it doesn't apply.")
    ] = "",
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DAY",
            help="The last day on which it counts; by the claim's months if not given.",
        ),
    ] = None,
    grade: Annotated[
        int | None,
        typer.Option("--grade", min=0, metavar="N", help="The grade, where a framework has grades."),
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down what a person says of a claim. It answers every practice, of every framework, that stands on it.

    Example: umbel maturity attest mandate --says met --owner cto@acme.example --by ospo@acme.example --proof https://wiki.acme.example/ospo
    """
    from umbel.frameworks.interface import Attestation

    entry = Attestation(
        claim=claim,
        says=says.value,
        owner=owner,
        by=by,
        decided=_today(),
        reason=reason,
        proof=proof,
        until=None if until is None else _day(until),
        grade=grade,
    )
    _written(options.workspace(workspace).attest(entry))


# ---- the interview


def _interview(here: Workspace, found: list[Question], by: str | None) -> None:
    from umbel.frameworks.interface import Attestation

    said = 0
    try:
        for number, question in enumerate(found, 1):
            _put(question, f"{number} of {len(found)}")
            word, grade = _word(question)
            if word is None:
                continue
            by = by or _needed("Who are you (an address)? ")
            owner = _line(f"Who answers for it? [{by}] ") or by
            proof = (
                _line(f"Proof: {question.proof or 'a link or a file'} (enter: none) ")
                if word == "met"
                else ""
            )
            must = word == "not-applicable"
            reason = _needed("Why doesn't it apply? ") if must else ""
            entry = Attestation(
                claim=question.claim,
                says=word,
                owner=owner,
                by=by,
                decided=_today(),
                reason=reason,
                proof=proof or None,
                grade=grade,
            )
            _written(here.attest(entry))
            said += 1
    except (EOFError, _Stopped):
        print()
    print(f"{output.counted(said, 'answer')} written down. umbel maturity shows where that leaves you.")


def _put(question: Question, place: str) -> None:
    print()
    print(output.clean(f"{place}. {question.question}"))
    if question.proof:
        print(output.clean(f"   Counts as proof: {question.proof}"))
    if question.evidence:
        print(output.clean(f"   Known already: {question.evidence}"))
    if question.note:
        print(output.clean(f"   {question.note}"))
    answers = output.counted(len(question.answers), "practice")
    print(
        output.clean(
            f"   A yes answers {answers}: {', '.join(question.answers[:4])}{' …' if len(question.answers) > 4 else ''}"
        )
    )


class _Stopped(Exception):
    """The person has answered enough."""


def _word(question: Question) -> tuple[Any, int | None]:
    """What is said, with a grade where one was given; None is skipped."""
    grades = ""
    if question.grades:
        named = ", ".join(f"{number} {name}" for number, name in enumerate(question.grades))
        grades = f"or a grade ({named}; met from {question.met_at}) / "
    while True:
        said = _line(f"   [m]et / [u]nmet / [n]ot applicable / {grades}[s]kip / [q]uit: ").casefold()
        if said in {"", "s", "skip"}:
            return None, None
        if said in {"q", "quit"}:
            raise _Stopped
        if question.grades and said.isdecimal() and int(said) < len(question.grades):
            return ("met" if int(said) >= question.met_at else "unmet"), int(said)
        for key, word in _KEYS.items():
            if said in {key, word, word.replace("-", " ")}:
                return word, None
        print("   Answer by one of these letters.")


def _needed(prompt: str) -> str:
    while not (said := _line(prompt)):
        pass
    return said


def _line(prompt: str) -> str:
    return output.clean(input(output.clean(prompt.rstrip()) + " ").strip())


def _written(entry: Attestation) -> None:
    from umbel.frameworks.attestations import FILE

    words = {"met": "is met", "unmet": "isn't met", "not-applicable": "doesn't apply"}[entry.says]
    print(output.clean(f"{entry.claim} {words}, by {entry.owner}, until {entry.until}. It stands in {FILE}."))
    sys.stdout.flush()


def _today() -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _day(text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2027-12-31.") from error


_NOTHING = "No question is open: what people have to answer is answered."
_QUESTIONS: output.Shown = {
    "claim": lambda r: output.clean(r["claim"]),
    "question": lambda r: output.clean(r["question"]),
    "known already": lambda r: output.clean(r["evidence"] or "–"),
    "answers#": lambda r: output.number(len(r["answers"])),
    "lasts": lambda r: output.counted(r["months"], "month"),
}
