# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a text is one question that only reads: decided on DuckDB's own syntax tree.

What isn't known to be harmless is refused: kinds of query node and table functions are listed, so
that what a later DuckDB adds is refused until someone looked at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

_READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})

_SCHEMAS = frozenset({"main", "memory", "temp", "system", "information_schema", "pg_catalog"})

# `query` and `json_execute_serialized_sql` run text (the second wrote a file with every setting
# locked), `arrow_scan` and its kin take memory addresses, others read files (`histogram` by the name of
# a table that it is given), secrets or the settings.
TABLE_FUNCTIONS = frozenset(
    """
    duckdb_columns duckdb_functions duckdb_keywords duckdb_schemas duckdb_tables duckdb_types duckdb_views
    generate_series icu_calendar_names json_each json_tree pg_timezone_names pragma_show
    pragma_table_info pragma_version range repeat repeat_row summary unnest
    """.split()
)

# These take an aggregate's inner state, or compressed values, as bytes and trust them.
_TRUSTING = frozenset({"combine", "finalize", "to_aggregate_state", "write_log"})
_TRUSTING_PREFIX = "__internal_"

_MACROS = "SELECT function_name FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"


class Refused(Exception):
    """The text isn't a question that only reads: why, and what to do."""

    def __init__(
        self, message: str, hint: str = "Ask with a single SELECT over the tables of the lake."
    ) -> None:
        """Keep both apart."""
        super().__init__(message)
        self.message = message
        self.hint = hint


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise `Refused` unless the text is one SELECT that calls nothing but what is listed here.

    Nothing is run. A syntax error is left to DuckDB's own exception. Table macros that the connection
    already has may be called.
    """
    statements = connection.extract_statements(sql)
    if not statements:
        raise Refused("There is no statement in the query.")
    if len(statements) > 1:
        raise Refused(f"There are {len(statements)} statements in the query; one is asked at a time.")
    kind = str(statements[0].type.name)
    if kind == "MULTI":
        raise Refused("A PIVOT has to name its values.", "Write PIVOT … ON column IN (value, …).")
    if kind != "SELECT":
        raise Refused(f"{kind.replace('_', ' ')} statements aren't allowed: queries only read.")
    called = {name for node in _nodes(_tree(connection, sql)) if (name := _check_node(node))}
    if not called <= TABLE_FUNCTIONS:
        macros = {str(name).lower() for (name,) in connection.execute(_MACROS).fetchall()}
        for name in sorted(called - TABLE_FUNCTIONS - macros):
            raise Refused(f"The table function {name} isn't allowed in a query.")


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    [(text,)] = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    try:
        answer = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or answer.get("error") or len(answer.get("statements", ())) != 1:
        why = str(answer.get("error_message", "")) if isinstance(answer, dict) else "it is too deep"
        raise Refused(f"The query's structure can't be checked: {why}.")
    return list(answer["statements"])


def _nodes(tree: list[Any]) -> Iterator[dict[str, Any]]:
    """Every object of the tree, however deep; a stack rather than recursion."""
    open_ends: list[Any] = [tree]
    while open_ends:
        end = open_ends.pop()
        if isinstance(end, dict):
            yield end
            open_ends.extend(end.values())
        elif isinstance(end, list):
            open_ends.extend(end)


def _check_node(node: dict[str, Any]) -> str | None:
    """Refuse what is harmful in itself; else the name of the table function that the node calls, if any."""
    kind = node.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING_NODES:
        verb = kind.removesuffix("_NODE").removesuffix("_QUERY").replace("_", " ")
        raise Refused(f"{verb} inside a query isn't allowed: queries only read.")
    if kind == "VALUE_PARAMETER":  # it would be bound to the text of the query itself
        raise Refused("A query can't have parameters.", "Write the value where the parameter stands.")
    if kind == "BASE_TABLE":
        *owners, table = node["qualified_name"]["path"]
        # DuckDB joins the parts of a name that it doesn't know to a path: "/etc/x"."csv" is a file.
        if any(mark in table for mark in "./\\") or not _SCHEMAS.issuperset(
            owner.lower() for owner in owners
        ):
            raise Refused(f"{'.'.join((*owners, table))} isn't a table; files can't be read by name.")
    name = _name(node)
    if name in _TRUSTING or name.startswith(_TRUSTING_PREFIX):
        raise Refused(f"The function {name} isn't allowed in a query.")
    if kind == "TABLE_FUNCTION":
        function = node.get("function")
        return (_name(function) if isinstance(function, dict) else "") or "without a name"
    return None


def _name(node: dict[str, Any]) -> str:
    return str(node.get("function_name") or "").lower()
