# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of ours as a VEX document: CycloneDX or OpenVEX, JSON, the same bytes for the same statements."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import msgspec

from umbel._version import __version__
from umbel.model import purl
from umbel.policy._vex_statement import Statement, Thing  # noqa: TC001 - msgspec reads them

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VexForm = Literal["cyclonedx", "openvex"]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What is said, of which product, by whom, and when it was put together."""

    title: str
    product: Thing
    author: str
    made_at: datetime
    statements: tuple[Statement, ...]

    def counted(self) -> dict[str, int]:
        """Statements by their status."""
        found: dict[str, int] = {}
        for one in self.statements:
            found[one.status] = found.get(one.status, 0) + 1
        return found


def render(document: Document, form: VexForm = "cyclonedx", version: str = "1.6") -> str:
    """The whole document as text. `version` is CycloneDX's: 1.5 or 1.6."""
    from umbel.reports import vex_cyclonedx, vex_openvex

    whole = vex_openvex.document(document) if form == "openvex" else vex_cyclonedx.document(document, version)
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def grouped(statements: Iterable[Statement]) -> list[tuple[Statement, list[Thing]]]:
    """Statements that say the same, with the components that they say it of; in order of vulnerability."""
    groups: dict[tuple[Any, ...], tuple[Statement, list[Thing]]] = {}
    for one in sorted(statements, key=lambda one: (one.ids, one.status, str(one.component), str(one.time))):
        key = (
            one.ids, one.status, one.time, one.justification, one.detail, one.action, one.responses, one.author,
            one.component is None,
        )  # fmt: skip
        components = groups.setdefault(key, (one, []))[1]
        if one.component is not None and one.component not in components:
            components.append(one.component)
    return list(groups.values())


def purl_of(thing: Thing) -> str:
    """A purl with its version; one that has none by name is `pkg:generic`."""
    package = thing.package or purl.make("generic", None, thing.name or "unknown").package
    return f"{package}@{quote(thing.version, safe=':')}" if thing.version else package


def serial(whole: Mapping[str, Any]) -> str:
    """A name for a document that is made from what it says: the same for the same."""
    digest = hashlib.sha256(msgspec.json.encode(whole)).hexdigest()
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}"


def stamp(moment: datetime) -> str:
    """A time as both formats write it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def tool() -> tuple[str, str]:
    """What makes documents here: its name and version."""
    return "Umbel", __version__
