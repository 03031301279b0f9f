# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SBOMs made of readings, read again, and compared: what tests of the writers stand on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import astuple, replace

from umbel.collect.cyclonedx_json import CyclonedxJsonCollector
from umbel.collect.cyclonedx_xml import CyclonedxXmlCollector
from umbel.collect.interface import Document
from umbel.collect.spdx_3 import Spdx3Collector
from umbel.collect.spdx_json import SpdxJsonCollector
from umbel.collect.spdx_tag_value import SpdxTagValueCollector
from umbel.reports.sbom import Form, Part, bill, chunks
from umbel.reports.sbom_evidence import Gathered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.interface import Collector, Component, Edge, Reading
    from umbel.reports.sbom import Bill

FORMS = (
    *(
        Form("cyclonedx", version, syntax)
        for version in ("1.4", "1.5", "1.6", "1.7")
        for syntax in ("json", "xml")
    ),
    *(Form("spdx", version, syntax) for version in ("2.2", "2.3") for syntax in ("json", "tag-value")),
    Form("spdx", "3.0"),
)
WHEN = datetime(2026, 2, 1, 10, tzinfo=UTC)
_READERS: dict[tuple[str, str], Collector] = {
    ("cyclonedx", "json"): CyclonedxJsonCollector(),
    ("cyclonedx", "xml"): CyclonedxXmlCollector(),
    ("spdx", "json"): SpdxJsonCollector(),
    ("spdx", "tag-value"): SpdxTagValueCollector(),
}


def name_of(form: Form) -> str:
    """A form as the id of a test."""
    return f"{form.format}-{form.version}-{form.syntax}"


def reader_of(form: Form) -> Collector:
    """The collector that reads a form."""
    return Spdx3Collector() if form.version == "3.0" else _READERS[form.format, form.syntax]


def bill_of(reading: Reading, subject: str = "shop") -> Bill:
    """The bill of what one document says, as the lake would give it back."""
    gathered = Gathered(
        project=subject,
        version=reading.subject_version,
        observed=WHEN,
        sources=("test file:/shop.json",),
        partial=False,
        root=reading.about.root if reading.about else None,
        parts=[
            Part(component=component, sources=("test file:/shop.json",), graphed=bool(reading.edges))
            for component in reading.components
        ],
        edges=reading.edges,
    )
    return bill(subject, [gathered], created=WHEN, version=reading.subject_version)


def written(made: Bill, form: Form) -> bytes:
    """The whole document."""
    return b"".join(chunks(made, form))


def read(form: Form, data: bytes) -> Reading:
    """A document of a form as its collector reads it."""
    return reader_of(form).read(Document(Path("bom"), data=data))


def evidence(components: Iterable[Component], edges: Iterable[Edge]) -> tuple[Counter[Any], set[Any]]:
    """Components and edges as sets, whatever their references."""
    by_ref: dict[str | None, Any] = {c.ref: astuple(replace(c, ref="")) for c in components}
    links = {
        (by_ref.get(e.source), by_ref.get(e.target), *astuple(replace(e, source=None, target=None)))
        for e in edges
    }
    return Counter(by_ref.values()), links
