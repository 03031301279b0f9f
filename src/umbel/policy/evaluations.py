# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/evaluations.toml`: what was decided of software after a look at it: adopt, trial, hold or remove.

Nothing is overwritten. Of several decisions about the same package in the same product the latest counts; what is
said of one product stands above what is said of all, and some versions above the whole package.
"""

from __future__ import annotations

import hashlib
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from umbel.model import purl
from umbel.policy import records
from umbel.policy.naming import named, query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from umbel.policy.file import Policy
    from umbel.policy.records import Say

FILE = "decisions/evaluations.toml"
RULE = "radar"
"""The policy rule that asks for what was decided."""
Ring = Literal["adopt", "trial", "hold", "remove"]
RINGS: tuple[Ring, ...] = get_args(Ring)
"""From what is wanted most to what is to go."""
MEANING: dict[Ring, str] = {
    "adopt": "take it where it fits",
    "trial": "try it where a failure costs little",
    "hold": "start nothing new with it",
    "remove": "take it out",
}
_HEADER = """\
# What was decided of software: adopt, trial, hold or remove, why, by whom, and when to look again.
# Written by `umbel evaluate decide`, and free to be edited. A later decision supersedes an earlier one.
"""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision. What isn't said narrows nothing.

    `package` is a purl, with a range where only some versions are meant (`pkg:npm/angular@<2`), or with a pattern
    (`pkg:npm/%40acme/*`). `product` is a product's name (a pattern), None: everywhere. `area` is where the radar shows
    it, `instead` what to take, `review` the day on which to look again, `compared` the other candidates, `asked` the
    day on which somebody asked for it.
    """

    package: str
    ring: Ring
    reason: str
    by: str
    decided: date
    review: date | None = None
    product: str | None = None
    area: str | None = None
    instead: str | None = None
    compared: tuple[str, ...] | None = None
    id: str | None = None
    asked: date | None = None

    @property
    def name(self) -> str:
        """Its id, or one made from what it says."""
        if self.id:
            return self.id
        parts = (self.package, self.product, self.decided, self.ring, self.reason, self.by)
        text = "\0".join(str(part) for part in parts)
        return "e-" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()

    @property
    def about(self) -> tuple[str, str | None]:
        """What it is about: a later decision about the same takes its place."""
        return self.package, None if self.product is None else self.product.casefold()

    @property
    def sentence(self) -> str:
        """The decision as one sentence."""
        where = f" in {self.product}" if self.product else ""
        instead = f" Instead: {self.instead}." if self.instead else ""
        reason = self.reason.strip().rstrip(".")
        return f"{self.package}{where}: {self.ring}, {reason} ({self.by}, {self.decided}).{instead}"

    def is_of(self, products: Iterable[str]) -> bool:
        """Whether it speaks of any of these products; one about everywhere always does."""
        if self.product is None:
            return True
        wanted = self.product.casefold()
        return any(fnmatchcase(one.casefold(), wanted) for one in products)

    def means(self, package: str, version: str | None) -> bool | None:
        """Whether it speaks of a component; None where its range and the version can't be compared."""
        return named(self.package, package, version)

    def is_due(self, today: date) -> bool:
        """Whether the day has passed on which somebody was to look again."""
        return self.review is not None and self.review < today

    @property
    def weight(self) -> tuple[bool, bool, date]:
        """The nearer word counts more: of a product, of some versions, the later one."""
        return self.product is not None, query(self.package).version_spec is not None, self.decided


class Evaluations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    evaluations: tuple[Evaluation, ...] = ()

    def standing(self, today: date) -> list[Evaluation]:
        """What counts on a day: of each package in each product the latest, in the order in which they were said."""
        last: dict[tuple[str, str | None], Evaluation] = {}
        for each in sorted(self.evaluations, key=lambda one: one.decided):
            if each.decided <= today:
                last[each.about] = each
        keep = set(map(id, last.values()))
        return [each for each in self.evaluations if id(each) in keep]

    def before(self, one: Evaluation) -> Evaluation | None:
        """What stood about the same until this was decided."""
        others = Evaluations(tuple(e for e in self.evaluations if e.name != one.name))
        return next((e for e in others.standing(one.decided) if e.about == one.about), None)

    def due(self, today: date) -> list[Evaluation]:
        """Standing decisions at which somebody was to look again, the longest overdue first."""
        late = [each for each in self.standing(today) if each.is_due(today)]
        return sorted(late, key=lambda each: (each.review or today, each.package))

    def find(
        self, package: str, version: str | None, products: Iterable[str], today: date
    ) -> tuple[Evaluation | None, bool]:
        """What counts for a component in some products on a day, and whether it surely speaks of it.

        With False the weightiest decision speaks of some versions, and nobody knows whether this is one.
        """
        mine = list(products)
        return Told(e for e in self.standing(today) if e.is_of(mine)).find(package, version, today)


class Told:
    """Decisions that speak of one product, ready to be asked about many components."""

    def __init__(self, told: Iterable[Evaluation]) -> None:
        """Sort them by the package that they name; patterns are asked one by one."""
        self._named: dict[str, list[tuple[int, Evaluation]]] = {}
        self._patterns: list[tuple[int, Evaluation]] = []
        for place, one in enumerate(told):
            package = query(one.package).package or ""
            if "*" in package or "%2A" in package:
                self._patterns.append((place, one))
            else:
                self._named.setdefault(package, []).append((place, one))

    def about(self, package: str) -> list[Evaluation]:
        """Those that may speak of a package: by its name, or by a pattern."""
        return [one for _, one in (*self._named.get(package, ()), *self._patterns)]

    def find(self, package: str, version: str | None, today: date) -> tuple[Evaluation | None, bool]:
        """As `Evaluations.find`."""
        speaking = [
            (one.weight, place, one, is_it)
            for place, one in (*self._named.get(package, ()), *self._patterns)
            if one.decided <= today and (is_it := one.means(package, version)) is not False
        ]
        if not speaking:
            return None, False
        _, _, best, surely = max(speaking, key=lambda each: each[:2])
        return best, surely is True


def load(path: Path) -> Evaluations:
    """Read and check the file; a missing one decides nothing. Raises `SettingsError` with every fault."""
    return records.load(path, Evaluations, _meaning)


def add(path: Path, one: Evaluation) -> None:
    """Write one more decision at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(path, "evaluations", one, Evaluations, _HEADER, _meaning)


def known_to(policy: Policy, told: Evaluations) -> Policy:
    """The same policy, whose rule `radar` knows what was decided, for all and for each product."""
    from umbel.policy import file

    if not told.evaluations:
        return policy
    said = policy.said
    everywhere = _said(e for e in told.evaluations if e.product is None)
    products = dict.fromkeys(e.product for e in told.evaluations if e.product is not None)
    overrides = tuple(
        file._Override((product,), (), _said(e for e in told.evaluations if e.product == product))  # noqa: SLF001 - of this package
        for product in products
    )
    rules = file._over(said.rules, everywhere)  # noqa: SLF001 - of this package
    return file.Policy(msgspec.structs.replace(said, rules=rules, overrides=(*said.overrides, *overrides)))


def _said(told: Iterable[Evaluation]) -> dict[str, dict[str, Any]]:
    decisions = {
        one.name: {key: value for key, value in msgspec.structs.asdict(one).items() if value is not None}
        for one in told
    }
    return {RULE: {"decisions": decisions}}


def faults(entry: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What types can't say of one decision: key and words."""
    text = entry.get("package")
    if isinstance(text, str):
        try:
            asked = query(text)
        except purl.PurlError as error:
            yield "package", f"{text[:80]!r} names no package: {error}"
        else:
            if asked.package is None or not asked.package.startswith("pkg:"):
                yield (
                    "package",
                    f"{text[:80]!r} must be a purl: pkg:npm/name, pkg:generic/name for what has none",
                )
    for key in ("reason", "by", "area", "product", "instead"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            yield key, "is empty"
    decided, review = entry.get("decided"), entry.get("review")
    if type(decided) is date and type(review) is date and review < decided:
        yield "review", "lies before the day of the decision"
    requested = entry.get("asked")
    if type(decided) is date and type(requested) is date and requested > decided:
        yield "asked", "lies after the day of the decision"


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    entries = data.get("evaluations")
    seen: set[str] = set()
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        for key, words in faults(entry):
            say(("evaluations", index, key), words)
        own = entry.get("id")
        if isinstance(own, str) and own in seen:
            say(("evaluations", index, "id"), f"{own!r} is used twice")
        seen.add(own if isinstance(own, str) else "")
