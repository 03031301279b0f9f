# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/exceptions.toml`: what is accepted all the same, by whom, why, and until when.

One kind for all rules. Each has an end: an expired one counts no more, and is said to have expired. Entries are
added, and ended by a date; nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl
from umbel.model.errors import UsageError
from umbel.model.finding import Excused
from umbel.model.vex import JUSTIFICATIONS
from umbel.policy import files, records
from umbel.policy.file import names
from umbel.policy.naming import named, query
from umbel.policy.registry import every_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from umbel.model.finding import Finding
    from umbel.policy.records import Say

FILE = "decisions/exceptions.toml"
ANY = "*"
_HEADER = """\
# What is accepted although a rule says otherwise: who, why, until when.
# Written by `umbel exceptions add`, and free to be edited. An exception without an end is refused.
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exception. What isn't said narrows nothing.

    `rule` is a rule's name or `*`; `package` a purl, with a range where only some versions are meant
    (`pkg:npm/lodash@<4.17.21`); `project` and `product` are patterns; `what` is what the finding is about: an
    advisory's id, a licence. `ended` is a day before `until` on which somebody took it back. `justification` says
    why a vulnerability does no harm, in VEX's words: only with it do we tell others that we are not affected.
    """

    rule: str
    reason: str
    by: str
    decided: date
    until: date
    id: str | None = None
    package: str | None = None
    project: str | None = None
    product: str | None = None
    what: str | None = None
    evidence: str | None = None
    ended: date | None = None
    justification: str | None = None

    @property
    def name(self) -> str:
        """Its id, or one made from what it says."""
        if self.id:
            return self.id
        values = msgspec.structs.astuple(self)
        text = "\0".join(str(value) for value in (values if self.justification else values[:-1]))
        return "x-" + hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    @property
    def end(self) -> date:
        """The last day on which it counts."""
        return self.until if self.ended is None else min(self.until, self.ended)

    def covers(self, finding: Finding, products: Iterable[str]) -> bool:
        """Whether it speaks of a finding, whatever the day.

        Where a version can't be compared with the range, it doesn't: an exception is for what is known.
        """
        if self.rule not in {ANY, finding.rule} or (self.what is not None and not self._about(finding)):
            return False
        if self.project is not None and not names(self.project, finding.project):
            return False
        if self.product is not None and not any(
            fnmatchcase(product.casefold(), self.product.casefold()) for product in products
        ):
            return False
        return self.package is None or named(self.package, finding.package, finding.version) is True

    def _about(self, finding: Finding) -> bool:
        """Whether it is about the same thing; a vulnerability has several ids."""
        ids = finding.evidence.get("ids")
        return self.what in {finding.what, *(ids if isinstance(ids, list) else ())}


class Exceptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    exceptions: tuple[Entry, ...] = ()

    def find(self, finding: Finding, products: Iterable[str], today: date) -> Excused | None:
        """What excuses a finding on a day; else what did and has expired; None if nothing speaks of it.

        One that was decided later than that day doesn't count on it.
        """
        speaking = [e for e in self.exceptions if e.decided <= today and e.covers(finding, products)]
        if not speaking:
            return None
        best = max(speaking, key=lambda entry: entry.end)
        return Excused(
            id=best.name,
            reason=best.reason,
            author=best.by,
            until=best.end,
            evidence=best.evidence,
            expired=best.end < today,
            justification=best.justification,
            decided=best.decided,
        )


def load(path: Path, longest_days: int | None = None) -> Exceptions:
    """Read and check the file; a missing one excuses nothing. Raises `SettingsError` with every fault.

    `longest_days` is how long an exception may last by the policy.
    """
    return records.load(path, Exceptions, partial(meaning, longest=longest_days))


def parse(text: str, path: Path, longest_days: int | None = None) -> Exceptions:
    """Check the file's text. Raises `SettingsError` with every fault and its line."""
    return records.parse(text, path, Exceptions, partial(meaning, longest=longest_days))


def meaning(data: Mapping[str, Any], say: Say, longest: int | None = None) -> None:
    """What types can't say: rules exist, reasons are given, ends come, packages are packages, links are links."""
    entries = data.get("exceptions")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue

        def tell(key: str, words: str, index: int = index) -> None:
            say(("exceptions", index, key), words)

        _entry(entry, tell)
        decided, until = entry.get("decided"), entry.get("until")
        if isinstance(decided, date) and isinstance(until, date) and _are_days(decided, until):
            if until < decided:
                tell("until", "lies before the day of the decision")
            elif longest is not None and (until - decided).days > longest:
                tell("until", f"is {(until - decided).days} days away; the policy allows {longest}")


def _entry(entry: Mapping[str, Any], tell: Callable[[str, str], None]) -> None:
    rule = entry.get("rule")
    if isinstance(rule, str) and rule != ANY and rule not in every_rule():
        tell("rule", f"{rule!r} is no rule; there are {', '.join(every_rule())}, or * for all")
    if rule == ANY and not (entry.get("package") or entry.get("project")):
        tell("rule", "* needs a package or a project, or it would excuse everything")
    for key in ("reason", "by"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    _package(entry.get("package"), tell)
    why = entry.get("justification")
    if isinstance(why, str) and why not in JUSTIFICATIONS:
        tell("justification", f"{why!r} is none of VEX's; there are {', '.join(JUSTIFICATIONS)}")
    link = entry.get("evidence")
    if isinstance(link, str) and not re.match(r"https?://\S+$|[\w./ -]+$", link):
        tell("evidence", "must be a web address, or a file beside this one")


def _package(text: Any, tell: Callable[[str, str], None]) -> None:
    if not isinstance(text, str):
        return
    try:
        query(text)
    except purl.PurlError as error:
        tell("package", f"{text[:80]!r} names no package: {error}")


def _are_days(*values: date) -> bool:
    """Whether none of them is a moment, which is said elsewhere."""
    return not any(isinstance(value, datetime) for value in values)


def add(path: Path, entry: Entry, longest_days: int | None = None) -> None:
    """Write one more exception at the file's end. Raises `SettingsError` for what may not be excepted."""
    records.add(path, "exceptions", entry, Exceptions, _HEADER, partial(meaning, longest=longest_days))


def end(path: Path, name: str, last: date, words: str) -> Entry:
    """Take an exception back: it counts up to a day, and keeps its name; the words stand beside it. Gives it as it is.

    Raises `UsageError` where there is no such exception, or it ended by that day anyway.
    """
    import tomlkit

    with files.locked(path.parent.parent / records.LOCKS / f"{path.stem}.lock"):
        place, entry = _standing(path, name, last)
        document = tomlkit.parse(path.read_text("utf-8"))
        table: Any = document["exceptions"][place]
        table["id"] = name  # it was made of all that the entry says
        table["ended"] = last
        table["ended"].comment(" ".join(words.split()))
        text = tomlkit.dumps(document)
        made = parse(text, path).exceptions[place]
        if made != msgspec.structs.replace(entry, id=name, ended=last):
            raise UsageError(f"{path.name} can't be changed without losing something.", "Edit it by hand.")
        files.replace(path, text.encode())
    return made


def _standing(path: Path, name: str, last: date) -> tuple[int, Entry]:
    """Where an exception stands that counts longer than up to a day."""
    every = load(path).exceptions
    found = [(place, each) for place, each in enumerate(every) if each.name == name]
    if not found:
        raise UsageError(f"There is no exception {name}.", "Somebody may have changed it meanwhile.")
    for place, each in found:
        if each.end > last:
            return place, each
    raise UsageError(f"{name} ended on {found[0][1].end} already.")
