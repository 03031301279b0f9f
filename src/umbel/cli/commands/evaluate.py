# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel evaluate`: packages side by side before one of them is adopted, and what is decided of them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from datetime import date

    from umbel.app import Workspace
    from umbel.strategy.evaluate.records import Evaluated

_COMPARE = "compare"


class _ComparesByDefault(TyperGroup):
    """`umbel evaluate PURL…` compares: what is no command is a candidate."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_COMPARE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    cls=_ComparesByDefault,
    help="Compare packages before one is adopted: umbel evaluate PURL…; then write down what is decided.",
)


class Way(StrEnum):
    """How what is built with it reaches its users."""

    internal = "internal"
    hosted = "hosted"
    distributed_binary = "distributed-binary"
    distributed_source = "distributed-source"
    embedded_device = "embedded-device"


class Form(StrEnum):
    """How the comparison is written."""

    table = "table"
    json = "json"
    markdown = "markdown"
    html = "html"


class Ring(StrEnum):
    """What is decided."""

    adopt = "adopt"
    trial = "trial"
    hold = "hold"
    remove = "remove"


@app.command(_COMPARE)
def compare(
    purls: Annotated[
        list[str], typer.Argument(metavar="PURL...", help="Up to five, with a version or without.")
    ],
    use: Annotated[
        Way | None,
        typer.Option("--use", help="How what is built with it reaches its users; else as the product says."),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="NAME", help="The product that would use it: its policy counts."),
    ] = None,
    ask: Annotated[  # noqa: FBT002 - an option
        bool,
        typer.Option(
            "--ask", help="First ask the registries about them, and examine their upstream repositories."
        ),
    ] = False,
    trial: Annotated[
        list[Path] | None,
        typer.Option(
            "--trial", metavar="PATH", help="A lockfile or SBOM of a trial: it shows what comes along."
        ),
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Also the reasons behind every row.")] = False,  # noqa: FBT002
    as_of: AsOfOption = None,
    format: Annotated[Form, typer.Option("--format", "-f", help="How to write it.")] = Form.table,  # noqa: A002 - the option's name
    out: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress of --ask.")] = False,  # noqa: FBT002
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Put candidates side by side: terms, vulnerabilities, care, use. No score; what differs is told in words.

    What nobody knows is named with the command that would find it. Ends with exit code 3 if --ask got no answer.
    Example: umbel evaluate pkg:pypi/flask pkg:pypi/django pkg:pypi/fastapi --use hosted --ask
    """
    here, moment, complete = options.workspace(workspace), options.moment(as_of), True
    if ask:
        complete = _ask(here, purls, quiet=quiet)
    found = here.evaluate(
        purls, use=use.value if use else None, product=product, trial=trial or (), as_of=moment
    )
    if format is Form.table and out is None:
        with output.readers_may_leave():
            _told(found, notes=notes)
    else:
        _write(found, format, out)
    if not complete:
        raise typer.Exit(3)


def _ask(here: Workspace, purls: list[str], *, quiet: bool) -> bool:
    """Ask what can be asked, and say what could not be had; gives whether all was answered."""
    from umbel.cli.commands._sync_packages import shown as asking
    from umbel.cli.commands.collect import trouble
    from umbel.cli.progress import shown as examining

    with asking(quiet=quiet) as bar:
        synced = here.ask_registries(purls, progress=bar)
    for each in synced.trouble:
        print(output.clean(f"{each.package}: {each.fault.message}"), file=sys.stderr)
    for words, number in synced.unasked.items():
        print(output.clean(f"{output.counted(number, 'package')} not asked for: {words}"), file=sys.stderr)
    with examining(quiet=quiet) as progress:
        examined = here.examine_candidates(purls, progress=progress)
    for line in trouble(examined) if examined else ():
        print(line, file=sys.stderr)
    return not synced.incomplete and not (examined and examined.incomplete)


def _told(found: Evaluated, *, notes: bool) -> None:
    from umbel.strategy.evaluate.records import ROWS

    records = [{"row": row, "title": title} for row, title in ROWS.items()]
    columns: dict[str, Any] = {"": lambda r: r["title"]}
    for each in found.candidates:
        columns[output.clean(each.title)] = lambda r, one=each: output.clean(one.cells[r["row"]].text)
    output.emit(records, Format.table, columns=columns, limit=0)
    _lines("What differs:", found.differences)
    _lines("Each in a sentence:", [each.summary for each in found.candidates])
    if notes:
        for each in found.candidates:
            said = [f"{title}: {note}" for row, title in ROWS.items() for note in each.cells[row].notes]
            _lines(f"{each.title}:", said)
    gaps = [f"{each.command or 'No command'} would tell of {each.sentence}" for each in found.to_find_out]
    _lines("What nobody knows, and what would find it:", gaps)


def _lines(title: str, lines: Any) -> None:
    if lines:
        print(title)
        for line in lines:
            print(f"- {output.clean(line)}")
        print()


def _write(found: Evaluated, how: Form, out: Path | None) -> None:
    from umbel.reports.evaluation import markdown, page

    if how is Form.html:
        text = page(found)
    elif how is Form.json:
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    else:
        text = markdown(found)
    if out is None:
        with output.readers_may_leave():
            sys.stdout.write(text)
        return
    from umbel.reports.files import replacing

    with replacing(out) as draft:
        draft.write_text(text, "utf-8", newline="\n")
    print(f"Wrote {out}.")


@app.command()
def decide(
    purl: Annotated[
        str, typer.Argument(metavar="PURL", help="A package, or some versions: pkg:npm/angular@<2.")
    ],
    ring: Annotated[Ring, typer.Argument(help="What is decided.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decided.")],
    review: Annotated[str | None, typer.Option("--review", metavar="DAY", help="When to look again.")] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="NAME", help="Only in this product; else everywhere.")
    ] = None,
    area: Annotated[
        str | None,
        typer.Option("--area", metavar="NAME", help='Where the radar shows it: "languages & frameworks".'),
    ] = None,
    instead: Annotated[
        str | None, typer.Option("--instead", metavar="TEXT", help="What to take instead.")
    ] = None,
    compared: Annotated[
        list[str] | None,
        typer.Option("--compared", metavar="PURL", help="What it was compared with; several times."),
    ] = None,
    asked: Annotated[
        str | None, typer.Option("--asked", metavar="DAY", help="When somebody asked for the decision.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down a decision, dated today. Nothing is overwritten: a later decision supersedes an earlier one.

    Example: umbel evaluate decide pkg:npm/moment hold --reason "no longer developed" --instead pkg:npm/luxon --by architects@acme.example --review 2027-03-01
    """
    from datetime import UTC, datetime

    from umbel.policy.evaluations import FILE, Evaluation

    one = Evaluation(
        package=purl.strip(), ring=ring.value, reason=reason, by=by, decided=datetime.now(UTC).date(),
        review=None if review is None else _day(review), product=product, area=area, instead=instead,
        compared=tuple(compared or ()), asked=None if asked is None else _day(asked),
    )  # fmt: skip
    here = options.workspace(workspace)
    before = here.evaluations().before(one)
    here.decide_evaluation(one)
    was = f" It was {before.ring} since {before.decided}." if before else ""
    print(f"{one.name}: {output.clean(one.sentence)}{output.clean(was)} It stands in {FILE}.")


@app.command("decisions")
def decisions(
    all_: Annotated[bool, typer.Option("--all", help="Those that were superseded, too.")] = False,  # noqa: FBT002
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List what was decided, the latest first. Ends with exit code 1 if a review is overdue.

    Example: umbel evaluate decisions --all
    """
    from datetime import UTC, datetime

    import msgspec

    here = options.workspace(workspace)
    today = (options.moment(as_of) or datetime.now(UTC)).date()
    told = here.evaluations()
    standing = {each.name for each in told.standing(today)}
    records = [
        msgspec.structs.asdict(each)
        | {
            "id": each.name,
            "standing": each.name in standing,
            "due": each.name in standing and each.is_due(today),
        }
        for each in sorted(told.evaluations, key=lambda one: (one.decided, one.package), reverse=True)
        if each.decided <= today and (all_ or each.name in standing)
    ]
    output.emit(records, format, columns=_DECISIONS, limit=limit, nothing="Nothing was decided.")
    raise typer.Exit(1 if any(record["due"] for record in records) else 0)


def _day(text: str) -> date:
    from datetime import date

    from umbel.model.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-12-31.") from error


def _review(record: dict[str, Any]) -> str:
    if record["review"] is None:
        return "–"
    return f"{record['review']}{' (overdue)' if record['due'] else ''}"


_DECISIONS: output.Shown = {
    "decided": lambda r: str(r["decided"]),
    "package": lambda r: output.clean(r["package"]),
    "what": lambda r: r["ring"] + ("" if r["standing"] else " (superseded)"),
    "where": lambda r: output.clean(r["product"] or "everywhere"),
    "why": lambda r: output.clean(r["reason"]),
    "instead": lambda r: output.clean(r["instead"] or "–"),
    "by": lambda r: output.clean(r["by"]),
    "review": _review,
}
