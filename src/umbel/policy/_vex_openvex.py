# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OpenVEX → statements. Values that a statement lacks come from its document.

Source: OpenVEX specification 0.2.0, and 0.0.x where names were plain texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.vex import STATUSES
from umbel.policy._vex_statement import (
    MOST,
    Faults,
    Statement,
    Thing,
    items,
    justification_of,
    moment,
    record,
    records,
    text,
    thing_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from umbel.model.vex import VexStatus


def is_openvex(data: dict[str, Any]) -> bool:
    """Whether a document says that it is OpenVEX."""
    context = data.get("@context")
    return isinstance(context, str) and "openvex" in context and isinstance(data.get("statements"), list)


def read(data: dict[str, Any], document: str, faults: Faults) -> list[Statement]:
    """Every sound statement of a document; of the others it is said what is wrong."""
    issued = moment(data.get("last_updated")) or moment(data.get("timestamp"))
    author = text(data.get("author"), 200)
    found: list[Statement] = []
    for number, said in records(data.get("statements")):
        place = f"$.statements[{number}]"
        for one in _statements(said, place, issued, faults):
            if len(found) >= MOST:
                faults.say(place, f"only the first {MOST:,} statements are read")
                return found
            found.append(_with(one, document, author))
    return found


def _with(one: Statement, document: str, author: str | None) -> Statement:
    return msgspec.structs.replace(one, document=document, author=author)


def _statements(
    said: dict[str, Any], place: str, issued: datetime | None, faults: Faults
) -> Iterator[Statement]:
    ids = _ids(said.get("vulnerability"))
    status = _status(said.get("status"))
    time = moment(said.get("last_updated")) or moment(said.get("timestamp")) or issued
    if not ids or status is None or time is None:
        lacks = "a vulnerability" if not ids else "a status of VEX" if status is None else "a time"
        faults.say(place, f"the statement lacks {lacks}, so it doesn't count")
        return
    whole = Statement(
        ids=ids,
        status=status,
        time=time,
        justification=justification_of(said.get("justification"), f"{place}.justification", faults),
        detail=text(said.get("impact_statement")) or text(said.get("status_notes")),
        action=text(said.get("action_statement")),
    )
    count = 0
    # One by one: products times subcomponents may be far more than a file has bytes.
    for count, (product, component) in enumerate(_things(said, place, faults), 1):  # noqa: B007 - told below
        yield msgspec.structs.replace(whole, product=product, component=component)
    if not count:
        faults.say(place, "the statement names no product by purl, so it covers nothing")


def _status(value: Any) -> VexStatus | None:
    return next((status for status in STATUSES if status == value), None)


def _ids(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        told: list[Any] = [value]
    else:
        own = record(value)
        told = [own.get("name"), *items(own.get("aliases"))]
        if not text(own.get("name"), 200):
            told.insert(0, str(own.get("@id") or "").rpartition("/")[2])
    return tuple(dict.fromkeys(name for one in told if (name := text(one, 200))))


def _things(said: dict[str, Any], place: str, faults: Faults) -> Iterator[tuple[Thing, Thing | None]]:
    """Each product, or each subcomponent of it. Early documents give subcomponents once for all products."""
    shared = _components(said, place, faults)
    for number, written in enumerate(items(said.get("products"))):
        here = f"{place}.products[{number}]"
        product = _named(written)
        if product is None:
            faults.say(here, "is identified by no purl, so nobody can say what is meant")
            continue
        inner = _components(record(written), here, faults)
        inner = shared if inner is None else inner
        if inner is None:
            yield product, None
        for component in inner or ():
            if component.package == product.package:
                yield component, None
            else:
                yield product, component


def _components(written: dict[str, Any], place: str, faults: Faults) -> list[Thing] | None:
    """The subcomponents that are identified; None where none are listed."""
    listed = items(written.get("subcomponents"))
    found = []
    for index, one in enumerate(listed):
        component = _named(one)
        if component is None:
            faults.say(f"{place}.subcomponents[{index}]", "is identified by no purl")
        else:
            found.append(component)
    return found if listed else None


def _named(value: Any) -> Thing | None:
    if isinstance(value, str):
        return thing_of(value)
    own = record(value)
    for written in (record(own.get("identifiers")).get("purl"), own.get("@id")):
        found = thing_of(written) if isinstance(written, str) else None
        if found is not None:
            return found
    return None
