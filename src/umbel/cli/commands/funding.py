# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel funding`: where money helps the projects that we stand on, and a budget split over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from umbel.strategy.funding.records import Proposal

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def funding(
    projects: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROJECT[=PRIORITY]]...",
            help="Only these; with a priority (1 to 100) for a budget, in place of the strategic list.",
        ),
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="AMOUNT", help="Split so much over the strategic list.")
    ] = None,
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help="Its currency: EUR, USD, JPY.")
    ] = "EUR",
    most: Annotated[
        int | None, typer.Option("--most", metavar="N", help="At most so many projects get something.")
    ] = None,
    least: Annotated[
        str | None, typer.Option("--least", metavar="AMOUNT", help="Nobody gets less than this.")
    ] = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say where upstream projects take money, as they state it; with a budget, propose who gets how much and why.

    No link is followed. Ends with exit code 3 if nobody could be given anything.

    Example: umbel funding --budget 50000 --currency EUR --most 10 --least 1000
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    if budget is None:
        if most is not None or least is not None or any("=" in name for name in projects or ()):
            raise UsageError("There is nothing to split without a budget.", "umbel funding --budget 50000")
        found = here.funding(projects or None, as_of=moment)
        records = output.structs(found) if format is Format.json else _rows(output.structs(found))
        output.emit(records, format, columns=LINKS, limit=limit, nothing="No upstream project is known.")
        return
    proposal = here.funding_proposal(
        _amount(budget),
        currency=currency,
        most=most,
        least=None if least is None else _amount(least),
        priorities=_priorities(projects or []) or None,
        as_of=moment,
    )
    if format is Format.table:
        with output.readers_may_leave():
            _page(proposal, limit)
    else:
        whole = format is Format.json
        output.emit(
            output.structs([proposal] if whole else proposal.awards), format, columns=AWARDS, limit=limit
        )
    raise typer.Exit(0 if proposal.awards else 3)


def _amount(text: str) -> Decimal:
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text.strip())
    except InvalidOperation as error:
        raise UsageError(f"{text!r} is no amount.", "Write it as 50000 or 50000.00.") from error


def _priorities(words: list[str]) -> dict[str, float]:
    """Projects with the priority that somebody gives them."""
    found: dict[str, float] = {}
    for word in words:
        name, equals, text = word.rpartition("=")
        try:
            value = float(text) if equals and name else None
        except ValueError:
            value = None
        if value is None or not 1 <= value <= 100:
            raise UsageError(
                f"{word!r} gives no priority.", "Write PROJECT=40, from 1 to 100; leave projects out for the strategic list."
            )  # fmt: skip
        found[name] = value
    return found


def _page(proposal: Proposal, limit: int | None) -> None:
    number = output.counted(len(proposal.awards), "project")
    print(f"{proposal.budget:,} {proposal.currency} over {number}, as a proposal: people decide.\n")
    if proposal.awards:
        output.emit(output.structs(proposal.awards), Format.table, columns=AWARDS, limit=limit)
        print("The arithmetic:")
        for award in proposal.awards:
            print(f"- {output.clean(award.project)}: {award.arithmetic}")
            for part in award.parts:
                value = "?" if part.value is None else f"{part.value:.2f}"
                print(f"    {part.weight:g} × {value:>4}  {part.name}: {output.clean(part.reason)}")
    for line in proposal.assumptions:
        print(f"  {line}")
    if proposal.left:
        print(f"\n{proposal.left:,} {proposal.currency} are left: nobody can be given them.")
    if proposal.apart:
        print("\nNothing for these:")
        output.emit(output.structs(proposal.apart), Format.table, columns=APART, limit=limit)


def _rows(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each link; one without for a project that states none."""
    return [
        {
            "project": record["project"],
            "url": link.url if link else None,
            "channel": link.channel if link else None,
            "takes": link.takes if link else None,
            "source": link.source if link else None,
            "entity": record["entity"],
            "looked": record["looked"],
        }
        for record in records
        for link in (record["links"] or (None,))
    ]


def _where(record: dict[str, Any]) -> str:
    if record["url"] is None:
        return "none stated" if record["looked"] else "? (never looked at)"
    return output.clean(record["url"])


def _link(record: dict[str, Any]) -> str:
    return output.clean(record["links"][0].url) if record["links"] else "–"


LINKS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "where": _where,
    "place": lambda r: output.clean(r["channel"] or "–"),
    "taken by": lambda r: output.clean(r["entity"] or r["takes"] or "–"),
    "stated in": lambda r: output.clean(r["source"] or "–"),
}
AWARDS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "amount#": lambda r: f"{r['amount']:,}",
    "share#": lambda r: f"{r['share']:.1%}",
    "priority#": lambda r: f"{r['priority']:.1f}",
    "need#": lambda r: f"{r['need']:.2f}",
    "known#": lambda r: f"{r['confidence']:.0%}",
    "where": _link,
}
APART: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "priority#": lambda r: "?" if r["priority"] is None else f"{r['priority']:.1f}",
    "why": lambda r: r["why"],
    "what to do": lambda r: output.clean(r["reason"]),
}
