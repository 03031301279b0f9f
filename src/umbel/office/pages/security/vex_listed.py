# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The list of statements of VEX that count here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.model import purl
from umbel.office.editions import Column, Kind, Listing
from umbel.office.editions.registry import listing
from umbel.office.pages.legal.exceptions_listed import users_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from umbel.office.editions import Shared
    from umbel.policy._vex_statement import Statement, Thing

MOST_VEX = 50_000


def _vex(shared: Shared) -> pa.Table:
    import pyarrow as pa

    from umbel.policy import vex

    every = [one for one in vex.load(shared.workspace.folder).every if one.time.date() <= shared.day][
        :MOST_VEX
    ]
    users = users_of(shared)
    rows = [_statement(place, each, users) for place, each in enumerate(every)]
    words = pa.list_(pa.string())
    kinds: dict[str, Any] = {"ids": words, "among": words, "time": pa.timestamp("us", "UTC")}
    names = [column.name for column in VEX.columns]
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], kinds.get(name, pa.string()))
            for name in ("key", *names)
        }
    )


def _statement(
    place: int, each: Statement, users: Callable[[str | None], list[str] | None]
) -> dict[str, Any]:
    product = each.product.name if each.product and each.product.name else _thing(each.product)
    packages = [thing.package for thing in (each.component, each.product) if thing and thing.package]
    told = [few for package in packages if (few := users(package)) is not None]
    return {
        "key": f"v-{place}",
        "advisory": each.ids[0] if each.ids else "",
        "ids": list(each.ids),
        "status": each.status.replace("_", " "),
        "justification": each.justification.replace("_", " ") if each.justification else None,
        "component": _thing(each.component),
        "product": product,
        "among": [product]
        if product and each.product and each.product.name
        else min(told, key=len, default=None),
        "author": each.author,
        "time": each.time,
        "document": each.document,
        "detail": each.detail,
        "action": each.action,
    }


def _thing(thing: Thing | None) -> str | None:
    if thing is None:
        return None
    name = purl.display(thing.package) if thing.package else thing.name or thing.serial
    version = thing.version or thing.range
    return f"{name} {version}" if version else name


@listing
def VEX() -> Listing:  # noqa: N802 - what it makes is a constant
    """Statements of VEX that count here."""
    return Listing(
        name="vex",
        title="VEX",
        noun=("statement", "statements"),
        about="What we and others say of vulnerabilities in products: which do harm, which don't and why.",
        columns=(
            Column(
                name="advisory",
                title="Vulnerability",
                searched=True,
                filtered=True,
                link="advisory",
                link_key="advisory",
            ),
            Column(name="status", title="Status", kind=Kind.OUTCOME, filtered=True),
            Column(name="justification", title="Because", filtered=True),
            Column(name="component", title="Component", searched=True),
            Column(name="product", title="Product", searched=True, filtered=True),
            Column(name="author", title="By", filtered=True),
            Column(name="time", title="Said", kind=Kind.MOMENT, filtered=True),
            Column(name="document", title="Document", filtered=True, searched=True),
            Column(name="detail", title="In words", searched=True, shown=False),
            Column(name="action", title="What to do", shown=False),
            Column(
                name="ids", title="All its ids", kind=Kind.WORDS, shown=False, searched=True, filtered=True
            ),
            Column(name="among", title="Projects' names", kind=Kind.WORDS, shown=False),
        ),
        order="-time",
        rows=_vex,
        project="among",
        empty="Nobody has said anything by VEX.",
        empty_hint="Put suppliers' documents into decisions/vex (CycloneDX, OpenVEX); umbel vex writes our own.",
    )
