# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lake's tables: names, types and meaning, declared once.

Collectors fill them, the lake stores them, the reference page is written from them. Types are
given as text, so that a command that never builds a table need not import Arrow.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa


class Column(NamedTuple):
    """One column: its name, its type as DuckDB writes it, and what it means."""

    name: str
    type: str
    meaning: str


class Table(NamedTuple):
    """One table of the lake: what a row is, its columns, and the order that rows are stored in."""

    name: str
    row: str
    columns: tuple[Column, ...]
    sorted_by: tuple[str, ...]


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

TABLES: dict[str, Table] = {t.name: t for t in (SNAPSHOTS, USAGE, COMPONENTS, DEPENDENCIES, DOCUMENTS)}
FACTS = ("usage", "components", "dependencies", "documents")
"""Tables that are appended to before the snapshots that publish them."""


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
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
        _FAULTS: pairs("code", "message", "place", "level"),
        _COMPLETENESS: pa.list_(
            pa.struct([("what", pa.string()), ("component", pa.int64()), ("aggregate", pa.string())])
        ),
        "STRUCT(algorithm VARCHAR, value VARCHAR)[]": pairs("algorithm", "value"),
        "STRUCT(kind VARCHAR, url VARCHAR)[]": pairs("kind", "url"),
        "STRUCT(name VARCHAR, value VARCHAR)[]": pairs("name", "value"),
    }
    return pa.schema([(c.name, types[c.type]) for c in TABLES[name].columns])


def empty_select(name: str) -> str:
    """DuckDB text for a relation with the table's columns and no row."""
    columns = ", ".join(f'NULL::{c.type} AS "{c.name}"' for c in TABLES[name].columns)
    return f"SELECT {columns} WHERE false"
