# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which release cycle of which product a component belongs to, and whether that is still cared for.

A package is a product's because the source of the lifecycles says so by a purl, or because our table does
(`model/data/lifecycle_map.toml`, each entry with its reason); never because names are alike. A version belongs
to the cycle whose name begins it; a version of no known cycle, such as one that is too new, is unknown.
"""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 - msgspec reads it
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect._osv_ecosystems import is_system, lookup_key
from umbel.metrics._lifecycle_map import HUB, Entry, Image, Table, image, table
from umbel.metrics._lifecycle_versions import keys_of, place_of
from umbel.model.purl import Purl, PurlError, parse

if TYPE_CHECKING:
    from umbel.evidence.session import Session

BY_PURL = "purl of endoflife"
BY_UPSTREAM = "purl of endoflife; the life is that of its upstream"

_DISTRO = re.compile(r"[?&]distro=([^&#]+)").search

_PRODUCTS = """
SELECT product, list_distinct(flatten(list(identifiers))), max(seen_at) FROM lifecycles
GROUP BY product ORDER BY 3 DESC, 1
"""
_CYCLES = """
SELECT product, title, cycle, lts, support_ended, support_until, eol, eol_on, extended_until, latest, latest_on,
       list_filter(identifiers, lambda name: starts_with(name, 'codename:')), url, seen_at, released_on
FROM lifecycles WHERE product IN (SELECT unnest($wanted)) ORDER BY product, cycle
"""


class CycleState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a version stands in the life of its product, as of the session's day.

    `cycle` is None where the version is in no known cycle, and all that follows from it then. `eol` says
    whether its life had ended that day; `eol_on` is when, where that is dated. `latest` is the cycle's newest
    release by that day, `successor` the product's newest cycle that was alive. `mapped_by` says how the product
    was found.
    """

    product: str
    title: str
    cycle: str | None = None
    eol: bool | None = None
    eol_on: date | None = None
    support_until: date | None = None
    support_ended: bool | None = None
    extended_until: date | None = None
    lts: bool | None = None
    latest: str | None = None
    latest_on: date | None = None
    successor: str | None = None
    mapped_by: str
    url: str | None = None


class _Product(NamedTuple):
    """A product: its state where the cycle isn't known, and its cycles by what begins their versions."""

    unknown: CycleState
    keys: dict[str, CycleState]
    lengths: tuple[int, ...]
    newest: str | None


class _Read(NamedTuple):
    """A cycle as it was read."""

    state: CycleState
    codenames: list[str]
    released_on: date | None


class Cycles:
    """The cycles that components can belong to, as of a day. Made by `cycles`; look up by `cycle_of`."""

    def __init__(self, products: dict[str, _Product], claims: Claims) -> None:
        """`products` by id; `claims` are what says that a package is a product's."""
        self.products = products
        self.claims = claims
        self.systems: dict[tuple[str, str | None], CycleState | None] = {}
        self._known: dict[tuple[str, str, str | None], CycleState] = {}

    def __len__(self) -> int:
        """How many products there are."""
        return len(self.products)

    def state(self, claim: Entry, version: str | None) -> CycleState:
        """The state of a version of the product that a claim names."""
        key = (claim.product, claim.why, version)
        found = self._known.get(key)
        if found is None:
            product = self.products[claim.product]
            written = self.claims.table.spellings.get(claim.product, "")
            place = place_of(version, product.lengths, product.keys, written) if version else None
            state = product.unknown if place is None else product.keys[place]
            found = self._known[key] = msgspec.structs.replace(
                state, mapped_by=claim.why, successor=product.newest
            )
        return found


class Claims(NamedTuple):
    """What says that something is a product's: by package (its key in advisories), by image, by distribution."""

    packages: dict[str, Entry]
    images: dict[str, Entry]
    table: Table

    def products(self) -> set[str]:
        """The products that anything can be found to belong to."""
        systems = {system.entry.product for each in self.table.systems.values() for system in each}
        return {entry.product for entry in (*self.packages.values(), *self.images.values())} | systems


def cycles(session: Session) -> Cycles:
    """Every cycle that a session knows of, as of its day."""
    today = session.as_of.date()
    claims = _claims({row[0]: sorted(row[1] or ()) for row in session.ask(_PRODUCTS).rows()})
    named: dict[str, list[_Read]] = {}
    for row in session.ask(_CYCLES, {"wanted": sorted(claims.products())}).rows():
        state = _state(row, today, later=row[13] > session.as_of)
        named.setdefault(row[0], []).append(_Read(state, [name[9:] for name in row[11] or ()], row[14]))
    return Cycles({product: _product(entries, today) for product, entries in named.items()}, claims)


def _product(entries: list[_Read], today: date) -> _Product:
    first = entries[0].state
    unknown = CycleState(product=first.product, title=first.title, mapped_by="", url=first.url)
    keys = keys_of([(each.state, each.state.cycle or "", each.codenames) for each in entries])
    alive = [
        (each.released_on, each.state.cycle or "")
        for each in entries
        if each.state.eol is False and each.released_on is not None and each.released_on <= today
    ]
    newest = max(alive, default=(None, None))[1]
    return _Product(unknown, keys, tuple(sorted({len(key) for key in keys}, reverse=True)), newest)


def cycle_of(
    package: str, version: str | None, cycles: Cycles, *, purl: str | None = None
) -> CycleState | None:
    """Where a component stands in the life of its product; None if it is in no list of lifecycles.

    With the whole `purl` images are told apart by their registry and tag, and a package of a distribution
    that is no product itself tells of the distribution that it was installed in.
    """
    if purl is None:
        claim = cycles.claims.packages.get(lookup_key(package))
        return cycles.state(claim, version) if claim is not None else None
    if package.startswith(("pkg:docker/", "pkg:oci/")):
        found = image(purl)
        return _of_image(found, version, cycles) if found is not None else None
    claim = cycles.claims.packages.get(lookup_key(package))
    if claim is not None:
        return cycles.state(claim, version)
    return system_of(purl, cycles) if is_system(package) else None


def system_of(purl: str, cycles: Cycles) -> CycleState | None:
    """The distribution that a package was installed in, by the `distro` of its purl; None if that isn't known."""
    distro = _DISTRO(purl)
    if distro is None:
        return None
    vendor = purl.split("/", 2)[1] if purl.count("/") > 1 else None
    return release_of(distro[1], vendor, cycles)


def release_of(distro: str, vendor: str | None, cycles: Cycles) -> CycleState | None:
    """The state of a distribution by its name and release (`debian-12.5`), or its release alone and its vendor."""
    key = (distro, vendor)
    if key not in cycles.systems:
        known = cycles.claims.table.systems_of(distro, vendor)
        states = (
            cycles.state(claim, release) for claim, release in known if claim.product in cycles.products
        )
        cycles.systems[key] = next(states, None)
    return cycles.systems[key]


def _of_image(found: Image, version: str | None, cycles: Cycles) -> CycleState | None:
    claims = (cycles.claims.images.get(name) for name in found.names)
    claim = next((each for each in claims if each is not None), None)
    return cycles.state(claim, found.tag or version) if claim is not None else None


def _state(row: tuple[Any, ...], today: date, *, later: bool) -> CycleState:
    """One cycle as of a day.

    What has no date is known of the day it was seen. Of a day before that, only that it had not ended.
    """
    product, title, cycle, lts, over, until, eol, eol_on, extended, latest, latest_on, _, url = row[:13]
    if eol_on is not None:
        eol = eol_on <= today
    elif later and eol:
        eol = None
    if until is not None:
        over = until <= today
    elif later and over:
        over = None
    if latest_on is not None and latest_on > today:
        latest = latest_on = None
    return CycleState(
        product=product,
        title=title or product,
        cycle=cycle,
        eol=eol,
        eol_on=eol_on,
        support_until=until,
        support_ended=over,
        extended_until=extended,
        lts=lts,
        latest=latest,
        latest_on=latest_on,
        mapped_by="",
        url=url,
    )


def _claims(identifiers: dict[str, list[str]]) -> Claims:
    """What the products' own identifiers say, then our table; of two products the one that was seen last."""
    ours = table()
    packages: dict[str, Entry] = {}
    images: dict[str, Entry] = {}
    for product, names in identifiers.items():
        for name in names:
            _claim(product, name, packages, images)
    for mine, theirs in ((packages, ours.packages), (images, ours.images)):
        for name, claim in theirs.items():
            if claim.product in identifiers:
                mine.setdefault(name, claim)
    for name, claim in images.items():  # without its registry, a name is one of Docker Hub
        host, _, path = name.partition("/")
        if host == HUB:
            packages[f"pkg:docker/{path}"] = claim
            packages[f"pkg:docker/{path.removeprefix('library/')}"] = claim
    return Claims(packages, images, ours)


def _claim(product: str, name: str, packages: dict[str, Entry], images: dict[str, Entry]) -> None:
    """Note one identifier of a product, if it is a purl that tells a package apart."""
    found = _parsed(name)
    if found is None:
        return
    if found.type in {"docker", "oci"}:
        one = image(name)
        for each in one.names if one is not None else ():
            images.setdefault(each, Entry(product, BY_PURL))
    elif "repository_url=" not in found.purl:
        why = BY_UPSTREAM if is_system(found.package) else BY_PURL
        packages.setdefault(lookup_key(found.package), Entry(product, why))


@lru_cache(maxsize=1 << 12)
def _parsed(name: str) -> Purl | None:
    if not name.startswith("pkg:"):
        return None
    try:
        return parse(name)
    except PurlError:
        return None
