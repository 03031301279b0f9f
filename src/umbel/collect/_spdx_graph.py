# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX relationships: what is described, what contains what, what needs what.

What is the project itself (a *root*, no component):

- The one package that the document describes, if it contains or needs others, or is a container
  image. A package described alone that nothing hangs from is a component: nothing would be left
  of such a document otherwise.
- Of several described packages, those that contain or need others. If all packages are described,
  none is: such a document is a list.
- Where nothing is described, the one package from which all others hang; a note says so.
- Variants of a root (an image's architectures).

What only groups others (no component either): image layers, which are named by their digest, and
the groups that a scanner makes of a lockfile or binary (`SPDXRef-Application-…` without version).
Edges from them leave the project; a group's name is where its members were found. An operating
system is a component, and what it contains isn't needed by it.

Containment is membership, no dependency: it never makes a component direct.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect._spdx_names import DIGEST, is_image
from umbel.collect.interface import Completeness, Edge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from umbel.collect._spdx_records import Where
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Component

DOCUMENT = "SPDXRef-DOCUMENT"
MOST_EDGES = 10_000_000
"""What no real document comes near; beyond it memory would have no bound."""
MOST_KINDS = 1000
"""Words for relationships that are looked at; SPDX has 45."""

NEEDS = {
    "DEPENDS_ON": None, "HAS_PREREQUISITE": None, "DYNAMIC_LINK": "runtime", "STATIC_LINK": "runtime",
}  # fmt: skip
"""`A KIND B`: A needs B, in this scope."""
NEEDED_BY = {
    "DEPENDENCY_OF": None, "PREREQUISITE_FOR": None, "RUNTIME_DEPENDENCY_OF": "runtime",
    "BUILD_DEPENDENCY_OF": "build", "BUILD_TOOL_OF": "build", "PROVIDED_DEPENDENCY_OF": "build",
    "TEST_DEPENDENCY_OF": "test", "TEST_TOOL_OF": "test", "DEV_DEPENDENCY_OF": "development",
    "DEV_TOOL_OF": "development", "OPTIONAL_DEPENDENCY_OF": "optional", "OPTIONAL_COMPONENT_OF": "optional",
}  # fmt: skip
"""`B KIND A`: A needs B, in this scope."""
CONTAINS = frozenset({"CONTAINS"})
CONTAINED = frozenset({"CONTAINED_BY", "PACKAGE_OF"})
OTHERS = frozenset(
    {
        "AMENDS", "ANCESTOR_OF", "COPY_OF", "DATA_FILE_OF", "DEPENDENCY_MANIFEST_OF", "DESCENDANT_OF",
        "DESCRIBED_BY", "DESCRIBES", "DISTRIBUTION_ARTIFACT", "DOCUMENTATION_OF", "EXAMPLE_OF",
        "EXPANDED_FROM_ARCHIVE", "FILE_ADDED", "FILE_DELETED", "FILE_MODIFIED", "GENERATED_FROM",
        "GENERATES", "METAFILE_OF", "OTHER", "PATCH_APPLIED", "PATCH_FOR", "REQUIREMENT_DESCRIPTION_FOR",
        "SPECIFICATION_FOR", "TEST_CASE_OF", "TEST_OF", "VARIANT_OF",
    }
)  # fmt: skip
_KNOWN = frozenset({*NEEDS, *NEEDED_BY, *CONTAINS, *CONTAINED, *OTHERS})
_SQUASHED = {word.replace("_", "").lower(): word for word in _KNOWN}
_MISSPELT = {"DESCRIBE": "DESCRIBES", "CONTAIN": "CONTAINS", "DEPENDS": "DEPENDS_ON"}
_NOBODY = frozenset({"NOASSERTION", "NONE"})
_GROUP = re.compile(r"SPDXRef-Application-[0-9a-f]{8,64}")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")

_ORDER = ("runtime", None, "build", "test", "development", "optional")
_RANK = {scope: rank for rank, scope in enumerate(_ORDER)}
"""Strongest first. Something of unknown scope may be runtime: only a known runtime is stronger."""
_UNSAID = _RANK[None]


def known_word(text: str) -> str:
    """A type of relationship in another spelling (`dependsOn`) as SPDX 2 writes it, if it has it.

    >>> known_word("dependsOn"), known_word("testcaseOf"), known_word("knows")
    ('DEPENDS_ON', 'TEST_CASE_OF', 'knows')
    """
    return _SQUASHED.get(text[:80].replace("_", "").lower(), text)


class Findings(NamedTuple):
    """What the relationships tell: ids of roots and groups; places, scopes and edges of the others.

    `said` is what the document says itself of how much it tells.
    """

    roots: set[str]
    left_out: set[str]
    places: dict[str, str]
    scopes: dict[str, str]
    edges: list[Edge]
    complete: bool
    said: tuple[Completeness, ...]


class Graph:
    """Takes relationships one by one, once all packages are known.

    `packages` are all packages by id. `elements` gives the ids of everything else; it is called
    when an id first isn't a package's. `where` gives the place of the n-th entry of a section.
    """

    def __init__(
        self,
        faults: Faults,
        packages: dict[str, Component],
        elements: Callable[[], set[str]],
        where: Where,
    ) -> None:
        """Begin without any relationship."""
        self.own = {DOCUMENT}
        self.documents: set[str] = set()
        self._faults, self._packages, self._where = faults, packages, where
        self._load = elements
        self._elements: frozenset[str] | set[str] = frozenset()
        self._loaded = False
        self._kinds: dict[str, str | None] = {}
        self._described: dict[str, None] = {}
        self._edges: dict[tuple[str, str, str | None], None] = {}
        self._contains: dict[tuple[str, str], None] = {}
        self._sources: set[str] = set()
        self._variants: list[tuple[str, str]] = []
        self._holders: set[str] = set()  # of something in another document, or unknown
        self._external = 0
        self._incomplete = False
        self._said: dict[tuple[str, str, str], None] = {}

    # -- taking them in

    def describes(self, target: str, index: int, section: str = "documentDescribes") -> None:
        """The document describes an element."""
        if (found := self._package(target, index, section)) is not None:
            self._described[found] = None

    def completeness(self, what: str, ref: str, aggregate: str) -> None:
        """What the document says of how much it tells: a word of `Completeness`."""
        self._said[what, ref, aggregate] = None
        self._incomplete |= aggregate != "complete"

    def add(self, source: str, kind: str, target: str, index: int) -> None:
        """One relationship as written."""
        if kind == "CONTAINS" and (holder := self._packages.get(source)) is not None:
            # Many documents consist mostly of these: of packages and their files, or other packages.
            held = self._packages.get(target)
            if held is None and target in self._elements:
                return
            if held is not None and held is not holder:
                self._contains[holder.ref, held.ref] = None
                return
        self._add(source, kind, target, index)

    def _add(self, source: str, kind: str, target: str, index: int) -> None:
        word = kind if kind in _KNOWN else self._kind(kind, index)
        if word is None:
            return
        if word in CONTAINED or word in NEEDED_BY or word == "DESCRIBED_BY":
            source, target = target, source
        if source in self.own:
            if word in {"DESCRIBES", "DESCRIBED_BY"}:
                self.describes(target, index, "relationships")
                return
            one: str | None = DOCUMENT if word in NEEDS or word in NEEDED_BY else None
        else:
            one = self._package(source, index)
        other = self._package(target, index)
        if one is None:
            return
        if other is None:
            self._outside(one, word, target)
        elif one != other:
            self._between(one, word, other)

    def _between(self, one: str, word: str, other: str) -> None:
        """A relationship of two packages, the one that holds or needs the other first."""
        if word in CONTAINS or word in CONTAINED:
            self._contains[one, other] = None
        elif word in NEEDS or word in NEEDED_BY:
            if len(self._edges) < MOST_EDGES:
                self._edges[one, other, NEEDS.get(word) or NEEDED_BY.get(word)] = None
            else:
                message = f"lists more than {MOST_EDGES:,} dependencies; no more are read"
                self._faults.once("too-many", message, "", "error")
        elif word == "GENERATED_FROM":
            self._sources.add(other)
        elif word == "GENERATES":
            self._sources.add(one)
        elif word == "VARIANT_OF":
            self._variants.append((one, other))

    def _outside(self, one: str, word: str, target: str) -> None:
        """A package's relationship to something that is no package here."""
        if not (word in NEEDS or word in NEEDED_BY or word in CONTAINS or word in CONTAINED):
            return
        if target.startswith("DocumentRef-"):
            self._external += 1
            self._holders.add(one)
        elif target in _NOBODY:
            what = "dependencies" if word in NEEDS or word in NEEDED_BY else "components"
            self.completeness(what, one, "unknown" if target == "NOASSERTION" else "complete")

    def _package(self, spdx_id: str, index: int, section: str = "relationships") -> str | None:
        """The id if it is a package's; a fault if it is nobody's."""
        found = self._packages.get(spdx_id)
        if found is not None:
            return found.ref
        if spdx_id in self.own or spdx_id in _NOBODY:
            return None
        if spdx_id.startswith("DocumentRef-"):
            if spdx_id.partition(":")[0] not in self.documents:
                self._unknown(spdx_id, index, section)
            return None
        if not self._loaded:
            self._elements, self._loaded = self._load(), True
        if spdx_id not in self._elements:
            self._unknown(spdx_id, index, section)
        return None

    def _unknown(self, spdx_id: str, index: int, section: str) -> None:
        message = f"speaks of {spdx_id[:120]!r}, which nothing in it is called"
        self._faults.add("unknown-ref", message, self._where(section, index))

    def _kind(self, kind: str, index: int) -> str | None:
        """What a word that isn't SPDX's is meant to be; each is named once."""
        if kind not in self._kinds and len(self._kinds) < MOST_KINDS:
            text = _WORD.sub("_", kind[:80].removeprefix("relationshipType_"))
            text = re.sub(r"[\s-]+", "_", text.strip()).upper()
            text = _MISSPELT.get(text, text)
            found = self._kinds[kind] = text if text in _KNOWN else None
            read = f"is read as {found}" if found else "is not read"
            message = f"has relationships of a type {kind[:80]!r}, which SPDX doesn't know; it {read}"
            self._faults.add("unknown-word", message, self._where("relationships", index))
        return self._kinds.get(kind)

    # -- what they tell

    def described(self) -> set[str]:
        """Ids of the packages that the document describes."""
        return set(self._described)

    def findings(self) -> Findings:
        """Roots, groups, places, scopes and edges."""
        self._settle()
        roots = self._roots()
        groups = self._groups(roots)
        inside = self._inside(roots)
        left_out = {DOCUMENT} | roots | groups.keys()
        scopes = self._scopes(left_out, inside)
        self._excluded(scopes, left_out)
        edges = list(self._outgoing(left_out))
        places = self._places(groups)
        if self._external:
            message = f"refers to other documents for {self._external:,} of its parts; they aren't read"
            self._faults.add("other-documents", message, "", "note")
        if self._incomplete:
            self._faults.add("incomplete", "says itself that it doesn't know everything it holds", "", "note")
        said = tuple(
            Completeness(what, None if one in left_out else one, word) for what, one, word in self._said
        )
        complete = not (self._external or self._incomplete)
        return Findings(roots, left_out, places, scopes, edges, complete, tuple(dict.fromkeys(said)))

    def _settle(self) -> None:
        """Prepare who holds and who is held. An edge of a known scope says more than the bare one."""
        scoped = {(one, other) for one, other, scope in self._edges if scope}
        self._bare = {(*ends, None) for ends in scoped if (*ends, None) in self._edges}
        self._children: dict[str, list[str]] = {}
        for parent, child in self._contains:
            self._children.setdefault(parent, []).append(child)
        self._held = {child for _, child in self._contains}
        self._down = {one for one, _, _ in self._edges} | self._children.keys() | self._holders

    def _roots(self) -> set[str]:
        described = list(self._described)
        if not described:
            roots = self._top()
        elif len(described) > 1 and len(described) == len(self._packages):
            roots = set()
        else:
            roots = {d for d in described if d in self._down or is_image(self._packages[d])}
        for one, other in self._variants:
            if other in roots:
                roots.add(one)
        return roots

    def _top(self) -> set[str]:
        """Where nothing is described: the one package from which all others hang."""
        held = self._held.union(other for _, other, _ in self._edges)
        tops = list(islice((one for one in self._down if one in self._packages and one not in held), 2))
        if len(self._packages) > 1:
            message = "doesn't say which package it describes"
            self._faults.add("describes-nothing", message, "", "note")
        if len(tops) != 1:
            return set()
        below = self._reach(tops)
        return set(tops) if len(below) + len(self._sources - below) == len(self._packages) else set()

    def _reach(self, start: Iterable[str]) -> set[str]:
        """Everything that is held or needed by these, themselves included."""
        needs: dict[str, list[str]] = {}
        for one, other, _ in self._edges:
            needs.setdefault(one, []).append(other)
        seen, stack = set(start), list(start)
        while stack:
            one = stack.pop()
            for other in (*needs.get(one, ()), *self._children.get(one, ())):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return seen

    def _groups(self, roots: set[str]) -> dict[str, str | None]:
        """Packages that only group others, and the place that a group stands for."""
        found: dict[str, str | None] = {}
        for spdx_id in self._held | self._children.keys():
            one = self._packages[spdx_id]
            if spdx_id in roots or not one.package.startswith("unidentified:") or one.version:
                continue
            if DIGEST.fullmatch(one.name or ""):
                found[spdx_id] = None
            elif spdx_id in self._held and _GROUP.fullmatch(spdx_id):
                said = dict(one.properties).get("spdx:sourceInfo")
                found[spdx_id] = said or one.name
        return found

    def _inside(self, roots: set[str]) -> set[str]:
        """Everything that a root contains, at any depth."""
        seen: set[str] = set()
        stack = list(roots)
        while stack:
            for child in self._children.get(stack.pop(), ()):
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        return seen

    def _places(self, groups: dict[str, str | None]) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for parent, child in self._contains:
            if parent in groups and (place := groups[parent]):
                found.setdefault(child, []).append(place)
        return {child: "; ".join(sorted(set(places))) for child, places in found.items()}

    def _scopes(self, left_out: set[str], inside: set[str]) -> dict[str, str]:
        """Scope of each package that the project reaches: the strongest over all paths to it.

        A path is as weak as its weakest edge; an edge of no said scope keeps what came before.
        What a root only contains is of unknown scope, and so is what it needs.
        """
        if all(scope is None for _, _, scope in self._edges):
            return {}
        needs: dict[str, list[tuple[str, int | None]]] = {}
        needed = set()
        waiting: list[list[str]] = [[] for _ in _ORDER]
        for edge in self._edges:
            one, other, scope = edge
            if edge in self._bare:
                continue
            needed.add(other)
            if one in left_out:
                waiting[_RANK[scope]].append(other)
            else:
                needs.setdefault(one, []).append((other, None if scope is None else _RANK[scope]))
        waiting[_UNSAID] += [one for one in inside if one not in needed]
        ranks: dict[str, int] = {}
        for rank, stack in enumerate(waiting):
            while stack:
                one = stack.pop()
                if one in ranks:
                    continue
                ranks[one] = rank
                for other, weight in needs.get(one, ()):
                    if other not in ranks:
                        waiting[rank if weight is None else max(rank, weight)].append(other)
        return {one: scope for one, rank in ranks.items() if (scope := _ORDER[rank]) is not None}

    def _excluded(self, scopes: dict[str, str], left_out: set[str]) -> None:
        """What others were only generated from isn't part of the product."""
        if not self._sources:
            return
        used: set[str | None] = {*self._described, *self._held, *left_out, *self._children}
        used.update(one for edge in self._edges for one in edge[:2])
        for one in self._sources - used:
            scopes[one] = "excluded"

    def _outgoing(self, left_out: set[str]) -> Iterator[Edge]:
        packages, bare = self._packages, self._bare
        for edge in self._edges:
            one, other, scope = edge
            if other in left_out or edge in bare:
                continue
            target = packages[other]
            yield Edge(
                source=None if one in left_out else one,
                target=other,
                package=target.package,
                scope=scope,
                optional=True if scope == "optional" else None,
                pinned=True if target.version else None,
            )
