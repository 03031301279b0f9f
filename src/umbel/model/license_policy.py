# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which licenses may be used for what: groups of licenses, and rules by how software is used.

The tables stand in `data/license_groups.toml` and `data/license_policy.toml`. Of a fact that nobody knows
every value is tried: where all of them lead to the same verdict that is the answer, else it is unknown. Only
a scope that nobody tells is taken as runtime: SBOMs leave it out where something is needed (CycloneDX).
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from umbel.model import licenses
from umbel.model.license_logic import Evaluation, Part, evaluate, tree
from umbel.model.licenses import Category  # noqa: TC001 - msgspec reads it at run time
from umbel.model.settings import Distribution

if TYPE_CHECKING:
    from collections.abc import Sequence

Linkage = Literal["static", "dynamic", "separate"]
Word = Literal["allow", "deny", "ask"]
Scope = Literal["runtime", "development", "test", "build", "optional", "excluded"]
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)
LINKAGES: tuple[Linkage, ...] = get_args(Linkage)
SCOPES: tuple[Scope, ...] = get_args(Scope)

_MEANS: dict[Word, bool | None] = {"allow": True, "deny": False, "ask": None}
_STRICT: dict[bool | None, int] = {False: 0, None: 1, True: 2}
_KEPT = frozenset({"none", "unknown", "source-available", "network-copyleft"})


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """How software is used. Empty and None are unknown.

    `distribution` is every way in which it reaches users, `linkage` how it is joined to what uses it
    (`separate`: a program beside it), `modified` whether it was changed.
    """

    distribution: tuple[Distribution, ...] = ()
    linkage: Linkage | None = None
    scope: str | None = None
    modified: bool | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One group: the licenses that it lists, and those of its categories that no group lists."""

    name: str
    title: str
    meaning: str
    categories: tuple[Category, ...] = ()
    licenses: tuple[str, ...] = ()


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another name for a list of licenses."""

    name: str
    meaning: str
    licenses: tuple[str, ...]


class Groups(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of groups and families."""

    groups: tuple[Group, ...]
    families: tuple[Family, ...] = ()


class LicenseRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said of some licenses in some uses; an empty condition holds for every use."""

    licenses: tuple[str, ...]
    verdict: Word
    because: str | None = None
    distribution: tuple[Distribution, ...] = ()
    linkage: tuple[Linkage, ...] = ()
    scope: tuple[Scope, ...] = ()


class LicensePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules in their order: the first that matches decides, and what none matches is a question."""

    rules: tuple[LicenseRule, ...]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy says of one license: `verdict` None is a question, `because` says why."""

    license: str
    exception: str | None
    group: str
    verdict: bool | None
    because: tuple[str, ...]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy says of an expression, and of each of its parts."""

    evaluation: Evaluation
    parts: tuple[Judged, ...]

    @property
    def outcome(self) -> bool | None:
        """Whether it passes; None is a question."""
        return self.evaluation.outcome


@cache
def groups() -> Groups:
    """The table that ships."""
    return msgspec.convert(_data("license_groups.toml"), Groups)


@cache
def default() -> LicensePolicy:
    """The policy that ships."""
    return msgspec.convert(_data("license_policy.toml"), LicensePolicy)


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / name).read_text("utf-8"))


@lru_cache(maxsize=1 << 12)
def group_of(license_id: str, exception: str | None = None) -> str:
    """The group that a license is in, perhaps with an exception.

    An exception moves it as the category moves: to the lighter of the two, but never out of one that forbids uses or
    reaches over networks.
    """
    table = groups().groups
    plain = license_id.removesuffix("+")
    listed = next((g.name for g in table if any(fnmatchcase(plain, p) for p in g.licenses)), None)
    if listed is not None and (exception is None or listed in _KEPT):
        return listed
    category = licenses.category(license_id if exception is None else f"{license_id} WITH {exception}")
    return next(g.name for g in table if category in g.categories)


def named(name: str) -> bool:
    """Whether a name in a rule means anything: a group, a family, a license's id as SPDX writes it, or a pattern."""
    if "*" in name or name.startswith("LicenseRef-") or name == "NONE":
        return True
    known = {each.name for each in groups().groups} | {each.name for each in groups().families}
    if name in known:
        return True
    found, _ = tree(name)
    return isinstance(found, Part) and found.known and str(found) == name


@lru_cache(maxsize=1 << 14)
def meant(name: str, license_id: str, exception: str | None = None) -> bool:
    """Whether a rule's word (group, family, id, pattern; `ID WITH EXCEPTION`) means a license.

    A plain id means the license without an exception; a family means it with any.
    """
    whole = license_id if exception is None else f"{license_id} WITH {exception}"
    if name in (whole, group_of(license_id, exception)):
        return True
    family = next((each for each in groups().families if each.name == name), None)
    if family is not None:
        return any(fnmatchcase(license_id, pattern) for pattern in family.licenses)
    return "*" in name and (
        fnmatchcase(whole, name) or (" WITH " not in name and fnmatchcase(license_id, name))
    )


def fault_of(policy: LicensePolicy) -> list[tuple[int, str]]:
    """Names in a policy's rules that mean nothing: the rule's place, and the name."""
    return [(at, name) for at, rule in enumerate(policy.rules) for name in rule.licenses if not named(name)]


def judge_license(policy: LicensePolicy, use: Use, license_id: str, exception: str | None = None) -> Judged:
    """What a policy says of one license in a use; of several ways to users the strictest counts."""
    linkages = LINKAGES if use.linkage is None else (use.linkage,)
    scope = use.scope if use.scope in SCOPES else "runtime"
    found: dict[bool | None, dict[str, None]] = {}
    for way in use.distribution or DISTRIBUTIONS:
        said = [_first(policy, way, linkage, str(scope), license_id, exception) for linkage in linkages]
        agreed = {_MEANS[rule.verdict] if rule else None for rule in said}
        verdict = agreed.pop() if len(agreed) == 1 else None
        for rule in said:
            reason = rule.because or f"a rule says {rule.verdict}" if rule else "no rule speaks of it"
            found.setdefault(verdict, {})[reason] = None
    verdict = min(found, key=lambda each: _STRICT[each])
    open_ = not use.distribution and len(found) > 1
    because = tuple(found[verdict]) if not open_ else ("it depends on how the product reaches its users",)
    return Judged(
        license=license_id,
        exception=exception,
        group=group_of(license_id, exception),
        verdict=None if open_ else verdict,
        because=because,
    )


def _first(
    policy: LicensePolicy, way: Distribution, linkage: Linkage, scope: str, license_id: str, exception: str | None
) -> LicenseRule | None:  # fmt: skip
    for rule in policy.rules:
        if (
            (not rule.distribution or way in rule.distribution)
            and (not rule.linkage or linkage in rule.linkage)
            and (not rule.scope or scope in rule.scope)
            and any(meant(name, license_id, exception) for name in rule.licenses)
        ):
            return rule
    return None


def judge(
    expression: str | None, use: Use, policy: LicensePolicy | None = None, *, choice: str | None = None
) -> Judgement:
    """Whether a policy (the one that ships, unless given) lets an expression pass in a use, and why."""
    chosen = policy or default()
    seen: dict[tuple[str, str | None], Judged] = {}

    def verdict(license_id: str, exception: str | None) -> bool | None:
        key = (license_id, exception)
        if key not in seen:
            seen[key] = judge_license(chosen, use, license_id, exception)
        return seen[key].verdict

    return Judgement(evaluation=evaluate(expression, verdict, choice=choice), parts=tuple(seen.values()))


def uses_of(distributions: Sequence[Sequence[Distribution]]) -> tuple[Distribution, ...]:
    """All ways to users of several products; empty (unknown) if one of them doesn't say."""
    if not distributions or not all(distributions):
        return ()
    return tuple(dict.fromkeys(way for ways in distributions for way in ways))
