# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents for people: which there are, one as blocks, and one written in a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.app.base import Base
from umbel.app.offering import offered
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.app.offering import About
    from umbel.reports.documents.blocks import Document
    from umbel.reports.documents.write import Format


class Documenting(Base):
    """See `umbel.app.workspace`."""

    def documents_there(self) -> list[About]:
        """Every document that can be asked for, in the order of their names."""
        return [about for about, _ in offered(type(self))]

    def document(self, name: str, as_of: datetime | None = None, product: str | None = None) -> Document:
        """A document as blocks, with the evidence as of a day; of a product where it can be narrowed to one.

        Raises `UsageError` for a name or a product that is none, and for a document that speaks of the whole program.
        """
        there = {about.name: (about, method) for about, method in offered(type(self))}
        if name not in there:
            raise UsageError(f"There is no document {name!r}.", f"There are: {', '.join(there)}.")
        about, method = there[name]
        if product is not None:
            product = self.product(product).name
            if not about.product:
                raise UsageError(
                    f"{about.title} speaks of the whole program, not of one product.", "Leave out --product."
                )
        made: Document = getattr(self, method)(name, as_of, product)
        return made

    def written_document(
        self,
        name: str,
        form: Format = "pdf",
        as_of: datetime | None = None,
        product: str | None = None,
    ) -> bytes:
        """The same, written as PDF, HTML or Markdown."""
        from umbel.reports.documents.write import write

        return write(self.document(name, as_of, product), form)
