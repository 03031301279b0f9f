# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One door to the three writers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from umbel.reports.documents.blocks import Document

Format = Literal["pdf", "html", "md"]
FORMATS: tuple[Format, ...] = ("pdf", "html", "md")


def write(document: Document, form: Format) -> bytes:
    """The document in a format; equal documents give equal bytes on one machine."""
    if form == "pdf":
        from umbel.reports.documents import typst

        return typst.render(document)
    if form == "html":
        from umbel.reports.documents import html

        return html.render(document).encode()
    from umbel.reports.documents import markdown

    return markdown.render(document).encode()
