# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel maturity`: how mature the program is by each framework, what holds it back, what to do next."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.commands import _maturity_answers, _maturity_files, _maturity_shown, _maturity_told
from umbel.cli.options import AsOfOption, Format, FormatOption, ProductOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.frameworks.interface import Assessment

_SHOW = "show"


class _ShowsByDefault(TyperGroup):
    """`umbel maturity todo` shows that framework: what is no command is left to the one that shows."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args[:1] != ["--help"]:
            at = self._first_word(args)
            named = at is not None and args[at] in self.commands
            args = [args[at], *args[:at], *args[at + 1 :]] if named and at is not None else [_SHOW, *args]
        return super().parse_args(ctx, args)

    def _first_word(self, args: list[str]) -> int | None:
        """Where the first word stands that is no option, nor an option's value: `-C elsewhere list`."""
        takes = {
            name
            for command in self.commands.values()
            for option in command.params
            if option.param_type_name == "option" and not getattr(option, "is_flag", False)
            for name in option.opts
        }
        value = False
        for at, word in enumerate(args):
            if not value and not word.startswith("-"):
                return at
            value = not value and word in takes
        return None


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    cls=_ShowsByDefault,
    help="Hold the program against a framework, as far as possible by evidence. Without a command: umbel maturity show.",
)


class Over(StrEnum):
    """The periods of a series."""

    month = "month"
    quarter = "quarter"
    year = "year"


FrameworkArgument = Annotated[
    str, typer.Argument(metavar="[FRAMEWORK]", help="A framework's id; umbel maturity list names them.")
]


@app.command(_SHOW)
def show(
    framework: FrameworkArgument = "flower",
    all_: Annotated[bool, typer.Option("--all", help="Every framework, a line each.")] = False,  # noqa: FBT002
    practices: Annotated[  # noqa: FBT002
        bool, typer.Option("--practices", help="Every practice with its outcome and why.")
    ] = False,
    over: Annotated[
        Over | None,
        typer.Option("--over", help="A series: how it stood at the end of each month, quarter or year."),
    ] = None,
    points: Annotated[int, typer.Option("--points", min=1, max=60, help="How many of them.")] = 5,
    original: Annotated[  # noqa: FBT002
        bool, typer.Option("--original", help="Without what an overlay of the workspace changed.")
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="Draw it, too: petals or dimensions as wedges."),
    ] = None,
    product: ProductOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show where the program stands by a framework: level, share, how sure that is, what holds it back, what is next.

    Unknown is never a pass: a practice that nothing answers counts in the share, and not as met.
    Example: umbel maturity todo --practices
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    if over is not None:
        if all_ or original or product is not None or svg is not None:
            raise UsageError(
                "--over goes with one framework alone, without --all, --original, --product or --svg."
            )
        series = here.maturity_over(framework, over.value, points, moment)
        columns = _maturity_shown.fitting(_maturity_shown.SERIES)
        output.emit([_whole(each) for each in series], format, columns=columns, limit=0)
        return
    if all_:
        if svg is not None:
            raise UsageError("--svg draws one framework: name it.")
        found = here.assess_all(moment, product=product, original=original, turned=False)
        _broken(here.frameworks().broken)
        columns = _maturity_shown.fitting(_maturity_shown.WHOLE, _maturity_shown.WIDEST)
        output.emit([_whole(each) for each in found], format, columns=columns, limit=0)
        return
    assessed = here.assess(framework, moment, product, original=original)
    if svg is not None:
        _drawn(assessed, svg)
    if format is not Format.table:
        output.emit([_maturity_shown.record(assessed)], format, columns={})
        return
    with output.readers_may_leave():
        _maturity_shown.page(assessed, practices=practices)
    if any(each.outcome == "error" for each in assessed.answers):
        print(
            "Some indicators could not be computed: umbel maturity --practices says which.", file=sys.stderr
        )


@app.command("list")
def list_(
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the frameworks: ours, and those of the workspace's `frameworks/` folder.

    Ends with exit code 1 if a file there is broken.
    Example: umbel maturity list
    """
    here = options.workspace(workspace)
    library, records = here.frameworks(), []
    for framework in library.frameworks.values():
        kinds = [each.kind for each in framework.practices]
        records.append(
            {
                "framework": framework.id,
                "title": framework.title,
                "version": framework.version,
                "practices": len(kinds),
                "evidence": kinds.count("evidence"),
                "proxy": kinds.count("proxy"),
                "attestation": kinds.count("attestation"),
                "own": framework.own,
                "adapted": len(framework.overlaid),
                "source": framework.source,
                "license": framework.license,
                "url": framework.url,
            }
        )
    output.emit(records, format, columns=_FRAMEWORKS, limit=0)
    if format is Format.table:
        print("Answered by what is seen, by what people tell, or by both. Source and license: --format json")
    _broken(library.broken)
    for claim in here.stray_claims():
        print(output.clean(f"No practice stands on {claim}, which somebody attested."), file=sys.stderr)
    raise typer.Exit(1 if library.broken else 0)


def _whole(assessed: Assessment) -> dict[str, Any]:
    told = {"framework": assessed.framework.id, "title": assessed.framework.title, "as_of": assessed.as_of}
    return {**_maturity_shown.part_record(assessed.overall), **told}


def _broken(broken: dict[str, Any]) -> None:
    for error in broken.values():
        for line in str(error).splitlines():
            print(output.clean(line), file=sys.stderr)


def _drawn(assessed: Assessment, out: Path) -> None:
    from umbel.reports.files import replacing
    from umbel.reports.maturity_picture import standing_alone

    with replacing(out) as draft:
        draft.write_text(standing_alone(assessed), "utf-8", newline="\n")
    print(f"Drawn: {out}", file=sys.stderr)


_FRAMEWORKS: output.Shown = {
    "framework": lambda r: output.clean(r["framework"]) + (" (own)" if r["own"] else ""),
    "title": lambda r: output.clean(r["title"]),
    "practices#": lambda r: output.number(r["practices"]),
    "seen#": lambda r: output.number(r["evidence"]),
    "both#": lambda r: output.number(r["proxy"]),
    "told#": lambda r: output.number(r["attestation"]),
    "changed#": lambda r: output.number(r["adapted"]),
}

_maturity_told.register(app)
_maturity_answers.register(app)
_maturity_files.register(app)
