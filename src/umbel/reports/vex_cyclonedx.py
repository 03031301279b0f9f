# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements as CycloneDX VEX.

Source: CycloneDX 1.5 and 1.6, `vulnerabilities`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.model import purl
from umbel.model.vex import in_cyclonedx
from umbel.policy._vex_cyclonedx import PROPERTY
from umbel.reports.vex import grouped, purl_of, serial, stamp, tool

if TYPE_CHECKING:
    from umbel.policy._vex_statement import Statement, Thing
    from umbel.reports.vex import Document

VERSIONS = ("1.5", "1.6")
_STATES = {
    "not_affected": "not_affected",
    "fixed": "resolved",
    "under_investigation": "in_triage",
    "affected": "exploitable",
}


def document(told: Document, version: str) -> dict[str, Any]:
    """The whole document as plain values."""
    name, number = tool()
    groups = grouped(told.statements)
    components = sorted({purl_of(one): one for _, things in groups for one in things}.items())
    about: dict[str, Any] = {"type": "application", "bom-ref": "product", "name": told.title}
    if told.product.version:
        about["version"] = told.product.version
    if told.product.package:
        about["purl"] = purl_of(told.product)
    whole: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "metadata": {
            "timestamp": stamp(told.made_at),
            "tools": {"components": [{"type": "application", "name": name, "version": number}]},
            "authors": [{"name": told.author}],
            "component": about,
        },
        "components": [_component(ref, one) for ref, one in components],
        "vulnerabilities": [_vulnerability(one, things, told) for one, things in groups],
    }
    return {"bomFormat": "CycloneDX", "specVersion": version, "serialNumber": serial(whole)} | whole


def _component(ref: str, thing: Thing) -> dict[str, Any]:
    name = purl.display(thing.package or "")
    version = {"version": thing.version} if thing.version else {}
    return {"type": "library", "bom-ref": ref, "name": name, **version, "purl": ref}


def _vulnerability(one: Statement, things: list[Thing], told: Document) -> dict[str, Any]:
    analysis: dict[str, Any] = {"state": _STATES[one.status]}
    if one.justification:
        analysis["justification"] = in_cyclonedx(one.justification)
    if one.responses:
        analysis["response"] = list(one.responses)
    if one.detail:
        analysis["detail"] = one.detail
    analysis |= {"firstIssued": stamp(one.time), "lastUpdated": stamp(one.time)}
    found: dict[str, Any] = {"id": one.ids[0], "source": {"name": _source(one.ids[0])}}
    if one.ids[1:]:
        found["references"] = [{"id": name, "source": {"name": _source(name)}} for name in one.ids[1:]]
    if one.action:
        found["recommendation"] = one.action
    found |= {
        "analysis": analysis,
        "affects": [{"ref": purl_of(thing)} for thing in things] or [{"ref": "product"}],
    }
    own = {}
    if one.justification and in_cyclonedx(one.justification) != one.justification:
        own["justification"] = one.justification
    if one.author and one.author != told.author:
        own["author"] = one.author
    if own:
        found["properties"] = [{"name": f"{PROPERTY}{name}", "value": value} for name, value in own.items()]
    return found


def _source(name: str) -> str:
    """The database that an id belongs to."""
    return name.partition("-")[0]
