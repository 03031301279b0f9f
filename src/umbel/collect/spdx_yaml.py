# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 SBOMs in YAML → evidence: the sections of JSON in another dress.

Scalars are taken as they are written, so that a version `1.10` stays one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from umbel.collect._spdx_tree import Sections, unwrapped
from umbel.collect._yaml import Lined, load
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from umbel.collect._yaml import Value

_VERSION = re.compile(rb"(?:^|\n)[ \t]*[\"']?spdxVersion[\"']?[ \t]*:[ \t]*[\"']?SPDX-[12]\.")
_ID = re.compile(rb"(?:^|\n)[\"']?SPDXID[\"']?[ \t]*:[ \t]*[\"']?SPDXRef-")
_SECTION = re.compile(rb"(?:^|\n)[\"']?(?:creationInfo|documentNamespace)[\"']?[ \t]*:")
_TAG_VALUE = re.compile(rb"(?:^|[\r\n])[ \t]*SPDXVersion[ \t]*:")


class SpdxYamlCollector(Collector):
    """SPDX 2 in YAML."""

    id = "spdx_yaml"
    title = "SPDX YAML"
    reads = "SBOMs in SPDX 2.2 and 2.3 as YAML; unsound ones as far as they go."
    limits = (
        "Files, snippets, annotations and reviews are not kept; documents referred to are not read with it; "
        "documents beyond 64 MiB are refused. YAML takes ten times as long as JSON."
    )
    names = ("*.spdx.yaml", "*.spdx.yml", "*-spdx.yaml", "*-spdx.yml")
    suffixes = (".yaml", ".yml", ".spdx", ".sbom", ".bom")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether it isn't JSON or XML, and has the version or id of a document as a key."""
        head, tail = _plain(head), _plain(tail)
        if head.lstrip()[:1] in b"{[<" or _TAG_VALUE.search(head):
            return False
        if _VERSION.search(head) or _VERSION.search(tail):
            return True
        return bool(_ID.search(head) and _SECTION.search(head))

    def read(self, document: Document) -> Reading:
        """Read one document."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        tree = load(data, faults, texts=True, lines=True)
        if tree is None:
            raise UnreadableError("not-spdx", "is empty")
        return _Yaml(faults, texts=True).feed(unwrapped(tree, "YAML"), "YAML")


def _plain(data: bytes) -> bytes:
    return data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\r", b"\n")


class _Yaml(Sections):
    """One document, with the lines of its values."""

    def _place(self, section: str, n: int = -1) -> str:
        holder: Any = self._sections
        *above, last = section.split(".")
        for key in above:
            holder = holder.get(key) if isinstance(holder, dict) else None
        line = _line(holder, last)
        if n < 0:
            return f"line {line} {section}" if line else section
        entries = holder.get(last) if isinstance(holder, dict) else None
        entry = entries[n] if isinstance(entries, list) and n < len(entries) else None
        return f"line {_first(entry) or line} {section}[{n}]"


def _line(holder: Value, key: str) -> int:
    """The line of a mapping's value, 0 where there is none."""
    return holder.lines.get(key, 0) if isinstance(holder, Lined) else 0


def _first(entry: Value) -> int:
    """The line on which a mapping begins."""
    return next(iter(entry.lines.values()), 0) if isinstance(entry, Lined) else 0
