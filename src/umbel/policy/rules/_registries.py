# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the rules on registries share: how to learn what nobody knows."""

from __future__ import annotations

from umbel.policy.facts import is_identified


def how_to_ask(package: str) -> str:
    """What brings a registry's facts about a package: without a purl there is none to ask."""
    if is_identified(package):
        return "Ask its registry: umbel sync packages"
    return "Have the document that names it give its purl: without one no registry can be asked."
