# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An organisation's changes to a shipped framework (`frameworks/<id>.overlay.toml`), each with its reason.

Practices are disabled, added, reworded and weighed; petals and dimensions renamed; petals split. What was changed is
told with every result, and the framework without it can be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks import checking
from umbel.frameworks.interface import Check, Framework, Part, Practice
from umbel.frameworks.judging import limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from umbel.frameworks.checking import Names
    from umbel.policy.records import Say


class Disable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A practice that isn't asked here."""

    practice: str
    reason: str


class Reword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A practice in an organisation's own words; what isn't given stays."""

    practice: str
    reason: str
    title: str | None = None
    question: str | None = None
    next: str | None = None
    note: str | None = None


class Weigh(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A practice that counts for more or less."""

    practice: str
    weight: float
    reason: str


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A practice of evidence or proxy with other thresholds: its checks as they are here."""

    practice: str
    checks: tuple[Check, ...]
    reason: str


class Rename(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A petal, or a dimension, under another title; its id stays. Exactly one of both."""

    title: str
    reason: str
    petal: str | None = None
    dimension: str | None = None


class Into(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a petal that is split, and the practices that go there."""

    id: str
    title: str
    about: str = ""
    practices: tuple[str, ...] = ()


class Split(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A petal that becomes several; practices that no part names go to the first."""

    petal: str
    reason: str
    into: tuple[Into, ...]


class Added(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A practice of an organisation's own."""

    practice: Practice
    reason: str


class Overlay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    disable: tuple[Disable, ...] = ()
    reword: tuple[Reword, ...] = ()
    weigh: tuple[Weigh, ...] = ()
    change: tuple[Change, ...] = ()
    rename: tuple[Rename, ...] = ()
    split: tuple[Split, ...] = ()
    add: tuple[Added, ...] = ()


def applied(framework: Framework, petals: Sequence[Part], overlay: Overlay) -> Framework:
    """The framework as it is used here; `overlaid` tells in sentences what was changed, and why.

    `petals` are those it has (its own, or the flower's).
    """
    disabled = {each.practice for each in overlay.disable}
    kept = [each for each in framework.practices if each.id not in disabled]
    rewords = {each.practice: each for each in overlay.reword}
    weights = {each.practice: each.weight for each in overlay.weigh}
    checks = {each.practice: each.checks for each in overlay.change}
    practices = [
        _changed(each, rewords.get(each.id), weights.get(each.id), checks.get(each.id)) for each in kept
    ]
    practices += [each.practice for each in overlay.add]
    for split in overlay.split:
        practices = [_moved(each, framework.id, split) for each in practices]
    titles = {each.petal: each.title for each in overlay.rename if each.petal}
    dimensions = {each.dimension: each.title for each in overlay.rename if each.dimension}
    changed = msgspec.structs.replace(
        framework,
        practices=tuple(practices),
        dimensions=tuple(_titled(part, dimensions) for part in framework.dimensions),
        overlaid=tuple(_told(framework, petals, overlay)),
    )
    if overlay.split or titles:
        # Petals that are the flower's bring no levels along.
        own = petals if framework.petals else [msgspec.structs.replace(part, staged=False) for part in petals]
        renamed = [_titled(part, titles) for part in own]
        changed = msgspec.structs.replace(changed, petals=tuple(_split(renamed, overlay.split)))
    return changed


def with_petals_of(framework: Framework, flower: Overlay) -> Framework:
    """A framework without petals of its own, its practices in those that the flower was split into."""
    practices = framework.practices
    for split in flower.split:
        practices = tuple(_moved(each, framework.id, split) for each in practices)
    return (
        framework
        if practices is framework.practices
        else msgspec.structs.replace(framework, practices=practices)
    )


def _changed(
    practice: Practice, reword: Reword | None, weight: float | None, checks: tuple[Check, ...] | None
) -> Practice:
    told: dict[str, Any] = {} if weight is None else {"weight": weight}
    if checks is not None:
        told |= {"checks": checks, "any_check": practice.any_check and len(checks) > 1}
    for key in ("title", "question", "next", "note") if reword is not None else ():
        if (words := getattr(reword, key)) is not None:
            told[key] = words
    return msgspec.structs.replace(practice, **told) if told else practice


def _moved(practice: Practice, framework: str, split: Split) -> Practice:
    if split.petal not in practice.petals:
        return practice
    names = {practice.id, f"{framework}/{practice.id}"}
    goes = [part.id for part in split.into if names & set(part.practices)] or [split.into[0].id]
    at = practice.petals.index(split.petal)
    petals = (*practice.petals[:at], *goes, *practice.petals[at + 1 :])
    return msgspec.structs.replace(practice, petals=tuple(dict.fromkeys(petals)))


def _titled(part: Part, titles: Mapping[str, str]) -> Part:
    return msgspec.structs.replace(part, title=titles[part.id]) if part.id in titles else part


def _split(petals: Sequence[Part], splits: Sequence[Split]) -> Iterator[Part]:
    by_petal = {split.petal: split for split in splits}
    for part in petals:
        if part.id not in by_petal:
            yield part
            continue
        for into in by_petal[part.id].into:
            yield msgspec.structs.replace(part, id=into.id, title=into.title, about=into.about)


def _told(framework: Framework, petals: Sequence[Part], overlay: Overlay) -> Iterator[str]:
    titles = {each.id: each.title for each in framework.practices}
    parts = {each.id: each.title for each in (*framework.dimensions, *petals)}
    for off in overlay.disable:
        yield f"Left out: “{titles[off.practice]}” ({off.practice}). {off.reason}"
    for added in overlay.add:
        yield f"Added: “{added.practice.title}” ({added.practice.id}). {added.reason}"
    for word in overlay.reword:
        yield f"Reworded: “{titles[word.practice]}” ({word.practice}). {word.reason}"
    for weigh in overlay.weigh:
        before = next(each.weight for each in framework.practices if each.id == weigh.practice)
        yield f"Weighs {weigh.weight:g} instead of {before:g}: {weigh.practice}. {weigh.reason}"
    for change in overlay.change:
        was = next(each.checks for each in framework.practices if each.id == change.practice)
        yield f"Asks {_asked(change.checks)} instead of {_asked(was)}: {change.practice}. {change.reason}"
    for name in overlay.rename:
        yield f"“{parts[name.petal or name.dimension or '']}” is called “{name.title}”. {name.reason}"
    for split in overlay.split:
        into = ", ".join(f"“{part.title}”" for part in split.into)
        yield f"“{parts[split.petal]}” is split into {into}. {split.reason}"


def _asked(checks: Iterable[Check]) -> str:
    return ", ".join(f"{each.indicator} {limit(each, '')}" for each in checks)


# ---- what is wrong with a file


def meaning(
    data: Mapping[str, Any],
    framework: Framework,
    petals: Sequence[Part],
    names: Names,
    say: Say,
    others: Iterable[Framework] = (),
) -> None:
    """Tell every fault of an overlay's parsed file; `others` are all frameworks, whose practices a split may name."""
    overlay_groups = {"disable", "reword", "weigh", "change", "rename", "split", "add"}
    if not overlay_groups & set(data):
        say(
            (), f"changes nothing: write one of {', '.join(f'[[{name}]]' for name in sorted(overlay_groups))}"
        )
    practices = {each.id for each in framework.practices}
    for group in overlay_groups & set(data):
        entries = data[group] if isinstance(data[group], list) else []
        seen: set[Any] = set()
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict):
                continue
            if isinstance(entry.get("reason"), str) and not entry["reason"].strip():
                say((group, index, "reason"), "is empty: say why")
            named = entry.get("practice")
            if group in {"disable", "reword", "weigh", "change"} and isinstance(named, str):
                if named not in practices:
                    say((group, index, "practice"), _unknown(named, practices, framework.id))
                if named in seen:
                    say((group, index, "practice"), f"{named!r} is named twice")
                seen.add(named)
    _weights(data, say)
    _rewords(data, say)
    _renames(data, framework, petals, say)
    _splits(data, petals, say)
    _split_practices(data, [framework, *others], say)
    _changes(data, framework, names, say)
    _adds(data, framework, petals, names, say)


def _unknown(name: str, known: Any, framework: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else f": umbel maturity {framework} lists what there is"
    return f"{name[:80]!r} isn't known{hint}"


def _weights(data: Mapping[str, Any], say: Say) -> None:
    for index, entry in enumerate(_entries(data, "weigh")):
        weight = entry.get("weight")
        if isinstance(weight, int | float) and not 0 < weight < float("inf"):
            say(("weigh", index, "weight"), "must be above 0; leave a practice out by [[disable]]")


def _changes(data: Mapping[str, Any], framework: Framework, names: Names, say: Say) -> None:
    by_id = {each.id: each for each in framework.practices}
    shape = checking.Shape(
        dimensions={}, petals=None, levels=frozenset(), grades=framework.grades, met_at=framework.met_at
    )
    for index, entry in enumerate(_entries(data, "change")):
        practice = by_id.get(str(entry.get("practice")))
        try:
            change = msgspec.convert(entry, Change)
        except msgspec.ValidationError:
            continue
        if practice is None:
            continue

        def tell(path: tuple[str | int, ...], words: str, index: int = index) -> None:
            say(("change", index, *path), words)

        changed = _changed(practice, None, None, change.checks)
        checking.check_faults(changed, shape, names, tell)


def _rewords(data: Mapping[str, Any], say: Say) -> None:
    for index, entry in enumerate(_entries(data, "reword")):
        if not {"title", "question", "next", "note"} & set(entry):
            say(("reword", index), "changes nothing: give title, question, next or note")
        for key in ("title", "question"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                say(("reword", index, key), "is empty")


def _renames(data: Mapping[str, Any], framework: Framework, petals: Sequence[Part], say: Say) -> None:
    known = {"petal": {part.id for part in petals}, "dimension": {part.id for part in framework.dimensions}}
    for index, entry in enumerate(_entries(data, "rename")):
        if ("petal" in entry) == ("dimension" in entry):
            say(("rename", index), "needs one of petal and dimension")
        for key, names in known.items():
            if isinstance(entry.get(key), str) and entry[key] not in names:
                say(("rename", index, key), _unknown(entry[key], names, framework.id))
        if isinstance(entry.get("title"), str) and not entry["title"].strip():
            say(("rename", index, "title"), "is empty")


def _splits(data: Mapping[str, Any], petals: Sequence[Part], say: Say) -> None:
    known = {part.id for part in petals}
    taken, gone = set(known), set[Any]()
    for index, entry in enumerate(_entries(data, "split")):
        petal = entry.get("petal")
        if isinstance(petal, str) and (petal not in known or petal in gone):
            say(
                ("split", index, "petal"),
                f"{petal!r} is no petal; there are {', '.join(sorted(known - gone))}",
            )
        gone.add(petal)
        into = _entries(entry, "into")
        if len(into) < 2:
            say(("split", index), "needs two [[split.into]] or more; [[rename]] gives a petal another title")
        for number, part in enumerate(into):
            if not isinstance(part.get("id"), str):
                continue
            for fault in checking.slug_faults(part["id"], taken - gone):
                say(("split", index, "into", number, "id"), fault)
            taken.add(part["id"])


def _split_practices(data: Mapping[str, Any], frameworks: Sequence[Framework], say: Say) -> None:
    added = [_entry(entry, "practice").get("id") for entry in _entries(data, "add")]
    known = {name for name in added if isinstance(name, str)}
    for one in frameworks:
        known |= {name for each in one.practices for name in (each.id, f"{one.id}/{each.id}")}
    for index, entry in enumerate(_entries(data, "split")):
        for number, part in enumerate(_entries(entry, "into")):
            named = part.get("practices")
            for name in named if isinstance(named, list) else ():
                if isinstance(name, str) and name not in known:
                    say(
                        ("split", index, "into", number, "practices"),
                        _unknown(name, known, frameworks[0].id),
                    )


def _adds(
    data: Mapping[str, Any], framework: Framework, petals: Sequence[Part], names: Names, say: Say
) -> None:
    known = {part.id for part in petals}
    new = {part.get("id") for split in _entries(data, "split") for part in _entries(split, "into")}
    shape = checking.Shape(
        dimensions={part.id: part for part in framework.dimensions},
        petals=known | {name for name in new if isinstance(name, str)},
        levels=frozenset(level.number for level in framework.levels),
        grades=framework.grades,
        met_at=framework.met_at,
    )
    seen = {each.id for each in framework.practices}
    for index, entry in enumerate(_entries(data, "add")):
        try:
            practice = msgspec.convert(entry.get("practice"), Practice)
        except msgspec.ValidationError:
            continue

        def tell(path: tuple[str | int, ...], words: str, index: int = index) -> None:
            say(("add", index, "practice", *path), words)

        for fault in checking.slug_faults(practice.id, seen):
            tell(("id",), fault)
        seen.add(practice.id)
        checking.practice_faults(practice, shape, names, tell)


def _entry(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    entry = data.get(key)
    return entry if isinstance(entry, dict) else {}


def _entries(data: Mapping[str, Any], group: str) -> list[dict[str, Any]]:
    entries = data.get(group)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
