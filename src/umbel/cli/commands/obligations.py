# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel obligations`: what must be done to ship a product, by the licences in it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.commands.licenses import LinkageOption, ModifiedOption, UseOption, use_of
from umbel.cli.options import AsOfOption, Format, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.evidence.questions.obligations import Bringer, Duty, Obliged

app = typer.Typer(add_completion=False, rich_markup_mode=None)
_FEW = 4


class Shape(StrEnum):
    """How the answer is printed."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"
    markdown = "markdown"


@app.command()
def obligations(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A product, or a project (its name or the end of it).")
    ],
    use: UseOption = None,
    linkage: LinkageOption = None,
    modified: ModifiedOption = None,
    product: Annotated[  # noqa: FBT002
        bool, typer.Option("--product", help="NAME is a product, even if a project is called the same.")
    ] = False,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: Annotated[Shape, typer.Option("--format", "-f", help="How to print the answer.")] = Shape.table,  # noqa: A002
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List what must be done to ship: each obligation, the packages that bring it, and what is still open.

    How the product reaches its users comes from umbel.toml unless --use tells.
    Example: umbel obligations Shop --use distributed-binary --unmodified
    """
    found = options.workspace(workspace).obligations(
        name, product=product, use=use_of(use, linkage, modified), as_of=options.moment(as_of)
    )
    if format is Shape.markdown:
        with output.readers_may_leave():
            print(markdown(found), end="")
        return
    shown = Format(format.value)
    if shown is Format.csv:
        records = [row for duty in found.duties for row in _flat(duty)]
    elif shown is Format.table:
        records = output.structs(found.duties)
        print(_heading(found))
    else:
        records = [_record(duty) for duty in found.duties]
    output.emit(records, shown, columns=_COLUMNS, limit=limit, nothing="Its licences ask for nothing.")
    if shown is Format.table:
        print("In our own words, and no legal advice: the licences' texts are what counts.")


def _record(duty: Duty) -> dict[str, Any]:
    from msgspec import to_builtins

    return dict(to_builtins(duty))


def _flat(duty: Duty) -> list[dict[str, Any]]:
    return [
        {
            "obligation": duty.id,
            "title": duty.title,
            "package": each.package,
            "version": each.version,
            "license": each.license,
            "applies": None if each.open else True,
            "depends_on": each.open,
            "derived": each.license in duty.derived,
        }
        for each in (*duty.sure, *duty.open)
    ]


def _heading(found: Obliged) -> str:
    ways = ", ".join(found.use.distribution) or "nobody says how it reaches its users"
    return f"{output.clean(found.name)} ({ways}): {output.counted(found.packages, 'package')}."


def markdown(found: Obliged) -> str:
    """The whole answer as a list to work through."""
    lines = [f"# Obligations: {_md(found.name)}", "", _md(_heading(found)), ""]
    for duty in found.duties:
        lines += [f"## {duty.title}", "", duty.text, ""]
        lines += [f"- [ ] {_md(each.name)}: {_md(each.license)}" for each in duty.sure]
        lines += [
            f"- [ ] {_md(each.name)}: {_md(each.license)}; open: {_md(each.open or '')}" for each in duty.open
        ]
        if duty.derived:
            lines += ["", f"Of these only the kind of licence is known: {_md(', '.join(duty.derived))}."]
        lines.append("")
    lines.append("In our own words, and no legal advice: the licences' texts are what counts.")
    return "\n".join(lines) + "\n"


def _md(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|&" else c for c in output.clean(text))


def _names(bringers: tuple[Bringer, ...]) -> str:
    names = list(dict.fromkeys(each.name for each in bringers))
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return output.clean(", ".join(names[:_FEW])) + more


def _open(record: dict[str, Any]) -> str:
    reasons = list(dict.fromkeys(each.open for each in record["open"]))
    return output.clean("; ".join(reasons[:2])) or "–"


_COLUMNS: output.Shown = {
    "obligation": lambda r: r["title"],
    "packages#": lambda r: output.number(len({each.name for each in r["sure"]})),
    "open#": lambda r: output.number(len({each.name for each in r["open"]})),
    "licences": lambda r: (
        output.clean(", ".join(r["licenses"][:_FEW])) + (" …" if len(r["licenses"]) > _FEW else "")
    ),
    "for example": lambda r: _names(r["sure"] or r["open"]),
    "open": _open,
}
