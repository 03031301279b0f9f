# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Licences over the whole portfolio, in a session that is open already: in use, by whose word, and what they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from umbel.app.policies import Policies
    from umbel.evidence.questions.obligations import Obliged
    from umbel.evidence.session import Session


def prepare_in_use(workspace: Policies, session: Session) -> None:
    """Make the relation that `evidence.questions.licenses_in_use` counts, by what people decided up to the day."""
    from umbel.evidence.questions import licenses_in_use
    from umbel.model import licenses

    decided, day = workspace.license_decisions(), session.as_of.date()

    def told(
        package: str,
        version: str | None,
        unsaid: bool,  # noqa: FBT001 - a fact
        registries: tuple[str | None, ...],
    ) -> tuple[str, str] | None:
        found = decided.license_of(package, version, day) if decided.conclude else None
        if found is not None and found.expression:
            return found.expression, "people"
        for raw in registries if unsaid else ():
            said = licenses.effective((), (raw,), ()) if raw else None
            if said and said not in {"NOASSERTION", "NONE"}:
                return said, "registry"
        return None

    licenses_in_use.prepare(session, told, everything=bool(decided.conclude))


def obliged_products(
    workspace: Policies, session: Session
) -> Iterator[tuple[str, list[str], Obliged | None]]:
    """Each product, its projects, and what its licences ask for in its own use; None where nothing is known of them."""
    from umbel.evidence.questions.obligations import Scope, obliged_each
    from umbel.model.license_policy import Use
    from umbel.policy.license_decisions import Taken

    decided, day = workspace.license_decisions(), session.as_of.date()
    scopes = [
        Scope(
            product.name,
            workspace.scope(session, product.name) or [],
            msgspec.structs.replace(Use(), distribution=product.distribution),
            Taken(decided, [product.name], day),
        )
        for product in workspace.settings.products
    ]
    for scope, (name, found) in zip(scopes, obliged_each(session, scopes), strict=True):
        yield name, list(scope.projects), found


def first_seen(session: Session, rows: list[tuple[str, str | None, str | None]]) -> list[date | None]:
    """Since when each component (project, package, version) is known to be in its project; None if it isn't known."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("project", "package", "version")
    table = {name: pa.array(each, pa.string()) for name, each in zip(names, columns, strict=True)}
    session.register("asked_since", pa.table({"place": pa.array(range(len(rows)), pa.int64()), **table}))
    found: list[date | None] = [None] * len(rows)
    for place, day in session.ask(_SINCE).rows():
        found[place] = day
    return found


_SINCE = """
SELECT a.place, min(p.observed_at)::DATE
FROM asked_since AS a
JOIN published AS p ON p.subject = a.project AND p.outcome NOT IN ('failed', 'absent')
JOIN raw_usage AS u ON u.write_id = p.facts AND u.package = a.package AND u.version IS NOT DISTINCT FROM a.version
GROUP BY a.place
"""
