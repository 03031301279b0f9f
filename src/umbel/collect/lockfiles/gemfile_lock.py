# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Bundler's `Gemfile.lock` → evidence, with the groups of the Gemfile beside it."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._sources import bare_download, bare_url, beside
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.lockfiles._gemfile import Gemfile

_LINE = re.compile(r"( {2,6})([^ ()!]+)(?: \(([^()]*)\))?(!)?(?: (\S+))?")
_OPTION = re.compile(r"  ([a-z]+): (.*)")
_VERSION = re.compile(r"([^-]*)(?:-(.+))?", re.DOTALL)
_DIGEST = re.compile(r"([a-z0-9]+)=([0-9a-fA-F]+)")
_SIZES = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_SOURCES = {"GEM", "GIT", "PATH", "PLUGIN SOURCE"}
_SECTIONS = _SOURCES | {"DEPENDENCIES", "CHECKSUMS", "PLATFORMS", "RUBY VERSION", "BUNDLED WITH"}
_CONFLICT = re.compile(r"(<{7}|>{7}) ")
_LONGEST = 4000
_MOST_FORKS = 100
_SCOPES = {"default": "runtime", "production": "runtime", "test": "test", "development": "development"}
_ORDER = ("runtime", None, "test", "development", "optional")
"""Scopes in the order in which they win; one that isn't known may be the strongest but runtime."""


class _Source(NamedTuple):
    """Where gems come from."""

    kind: str
    options: dict[str, list[str]]


class _Gem:
    """One locked gem; of one version there may be several, for different platforms."""

    __slots__ = ("component", "key", "line", "name", "needs", "platform", "source", "version")

    def __init__(self, name: str, said: str | None, source: _Source, line: int) -> None:
        match = _VERSION.fullmatch(said or "")
        self.name, self.source, self.line = name, source, line
        self.version = (match[1] or None) if match else None
        self.platform = match[2] if match else None
        self.key = f"{name} ({said})" if said else name
        self.needs: list[tuple[str, str | None]] = []
        self.component: Component | None = None


class _Parsed(NamedTuple):
    gems: list[_Gem]
    asked: list[tuple[str, str | None, int]]
    checksums: dict[str, tuple[str, int]]
    platforms: list[str]
    bundler: str | None


class GemfileLockCollector(Collector):
    """Bundler's lockfile.

    A gem that is locked for several platforms is one component for each, and who needs it has an edge
    to each. Gems taken from a folder (`PATH`) are the project's own and fold into it. Scopes come from the
    groups of the Gemfile: default and production → runtime, test → test, development → development, others
    that it calls optional → optional, the strongest in this order; other groups, and what plain lines
    don't tell, are unknown. A transitive gem has the strongest scope of those that reach it, an unknown one
    winning over all but runtime.
    """

    id = "gemfile_lock"
    title = "Bundler lockfile"
    reads = "Gemfile.lock, gems.locked and *.gemfile.lock of Bundler 1 to 4, with the Gemfile beside it."
    limits = (
        "The lock has no scopes; the Gemfile is read as plain lines, not run, so that groups which it works out "
        "are not known. The folder's name is the only name that it has. Licences are not in it."
    )
    names = ("gemfile.lock", "gems.locked", "*.gemfile.lock")

    def fingerprint(self, document: Document) -> str:
        """Over the lockfile and its Gemfile."""
        digest = hashlib.sha256(document.data)
        data = document.companion(_gemfile_name(document.name))
        digest.update(b"" if data is None else b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one lockfile and the Gemfile beside it."""
        from umbel.collect.lockfiles._gemfile import read_gemfile

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        parsed = _Parser(faults).parse(data.decode("utf-8", "replace").replace("\r\n", "\n"))
        beside_it = beside(document, _gemfile_name(document.name), faults)
        gemfile = read_gemfile(beside_it.decode("utf-8", "replace")) if beside_it is not None else None
        return _Lock(parsed, gemfile, faults).reading()


def _gemfile_name(name: str) -> str:
    """The file that a lock was made from.

    >>> _gemfile_name("rails_7.gemfile.lock")
    'rails_7.gemfile'
    """
    return "gems.rb" if name.lower() == "gems.locked" else name[: -len(".lock")]


# -- the document


class _Parser:
    """Takes the document line by line, as Bundler itself does."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._parsed = _Parsed([], [], {}, [], None)
        self._section = ""
        self._source = _Source("", {})
        self._gem: _Gem | None = None
        self._bundler: str | None = None

    def parse(self, text: str) -> _Parsed:
        known = False
        for number, line in enumerate(text.split("\n"), 1):
            if not line or line.isspace():
                continue
            if not line.startswith(" "):
                if _CONFLICT.match(line):
                    raise UnreadableError(
                        "merge-conflict", "holds an unresolved merge conflict", f"line {number}"
                    )
                self._begin(line.rstrip(), number)
                known = known or self._section in _SECTIONS
            elif len(line) > _LONGEST:
                self._odd(line, number)
            elif self._section in _SOURCES:
                self._of_source(line, number)
            elif self._section in _SECTIONS:
                self._of_section(line, number)
        if not known:
            raise UnreadableError("not-bundler", "is no lockfile of Bundler")
        return self._parsed._replace(bundler=self._bundler)

    def _begin(self, line: str, number: int) -> None:
        self._section, self._gem = line, None
        if line in _SOURCES:
            self._source = _Source(line, {})
        elif line not in _SECTIONS:
            message = f"has a section {line[:80]!r}, which is none that is known"
            self._faults.add("section", message, f"line {number}")

    def _of_source(self, line: str, number: int) -> None:
        option = _OPTION.fullmatch(line)
        if option is not None:
            self._source.options.setdefault(option[1], []).append(option[2].strip())
            return
        if line.rstrip() == "  specs:":
            return
        match = _LINE.fullmatch(line.rstrip())
        if match is None or match[5] or len(match[1]) == 2:
            self._odd(line, number)
        elif len(match[1]) == 4:
            self._gem = _Gem(match[2], match[3], self._source, number)
            self._parsed.gems.append(self._gem)
        elif len(match[1]) == 6 and self._gem is not None:
            self._gem.needs.append((match[2], match[3] or None))
        else:
            self._odd(line, number)

    def _of_section(self, line: str, number: int) -> None:
        text = line.strip()
        if self._section == "PLATFORMS":
            self._parsed.platforms.append(text)
        elif self._section == "BUNDLED WITH":
            self._bundler = text
        elif self._section == "RUBY VERSION":
            return
        else:
            match = _LINE.fullmatch(line.rstrip())
            if match is None or len(match[1]) != 2 or (match[5] and self._section != "CHECKSUMS"):
                self._odd(line, number)
            elif self._section == "DEPENDENCIES":
                self._parsed.asked.append((match[2], match[3] or None, number))
            elif match[5]:
                key = f"{match[2]} ({match[3]})" if match[3] else match[2]
                self._parsed.checksums[key] = match[5], number

    def _odd(self, line: str, number: int) -> None:
        message = f"has {line.strip()[:120]!r}, which can't stand there"
        self._faults.add("malformed-line", message, f"line {number}", "error")


# -- the evidence


class _Lock:
    """The gems of one lockfile, and who needs whom."""

    def __init__(self, parsed: _Parsed, gemfile: Gemfile | None, faults: Faults) -> None:
        self._parsed = parsed
        self._gemfile = gemfile
        self._faults = faults
        self._gems: dict[str, _Gem] = {}
        self._own: dict[str, _Gem] = {}
        self._named: dict[str, list[_Gem]] = {}
        for gem in parsed.gems:
            if gem.source.kind == "PATH":
                self._own[gem.name] = gem
            elif gem.key in self._gems:
                faults.add("duplicate", f"lists {gem.key[:160]!r} again", f"line {gem.line}")
            else:
                self._gems[gem.key] = gem
                self._named.setdefault(gem.name, []).append(gem)

    def reading(self) -> Reading:
        """Components and edges, with scopes where the Gemfile gives them."""
        bundler = self._parsed.bundler
        producer = f"Bundler {bundler[:40]}" if bundler else None
        reading = Reading(format="Gemfile.lock", producer=producer)
        for gem in self._gems.values():
            gem.component = self._component(gem)
        roots = list(dict.fromkeys(self._roots()))
        edges = [edge for key, gem in self._gems.items() for edge in self._needs(gem, key, None)]
        scopes = _scopes(roots, edges) if self._gemfile is not None else {}
        components = [gem.component for gem in self._gems.values() if gem.component is not None]
        reading.components = [_scoped(component, scopes.get(component.ref)) for component in components]
        reading.edges = roots + edges
        self._subject(reading)
        reading.faults = self._faults.list()
        return reading

    def _subject(self, reading: Reading) -> None:
        """The gem that lies beside the lockfile, if it is one."""
        here = [gem for gem in self._own.values() if gem.source.options.get("remote") == ["."]]
        if len(here) == 1:
            reading.subject, reading.subject_version = here[0].name, here[0].version
            try:
                reading.subject_purl = make("gem", None, here[0].name, here[0].version).purl
            except PurlError:
                reading.subject_purl = None
        if self._own.keys() - {reading.subject}:
            self._faults.add("modules", own_packages("names", len(self._own)), "", "note")

    def _component(self, gem: _Gem) -> Component:
        urls, qualifiers = _origin(gem.source)
        if gem.platform is not None:
            qualifiers = {**(qualifiers or {}), "platform": gem.platform}
        if gem.version is None:
            self._faults.add("no-version", "has a gem without version", f"line {gem.line}")
        try:
            purl = make("gem", None, gem.name, gem.version, qualifiers)
        except PurlError as error:
            message = f"has a gem {gem.name[:120]!r}, which no purl can name: {error}"
            self._faults.add("purl", message, f"line {gem.line}")
            purl = None
        checksum = self._parsed.checksums.get(gem.key)
        return Component(
            ref=gem.key,
            package=purl.package if purl else unidentified(gem.name),
            version=gem.version,
            purl=purl.purl if purl else None,
            type="library",
            name=gem.name,
            hashes=self._hashes(*checksum) if checksum else (),
            urls=urls,
        )

    def _hashes(self, text: str, line: int) -> Pairs:
        found: dict[tuple[str, str], None] = {}
        for item in text.split(","):
            match = _DIGEST.fullmatch(item)
            if match is not None and _SIZES.get(match[1]) == len(match[2]):
                found[match[1], match[2].lower()] = None
            else:
                message = f"has {item[:140]!r}, which is no digest, as a checksum"
                self._faults.add("hash", message, f"line {line}", "error")
        return tuple(found)

    # -- edges

    def _roots(self) -> Iterator[Edge]:
        """What the project asks for, and what gems of its own need."""
        for name, requirement, line in self._parsed.asked:
            scope = self._asked_scope(name)
            if name in self._own:
                yield from self._needs(self._own[name], None, scope)
            elif name != "bundler" or name in self._named:
                yield from self._edges(None, name, requirement, scope, line)
        asked = {name for name, _, _ in self._parsed.asked}
        for name, gem in self._own.items():
            if name not in asked:
                yield from self._needs(gem, None, None)

    def _needs(self, gem: _Gem, source: str | None, scope: str | None) -> Iterator[Edge]:
        for name, requirement in gem.needs:
            if name not in self._own and (name != "bundler" or name in self._named):
                yield from self._edges(source, name, requirement, scope, gem.line)

    def _edges(
        self, source: str | None, name: str, requirement: str | None, scope: str | None, line: int
    ) -> Iterator[Edge]:
        found = self._named.get(name, ())
        for gem in found[:_MOST_FORKS]:
            package = gem.component.package if gem.component else _package(name)
            yield Edge(
                source=source,
                target=gem.key,
                package=package,
                requirement=requirement,
                scope=scope,
                pinned=True,
            )
        if not found:
            message = f"has no gem {name[:120]!r}, which {(source or 'the project')[:120]!r} needs"
            self._faults.add("unresolved", message, f"line {line}")
            yield Edge(source=source, package=_package(name), requirement=requirement, scope=scope)

    def _asked_scope(self, name: str) -> str | None:
        """The strongest scope of the groups that the Gemfile names for a gem."""
        if self._gemfile is None:
            return None
        groups = self._gemfile.groups.get(name)
        if groups is None:
            if not self._gemfile.whole:
                return None
            if name in self._own:
                return "runtime"
            # Bundler adds what a gemspec asks for to be developed; it stands in no other file.
            return "development" if self._gemfile.gemspec else None
        optional = self._gemfile.optional
        scopes = {_SCOPES.get(group, "optional" if group in optional else None) for group in groups}
        return next(scope for scope in _ORDER if scope in scopes)


@cache
def _gems_host() -> str:
    """The host of RubyGems, as the purl library knows it."""
    from packageurl.contrib.purl2url import get_repo_url

    return urlsplit(get_repo_url("pkg:gem/rake") or "").netloc


def _origin(source: _Source) -> tuple[Pairs, dict[str, str] | None]:
    """Where gems of a source come from, and qualifiers if that is not RubyGems."""
    remotes = source.options.get("remote", [])
    if source.kind == "GIT" and remotes:
        revision = source.options.get("revision")
        address = bare_url(remotes[0])
        address = address if address.startswith("git+") else f"git+{address}"
        place = f"{address}@{revision[0]}" if revision else address
        return (("vcs", place),), {"vcs_url": place}
    if source.kind == "GEM" and len(remotes) == 1:
        address = bare_download(remotes[0]).rstrip("/")
        try:
            host = urlsplit(address).netloc.lower()
        except ValueError:
            return (), None
        return (), None if host in {_gems_host(), ""} else {"repository_url": address}
    return (), None


def _package(name: str) -> str:
    try:
        return make("gem", None, name).package
    except PurlError:
        return unidentified(name)


def _scopes(roots: list[Edge], edges: list[Edge]) -> dict[str, str | None]:
    """The strongest scope by which each gem is reached."""
    needs: dict[str | None, list[str]] = {}
    for edge in edges:
        if edge.target is not None:
            needs.setdefault(edge.source, []).append(edge.target)
    found: dict[str, str | None] = {}
    for scope in _ORDER:
        todo = [edge.target for edge in roots if edge.scope == scope and edge.target is not None]
        while todo:
            target = todo.pop()
            if target not in found:
                found[target] = scope
                todo += needs.get(target, ())
    return found


def _scoped(component: Component, scope: str | None) -> Component:
    return msgspec.structs.replace(component, scope=scope) if scope else component
