# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The history of a git repository: commits, people, releases; only what is new since the last reading.

Unlike a document's, its evidence comes in batches, so that memory doesn't grow with it. It records
what commits say; who is one person, and what a tag is worth, is decided when a question is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.collect import _git
from umbel.collect._history_changes import Changes
from umbel.collect._history_commits import Commits
from umbel.collect._history_mailmap import Mailmap
from umbel.collect._history_people import People, identity_key
from umbel.collect._history_refs import Place, look
from umbel.collect._history_tags import Tag, contents, releases
from umbel.collect._history_words import told
from umbel.collect.columns import draw_id
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from umbel.collect._history_people import Identity

__all__ = ["COLLECTOR", "VERSION", "HistoryOptions", "HistoryReading", "KnownHistory", "identity_key", "read"]

COLLECTOR = "git_history"
VERSION = 2
"""Raised whenever the same repository would now give other evidence."""
LONGEST_CHAIN = 64
"""Writes of one history; beyond, it is written anew."""

State = Literal["new", "grown", "rewritten", "retold", "unchanged", "behind", "failed"]


class HistoryOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to read beyond the commits of the main line.

    `branches` follows all branches and tags; `lines` counts changed lines, `paths` keeps changed paths
    (both cost a hundred times more than the commits); `again` reads what is known, too. `fetched`: the
    repository is as its server had it just now, so that a commit that it lacks is gone.
    """

    branches: bool = False
    lines: bool = False
    paths: bool = False
    again: bool = False
    fetched: bool = False


DEFAULTS = HistoryOptions()


class KnownHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What the lake holds of a repository's history: its newest snapshot that did not fail.

    `heads` are the commits whose line it followed at one time or another. `contains` gives those of some
    commits that are part of it, `identities` the people in it; `failed` is the fingerprint of a later reading
    that failed.
    """

    writes: tuple[int, ...]
    tips: tuple[str, ...]
    head: str | None
    commits: int
    roots: int
    shallow: bool
    lines: bool
    paths: bool
    fingerprint: str | None
    version: int
    outcome: str
    failed: str | None = None
    heads: frozenset[str] = frozenset()
    contains: Callable[[Iterable[str]], frozenset[str]] = lambda _: frozenset()
    identities: Callable[[], Iterable[Identity]] = tuple


class HistoryReading:
    """One reading of one repository. First take `commits()`, then, if wanted, `lines()` and `changes()`,
    then `releases()` and `aliases()`, and `identities()` last: who was met in all of them.

    `state` says what became of the history since it was known: *new*; *grown*; *rewritten* (known
    commits are gone); *retold* (the same commits, but tags or .mailmap differ); *unchanged*, *behind*
    (this clone only lacks known commits): nothing is to be published; *failed*. `number` and `roots` are those
    of the whole history once its commits were taken, as are `outcome` and `faults`.
    """  # noqa: D205

    def __init__(
        self, place: Place, known: KnownHistory | None, people: People, options: HistoryOptions
    ) -> None:
        """Compare what was found with what is known; nothing is read yet."""
        self.place = place
        self.write_id = draw_id()
        self.faults: list[Fault] = list(place.faults)
        self.rewritten: bool | None = False
        self._known = known
        self._people = people
        self._partial = False
        self._fetched = options.fetched
        self.state: State = self._compare(known, options)
        # A history that is read anew owes nothing to what is known.
        self._base = known if self.state in {"grown", "retold"} else None
        self.number = self._base.commits if self._base else 0
        self.roots = self._base.roots if self._base else 0
        self._want_lines, self.lines_known = self._wanted(options.lines, "lines", place.kind == "full")
        self._want_paths, self.paths_known = self._wanted(options.paths, "paths", place.kind != "treeless")

    @property
    def publishes(self) -> bool:
        """Whether there is anything to tell."""
        if self.state == "failed":
            return self._known is None or self._known.failed != self.fingerprint
        return self.state not in {"unchanged", "behind"}

    @property
    def fingerprint(self) -> str:
        """Equal where nothing that was read has changed."""
        return self.place.fingerprint

    @property
    def outcome(self) -> str:
        """Complete, partial or failed."""
        return "failed" if self.state == "failed" else "partial" if self._partial else "complete"

    @property
    def shallow(self) -> bool:
        """Whether the history was cut off when it was cloned."""
        return self._base.shallow if self._base else bool(self.place.cut)

    @property
    def writes(self) -> list[int]:
        """The writes that make up the history, this one last if it adds anything."""
        before = list(self._base.writes) if self._base else []
        adds = self.state != "retold" or self._want_lines or self._want_paths
        return [*before, self.write_id] if adds else before

    def commits(self) -> Iterator[pa.RecordBatch]:
        """Rows of `commits` that are new. If git breaks off, what came before stands, marked as partial."""
        if self.state not in {"new", "grown", "rewritten"} or not self.place.tips:
            return
        columns = Commits(self._people, self.write_id)
        selection = self._selection(only_new=self.state == "grown")
        arguments = ("rev-list", "--header", "--encoding=none", "--stdin")
        with _git.Stream(self.place.repository, *arguments, source=selection) as stream:
            yield from columns.batches(stream.pieces())
            broken = stream.finish() != 0
        self.number += columns.number
        self.roots += columns.roots
        if broken:
            self._broke_off(stream.words, columns.number)

    def lines(self) -> Iterator[pa.RecordBatch]:
        """Rows of `lines`, for the commits that lack them."""
        if self._want_lines and self.outcome == "complete":
            changes = self._changes(known=self._base is not None and self._base.lines)
            yield from changes.lines()
            self.lines_known = self._told(changes, "lines")

    def changes(self) -> Iterator[pa.RecordBatch]:
        """Rows of `changes`, for the commits that lack them."""
        if self._want_paths and self.outcome == "complete":
            changes = self._changes(known=self._base is not None and self._base.paths)
            yield from changes.paths()
            self.paths_known = self._told(changes, "paths")

    def releases(self) -> Iterator[Tag]:
        """Every tag."""
        if self.publishes and self.state != "failed":
            yield from releases(self.place.repository, self.place.tags, self._people)

    def aliases(self) -> list[tuple[int, int]]:
        """Key as written and key as `.mailmap` has it, of everyone in the history."""
        mailmap = self.place.mailmap
        if mailmap is None or not self.publishes or self.state == "failed":
            return []
        data = next(contents(self.place.repository, [mailmap]), (mailmap, None))[1]
        if data is None:
            return []
        everyone = {person.key: person for person in (self._base.identities() if self._base else ())}
        everyone |= {person.key: person for person in self._people.identities()}
        found = Mailmap(data).aliases(everyone.values())
        return [(key, self._people.key(name, email)) for key, name, email in list(found)]

    def identities(self) -> list[Identity]:
        """Everyone met in this reading."""
        return self._people.identities()

    def returned(self) -> frozenset[int]:
        """Keys of those who were met under a new name, and are left out since their address is forgotten."""
        return self._people.returned()

    def _compare(self, known: KnownHistory | None, options: HistoryOptions) -> State:
        place = self.place
        if place.lost:
            return "failed"
        if known is None or options.again or known.version != VERSION or len(known.writes) >= LONGEST_CHAIN:
            return "new"
        if known.outcome == "partial":
            return "unchanged" if self._still_broken(known) else "new"
        if place.fingerprint == known.fingerprint:
            return "retold" if self._lacks(known, options) else "unchanged"
        # Branches were followed, and no longer are; or a shallow clone may have become deeper.
        other_tips = not options.branches and bool({*known.tips} - known.heads - {known.head})
        if other_tips or (known.shallow and (not place.cut or place.tips == known.tips)):
            return "new"
        return "retold" if place.tips == known.tips else self._moved(known)

    def _lacks(self, known: KnownHistory, options: HistoryOptions) -> bool:
        lines = options.lines and not known.lines and self.place.kind == "full"
        return lines or (options.paths and not known.paths and self.place.kind != "treeless")

    def _moved(self, known: KnownHistory) -> State:
        there = self.place.has_known
        if there:
            gone = self._gone(known)
            if not gone:
                return "failed" if gone is None else "grown"
        if self._only_lacks(known):
            return "behind"
        # If what lies between a shallow clone and this isn't here, nobody can tell.
        self.rewritten = True if there or not known.shallow else None
        return "rewritten"

    def _only_lacks(self, known: KnownHistory) -> bool:
        """Whether what is known stands, though it can't be reached here."""
        place = self.place
        if known.commits and not place.tips:
            message = "holds no commits any more; what is known of it stands"
            self.faults.append(Fault("emptied", message, "", "warning"))
            return True
        # Where somebody checked out an older commit nothing is gone; a branch of a server was moved back.
        moved_back = self._fetched or (place.moved_only and place.has_known)
        if not moved_back and known.contains(place.tips) >= frozenset(place.tips):
            return True
        if place.cut and not known.shallow:
            message = "is cut off (shallow) before it meets the history that is known, which stands"
            self.faults.append(Fault("shallow", message, "", "warning"))
            return True
        return False

    def _gone(self, known: KnownHistory) -> bool | None:
        """Whether a commit that is known can't be reached any more; None if git breaks off."""
        fed = "".join([f"{tip}\n" for tip in known.tips] + [f"^{tip}\n" for tip in self.place.tips])
        said = _git.run(
            self.place.repository, "rev-list", "--max-count=1", "--stdin", stdin=fed.encode(), seconds=600
        )
        if said.code != 0:
            self.faults.append(self._fault(said.words, "error"))
            return None
        return bool(said.out.strip())

    def _still_broken(self, known: KnownHistory) -> bool:
        if self.place.fingerprint != known.fingerprint:
            return False
        with _git.Stream(
            self.place.repository, "rev-list", "--count", "--stdin", source=self._selection(only_new=False)
        ) as stream:
            for _ in stream.pieces():
                continue
            if stream.finish() == 0:
                return False
        self.faults.append(self._fault(stream.words, "error"))
        return True

    def _broke_off(self, words: str, number: int) -> None:
        self.faults.append(self._fault(words, "error"))
        # A part never takes the place of a whole.
        whole = self._known is not None and self._known.outcome == "complete"
        if number and not whole:
            self._partial = True
        else:
            self.state = "failed"

    def _fault(self, words: str, level: Literal["error", "warning"]) -> Fault:
        return Fault("broken-history", f"git breaks off: {told(words) or 'it says nothing'}", "", level)

    def _selection(self, *, only_new: bool) -> bytes:
        known = self._known.tips if only_new and self._known else ()
        return "".join([f"{tip}\n" for tip in self.place.tips] + [f"^{tip}\n" for tip in known]).encode()

    def _wanted(self, asked: bool, what: Literal["lines", "paths"], possible: bool) -> tuple[bool, bool]:  # noqa: FBT001
        """Whether lines or paths are to be read, and whether they are known without."""
        base = self._base
        have = bool(base and (base.lines if what == "lines" else base.paths))
        if asked and not possible and self.state not in {"unchanged", "behind", "failed"}:
            message = f"the clone is {self.place.kind}: {what} can't be read from it, and nothing is fetched"
            self.faults.append(Fault("no-contents", message, "", "warning"))
        if self.state == "retold" and have:
            return False, True
        return asked and possible and self.state in {"new", "grown", "rewritten", "retold"}, False

    def _changes(self, *, known: bool) -> Changes:
        only_new = known and self.state == "grown"
        return Changes(
            self.place.repository, self._selection(only_new=only_new), self.write_id, self.place.cut
        )

    def _told(self, changes: Changes, what: str) -> bool:
        if changes.words:
            fault = self._fault(changes.words, "warning")
            self.faults.append(Fault("broken-changes", f"{what}: {fault.message}", "", "warning"))
        return not changes.words


def read(
    repository: Path,
    known: KnownHistory | None = None,
    *,
    salt: bytes,
    forgotten: frozenset[int] = frozenset(),
    options: HistoryOptions = DEFAULTS,
    url: str | None = None,
) -> HistoryReading:
    """Look at a repository (bare, a checkout or a linked worktree) and compare it with what is known.

    Never raises for what is wrong with the repository: the reading's `state` is *failed* then, its
    `faults` say why. `url` is where it was cloned from, if the caller knows better than its config.
    """
    tips = known.tips if known else ()
    place = look(repository, branches=options.branches, known=tips, url=url, fetched=options.fetched)
    return HistoryReading(place, known, People(salt, forgotten), options)
