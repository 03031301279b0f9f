# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables of what the world says of packages: registries, advisories, lifecycles, licences.

They speak of no project of ours: the snapshots that publish them have no subject. Rows are kept as they
were when they were seen, so that a past day can be asked; views choose among them.
"""

from __future__ import annotations

from umbel.model.table import Column, Table

_TIME = "TIMESTAMP WITH TIME ZONE"
URLS = "STRUCT(kind VARCHAR, url VARCHAR)[]"
SEVERITIES = "STRUCT(kind VARCHAR, vector VARCHAR)[]"
RANGES = "STRUCT(kind VARCHAR, repo VARCHAR, events STRUCT(kind VARCHAR, version VARCHAR)[])[]"

_WRITE = Column("write_id", "BIGINT", "the write that the row belongs to (snapshots.write_id)")
_SEEN = Column("seen_at", _TIME, "when Umbel saw it so")
_SOURCE = Column("source", "VARCHAR", "who says so: npm, pypi, deps.dev, osv, endoflife …")

PACKAGES = Table(
    "packages",
    "What a registry says of a package, as it was seen at one time.",
    (
        _WRITE,
        Column("package", "VARCHAR", "purl without version, as in usage"),
        _SOURCE,
        _SEEN,
        Column("found", "BOOLEAN", "false: the registry knows no such package (or no longer)"),
        Column("latest", "VARCHAR", "newest stable version; NULL if there is none or the order is unknown"),
        Column("latest_at", _TIME, "when that was released"),
        Column("versions", "INTEGER", "versions that it lists"),
        Column("versions_in", "BIGINT", "the write that holds its rows in package_versions"),
        Column("license", "VARCHAR", "license of the package, as written"),
        Column("repository", "VARCHAR", "address of its source, as written"),
        Column("homepage", "VARCHAR", "its website, as written"),
        Column("description", "VARCHAR", "what it is, as written"),
        Column("deprecated", "BOOLEAN", "the whole package is deprecated; NULL if the registry has no word for it"),
        Column("deprecation", "VARCHAR", "why, as written"),
        Column("successor", "VARCHAR", "package that takes its place, as the registry says"),
        Column("archived", "BOOLEAN", "its repository is archived; NULL if unknown"),
        Column("maintainers", "INTEGER", "how many people may release it; NULL if unknown"),
        Column("funding", "VARCHAR[]", "where it asks for money"),
        Column("validator", "VARCHAR", "what the registry gave to ask for changes by (ETag, date)"),
    ),
    ("package", "seen_at"),
)  # fmt: skip

PACKAGE_VERSIONS = Table(
    "package_versions",
    "One version of a package, as a registry lists it.",
    (
        _WRITE,
        Column("package", "VARCHAR", "purl without version, as in usage"),
        Column("version", "VARCHAR", "as the registry writes it"),
        _SOURCE,
        Column("position", "INTEGER", "place among its versions, the oldest has 0; NULL if it has no order"),
        Column("prerelease", "BOOLEAN", "alpha, beta, candidate …; NULL if unknown"),
        Column("released_at", _TIME, "when it was released; NULL if unknown"),
        Column("yanked", "BOOLEAN", "withdrawn by its authors; NULL if the registry has no word for it"),
        Column("deprecation", "VARCHAR", "why this version should not be used, as written; NULL if it may"),
        Column("license", "VARCHAR", "its license, as written"),
    ),
    ("package", "version"),
)

ADVISORIES = Table(
    "advisories",
    "One advisory, as its database had it at one time.",
    (
        _WRITE,
        Column("advisory", "VARCHAR", "its id: GHSA-…, PYSEC-…, RUSTSEC-…, CVE-…"),
        Column("source", "VARCHAR", "the database that it was had from"),
        _SEEN,
        Column("modified_at", _TIME, "when it was last changed, as written; NULL if that is no time"),
        Column("published_at", _TIME, "when it was published, as written"),
        Column("withdrawn_at", _TIME, "when it was withdrawn, or first missed; NULL: it stands"),
        Column("kind", "VARCHAR", "vulnerability, malicious, or informational: unmaintained, unsound, notice"),
        Column("aliases", "VARCHAR[]", "ids of the same thing elsewhere, as this one asserts"),
        Column("related", "VARCHAR[]", "ids of things that are near"),
        Column("upstream", "VARCHAR[]", "ids that it was made from"),
        Column("summary", "VARCHAR", "one line"),
        Column("details", "VARCHAR", "the whole text, in Markdown"),
        Column("severities", SEVERITIES, "CVSS vectors, as written"),
        Column("score", "DOUBLE", "base score of the newest CVSS version among them, 0 to 10; NULL if unknown"),
        Column("severity", "VARCHAR", "none, low, medium, high, critical: by score, else as written; NULL if unknown"),
        Column("cwes", "VARCHAR[]", "kinds of weakness"),
        Column("urls", URLS, "references"),
    ),
    ("advisory", "modified_at"),
)  # fmt: skip

ADVISORY_RANGES = Table(
    "advisory_ranges",
    "One affected package of an advisory: a version is affected if it is listed, or in a range.",
    (
        _WRITE,
        Column("package", "VARCHAR", "purl without version, as in usage; NULL if its ecosystem is unknown"),
        Column("advisory", "VARCHAR", "as in advisories"),
        Column("ecosystem", "VARCHAR", "as written, with its release: PyPI, Debian:12 …"),
        Column("name", "VARCHAR", "the package's name, as written"),
        Column("scheme", "VARCHAR", "by whose rules its versions are ordered (a purl type); NULL if unknown"),
        Column("ranges", RANGES, "ranges with their events, as written"),
        Column("versions", "VARCHAR[]", "versions that are affected, as written"),
        Column("severity", "VARCHAR", "severity for this package, where it differs; NULL if not"),
        Column("symbols", "VARCHAR[]", "the functions or modules that are affected, as written"),
    ),
    ("package", "advisory"),
)

EXPLOITS = Table(
    "exploits",
    "What is known of a vulnerability being exploited.",
    (
        _WRITE,
        Column("vulnerability", "VARCHAR", "its id, mostly CVE-…"),
        Column("source", "VARCHAR", "kev (CISA's list of known exploited ones) or epss (FIRST's forecast)"),
        _SEEN,
        Column("day", "DATE", "day of the listing or of the forecast"),
        Column("exploited", "BOOLEAN", "known to be exploited; NULL of a forecast"),
        Column("probability", "DOUBLE", "that it will be within 30 days, 0 to 1; NULL of a list"),
        Column("percentile", "DOUBLE", "share of all that are less likely, 0 to 1; NULL of a list"),
        Column("due", "DATE", "until when the list asks to mend it"),
        Column("ransomware", "BOOLEAN", "known to be used for ransom; NULL if unknown"),
    ),
    ("vulnerability", "day"),
)

LIFECYCLES = Table(
    "lifecycles",
    "One release cycle of a product and how long it is cared for.",
    (
        _WRITE,
        Column("product", "VARCHAR", "the product's id at its source: python, ubuntu …"),
        _SOURCE,
        _SEEN,
        Column("title", "VARCHAR", "the product's name"),
        Column("category", "VARCHAR", "framework, lang, os, database …"),
        Column("cycle", "VARCHAR", "3.11, 22.04 …"),
        Column("released_on", "DATE", "first release of the cycle; NULL if unknown"),
        Column("latest", "VARCHAR", "newest release of the cycle"),
        Column("latest_on", "DATE", "when that came"),
        Column("lts", "BOOLEAN", "cared for longer than others; NULL if unknown"),
        Column("support_ended", "BOOLEAN", "where undated: whether active support has ended; NULL if dated or unknown"),
        Column("support_until", "DATE", "end of active support; NULL if unknown"),
        Column("eol", "BOOLEAN", "where undated: whether its life has ended; NULL if dated or unknown"),
        Column("eol_on", "DATE", "end of life: no more fixes, of security either; NULL if unknown"),
        Column("extended_until", "DATE", "end of paid support; NULL if unknown or none"),
        Column("discontinued_on", "DATE", "no longer made; NULL if unknown"),
        Column("identifiers", "VARCHAR[]", "purls, CPEs … of the product, as its source says"),
        Column("url", "VARCHAR", "where the source tells of it"),
    ),
    ("product", "cycle"),
)  # fmt: skip

LICENSES = Table(
    "licenses",
    "One licence or exception with its text.",
    (
        _WRITE,
        Column("license", "VARCHAR", "SPDX id, or LicenseRef-…"),
        _SOURCE,
        _SEEN,
        Column("name", "VARCHAR", "its name"),
        Column("exception", "BOOLEAN", "an exception, used after WITH"),
        Column("deprecated", "BOOLEAN", "the id is deprecated"),
        Column("osi_approved", "BOOLEAN", "approved by the OSI; NULL if unknown"),
        Column("fsf_libre", "BOOLEAN", "free by the FSF's word; NULL if unknown"),
        Column("text", "VARCHAR", "the whole text"),
        Column("header", "VARCHAR", "what its authors ask to stand in each file; NULL if nothing"),
        Column("urls", "VARCHAR[]", "where it is published"),
    ),
    ("license",),
)

REFERENCE = (PACKAGES, PACKAGE_VERSIONS, ADVISORIES, ADVISORY_RANGES, EXPLOITS, LIFECYCLES, LICENSES)
"""All of them."""
