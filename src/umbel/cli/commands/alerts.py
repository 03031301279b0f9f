# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel alerts`: what somebody has to know, once each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.policy.alerting.book import Standing
    from umbel.policy.alerting.delivery import Delivery

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="What somebody has to know: once each, until it is over.",
)


@app.callback(invoke_without_command=True)
def alerts(  # noqa: D103 - its help is the group's
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,  # noqa: FBT002 - an option
    product: Annotated[
        str | None, typer.Option("--product", metavar="NAME", help="Only those of this product.")
    ] = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    if context.invoked_subcommand is not None:
        return
    records = [
        _record(standing)
        for standing in options.workspace(workspace).alerts()
        if (all_ or standing.resolved_at is None) and _is_of(standing, product)
    ]
    output.emit(records, format, columns=_COLUMNS, limit=limit, nothing="No alert is open.")


@app.command()
def update(
    send: Annotated[bool, typer.Option("--send/--no-send", help="Deliver what was not told yet.")] = True,  # noqa: FBT002 - an option
    again: Annotated[bool, typer.Option("--again", help="Look even if nothing changed.")] = False,  # noqa: FBT002 - an option
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Look for what is to be told now, write it down, and deliver it.

    Example: umbel alerts update
    """
    done = options.workspace(workspace).update_alerts(send=send, again=again)
    for fault in done.faults:
        print(f"? {output.clean(fault)}", file=sys.stderr)
    if done.unchanged:
        print(f"Nothing changed since the last look: {output.counted(done.open, 'alert')} open.")
    else:
        told = [f"{done.raised:,} new", f"{done.graver:,} graver", f"{done.resolved:,} over"]
        print(f"{', '.join(told)}; {output.counted(done.open, 'alert')} open.")
    if done.held:
        words = "stands since nobody can say now" if done.held == 1 else "stand since nobody can say now"
        print(f"? {output.counted(done.held, 'alert')} {words}: see umbel risks", file=sys.stderr)
    if not done.sending:
        print("Another process is delivering right now.", file=sys.stderr)
    raise typer.Exit(3 if _delivered(done.delivered) else 0)


@app.command()
def send(workspace: WorkspaceOption = options.HERE) -> None:
    """Deliver what targets were not told yet, without looking anew.

    Example: umbel alerts send
    """
    from umbel.model.errors import UsageError

    here = options.workspace(workspace)
    if not here.settings.alerts.targets:
        raise UsageError("Nobody is to be told.", "Name [[alerts.targets]] in umbel.toml.")
    done = here.send_alerts()
    if done is None:
        print("Another process is delivering right now.", file=sys.stderr)
        raise typer.Exit(3)
    raise typer.Exit(3 if _delivered(done) else 0)


@app.command()
def ack(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Its name (a-…), or the beginning of it.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who takes care of it.")],
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What is being done.")] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say that somebody takes care of an alert. It is open again if it gets graver, or comes back.

    Example: umbel alerts ack a-3e92d1faba --by dev@acme.example --note "upgrade is in review"
    """
    found = options.workspace(workspace).acknowledge(alert, by, note)
    print(f"{found.id} is taken care of by {output.clean(by)}. It stands in decisions/alerts.toml.")


@app.command()
def show(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Its name (a-…), or the beginning of it.")],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell all of one alert: what, where, the ways in, what to do, and who was told.

    Example: umbel alerts show a-3e92d1faba
    """
    from umbel.reports.alert_text import show as text

    found = options.workspace(workspace).alert(alert)
    print(f"{found.id}  {found.state}, since {found.raised_at:%Y-%m-%d %H:%M} UTC, episode {found.episode}\n")
    print(text(found.told) if found.told else "Its words were lost with a line of the journal.")
    if found.acknowledged is not None:
        note = f": {output.clean(found.acknowledged.note)}" if found.acknowledged.note else ""
        print(
            f"\nTaken care of by {output.clean(found.acknowledged.by)} since {found.acknowledged.decided}{note}"
        )
    if found.delivered:
        print(f"\nTold to: {', '.join(output.clean(name) for name in sorted(found.delivered))}")
    if found.resolved_at is not None:
        print(f"\nOver since {found.resolved_at:%Y-%m-%d %H:%M} UTC. {found.why or ''}")


def _delivered(done: Sequence[Delivery]) -> bool:
    """Say what became of each target; gives whether any did not take all."""
    for each in done:
        if each.due:
            print(
                f"{output.clean(each.target)}: {each.sent:,} of {output.counted(each.due, 'message')} delivered."
            )
        for words in each.trouble:
            print(f"? {output.clean(each.target)}: {output.clean(words)}", file=sys.stderr)
    return any(each.trouble for each in done)


def _is_of(standing: Standing, product: str | None) -> bool:
    return product is None or (
        standing.told is not None and standing.told.of.casefold() == product.casefold()
    )


def _record(standing: Standing) -> dict[str, Any]:
    import msgspec

    told = msgspec.structs.asdict(standing.told) if standing.told else {}
    said = standing.acknowledged
    head: dict[str, Any] = {
        "alert": standing.id,
        "state": standing.state,
        "severity": told.get("severity"),
        "overdue": standing.grade.overdue,
        "episode": standing.episode,
        "raised_at": standing.raised_at,
        "resolved_at": standing.resolved_at,
        "acknowledged_by": said.by if said else None,
        "told_to": sorted(standing.delivered),
    }
    return head | {name: value for name, value in told.items() if name not in {"id", *head}}


_COLUMNS: output.Shown = {
    "alert": lambda r: r["alert"],
    "": lambda r: r["state"],
    "severity": lambda r: output.unknown(r["severity"]) + (", exploited" if r.get("exploited") else ""),
    "product": lambda r: output.clean(r.get("product") or "(no product)"),
    "owner": lambda r: output.unknown(r.get("owner")),
    "what": lambda r: output.clean(r.get("title") or "?"),
    "projects#": lambda r: output.number(r.get("projects_total")),
    "until": lambda r: "–" if not r.get("due") else f"{r['due']}{' (overdue)' if r['overdue'] else ''}",
}
