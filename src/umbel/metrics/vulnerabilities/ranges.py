# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OSV's ranges made ready: a timeline of events becomes points in order, and a version is looked up by bisection.

Source: "Evaluation" in the OSV schema. Events are taken in the order of their versions, those of one
version in the order in which they are written.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.model import versions
from umbel.model.vulnerability import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

SEMVER = "npm"
"""A purl type whose versions are ordered as semantic versions are."""
_Event = tuple[Any, str, str]
_DIGITS = re.compile(r"[0-9]+").findall


class Outcome(NamedTuple):
    """Whether a version is affected; None is unknown, and `why` says what is missing."""

    affected: bool | None
    why: str | None = None
    listed: bool = False


class Line(NamedTuple):
    """One range: at each point of `keys`, and after it until the next, a version is affected or not."""

    scheme: str | None
    keys: list[Any]
    texts: list[str]
    at: list[bool]
    after: list[bool]
    before: bool
    fixed: list[tuple[Any, str]]

    @property
    def whole(self) -> bool:
        """Whether every version is affected."""
        return self.before and not self.keys

    def holds(self, key: Any) -> bool:
        """Whether a version in this order is in the range."""
        place = bisect_left(self.keys, key)
        if place < len(self.keys) and self.keys[place] == key:
            return self.at[place]
        return self.after[place - 1] if place else self.before

    def intervals(self) -> list[tuple[int | None, int | None, bool]]:
        """The same as intervals between points: start, end, and whether the end is in it. None is no bound."""
        found: list[tuple[int | None, int | None, bool]] = []
        start: int | None = None
        inside = self.before
        for place, (at, after) in enumerate(zip(self.at, self.after, strict=True)):
            if inside and not after:
                found.append((start, place, at))
            elif not inside and at:
                start = place
                if not after:
                    found.append((place, place, True))
            inside = after
        return [*found, (start, None, False)] if inside else found

    def spans(self) -> list[Span]:
        """Its intervals as versions."""
        return [
            Span(None if a is None else self.texts[a], None if b is None else self.texts[b], closed)
            for a, b, closed in self.intervals()
        ]


class Entry:
    """One affected entry of an advisory, ready to be asked."""

    __slots__ = ("_alike", "commits", "ecosystem", "empty", "lines", "scheme", "unread", "versions")

    def __init__(
        self, scheme: str | None, ecosystem: str | None, ranges: list[dict[str, Any]], listed: list[str]
    ) -> None:
        """Read its ranges; those that can't be are kept as the reason why an answer is unknown."""
        self.scheme, self.ecosystem, self.versions = scheme, ecosystem, frozenset(listed)
        self.lines: list[Line] = []
        self.commits: set[str] = set()
        self.unread: str | None = None
        self._alike: dict[str, list[str]] | None = None
        for one in ranges:
            if one["kind"] == "GIT":
                self.commits |= {
                    event["version"]
                    for event in one["events"]
                    if event["kind"] in {"introduced", "last_affected"}
                } - {"0"}
            else:
                self._add(one["kind"], one["events"] or [])
        self.empty = not self.lines and not self.versions and not self.unread

    def _add(self, kind: str | None, events: list[dict[str, str]]) -> None:
        if kind not in {"SEMVER", "ECOSYSTEM"}:
            self.unread = "its range is of a kind that isn't known"
            return
        scheme = SEMVER if kind == "SEMVER" else self.scheme
        line = line_of(scheme, [(event["kind"], event["version"]) for event in events])
        if line is None:
            order = "versions of this ecosystem have no order that is known"
            self.unread = order if scheme is None else "its range can't be ordered"
        else:
            self.lines.append(line)

    def outcome(self, version: str | None, keys: dict[str | None, Any]) -> Outcome:
        """Whether a version is affected. `keys` are the version in the order of each scheme, once read."""
        if version is not None and (version in self.versions or version in self.commits):
            return Outcome(affected=True, listed=version in self.versions)
        why = self.unread
        for line in self.lines:
            if line.whole:
                return Outcome(affected=True)
            key = None if version is None else _key(line.scheme, version, keys)
            if key is None:
                why = why or unreadable(version, line.scheme)
            else:
                inside = _safely(line, key)
                if inside:
                    return Outcome(affected=True)
                if inside is None:
                    why = why or unreadable(version, line.scheme)
        if version is not None and self.versions and self._is_equal(version, keys):
            return Outcome(affected=True, listed=True)
        if self.empty:
            why = "it names commits only" if self.commits else "it doesn't say which versions"
        elif version is None:
            why = why or unreadable(None, None)
        return Outcome(None, why) if why else Outcome(affected=False)

    def _is_equal(self, version: str, keys: dict[str | None, Any]) -> bool:
        """Whether it is a listed version that is only written in another way (1.0 and 1.0.0)."""
        alike = self.alike().get(numbers(version), ())
        key = _key(self.scheme, version, keys) if alike else None
        try:
            return key is not None and any(key == versions.parsed(self.scheme, text) for text in alike)
        except (TypeError, ValueError):
            return False

    def alike(self) -> dict[str, list[str]]:
        """The listed versions by their numbers: a version of other numbers equals none of them."""
        if self._alike is None:
            self._alike = {}
            for text in self.versions:
                self._alike.setdefault(numbers(text), []).append(text)
        return self._alike


def line_of(scheme: str | None, events: Sequence[tuple[str, str]]) -> Line | None:
    """A range of (kind, version) events; None if its scheme or one of its versions has no order."""
    limits: list[tuple[Any, str]] = []
    ordered: list[_Event] = []
    before = False
    for kind, version in events:
        if kind == "introduced" and version == "0":
            before = True
            continue
        if kind == "limit" and "*" in version:
            limits.append((None, version))
            continue
        key = versions.parsed(scheme, version)
        if key is None:
            return None
        if kind == "limit":
            limits.append((key, version))
        else:
            ordered.append((key, kind, version))
    try:
        ordered.sort(key=lambda event: event[0])
        line = _walked(scheme, ordered, before=before)
        if limits and all(key is not None for key, _ in limits):
            line = _limited(line, max(limits, key=lambda limit: limit[0]))
    except (TypeError, ValueError):
        return None
    return line


def _walked(scheme: str | None, events: list[_Event], *, before: bool) -> Line:
    line = Line(
        scheme, [], [], [], [], before, [(key, text) for key, kind, text in events if kind == "fixed"]
    )
    at = after = before
    for key, kind, text in events:
        new = not line.keys or line.keys[-1] != key
        if new:
            at = after
        if kind == "introduced":
            at = after = True
        elif kind == "fixed":
            at = after = False
        elif kind == "last_affected":
            after = False
        if new:
            line.keys.append(key)
            line.texts.append(text)
            line.at.append(at)
            line.after.append(after)
        else:
            line.at[-1], line.after[-1] = at, after
    return line


def _limited(line: Line, limit: tuple[Any, str]) -> Line:
    """The range up to a version, which is not in it."""
    place = bisect_left(line.keys, limit[0])
    return line._replace(
        keys=[*line.keys[:place], limit[0]],
        texts=[*line.texts[:place], limit[1]],
        at=[*line.at[:place], False],
        after=[*line.after[:place], False],
    )


def _key(scheme: str | None, version: str, keys: dict[str | None, Any]) -> Any:
    if scheme not in keys:
        keys[scheme] = versions.parsed(scheme, version)
    return keys[scheme]


@lru_cache(maxsize=1 << 16)
def numbers(version: str) -> str:
    """A version's numbers without zeros: equal versions have the same ones. What was built doesn't count."""
    found = (digits.lstrip("0") for digits in _DIGITS(version.partition("+")[0]))
    return ".".join([digits for digits in found if digits])


def _safely(line: Line, key: Any) -> bool | None:
    try:
        return line.holds(key)
    except (TypeError, ValueError):
        return None


def unreadable(version: str | None, scheme: str | None) -> str:
    """Why a version can't be told to be affected or not."""
    if version is None:
        return "the version isn't known"
    if scheme is None:
        return "versions of this ecosystem have no order that is known"
    order = "semantic" if scheme == SEMVER else scheme
    return f"the version {version[:60]} has no place in the order of {order} versions"
