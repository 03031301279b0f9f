# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is written for others: SBOMs and their quality, notices, obligations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.app.policies import Policies
from umbel.app.products import product_states

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from umbel.evidence.questions.obligations import Decided, Obliged
    from umbel.metrics.sbom_quality.answers import By as RatedBy
    from umbel.model.license_policy import Use
    from umbel.model.settings import Product
    from umbel.reports.notices import Notices
    from umbel.reports.sbom import Form, Sbom


class Documents(Policies):
    """See `umbel.app.workspace`."""

    def sbom_quality(
        self,
        project: str | None = None,
        *,
        by: RatedBy = "document",
        standard: str | None = None,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """How well SBOMs say what standards ask: a record per document, producer, product or element.

        `standard` is ntia, cisa or bsi; None is all. A document's record holds each of its elements.
        """
        from umbel.metrics.sbom_quality import answers, rating, standards

        chosen = standards.chosen(standard)
        with self.session(as_of, rating.TABLES) as session:
            scope = self.scope(session, product) if project is None else [self.project(session, project)]
            members: list[tuple[str | None, str]] = []
            if by == "product":
                states = product_states(self, session)
                members = [(state.name, member) for state in states for member in state.members]
            return answers.ask(session, by, chosen, scope, members)

    def sbom(
        self,
        name: str,
        form: Form | None = None,
        *,
        product: bool = False,
        source: str | None = None,
        created: datetime | None = None,
        as_of: datetime | None = None,
    ) -> Sbom:
        """An SBOM of a project or product from the evidence, ready to be written.

        `product` says that the name is a product's, where a project is called the same. `source` is part of
        the lineage of the one document that is wanted; else all present ones are merged. `created` is the
        time to write in it; else that of the newest evidence. Raises `UsageError` if nothing is known.
        """
        from umbel.reports.sbom import Form, Sbom
        from umbel.reports.sbom_evidence import TABLES, whole

        with self.session(as_of, TABLES) as session:
            chosen = self._product_named(session, name, product=product)
            if chosen is not None:
                made = whole(
                    session, chosen.name, self.scope(session, chosen.name) or [], source, product=True
                )
            else:
                project = self.project(session, name)
                made = whole(session, project, [project], source)
        if created is not None:
            made = msgspec.structs.replace(made, created=created)
        return Sbom(made, form or Form("cyclonedx", "1.6"))

    def obligations(
        self, name: str, *, product: bool = False, use: Use | None = None, as_of: datetime | None = None
    ) -> Obliged:
        """What the licences of a project or product ask for, with the packages that bring it.

        `use` says how it is used; where it leaves out how it reaches its users, the product's own word counts.
        """
        from umbel.evidence.questions.obligations import TABLES, obliged
        from umbel.model.license_policy import Use, uses_of

        with self.session(as_of, TABLES) as session:
            title, scope, products = self._meant(session, name, product=product)
            decided = self._decided(products, session.as_of)
            asked = use or Use()
            if not asked.distribution:
                declared = uses_of([each.distribution for each in products])
                asked = msgspec.structs.replace(asked, distribution=declared)
            return obliged(session, title, scope, asked, decided)

    def notices(
        self,
        name: str,
        *,
        product: bool = False,
        everything: bool = False,
        as_of: datetime | None = None,
    ) -> Notices:
        """The third-party notices of a project or product, and what is missing in them.

        `everything` takes in what is only used for development and tests. Raises `UsageError` without evidence.
        """
        from umbel.reports.notices import TABLES, gather

        with self.session(as_of, TABLES) as session:
            title, scope, products = self._meant(session, name, product=product)
            decided = self._decided(products, session.as_of)
            return gather(session, title, scope, everything=everything, decided=decided)

    def _decided(self, products: Iterable[Product], day: datetime) -> Decided:
        """What was decided of licences by a day, of what these products use."""
        from umbel.policy import license_decisions

        told = license_decisions.load(self.folder / license_decisions.FILE)
        return license_decisions.Taken(told, [each.name for each in products], day.date())
