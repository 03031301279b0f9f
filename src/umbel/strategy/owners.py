# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/owners.toml`: what product owners say of the projects that their products stand on.

Answers stand beside the data and change nothing silently. Only where an owner gives a figure does it become an
opinion about the part `dependency`, which is shown as one.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads it
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.metrics.words import agree
from umbel.policy import records
from umbel.strategy.interface import Opinion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from umbel.model.settings import Product
    from umbel.policy.records import Say

FILE = "decisions/owners.toml"
Without = Literal["yes", "with effort", "no", "unknown"]
MOST_AREAS = 30
LONGEST = 2_000
"""Characters of one answer."""
_HEADER = """\
# What product owners say of the projects that their products stand on; the newest word on a product counts.
# Written by `umbel ask read`, and free to be edited.
"""


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person says for one product of one project.

    `without`: could the product be delivered without it; None was not answered. `replacement` is what would take its
    place, `areas` which parts of it will be needed in two years. `dependency` is 1 to 10, where the owner gave one.
    """

    project: str
    product: str
    by: str
    decided: date
    without: Without | None = None
    replacement: str | None = None
    areas: tuple[str, ...] = ()
    dependency: float | None = None
    reason: str | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was answered."""
        return not (self.without or self.replacement or self.areas or self.dependency or self.reason)

    @property
    def needs_it(self) -> bool:
        """Whether the owner says that the product needs it, in one way or another."""
        if self.without in {"no", "with effort"} or self.areas:
            return True
        return self.dependency is not None and self.without != "yes"

    @property
    def sentence(self) -> str:
        """The answer in words."""
        said = {
            "yes": "could be delivered without it",
            "with effort": "could be delivered without it, with effort",
            "no": "could not be delivered without it",
            "unknown": "nobody can say whether it could be delivered without it",
        }.get(self.without or "", "not answered whether it could be delivered without it")
        to = f"; {self.replacement} would replace it" if self.replacement else ""
        areas = f"; needed in two years: {', '.join(self.areas)}" if self.areas else ""
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.product}: {said}{to}{areas}{why}"


class Coordinator(msgspec.Struct, frozen=True, kw_only=True):
    """Which department should speak for a project, of those whose products need it, and why.

    `weights` are the weights of their products, by department.
    """

    project: str
    department: str
    reason: str
    weights: dict[str, float]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answer: tuple[Answer, ...] = ()


class Answers(msgspec.Struct, frozen=True, dict=True):
    """All answers known on a day, and of those the newest word on each project for each product."""

    every: tuple[Answer, ...] = ()

    @cached_property
    def newest(self) -> dict[tuple[str, str], Answer]:
        """(project, product) → the newest answer; of one day the later in the file."""
        ordered = sorted(self.every, key=lambda each: each.decided)
        return {(each.project, each.product): each for each in ordered}

    @cached_property
    def _by_project(self) -> dict[str, list[Answer]]:
        found: dict[str, list[Answer]] = {}
        for (project, _), each in sorted(self.newest.items()):
            found.setdefault(project, []).append(each)
        return found

    def answers(self, project: str) -> list[Answer]:
        """The newest word of each product's owner on a project, by product."""
        return list(self._by_project.get(project, ()))

    def opinions(self) -> dict[str, Opinion]:
        """What owners give as a figure, by project: the highest, since one product that can't do without is enough."""
        found: dict[str, Answer] = {}
        for each in self.newest.values():
            before = found.get(each.project)
            if each.dependency is not None and (before is None or each.dependency > (before.dependency or 0)):
                found[each.project] = each
        told = {
            name: tuple(
                sorted(
                    {
                        e.product
                        for e in self.newest.values()
                        if e.project == name and e.dependency is not None
                    }
                )
            )
            for name in found
        }
        return {project: _opinion(each, told[project]) for project, each in found.items()}


def load(folder: Path, day: date | None = None) -> Answers:
    """Read the answers that were given up to a day. Raises `SettingsError` with every fault."""
    found = records.load(folder / FILE, _File, _meaning).answer
    return Answers(tuple(each for each in found if day is None or each.decided <= day))


def keep(folder: Path, answers: Iterable[Answer]) -> int:
    """Write answers at the file's end, those that stand there already left out; gives how many were new."""
    known = set(load(folder).every)
    new = [each for each in dict.fromkeys(answers) if each not in known]
    if new:
        records.add(folder / FILE, "answer", new, _File, _HEADER, _meaning)
    return len(new)


def coordinator(
    project: str,
    products: Iterable[str],
    answers: Answers,
    declared: Iterable[Product],
    weigh: Callable[[str | None], float],
) -> Coordinator | None:
    """Who should speak for a project that several departments need; None where fewer than two do.

    `products` are those that use it by the evidence; `weigh` gives a product's weight by its criticality.
    An owner who could do without it takes a product out.
    """
    said = {each.product: each for each in answers.answers(project)}
    using = set(products) | {name for name, each in said.items() if each.needs_it}
    left = {name for name, each in said.items() if each.without == "yes" and not each.needs_it}
    sums: dict[str, float] = {}
    named: dict[str, list[str]] = {}
    for product in declared:
        if product.name not in using - left or not product.department:
            continue
        weight = float(weigh(product.criticality))
        sums[product.department] = sums.get(product.department, 0.0) + weight
        named.setdefault(product.department, []).append(product.name)
    if len(sums) < 2:
        return None
    department = min(sums, key=lambda name: (-sums[name], name))
    reason = _heaviest(department, sums, named[department])
    return Coordinator(project=project, department=department, reason=reason, weights=sums)


def _heaviest(department: str, sums: Mapping[str, float], products: Sequence[str]) -> str:
    """Why this department: what its products weigh, and the next one."""
    own = sums[department]
    other = min((name for name in sums if name != department), key=lambda name: (-sums[name], name))
    after = f"; next is {other} with {sums[other]:g}"
    if own == sums[other]:
        after = f", as much as those of {other}: chosen by name"
    verb = agree(len(products), "weighs", "weigh")
    every = sum(sums.values())
    return f"{', '.join(sorted(products))} of {department} {verb} {own:g} of {every:g} by criticality{after}"


def _opinion(answer: Answer, products: tuple[str, ...]) -> Opinion:
    value = answer.dependency
    assert value is not None  # noqa: S101 - chosen so
    return Opinion(
        project=answer.project,
        part="dependency",
        value=value,
        by=answer.by,
        decided=answer.decided,
        reason=f"the owner of {answer.sentence}",
        products=products,
    )


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    entries = data.get("answer")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            check(entry, lambda key, words, index=index: say(("answer", index, key), words))


def check(entry: Mapping[str, Any], tell: Any) -> None:
    """What types can't say of an answer, or of a form's. `tell` takes the key, and what is wrong."""
    _texts(entry, tell)
    areas = entry.get("areas")
    if isinstance(areas, list) and (len(areas) > MOST_AREAS or any(len(str(each)) > 300 for each in areas)):
        tell("areas", f"are {len(areas)}; {MOST_AREAS} of 300 characters each are allowed")
    value = entry.get("dependency")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 1 <= value <= 10:  # which no NaN does
            tell(
                "dependency",
                f"is {value:g}; it must lie between 1 and 10"
                if abs(value) < 1e9
                else "must lie between 1 and 10",
            )
        if not str(entry.get("reason") or "").strip():
            tell("dependency", "is a figure that counts, so it needs a reason")


def _texts(entry: Mapping[str, Any], tell: Any) -> None:
    for key in ("project", "product", "by", "replacement", "reason"):
        text = entry.get(key)
        if not isinstance(text, str):
            continue
        if key in {"project", "product", "by"} and not text.strip():
            tell(key, "is empty")
        elif key == "project" and not is_project(text):
            tell(key, "must be a project's name: github.com/pallets/flask")
        elif key in {"product", "by"} and not text.isprintable():
            tell(key, "has characters that can't be printed")
        if len(text) > LONGEST:
            tell(key, f"has {len(text):,} characters; {LONGEST:,} are allowed")


def is_project(text: str) -> bool:
    """Whether a text can be a project's name: an address without its scheme, as `umbel upstream` shows it.

    >>> is_project("github.com/pallets/flask"), is_project("a b"), is_project("")
    (True, False, False)
    """
    return 0 < len(text) <= 300 and text.isprintable() and not set(text) & set(" `<>\"'|")
