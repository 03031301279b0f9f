# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped policy, written out: every rule with its question, its reason and its settings.

It is made from the rules themselves, so that it says what Umbel does where nothing is written.
"""

from __future__ import annotations

import inspect
import textwrap
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy.interface import EVERYWHERE, RuleSettings
from umbel.policy.outbound.interface import OutboundSettings
from umbel.policy.outbound.registry import outbound_rules
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from umbel.policy.interface import Rule
    from umbel.policy.outbound.interface import OutboundRule

WIDTH = 100
_HEAD = """\
# What counts as clean here, and what doesn't. umbel check and umbel risks judge by it.
#
# Every rule stands below with its default settings; what you leave out keeps its default. level is what a finding is
# worth: "fail" closes the gate, "warn" and "note" only tell, "off" switches the rule off. unknown is what it is
# worth that a question can't be answered. scopes are the uses of a package that the rule looks at; a package
# whose scope nobody tells has "unknown".
#
#   umbel policy test       does this file say what you mean? ([[cases]] at the end)
#   umbel policy preview F  what would change with another policy?
#   umbel policy explain    why is this a finding?
#
# Another policy to stand on; what it has locked can't be changed here:
# extends = "../policy.toml"

# How many days an exception may last at most.
longest_exception_days = 365

# Rules that no [[override]], and no policy that stands on this one, may change.
locked = []
"""
_OUTBOUND = """
# ---- Before code leaves the house: umbel check --outbound RANGE, as a hook or by hand.
# unknown is what it is worth that something could not be looked at, such as the end of a very large file.
"""
_TAIL = """
# What is stricter, or milder, for some. Projects come after products, later ones after earlier ones.
# [[override]]
# products = ["Shop"]
# reason = "handles payments"
# [override.rules.vulnerability]
# severity = "medium"

# Examples of what this policy should say: umbel policy test holds it to them.
# [[cases]]
# name = "a critical vulnerability with a fix closes the gate"
# component = "pkg:npm/example@1.0.0"
# vulnerabilities = [{ id = "CVE-2026-0001", severity = "critical", fixed = "1.0.1" }]
# expect = ["vulnerability"]
# fails = true
"""


def default_policy() -> str:
    """The whole file as text; read by `umbel.policy.file` it is the same policy as none."""
    inner = "".join(_rule(rule, f"rules.{rule.id}") for rule in rules().values())
    outer = "".join(_rule(rule, f"outbound.{rule.key}") for rule in outbound_rules().values())
    return _HEAD + inner + _OUTBOUND + outer + _TAIL


def _rule(rule: Rule | OutboundRule, table: str) -> str:
    lines = ["", *_comment(f"{rule.title}. {rule.what} {rule.why}")]
    settings = rule.settings()
    own = inspect.getdoc(type(settings)) or ""
    if type(settings) not in {RuleSettings, OutboundSettings}:
        lines += _comment(_words(own))
    lines.append(f"[{table}]")
    later: list[str] = []
    for name, value in msgspec.structs.asdict(settings).items():
        if value is None or (name == "scopes" and value == EVERYWHERE):
            continue
        if value in ((), {}):
            later = later or _comment(f"For example:\n{rule.example}", keep=True)
        else:
            lines.append(f"{name} = {toml(value)}")
    return "\n".join([*lines, *later]) + "\n"


def _words(doc: str) -> str:
    """What a settings record says of its fields, without its marks."""
    return " ".join(doc.replace("`", "").split())


def _comment(text: str, *, keep: bool = False) -> list[str]:
    lines = text.splitlines() if keep else textwrap.wrap(" ".join(text.split()), WIDTH)
    return [f"# {line}".rstrip() for line in lines]


def toml(value: Any) -> str:
    """A plain value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items() if v not in (None, [], ())) + " }"
        )
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) and not value.is_integer() else str(value)
    return msgspec.json.encode(str(value)).decode().replace("\x7f", "\\u007f")
