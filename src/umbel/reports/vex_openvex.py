# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements as OpenVEX.

Its schema takes either a justification or an impact statement: beside a justification, details stand in the notes.

Source: OpenVEX specification 0.2.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.model.vex import in_openvex
from umbel.reports.vex import grouped, purl_of, serial, stamp, tool

if TYPE_CHECKING:
    from umbel.policy._vex_statement import Statement, Thing
    from umbel.reports.vex import Document

CONTEXT = "https://openvex.dev/ns/v0.2.0"


def document(told: Document) -> dict[str, Any]:
    """The whole document as plain values."""
    whole: dict[str, Any] = {
        "author": told.author,
        "timestamp": stamp(told.made_at),
        "version": 1,
        "tooling": "/".join(tool()),
        "statements": [_statement(one, things, told.product) for one, things in grouped(told.statements)],
    }
    return {"@context": CONTEXT, "@id": serial(whole)} | whole


def _statement(one: Statement, things: list[Thing], about: Thing) -> dict[str, Any]:
    vulnerability: dict[str, Any] = {"name": one.ids[0]}
    if one.ids[1:]:
        vulnerability["aliases"] = list(one.ids[1:])
    product = _thing(about)
    if things:
        product["subcomponents"] = [_thing(thing) for thing in things]
    said: dict[str, Any] = {
        "vulnerability": vulnerability,
        "timestamp": stamp(one.time),
        "products": [product],
        "status": one.status,
    }
    if one.status == "not_affected" and not one.justification:
        said["impact_statement"] = one.detail or "No reason was given."
    elif one.detail:
        said["status_notes"] = one.detail
    if one.status == "not_affected" and one.justification:
        said["justification"] = in_openvex(one.justification)
    if one.status == "affected":
        said["action_statement"] = one.action or "No remedy is known."
    return said


def _thing(thing: Thing) -> dict[str, Any]:
    name = purl_of(thing)
    return {"@id": name, "identifiers": {"purl": name}}
