# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a standard has no place for, in Umbel's own words (`umbel.collect._umbel_properties`).

A writer puts all that it can in the standard's own fields, and knows what a reader takes from these.
Where that isn't what the evidence says, the words here do.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.collect._umbel_properties import FIELDS, LISTS, PAIRS, TEXTS, Needed, written
from umbel.collect.interface import Edge
from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from umbel.collect.interface import Component, Pairs
    from umbel.reports.sbom import Bill

    Plain = Callable[[list[Edge]], list[Edge]]

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?://)?[A-Za-z0-9\-._~:/?&=;,+@!$()*%#]+")
_SOUND = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
HEX = re.compile("[0-9a-f]+")
_WORD = r"(?:\?*|\*?)(?:[a-zA-Z0-9\-._]|\\[\\*?!\"#$%&'()+,/:;<=>@\[\]^`{|}~])+(?:\?*|\*?)"
_LONGEST_CPE = 2000
CPE22 = re.compile(r"cpe:/[AHOaho]?(?::[A-Za-z0-9._\-~%]*){0,6}")
CPE23 = re.compile(
    rf"cpe:2\.3:[aho*\-](?::(?:{_WORD}|[*\-])){{5}}"
    rf":(?:[a-zA-Z]{{2,3}}(?:-(?:[a-zA-Z]{{2}}|[0-9]{{3}}))?|[*\-])(?::(?:{_WORD}|[*\-])){{4}}"
)


def is_url(text: str) -> bool:
    """Whether a text is surely a URI, by the standards and by everybody's checks of them."""
    return bool(URL.fullmatch(text) and _SOUND.fullmatch(text) and text.count("#") <= 1 and _plain_host(text))


def _plain_host(text: str) -> bool:
    """Without an odd host or port, on which checks differ."""
    scheme, mark, rest = text.partition("://")
    if not mark:
        return not rest and "//" not in text.partition(":")[2][:2]
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return bool(
        scheme and re.fullmatch(r"(?:[A-Za-z0-9._~%!$&()*+,;=:-]*@)?[A-Za-z0-9._-]+(?::\d{1,5})?", host)
    )


def is_cpe(text: str) -> bool:
    """Whether a text is a CPE name to the letter."""
    return len(text) <= _LONGEST_CPE and bool(CPE22.fullmatch(text) or CPE23.fullmatch(text))


def party(text: str | None) -> str | None:
    """A name without what SPDX sets before it."""
    for prefix in ("Organization:", "Person:"):
        if text is not None and text.startswith(prefix):
            return text[len(prefix) :].strip() or text
    return text


@lru_cache(maxsize=1 << 14)
def read_purl(text: str) -> purl.Purl | None:
    """A purl as a reader takes it."""
    try:
        return purl.parse(text)
    except purl.PurlError:
        return None


def said_otherwise(component: Component, reads: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Our properties for the fields that a reader doesn't take from the standard's own, without prefix.

    `reads` is what it takes; a field that isn't in it isn't read.
    """
    unsaid = []
    for name in FIELDS:
        value = getattr(component, name)
        if value == reads.get(name, () if name in _MANY else None):
            continue
        if value is None or value == ():
            unsaid.append(name)
        elif name in TEXTS:
            yield name, written(value)
        elif name in LISTS:
            yield from ((name, written(text)) for text in value)
        elif name in PAIRS:
            yield from ((name, _json(pair)) for pair in value)
        else:
            yield name, "true" if value else "false"
    if unsaid:
        yield "unsaid", ",".join(unsaid)


_MANY = frozenset({*LISTS, *PAIRS})


def edges_otherwise(bill: Bill, plain: Plain) -> dict[str | None, list[str]]:
    """For each source the edges of which a reader takes something else, as values of our property.

    `plain` gives what a reader takes for the edges between the same two.
    """
    found: dict[str | None, list[str]] = {}
    for source, between in by_source(bill.edges):
        for alike in between:
            if alike[0].target is not None and set(plain(alike)) == set(alike):
                continue
            found.setdefault(source, []).extend(_needed(edge) for edge in alike)
    return found


def by_source(edges: Sequence[Edge]) -> Iterator[tuple[str | None, list[list[Edge]]]]:
    """Sorted edges by their source, and in it by their target; unresolved ones stand alone."""
    source: str | None = None
    groups: list[list[Edge]] = []
    for edge in edges:
        if groups and edge.source != source:
            yield source, groups
            groups = []
        source = edge.source
        if groups and edge.target is not None and groups[-1][0].target == edge.target:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    if groups:
        yield source, groups


def _needed(edge: Edge) -> str:
    resolved = edge.target is not None
    needed = Needed(
        to=edge.target,
        package=None if resolved else edge.package,
        requirement=edge.requirement,
        scope=edge.scope,
        optional=edge.optional,
        pinned=edge.pinned,
    )
    return _json(
        {key: value for key in Needed.__struct_fields__ if (value := getattr(needed, key)) is not None}
    )


def subject(bill: Bill) -> Pairs:
    """What stands at the root: its name as a project, its version, and the documents that speak of it."""
    version = () if bill.version is None else (("subject_version", bill.version),)
    return (("subject", bill.subject), *version, *(("source", source) for source in bill.sources))


def versions(bill: Bill) -> dict[str, tuple[str, bool | None]]:
    """Of each component the package, and whether an edge to it is pinned unless it says otherwise."""
    return {
        part.component.ref: (part.component.package, True if part.component.version else None)
        for part in bill.parts()
    }


def taken(edge: Edge, known: Mapping[str, tuple[str, bool | None]], scope: str | None = None) -> Edge:
    """An edge as a reader makes it of nothing but its ends, and perhaps its scope."""
    package, pinned = known[edge.target or ""]
    return Edge(source=edge.source, target=edge.target, package=package, scope=scope, pinned=pinned)


def _json(value: Iterable[Any] | Mapping[str, Any]) -> str:
    """In ASCII, so that every serialisation can hold it."""
    return json.dumps(value, separators=(",", ":"))
