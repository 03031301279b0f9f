# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of a repository, without its commits: HEAD, tips, tags, what kind of clone it is."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from umbel.collect import _git
from umbel.collect._history_lines import Line, default_line, still_followed, symbolic
from umbel.collect._history_tags import Object, Seen, contents, look_up, references
from umbel.collect._history_words import told
from umbel.collect.projects import origin_url, remote_name
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["full", "blobless", "treeless"]

_FILTER = re.compile(r"^\s*partialclonefilter\s*=\s*\"?(.+?)\"?\s*$", re.IGNORECASE | re.MULTILINE)
_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SUBMODULE = re.compile(r"^\s*\[submodule\b.*\]", re.IGNORECASE)
_ADDRESS = re.compile(r"^\s*url\s*=\s*(.+?)\s*$", re.IGNORECASE)
_MOST_SUBMODULES = 10_000
_MAIN = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master", "refs/heads/trunk")


class Place(msgspec.Struct, kw_only=True):
    """What a repository is at one moment. `lost`: it can't be read, and `faults` say why.

    `head` and `branch` are those that are followed; `cut` are the commits where a shallow clone ends;
    `has_known` tells whether the tips that are known from earlier are here; `submodules` is None where the
    clone doesn't hold the file that tells. `moved_only`: its branches move when somebody moves them, never
    because another commit was checked out (it is bare).
    """

    repository: Path
    head: str | None = None
    branch: str | None = None
    tips: tuple[str, ...] = ()
    tags: list[Seen] = []
    cut: frozenset[str] = frozenset()
    kind: Kind = "full"
    url: str | None = None
    submodules: list[str] | None = None
    mailmap: Object | None = None
    has_known: bool = False
    moved_only: bool = False
    lost: bool = False
    faults: list[Fault] = []
    fingerprint: str = ""


def look(
    folder: Path,
    *,
    branches: bool = False,
    known: tuple[str, ...] = (),
    url: str | None = None,
    fetched: bool = False,
) -> Place:
    """Look at a repository; `known` are commits from which it was followed before.

    A checkout is followed from its default branch, whatever stands in its folder at the moment; one that was `fetched`
    just now, which is as its server has it, from HEAD.
    """
    repository = _git.git_dir(folder)
    if repository is None or not _git.is_sound(repository):
        return _lost(folder, "no-repository", "is no git repository")
    tags = references(repository, "refs/tags")
    heads = references(repository, "refs/heads", "refs/remotes") if branches else []
    if tags is None or heads is None:
        said = _git.run(repository, "for-each-ref", "--count=1").words
        return _lost(folder, "unreadable-repository", f"git can't read it: {told(said) or 'it says nothing'}")
    place = Place(
        repository=repository, branch=_short(symbolic(repository, "HEAD")), kind=kind_of(repository)
    )
    place.moved_only = _git.is_bare(folder)
    place.url = _public(url or origin_url(folder))
    place.cut = frozenset(_HEX.findall(_git.small(repository / "shallow")))
    line = None if fetched else default_line(repository, place.branch)
    _resolve(place, tags, [sha for _, sha in heads], known, line)
    if not fetched and not branches and place.has_known and not place.lost:
        place.tips = tuple(sorted({*place.tips, *still_followed(repository, place.tips, known)}))
    place.fingerprint = _fingerprint(place)
    return place


def _lost(folder: Path, code: str, message: str) -> Place:
    digest = hashlib.sha256(f"{code} {message}".encode()).hexdigest()
    return Place(repository=folder, lost=True, faults=[Fault(code, message)], fingerprint=digest)


def _resolve(
    place: Place, tags: list[tuple[str, str]], heads: list[str], known: tuple[str, ...], line: Line | None
) -> None:
    """Follow every name to its object, in one process."""
    main = line.sha if line else "HEAD"
    names = ["HEAD^{commit}", f"{main}^{{commit}}"]
    names += [sha for _, sha in tags] + [f"{sha}^{{}}" for _, sha in tags]
    names += [f"{sha}^{{commit}}" for sha in heads]
    # What a partial clone lacks may end git: last.
    names += [f"{main}:.mailmap", f"{main}:.gitmodules", *known]
    found = look_up(place.repository, names)
    middle = 2 + len(tags)
    end = middle + len(tags)
    place.has_known = all(found[len(names) - len(known) :])
    place.tags = [
        Seen(name, first, last)
        for (name, _), first, last in zip(tags, found[2:middle], found[middle:end], strict=True)
    ]
    tips = {item.sha for item in found[end : end + len(heads)] if item}
    if heads:
        tips |= {tag.last.sha for tag in place.tags if tag.last and tag.last.type == "commit"}
        tips |= {found[0].sha} if found[0] else set()
    head = found[1]
    mailmap, modules = found[end + len(heads) : end + len(heads) + 2]
    if head is None:
        _without_head(place)
        mailmap = modules = None
        if place.head:
            mailmap, modules = look_up(
                place.repository, [f"{place.head}:.mailmap", f"{place.head}:.gitmodules"]
            )
    else:
        place.head = head.sha
        place.branch = line.branch if line else place.branch
    place.tips = tuple(sorted(tips | ({place.head} if place.head else set())))
    place.mailmap = mailmap if mailmap and mailmap.type == "blob" else None
    place.submodules = _submodules(place, modules)


def _without_head(place: Place) -> None:
    """HEAD leads to no commit: nothing was ever committed, its branch is another one, or it is broken."""
    said = _git.run(place.repository, "rev-parse", "--verify", "--quiet", "HEAD")
    if said.code == 0 and said.out.strip():
        place.lost = True
        place.faults = [Fault("broken-history", "the commit that HEAD names is missing or broken")]
        return
    branches = dict(references(place.repository, "refs/heads", "refs/remotes/origin") or ())
    chosen = next((name for name in _MAIN if name in branches), next(iter(sorted(branches)), None))
    if chosen is None:
        return
    found = look_up(place.repository, [branches[chosen] + "^{commit}"])[0]
    if found is not None:
        place.branch = chosen.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        place.head = found.sha
        message = "HEAD names a branch that isn't there; another one was followed"
        place.faults = [Fault("no-head", message, "", "warning")]


def _short(name: str | None) -> str | None:
    return None if name is None else name.removeprefix("refs/heads/") or None


def kind_of(repository: Path) -> Kind:
    """What a partial clone left out, as its configuration says."""
    filters = " ".join(_FILTER.findall(_git.small(repository / "config")))
    if "tree:" in filters or "object:type" in filters:
        return "treeless"
    return "blobless" if filters else "full"


def _submodules(place: Place, modules: Object | None) -> list[str] | None:
    if modules is None or modules.type != "blob":
        return None if place.kind == "treeless" and modules is None else []
    data = next(contents(place.repository, [modules]), (modules, None))[1]
    if data is None:
        return None
    addresses, inside = [], False
    for line in data.decode("utf-8", "replace").splitlines():
        if line.lstrip().startswith("["):
            inside = bool(_SUBMODULE.match(line))
        elif inside and (match := _ADDRESS.match(line)):
            addresses.append(without_secret(match[1].strip('"')[:2048]))
    return sorted(set(addresses))[:_MOST_SUBMODULES]


def without_secret(url: str) -> str:
    """An address without a password or token.

    >>> without_secret("https://user:secret@host.example/x.git")
    'https://host.example/x.git'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    user, at, _ = parts.netloc.rpartition("@")
    if not at or (parts.scheme not in {"http", "https"} and ":" not in user):
        return url
    return url.replace(f"{user}@", "", 1)


def _public(url: str | None) -> str | None:
    """The address of a repository elsewhere; None for a place on this machine."""
    return without_secret(url) if url and remote_name(url) else None


def _fingerprint(place: Place) -> str:
    """SHA-256 over all that decides what would be read."""
    tags = [
        (tag.name, tag.first.sha if tag.first else None, tag.last.sha if tag.last else None)
        for tag in place.tags
    ]
    state = (
        place.head, place.branch, place.tips, tags, sorted(place.cut), place.kind, place.url, place.submodules,
        place.mailmap.sha if place.mailmap else None, place.lost,
    )  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(state)).hexdigest()
