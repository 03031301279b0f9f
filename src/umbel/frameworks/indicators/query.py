# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Indicators that are a query: one row of figures over our own lake, or over that of the upstream projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.evidence.session import Bound
from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.definition import COLUMNS
from umbel.frameworks.indicators.found import Found, unknown
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session
    from umbel.frameworks.indicators.definition import Definition
    from umbel.frameworks.indicators.state import State
    from umbel.frameworks.interface import Known

UNEXAMINED = "no upstream project was examined yet (umbel collect upstream)"


def ask(known: Known, kept: State, definition: Definition) -> Found:
    """What the query gives. Raises `UsageError` where it isn't one row."""
    said = definition.body
    session = known.session if said.lake == "own" else known.upstream
    if session is None:
        return unknown(UNEXAMINED)
    shared.make(known, kept, session, said.lake, said.sql or "")
    answer = _answer(known, session, definition)
    place = {name: index for index, name in enumerate(answer.columns)}
    rows = answer.rows()
    if len(rows) != 1:
        raise UsageError(f"{definition.path.name} gives {len(rows)} rows: an indicator is one figure.")
    told: dict[str, Any] = {name: rows[0][place[name]] for name in COLUMNS if name in place}
    told["evidence"] = told.get("evidence") or {}
    told["sentence"] = told.get("sentence") or ""
    return Found(**told)


def _answer(known: Known, session: Session, definition: Definition) -> Answer:
    import duckdb

    sql = definition.body.sql or ""
    wanted = duckdb.extract_statements(sql)[0].named_parameters
    values = {"as_of": session.as_of}
    bound = Bound(known.settings.metrics.seconds, 2) if definition.own else None
    return session.ask(sql, {name: values[name] for name in wanted if name in values}, bound)
