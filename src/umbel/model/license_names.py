# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and URLs of licenses as the wild writes them, folded to lower case, and what they mean.

`AMBIGUOUS` are names that could be several licenses: they stay unknown, with the reason.
"""

from __future__ import annotations

_BY_LICENSE: dict[str, tuple[str, ...]] = {
    "MIT": (
        "mit license", "mit licence", "expat", "expat license", "mit/x11", "mit x11 license", "x11/mit", "mit-license",
        "mit license mit", "opensource.org/licenses/mit", "opensource.org/license/mit", "opensource.org/licenses/mit-license",
        "spdx.org/licenses/mit", "mit-license.org",
    ),
    "Apache-2.0": (
        "apache license 2.0", "apache license version 2.0", "apache license v2.0", "apache 2.0", "apache 2", "apache2",
        "apache-2", "apache v2", "apache license 2", "apache software license 2.0", "apache software license version 2.0",
        "apache 2.0 license", "apache license v2", "asl 2.0", "al 2.0", "apache license version 2",
        "apache software license - version 2.0", "apache public license 2.0", "apache license asl version 2.0",
        "apache.org/licenses/license-2.0", "opensource.org/licenses/apache-2.0", "apache.org/licenses",
        "opensource.org/license/apache-2-0", "spdx.org/licenses/apache-2.0",
    ),
    "Apache-1.1": ("apache license 1.1", "apache software license 1.1", "apache.org/licenses/license-1.1"),
    "BSD-2-Clause": (
        "simplified bsd", "simplified bsd license", "bsd 2-clause", "bsd 2-clause license", "bsd-2", "freebsd license",
        "2-clause bsd license", "bsd 2 clause", "freebsd", "opensource.org/licenses/bsd-2-clause",
        "bsd 2-clause simplified license", "spdx.org/licenses/bsd-2-clause",
    ),
    "BSD-3-Clause": (
        "new bsd", "new bsd license", "modified bsd license", "revised bsd", "bsd 3-clause", "bsd 3-clause license",
        "3-clause bsd", "3-clause bsd license", "bsd-3", "bsd 3 clause", "bsd 3-clause new or revised license",
        "revised bsd license", "bsd 3-clause new or revised", "opensource.org/licenses/bsd-3-clause",
        "bsd 3-clause new license", "eclipse distribution license - v 1.0", "eclipse distribution license v. 1.0",
        "edl 1.0", "eclipse.org/org/documents/edl-v10", "spdx.org/licenses/bsd-3-clause",
    ),
    "ISC": ("isc license", "isc license iscl", "isc licence", "opensource.org/licenses/isc", "spdx.org/licenses/isc"),
    "MPL-2.0": (
        "mozilla public license 2.0", "mozilla public license version 2.0", "mpl 2.0", "mpl2", "mpl-2",
        "mozilla public license 2.0 mpl 2.0", "mozilla.org/mpl/2.0", "opensource.org/licenses/mpl-2.0",
        "mozilla.org/en-us/mpl/2.0",
    ),
    "MPL-1.1": ("mozilla public license 1.1", "mozilla public license 1.1 mpl 1.1", "mpl 1.1", "mozilla.org/mpl/mpl-1.1"),
    "EPL-1.0": (
        "eclipse public license 1.0", "eclipse public license - v 1.0", "eclipse public license v1.0", "epl 1.0",
        "eclipse public license 1.0 epl-1.0", "eclipse.org/legal/epl-v10", "eclipse public license version 1.0",
    ),
    "EPL-2.0": (
        "eclipse public license 2.0", "eclipse public license - v 2.0", "eclipse public license v2.0", "epl 2.0",
        "eclipse public license 2.0 epl-2.0", "eclipse.org/legal/epl-2.0", "eclipse public license v. 2.0",
        "eclipse public license version 2.0", "eclipse.org/legal/epl-v20",
    ),
    "GPL-2.0-only": (
        "gnu general public license v2 gplv2", "gplv2", "gpl v2", "gnu gpl v2", "gpl-2", "gpl 2", "gpl 2.0",
        "gnu general public license version 2", "gnu general public license v2.0 only", "gnu.org/licenses/gpl-2.0",
        "gnu.org/licenses/old-licenses/gpl-2.0", "gnu general public license v2.0",
    ),
    "GPL-2.0-or-later": (
        "gnu general public license v2 or later gplv2+", "gplv2+", "gpl v2+", "gpl-2+", "gpl2+",
        "gnu general public license v2.0 or later",
    ),
    "GPL-3.0-only": (
        "gnu general public license v3 gplv3", "gplv3", "gpl v3", "gnu gpl v3", "gpl-3", "gpl 3", "gpl 3.0",
        "gnu general public license version 3", "gnu general public license v3.0 only", "gnu.org/licenses/gpl-3.0",
        "gnu general public license v3.0",
    ),
    "GPL-3.0-or-later": (
        "gnu general public license v3 or later gplv3+", "gplv3+", "gpl v3+", "gpl-3+", "gpl3+",
        "gnu general public license v3.0 or later",
    ),
    "LGPL-2.1-only": (
        "lgpl 2.1", "lgplv2.1", "lgpl v2.1", "gnu lesser general public license version 2.1", "gnu.org/licenses/lgpl-2.1",
        "gnu lesser general public license v2.1", "gnu.org/licenses/old-licenses/lgpl-2.1",
        "gnu lesser general public license v2.1 only",
    ),
    "LGPL-2.1-or-later": ("lgplv2.1+", "lgpl-2.1+", "gnu lesser general public license v2.1 or later", "lgpl 2.1+"),
    "LGPL-2.0-or-later": ("gnu lesser general public license v2 or later lgplv2+", "lgplv2+", "lgpl-2+"),
    "LGPL-3.0-only": (
        "lgpl 3.0", "lgplv3", "lgpl v3", "lgpl-3", "gnu lesser general public license v3 lgplv3",
        "gnu lesser general public license version 3", "gnu.org/licenses/lgpl-3.0", "gnu.org/licenses/lgpl",
        "gnu lesser general public license v3.0",
    ),
    "LGPL-3.0-or-later": ("gnu lesser general public license v3 or later lgplv3+", "lgplv3+", "lgpl-3+"),
    "AGPL-3.0-only": (
        "gnu affero general public license v3", "agplv3", "agpl v3", "agpl 3.0", "agpl-3", "gnu.org/licenses/agpl-3.0",
    ),
    "AGPL-3.0-or-later": ("gnu affero general public license v3 or later agplv3+", "agplv3+", "agpl-3+"),
    "CDDL-1.0": (
        "common development and distribution license 1.0", "cddl 1.0", "cddl license",
        "common development and distribution license cddl v1.0", "opensource.org/licenses/cddl1",
        "common development and distribution license cddl version 1.0",
    ),
    "CC0-1.0": (
        "cc0", "cc0 1.0", "cc0 1.0 universal", "cc0 1.0 universal cc0 1.0 public domain dedication", "creative commons zero",
        "creativecommons.org/publicdomain/zero/1.0", "public domain per creative commons cc0",
        "creativecommons.org/publicdomain/zero/1.0/legalcode",
    ),
    "Unlicense": ("unlicense", "the unlicense unlicense", "unlicense.org", "unlicense unlicense"),
    "PSF-2.0": ("psf", "psf license", "psfl"),
    "Python-2.0": ("python license", "cnri-python"),
    "Zlib": ("zlib license", "zlib/libpng license", "zlib/libpng"),
    "BSL-1.0": ("boost software license 1.0", "boost software license 1.0 bsl-1.0", "boost software license - version 1.0"),
    "WTFPL": ("do what the fuck you want to public license", "wtfpl v2"),
    "ZPL-2.1": ("zope public license 2.1", "zpl 2.1"),
    "0BSD": ("zero-clause bsd", "bsd zero clause license"),
    "MIT-0": ("mit no attribution license mit-0", "mit no attribution"),
    "Artistic-2.0": ("artistic license 2.0", "artistic-2"),
    "UPL-1.0": ("universal permissive license upl", "universal permissive license v1.0"),
    "GPL-2.0-only WITH Classpath-exception-2.0": (
        "gpl2 w/ cpe", "gpl-2.0-with-classpath-exception", "gpl-2.0 with classpath exception", "gnu general public license version 2 with the classpath exception",
        "gpl2 with classpath exception", "gnu.org/software/classpath/license", "openjdk.java.net/legal/gplv2+ce",
    ),
    "GPL-2.0-only WITH Autoconf-exception-2.0": ("gpl-2.0-with-autoconf-exception",),
    "GPL-2.0-only WITH Bison-exception-2.2": ("gpl-2.0-with-bison-exception",),
    "GPL-2.0-only WITH Font-exception-2.0": ("gpl-2.0-with-font-exception",),
    "GPL-2.0-only WITH GCC-exception-2.0": ("gpl-2.0-with-gcc-exception",),
    "GPL-3.0-only WITH Autoconf-exception-3.0": ("gpl-3.0-with-autoconf-exception",),
    "GPL-3.0-only WITH GCC-exception-3.1": ("gpl-3.0-with-gcc-exception",),
}  # fmt: skip

NAMES: dict[str, str] = {name: expression for expression, names in _BY_LICENSE.items() for name in names}

_WHICH = "doesn't say which of several licenses of that name"
_FAMILIES = (
    "bsd", "bsd license", "bsd-like", "bsd style", "bsd-style", "gpl", "gnu gpl", "gnu general public license",
    "gnu general public license gpl", "lgpl", "gnu lgpl", "gnu lesser general public license",
    "gnu library or lesser general public license lgpl", "gnu lesser general public license lgpl", "agpl",
    "gnu affero general public license", "apache", "apache license", "apache software license", "asl", "mozilla",
    "mozilla public license", "mpl", "eclipse public license", "epl", "cddl", "artistic", "artistic license",
    "creative commons", "zope public license", "python software foundation license", "apache.org/licenses/license",
    "opensource.org/licenses/bsd-license", "gnu.org/licenses/gpl", "gnu.org/copyleft/gpl", "gnu.org/copyleft/lesser",
    "opensource.org/licenses/gpl-license", "opensource.org/licenses/lgpl-license",
)  # fmt: skip

AMBIGUOUS: dict[str, str] = {
    **dict.fromkeys(_FAMILIES, _WHICH),
    "unlicensed": "grants nothing: npm's word for proprietary",
    "proprietary": "is proprietary; its terms are not known",
    "commercial": "is commercial; its terms are not known",
    "other/proprietary license": "is proprietary; its terms are not known",
    "public domain": "is said to be in the public domain; by which dedication isn't",
    "osi approved": "doesn't say which license",
    "dfsg approved": "doesn't say which license",
    "free for non-commercial use": "is restricted; its terms are not known",
    "unknown": "says itself that it is unknown",
    "other": "doesn't say which license",
    "dual license": "doesn't say which licenses",
    "see license file": "points to a file that isn't read here",
    "see license": "points to a file that isn't read here",
    "license": "points to a file that isn't read here",
}
