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
from typing import Any

import license_expression

INDEX = Path(license_expression.__file__).parent / "data/scancode-licensedb-index.json"
TARGET = Path(__file__).parent.parent / "src/umbel/model/data/spdx_ids.json"

NEWER = """
Advanced-Cryptics-Dictionary ALGLIB-Documentation BOLA-1.1 BSD-3-Clause-Tso BSD-Mark-Modifications
Buddy CAPEC-tou ESA-PL-permissive-2.4 ESA-PL-strong-copyleft-2.4 ESA-PL-weak-copyleft-2.4
HPND-sell-variant-critical-systems HPND-SMC hyphen-bulgarian ISO-permission MIT-STK MMPL-1.0.1
Net-SNMP NIST-PD-TNT OpenMDW-1.0 OSC-1.0 OSSP ParaType-Free-Font-1.3 SGMLUG-PM TekHVC UnRAR
Vixie-Cron WordNet WTFNMFPL X11-no-permit-persons
""".split()
"""Ids of SPDX 3.28 that the index (3.27) lacks. Their kind of terms is known where it has the text."""

NEWER_EXCEPTIONS = """
Classpath-exception-2.0-short kvirc-openssl-exception rsync-linking-exception
Simple-Library-Usage-exception sqlitestudio-OpenSSL-exception
""".split()

COMPOUND = {
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "wxWindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
}
"""Deprecated ids of a license with an exception, as SPDX writes them today."""

AMBIGUOUS = {"GPL"}
"""Spellings that the index resolves although they name no version."""

LICENSES = {"MPL-2.0-no-copyleft-exception"}
"""Licenses that the index takes for exceptions."""

UNSTATED = "Unstated License"


def text() -> str:
    """The file's content, sorted."""
    index: list[dict[str, Any]] = json.loads(INDEX.read_text("utf-8"))
    terms = {entry["license_key"]: entry["category"] for entry in index}
    licenses = {key: terms.get(key.lower(), UNSTATED) for key in NEWER}
    exceptions = dict.fromkeys(NEWER_EXCEPTIONS, UNSTATED)
    deprecated = dict(COMPOUND)
    for entry in index:
        key = entry.get("spdx_license_key")
        if not key or key.startswith("LicenseRef-") or key in COMPOUND:
            continue
        an_exception = entry.get("is_exception") and key not in LICENSES
        (exceptions if an_exception else licenses)[key] = entry["category"]
        for other in entry.get("other_spdx_license_keys") or []:
            if " " not in other and not other.startswith("LicenseRef-") and other not in AMBIGUOUS:
                deprecated[other] = key
    groups = {"licenses": licenses, "exceptions": exceptions, "deprecated": deprecated}
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
