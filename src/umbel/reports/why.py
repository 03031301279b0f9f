# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a figure comes from: its definition, the command that gives it again, the state of the lake."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from umbel.reports.markup import Html, element, join, printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from umbel.reports.charts import Bar
    from umbel.reports.facts import Facts

PRODUCT_COMMANDS = frozenset({"coverage", "inventory", "sbom-quality", "status"})
"""Commands that take `--product`."""


def command(facts: Facts, *words: str) -> str:
    """An `umbel` command that asks the same day and the same product."""
    return f"{today(facts, *words)} --as-of {as_of(facts.as_of)}"


def today(facts: Facts, *words: str) -> str:
    """An `umbel` command that asks the same product on the day that it is typed."""
    product = ["--product", facts.product] if facts.product and words[0] in PRODUCT_COMMANDS else []
    return " ".join(_quoted(word) for word in ("umbel", *words, *product))


def _quoted(word: str) -> str:
    """A word for a shell; a SELECT full of single quotes reads better in double ones where that is safe."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)


def query(facts: Facts, select: str, tail: str = "", *, project: str = "project") -> str:
    """An `umbel query` with the product's projects named in it; `select` ends in its FROM."""
    where = ""
    if facts.members is not None:
        names = ", ".join("'" + member.replace("'", "''") + "'" for member in facts.members) or "''"
        where = f" WHERE {project} IN ({names})"
    return command(facts, "query", f"{select}{where}{tail}")


def as_of(moment: datetime) -> str:
    """A moment in UTC as `--as-of` takes it: a day where it is the end of one."""
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (23, 59, 59, 999_999):
        return f"{moment:%Y-%m-%d}"
    return moment.replace(tzinfo=None).isoformat()


def why(facts: Facts, subject: str, definition: str, *commands: str, bars: Sequence[Bar] = ()) -> Html:
    """The answer to "why?" beside a figure, folded away. `bars` are a chart's numbers in full."""
    summary = element("summary", "why?", element("span", f" {subject}", class_="aside"))
    parts = [element("p", definition)]
    if bars:
        parts.append(element("table", *[element("tr", *_row(bar)) for bar in bars]))
    parts += [element("code", printable(each)) for each in commands]
    parts.append(element("p", evidence(facts), class_="soft"))
    return element("details", summary, element("div", *parts, class_="why"))


def evidence(facts: Facts) -> Html:
    """The state of the evidence that the page was made from, in a sentence."""
    versions = ", ".join(f"{table} {version}" for table, version in facts.lake.items()) or "none"
    seen = f"collected until {moment(facts.collected_at)}" if facts.collected_at else "nothing was collected"
    return join([f"Evidence as of {moment(facts.as_of)}, {seen}; lake versions: {versions}."])


def moment(value: datetime) -> str:
    """A moment as people read it."""
    return f"{value:%Y-%m-%d %H:%M} UTC"


def _row(bar: Bar) -> tuple[Html, Html]:
    return element("th", bar.label, scope="row"), element("td", f"{bar.count:,}")
