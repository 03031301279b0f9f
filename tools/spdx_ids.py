# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Write src/umbel/model/data/spdx_ids.json: SPDX ids with their category, and deprecated spellings.

Derived from the license index that license-expression carries (CC-BY-4.0, nexB Inc. and others),
so that plain ids are known without loading it. `--check` only says whether it is in step.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import license_expression

INDEX = Path(license_expression.__file__).parent / "data/scancode-licensedb-index.json"
TARGET = Path(__file__).parent.parent / "src/umbel/model/data/spdx_ids.json"


NEWER = """
Advanced-Cryptics-Dictionary ALGLIB-Documentation BOLA-1.1 BSD-3-Clause-Tso BSD-Mark-Modifications
Buddy CAPEC-tou eCos-2.0 ESA-PL-permissive-2.4 ESA-PL-strong-copyleft-2.4 ESA-PL-weak-copyleft-2.4
HPND-sell-variant-critical-systems HPND-SMC hyphen-bulgarian ISO-permission MIT-STK MMPL-1.0.1
MPL-2.0-no-copyleft-exception Net-SNMP NIST-PD-TNT OpenMDW-1.0 OSC-1.0 OSSP ParaType-Free-Font-1.3
SGMLUG-PM TekHVC UnRAR Vixie-Cron WordNet WTFNMFPL X11-no-permit-persons
""".split()
"""Ids of SPDX 3.28 that the index (3.27) doesn't hold: known as ids, their kind of terms is not."""


def text() -> str:
    """The file's content, sorted."""
    licenses: dict[str, str] = {}
    exceptions: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for entry in json.loads(INDEX.read_text("utf-8")):
        key = entry.get("spdx_license_key")
        if not key or key.startswith("LicenseRef-"):
            continue
        (exceptions if entry.get("is_exception") else licenses)[key] = entry["category"]
        for other in entry.get("other_spdx_license_keys") or []:
            if " " not in other and not other.startswith("LicenseRef-"):
                aliases[other] = key
    licenses = dict.fromkeys(NEWER, "Unstated License") | licenses
    groups = {"licenses": licenses, "exceptions": exceptions, "aliases": aliases}
    return json.dumps({name: dict(sorted(group.items())) for name, group in groups.items()}, indent=0) + "\n"


def main() -> int:
    """Write the file, or with --check say whether it would change."""
    new = text()
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.exists() and TARGET.read_text("utf-8") == new else 1
    TARGET.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
