# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents that tests hand in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.office import estate
from tests.office.estate import SECRET

if TYPE_CHECKING:
    from pathlib import Path

INNER = ("inner", "2.0.0", "MIT")
"""Of the estate: it has a critical advisory."""
OUTER = ("outer", "1.0.0", "GPL-3.0-only")
FINE = ("fine", "1.0.0", "MIT")


def bill(*parts: tuple[str, str, str], name: str = "checkout", version: str = "1.0", **more: Any) -> bytes:
    """A CycloneDX document of a few npm packages, the first of which needs the others."""
    refs = [f"{package}@{number}" for package, number, _ in parts]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": more.pop("timestamp", "2026-10-01T10:00:00Z"),
            "tools": [{"name": "maker", "version": "1.0"}],
            "component": {"type": "application", "name": name, "version": version, "bom-ref": "root"},
        },
        "components": [
            {
                "type": "library",
                "name": package,
                "version": number,
                "bom-ref": ref,
                "purl": f"pkg:npm/{package}@{number}",
                "licenses": [{"license": {"id": license_}}],
            }
            for (package, number, license_), ref in zip(parts, refs, strict=True)
        ],
        "dependencies": [
            {"ref": "root", "dependsOn": refs[:1]},
            *([{"ref": refs[0], "dependsOn": refs[1:]}] if refs else []),
        ],
        **more,
    }
    return json.dumps(document).encode()


def bill_xml(package: str = "inner", number: str = "2.0.0") -> bytes:
    """The same in XML, with one package."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
  <metadata><timestamp>2026-10-01T10:00:00Z</timestamp></metadata>
  <components><component type="library" bom-ref="a"><name>{package}</name><version>{number}</version>
    <licenses><license><id>MIT</id></license></licenses><purl>pkg:npm/{package}@{number}</purl></component></components>
</bom>""".encode()


def hide(folder: Path, project: str = SECRET) -> None:
    """Let a project be seen by security alone."""
    from umbel.office import core

    estate.hide(folder, 'roles = ["security"]', project)
    core.forget()
