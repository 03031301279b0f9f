# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An environment's installed Python packages → evidence. Nothing of them is imported or run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

import msgspec

from umbel.collect._python import MOST_FORKS, digests, identify, is_vcs, normal, package_key, vcs_address
from umbel.collect._python_metadata import named_folder, requires_of_egg
from umbel.collect._python_requirement import parse, rest
from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading
from umbel.collect.lockfiles._sources import bare_download
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._python_metadata import Metadata
    from umbel.collect._site import Distribution, Site

_FROM_FOLDERS = frozenset({"pip", "uv"})
"""Installers whose record of a local folder means the user's own code; conda notes its build folder."""
_TELLS_REQUESTED = "pip"
"""The installer that marks only what it was asked for; uv marks every package."""


class SitePackagesCollector(Collector):
    """The packages of an environment, as installers describe them in the folder.

    Licences are as declared: the expression, else the field, else the classifiers. What a package needs on
    other platforms or Python versions is left out where the folder tells the platform; what it needs only
    for an extra is an optional edge if it is installed, and no edge otherwise. Packages that were installed
    from a folder of source code are the project's own and fold into it. Direct is what pip was asked for,
    unless it was given a whole list (then all are marked), and what the project's own packages need.
    """

    id = "site_packages"
    title = "Installed Python packages"
    reads = "site-packages and dist-packages folders: *.dist-info, *.egg-info and unpacked *.egg."
    limits = (
        "Only pip tells what was asked for, and nothing tells scopes. Packages that others carry inside "
        "themselves are not seen, nor packed eggs, nor what .pth files add."
    )
    folders = ("site-packages", "dist-packages")

    def __init__(self) -> None:
        """Nothing read yet."""
        self._last: tuple[ref[Document], Site] | None = None

    def fingerprint(self, document: Document) -> str:
        """Over the names of the packages and the files that describe them."""
        return self._site(document).digest()

    def read(self, document: Document) -> Reading:
        """Read one folder."""
        return _Environment(self._site(document)).reading()

    def _site(self, document: Document) -> Site:
        """Read once for both the hash and the evidence."""
        from umbel.collect._site import Site

        if self._last is None or self._last[0]() is not document:
            self._last = (ref(document), Site(document))
        return self._last[1]


class _Installed:
    """One package with what it says of itself."""

    __slots__ = ("about", "distribution", "known", "name", "own", "source", "version")

    def __init__(self, distribution: Distribution, about: Metadata, source: dict[str, Any]) -> None:
        folder_name, folder_version = named_folder(distribution.folder)
        self.distribution, self.about, self.source = distribution, about, source
        self.name = about.said("name") or folder_name
        self.version = about.said("version") or folder_version
        folder = source.get("dir_info")
        editable = isinstance(folder, dict) and folder.get("editable") is True
        self.own = editable or (isinstance(folder, dict) and distribution.installer in _FROM_FOLDERS)
        self.known = distribution.installer == _TELLS_REQUESTED

    @property
    def ref(self) -> str:
        """Its folder, which is unique."""
        return self.distribution.folder


class _Environment:
    """All packages of one environment, and who needs whom."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._faults = Faults()
        for fault in site.faults.list():
            self._faults.add(fault.code, fault.message, fault.place, fault.level)
        self._installed: list[_Installed] = []
        self._named: dict[str, list[_Installed]] = {}
        for distribution in site.distributions:
            self._add(self._open(distribution))

    def _add(self, package: _Installed) -> None:
        """Keep a package unless it stands there already, as when a system ships both kinds of description."""
        others = self._named.setdefault(normal(package.name), [])
        if any(package.version == other.version for other in others):
            message = f"describes {package.name[:120]!r} {package.version or ''} twice; the first counts"
            self._faults.add("duplicate", message, package.ref[:200], "note")
            return
        others.append(package)
        self._installed.append(package)

    def _open(self, distribution: Distribution) -> _Installed:
        from umbel.collect._python_metadata import Metadata

        place = distribution.folder[:200]
        text = (distribution.metadata or b"").decode("utf-8", "replace").replace("\r\n", "\n")
        if distribution.metadata is None:
            self._faults.add("no-metadata", "holds a package without its description", place)
        elif "\ufffd" in text:
            self._faults.add("encoding", "holds a description that is no UTF-8", place)
        package = _Installed(distribution, Metadata(text), self._source(distribution, place))
        if package.version is None:
            self._faults.add("no-version", "holds a package without version", place)
        return package

    def _source(self, distribution: Distribution, place: str) -> dict[str, Any]:
        """Where a package was installed from, if not from an index."""
        if distribution.direct_url is None:
            return {}
        try:
            found = msgspec.json.decode(distribution.direct_url)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            found = None
        if isinstance(found, dict):
            return found
        self._faults.add("direct-url", "holds a direct_url.json that is no sound JSON object", place, "error")
        return {}

    def reading(self) -> Reading:
        """Components and edges."""
        reading = Reading(format="installed Python packages")
        foreign = [package for package in self._installed if not package.own]
        edges = list(dict.fromkeys(edge for package in self._installed for edge in self._edges(package)))
        asked = self._asked(foreign, edges)
        every = asked is not None and all(package.known for package in foreign)
        if asked is not None and every:
            roots = (package for package in foreign if package.ref in asked)
            edges += [
                Edge(source=None, target=p.ref, package=package_key(p.name), pinned=True) for p in roots
            ]
        direct = {edge.target for edge in edges if edge.source is None} | (asked or set())
        telling = asked is not None and not every
        reading.components = [
            self._component(p, p.ref in direct if telling and p.known else None) for p in foreign
        ]
        reading.edges = edges
        self._note(reading, len(self._installed) - len(foreign))
        return reading

    def _asked(self, foreign: list[_Installed], edges: list[Edge]) -> set[str | None] | None:
        """What pip was asked for; None if it doesn't tell, since it was given everything as one list."""
        known = [package for package in foreign if package.known]
        asked: set[str | None] = {package.ref for package in known if package.distribution.requested}
        if not asked:
            return None
        within = any(edge.source and edge.target in asked and not edge.optional for edge in edges)
        return None if len(asked) == len(known) and within else asked

    def _note(self, reading: Reading, own: int) -> None:
        for name, packages in self._named.items():
            if len(packages) > 1:
                versions = ", ".join(sorted(package.version or "unknown" for package in packages)[:5])
                message = f"holds {len(packages)} versions of {name[:120]!r} ({versions[:200]})"
                self._faults.add("duplicate", message, packages[0].ref[:200])
        if own:
            self._faults.add("modules", own_packages("holds", own), "", "note")
        reading.faults = self._faults.list()

    # -- components

    def _component(self, package: _Installed, direct: bool | None) -> Component:  # noqa: FBT001 - as in the record
        about, place = package.about, package.ref[:200]
        origin, urls, hashes = _origin(package.source)
        purl = identify(package.name, package.version, origin, self._faults, place)
        installer = package.distribution.installer
        return Component(
            ref=package.ref,
            package=purl.package if purl else unidentified(package.name),
            version=package.version,
            purl=purl.purl if purl else None,
            type="library",
            name=package.name,
            declared=about.licences(),
            hashes=digests(hashes, self._faults, place),
            author=about.said("author") or about.said("author-email"),
            description=about.said("summary"),
            urls=tuple(dict.fromkeys((*urls, *about.urls()))),
            properties=(("installer", installer),) if installer else (),
            direct=direct,
        )

    # -- edges

    def _edges(self, package: _Installed) -> Iterator[Edge]:
        """What a package needs here: nothing that is for other platforms only."""
        listed = package.about.all.get("requires-dist", [])
        if not listed and package.distribution.requires is not None:
            listed = list(requires_of_egg(package.distribution.requires.decode("utf-8", "replace")))
        for text in listed:
            need = parse(text)
            if need is None:
                message = f"holds a package that needs {text[:120]!r}, which is no requirement"
                self._faults.add("requirement", message, package.ref[:200], "error")
                continue
            if self._site.holds(need.marker, extras=True) is False:
                continue
            surely = self._site.holds(need.marker, extras=False)
            optional = surely is False
            targets: list[_Installed | None] = [*self._named.get(normal(need.name), ())][:MOST_FORKS]
            if not targets and surely:
                message = f"lacks {need.name[:120]!r}, which {package.name[:120]!r} needs"
                self._faults.add("unresolved", message, package.ref[:200])
            address = bare_download(need.url) if need.url else None
            requirement = rest(need.extras, need.specifier, need.marker, address)
            for target in targets or ([] if optional else [None]):
                if target is not package and (target is None or not target.own):
                    yield _edge(package, target, need.name, requirement, optional=optional)


def _edge(
    package: _Installed, target: _Installed | None, name: str, requirement: str | None, *, optional: bool
) -> Edge:
    return Edge(
        source=None if package.own else package.ref,
        target=target.ref if target else None,
        package=package_key(target.name if target else name),
        requirement=requirement,
        scope="optional" if optional else None,
        optional=optional,
        pinned=True if target else None,
    )


def _origin(source: dict[str, Any]) -> tuple[dict[str, str] | None, Pairs, list[str]]:
    """Qualifiers, addresses and digests of what was installed from an address; credentials are left out."""
    address, vcs, archive = (source.get(key) for key in ("url", "vcs_info", "archive_info"))
    if not isinstance(address, str):
        return None, (), []
    if isinstance(vcs, dict):
        address = address if is_vcs(address) else f"{_text(vcs.get('vcs')) or 'git'}+{address}"
        where = vcs_address(address, _text(vcs.get("commit_id")), _text(source.get("subdirectory")))
        return {"vcs_url": where}, (("vcs", where),), []
    if isinstance(archive, dict):
        hashes = archive.get("hashes")
        said = [f"{name}:{value}" for name, value in hashes.items()] if isinstance(hashes, dict) else []
        said = said or [text for text in (_text(archive.get("hash")),) if text]
        if address.lower().startswith(("http://", "https://")):
            where = bare_download(address).partition("#")[0]
            return {"download_url": where}, (("distribution", where),), said
        return None, (), said
    return None, (), []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
