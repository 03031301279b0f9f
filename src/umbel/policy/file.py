# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`policy.toml`: what counts as clean here, and what doesn't.

Rules have defaults; the file says what differs, `[[override]]` what differs for some products or projects, and
`extends` whose policy it stands on. Everything wrong in it is reported at once, each with its line and key.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError, faults_of, parsed
from umbel.policy.outbound.interface import PREFIX
from umbel.policy.outbound.registry import outbound_rules
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from umbel.policy.interface import Rule, RuleSettings
    from umbel.policy.merged import Decided
    from umbel.policy.outbound.interface import OutboundRule, OutboundSettings

FILE = "policy.toml"
_DEEPEST = 5
_NO_BOUND = 1 << 30
LARGEST = 8 << 20
"""Bytes of a policy file; one that brings along what was decided is large."""


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An example of what the policy should say: `umbel policy test` holds the policy to it.

    `component` is a purl with a version; `expect` names the rules that find something (empty: clean), and
    `fails` whether the gate must stop. What isn't given is unknown.
    """

    name: str
    component: str
    expect: tuple[str, ...]
    fails: bool | None = None
    license: str | None = None
    scope: str | None = None
    direct: bool | None = None
    distribution: tuple[str, ...] = ()
    product: str | None = None
    project: str | None = None
    vulnerabilities: tuple[dict[str, Any], ...] = ()
    released: Any = None
    latest: str | None = None
    deprecated: bool | None = None
    archived: bool | None = None
    end_of_life: Any = None


@cache
def _shape() -> type[msgspec.Struct]:
    """The whole file as a type, made from the rules that there are."""
    options: dict[str, Any] = {"frozen": True, "kw_only": True, "forbid_unknown_fields": True}
    every, outbound = _tables_of("Rules", rules()), _tables_of("Outbound", _outbound())
    text, texts = str | None, tuple[str, ...]
    override = msgspec.defstruct(
        "Override",
        [
            ("products", texts, ()),
            ("projects", texts, ()),
            ("reason", text, None),
            ("rules", every, every()),
            ("outbound", outbound, outbound()),
        ],
        **options,
    )
    return msgspec.defstruct(
        "PolicyFile",
        [
            ("extends", text, None),
            ("longest_exception_days", int, 365),
            ("locked", texts, ()),
            ("rules", every, every()),
            ("outbound", outbound, outbound()),
            ("override", tuple[override, ...], ()),  # type: ignore[valid-type]
            ("cases", tuple[Case, ...], ()),
            ("decided", dict[str, Any] | None, None),
        ],
        **options,
    )


def _tables_of(name: str, rules: Mapping[str, Rule | OutboundRule]) -> type[msgspec.Struct]:
    """A table a rule, named as its key is."""
    fields = [(key.replace("-", "_"), rule.settings, rule.settings()) for key, rule in rules.items()]
    renamed = {key.replace("-", "_"): key for key in rules}
    return msgspec.defstruct(
        name, fields, rename=renamed, frozen=True, kw_only=True, forbid_unknown_fields=True
    )


def _outbound() -> dict[str, OutboundRule]:
    """The rules on outgoing code by their tables' names below `[outbound]`."""
    return {rule.key: rule for rule in outbound_rules().values()}


class Resolved(msgspec.Struct, frozen=True, eq=False):
    """The policy for one project: each rule's settings by its name, without those that are off."""

    rules: dict[str, RuleSettings]


class _Override(msgspec.Struct, frozen=True):
    products: tuple[str, ...]
    projects: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Any]]
    outbound: Mapping[str, Mapping[str, Any]] = {}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy's files say, checked, as they say it; the defaults are the shipped policy's.

    `locked` are rules that an override, or a policy that stands on this one, may not change. `decided` is what people
    decided where a policy brings it along (see `umbel.policy.merged`), `notes` what is to be said of how it came here.
    """

    rules: Mapping[str, Mapping[str, Any]] = {}
    outbound: Mapping[str, Mapping[str, Any]] = {}
    overrides: tuple[_Override, ...] = ()
    cases: tuple[Case, ...] = ()
    locked: tuple[str, ...] = ()
    longest_exception_days: int = 365
    source: str = "the shipped policy"
    decided: Decided | None = None
    notes: tuple[str, ...] = ()


class Policy:
    """A policy, ready to be asked for a project."""

    def __init__(self, said: Said | None = None) -> None:
        """Hold what was checked already; without anything it is the shipped policy."""
        self.said = said or Said()
        self._resolved: dict[tuple[int, ...], Resolved] = {}

    def for_project(self, project: str, products: Iterable[str] = ()) -> Resolved:
        """The policy of one project, which belongs to these products: the same object for the same settings.

        What is said of a project stands above what is said of its products, and that above the rest;
        of two of a kind the later one counts.
        """
        ordered = self._speaking(project, products)
        if ordered not in self._resolved:
            self._resolved[ordered] = self._merged(ordered)
        return self._resolved[ordered]

    def for_outbound(self, project: str, products: Iterable[str] = ()) -> dict[str, OutboundSettings]:
        """What holds for a project's outgoing commits: each rule's settings by its id, without those that are off."""
        overrides = self._speaking(project, products)
        layers = [self.said.outbound, *(self.said.overrides[index].outbound for index in overrides)]
        found: dict[str, OutboundSettings] = {}
        for key, rule in _outbound().items():
            settings: OutboundSettings = msgspec.convert(_layered(layers, key), rule.settings)
            if settings.level != "off":
                found[rule.id] = settings
        return found

    def _speaking(self, project: str, products: Iterable[str]) -> tuple[int, ...]:
        """The overrides that mean a project, the weightiest last."""
        every = self.said.overrides
        known = {product.casefold() for product in products}
        mine = [index for index, one in enumerate(every) if _speaks_of(one, project, known)]
        return tuple(sorted(mine, key=lambda index: (bool(every[index].projects), index)))

    def _merged(self, overrides: tuple[int, ...]) -> Resolved:
        layers = [self.said.rules, *(self.said.overrides[index].rules for index in overrides)]
        found: dict[str, RuleSettings] = {}
        for name, rule in rules().items():
            settings = msgspec.convert(_layered(layers, name), rule.settings)
            if settings.level != "off" and rule.asks(settings):
                found[name] = settings
        return Resolved(found)


def _layered(layers: Iterable[Mapping[str, Mapping[str, Any]]], name: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for layer in layers:
        said = _over(said, layer.get(name, {}))
    return said


def _over(under: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; any other value replaces what was there."""
    merged = dict(under)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def _speaks_of(override: _Override, project: str, products: set[str]) -> bool:
    """Whether an override means a project: by its own name where it names projects, else by its products."""
    if override.projects and not any(names(pattern, project) for pattern in override.projects):
        return False
    if not override.products:
        return True
    return any(fnmatchcase(known, pattern.casefold()) for pattern in override.products for known in products)


def names(pattern: str, project: str) -> bool:
    """Whether a pattern means a project: its whole name, or its end after a slash."""
    return fnmatchcase(project, pattern) or fnmatchcase(project, f"*/{pattern}")


def load(source: Path | str) -> Policy:
    """Read and check a policy and those that it stands on: of a file, or of an address (a text with `://`).

    Raises `SettingsError` with every fault of the first file that has any; `UsageError` if one can't be read;
    `EvidenceError` if an address gives none.
    """
    if isinstance(source, str) and "://" in source:
        from umbel.policy import address

        return Policy(address.load(source))
    return Policy(_load(Path(source), ()))


def _load(path: Path, above: tuple[Path, ...]) -> Said:
    text = _text(path)
    data = parsed(text, path)
    return _said(data, text, path, _extended(path, data.get("extends"), above))


def parse(text: str, path: Path) -> Said:
    """Check a policy's text that stands on no other. Raises `SettingsError` with every fault."""
    data = parsed(text, path)
    if "extends" in data:
        raise SettingsError(path, [Fault("settings", "must stand on its own: it was fetched", "extends")])
    return _said(data, text, path, Said(longest_exception_days=_NO_BOUND))


def _said(data: dict[str, Any], text: str, path: Path, under: Said) -> Said:
    faults = faults_of(data, text, _shape(), lambda say: _meaning(data, under.locked, say))
    decided = under.decided
    if not faults and data.get("decided") is not None:
        from umbel.policy import merged

        decided, faults = merged.read(data, text)
    if faults:
        raise SettingsError(path, faults)
    whole: Any = msgspec.convert(data, _shape())
    overrides = tuple(
        _Override(
            tuple(one.get("products", ())),
            tuple(one.get("projects", ())),
            one.get("rules", {}),
            one.get("outbound", {}),
        )
        for one in data.get("override", ())
    )
    return Said(
        rules=_over(under.rules, data.get("rules", {})),
        outbound=_over(under.outbound, data.get("outbound", {})),
        overrides=(*under.overrides, *overrides),
        cases=(*under.cases, *whole.cases),
        locked=(*under.locked, *whole.locked),
        longest_exception_days=min(whole.longest_exception_days, under.longest_exception_days),
        source=str(path),
        decided=decided,
        notes=under.notes,
    )


def _extended(path: Path, extends: Any, above: tuple[Path, ...]) -> Said:
    """What the policy says that this one stands on."""
    if not isinstance(extends, str):
        return Said(longest_exception_days=_NO_BOUND)
    if "://" in extends:
        from umbel.policy import address

        return address.load(extends, named_by=path)
    here = path.resolve()
    chain = (*above, here)
    target = (path.parent / extends).resolve()
    if target in chain or len(chain) > _DEEPEST:
        reason = "leads back to itself" if target in chain else f"has more than {_DEEPEST} policies above it"
        raise SettingsError(path, [Fault("settings", f"{extends!r} {reason}", "extends")])
    return _load(target, chain)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than a policy can be ({LARGEST:,} bytes).")
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        hint = "umbel policy init writes one."
        raise UsageError(f"The policy {path} can't be read: {error.strerror}.", hint) from error


def _meaning(
    data: dict[str, Any], locked: Iterable[str], say: Callable[[tuple[str | int, ...], str], None]
) -> None:
    """What types can't say: who may change what, and that cases speak of rules that there are."""
    bound = data.get("longest_exception_days")
    if type(bound) is int and bound < 1:
        say(("longest_exception_days",), "must be at least 1")
    above = {*locked}
    for section, name, own in _ruled(data):
        if own in above:
            say((section, name), "is locked by the policy that this one extends")
    locks = _locked(data, say)
    # What brings along decisions was made of files that were held to their locks: decisions of one product come as
    # overrides even where the rule that asks for them is locked.
    fixed = above if data.get("decided") is not None else above | locks
    for index, override in enumerate(_entries(data, "override")):
        if not override.get("products") and not override.get("projects"):
            say(("override", index), "needs products or projects to speak of")
        for section, name, own in _ruled(override):
            if own in fixed:
                say(("override", index, section, name), "is locked")
    _cases(data, say)
    _ranges(data, say)


def _locked(data: dict[str, Any], say: Callable[[tuple[str | int, ...], str], None]) -> set[str]:
    own = data.get("locked")
    listed = own if isinstance(own, list) else []
    for index, name in enumerate(listed):
        if isinstance(name, str) and name not in rules() and name not in outbound_rules():
            every = ", ".join((*rules(), *outbound_rules()))
            say(("locked", index), f"{name!r} is no rule; there are {every}")
    return {name for name in listed if isinstance(name, str)}


def _cases(data: dict[str, Any], say: Callable[[tuple[str | int, ...], str], None]) -> None:
    for index, case in enumerate(_entries(data, "cases")):
        expected = case.get("expect")
        for name in expected if isinstance(expected, list) else ():
            if isinstance(name, str) and name not in rules():
                say(("cases", index, "expect"), f"{name!r} is no rule")


def _ranges(data: dict[str, Any], say: Callable[[tuple[str | int, ...], str], None]) -> None:
    """Numbers and patterns that rules themselves check."""
    places: list[tuple[tuple[str | int, ...], dict[str, Any]]] = [((), data)]
    places += [(("override", index), override) for index, override in enumerate(_entries(data, "override"))]
    for place, where in places:
        for section, name, own in _ruled(where):
            said = where[section][name]
            rule = rules().get(own) or outbound_rules().get(own)
            if rule is None or not isinstance(said, dict):
                continue
            for key, words in rule.check(said):
                say((*place, section, name, key), words)


def _ruled(data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The tables of rules: section, key, and the rule's own id."""
    inner = [("rules", name, name) for name in _tables(data, "rules")]
    return inner + [("outbound", name, PREFIX + name) for name in _tables(data, "outbound")]


def _tables(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _entries(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = data.get(key)
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []
