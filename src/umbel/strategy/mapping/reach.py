# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A first reach: which upstream projects are to be examined first, before anything is known of them.

Products count by their criticality, not packages by their number: a project of a hundred small packages is used
once by a product that uses all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.strategy.mapping.model import model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.evidence.session import Session

NO_PRODUCT = "(none)"
"""The product that projects of no declared product count as, all together."""


class Reached(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An upstream project and what of ours it reaches.

    `weight` is the sum over `products` (number) of their weights; `projects` of ours use one of its `packages`,
    `direct` of these are known to ask for one themselves, for more than development and tests; None where
    that is known of none and left open of some.
    """

    project: str
    weight: int
    products: int
    projects: int
    direct: int | None
    packages: int


# Five million uses are first counted by numbers: a project's name is looked at once a document.
_NUMBERED = """
CREATE OR REPLACE TABLE reach_packages AS
SELECT package, project AS upstream, dense_rank() OVER (ORDER BY project) AS number FROM upstreams
"""
_REACH = """
WITH by_document AS (
  SELECT m.number, u.snapshot, any_value(u.project) AS project,
         bool_or(coalesce(u.direct, false) AND coalesce(u.scope, 'runtime') NOT IN ('development', 'test', 'excluded'))
           AS direct, bool_or(u.direct IS NULL) AS unsaid
  FROM usage AS u JOIN reach_packages AS m ON m.package = u.package GROUP BY m.number, u.snapshot
), numbers AS (
  SELECT DISTINCT number, upstream FROM reach_packages
), used AS (
  SELECT n.upstream, d.project, bool_or(d.direct) AS direct, bool_and(d.unsaid) AS unsaid
  FROM by_document AS d JOIN numbers AS n ON n.number = d.number GROUP BY n.upstream, d.project
), sold AS (
  SELECT u.upstream, coalesce(p.product, $none) AS product, max(coalesce(p.weight, $weight)) AS weight
  FROM used AS u LEFT JOIN reach_products AS p ON p.project = u.project GROUP BY ALL
), weighed AS (
  SELECT upstream, sum(weight)::BIGINT AS weight, count(*) AS products FROM sold GROUP BY upstream
), counted AS (
  SELECT upstream, count(*) AS projects, count(*) FILTER (direct) AS direct, bool_or(unsaid) AS unsaid
  FROM used GROUP BY upstream
), named AS (
  SELECT m.project AS upstream, count(*) AS packages FROM upstreams AS m GROUP BY m.project
)
SELECT w.upstream, w.weight, w.products, c.projects,
       CASE WHEN c.direct > 0 OR NOT c.unsaid THEN c.direct END, n.packages
FROM weighed AS w JOIN counted AS c ON c.upstream = w.upstream JOIN named AS n ON n.upstream = w.upstream
ORDER BY w.weight DESC, c.direct DESC, c.projects DESC, n.packages DESC, w.upstream
"""


def reach(session: Session, products: Mapping[str, tuple[str | None, list[str]]]) -> list[Reached]:
    """Upstream projects, those that reach most first.

    The session has `upstreams` attached. `products` are criticality and projects of each declared product.
    """
    import pyarrow as pa

    weights = model().reach
    rows = [(name, project, weights.of(how)) for name, (how, of) in products.items() for project in of]
    session.register(
        "reach_products",
        pa.table(
            {
                "product": pa.array([row[0] for row in rows], pa.string()),
                "project": pa.array([row[1] for row in rows], pa.string()),
                "weight": pa.array([row[2] for row in rows], pa.int64()),
            }
        ),
    )
    session.run(_NUMBERED)
    found = session.ask(_REACH, {"none": NO_PRODUCT, "weight": weights.undeclared}).rows()
    return [Reached(**dict(zip(Reached.__struct_fields__, row, strict=True))) for row in found]
