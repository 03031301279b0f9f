# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents that a person keeps: `documents/NAME.md`, of which Umbel writes parts and never overwrites a word.

What Umbel writes stands between two marks (HTML comments that no reader sees) with a hash of what was written:

    <!-- umbel:begin goals 3f2a9c0d1e5b -->
    …
    <!-- umbel:end goals -->

As long as the hash fits, nobody touched the part, and it is written anew. A part that somebody edited, deleted or
whose marks are damaged is left alone and told; one that somebody moved stays where it was put. All other text is the
person's. A last line (`umbel:knows`) names every part that was ever written, so that a deleted one does not come
back and a new one finds its place.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.model.errors import UsageError
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = "documents"
STRATEGY = "strategy"
POLICIES = (
    "policy-use",
    "policy-contribution",
    "policy-release",
    "policy-innersource",
    "policy-ai",
    "incident-runbook",
    "end-of-life-plan",
    "policy-trademark",
)
"""The eight policy starters."""
NAMES = (STRATEGY, *POLICIES)
"""Every document that is kept so."""
LARGEST = 4 << 20
"""Bytes of a kept document."""
_LOCKS = ".umbel/locks"
_TRIES = 20
_MARK = re.compile(r"<!--[ \t]*umbel:(begin|end|knows)(?=[ \t])([^\r\n<>]*?)-->")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_NO_WORDS = re.compile(r"<!--(?:(?!<!--)[\s\S])*?-->|^[ \t]{0,3}#.*$", re.MULTILINE)
"""Comments and headings."""
_BLANK = re.compile(r"\[to write: ([^\[\]\r\n]{1,300})\]|^> \*\*To be written:\*\* (.{1,600})$")
_HEAD = """\
<!-- Umbel writes what stands between its marks (umbel:begin, umbel:end) anew as long as nobody changes it there.
Everything else is yours, and so is a part from the moment you edit it. -->"""

NoteKind = Literal["edited", "deleted", "moved", "damaged", "dropped", "foreign", "ledger"]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a document: Markdown. What is `yours` is written once, without marks, and never looked at again."""

    id: str
    text: str
    yours: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What was left alone, and why. `section` is None where the whole document is meant.

    `stale`: Umbel would write something else there by now; `fresh` is what.
    """

    kind: NoteKind
    words: str
    section: str | None = None
    stale: bool = False
    fresh: str | None = None


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """A document's text after Umbel wrote its parts anew, and what it left alone."""

    text: str
    changed: bool
    notes: tuple[Note, ...] = ()


class Blank(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a person still has to write: its line (from 1) and what is asked for."""

    line: int
    asks: str


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A kept document as it is: its words, the blanks left in it, and the parts that a person took over."""

    name: str
    path: str
    text: str
    blanks: tuple[Blank, ...]
    edited: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether somebody wrote everything that was asked for; an empty file, or one that is no text, says nothing."""
        return (
            not self.blanks
            and "\0" not in self.text
            and bool(_NO_WORDS.sub("", self.text).strip("\ufeff \t\r\n"))
        )


class _Region(msgspec.Struct, frozen=True):
    id: str
    hash: str
    begin: int  # of the first mark
    inner: int
    inner_end: int
    end: int  # after the last mark

    def is_edited(self, text: str) -> bool:
        return digest(text[self.inner : self.inner_end]) != self.hash


class _Parsed(msgspec.Struct, frozen=True):
    regions: dict[str, _Region]
    damaged: tuple[str, ...]
    known: frozenset[str] | None
    ledger: tuple[int, int] | None
    marked: bool


def blank(asks: str) -> str:
    """A place where a person has to write, as it stands in a document."""
    return f"[to write: {asks}]"


def blanks(text: str) -> tuple[Blank, ...]:
    """The places where a person still has to write."""
    return tuple(
        Blank(line=number, asks=found[1] or found[2])
        for number, line in enumerate(text.splitlines(), 1)
        for found in _BLANK.finditer(line)
    )


def digest(text: str) -> str:
    """A part's hash, whatever its ends of line are."""
    return hashlib.blake2b(_plain(text).encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()


def merge(current: str | None, sections: Sequence[Section]) -> Merged:
    """Write a document's parts anew where nobody touched them; a text of a person's own is left alone whole."""
    sections = [msgspec.structs.replace(each, text=_unmarked(each.text)) for each in sections]
    if current is None or not current.strip("\ufeff \t\r\n"):
        return Merged(text=_composed(sections), changed=True)
    parsed = _parsed(current)
    if not parsed.marked:
        words = "It has none of Umbel's marks: it is somebody's own, and left alone whole."
        return Merged(text=current, changed=False, notes=(Note(kind="foreign", words=words),))
    notes: list[Note] = []
    if parsed.known is None:
        words = "The line that names its parts (umbel:knows) was gone: nothing is added this time."
        notes.append(Note(kind="ledger", words=words))
    ids = [each.id for each in sections]
    known = frozenset(ids) if parsed.known is None else parsed.known | parsed.regions.keys()
    edits = _edits(current, sections, parsed, known, notes)
    notes += _elsewhere(parsed, ids)
    knows = [*ids, *sorted((known | set(parsed.damaged)) - set(ids))]
    if parsed.known is None or not set(knows) <= parsed.known:
        edits.append(_ledger_edit(current, parsed, knows))
    text = _applied(current, edits)
    return Merged(text=text, changed=text != current, notes=tuple(notes))


def load(folder: Path, name: str) -> Kept | None:
    """A kept document of a workspace as it is; None where nobody keeps it. Raises `UsageError`."""
    path = folder / FOLDER / f"{name}.md"
    content = _read(path)
    if content is None:
        return None
    text = content.decode("utf-8", "surrogateescape")
    regions = _parsed(text).regions.values()
    edited = tuple(region.id for region in regions if region.is_edited(text))
    return Kept(name=name, path=f"{FOLDER}/{name}.md", text=text, blanks=blanks(text), edited=edited)


def keep(folder: Path, name: str, sections: Sequence[Section]) -> Merged:
    """Write a document into a workspace, or write its parts anew. Raises `UsageError`.

    Of two who do so at once the second sees what the first wrote; where somebody's editor saved meanwhile, their
    words are read again before anything is written.
    """
    path = folder / FOLDER / f"{name}.md"
    try:
        path = path.resolve()
        with files.locked(folder / _LOCKS / f"document-{name}.lock"):
            for _ in range(_TRIES):
                content = _read(path)
                text = None if content is None else content.decode("utf-8", "surrogateescape")
                merged = merge(text, sections)
                if not merged.changed:
                    return merged
                _must_be_free(path)
                if _read(path) == content:
                    files.replace(path, merged.text.encode("utf-8", "surrogateescape"))
                    return merged
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}.") from error
    raise UsageError(f"{path} changes all the time.", "Close the program that writes it, and try again.")


def _must_be_free(path: Path) -> None:
    """A file that somebody made read-only is not to be changed, although another could take its place."""
    if path.exists() and not path.stat().st_mode & 0o222:
        raise UsageError(
            f"{path} is read-only: it was left as it is.", "Make it writable to have its parts anew."
        )


def _read(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST >> 20} MiB.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error


# ---- reading marks


def _parsed(text: str) -> _Parsed:
    marks = list(_MARK.finditer(text))
    parts = [mark for mark in marks if mark[1] != "knows"]
    ledgers = [mark for mark in marks if mark[1] == "knows"]
    said = [(mark[2].split() or [""])[0] for mark in parts]
    times = Counter(said)
    regions: dict[str, _Region] = {}
    damaged: dict[str, None] = {}
    for place, mark in enumerate(parts):
        name = said[place]
        words = mark[2].split()
        after = parts[place + 1] if place + 1 < len(parts) else None
        if mark[1] == "end":
            if not (place and said[place - 1] == name and parts[place - 1][1] == "begin"):
                damaged[name] = None
            continue
        whole = (
            len(words) == 2
            and bool(_ID.fullmatch(name))
            and after is not None
            and after[1] == "end"
            and after[0] == f"<!-- umbel:end {name} -->"
            and mark[0] == f"<!-- umbel:begin {name} {words[1]} -->"
            and times[name] == 2
        )
        if whole and after is not None:
            regions[name] = _Region(name, words[1], mark.start(), mark.end(), after.start(), after.end())
        else:
            damaged[name] = None
    for name in damaged:
        regions.pop(name, None)
    known = frozenset(word for mark in ledgers for word in mark[2].split()) if ledgers else None
    place_of = (ledgers[0].start(), ledgers[0].start(2) + len(ledgers[0][2].rstrip())) if ledgers else None
    return _Parsed(regions, tuple(name for name in damaged if name), known, place_of, bool(marks))


# ---- writing


_Edit = tuple[int, int, str]
"""From, to, and what is to stand there; of several at one place the earlier one comes first."""


def _edits(
    current: str, sections: Sequence[Section], parsed: _Parsed, known: frozenset[str], notes: list[Note]
) -> list[_Edit]:
    """What changes in a text so that its untouched parts are new and its new ones are there."""
    line = _line_end(current)
    edits: list[_Edit] = []
    for place, section in enumerate(sections):
        region = parsed.regions.get(section.id)
        if section.id in parsed.damaged:
            words = "Its marks are damaged or stand twice: it is left alone."
            notes.append(Note(kind="damaged", section=section.id, words=words, fresh=section.text))
        elif region is not None and not section.yours:
            if region.is_edited(current):
                notes.append(_edited(section, stale=digest(section.text) != region.hash))
            elif digest(section.text) != region.hash:
                edits.append((region.begin, region.end, _marked(section, line)))
        elif section.id not in known:
            text = section.text.replace("\n", line) if section.yours else _marked(section, line)
            edits.append(_inserted(current, text, line, sections, place, parsed, edits))
        elif not section.yours:
            words = "Somebody deleted it: it stays so."
            notes.append(Note(kind="deleted", section=section.id, words=words, fresh=section.text))
    return edits


def _edited(section: Section, *, stale: bool) -> Note:
    words = "Somebody edited it: it is left alone."
    if stale:
        words += " Umbel would write something else there by now."
    return Note(kind="edited", section=section.id, words=words, stale=stale, fresh=section.text)


def _inserted(
    current: str,
    text: str,
    line: str,
    sections: Sequence[Section],
    place: int,
    parsed: _Parsed,
    edits: Sequence[_Edit],
) -> _Edit:
    """Where a new part goes: behind the part before it, else in front of the next one there is, else at the end."""
    before = sections[place - 1] if place else None
    if before is not None and before.id in parsed.regions:
        at = parsed.regions[before.id].end
        return at, at, f"{line}{line}{text}"
    if before is not None and edits and edits[-1][0] == edits[-1][1] and _is_new(before, parsed):
        at, leads = edits[-1][0], edits[-1][2].startswith(line)
        return at, at, f"{line}{line}{text}" if leads else f"{text}{line}{line}"
    for later in sections[place + 1 :]:
        if later.id in parsed.regions:
            at = parsed.regions[later.id].begin
            return at, at, f"{text}{line}{line}"
    at = len(current) if parsed.ledger is None else parsed.ledger[0]
    return (
        at,
        at,
        f"{text}{line}{line}" if current[:at].endswith(("\n", "\r")) else f"{line}{line}{text}{line}{line}",
    )


def _is_new(section: Section, parsed: _Parsed) -> bool:
    return section.id not in (parsed.known or frozenset()) and section.id not in parsed.damaged


def _elsewhere(parsed: _Parsed, ids: Sequence[str]) -> list[Note]:
    """Parts that stand in another order than they are written in, and those that are written no more."""
    notes = []
    there = sorted((one for one in parsed.regions.values() if one.id in ids), key=lambda one: one.begin)
    stays = _longest([ids.index(one.id) for one in there])
    for number, one in enumerate(there):
        if number not in stays:
            notes.append(Note(kind="moved", section=one.id, words="Somebody moved it: it stays where it is."))
    for name in parsed.regions:
        if name not in ids:
            words = "Umbel no longer writes this part: it stays as it is."
            notes.append(Note(kind="dropped", section=name, words=words))
    return notes


def _longest(order: Sequence[int]) -> set[int]:
    """The places of a longest rising run: what is outside of it was moved."""
    best: list[list[int]] = []
    for place, value in enumerate(order):
        fits = [run for run in best if order[run[-1]] < value]
        before: list[int] = max(fits, key=len, default=[])
        best.append([*before, place])
    longest: list[int] = max(best, key=len, default=[])
    return set(longest)


def _ledger_edit(current: str, parsed: _Parsed, knows: Sequence[str]) -> _Edit:
    """New names go behind those that stand there: even in that line nothing of a person's is taken away."""
    if parsed.ledger is not None:
        new = [name for name in knows if name not in (parsed.known or ())]
        return parsed.ledger[1], parsed.ledger[1], " " + " ".join(new)
    line = _line_end(current)
    lead = "" if current.endswith(("\n", "\r")) else line
    return len(current), len(current), f"{lead}{line}<!-- umbel:knows {' '.join(knows)} -->{line}"


def _applied(current: str, edits: Sequence[_Edit]) -> str:
    parts, at = [], 0
    for begin, end, text in sorted(edits, key=lambda edit: edit[0]):  # stable: equal places keep their order
        parts += [current[at:begin], text]
        at = end
    return "".join([*parts, current[at:]])


def _composed(sections: Sequence[Section]) -> str:
    written = [each.text if each.yours else _marked(each, "\n") for each in sections]
    knows = f"<!-- umbel:knows {' '.join(each.id for each in sections)} -->"
    return "\n\n".join([_HEAD, *written, knows]) + "\n"


def _marked(section: Section, line: str) -> str:
    begin, end = f"umbel:begin {section.id} {digest(section.text)}", f"umbel:end {section.id}"
    return f"<!-- {begin} -->\n\n{section.text}\n\n<!-- {end} -->".replace("\n", line)


def _line_end(text: str) -> str:
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _unmarked(text: str) -> str:
    """A part's text in which nothing passes for a mark."""
    return _plain(text.encode("utf-8", "replace").decode()).replace("<!--", "&lt;!--")
