# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel goals`: what the program is for, who answers for it, and how its targets stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from umbel.app import Workspace
    from umbel.frameworks.goals import Aim, Goal
    from umbel.frameworks.interface import Indicator, Target
    from umbel.frameworks.targets import Pursued


class _ListsByDefault(TyperGroup):
    """`umbel goals --as-of …` lists: without a command the options are of the list."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    cls=_ListsByDefault,
    help="What the program is for, and how far it is. Without a command: umbel goals list.",
)


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,  # noqa: FBT002 - an option
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List goals with their targets: what was promised, where it stands, and what is due.

    Ends with exit code 1 if a target is missed or behind, or a review is due; 3 if nobody can tell of one.
    Example: umbel goals --as-of 2026-06-30
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    found = here.goals(moment, ended=all_)
    if format is Format.table:
        rows = _rows(here, found, moment)
        output.emit(rows, format, columns=_COLUMNS, limit=limit, nothing="No goal is set: umbel goals add.")
    else:
        output.emit([_record(each) for each in found], format, columns={}, limit=limit)
    states = {each.state for goal in found for each in goal.targets}
    if states & {"missed", "behind"} or any(each.due for each in found):
        raise typer.Exit(1)
    raise typer.Exit(3 if None in states else 0)


@app.command()
def add(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Small letters, digits, dashes; a known one is amended.")
    ],
    statement: Annotated[str, typer.Option("--statement", metavar="TEXT", help="What should be so.")],
    serves: Annotated[str, typer.Option("--serves", metavar="TEXT", help="The business goal behind it.")],
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Who answers for it.")],
    review: Annotated[str, typer.Option("--review", metavar="DAY", help="When it is looked at next.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decided.")],
    kpi: Annotated[
        list[str] | None,
        typer.Option(
            "--kpi", metavar="NAME=TARGET", help="A figure and what it should be: patch_coverage=90%."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="The last day on which targets may be reached."),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            "--baseline", metavar="NAME=VALUE", help="What a figure was; else what the evidence says now."
        ),
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write a goal down, or amend one: a record is added, and the earlier ones stay.

    Example: umbel goals add mended-in-time --statement "Known vulnerabilities are mended" --serves "No incident stops a shop" --owner security@acme.example --kpi patch_coverage=90% --until 2027-06-30 --review 2027-01-31 --by ospo@acme.example
    """
    from datetime import UTC, datetime

    from umbel.frameworks.goals import FILE, Goal

    goal = Goal(
        id=id_,
        statement=statement,
        serves=serves,
        owner=owner,
        review=_day(review),
        by=by,
        decided=datetime.now(UTC).date(),
        kpis=_aims(kpi or [], baseline or [], until),
    )
    made = options.workspace(workspace).set_goal(goal)
    print(f"{made.id}: {output.clean(made.statement)}\nIt stands in {FILE}.")
    for aim in made.kpis:
        known = (
            f"from {aim.baseline:g} on {aim.baseline_on}"
            if aim.baseline is not None
            else "from no known baseline"
        )
        print(f"  {aim.kpi}: {known} to {aim.target:g} by {aim.until}")


@app.command()
def end(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As umbel goals lists it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it ends.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decided.")],
    dropped: Annotated[bool, typer.Option("--dropped", help="It is given up.")] = False,  # noqa: FBT002 - an option
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down that a goal came to its end, or was given up, and why.

    Example: umbel goals end mended-in-time --reason "reached for two quarters" --by ospo@acme.example
    """
    from datetime import UTC, datetime

    from umbel.frameworks.goals import FILE

    day = datetime.now(UTC).date()
    made = options.workspace(workspace).end_goal(id_, day, by=by, reason=reason, dropped=dropped)
    print(f"{made.id}: {'dropped' if dropped else 'ended'}; its last day is {day}. It stands in {FILE}.")


@app.command()
def why(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As umbel goals lists it.")],
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell a goal: what it serves, how each target stands and by which figures, and every record of it.

    Example: umbel goals why mended-in-time
    """
    found = options.workspace(workspace).goal(id_, options.moment(as_of))
    if format is Format.table:
        with output.readers_may_leave():
            _page(found)
        return
    output.emit([_record(found)], format, columns={})


def _page(found: Pursued) -> None:
    goal = found.told.goal
    print(f"{goal.id}: {output.clean(goal.statement)}\n")
    for label, value in (
        ("serves", goal.serves),
        ("owner", goal.owner),
        ("review", f"{goal.review}{_late(found)}"),
    ):
        print(f"{label + ':':<9}{output.clean(value)}")
    if goal.end is not None:
        ended = "dropped" if goal.dropped else "ended"
        print(f"{ended + ':':<9}{goal.end}, {output.clean(goal.reason)}")
    print()
    for each in found.targets:
        print(f"- {each.kpi}: {each.state or '?'}. {output.clean(each.sentence)}")
    if not goal.kpis:
        print("- No figure tells of it: umbel goals add names one with --kpi.")
    print("\nRecords, the oldest first:")
    for record in found.told.records:
        print(f"- {record.decided} by {output.clean(record.by)}: {output.clean(_said(record))}")


def _said(record: Goal) -> str:
    if record.end is not None:
        return f"{'dropped' if record.dropped else 'ended'}, {record.reason}"
    aims = ", ".join(f"{aim.kpi} {aim.target:g} by {aim.until}" for aim in record.kpis)
    return f"{record.statement} ({aims or 'no figure'}); review {record.review}"


def _late(found: Pursued) -> str:
    return " (due)" if found.due else ""


def _record(found: Pursued) -> dict[str, Any]:
    return {
        **output.structs([found.told.goal])[0],
        "since": found.told.since,
        "state": found.state,
        "due": found.due,
        "targets": output.structs(found.targets),
        "records": len(found.told.records),
    }


def _rows(here: Workspace, found: list[Pursued], moment: Any) -> list[dict[str, Any]]:
    """A row a target; one for a goal without any."""
    names = sorted({each.kpi for goal in found for each in goal.targets})
    units = here.kpi_definitions(names, moment)
    return [
        {
            "goal": goal,
            "target": target,
            "of": None if target is None else units.get(target.kpi),
            "first": not place,
        }
        for goal in found
        for place, target in enumerate(goal.targets or (None,))
    ]


def _aims(kpis: list[str], baselines: list[str], until: str | None) -> tuple[Aim, ...]:
    from umbel.frameworks.goals import Aim

    known, wanted = dict(map(_pair, baselines)), list(map(_pair, kpis))
    if wanted and until is None:
        raise UsageError("A target needs a day by which it is reached.", "--until 2027-06-30")
    made = [
        Aim(kpi=name, target=target, until=_day(until or ""), baseline=known.pop(name, None))
        for name, target in wanted
    ]
    if known:
        raise UsageError(f"There is no --kpi {next(iter(known))} for its baseline.")
    return tuple(made)


def _pair(word: str) -> tuple[str, float]:
    """A name and a number, which may be in per cent."""
    name, equals, text = word.rpartition("=")
    bare = text.strip()
    try:
        value = float(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except ValueError:
        value = float("nan")
    if not equals or not name.strip() or not abs(value) < 1e15:
        raise UsageError(
            f"{word!r} is no name and number.", "Write it as patch_coverage=0.9 or patch_coverage=90%."
        )
    return name.strip().casefold().replace("-", "_"), value


def _day(text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-12-31.") from error


def _shown(value: float | None, indicator: Indicator | None) -> str:
    from umbel.frameworks.kpi_words import figure

    if value is None or indicator is None:
        return "?" if value is None else f"{value:g}"
    return output.clean(figure(value, indicator.unit, indicator.currency))


def _once(record: dict[str, Any], text: object) -> str:
    return output.clean(text) if record["first"] else ""


def _aim(record: dict[str, Any]) -> str:
    target: Target | None = record["target"]
    return "–" if target is None else f"{_shown(target.target, record['of'])} by {target.until}"


def _from(record: dict[str, Any]) -> str:
    target: Target | None = record["target"]
    return "–" if target is None else _shown(target.baseline, record["of"])


def _now(record: dict[str, Any]) -> str:
    target: Target | None = record["target"]
    return "–" if target is None else output.clean(target.sentence.partition(";")[0].removesuffix("."))


_COLUMNS: output.Shown = {
    "goal": lambda r: _once(r, r["goal"].told.goal.id),
    "owner": lambda r: _once(r, r["goal"].told.goal.owner),
    "review": lambda r: _once(r, f"{r['goal'].told.goal.review}{_late(r['goal'])}"),
    "KPI": lambda r: "–" if r["target"] is None else r["target"].kpi,
    "from#": _from,
    "target": _aim,
    "state": lambda r: "–" if r["target"] is None else r["target"].state or "?",
    "now": _now,
}
