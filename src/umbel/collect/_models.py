# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Models and data sets of the Hugging Face hub, by the names that cards and model files give them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.interface import Component
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.collect._yaml import Value
    from umbel.collect.faults import Faults

LONGEST = 2000
"""Longer texts are cut where they are shown, and are no names."""
_HUB = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?:datasets/)?", re.IGNORECASE)
_NAME = re.compile(r"(?:([\w.-]{1,96})/)?([\w.-]{1,96})(?:@([0-9a-fA-F]{7,40}))?", re.ASCII)


def of_hub(text: str, kind: str, scope: str | None, place: str, faults: Faults) -> Component:
    """The model (`kind` model) or data set (data) of a name at the hub.

    Data sets lie below `datasets/` there, and so do their purls: a model may have the same name. A text
    that is no such name, a folder say, gives an unidentified component and a fault.
    """
    bare = _HUB.sub("", text.strip(), count=1).rstrip("/")
    found = _NAME.fullmatch(bare)
    purl = None
    namespace, name, version = found.groups() if found else (None, bare[:LONGEST], None)
    if found is None or name in {".", ".."} or namespace in {".", ".."}:
        what = "model" if kind == "model" else "data set"
        faults.add("hub-name", f"names {text[:120]!r}, which is no {what} of the hub", place)
    else:
        above = "/".join(part for part in ("datasets" if kind == "data" else None, namespace) if part)
        try:
            purl = make("huggingface", above or None, name, version)
        except PurlError as error:
            faults.add("purl", f"names {text[:120]!r}, which no purl can: {error}", place)
    return Component(
        ref=f"{kind} {bare[:LONGEST]}",
        package=purl.package if purl else unidentified(name or text[:LONGEST]),
        version=version,
        purl=purl.purl if purl else None,
        type="machine-learning-model" if kind == "model" else "data",
        name=name or None,
        namespace=namespace,
        scope=scope,
    )


def texts(tree: Mapping[str, Value], key: str, place: str, faults: Faults) -> list[str]:
    """The texts under a key, one or a list; what is none has a fault."""
    value = tree.get(key)
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            if item.strip():
                found.append(item.strip())
        elif item is not None:
            faults.add("wrong-type", f"holds something else under {key!r} where text is due", place, "error")
    return list(dict.fromkeys(found))


def text(tree: Mapping[str, Value], key: str) -> str | None:
    """The text under a key; None for anything else."""
    value = tree.get(key)
    return value.strip()[:LONGEST] or None if isinstance(value, str) else None
