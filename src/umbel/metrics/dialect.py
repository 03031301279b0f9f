# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The SQL that a metric may be written in: what DuckDB and Spark answer alike, and what can't reach out.

A list of what is allowed, not of what isn't: a construct that nobody tried is refused. Known traps are
named with what to write in their place. Since functions and relations are listed too, a metric can
read the evidence and nothing else: no file, no network, no name or address of a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HISTORY = frozenset(
    {"contributions", "reviews", "people", "affiliations", "commits", "releases", "histories", "changes"}
    | {"lines"}
)
"""Relations that come from git histories."""
RELATIONS = HISTORY | {
    "practices", "languages", "imports", "usage", "dependencies", "components", "inventory", "documents",
    "packages", "package_versions", "remediations", "life_ends",
}  # fmt: skip
"""What a metric may read. `identities` and `aliases` hold names and addresses: they are not among it."""
PARAMETERS = frozenset({"as_of", "since", "before"})
"""The day asked for, the window's start, and the start of the window before it."""
_RESULT = frozenset({"subject", "value", "denominator", "evidence", "why"})

_PLAIN = frozenset(
    "Select From Where With CTE TableAlias Table Column Identifier Alias Literal Boolean Null Paren And Or Not "
    "EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is In Between Case If Coalesce Nullif Add Sub Mul Div Mod Neg "
    "Group Having Order Ordered Limit Qualify Window WindowSpec RowNumber Rank DenseRank Lag Lead Sum Count Min "
    "Max Avg Median ArgMax ArgMin Abs Sqrt Floor Ceil Greatest Least Filter Distinct Union Exists Subquery Join "
    "Unnest Explode Struct PropertyEQ Dot Var Placeholder Lower Upper Length StartsWith LogicalOr LogicalAnd "
    "DataType Cast DateDiff Extract Interval Star Date".split()
)
_TYPES = frozenset({"DOUBLE", "DATE", "TIMESTAMPTZ", "BOOLEAN"})
_PARTS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE"})
_ORDERED = frozenset({"RowNumber", "Rank", "DenseRank", "Lag", "Lead"})

_TRAPS = {
    "ArrayAgg": "list() keeps NULLs in one engine only, and its order is left open: count or sum instead",
    "Array": "lists differ between engines: use a struct, {'a': 1}",
    "Mode": "mode() breaks ties at will: count, then row_number() with a last key that is unique",
    "PercentileCont": "percentile_cont differs between engines: use median",
    "PercentileDisc": "percentile_disc differs between engines: use median",
    "Quantile": "quantile differs between engines: use median",
    "ApproxQuantile": "an approximate figure can't be repeated: use median",
    "ApproxDistinct": "an approximate figure can't be repeated: use count(distinct …)",
    "AnyValue": "any_value picks at will: use min or max",
    "First": "first picks at will: use min_by or max_by on a unique key",
    "Last": "last picks at will: use min_by or max_by on a unique key",
    "Log": "log means another base in another engine: leave it out",
    "Ln": "logarithms differ in their last digits: leave them out",
    "IntDiv": "integer division rounds otherwise elsewhere: floor(a / nullif(cast(b as double), 0))",
    "Round": "round breaks ties otherwise elsewhere: leave the value as it is, it is rounded when shown",
    "TryCast": "try_cast hides what is wrong: use cast",
    "TimestampTrunc": "date_trunc gives another type elsewhere: use extract(year from …)",
    "DateTrunc": "date_trunc gives another type elsewhere: use extract(year from …)",
    "CurrentTimestamp": "the day asked for is $as_of, never today's clock",
    "CurrentDate": "the day asked for is $as_of, never today's clock",
    "Rand": "chance can't be repeated: leave it out",
    "Uuid": "chance can't be repeated: leave it out",
    "Parameter": "parameters are $as_of, $since and $before",
    "Offset": "OFFSET shows another row on another engine: leave it out",
    "Recursive": "recursion may not end: leave it out",
    "Command": "only a SELECT is a metric",
}
_NAMED = {
    "now": _TRAPS["CurrentTimestamp"],
    "epoch": "epoch differs between engines: date_diff('day', cast(a as date), cast(b as date))",
    "list": _TRAPS["ArrayAgg"],
    "regr_slope": "written out it is the same everywhere: (n·Σxy - Σx·Σy) / (n·Σxx - Σx·Σx)",
}


class Complaint(NamedTuple):
    """What is not allowed, why or what to write instead, and the line of the file."""

    line: int
    message: str


class Looked(NamedTuple):
    """What the lint found: complaints by line, and the relations that the query reads."""

    complaints: list[Complaint]
    relations: frozenset[str]


def lint(sql: str) -> Looked:
    """Look at the text of a metric's file. Raises `ImportError` where sqlglot is not installed."""
    import logging

    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns of what is refused here anyway
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="duckdb") if tree is not None]
    except SqlglotError as error:
        return Looked([_unparsed(sql, error)], frozenset())
    except RecursionError:
        return Looked([Complaint(1, "the query is nested too deeply")], frozenset())
    if len(trees) != 1 or type(trees[0]).__name__ not in {"Select", "Union"}:
        return Looked([Complaint(1, "a metric is exactly one SELECT")], frozenset())
    look = _Look(sql, trees[0])
    try:
        return Looked(look.complaints(), frozenset(look.relations))
    except RecursionError:
        return Looked([Complaint(1, "the query is nested too deeply")], frozenset())


def transpiled(sql: str, engine: str = "spark") -> str:
    """A metric's query in another engine's dialect, without its header; parameters are then written `:as_of`.

    For sessions in UTC, as the sessions here are. Of what `lint` has nothing to complain of, the answers are
    the same. Raises `UsageError` for what can't be written for that engine.
    """
    import sqlglot
    from sqlglot.errors import ErrorLevel, SqlglotError

    from umbel.model.errors import UsageError

    try:
        written = sqlglot.transpile(
            sql, read="duckdb", write=engine, pretty=True, comments=False, unsupported_level=ErrorLevel.RAISE
        )
    except (SqlglotError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise UsageError(f"The query can't be written for {engine}: {first.rstrip('.')}.") from error
    if len(written) != 1:
        raise UsageError("A metric is exactly one SELECT.")
    return written[0]


class _Look:
    """One walk over the tree of one query."""

    def __init__(self, sql: str, tree: Any) -> None:
        self._sql = sql
        self._tree = tree
        self._line = 1
        self.relations: set[str] = set()

    def complaints(self) -> list[Complaint]:
        """Everything wrong, a line once for each thing."""
        from sqlglot import exp

        self._exp: Any = exp
        # A name counts from its definition on: before, and in another scope, it could mean a stored table.
        self._ctes = {cte.alias.lower(): place for place, cte in enumerate(self._tree.ctes)}
        found = dict.fromkeys(Complaint(self._line_of(node), m) for node, m in self._walk())
        found.update(dict.fromkeys(Complaint(1, m) for m in self._columns()))
        return sorted(found)

    def _columns(self) -> Iterator[str]:
        names = [name.lower() for name in self._tree.named_selects]
        for name in sorted({"subject", "value"} - set(names)):
            yield f"the last SELECT gives no column {name}"
        for name in sorted(set(names) - _RESULT):
            yield f"the last SELECT gives {name!r}; {', '.join(sorted(_RESULT))} are understood"
        if len(set(names)) != len(names):
            yield "the last SELECT gives a column twice"

    def _walk(self) -> Iterator[tuple[Any, str]]:
        for node in self._tree.walk():
            kind = type(node).__name__
            if kind in _TRAPS:
                yield node, _TRAPS[kind]
            elif kind == "Anonymous" or kind not in _PLAIN:
                yield node, self._foreign(node, kind)
            else:
                check = getattr(self, f"_{kind.lower()}", None)
                message = check(node) if check else ""
                if message:
                    yield node, message

    @staticmethod
    def _foreign(node: Any, kind: str) -> str:
        name = str(node.this).lower() if kind in {"Anonymous", "AnonymousAggFunc"} else node.key
        return _NAMED.get(
            name, f"{name.replace('_', ' ')} is not in the subset that every engine answers alike"
        )

    def _table(self, node: Any) -> str:
        name = node.name.lower()
        if node.args.get("db") or node.args.get("catalog") or not isinstance(node.this, self._exp.Identifier):
            return f"{node.sql('duckdb')} can't be read: a metric reads {', '.join(sorted(RELATIONS))}"
        if name in self._ctes and self._ctes[name] < self._place(node):
            return ""
        if name in RELATIONS:
            self.relations.add(name)
            return ""
        if name in {"identities", "aliases", "forgotten"}:
            return f"{name} holds names of people: contributions has pseudonyms"
        return f"there is no relation {name}: a metric reads {', '.join(sorted(RELATIONS))}"

    def _place(self, node: Any) -> int:
        """Which of the CTEs a node stands in, counted from 0; beyond the last if in none."""
        while node.parent is not None:
            if isinstance(node, self._exp.CTE):
                return self._ctes.get(node.alias.lower(), -1)
            node = node.parent
        return len(self._ctes)

    def _with(self, node: Any) -> str:
        if node.parent is not self._tree:
            return "WITH stands at the beginning of the query, and nowhere else"
        return _TRAPS["Recursive"] if node.args.get("recursive") else ""

    def _cte(self, node: Any) -> str:
        if node.alias.lower() in RELATIONS:
            return f"{node.alias} is a relation of the evidence: give the CTE another name"
        return ""

    def _placeholder(self, node: Any) -> str:
        return "" if node.name in PARAMETERS else _TRAPS["Parameter"]

    def _cast(self, node: Any) -> str:
        kind = node.to.this.name if hasattr(node.to.this, "name") else str(node.to.this)
        if kind in _TYPES:
            return ""
        return f"cast to {kind.lower()} rounds or writes otherwise elsewhere: double, date, boolean only"

    def _div(self, node: Any) -> str:
        right = node.expression
        if isinstance(right, self._exp.Nullif) and isinstance(right.this, self._exp.Cast):
            return ""
        return "divide by nullif(cast(… as double), 0): else decimals and zeros differ between engines"

    def _datediff(self, node: Any) -> str:
        days = str(node.args.get("unit") or "day").strip("'").lower() == "day"
        sides = [node.this, node.expression]
        if days and all(isinstance(s, self._exp.Cast) and s.is_type("date") for s in sides):
            return ""
        return "date_diff counts otherwise elsewhere: date_diff('day', cast(a as date), cast(b as date))"

    @staticmethod
    def _extract(node: Any) -> str:
        part = str(node.this).upper()
        if part in _PARTS:
            return ""
        return f"extract({part.lower()} …) differs between engines: {', '.join(sorted(_PARTS)).lower()} only"

    def _interval(self, node: Any) -> str:
        unit = str(node.args.get("unit") or "").upper().removesuffix("S")
        if isinstance(node.this, self._exp.Literal) and unit in {"DAY", "HOUR", "MINUTE"}:
            return ""
        return "intervals are literal, in days, hours or minutes: interval '90' day"

    def _star(self, node: Any) -> str:
        return "" if isinstance(node.parent, self._exp.Count) else "name the columns instead of *"

    def _window(self, node: Any) -> str:
        kind = type(node.this).__name__
        return (
            f"{kind.lower()} needs an ORDER BY whose last key is unique"
            if (kind in _ORDERED and not node.args.get("order"))
            else ""
        )

    @staticmethod
    def _limit(node: Any) -> str:
        return "" if node.parent.args.get("order") else "LIMIT without ORDER BY picks at will"

    def _line_of(self, node: Any) -> int:
        """Line of a node: its own, or of the first thing in it that has a place, or of what it is in."""
        for each in (node, *node.find_all(self._exp.Expression), *self._above(node)):
            start = each.meta.get("start")
            if start is not None:
                return self._sql.count("\n", 0, start) + 1
        return 1

    @staticmethod
    def _above(node: Any) -> Iterator[Any]:
        parent = node.parent
        while parent is not None:
            yield from (child for child in parent.iter_expressions() if child.meta.get("start") is not None)
            parent = parent.parent


def _unparsed(sql: str, error: Any) -> Complaint:
    first = (getattr(error, "errors", None) or [{}])[0]
    text = str(first.get("description") or str(error).partition("\n")[0]).split(". Line ")[0]
    text = text.partition(" but got <")[0].strip()
    line = first.get("line") or 1
    return Complaint(min(int(line), sql.count("\n") + 1), f"this is no SQL that DuckDB reads: {text[:150]}")
