# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of addresses and names in general: the lists of `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The lists; what each means stands in the file."""

    free_mail: frozenset[str]
    forges: frozenset[str]
    shared: frozenset[str]
    local_hosts: frozenset[str]
    second_level: frozenset[str]
    generic_locals: frozenset[str]
    generic_domains: frozenset[str]
    generic_hosts: frozenset[str]
    placeholder_words: frozenset[str]
    common_names: frozenset[str]


@cache
def words() -> Words:
    """The lists, read once."""
    data = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return Words(**{name: frozenset(text.split()) for name, text in data.items()})
