# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel document`: the papers of an office, made from the evidence, as PDF, HTML or Markdown."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, ProductOption, WorkspaceOption
from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from umbel.app import Workspace

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """How a document is written; the list of documents is a table or JSON."""

    pdf = "pdf"
    html = "html"
    md = "md"
    table = "table"
    json = "json"


_WRITTEN = (Form.pdf, Form.html, Form.md)


@app.command()
def document(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which document; without it they are listed.")
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option("--format", "-f", help="How it is written; else by the file's name, else PDF."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to; - is the standard output. Else NAME-DAY here."
        ),
    ] = None,
    replace: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--replace", help="Write over a Markdown file that is there, with whatever people wrote in it."
        ),
    ] = False,
    product: ProductOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write a document from the evidence: the quarterly review, the executive page, and more.

    Example: umbel document quarterly-review --as-of 2026-09-30 -o review.pdf
    """
    from umbel.cli.commands import _document_kept
    from umbel.frameworks import kept
    from umbel.reports.documents.write import write

    here = options.workspace(workspace)
    if name is None:
        _list(here, form)
        return
    if form is None and out is None and name in kept.NAMES:
        _document_kept.keep(here, name, as_of)
        return
    day, chosen = options.moment(as_of), _form(form, out)
    place = out or f"{name}-{(day or datetime.now(UTC)).date()}.{chosen}"
    if place != "-":
        _must_not_hold_words(Path(place), chosen, replace=replace)
    made = here.document(name, day, product)
    content = write(made, chosen.value)  # type: ignore[arg-type]
    if place == "-":
        with output.readers_may_leave():
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        return
    _save(Path(place), content, private=made.private)
    print(output.clean(place))


def _save(path: Path, content: bytes, *, private: bool) -> None:
    """Write a file whole or not at all; a private one can be read by its owner alone."""
    from umbel.frameworks.stakeholders import write_private
    from umbel.reports.files import checked, replacing

    if not private:
        with replacing(path) as draft:
            draft.write_bytes(content)
        return
    try:
        write_private(checked(path), content)
    except OSError as error:
        raise EvidenceError(
            f"{path} can't be written: {error.strerror or error}.", "Nothing was changed."
        ) from error


def _list(here: Workspace, form: Form | None) -> None:
    if form in _WRITTEN:
        raise UsageError(
            "Which document?", f"There are: {', '.join(a.name for a in here.documents_there())}."
        )
    chosen = options.Format.json if form is Form.json else options.Format.table
    output.emit(
        output.structs(here.documents_there()),
        chosen,
        columns={
            "name": lambda r: r["name"],
            "title": lambda r: r["title"],
            "what it tells": lambda r: r["about"],
        },
        limit=0,
    )


def _form(form: Form | None, out: str | None) -> Form:
    if form is not None:
        if form not in _WRITTEN:
            raise UsageError(f"A document is no {form.value}.", "It is written as pdf, html or md.")
        return form
    ending = Path(out or "").suffix.lower().lstrip(".")
    named = {"markdown": "md", "htm": "html"}.get(ending, ending)
    if named and named not in {each.value for each in _WRITTEN}:
        raise UsageError(f"What is a .{ending} file?", "Name a .pdf, .html or .md, or give --format.")
    return Form(named or "pdf")


def _must_not_hold_words(path: Path, form: Form, *, replace: bool) -> None:
    """People edit Markdown by hand: what they wrote isn't written over unasked."""
    if form is Form.md and path.exists() and not replace:
        raise UsageError(
            f"{path} is there already, and may hold what somebody wrote.", "--replace writes over it."
        )
