# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is asked for which packages: registries that have an address, packages that may be spoken of."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.registries.addresses import KINDS, Address, Addresses
from umbel.collect.registries.catalogue import registries
from umbel.collect.registries.interface import Asked, Fetch, Options, Registry
from umbel.evidence._sync_wanted import State, state
from umbel.evidence.sync_packages import Summary, Task
from umbel.model import sources as databases
from umbel.model.errors import UsageError
from umbel.model.purl import PurlError, display, ecosystem, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from umbel.evidence._sync_wanted import Known
    from umbel.evidence.lake import Lake
    from umbel.model.settings import Settings

_LOWERED = frozenset({"golang"})
"""Purl types that lose capital letters which their registries want."""


class Wanted(NamedTuple):
    """What a user asked for: packages by name (none: all in use), of projects, from sources, how old."""

    packages: Sequence[str]
    projects: Sequence[str] | None
    sources: Sequence[str]
    older_than: timedelta


class Plan(NamedTuple):
    """Tasks, and what is known of their packages; the summary already says what is not asked for."""

    tasks: list[Task]
    known: dict[tuple[str, str], Known]
    summary: Summary


def chosen(sources: Sequence[str]) -> list[type[Registry]]:
    """The registries of these names, or all but those that are only asked on request. Raises `UsageError`."""
    every = registries()
    if not sources:
        return [one for one in every.values() if not one.on_request]
    by_name = {name: one for one in every.values() for name in (one.id, one.source, *one.kinds[:1])}
    by_name.update({one.source: one for one in every.values()})
    for name in sources:
        if name not in by_name:
            known = ", ".join(one.source for one in every.values())
            raise UsageError(f"There is no source {name!r}.", f"Known are {known}.")
    return list(dict.fromkeys(by_name[name] for name in sources))


def plan(lake: Lake, settings: Settings, wanted: Wanted, fetch: Fetch, addresses: Addresses | None) -> Plan:
    """Who is to be asked for what. `addresses` is None where answers are saved: each type has its folder.

    Raises `UsageError` for a package or source that nobody knows.
    """
    classes = chosen(wanted.sources)
    found = state(lake, wanted.projects, [one.source for one in classes])
    names = _named(wanted.packages, found) if wanted.packages else found.used
    summary = Summary()
    planner = _Planner(settings, wanted, found, addresses, summary)
    open_names = planner.askable(names, classes)
    tasks = [planner.task(one, open_names, fetch) for one in classes]
    return Plan([task for task in tasks if task.packages], found.known, summary)


class _Planner:
    def __init__(
        self, settings: Settings, wanted: Wanted, found: State, addresses: Addresses | None, summary: Summary
    ) -> None:
        self._settings = settings
        self._wanted = wanted
        self._found = found
        self._addresses = addresses
        self._summary = summary

    def askable(
        self, names: dict[str, tuple[str, ...]], classes: list[type[Registry]]
    ) -> dict[str, tuple[str, ...]]:
        """The packages that may be asked for; the others are counted."""
        kinds = {kind for one in classes for kind in one.kinds}
        left = {}
        for package, used in names.items():
            kind = ecosystem(package) or ""
            if kind not in kinds:
                if not self._wanted.sources:
                    unsupported = self._summary.unsupported
                    unsupported[kind] = unsupported.get(kind, 0) + 1
            elif self._private(kind, package):
                self._summary.private += 1
            else:
                left[package] = used
        return left

    def _private(self, kind: str, package: str) -> bool:
        name = display(package)
        own = any(fnmatchcase(name, p) or fnmatchcase(package, p) for p in self._settings.sync.private)
        return own or (self._addresses is not None and self._addresses.private(kind, name))

    def task(self, one: type[Registry], names: dict[str, tuple[str, ...]], fetch: Fetch) -> Task:
        """One registry's share."""
        kinds = [kind for kind in one.kinds if any(ecosystem(name) == kind for name in names)]
        places = self._places(one, kinds)
        registry = one(fetch, places, self._options())
        packages = []
        for package, used in names.items():
            kind = ecosystem(package) or ""
            if kind not in one.kinds:
                continue
            asked = self._asked(one.source, package, used)
            if asked is None:
                self._summary.fresh += 1
            elif not (places.get(one.id) if one.on_request else registry.places(asked)):
                self._unasked(kind)
            else:
                packages.append(asked)
        shown = dict.fromkeys(address.url for of in places.values() for address in of)
        return Task(registry, ", ".join(shown)[:500], packages)

    def _unasked(self, kind: str) -> None:
        assert self._addresses is not None  # noqa: S101 - saved answers have a folder for each type
        words = self._addresses.missing(kind)
        self._summary.unasked[words] = self._summary.unasked.get(words, 0) + 1

    def _places(self, one: type[Registry], kinds: list[str]) -> dict[str, tuple[Address, ...]]:
        if self._addresses is None:
            return {kind: (Address(kind, "--from"),) for kind in (one.id, *one.kinds)}
        if one.on_request:
            return {one.id: (Address(databases.address(one.id, self._settings.sync), "umbel"),)}
        places = {kind: self._addresses.of(kind) for kind in kinds if kind in KINDS}
        if "npm" in kinds:
            places.update({f"npm:{scope}": (where,) for scope, where in self._addresses.scopes().items()})
        return places

    def _options(self) -> Options:
        named = self._settings.registries
        return Options(
            cargo_api=_address(named.cargo_api),
            maven_search=_address(named.maven_search),
            maven_listing=named.maven_listing,
        )

    def _asked(self, source: str, package: str, used: tuple[str, ...]) -> Asked | None:
        """What is to be asked; None if it was seen a short while ago."""
        known = self._found.known.get((source, package))
        if known and datetime.now(UTC) - known.seen_at < self._wanted.older_than:
            return None
        kind = ecosystem(package)
        written = self._found.written.get(package) if kind in _LOWERED else None
        validator = known.validator if known and self._addresses is not None else None
        if kind in _LOWERED and not set(used) <= self._found.dated.get(package, frozenset()):
            validator = None  # a version came into use whose time isn't known yet
        return Asked(
            package=package,
            name=written or display(package),
            used=used,
            validator=validator,
            spelled=written is not None or kind not in _LOWERED,
        )


def _address(url: str | None) -> Address | None:
    return Address(url.rstrip("/"), "umbel.toml") if url else None


def _named(packages: Iterable[str], found: State) -> dict[str, tuple[str, ...]]:
    """Packages as a user names them: purls, or names of packages in use. Raises `UsageError`."""
    by_name: dict[str, list[str]] = {}
    for package in found.used:
        by_name.setdefault(display(package), []).append(package)
    chosen: dict[str, tuple[str, ...]] = {}
    for text in packages:
        try:
            matches = [parse(text).package] if text.startswith("pkg:") else by_name.get(text, [])
        except PurlError as error:
            raise UsageError(f"{text!r} is no purl: {error}.") from error
        if not matches:
            raise UsageError(f"No package in use is called {text!r}.", f"Write it as a purl: pkg:npm/{text}")
        chosen.update({package: found.used.get(package, ()) for package in matches})
    return chosen
