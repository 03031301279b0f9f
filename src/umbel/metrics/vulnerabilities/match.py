# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which advisories affect which versions in use: OSV's rules, over sets.

Only packages that have advisories are looked at, and each version is read once for each order that is asked of it.

A distribution's package is matched under the name of its source package, where its purl tells it
(`upstream=`), and with advisories of its own release only. Where the release isn't known, so is the answer.

Source: the OSV schema.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from umbel.collect._osv_ecosystems import is_system, lookup_key, release_of, release_of_distro, same_release
from umbel.metrics.vulnerabilities._rows import no_collection
from umbel.metrics.vulnerabilities.affected import Fixes, Versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from umbel.metrics.vulnerabilities.index import Index
    from umbel.metrics.vulnerabilities.ranges import Entry

_GO_ITSELF = frozenset({"pkg:golang/stdlib", "pkg:golang/toolchain"})
_LONGEST_SOURCE = 1024


class Subject(NamedTuple):
    """What is looked up: a package of the advisories, a version of it, and its distribution's release.

    `release` is None where there is none or it isn't known.
    """

    key: str
    version: str | None
    release: str | None = None


class Match(NamedTuple):
    """One advisory that affects a version, or may; `fixed` are the versions that mend it, lowest first."""

    advisory: str
    affected: bool | None
    why: str | None
    listed: bool
    fixed: list[str]


@no_collection()
def match(components: pa.Table, index: Index) -> pa.Table:
    """Which advisories affect which components, or may.

    In: `package`, `version`, and where they are known `purl` (whose qualifiers tell a distribution's release
    and the source package) and `distro` (`debian-12`, of other evidence). Rows are taken once each.

    Out: `package`, `version`, `advisory`, `affected` (true; NULL is unknown, and `why` says what is missing),
    `listed` (the advisory names this very version), `fixed` (versions above this one that mend it, lowest
    first), `matched` (the package it was looked up as), `release` (of the distribution it is of), and `purl` if it
    was given. Versions that aren't affected have no row.
    """
    import pyarrow as pa

    names = [name for name in ("package", "version", "purl", "distro") if name in components.column_names]
    columns = [components.column(name).to_pylist() for name in names]
    rows = list(dict.fromkeys(zip(*columns, strict=True)))
    wanted: dict[Subject, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for subject in subjects(*row) if len(names) == 2 else subjects(**dict(zip(names, row, strict=True))):
            wanted[subject].append(number)
    found = [
        (number, subject, one)
        for subject, matches in matched(wanted, index).items()
        for number in wanted[subject]
        for one in matches
    ]
    found.sort(key=lambda each: (each[0], each[2].advisory, each[1].key))
    place = {name: number for number, name in enumerate(names)}
    out: dict[str, pa.Array] = {
        "package": pa.array([rows[n][0] for n, _, _ in found], pa.string()),
        "version": pa.array([rows[n][1] for n, _, _ in found], pa.string()),
        "advisory": pa.array([one.advisory for _, _, one in found], pa.string()),
        "affected": pa.array([one.affected for _, _, one in found], pa.bool_()),
        "why": pa.array([one.why for _, _, one in found], pa.string()),
        "listed": pa.array([one.listed for _, _, one in found], pa.bool_()),
        "fixed": pa.array([one.fixed for _, _, one in found], pa.list_(pa.string())),
        "matched": pa.array([subject.key for _, subject, _ in found], pa.string()),
        "release": pa.array([subject.release for _, subject, _ in found], pa.string()),
    }
    if "purl" in place:
        out["purl"] = pa.array([rows[n][place["purl"]] for n, _, _ in found], pa.string())
    return pa.table(out)


def matched(wanted: Iterable[Subject], index: Index) -> dict[Subject, list[Match]]:
    """What affects each, or may; those that nothing affects are not in it."""
    groups: dict[str, dict[str | None, list[Subject]]] = defaultdict(lambda: defaultdict(list))
    for subject in wanted:
        groups[subject.key][subject.release].append(subject)
    found: dict[Subject, list[Match]] = defaultdict(list)
    for key, advisories in index.entries(groups).items():
        for release, asked in groups[key].items():
            known = Versions([subject.version for subject in asked])
            for advisory, entries in advisories.items():
                for place, match_ in _matches(advisory, entries, key, release, known):
                    found[asked[place]].append(match_)
    return found


def subjects(
    package: str, version: str | None, purl: str | None = None, distro: str | None = None
) -> list[Subject]:
    """What a component is looked up as: itself, or the source package that it was built from."""
    if not package.startswith("pkg:"):
        return []
    key = lookup_key(package)
    if key in _GO_ITSELF:
        return [Subject(key, _go(version))]
    if not is_system(key):
        return [Subject(key, version)]
    told = _qualifiers(purl) if purl else {}
    named = told.get("distro") or distro
    release = release_of_distro(named) if named else None
    if version is not None and key.startswith("pkg:rpm/") and "epoch" in told and ":" not in version:
        version = f"{told['epoch']}:{version}"
    own = Subject(key, version, release)
    source = _source(key, version, release, told.get("upstream"))
    if source is None or source.key == key:
        return [source or own]
    # Red Hat's advisories name what is installed, others what it was built from.
    return [own, source] if key.startswith("pkg:rpm/") else [source]


def _source(key: str, version: str | None, release: str | None, upstream: str | None) -> Subject | None:
    """The source package of a qualifier: `openssl`, `glibc@2.36-1`, `openssl-3.0.7-25.el9.src.rpm`."""
    if not upstream or len(upstream) > _LONGEST_SOURCE:
        return None
    above = key.rpartition("/")[0]
    if key.startswith("pkg:rpm/"):
        name, own = upstream.removesuffix(".src.rpm").rsplit("-", 2)[0], ""
    else:
        name, _, own = upstream.partition("@")
    return Subject(f"{above}/{name.lower()}", own or version, release) if name else None


@lru_cache(maxsize=1 << 14)
def _qualifiers(purl: str) -> dict[str, str]:
    text = purl.partition("#")[0].partition("?")[2]
    pairs = (pair.partition("=") for pair in text.split("&"))
    return {key: unquote(value) for key, _, value in pairs if value}


def _go(version: str | None) -> str | None:
    """Go's own releases as semantic versions, as its advisories write them: `go1.21rc2` is 1.21.0-rc.2."""
    import re

    found = re.fullmatch(r"(?:go|v)?(\d+\.\d+)(\.\d+)?(?:-?(rc|beta)\.?(\d+))?([ +-].*)?", version or "")
    if not found:
        return version
    return f"{found[1]}{found[2] or '.0'}" + (f"-{found[3]}.{found[4]}" if found[3] else "")


def _matches(
    advisory: str, entries: list[Entry], key: str, release: str | None, known: Versions
) -> Iterator[tuple[int, Match]]:
    """Which versions an advisory affects, or may. Of a distribution only entries of its release count."""
    asked = of_release(entries, key, release)
    affected, unknown = known.hits(asked)
    if len(asked) < len(entries):
        open_ = [entry for entry in entries if entry not in asked and _is_open(entry, release)]
        may = known.hits(open_)
        why = _which(open_, release)
        for place in (*may.affected, *may.unknown):
            if place not in affected:
                unknown.setdefault(place, why)
    fixes = Fixes(asked) if affected else None
    for place, listed in affected.items():
        fixed = fixes.above(known, place) if fixes else []
        yield place, Match(advisory, True, None, listed, fixed)  # noqa: FBT003 - a record
    for place, reason in unknown.items():
        yield place, Match(advisory, None, reason, False, [])  # noqa: FBT003


def _which(entries: list[Entry], release: str | None) -> str:
    if release is None:
        return "which release of the distribution it is of isn't known"
    return f"it speaks of {entries[0].ecosystem}, which may be another product" if entries else ""


def of_release(entries: list[Entry], key: str, release: str | None) -> list[Entry]:
    """The entries that speak of a package's release: all, unless it is a distribution's."""
    if not is_system(key):
        return entries
    named = [(entry, release_of(entry.ecosystem or "")) for entry in entries]
    return [
        entry for entry, name in named if name == "" or (name and release and same_release(name, release))
    ]


def _is_open(entry: Entry, release: str | None) -> bool:
    """Whether an entry of a release may speak of the one at hand. Red Hat's other products are not its system."""
    named = release_of(entry.ecosystem or "")
    return release is None if named else named is None and not (entry.ecosystem or "").startswith("Red Hat")
