# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a CycloneDX document says of itself → `About`, and whom one can write to → texts and properties.

- Its authors are `metadata.authors` and, since 1.6, `metadata.manufacturer`: who made the document.
- Who supplies what it describes is `metadata.supplier`; `metadata.manufacture`, which older versions have
  for who made the product, is taken where there is no supplier.
- A composition without references speaks of the whole document: of its components and dependencies alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect.interface import About, Completeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from umbel.collect._cyclonedx_shape import Opened
    from umbel.collect.interface import Component, Pairs


class Told:
    """Gathers what the document says of itself while it is read."""

    def __init__(self) -> None:
        """Begin: nothing is said yet."""
        self.identity: str | None = None
        self.version: str | None = None
        self.tools: tuple[str, ...] = ()
        self.licenses: tuple[str, ...] = ()
        self.signed = False
        self.root: Component | None = None
        self._created: str | None = None
        self._authors: tuple[str, ...] = ()
        self._supplier: str | None = None
        self._lifecycles: tuple[str, ...] = ()
        self._said: list[tuple[str, Sequence[str], Sequence[str]]] = []

    def metadata(self, record: Opened) -> None:
        """Who made the document, for whom and when in the life of the software."""
        self._created = clean(record.timestamp)
        authors = [_contactable(a.name, (a.email,)) for a in record.authors]
        if record.manufacturer is not None:
            authors.append(_organisation(record.manufacturer))
        self._authors = tuple(dict.fromkeys(author for author in authors if author))
        self._supplier = party(record.supplier) or party(record.manufacture)
        phases = (clean(phase.phase) or clean(phase.name) for phase in record.lifecycles)
        self._lifecycles = tuple(dict.fromkeys(phase for phase in phases if phase))

    def composition(self, aggregate: str, assemblies: Sequence[str], dependencies: Sequence[str]) -> None:
        """How complete it says that its components and dependencies are."""
        self._said.append((aggregate, assemblies, dependencies))

    def about(self, refs: Mapping[str, Component], roots: AbstractSet[str]) -> About:
        """All of it, once every component is known by its reference."""
        identity = self.identity
        if identity and self.version:
            identity = f"{identity}/{self.version}"
        return About(
            identity=identity,
            created=self._created,
            authors=self._authors,
            tools=self.tools,
            supplier=self._supplier,
            licenses=self.licenses,
            lifecycles=self._lifecycles,
            completeness=tuple(dict.fromkeys(self._completeness(refs, roots))),
            signed=self.signed,
            root=self.root,
        )

    def _completeness(self, refs: Mapping[str, Component], roots: AbstractSet[str]) -> Iterable[Completeness]:
        for aggregate, assemblies, dependencies in self._said:
            if not assemblies and not dependencies:
                yield Completeness("components", None, aggregate)
                yield Completeness("dependencies", None, aggregate)
            for what, told in (("components", assemblies), ("dependencies", dependencies)):
                for ref in told:
                    if ref in roots:
                        yield Completeness(what, None, aggregate)
                    elif ref in refs:
                        yield Completeness(what, ref, aggregate)


def clean(text: str | None) -> str | None:
    """Without the white space around it, which XML can't tell from indentation; None if nothing is left."""
    return text.strip() or None if text else None


def party(entity: Opened) -> str | None:
    """The name of an organisation; its address or a contact's name where it has none."""
    if entity is None:
        return None
    return clean(entity.name) or next(filter(None, map(clean, entity.url)), None) or people(entity.contact)


def people(contacts: Sequence[Opened]) -> str | None:
    """Names of people, or their addresses where they have none."""
    if not contacts:
        return None
    names = dict.fromkeys(clean(c.name) or clean(c.email) for c in contacts)
    return "; ".join(filter(None, names)) or None


def contacts(supplier: Opened, manufacturer: Opened, authors: Sequence[Opened]) -> Pairs:
    """Where to write to those who made or supply a component, as properties (`supplier:email`)."""
    found: dict[tuple[str, str], None] = {}
    for role, entity in (("supplier", supplier), ("manufacturer", manufacturer)):
        if entity is None:
            continue
        if role == "manufacturer" and (name := clean(entity.name)):
            found["manufacturer:name", name] = None
        for url in filter(None, map(clean, entity.url)):
            found[f"{role}:url", url] = None
        for email in filter(None, (clean(c.email) for c in entity.contact)):
            found[f"{role}:email", email] = None
    for email in filter(None, (clean(a.email) for a in authors)):
        found["author:email", email] = None
    return tuple(found)


def _organisation(entity: Opened) -> str | None:
    return _contactable(entity.name, (*(c.email for c in entity.contact), *entity.url)) or party(entity)


def _contactable(name: str | None, addresses: Iterable[str | None]) -> str | None:
    """`Acme <sbom@acme.example>`, or as much of it as there is."""
    who, where = clean(name), next(filter(None, map(clean, addresses)), None)
    return f"{who} <{where}>" if who and where else who or where
