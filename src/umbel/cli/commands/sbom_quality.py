# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sbom-quality`: what SBOMs lack of what standards ask, and what to tell their producers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class By(StrEnum):
    """What one row stands for."""

    document = "document"
    producer = "producer"
    product = "product"
    element = "element"


class Standard(StrEnum):
    """Whose elements are asked."""

    ntia = "ntia"
    cisa = "cisa"
    bsi = "bsi"


@app.command()
def sbom_quality(
    project: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="Only the SBOMs of this project.")
    ] = None,
    by: Annotated[
        By | None, typer.Option("--by", help="One row per what; per element where a project is named.")
    ] = None,
    standard: Annotated[
        Standard | None,
        typer.Option(help="Only NTIA 2021, the CISA draft of 2025, or BSI TR-03183-2; all unless told."),
    ] = None,
    product: ProductOption = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Rate SBOMs by what standards ask of them, with the numbers and what to ask their producers for.

    Example: umbel sbom-quality shop --standard bsi
    """
    shown = by or (By.element if project else By.document)
    ws = options.workspace(workspace)
    records = ws.sbom_quality(
        project,
        by=shown.value,
        standard=standard.value if standard else None,
        product=product,
        as_of=options.moment(as_of),
    )
    if format is Format.csv and shown is By.document:
        records = [_flat(record, element) for record in records for element in record["elements"]]
    people = format is Format.table
    rows = [record for record in records if _rated(record)] if people else records
    output.emit(rows, format, columns=COLUMNS[shown], limit=limit, nothing="There is no SBOM to rate.")
    if people:
        _say_more(shown, records)


def _rated(record: dict[str, Any]) -> bool:
    """Whether a row says anything of an SBOM."""
    return bool(record.get("rated", record.get("documents")))


def _flat(record: dict[str, Any], element: dict[str, Any]) -> dict[str, Any]:
    """One element of one document as a flat row."""
    about = {name: record[name] for name in ("project", "origin", "format", "producer", "standard")}
    return about | element


def _say_more(by: By, records: list[dict[str, Any]]) -> None:
    """What isn't rated, and what to tell the producers."""
    if by is By.document:
        others = len({record["origin"] for record in records if not record["rated"]})
    else:
        others = max((record.get("not_rated", 0) for record in records), default=0)
    if others:
        print(f"{output.counted(others, 'other document')} (lockfiles and the like): no SBOM, not rated.")
    asked = dict.fromkeys(r["advice"] for r in records if by is By.element and r["unmet"] and _rated(r))
    if asked:
        print("To ask the producer for:")
    for sentence in asked:
        print(f"- {output.clean(sentence)}")


def _of(part: str) -> Any:
    """A number of outcomes as a cell."""
    return lambda record: output.number(record[part])


def _share(record: dict[str, Any]) -> str:
    asked = record["met"] + record["unmet"] + record["unknown"]
    return f"{record['met']:,} of {asked:,}"


def _lacks(record: dict[str, Any]) -> str:
    return ", ".join(record["lacks"]) or "–"


def _found(record: dict[str, Any]) -> str:
    what = "documents" if record["level"] == "document" else "components"
    return f"{record['found']:,} of {record['total']:,} {what}"


_COUNTS: output.Shown = {
    "standard": lambda r: r["standard"],
    "elements met#": _share,
    "unmet#": _of("unmet"),
    "unknown#": _of("unknown"),
    "lacks": _lacks,
}

COLUMNS: dict[By, output.Shown] = {
    By.document: {
        "project": lambda r: output.clean(r["project"]),
        "document": lambda r: output.clean(r["origin"]),
        "producer": lambda r: output.unknown(r["producer"]),
        **_COUNTS,
    },
    By.producer: {
        "producer": lambda r: output.unknown(r["tool"]),
        "documents#": _of("documents"),
        **_COUNTS,
    },
    By.product: {
        "product": lambda r: "(no product)" if r["product"] is None else output.clean(r["product"]),
        "documents#": _of("documents"),
        **_COUNTS,
    },
    By.element: {
        "standard": lambda r: r["standard"],
        "element": lambda r: r["name"],
        "met#": _of("met"),
        "unmet#": _of("unmet"),
        "unknown#": _of("unknown"),
        "have it#": _found,
        "for example": lambda r: output.clean(", ".join(r["lacking"][:1])) or "–",
    },
}
