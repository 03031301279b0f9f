# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel plans`: by what software whose life ends is replaced, by whom, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="By what software whose life ends is replaced: who, until when.",
)


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that are done, too.")] = False,  # noqa: FBT002 - an option
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List plans, those that end first on top. Ends with exit code 1 if one is late.

    Example: umbel plans list
    """
    from datetime import UTC, datetime

    import msgspec

    here = options.workspace(workspace)
    today, used = datetime.now(UTC).date(), here.plans_in_use()
    plans = sorted(here.plans().plans, key=lambda plan: (plan.until, plan.name))
    records = [
        msgspec.structs.asdict(plan)
        | {
            "id": plan.name,
            "goes": plan.goes,
            "projects": used.get(plan.name),
            "late": plan.done is None and plan.until < today and used.get(plan.name, 1) > 0,
        }
        for plan in plans
        if all_ or plan.done is None
    ]
    output.emit(records, format, columns=_COLUMNS, limit=limit, nothing="Nothing is planned.")
    raise typer.Exit(1 if any(record["late"] for record in records) else 0)


@app.command()
def add(
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day of its use.")],
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Who replaces it.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decided.")],
    software: Annotated[
        str | None,
        typer.Option(
            "--software", metavar="NAME", help="Its name in the lists of lifecycles: python, ubuntu."
        ),
    ] = None,
    cycle: Annotated[
        str | None, typer.Option("--cycle", metavar="CYCLE", help="Only this cycle of it: 3.8, 18.04.")
    ] = None,
    package: Annotated[
        str | None,
        typer.Option("--package", metavar="PURL", help="A package instead, or some versions of it."),
    ] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="NAME", help="Only in this product.")
    ] = None,
    replacement: Annotated[
        str | None, typer.Option("--replacement", metavar="TEXT", help="By what it is replaced.")
    ] = None,
    mitigation: Annotated[
        str | None, typer.Option("--mitigation", metavar="TEXT", help="What protects it until then.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down a plan. If its day passes while what is to go is still in use, that becomes an alert.

    Example: umbel plans add --software python --cycle 3.8 --replacement "Python 3.12" --until 2026-12-31 --owner dev@acme.example --by ospo@acme.example
    """
    from datetime import UTC, datetime

    from umbel.policy.plans import FILE, Plan

    plan = Plan(
        owner=owner,
        until=_day(until),
        decided=datetime.now(UTC).date(),
        by=by,
        software=software,
        cycle=cycle,
        package=package,
        product=product,
        replacement=replacement,
        mitigation=mitigation,
    )
    options.workspace(workspace).plan(plan)
    print(f"{plan.name}: {output.clean(plan.sentence)} It stands in {FILE}.")


def _day(text: str) -> date:
    from datetime import date

    from umbel.model.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-12-31.") from error


_COLUMNS: output.Shown = {
    "id": lambda r: output.clean(r["id"]),
    "goes": lambda r: output.clean(r["goes"]),
    "product": lambda r: output.clean(r["product"] or "all"),
    "by": lambda r: output.clean(r["replacement"] or "–"),
    "until": lambda r: f"{r['until']}{' (late)' if r['late'] else ''}",
    "owner": lambda r: output.clean(r["owner"]),
    "projects#": lambda r: output.number(r["projects"]),
    "meanwhile": lambda r: output.clean(r["mitigation"] or "–"),
}
