# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the words of a shipped framework are held to, and where its facts are read."""

from __future__ import annotations

import pkgutil
import re
from collections import Counter
from typing import TYPE_CHECKING

from umbel.cli import commands
from umbel.frameworks import loading
from umbel.frameworks.checking import Names
from umbel.frameworks.indicators import catalog

if TYPE_CHECKING:
    from umbel.frameworks.interface import Framework, Practice

DOCUMENTS = {
    "quarterly-review", "executive-page", "strategy", "policy-use", "policy-contribution", "policy-release",
    "policy-innersource", "policy-ai", "incident-runbook", "end-of-life-plan", "policy-trademark", "office-plan",
    "stakeholder-map",
}  # fmt: skip
"""What `umbel document` writes and practices may name."""
COMMANDS = {
    each.name.replace("_", "-") for each in pkgutil.iter_modules(commands.__path__) if each.name[0] != "_"
}
_COMMAND = re.compile(r"\bumbel ([a-z][a-z-]+)")
_LONGEST = {"title": 60, "question": 150, "next": 150}


def framework(name: str) -> Framework:
    """A shipped framework, held against the real indicators and claims."""
    units = {name: each.unit for name, each in catalog().indicators.items()}
    library = loading.library()
    petals = [part.id for part in library.petals()]
    names = Names(indicators=units, claims=library.claims, templates=DOCUMENTS, petals=petals)
    return loading.read(loading.SHIPPED / f"{name}.toml", names)


def kinds(framework: Framework) -> dict[str, int]:
    """How many practices are answered in each way."""
    return dict(Counter(each.kind for each in framework.practices))


def of_kind(framework: Framework, kind: str) -> set[str]:
    """The ids of the practices that are answered in one way."""
    return {each.id for each in framework.practices if each.kind == kind}


def faults(framework: Framework) -> list[str]:
    """What is amiss with the words of its practices: `id: what`."""
    return [f"{each.id}: {fault}" for each in framework.practices for fault in _faults(each)]


def no_commands(text: str) -> list[str]:
    """The commands that a text names and that aren't there."""
    return [name for name in _COMMAND.findall(text) if name not in COMMANDS]


def _faults(practice: Practice) -> list[str]:
    found = []
    if not practice.ref:
        found.append("names no source")
    if not practice.petals:
        found.append("is nobody's")
    if not practice.next or practice.next.endswith("."):
        found.append("next must be a step, without a full stop")
    if not practice.question.endswith("?"):
        found.append("the question doesn't end as one")
    if not re.match(r"(Are|Can|Could|Did|Do|Does|Has|Have|If|Is|May|Was|When|Were)\b", practice.question):
        found.append("the question can't be answered by yes or no")
    for key, most in _LONGEST.items():
        if len(getattr(practice, key)) > most:
            found.append(f"{key} is longer than {most} characters")
    found += [f"there is no umbel {name}" for name in no_commands(practice.next)]
    return found
