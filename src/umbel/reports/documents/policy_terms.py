# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policy in force says, as the facts that policy texts are written from.

Everything is asked of the very settings and tables that the gate judges by, so that text and gate can't contradict
each other.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.model.license_policy import LicensePolicy, LicenseRule
    from umbel.model.settings import Settings
    from umbel.policy.file import Policy

Word = Literal["allow", "deny", "ask"]
WAYS = {
    "internal": "used in the house",
    "hosted": "hosted for users",
    "distributed-binary": "shipped as programs",
    "distributed-source": "shipped as source",
    "embedded-device": "in devices",
}
"""How a product reaches its users, in words."""
DATA_LICENSES = ("CC0-1.0", "CC-BY-4.0", "CDLA-Permissive-2.0", "CC-BY-SA-4.0", "ODbL-1.0", "CC-BY-NC-4.0")
"""Licences under which data sets are often given away."""
_TITLES = {"unknown": "Terms that nobody has sorted"}
MOST_NAMED = 8
"""So many licences are named that differ from their group."""


class LicenseRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate says of one kind of licence: a word for each of `WAYS`, and for what only develops and tests.

    `except_` are licences of the kind of which it says something else somewhere.
    """

    group: str
    title: str
    meaning: str
    words: tuple[Word, ...]
    development: Word
    except_: tuple[str, ...] = ()
    more: int = 0


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force, for those who belong to no product that has rules of its own.

    `linked_licenses`: rules of one's own speak of how packages are linked. `rules` and `outbound` hold the settings of
    those rules that are on, by their names; `overrides` says in sentences where other rules hold.
    """

    organisation: str
    source: str
    shipped: bool
    longest_exception_days: int
    rules: Mapping[str, Any]
    outbound: Mapping[str, Any]
    licenses: tuple[LicenseRow, ...]
    data_licenses: tuple[tuple[str, tuple[Word, ...]], ...]
    own_licenses: tuple[str, ...]
    linked_licenses: bool
    overrides: tuple[str, ...]
    domains: tuple[str, ...] = ()
    products: int = 0
    alert_days: int = 14
    incident_days: Mapping[str, int] = {}

    def level(self, rule: str) -> str:
        """What a rule's findings are worth: fail, warn, note, or off."""
        settings = self.rules.get(rule) or self.outbound.get(rule)
        return "off" if settings is None else str(settings.level)

    @property
    def allowed(self) -> list[str]:
        """Kinds of licences that are allowed in every use; none where the gate asks of no licence."""
        if self.level("license-denied") == "off":
            return []
        return [row.title.lower() for row in self.licenses if set(row.words) == {"allow"}]

    def stops(self, rule: str) -> bool:
        """Whether a rule's findings stop the gate."""
        return self.level(rule) == "fail"

    @property
    def name(self) -> str:
        """The organisation, at the beginning of a sentence."""
        return self.organisation[:1].upper() + self.organisation[1:]


def terms(policy: Policy, settings: Settings) -> Terms:
    """The facts of the policy and settings in force."""
    rules = policy.for_project("").rules
    said = policy.said
    return Terms(
        organisation=settings.organisation.name or "our organisation",
        source=said.source,
        shipped=said.source == "the shipped policy",
        longest_exception_days=said.longest_exception_days,
        rules=rules,
        outbound=policy.for_outbound(""),
        licenses=_license_rows(_table(rules.get("license-denied"))),
        data_licenses=_data_licenses(rules.get("license-denied")),
        own_licenses=tuple(_own(one) for one in getattr(rules.get("license-denied"), "licenses", ())),
        linked_licenses=any(one.linkage for one in getattr(rules.get("license-denied"), "licenses", ())),
        overrides=tuple(_overrides(policy)),
        domains=settings.organisation.domains,
        products=len(settings.products),
        alert_days=settings.alerts.exception_days,
        incident_days=_incident_days(rules),
    )


def _incident_days(rules: Mapping[str, Any]) -> dict[str, int]:
    """Days to mend by severity, gravest first, as an incident's clock counts them."""
    from umbel.model.finding import SEVERITIES
    from umbel.policy.incidents import DAYS

    days = DAYS | dict(getattr(rules.get("vulnerability"), "days", {}))
    return {name: days[name] for name in reversed(SEVERITIES) if name in days}


def _table(settings: Any) -> LicensePolicy:
    from umbel.policy.rules._licenses import speaking, table

    own = speaking(settings.licenses, "dynamic") if settings is not None else ()
    return table(own, shipped=settings is None or settings.shipped)


def word(policy: LicensePolicy, license_id: str, way: Any, scope: str = "runtime") -> Word:
    """What the gate's table says of one licence in one use, for packages that are loaded at run time."""
    from umbel.model.license_policy import Use, judge_license

    use = Use(distribution=(way,), linkage="dynamic", scope=scope)
    verdict = judge_license(policy, use, license_id).verdict
    return "ask" if verdict is None else "allow" if verdict else "deny"


@lru_cache(maxsize=16)
def _license_rows(policy: LicensePolicy) -> tuple[LicenseRow, ...]:
    """A row for each kind of licence, by what is said of most licences of the kind."""
    from umbel.model.license_policy import groups

    members = _members()
    return tuple(_row(policy, group, ids) for group in groups().groups if (ids := members.get(group.name)))


def _members() -> dict[str, list[str]]:
    """The licences of SPDX's list by their kind, and the kinds that have a word of their own."""
    from umbel.model.license_policy import group_of

    listed = (files("umbel.model") / "data" / "spdx_ids.json").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for name in json.loads(listed)["licenses"]:
        found.setdefault(group_of(name), []).append(name)
    return found


def _row(policy: LicensePolicy, group: Any, ids: Sequence[str]) -> LicenseRow:
    said = {name: (*(word(policy, name, way) for way in WAYS), _development(policy, name)) for name in ids}
    usual = Counter(said.values()).most_common(1)[0][0]
    others = [name for name, words in said.items() if words != usual]
    return LicenseRow(
        group=group.name,
        title=_TITLES.get(group.name, group.title),
        meaning=group.meaning,
        words=usual[:-1],
        development=usual[-1],
        except_=tuple(others[:MOST_NAMED]),
        more=max(len(others) - MOST_NAMED, 0),
    )


def _development(policy: LicensePolicy, name: str) -> Word:
    """The strictest word over all ways, for what only develops and tests."""
    words = {word(policy, name, way, "development") for way in WAYS}
    return "deny" if "deny" in words else "ask" if "ask" in words else "allow"


def _data_licenses(settings: Any) -> tuple[tuple[str, tuple[Word, ...]], ...]:
    policy = _table(settings)
    return tuple((name, tuple(word(policy, name, way) for way in WAYS)) for name in DATA_LICENSES)


def _own(rule: LicenseRule) -> str:
    """A rule of the organisation's own, in a sentence."""
    where = [WAYS[way] for way in rule.distribution]
    parts = [", ".join(rule.licenses), f"if {' or '.join(where)}" if where else ""]
    parts += [f"linked {' or '.join(rule.linkage)}" if rule.linkage else ""]
    parts += [f"for {' or '.join(rule.scope)}" if rule.scope else ""]
    verb = {"allow": "allowed", "deny": "denied", "ask": "a question"}[rule.verdict]
    because = f", because {rule.because.strip().rstrip('.')}" if rule.because else ""
    return f"{' '.join(part for part in parts if part)}: {verb}{because}."


def _overrides(policy: Policy) -> list[str]:
    """Where other rules hold: of which products or projects, and which settings."""
    from umbel.policy.template import toml

    found = []
    for one in policy.said.overrides:
        whose = [f"product {name}" for name in one.products] + [f"project {name}" for name in one.projects]
        changed = [
            f"{table}: {key} = {_hidden(table, key) or toml(value)}"
            for section, prefix in ((one.rules, ""), (one.outbound, "outbound-"))
            for name, values in section.items()
            for table in (f"{prefix}{name}",)
            for key, value in values.items()
        ]
        found.append(f"{', '.join(whose)}: {'; '.join(changed) or 'no rule differs'}.")
    return found


def _hidden(table: str, key: str) -> str | None:
    """Words that must not leave don't stand in a text that is handed around."""
    return "a list" if (table, key) == ("outbound-denied-words", "words") else None
