# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and URLs of licenses as the wild writes them, folded to lower case, and what they mean.

Names are folded by `licenses.folded_name`, URLs by `licenses.folded_url`. SPDX ids, the GNU family's
version numbers (`GPLv2+`) and URLs that hold an id need no row. `AMBIGUOUS` are names that could be
several licenses, or none: they stay unknown, with the reason.
"""

from __future__ import annotations

_BY_LICENSE: dict[str, tuple[str, ...]] = {
    "MIT": (
        "mit license", "mit licence", "expat", "expat license", "mit/x11", "mit x11 license", "x11/mit", "mit-license",
        "mit license mit", "mit expat license", "mit-license.org", "jquery.org/license", "mit license expat",
        "opensource.org/licenses/mit-license",
    ),
    "MIT-0": ("mit no attribution license mit-0", "mit no attribution"),
    "Apache-2.0": (
        "apache license 2.0", "apache license version 2.0", "apache license v2.0", "apache 2.0", "apache 2", "apache2",
        "apache-2", "apache v2", "apache license 2", "apache software license 2.0", "apache software license version 2.0",
        "apache 2.0 license", "apache license v2", "asl 2.0", "al 2.0", "apache license version 2", "apache2.0",
        "apache software license - version 2.0", "apache public license 2.0", "apache license asl version 2.0",
        "apache-2.0 license", "asf 2.0", "asl2", "apachev2", "apache license - version 2.0", "apache version 2.0",
        "apache.org/licenses/license-2.0", "opensource.org/license/apache-2-0",
    ),
    "Apache-1.1": ("apache license 1.1", "apache software license 1.1", "asl 1.1", "apache.org/licenses/license-1.1"),
    "BSD-2-Clause": (
        "simplified bsd", "simplified bsd license", "bsd 2-clause", "bsd 2-clause license", "bsd-2", "freebsd license",
        "2-clause bsd license", "2-clause bsd", "bsd 2 clause", "bsd2", "freebsd", "bsd 2-clause simplified license",
    ),
    "BSD-3-Clause": (
        "new bsd", "new bsd license", "modified bsd license", "revised bsd", "bsd 3-clause", "bsd 3-clause license",
        "3-clause bsd", "3-clause bsd license", "bsd-3", "bsd3", "bsd 3 clause", "bsd 3-clause new or revised license",
        "revised bsd license", "bsd 3-clause new or revised", "bsd 3-clause new license", "new bsd license bsd-3-clause",
        "eclipse distribution license - v 1.0", "eclipse distribution license v. 1.0", "eclipse distribution license 1.0",
        "edl 1.0", "edl-1.0", "eclipse.org/org/documents/edl-v10", "eclipse.org/org/documents/edl-v10.php",
    ),
    "0BSD": ("zero-clause bsd", "bsd zero clause license"),
    "ISC": ("isc license", "isc license iscl", "isc licence"),
    "MPL-1.0": ("mozilla public license 1.0 mpl", "mozilla public license 1.0", "mpl 1.0", "mplv1.0"),
    "MPL-1.1": (
        "mozilla public license 1.1", "mozilla public license 1.1 mpl 1.1", "mpl 1.1", "mplv1.1", "mozilla public license version 1.1",
        "mozilla.org/mpl/mpl-1.1", "mozilla.org/mpl/1.1",
    ),
    "MPL-2.0": (
        "mozilla public license 2.0", "mozilla public license version 2.0", "mpl 2.0", "mpl2", "mpl-2", "mpl2.0", "mplv2.0",
        "mplv2", "mozilla public license 2.0 mpl 2.0", "mozilla public license v2.0", "mozilla.org/mpl/2.0",
        "mozilla.org/en-us/mpl/2.0",
    ),
    "EPL-1.0": (
        "eclipse public license 1.0", "eclipse public license - v 1.0", "eclipse public license v1.0", "epl 1.0",
        "eclipse public license 1.0 epl-1.0", "eclipse.org/legal/epl-v10", "eclipse public license version 1.0",
    ),
    "EPL-2.0": (
        "eclipse public license 2.0", "eclipse public license - v 2.0", "eclipse public license v2.0", "epl 2.0",
        "eclipse public license 2.0 epl-2.0", "eclipse.org/legal/epl-2.0", "eclipse public license v. 2.0",
        "eclipse public license version 2.0", "eclipse.org/legal/epl-v20",
    ),
    "GPL-2.0-only": ("gnu general public license v2 gplv2",),
    "GPL-2.0-or-later": ("gnu general public license v2 or later gplv2+", "gpl >= 2", "gpl >= 2.0"),
    "GPL-3.0-only": ("gnu general public license v3 gplv3",),
    "GPL-3.0-or-later": ("gnu general public license v3 or later gplv3+", "gpl >= 3", "gpl >= 3.0"),
    "LGPL-2.0-only": ("gnu lesser general public license v2 lgplv2",),
    "LGPL-2.0-or-later": ("gnu lesser general public license v2 or later lgplv2+",),
    "LGPL-3.0-only": ("gnu lesser general public license v3 lgplv3",),
    "LGPL-3.0-or-later": ("gnu lesser general public license v3 or later lgplv3+",),
    "AGPL-3.0-or-later": ("gnu affero general public license v3 or later agplv3+",),
    "GPL-1.0-or-later": ("gpl+",),
    "GPL-2.0-only WITH Classpath-exception-2.0": (
        "gpl2 w/ cpe", "gpl2 with classpath exception", "gplv2 with classpath exception", "gpl-2.0 with classpath exception",
        "gnu general public license version 2 with the classpath exception", "gnu general public license version 2 with classpath exception",
        "gnu general public license version 2 with the gnu classpath exception", "gplv2+ce",
        "gnu.org/software/classpath/license", "openjdk.java.net/legal/gplv2+ce",
    ),
    "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0": (
        "cddl/gplv2+ce", "cddl + gplv2 with classpath exception", "cddl or gplv2 with exceptions", "dual license consisting of the cddl v1.0 and gpl v2",
    ),
    "Artistic-1.0-Perl OR GPL-1.0-or-later": ("gpl+ or artistic", "perl_5", "same as perl", "same terms as perl", "dev.perl.org/licenses"),
    "CDDL-1.0": (
        "common development and distribution license 1.0", "cddl 1.0", "cddlv1.0", "common development and distribution license 1.0 cddl-1.0",
        "common development and distribution license cddl v1.0", "opensource.org/licenses/cddl1",
        "common development and distribution license cddl version 1.0",
    ),
    "CDDL-1.1": ("cddl 1.1", "common development and distribution license 1.1", "common development and distribution license cddl version 1.1"),
    "CC0-1.0": (
        "cc0", "cc0 1.0", "cc0 1.0 universal", "cc0 1.0 universal cc0 1.0 public domain dedication", "creative commons zero",
        "public domain per creative commons cc0", "creative commons zero v1.0 universal",
    ),
    "CC-BY-3.0": ("cc by 3.0", "creative commons attribution 3.0"),
    "CC-BY-4.0": ("cc by 4.0", "creative commons attribution 4.0", "creative commons attribution 4.0 international"),
    "CC-BY-SA-4.0": ("cc by-sa 4.0", "creative commons attribution-sharealike 4.0 international"),
    "Unlicense": ("unlicense", "the unlicense unlicense", "unlicense.org", "unlicense unlicense", "public domain unlicense"),
    "PSF-2.0": ("psf", "psf license", "psfl"),
    "Python-2.0": ("python license 2.0", "python software foundation license version 2"),
    "CNRI-Python": ("python license cnri python license",),
    "Zlib": ("zlib license", "zlib/libpng license", "zlib/libpng"),
    "BSL-1.0": (
        "boost software license 1.0", "boost software license 1.0 bsl-1.0", "boost software license - version 1.0", "boost",
        "boost software license version 1.0", "boost.org/license_1_0",
    ),
    "BUSL-1.1": ("business source license 1.1", "bsl 1.1"),
    "WTFPL": ("do what the fuck you want to public license", "wtfpl v2"),
    "ZPL-2.0": ("zope public license 2.0", "zpl 2.0", "zplv2.0"),
    "ZPL-2.1": ("zope public license 2.1", "zpl 2.1", "zplv2.1"),
    "Artistic-2.0": ("artistic license 2.0", "artistic-2", "artistic 2.0"),
    "UPL-1.0": ("universal permissive license upl", "universal permissive license v1.0"),
    "OFL-1.1": ("sil open font license 1.1", "sil open font license", "sil-ofl-1.1", "ofl"),
    "PostgreSQL": ("postgresql license",),
    "Sleepycat": ("sleepycat license",),
    "W3C": ("w3c license",),
    "NCSA": ("university of illinois/ncsa open source license", "ncsa open source license"),
    "CPL-1.0": ("common public license", "common public license version 1.0", "cpl 1.0"),
    "IPL-1.0": ("ibm public license",),
    "AAL": ("attribution assurance license",),
    "Aladdin": ("aladdin free public license afpl",),
    "Motosoto": ("motosoto license",),
    "NGPL": ("nethack general public license",),
    "Nokia": ("nokia open source license", "nokia open source license nokos"),
    "OGTSL": ("open group test suite license",),
    "QPL-1.0": ("qt public license qpl",),
    "RSCPL": ("ricoh source code public license",),
    "SPL-1.0": ("sun public license",),
    "VSL-1.0": ("vovida software license 1.0",),
    "CECILL-2.1": ("cea cnrs inria logiciel libre license version 2.1 cecill-2.1",),
    "ImageMagick": ("imagemagick license",),
    "OpenSSL": ("openssl license",),
    "Ruby": ("ruby license", "ruby's"),
    "Vim": ("vim license",),
}  # fmt: skip

NAMES: dict[str, str] = {name: expression for expression, names in _BY_LICENSE.items() for name in names}

_WHICH = "doesn't say which of several licenses of that name"
_FAMILIES = (
    "bsd", "bsd license", "bsd licence", "bsd-like", "bsd style", "bsd-style", "bsd style license", "gpl", "gnu gpl",
    "gnu general public license", "gnu general public license gpl", "lgpl", "gnu lgpl", "gnu lesser general public license",
    "gnu library or lesser general public license lgpl", "gnu lesser general public license lgpl", "agpl", "gnu",
    "gnu affero general public license", "apache", "apache license", "apache software license", "asl", "mozilla",
    "mozilla public license", "mpl", "eclipse public license", "epl", "cddl", "cddl license", "artistic", "artistic license",
    "creative commons", "zope public license", "python software foundation license", "python", "python license", "afl",
    "academic free license afl", "apple public source license", "eiffel forum license", "eiffel forum license efl",
    "gnu free documentation license fdl", "gfdl", "netscape public license npl", "openldap", "zpl", "perl", "ofl license",
    "cecill", "eupl", "osl", "boost license", "apache.org/licenses", "apache.org/licenses/license", "opensource.org/licenses/bsd-license",
    "gnu.org/licenses", "gnu.org/licenses/gpl", "gnu.org/licenses/lgpl", "gnu.org/licenses/agpl", "gnu.org/copyleft/gpl",
    "gnu.org/copyleft/lesser", "opensource.org/licenses/gpl-license", "opensource.org/licenses/lgpl-license", "opensource.org/licenses",
)  # fmt: skip

_NONFREE = "is restricted; its terms are not known"
_SOMEWHERE = "points to a file that isn't read here"

AMBIGUOUS: dict[str, str] = {
    **dict.fromkeys(_FAMILIES, _WHICH),
    "unlicensed": "is npm's word for proprietary: no license is granted",
    "proprietary": "is proprietary; its terms are not known",
    "commercial": "is commercial; its terms are not known",
    "other/proprietary license": "is proprietary; its terms are not known",
    "all rights reserved": "is proprietary: no license is granted",
    "public domain": "is said to be in the public domain; by which dedication isn't",
    "public-domain": "is said to be in the public domain; by which dedication isn't",
    "osi approved": "doesn't say which license",
    "dfsg approved": "doesn't say which license",
    "free for non-commercial use": _NONFREE,
    "free for educational use": _NONFREE,
    "free for home use": _NONFREE,
    "free to use but restricted": _NONFREE,
    "freely distributable": "may be distributed; its other terms are not known",
    "freeware": "costs nothing; its terms are not known",
    "other": "doesn't say which license",
    "custom": "has a text of its own that isn't read here",
    "dual license": "doesn't say which licenses",
    "see license file": _SOMEWHERE,
    "see license": _SOMEWHERE,
    "license": _SOMEWHERE,
    "license file": _SOMEWHERE,
    "license.txt": _SOMEWHERE,
    "license.md": _SOMEWHERE,
    "copying": _SOMEWHERE,
}
