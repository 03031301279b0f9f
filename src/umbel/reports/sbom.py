# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An SBOM of a project or product, whatever its format: what is written in it, in which order.

A `Bill` holds components and edges as the collectors read them. Equal evidence gives an equal bill:
references come from what is said of a component, the identity from all of it, and everything is sorted.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import astuple, replace

from umbel.collect.interface import Component, Edge, Pairs
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from umbel.reports.sbom_evidence import Gathered

VERSIONS = {"cyclonedx": ("1.6", "1.7", "1.5", "1.4"), "spdx": ("2.3", "2.2", "3.0")}
"""The versions that can be written of each format; the first is the default."""
ROOT = "project"
"""The reference of what an SBOM describes."""

_NAMESPACE = UUID("6b1f2b8e-5a0e-5d3c-9c52-0f5b8b1f6f0a")
_NO_REF = re.compile(r"[^A-Za-z0-9.]+")
_LONGEST_NAME = 60
_encode = msgspec.msgpack.Encoder().encode


class Form(msgspec.Struct, frozen=True):
    """A format, its version, and how it is written: json, xml or tag-value."""

    format: str
    version: str
    syntax: str = "json"

    @property
    def title(self) -> str:
        """How people call it."""
        name = "CycloneDX" if self.format == "cyclonedx" else "SPDX"
        syntax = self.syntax if self.syntax == "tag-value" else self.syntax.upper()
        return f"{name} {self.version} {syntax}"


class Part(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One component of a bill. `component.ref` is its reference in the document.

    `sources` are the documents that speak of it, `more` are further properties of ours: what other
    documents say otherwise, and the project in a product. `graphed` is whether any of the documents
    that have it tells dependencies at all: if so, and there are none, it has none.
    """

    component: Component
    sources: tuple[str, ...] = ()
    more: Pairs = ()
    graphed: bool = False


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Components that belong together: those of one project of a product, else all."""

    project: Part | None
    parts: list[Part]


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What one SBOM says. `root` is what it describes, `partial` that some of it couldn't be read.

    Edges are sorted by their source; a source of None is the root.
    """

    subject: str
    version: str | None
    root: Component
    created: datetime
    identity: UUID
    sources: tuple[str, ...]
    groups: list[Group]
    edges: list[Edge]
    partial: bool = False

    def parts(self) -> Iterator[Part]:
        """All components, a product's projects before what they have."""
        for group in self.groups:
            if group.project is not None:
                yield group.project
            yield from group.parts


def form(format_: str, version: str | None = None, syntax: str | None = None) -> Form:
    """A format that can be written. Raises `UsageError` with those that can."""
    known = VERSIONS.get(format_)
    if known is None:
        raise UsageError(f"There is no SBOM format {format_!r}.", f"There are: {', '.join(VERSIONS)}.")
    chosen = known[0] if version is None else version.removeprefix("SPDX-")
    if chosen == "3.0.1":
        chosen = "3.0"
    if chosen not in known:
        raise UsageError(
            f"{'CycloneDX' if format_ == 'cyclonedx' else 'SPDX'} {chosen} can't be written.",
            f"There are: {', '.join(sorted(known))}.",
        )
    found = Form(format_, chosen, syntax or "json")
    fits = {"cyclonedx": ("json", "xml"), "spdx": ("json", "tag-value") if chosen < "3" else ("json",)}
    if found.syntax not in fits[format_]:
        raise UsageError(f"There is no {found.title}.", f"It is written as {' or '.join(fits[format_])}.")
    return found


def chunks(bill: Bill, chosen: Form) -> Iterator[bytes]:
    """The document in pieces of bounded size, which are never all in memory at once."""
    if chosen.format == "cyclonedx":
        from umbel.reports.sbom_cyclonedx import pieces
    elif chosen.version < "3":
        from umbel.reports.sbom_spdx import pieces
    else:
        from umbel.reports.sbom_spdx3 import pieces
    waiting: list[bytes] = []
    size = 0
    for piece in pieces(bill, chosen):
        waiting.append(piece)
        size += len(piece)
        if size >= 1 << 16:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


class Sbom(msgspec.Struct, frozen=True):
    """A bill in a format: its pieces can be had one after another, or written to a file."""

    bill: Bill
    form: Form

    def __iter__(self) -> Iterator[bytes]:
        """The document in pieces."""
        return chunks(self.bill, self.form)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the document, whole or not at all; gives its full path. Raises as `files.replacing`."""
        from umbel.reports.files import checked, replacing

        with replacing(path) as draft, draft.open("wb") as file:
            file.writelines(self)
        return checked(path)


# -- from evidence to a bill


def bill(
    subject: str,
    gathered: Sequence[Gathered],
    *,
    created: datetime,
    version: str | None = None,
    product: bool = False,
) -> Bill:
    """The bill of a project, or of a product with its projects in it."""
    groups: list[Group] = []
    edges: list[Edge] = []
    for each in sorted(gathered, key=lambda g: g.project):
        group, inner = _group(each, product=product)
        groups.append(group)
        edges += inner
    edges.sort(key=_order)
    made = Bill(
        subject=subject,
        version=version,
        root=_root(subject, version, None if product else gathered[0].root),
        created=created,
        identity=_NAMESPACE,
        sources=tuple(sorted({source for each in gathered for source in each.sources})),
        groups=groups,
        edges=edges,
        partial=any(each.partial for each in gathered),
    )
    return replace(made, identity=_identity(made))


def _identity(made: Bill) -> UUID:
    """Equal for equal evidence, whenever and in whatever format it is written."""
    digest = blake2b(digest_size=20)
    digest.update(_encode((made.subject, made.version, made.sources, made.partial, astuple(made.root))))
    for part in made.parts():
        digest.update(_encode((astuple(part.component), part.sources, part.more)))
    for edge in made.edges:
        digest.update(_encode(astuple(edge)))
    return uuid5(_NAMESPACE, digest.hexdigest())


def _group(gathered: Gathered, *, product: bool) -> tuple[Group, list[Edge]]:
    """A project's components under their references, and its edges between these."""
    scope = gathered.project if product else ""
    refs: dict[str, str] = {}
    taken: set[str] = set()
    parts = []
    for part in sorted(gathered.parts, key=_sorted_by):
        ref = _reference(part.component, scope, taken)
        refs[part.component.ref] = ref
        more = (*part.more, ("project", gathered.project)) if product else part.more
        parts.append(replace(part, component=_named(part.component, ref), more=more))
    if not product:
        return Group(project=None, parts=parts), list(_edges(gathered.edges, refs, None))
    root = _root(gathered.project, gathered.version, gathered.root)
    ref = _reference(root, f"{scope}\0", taken)
    project = Part(component=_named(root, ref), sources=gathered.sources, graphed=True)
    top = Edge(source=None, target=ref, package=root.package, pinned=True if root.version else None)
    return Group(project=project, parts=parts), [top, *_edges(gathered.edges, refs, ref)]


def _edges(edges: Iterable[Edge], refs: Mapping[str, str], root: str | None) -> Iterator[Edge]:
    for edge in edges:
        source = root if edge.source is None else refs[edge.source]
        target = None if edge.target is None else refs[edge.target]
        yield replace(edge, source=source, target=target)


def _root(name: str, version: str | None, found: Component | None) -> Component:
    """What is described, with what a document says of it; its name is that of the project."""
    from umbel.model.purl import unidentified

    if found is None:
        found = Component(ref=ROOT, package=unidentified(name), type="application")
    if _full_name(found) != name:
        found = replace(found, name=name, namespace=None)
    package = found.package if found.purl else unidentified(found.name or name, found.namespace)
    return replace(
        found, ref=ROOT, package=package, version=version or found.version, type=found.type or "application"
    )


def _full_name(component: Component) -> str | None:
    """As the CycloneDX reader names what a document describes."""
    group, name = component.namespace, component.name
    if not group or not name or name.startswith(f"{group}/"):
        return name or group
    return f"{group}/{name}"


def _named(component: Component, ref: str) -> Component:
    return replace(component, ref=ref)


def _sorted_by(part: Part) -> tuple[str, str, bytes, str]:
    c = part.component
    return c.package, c.version or "", _encode(_said(c)), c.ref


def _said(component: Component) -> tuple[Any, ...]:
    return astuple(component)[1:]


def _reference(component: Component, scope: str, taken: set[str]) -> str:
    """A reference made of name, version and all else that is said of a component; unlike any taken."""
    digest = blake2b(_encode((scope, _said(component))), digest_size=6).hexdigest()
    said = "-".join(filter(None, (component.name or component.package, component.version)))
    slug = _NO_REF.sub("-", said[: 4 * _LONGEST_NAME]).strip("-.")[:_LONGEST_NAME]
    ref = first = f"{slug}-{digest}" if slug else digest
    count = 1
    while ref in taken:
        count += 1
        ref = f"{first}-{count}"
    taken.add(ref)
    return ref


def _order(edge: Edge) -> tuple[str, str, str, bytes]:
    return edge.source or "", edge.target or "", edge.package or "", _encode(astuple(edge))
