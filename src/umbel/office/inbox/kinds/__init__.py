# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of requests: one file each, with what is asked, who answers, and which record an approval writes."""

from __future__ import annotations

from umbel.office.inbox.kinds.base import Kind
from umbel.office.inbox.kinds.contribute import Contribute
from umbel.office.inbox.kinds.exception import Excepting
from umbel.office.inbox.kinds.package import Package
from umbel.office.inbox.kinds.question import Question
from umbel.office.inbox.kinds.release import Release

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (Excepting(), Package(), Contribute(), Release(), Question())
}

__all__ = ["KINDS", "Kind"]
