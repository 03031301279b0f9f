# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents of VEX in few words."""

from __future__ import annotations

import json
from typing import Any

DAY = "2026-02-01T00:00:00Z"


def openvex(*statements: dict[str, Any], **more: Any) -> bytes:
    """An OpenVEX document."""
    whole = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://acme.example/vex/1",
        "author": "Acme Security",
        "timestamp": DAY,
        "version": 1,
        "statements": list(statements),
    }
    return json.dumps(whole | more).encode()


def said(
    vulnerability: str = "CVE-2026-0001",
    product: str = "pkg:npm/old@1.0.0",
    status: str = "not_affected",
    inside: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A statement of OpenVEX; `inside` is the component of the product."""
    named: dict[str, Any] = {"@id": product}
    if inside:
        named["subcomponents"] = [{"@id": inside}]
    given: dict[str, Any] = {"vulnerability": {"name": vulnerability}, "products": [named], "status": status}
    if status == "not_affected":
        given["justification"] = "vulnerable_code_not_in_execute_path"
    return given | more


def cyclonedx(*vulnerabilities: dict[str, Any], product: dict[str, Any] | None = None, **more: Any) -> bytes:
    """A CycloneDX document with vulnerabilities, about a product."""
    metadata: dict[str, Any] = {"timestamp": DAY, "authors": [{"name": "Acme Security"}]}
    if product:
        metadata["component"] = {"type": "application", "bom-ref": "product"} | product
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": metadata,
        "vulnerabilities": list(vulnerabilities),
    }
    return json.dumps(whole | more).encode()


def analysed(
    *refs: Any, state: str = "not_affected", name: str = "CVE-2026-0001", **more: Any
) -> dict[str, Any]:
    """A vulnerability of CycloneDX with its analysis; a reference may be a whole `affects`."""
    affects = [one if isinstance(one, dict) else {"ref": one} for one in refs]
    return {"id": name, "affects": affects, "analysis": {"state": state} | more}
