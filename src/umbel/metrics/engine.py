# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs metrics over a session: one query answers for every subject, as of any day up to the session's.

The relations that metrics read are stored once, in the session's memory; each figure and each point of
a series is then one query over them. What the query can't know (that a history was cut off, or could
not be read) is said here, so that every project with a history has a row: a value, or why there is none.
"""

from __future__ import annotations

import math
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from umbel.evidence.people.shown import Shown
from umbel.evidence.session import Bound
from umbel.metrics import lifecycle_ends
from umbel.metrics.areas import beyond, stripped
from umbel.metrics.definition import LONGEST
from umbel.metrics.dialect import PARAMETERS
from umbel.model.days import end_of
from umbel.model.errors import EvidenceError, UmbelError, UsageError
from umbel.model.measurement import Measurement
from umbel.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.metrics.definition import Definition

Every = Literal["month", "quarter", "year"]
First = Literal["first"]
FIRST: Final[First] = "first"
"""The window that a metric's definition names first."""
TABLES_READ = (
    "snapshots", "histories", "commits", "identities", "aliases", "forgotten", "releases",
)  # fmt: skip
"""Stored tables that the built-in metrics stand on."""
INVENTORY_READ = ("usage", "packages", "package_versions")
"""What those stand on beside them that ask what projects use."""
MOST_PERIODS = 400
MOST_ROWS = 1_000_000
"""Rows that a metric of a workspace's own may give."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_HELD = ("commits", "releases", "contributions", "reviews", "people", "affiliations")
_FAILED = "SELECT subject FROM raw_snapshots WHERE collector = 'git_history' AND outcome = 'failed'"
_MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}


class MetricFailed(UmbelError):
    """A metric of the workspace's own that the database refused, with its words."""

    exit_code = 2


class _History(NamedTuple):
    """What is known of a project's history before anything is asked of it."""

    shallow: bool
    commits: int
    undated: int
    first_at: datetime | None
    failed: bool = False
    part: bool = False

    def gap(self, as_of: datetime, *, whole: bool) -> str | None:
        """Why nothing can be said as of a day; None if something can."""
        if self.failed:
            return "its history could not be read"
        if self.commits == 0:
            return "no commit touched it" if self.part else "the repository has no commits"
        if self.shallow and whole:
            return "its history was cut off when it was cloned (a shallow clone)"
        if self.undated == self.commits:
            return "none of its commits has a valid date"
        if self.first_at is not None and self.first_at <= as_of:
            return None
        return "no commit had touched it yet" if self.part else "it had no commits yet"


class Engine:
    """Metrics over one session. Making it resolves people and stores what metrics read."""

    def __init__(
        self,
        session: Session,
        rules: Rules | None = None,
        projects: Sequence[str] | None = None,
        *,
        wide: bool = True,
        paths: Sequence[str] = (),
    ) -> None:
        """Prepare a session: `rules` say who is who, `projects` narrows everything to these.

        `wide` keeps what all metrics read in memory; without it (a single figure) it is read when asked.
        `paths` are the part of these projects that every figure is of, as in `umbel.evidence.questions.areas`.
        Raises `UsageError` if nothing is known of a path.
        """
        self.session = session
        self._projects = None if projects is None else sorted(set(projects))
        self._shown = Shown()
        if "contributions" not in self._relations():
            from umbel.evidence.people.attach import attach

            if rules is None:
                raise ValueError("people are told apart by rules: see umbel.evidence.people.rules.load")
            self._shown = Shown(attach(session, rules))
        self.paths = self._narrow(paths) if paths else ()
        if wide or self._projects is not None:
            self._hold()
        self._rename()
        self.histories = self._histories()

    def measure(
        self, definition: Definition, *, as_of: datetime | None = None, window: int | First | None = FIRST
    ) -> list[Measurement]:
        """One metric for every subject, sorted by subject; `window` in days, None is the whole history.

        Raises `MetricFailed` if a metric of the workspace's own can't be run.
        """
        day = as_of or self.session.as_of
        if day > self.session.as_of:
            raise UsageError("A figure can't be of a later day than its session.")
        days = definition.windows[0] if window == FIRST else window
        why = beyond(definition) if self.paths else None
        if why:
            untold = (None, None, None, why)
            return [self._made(definition, day, days, s, untold, h) for s, h in self.histories.items()]
        if definition.header.reads == "remediations" and "remediations" not in self._relations():
            names = self._present() if self._projects is None else self._projects
            unasked = (None, None, None, "no advisories are known (umbel sync advisories)")
            return [self._made(definition, day, days, name, unasked) for name in names]
        if definition.header.reads == "lifecycles" and lifecycle_ends.RELATION not in self._relations():
            lifecycle_ends.attach(self.session)
        rows = {row[0]: row[1:] for row in self._rows(definition, _bounds(day, days))}
        if not definition.of_history:
            wanted = rows.keys() if self._everywhere(definition) else rows.keys() & set(self._projects or ())
            return [self._made(definition, day, days, s, rows[s]) for s in sorted(wanted)]
        return [
            self._made(definition, day, days, subject, rows.get(subject), history)
            for subject, history in self.histories.items()
        ]

    def series(
        self, definition: Definition, days: Iterable[datetime], *, window: int | First | None = FIRST
    ) -> list[Measurement]:
        """One metric for every subject on each of some days, in their order."""
        return [each for day in days for each in self.measure(definition, as_of=day, window=window)]

    def _rows(self, definition: Definition, bounds: dict[str, datetime]) -> list[tuple[Any, ...]]:
        """Subject, value, denominator, evidence, why: as the query gives them."""
        import duckdb

        try:
            asked = duckdb.extract_statements(definition.sql)[0].named_parameters
            limit = Bound(definition.seconds, MOST_ROWS + 1) if definition.own else None
            answer = self.session.ask(definition.sql, {n: bounds[n] for n in asked if n in PARAMETERS}, limit)
            place = {name: index for index, name in enumerate(answer.columns)}
            picked = [place.get(n) for n in ("subject", "value", "denominator", "evidence", "why")]
            rows = [tuple(None if p is None else row[p] for p in picked) for row in answer.rows()]
        except (duckdb.Error, EvidenceError) as error:
            if not definition.own:
                raise
            raise MetricFailed(_refused(definition, error)) from error
        if definition.own and len(rows) > MOST_ROWS:
            raise MetricFailed(
                f"{definition.path.name} gives more than {MOST_ROWS:,} rows: group by subject."
            )
        rows = [row for row in rows if row[0] is not None]
        if len({row[0] for row in rows}) != len(rows):
            raise MetricFailed(f"{definition.path.name} gives two rows for one subject: group by it.")
        return rows

    def _made(
        self,
        definition: Definition,
        day: datetime,
        days: int | None,
        subject: str,
        row: tuple[Any, ...] | None,
        history: _History | None = None,
    ) -> Measurement:
        header = definition.header
        gap = history.gap(day, whole=header.whole) if history else None
        value, denominator, evidence, why = (None, None, None, None) if row is None or gap else row
        number = _number(value)
        if gap:
            why = gap
        elif row is None and not isinstance(header.missing, str):
            number, denominator, why = float(header.missing), 0.0, None
        elif number is None:
            default = header.missing if isinstance(header.missing, str) else "it can't be computed"
            why = why or default
        else:
            why = None
        return Measurement(
            metric=definition.name,
            subject=str(subject),
            value=number,
            unit=header.unit,
            window=days,
            as_of=day,
            denominator=_number(denominator),
            evidence=self._shown.put(_plain(stripped(definition, evidence) if self.paths else evidence)),
            outcome="error" if gap and history and history.failed else "unknown" if why else "measured",
            why=self._shown.put(why),
        )

    def _present(self) -> list[str]:
        """Projects of which documents tell what they use."""
        return [name for (name,) in self.session.ask("SELECT DISTINCT project FROM usage ORDER BY 1").rows()]

    def _everywhere(self, definition: Definition) -> bool:
        """Whether every subject is asked about: only projects can be chosen among."""
        return self._projects is None or definition.own or definition.header.subject != "project"

    def _narrow(self, paths: Sequence[str]) -> tuple[str, ...]:
        from umbel.evidence.questions.areas import narrow

        if self._projects is None:
            raise UsageError("A path is of a project.", "Name the project that it is in.")
        return narrow(self.session, self._projects, paths)

    def _relations(self) -> dict[str, str]:
        sql = """
            SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE NOT internal
            UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal
        """
        return dict(self.session.ask(sql).rows())

    def _hold(self) -> None:
        """Store what is read again and again, once, and only of the projects that are asked about."""
        there = self._relations()
        for name in _HELD:
            by_project = name not in {"people", "affiliations"} and self._projects is not None
            if name not in there or (there[name] == "TABLE" and not by_project):
                continue
            where = "WHERE project IN (SELECT unnest($projects))" if by_project else ""
            bound = {"projects": self._projects} if by_project else None
            self.session.run(f"CREATE TABLE held AS SELECT * FROM {name} {where}", bound)  # noqa: S608 - ours
            self.session.run(f"DROP {there[name]} {name}")
            self.session.run(f"ALTER TABLE held RENAME TO {name}")

    def _rename(self) -> None:
        """`at` is a word of DuckDB's own since version 2: a column of that name can hardly be asked for."""
        sql = (
            "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'contributions' AND column_name = 'at'"
        )
        if not self.session.ask(sql).one()[0]:
            return
        if self._relations()["contributions"] == "TABLE":
            self.session.run('ALTER TABLE contributions RENAME COLUMN "at" TO committed_at')
            return
        self.session.run("ALTER VIEW contributions RENAME TO contributions_at")
        self.session.run(
            'CREATE VIEW contributions AS SELECT * RENAME ("at" AS committed_at) FROM contributions_at'
        )

    def _histories(self) -> dict[str, _History]:
        """Every project with a history, by name."""
        sql = """
            WITH firsts AS (
              SELECT project, min(committed_at) AS first_at, count(*) - count(committed_at) AS undated
              FROM commits GROUP BY project
            )
            SELECT h.project, bool_or(coalesce(h.shallow, false)), coalesce(sum(h.commits), 0)::BIGINT,
                   coalesce(any_value(f.undated), 0), any_value(f.first_at)
            FROM histories AS h LEFT JOIN firsts AS f ON f.project = h.project
            GROUP BY h.project
        """
        found = {row[0]: _History(*row[1:]) for row in self.session.ask(sql).rows()}
        if self.paths:
            left = dict(self.session.ask("SELECT project, count(*) FROM commits GROUP BY project").rows())
            found = {
                name: each._replace(commits=left.get(name, 0), part=True) for name, each in found.items()
            }
        for (name,) in self.session.ask(_FAILED).rows():
            found.setdefault(name, _History(shallow=False, commits=0, undated=0, first_at=None, failed=True))
        wanted = found if self._projects is None else found.keys() & set(self._projects)
        return {name: found[name] for name in sorted(wanted)}


def periods(every: Every, number: int, as_of: datetime) -> list[datetime]:
    """The day itself and, before it, the ends of the latest months, quarters or years: oldest first."""
    if not 1 <= number <= MOST_PERIODS:
        raise UsageError(f"{number} periods can't be shown.", f"Ask for 1 to {MOST_PERIODS}.")
    step, days = _MONTHS[every], [as_of]
    months = (as_of.year * 12 + as_of.month - 1) // step * step  # the first month of its period
    while len(days) < number and months > 12:
        year, month = divmod(months - 1, 12)
        days.append(end_of(date(year, month + 1, monthrange(year, month + 1)[1])))
        months -= step
    return days[::-1]


def projects_of(session: Session) -> list[str]:
    """Every project whose history was read, or could not be read; sorted."""
    sql = f"SELECT project FROM histories UNION {_FAILED} ORDER BY 1"  # noqa: S608 - ours
    return [name for (name,) in session.ask(sql).rows()]


def window_of(text: str | None) -> int | First | None:
    """A window as people write it: days, or "all" (None); without one, the metric's first.

    Raises `UsageError` for anything else.
    """
    if text is None:
        return FIRST
    if text.strip().casefold() == "all":
        return None
    days = int(text) if text.strip().isdecimal() and len(text) <= 6 else 0
    if not 1 <= days <= LONGEST:
        raise UsageError(f"{text!r} is no window.", f"Give 1 to {LONGEST} days, or all.")
    return days


def tables_for(definitions: Iterable[Definition], *, paths: bool = False) -> tuple[str, ...]:
    """The stored tables that a session needs for some metrics: all, where a workspace's own is among them.

    `paths` says that they are asked of a part of a project.
    """
    chosen = list(definitions)
    if any(d.own for d in chosen):
        return tuple(TABLES)
    reads = {d.header.reads for d in chosen}
    used = {
        "inventory": INVENTORY_READ,
        "remediations": ("usage", "components"),
        "lifecycles": lifecycle_ends.TABLES,
    }
    asked = [table for each in sorted(reads) for table in used.get(each, ())]
    return tuple(dict.fromkeys((*TABLES_READ, *asked, *(("changes",) if paths else ()))))


def _bounds(day: datetime, days: int | None) -> dict[str, datetime]:
    def back(many: int) -> datetime:
        return day - timedelta(days=many) if many < (day - _BEGINNING).days else _BEGINNING

    if days is None:
        return {"as_of": day, "since": _BEGINNING, "before": _BEGINNING}
    return {"as_of": day, "since": back(days), "before": back(2 * days)}


def _number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    return None


def _plain(value: Any) -> Any:
    """Evidence as records of plain values."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, float | Decimal):
        number = _number(value)
        return int(number) if number is not None and number.is_integer() else number
    return value


def _refused(definition: Definition, error: Exception) -> str:
    """What an own metric's file is told: its name, what happened, what to do."""
    import duckdb

    from umbel.evidence.lake import one_line

    name = definition.path.name
    if isinstance(error, duckdb.InterruptException):
        return (
            f"{name} took longer than {definition.seconds} s and was ended: "
            "join on keys and group early, or raise seconds under [metrics] in umbel.toml."
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"{name} needs more memory than there is and was ended: join on keys and group early."
    return f"{name} can't be run: {one_line(str(error).partition('LINE')[0])}."
