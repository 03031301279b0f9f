# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel strategy say`, `decide` and `opinions`: where people overrule the data and the rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from datetime import date

_ByOption = Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so.")]
_ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to those of `umbel strategy`."""
    for command in (say, decide, opinions):
        app.command()(command)


def say(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="As umbel strategy names it.")],
    part: Annotated[
        str,
        typer.Argument(metavar="PART", help="dependency, opportunity, supportability or health_risk."),
    ],
    value: Annotated[float, typer.Argument(metavar="VALUE", help="From 1 to 10.")],
    reason: _ReasonOption,
    by: _ByOption,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day on which it counts.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Overrule a part of a project's score. What the data says stays beside it.

    Example: umbel strategy say github.com/pallets/flask dependency 9 --by ospo@acme.example --reason "the shop's API is built on it"
    """
    from datetime import UTC, datetime

    from umbel.strategy.interface import Opinion
    from umbel.strategy.opinions import FILE

    here = options.workspace(workspace)
    opinion = Opinion(
        project=here.strategic_name(project),
        part=part,
        value=value,
        by=by,
        decided=datetime.now(UTC).date(),
        reason=reason,
        until=None if until is None else _day(until),
    )
    here.say(opinion)
    print(f"{output.clean(opinion.project)}: {output.clean(part)} is {value:g}. It stands in {FILE}.")


def decide(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="As umbel strategy names it.")],
    stance: Annotated[
        str, typer.Argument(metavar="STANCE", help="lead, contribute, sponsor, watch or replace.")
    ],
    reason: _ReasonOption,
    by: _ByOption,
    review: Annotated[
        str | None, typer.Option("--review", metavar="DAY", help="When it is to be looked at again.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Decide what is done with a project. What the rules say stays beside it.

    Example: umbel strategy decide github.com/pallets/flask contribute --by ospo@acme.example --reason "we know it" --review 2027-06-30
    """
    from datetime import UTC, datetime
    from typing import cast, get_args

    from umbel.model.errors import UsageError
    from umbel.strategy.interface import StanceName
    from umbel.strategy.opinions import FILE, Decided

    if stance not in get_args(StanceName):
        raise UsageError(f"{stance!r} is no stance.", f"There are {', '.join(get_args(StanceName))}.")
    here = options.workspace(workspace)
    decided = Decided(
        project=here.strategic_name(project),
        stance=cast("StanceName", stance),
        by=by,
        decided=datetime.now(UTC).date(),
        reason=reason,
        review=None if review is None else _day(review),
    )
    here.decide_stance(decided)
    print(f"{output.clean(decided.project)}: {stance}. It stands in {FILE}.")


def opinions(
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,  # noqa: FBT002 - an option
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List what people say of parts of scores, product owners' figures included.

    Example: umbel strategy opinions --all
    """
    import msgspec

    found = options.workspace(workspace).opinions(options.moment(as_of))
    records = [msgspec.structs.asdict(each) | {"ended": False} for _, each in sorted(found.items())]
    records += [msgspec.structs.asdict(each) | {"ended": True} for each in found.ended if all_]
    output.emit(records, format, columns=_OPINIONS, limit=limit, nothing="Nobody overrules the data.")
    if found.ended and not all_:
        ended = output.counted(len(found.ended), "opinion")
        print(f"{ended} ended and counts no more (--all shows).", file=sys.stderr)


def _day(text: str) -> date:
    from datetime import date

    from umbel.model.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-12-31.") from error


_OPINIONS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "part": lambda r: output.clean(r["part"]),
    "value#": lambda r: f"{r['value']:g}",
    "by": lambda r: output.clean(r["by"]),
    "since": lambda r: output.day(r["decided"]),
    "until": lambda r: f"{output.day(r['until'])}{' (ended)' if r['ended'] else ''}",
    "reason": lambda r: output.clean(r["reason"]),
}
