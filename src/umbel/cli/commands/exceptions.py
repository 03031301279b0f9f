# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel exceptions`: what is accepted although a rule says otherwise."""

from __future__ import annotations

from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What is accepted although a rule says otherwise: who, why, until when.",
)


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,  # noqa: FBT002 - an option
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List exceptions, those that end first on top.

    Example: umbel exceptions list --all
    """
    from datetime import UTC, datetime

    import msgspec

    here = options.workspace(workspace)
    today = datetime.now(UTC).date()
    entries = sorted(here.exceptions(here.policy()).exceptions, key=lambda entry: (entry.end, entry.name))
    records = [
        msgspec.structs.asdict(entry) | {"id": entry.name, "end": entry.end, "expired": entry.end < today}
        for entry in entries
        if all_ or entry.end >= today
    ]
    output.emit(records, format, columns=_COLUMNS, limit=limit, nothing="Nothing is excepted.")


_COLUMNS: output.Shown = {
    "id": lambda r: output.clean(r["id"]),
    "rule": lambda r: output.clean(r["rule"]),
    "of": lambda r: output.clean(
        " ".join(str(r[k]) for k in ("package", "what", "project", "product") if r[k]) or "all"
    ),
    "until": lambda r: f"{r['end']}{' (expired)' if r['expired'] else ''}",
    "by": lambda r: output.clean(r["by"]),
    "reason": lambda r: output.clean(r["reason"]),
}


@app.command()
def add(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="A rule's name, or * with a package or project.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it may be.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decided.")],
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day on which it counts.")],
    package: Annotated[
        str | None,
        typer.Option("--package", metavar="PURL", help="Only this package, or these versions of it."),
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="PATTERN", help="Only these projects.")
    ] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="NAME", help="Only this product.")
    ] = None,
    what: Annotated[
        str | None, typer.Option("--what", metavar="ID", help="Only this advisory or licence.")
    ] = None,
    evidence: Annotated[
        str | None, typer.Option("--evidence", metavar="LINK", help="Where it is argued.")
    ] = None,
    justification: Annotated[
        str | None,
        typer.Option(
            "--justification",
            metavar="WORD",
            help="Of a vulnerability: why it does no harm, in VEX's words. umbel vex then says not affected.",
        ),
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Accept what a rule finds, for a time, and write down why.

    Example: umbel exceptions add vulnerability --package "pkg:npm/lodash@<4.17.21" --until 2026-12-31 --by legal@acme.example --reason "not reachable"
    """
    from datetime import UTC, date, datetime

    from umbel.model.errors import UsageError
    from umbel.policy.exceptions import Entry

    try:
        end = date.fromisoformat(until)
    except ValueError as error:
        raise UsageError(f"{until!r} is no day.", "Write it as 2026-12-31.") from error
    entry = Entry(
        rule=rule,
        reason=reason,
        by=by,
        decided=datetime.now(UTC).date(),
        until=end,
        package=package,
        project=project,
        product=product,
        what=what,
        evidence=evidence,
        justification=justification,
    )
    options.workspace(workspace).except_(entry)
    print(f"{entry.name} holds until {end}. It stands in decisions/exceptions.toml.")


@app.command()
def end(
    key: Annotated[str, typer.Argument(metavar="ID", help="As umbel exceptions list names it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is taken back.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decided.")],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Take an exception back before its day: from today on it counts no more.

    Example: umbel exceptions end x-1f20c3ab --by legal@acme.example --reason "the release is out"
    """
    from datetime import UTC, datetime, timedelta

    last = datetime.now(UTC).date() - timedelta(1)
    options.workspace(workspace).end_exception(key, last, f"taken back by {by}: {reason}")
    print(f"{key} counts no more. It stands in decisions/exceptions.toml with its reason.")
