# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lake's tables: names, types and meaning, declared once.

Collectors fill them, the lake stores them, the reference page is written from them. Types are
given as text, so that a command that never builds a table need not import Arrow.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from umbel.model import reference_tables as reference
from umbel.model.table import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

_FAULTS = "STRUCT(code VARCHAR, message VARCHAR, place VARCHAR, level VARCHAR)[]"

SNAPSHOTS = Table(
    "snapshots",
    "One collector's view of one subject's document at one moment. Its row is the publication.",
    (
        Column("write_id", "BIGINT", "random; names this snapshot, drawn anew for each write"),
        Column(
            "facts", "BIGINT", "the write whose facts this snapshot shows: its own, or an earlier equal one"
        ),
        Column("collector", "VARCHAR", "which collector read it"),
        Column("collector_version", "INTEGER", "version of the collector; a newer one supersedes"),
        Column("subject", "VARCHAR", "the project that the document speaks of"),
        Column("subject_version", "VARCHAR", "the project's version, where the document says it"),
        Column("lineage", "VARCHAR", "producer and origin: documents of one lineage replace each other"),
        Column("producer", "VARCHAR", "the tool that made the document, as it says"),
        Column("format", "VARCHAR", "format and version of the document"),
        Column("origin", "VARCHAR", "where the document was found"),
        Column("revision", "VARCHAR", "the commit that was checked out, where it lay in a git checkout"),
        Column("content_sha256", "VARCHAR", "SHA-256 of the document"),
        Column(
            "facts_sha256", "VARCHAR", "SHA-256 of the evidence in it, whatever the document's formatting"
        ),
        Column("observed_at", "TIMESTAMP WITH TIME ZONE", "the time that the evidence speaks of"),
        Column("collected_at", "TIMESTAMP WITH TIME ZONE", "when Umbel saw it"),
        Column(
            "outcome", "VARCHAR", "complete, partial, failed (nothing readable) or absent (no longer found)"
        ),
        Column("faults", _FAULTS, "what was wrong with the document, and where"),
        Column("components", "INTEGER", "rows in usage"),
        Column("dependencies", "INTEGER", "rows in dependencies"),
    ),
    ("subject", "collector", "lineage", "observed_at"),
)

USAGE = Table(
    "usage",
    "One package version in one snapshot: the hot columns of the inventory.",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (snapshots.facts)"),
        Column("package", "VARCHAR", "purl without version; 'unidentified:…' where the document gave none"),
        Column("version", "VARCHAR", "version as the document says it; NULL if it doesn't"),
        Column("license", "VARCHAR", "effective SPDX expression, derived; NULL if unknown"),
        Column("component", "BIGINT", "key of the cold facts in components"),
        Column("direct", "BOOLEAN", "asked for by the project itself; NULL if the document doesn't say"),
        Column(
            "scope", "VARCHAR", "runtime, development, test, build, optional or excluded; NULL if unknown"
        ),
        Column("lead", "BOOLEAN", "the package's first row in its snapshot: counting projects is a sum"),
    ),
    ("package", "version", "write_id"),
)

COMPONENTS = Table(
    "components",
    "The cold facts that documents state about a component. Duplicates are harmless.",
    (
        Column("component", "BIGINT", "salted 64-bit hash of all the other columns"),
        Column("package", "VARCHAR", "as in usage"),
        Column("version", "VARCHAR", "as in usage"),
        Column("purl", "VARCHAR", "the whole canonical purl, with qualifiers"),
        Column("purl_raw", "VARCHAR", "the purl as written, where it differs from the canonical one"),
        Column("type", "VARCHAR", "library, application, operating-system, file, machine-learning-model …"),
        Column("name", "VARCHAR", "name as written"),
        Column("namespace", "VARCHAR", "group or namespace as written"),
        Column("licenses_declared", "VARCHAR[]", "licences as their authors declare them, as written"),
        Column("licenses_detected", "VARCHAR[]", "licences that a scanner found in files, as written"),
        Column("licenses_concluded", "VARCHAR[]", "licences that someone concluded, as written"),
        Column("hashes", "STRUCT(algorithm VARCHAR, value VARCHAR)[]", "digests of the artefact"),
        Column("cpes", "VARCHAR[]", "CPE names"),
        Column("supplier", "VARCHAR", "who supplies it, as written"),
        Column("author", "VARCHAR", "who wrote it, as written"),
        Column("copyright", "VARCHAR", "copyright lines, as written"),
        Column("description", "VARCHAR", "description, as written"),
        Column("urls", "STRUCT(kind VARCHAR, url VARCHAR)[]", "references out: vcs, website, distribution …"),
        Column("properties", "STRUCT(name VARCHAR, value VARCHAR)[]", "name-value pairs of the producer"),
        Column("location", "VARCHAR", "where in the project or image it was found"),
    ),
    ("component",),
)

DEPENDENCIES = Table(
    "dependencies",
    "One observed edge of one snapshot's dependency graph.",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (snapshots.facts)"),
        Column("from_component", "BIGINT", "who needs it; NULL is the project itself"),
        Column("to_component", "BIGINT", "what is needed; NULL where it was not resolved in the document"),
        Column("to_package", "VARCHAR", "package that is needed"),
        Column("requirement", "VARCHAR", "the requirement as written (^1.2, >=3)"),
        Column("scope", "VARCHAR", "runtime, development, test, build, optional; NULL if unknown"),
        Column("optional", "BOOLEAN", "an extra or optional dependency; NULL if unknown"),
        Column("direct", "BOOLEAN", "the edge leaves the project itself"),
        Column("pinned", "BOOLEAN", "the document fixes exactly one version; NULL if unknown"),
    ),
    ("write_id", "from_component"),
)

_COMPLETENESS = "STRUCT(what VARCHAR, component BIGINT, aggregate VARCHAR)[]"

DOCUMENTS = Table(
    "documents",
    "What an SBOM says of itself.",
    (
        Column("write_id", "BIGINT", "the snapshot that it was read for (snapshots.write_id)"),
        Column("identity", "VARCHAR", "serial number or namespace, as written"),
        Column("created", "VARCHAR", "time of its making, as written"),
        Column("authors", "VARCHAR[]", "people and organisations that made it, as written"),
        Column("tools", "VARCHAR[]", "tools that made it, with their versions"),
        Column("supplier", "VARCHAR", "who supplies what it describes, as written"),
        Column("licenses", "VARCHAR[]", "licences of the document's own data, as written"),
        Column(
            "lifecycles",
            "VARCHAR[]",
            "when in the life of the software it was made: build, source, deployed …",
        ),
        Column(
            "completeness",
            _COMPLETENESS,
            "how much it says it tells, of whose components or dependencies; "
            "component is NULL for the project or the whole",
        ),
        Column("signed", "BOOLEAN", "it holds a signature; NULL if its format has no place for one"),
        Column("root", "BIGINT", "what it describes: key of its facts in components"),
    ),
    ("write_id",),
)

HISTORIES = Table(
    "histories",
    "What a git repository was found to be in one snapshot.",
    (
        Column("write_id", "BIGINT", "the snapshot that it was read for (snapshots.write_id)"),
        Column(
            "writes", "BIGINT[]", "the writes whose commits make up this history, oldest first; its own last"
        ),
        Column("head", "VARCHAR", "commit that the followed line leads to; NULL if the repository is empty"),
        Column(
            "branch",
            "VARCHAR",
            "branch that is followed: the default one, else the one that HEAD names; NULL if detached",
        ),
        Column("tips", "VARCHAR[]", "commits from which the history was followed, sorted"),
        Column("commits", "INTEGER", "commits in the history"),
        Column("roots", "INTEGER", "commits without parents"),
        Column("shallow", "BOOLEAN", "the history was cut off when it was cloned: what is older is unknown"),
        Column("kind", "VARCHAR", "full, blobless (paths, no contents), treeless (commits only)"),
        Column("url", "VARCHAR", "address of the repository, without credentials; NULL if only local"),
        Column("submodules", "VARCHAR[]", "addresses of its submodules, as written"),
        Column("rewritten", "BOOLEAN", "commits known before are gone: this history replaces them"),
        Column("lines", "BOOLEAN", "lines were counted for all of its commits"),
        Column("paths", "BOOLEAN", "paths were read for all of its commits"),
    ),
    ("write_id",),
)

_TRAILERS = "STRUCT(kind VARCHAR, identity BIGINT)[]"

COMMITS = Table(
    "commits",
    "One commit. Its people are keys of identities.",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (an item of histories.writes)"),
        Column("sha", "VARCHAR", "the commit's id, in hex"),
        Column("parents", "INTEGER", "number of parents: 0 is a root, 2 and more a merge"),
        Column("author", "BIGINT", "who wrote it: key in identities"),
        Column("committer", "BIGINT", "who committed it: key in identities"),
        Column("authored_at", "TIMESTAMP WITH TIME ZONE", "as written; NULL if that is no time"),
        Column("committed_at", "TIMESTAMP WITH TIME ZONE", "as written; NULL if that is no time"),
        Column("author_zone", "INTEGER", "minutes east of UTC at its author; NULL if no zone of this earth"),
        Column("committer_zone", "INTEGER", "minutes east of UTC at its committer; NULL as above"),
        Column("signed", "BOOLEAN", "it holds a signature (which nobody checked)"),
        Column(
            "trailers",
            _TRAILERS,
            "people named at the end of its message: co-authored-by, signed-off-by, reviewed-by …",
        ),
        Column("odd", "VARCHAR[]", "what is not as it should be: date, zone, name, email, encoding"),
    ),
    ("write_id", "committed_at"),
)

IDENTITIES = Table(
    "identities",
    "A name and an address as commits write them. Duplicates are harmless.",
    (
        Column("identity", "BIGINT", "salted 64-bit hash of name and address"),
        Column("name", "VARCHAR", "name as written"),
        Column("email", "VARCHAR", "address as written"),
    ),
    ("identity",),
)

ALIASES = Table(
    "aliases",
    "What a repository's .mailmap says: two identities are one person.",
    (
        Column("write_id", "BIGINT", "the snapshot that it was read for (snapshots.write_id)"),
        Column("identity", "BIGINT", "as commits write it: key in identities"),
        Column("canonical", "BIGINT", "as it should be: key in identities"),
    ),
    ("write_id", "identity"),
)

FORGOTTEN = Table(
    "forgotten",
    "Identities that were deleted at their people's wish, and never come back.",
    (
        Column(
            "identity",
            "BIGINT",
            "the salted hash of a name with an address, or of an address: neither can be read from it",
        ),
        Column(
            "forgotten_at",
            "TIMESTAMP WITH TIME ZONE",
            "when it was deleted; NULL: the key is that of an address, all of it",
        ),
    ),
    ("identity",),
)

RELEASES = Table(
    "releases",
    "One tag of a repository.",
    (
        Column("write_id", "BIGINT", "the snapshot that it was read for (snapshots.write_id)"),
        Column("tag", "VARCHAR", "name of the tag"),
        Column("version", "VARCHAR", "version in the name; NULL if there is none: then it is no release"),
        Column(
            "module", "VARCHAR", "what stands before the version (a part of the repository); NULL if nothing"
        ),
        Column("prerelease", "BOOLEAN", "alpha, beta, candidate …; NULL if it has no version"),
        Column("sha", "VARCHAR", "commit that it leads to; NULL if it leads to something else"),
        Column(
            "released_at", "TIMESTAMP WITH TIME ZONE", "of an annotated tag its own time, else its commit's"
        ),
        Column("annotated", "BOOLEAN", "a tag of its own, with a time and a tagger"),
        Column("signed", "BOOLEAN", "the tag holds a signature (which nobody checked)"),
        Column("tagger", "BIGINT", "who tagged it: key in identities; NULL for a light tag"),
    ),
    ("write_id", "tag"),
)

LINES = Table(
    "lines",
    "Lines that a commit changed (merges have none).",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (an item of histories.writes)"),
        Column("sha", "VARCHAR", "the commit"),
        Column("files", "INTEGER", "files changed"),
        Column("added", "BIGINT", "lines added"),
        Column("deleted", "BIGINT", "lines deleted"),
    ),
    ("write_id", "sha"),
)

CHANGES = Table(
    "changes",
    "One path that a commit changed (merges have none).",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (an item of histories.writes)"),
        Column("path", "VARCHAR", "path from the repository's root"),
        Column("sha", "VARCHAR", "the commit"),
    ),
    ("write_id", "path"),
)

PRACTICES = Table(
    "practices",
    "Whether a project's files show a practice.",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (snapshots.facts)"),
        Column("practice", "VARCHAR", "license, security-policy, contributing … (the reference lists them)"),
        Column("outcome", "VARCHAR", "met, unmet, unknown, not-applicable or error"),
        Column("path", "VARCHAR", "the file that shows it; NULL if none does"),
        Column("detail", "VARCHAR", "what was seen in it: the licence's id, the tool's name …"),
    ),
    ("write_id", "practice"),
)

LANGUAGES = Table(
    "languages",
    "Lines of code of a project in one language.",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (snapshots.facts)"),
        Column("language", "VARCHAR", "name of the language"),
        Column("files", "INTEGER", "files"),
        Column("code", "BIGINT", "lines that hold code"),
        Column("comments", "BIGINT", "lines of comment only; NULL if unknown"),
        Column("blanks", "BIGINT", "empty lines; NULL if unknown"),
    ),
    ("write_id", "language"),
)

IMPORTS = Table(
    "imports",
    "One module that a project's code imports.",
    (
        Column("write_id", "BIGINT", "the write that the row belongs to (snapshots.facts)"),
        Column("language", "VARCHAR", "language of the code"),
        Column(
            "module", "VARCHAR", "the part of the name that says which package: yaml, @scope/name, org.slf4j"
        ),
        Column("package", "VARCHAR", "package that provides it, as in usage; NULL if unknown"),
        Column("known_by", "VARCHAR", "how that is known: metadata, lockfile, name …; NULL if unknown"),
        Column("kind", "VARCHAR", "package, standard (the language's own), own (the project's own), unknown"),
        Column("files", "INTEGER", "files that import it"),
        Column("sites", "INTEGER", "places where it is imported"),
        Column("names", "VARCHAR[]", "its names that the code uses, sorted"),
        Column("test_files", "INTEGER", "of the files, those that are tests"),
        Column(
            "type_files",
            "INTEGER",
            "of the files, those that import it for types only; NULL where the language knows no such import",
        ),
    ),
    ("package", "write_id"),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        SNAPSHOTS, USAGE, COMPONENTS, DEPENDENCIES, DOCUMENTS, HISTORIES, COMMITS, IDENTITIES, ALIASES, FORGOTTEN,
        RELEASES, LINES, CHANGES, PRACTICES, LANGUAGES, IMPORTS, *reference.REFERENCE,
    )
}  # fmt: skip
FACTS = tuple(name for name in TABLES if name != "snapshots")
"""Tables that are appended to before the snapshots that publish them."""
FIRST = ("usage", "components", "dependencies", "documents", "snapshots")
"""Tables that every lake has from its first day, `snapshots` made last; others are made when first written to."""
BY_FACTS = frozenset({"usage", "dependencies", "practices", "languages", "imports"})
"""Tables whose rows belong to a snapshot's `facts`: equal ones are stored once, and referred to."""


@cache
def arrow_schema(name: str) -> pa.Schema:
    """Arrow schema of a table; every column nullable but the keys' meaning is in the declaration."""
    import pyarrow as pa

    string_list = pa.list_(pa.string())

    def pairs(*names: str) -> pa.DataType:
        return pa.list_(pa.struct([(n, pa.string()) for n in names]))

    types: dict[str, pa.DataType] = {
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR": pa.string(),
        "VARCHAR[]": string_list,
        "DOUBLE": pa.float64(),
        "DATE": pa.date32(),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
        _FAULTS: pairs("code", "message", "place", "level"),
        _COMPLETENESS: pa.list_(
            pa.struct([("what", pa.string()), ("component", pa.int64()), ("aggregate", pa.string())])
        ),
        "STRUCT(algorithm VARCHAR, value VARCHAR)[]": pairs("algorithm", "value"),
        "STRUCT(kind VARCHAR, url VARCHAR)[]": pairs("kind", "url"),
        "STRUCT(name VARCHAR, value VARCHAR)[]": pairs("name", "value"),
        "BIGINT[]": pa.list_(pa.int64()),
        _TRAILERS: pa.list_(pa.struct([("kind", pa.string()), ("identity", pa.int64())])),
        reference.SEVERITIES: pairs("kind", "vector"),
        reference.RANGES: pa.list_(
            pa.struct([("kind", pa.string()), ("repo", pa.string()), ("events", pairs("kind", "version"))])
        ),
    }
    return pa.schema([(c.name, types[c.type]) for c in TABLES[name].columns])


def empty_select(name: str) -> str:
    """DuckDB text for a relation with the table's columns and no row."""
    columns = ", ".join(f'NULL::{c.type} AS "{c.name}"' for c in TABLES[name].columns)
    return f"SELECT {columns} WHERE false"


def parquet_schema(name: str) -> str:
    """DuckDB text that tells `read_parquet` the table's columns: a file that lacks one gives NULL.

    So a lake of an earlier Umbel is read as it is. (Named once, no file's own columns need be looked at.)
    """
    columns = ", ".join(
        f"'{c.name}': {{name: '{c.name}', type: '{c.type}', default_value: NULL}}"
        for c in TABLES[name].columns
    )
    return f"MAP {{{columns}}}"
