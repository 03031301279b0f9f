# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel licenses`: what a licence statement means, whether it may be used for something, and under what."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import output
from umbel.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from umbel.model.license_logic import Part
    from umbel.model.license_policy import Use

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What a licence statement means, and what it may be used for.",
)


class Distribution(StrEnum):
    """How software reaches its users."""

    internal = "internal"
    hosted = "hosted"
    distributed_binary = "distributed-binary"
    distributed_source = "distributed-source"
    embedded_device = "embedded-device"


class Linkage(StrEnum):
    """How software is joined to what uses it."""

    static = "static"
    dynamic = "dynamic"
    separate = "separate"


class Scope(StrEnum):
    """What software is used for."""

    runtime = "runtime"
    development = "development"
    test = "test"
    build = "build"


UseOption = Annotated[
    list[Distribution] | None, typer.Option("--use", help="How it reaches its users; may be repeated.")
]
LinkageOption = Annotated[
    Linkage | None, typer.Option(help="How it is joined to what uses it; unknown unless told.")
]
ModifiedOption = Annotated[
    bool | None, typer.Option("--modified/--unmodified", help="Whether it was changed; unknown unless told.")
]
_OUTCOMES = {True: "allowed", False: "denied", None: "a question"}


def use_of(
    distribution: list[Distribution] | None,
    linkage: Linkage | None,
    modified: bool | None,  # noqa: FBT001 - an option
    scope: Scope | None = None,
) -> Use:
    """The use that a command was asked about."""
    from umbel.model.license_policy import Use

    return Use(
        distribution=tuple(each.value for each in distribution or ()),
        linkage=linkage.value if linkage else None,
        scope=scope.value if scope else None,
        modified=modified,
    )


@app.command()
def check(
    expression: Annotated[str, typer.Argument(help="An SPDX expression, or a licence as somebody wrote it.")],
    use: UseOption = None,
    linkage: LinkageOption = None,
    scope: Annotated[Scope | None, typer.Option(help="What it is used for; runtime unless told.")] = None,
    choice: Annotated[
        str | None, typer.Option(metavar="LICENSE", help="The alternative that was chosen.")
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
) -> None:
    """Hold a licence against the policy that ships: allowed, denied, or a question.

    Exit codes: 0 allowed, 1 denied, 3 a question.
    Example: umbel licenses check "MIT OR GPL-3.0-only" --use distributed-binary
    """
    from umbel.model.license_policy import judge

    found = judge(expression, use_of(use, linkage, None, scope), choice=choice)
    parts = {(each.license, each.exception): each for each in found.parts}
    rows = [
        {
            "expression": expression,
            "outcome": found.outcome,
            "chosen": found.evaluation.chosen,
            "license": str(part),
            "group": parts[part.license, part.exception].group if part.known else None,
            "verdict": part.verdict,
            "because": list(parts[part.license, part.exception].because) if part.known else [],
        }
        for part in found.evaluation.parts
    ]
    if format is Format.table:
        _say(expression, found.outcome, found.evaluation.chosen, found.evaluation.note)
        if rows:
            output.emit(rows, format, columns=_CHECKED, limit=0)
    else:
        nothing = {"expression": expression, "outcome": None, "note": found.evaluation.note}
        output.emit(rows or [nothing], format, columns=_CHECKED)
    if found.outcome is not True:
        raise typer.Exit(1 if found.outcome is False else 3)


def _say(expression: str, outcome: bool | None, chosen: str | None, note: str | None) -> None:  # noqa: FBT001
    taken = f", taken as {chosen}" if chosen and chosen != expression else ""
    print(f"{output.clean(expression)}: {_OUTCOMES[outcome]}{output.clean(taken)}.")
    if note:
        print(f"  {output.clean(note)}")


@app.command()
def compatible(
    inbound: Annotated[str, typer.Argument(metavar="INBOUND", help="The licence of what comes in.")],
    outbound: Annotated[str, typer.Argument(metavar="OUTBOUND", help="The licence that you go out under.")],
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
) -> None:
    """Say whether software under one licence may be used in a project under another, by OSADL's matrix.

    Exit codes: 0 yes, 1 no, 3 a question (unknown, or it depends on how the two are joined).
    Example: umbel licenses compatible Apache-2.0 GPL-2.0-only
    """
    from umbel.model.license_compatibility import compatible as ask
    from umbel.model.license_compatibility import matrix_date

    found = ask(inbound, outbound)
    if format is Format.table:
        print(f"{output.clean(inbound)} in {output.clean(outbound)}: {found.outcome.replace('-', ' ')}.")
        for sentence in found.why:
            print(f"  {output.clean(sentence)}")
        print(f"  (OSADL's matrix of {matrix_date()}; it is no legal advice.)")
    else:
        output.emit(output.structs([found]), format, columns={})
    if found.outcome != "yes":
        raise typer.Exit(1 if found.outcome == "no" else 3)


@app.command()
def why(
    statement: Annotated[str, typer.Argument(help="A licence as somebody wrote it.")],
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
) -> None:
    """Say what a licence statement was taken for, and how.

    Example: umbel licenses why "Apache License 2.0"
    """
    from umbel.model import licenses
    from umbel.model.license_logic import leaves, tree
    from umbel.model.license_policy import group_of
    from umbel.model.obligations import duties_of

    reading = licenses.read(statement)
    found, _ = tree(statement)
    parts = [part for part in leaves(found) if part.known] if found else []
    shown: list[Part | None] = [*parts] or [None]
    rows: list[dict[str, Any]] = [
        {
            "statement": statement,
            "kind": reading.kind,
            "expression": reading.expression,
            "note": reading.note,
            "license": str(part) if part else None,
            "group": group_of(part.license, part.exception) if part else None,
            "obligations": list(duties_of(part.license, part.exception)[0]) if part else [],
            "derived": duties_of(part.license, part.exception)[1] if part else None,
        }
        for part in shown
    ]
    if format is not Format.table:
        output.emit(rows, format, columns={})
        return
    print(f"{output.clean(statement)}: {output.clean(reading.expression or 'unknown')} ({reading.kind}).")
    if reading.note:
        print(f"  {output.clean(reading.note)}")
    if parts:
        output.emit(rows, format, columns=_WHY, limit=0)


_CHECKED: output.Shown = {
    "licence": lambda r: output.clean(r["license"]),
    "group": lambda r: output.unknown(r["group"]),
    "verdict": lambda r: _OUTCOMES[r["verdict"]],
    "because": lambda r: output.clean("; ".join(r["because"])) or "nobody knows it",
}
_WHY: output.Shown = {
    "licence": lambda r: output.clean(r["license"]),
    "group": lambda r: r["group"],
    "asks for": lambda r: ", ".join(r["obligations"]) or "nothing",
    "known": lambda r: "only its kind" if r["derived"] else "yes",
}
