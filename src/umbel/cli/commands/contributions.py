# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel contributions`: what we mean to do upstream, and what was done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What we mean to do in upstream projects: why, who, where, how much; and what was done.",
)


@app.command()
def draft(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="As umbel strategy names it.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Print a contribution strategy drafted from the evidence, with blanks where a person must decide.

    Example: umbel contributions draft github.com/pallets/flask > flask.toml
    """
    sys.stdout.write(options.workspace(workspace).contribution_draft(project, options.moment(as_of)))


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A draft that was filled in.")],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down what a filled-in draft holds; one with blanks is refused with the line of each.

    Example: umbel contributions add flask.toml
    """
    from umbel.strategy.contributions import FILE

    for each in options.workspace(workspace).add_contributions(file):
        print(f"{each.name}: {output.clean(each.goal)} ({output.clean(each.project)}). It stands in {FILE}.")


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that are done or dropped, too.")] = False,  # noqa: FBT002 - an option
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List contributions with what was planned and done, those due first. Ends with exit code 1 if a review is late.

    Example: umbel contributions list --as-of 2026-06-30
    """
    import msgspec

    found = options.workspace(workspace).contributions(options.moment(as_of))
    shown = [each for each in found if all_ or each.standing.due is not None]
    records = [
        msgspec.structs.asdict(each.standing.contribution)
        | {
            "id": each.standing.contribution.name,
            "state": each.standing.state,
            "due": each.standing.due,
            "late": each.standing.late,
            "done": msgspec.structs.asdict(each.done),
            "sentence": each.sentence,
            "reviews": output.structs(each.standing.reviews),
        }
        for each in shown
    ]
    output.emit(records, format, columns=_COLUMNS, limit=limit, nothing="Nothing is planned.")
    raise typer.Exit(1 if any(each.standing.late for each in shown) else 0)


@app.command()
def review(
    contribution: Annotated[str, typer.Argument(metavar="ID", help="As umbel contributions list shows it.")],
    found: Annotated[str, typer.Option("--found", metavar="TEXT", help="What was found.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who looked.")],
    state: Annotated[
        str, typer.Option("--state", metavar="STATE", help="planned, active, paused, done or dropped.")
    ] = "active",
    next_: Annotated[
        str | None, typer.Option("--next", metavar="DAY", help="When it is looked at again.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down a look back: what was found, how it goes on, and when it is looked at again.

    Example: umbel contributions review c-1a2b3c4d --found "two of ours review now" --by ospo@acme.example --next 2027-06-30
    """
    from datetime import UTC, datetime
    from typing import cast, get_args

    from umbel.model.errors import UsageError
    from umbel.strategy.contributions import FILE, Review, State

    if state not in get_args(State):
        raise UsageError(f"{state!r} is no state.", f"There are {', '.join(get_args(State))}.")
    entry = Review(
        contribution=contribution,
        by=by,
        decided=datetime.now(UTC).date(),
        found=found,
        state=cast("State", state),
        review=None if next_ is None else _day(next_),
    )
    options.workspace(workspace).review_contribution(entry)
    again = f", looked at again on {entry.review}" if entry.review else ""
    print(f"{output.clean(contribution)}: {state}{again}. It stands in {FILE}.")


def _day(text: str) -> date:
    from datetime import date

    from umbel.model.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-12-31.") from error


def _figure(name: str) -> Any:
    def show(record: dict[str, Any]) -> str:
        value = record["done"][name]
        return "?" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")

    return show


def _share(record: dict[str, Any]) -> str:
    share = record["done"]["share"]
    return "?" if share is None else f"{share:.0%}"


_COLUMNS: output.Shown = {
    "id": lambda r: output.clean(r["id"]),
    "project": lambda r: output.clean(r["project"]),
    "goal": lambda r: output.clean(r["goal"]),
    "owner": lambda r: output.clean(r["owner"]),
    "state": lambda r: output.clean(r["state"]),
    "review": lambda r: f"{output.day(r['due'])}{' (late)' if r['late'] else ''}",
    "hours planned#": lambda r: f"{r['done']['planned_hours']:,.0f}",
    "commits#": lambda r: output.number(r["done"]["commits"]),
    "people#": lambda r: output.number(r["done"]["people"]),
    "our share#": _share,
    "measure": lambda r: output.clean(r["measure"]),
    "then#": _figure("then"),
    "now#": _figure("now"),
    "target#": lambda r: f"{r['target']:g}",
}
