# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The list of what is past its end of life or near it, with the plans that speak of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from umbel.model import purl
from umbel.office.editions import Column, Kind, Listing
from umbel.office.editions.registry import listing
from umbel.office.pages.legal.exceptions_listed import FEW

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from umbel.metrics.lifecycle_ends import LifecycleEnd
    from umbel.office.editions import Shared

AHEAD = 365
"""Days from which on an end of life that comes is listed."""


def _ends(shared: Shared) -> pa.Table:
    import pyarrow as pa

    from umbel.metrics.lifecycle_ends import ends

    rows: list[LifecycleEnd] = []
    if shared.known.lake is not None:
        of = shared.workspace.belonging
        rows = ends(shared.known.session, None, AHEAD, lambda name: of(name).products).rows
    plans = shared.workspace.plans().standing
    told = [_end(each, plans, shared.day) for each in rows]
    words = pa.list_(pa.string())
    kinds = {
        "products": words,
        "among": words,
        "eol_on": pa.date32(),
        "support_until": pa.date32(),
        "until": pa.date32(),
    }
    kinds |= {"days_left": pa.int64(), "projects": pa.int64()}
    names = [column.name for column in ENDS.columns]
    return pa.table(
        {
            name: pa.array([row[name] for row in told], kinds.get(name, pa.string()))
            for name in ("key", *names)
        }
    )


def _end(each: LifecycleEnd, plans: list[Any], day: date) -> dict[str, Any]:
    text = "\0".join(
        str(part)
        for part in (each.what, each.package, each.version, each.product, each.cycle, each.mapped_by)
    )
    name = (
        each.title if each.package is None else f"{purl.display(each.package)} {each.version or ''}".rstrip()
    )
    plan = next((one for one in plans if _plans(one, each)), None)
    return {
        "key": "e-" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest(),
        "name": name,
        "state": "ended" if each.eol or (each.days_left is not None and each.days_left < 0) else "ends-soon",
        "software": each.product,
        "cycle": each.cycle,
        "eol_on": each.eol_on,
        "days_left": each.days_left,
        "support_until": each.support_until,
        "successor": each.successor,
        "latest": each.latest,
        "projects": len(each.projects),
        "products": each.products,
        "among": each.projects if len(each.projects) <= FEW else None,
        "plan": None if plan is None else "late" if plan.until < day else "planned",
        "plan_words": None if plan is None else plan.sentence,
        "until": None if plan is None else plan.until,
        "package": each.package,
        "version": each.version,
        "kind": each.what,
        "mapped_by": each.mapped_by,
        "url": each.url,
    }


def _plans(plan: Any, each: LifecycleEnd) -> bool:
    """Whether a plan speaks of it: of its software and cycle, or of the package; in one of its products."""
    from umbel.policy.naming import named

    if not plan.is_of(each.products):
        return False
    if plan.package is not None:
        return named(plan.package, each.package, each.version) is True
    return bool(plan.means(each.product, each.cycle))


@listing
def ENDS() -> Listing:  # noqa: N802 - what it makes is a constant
    """What is past its end of life, or ends within a year."""
    return Listing(
        name="ends",
        title="End of life",
        noun=("release", "releases"),
        about="What we use that is cared for no longer, or won't be within a year, and what is planned instead.",
        columns=(
            Column(name="state", title="State", kind=Kind.OUTCOME, filtered=True),
            Column(name="name", title="What", searched=True),
            Column(name="cycle", title="Release"),
            Column(
                name="eol_on",
                title="Ends",
                kind=Kind.DAY,
                filtered=True,
                about="? where nobody published a day.",
            ),
            Column(
                name="days_left",
                title="Days left",
                kind=Kind.NUMBER,
                filtered=True,
                about="Below zero: past its end.",
            ),
            Column(name="successor", title="Successor", about="The newest release of it that is cared for."),
            Column(name="projects", title="Projects", kind=Kind.NUMBER, filtered=True),
            Column(name="products", title="Products", kind=Kind.WORDS, filtered=True),
            Column(
                name="plan",
                title="Plan",
                kind=Kind.OUTCOME,
                filtered=True,
                about="planned, late, or ? where there is no plan.",
            ),
            Column(name="until", title="Until", kind=Kind.DAY, about="The last day of its use by the plan."),
            Column(name="software", title="Software", filtered=True, searched=True),
            Column(name="kind", title="Kind", filtered=True, shown=False),
            Column(name="plan_words", title="Plan in words", shown=False),
            Column(name="support_until", title="Supported until", kind=Kind.DAY, shown=False),
            Column(name="latest", title="Latest", shown=False),
            Column(name="package", title="Package", shown=False),
            Column(name="version", title="Version", shown=False),
            Column(name="mapped_by", title="Known by", shown=False),
            Column(name="url", title="Address", shown=False),
            Column(name="among", title="Projects' names", kind=Kind.WORDS, shown=False),
        ),
        order="eol_on",
        rows=_ends,
        project="among",
        counts=("projects",),
        empty="Nothing in use is known to end within a year.",
        empty_hint="Without lists of lifecycles nobody can say: umbel sync lifecycles.",
    )
