# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What of ours depends on each upstream project, and how deep: reached through products, not by frequency.

One pass in the database: nothing here goes over packages one by one. A package whose project nobody knows stands
for itself, under its own name.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.strategy.score.model import kinds, model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.interface import Mapped

NO_PRODUCT = "(none)"
"""The product that projects of no declared product count as, all together."""
TABLES = ("usage", "components", "dependencies", "imports", "languages")
"""The stored tables that this asks of a session."""
SCOPES = (None, "runtime", "optional", "build", "test", "development", "excluded")
"""What the number of a scope means: as in the model's ways, what counts most comes first."""


class Used(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One upstream project as we use it.

    `use` is how much is at stake with it, 0 to 1, `use_low` and `use_high` the same if code that nobody read knew
    nothing of it, or all. `reach` is the share of all products' weight that uses it, `declared` of that weight the
    share of products whose criticality somebody said. `uses` are pairs of our projects and its packages, in
    each of their products, `read` those whose code was read, `maybe` those where a module of unknown package may be
    of it, `wired` those whose documents tell edges; `read_share` weighs by what is at stake. `direct` and `scope` (a
    number of `SCOPES`) are the strongest known. `names` and `modules` are what our code knows of it, `file_share` the
    largest share of a product's files that import it. `needed` are other components that need it, `stand` those of
    them that we chose, `plugs` what we chose and is named after it, `sole` what is here only because of it.
    `frequency` is in how many of our projects its most used package is, `frequency_place` its place by that.
    """

    upstream: str
    sure: float
    direct_packages: int
    frequency: int
    frequency_place: int
    kind: str
    role: str | None
    listed: bool
    kind_hardness: float
    type: str
    alternatives_here: int | None
    use: float
    use_low: float
    use_high: float
    products: int
    reach: float
    declared: float
    direct: bool | None
    scope: int | None
    direct_open: bool
    scope_open: bool
    uses: int
    read: int
    maybe: int
    wired: int
    read_share: float
    files: int
    test_files: int
    sites: int
    file_share: float
    names: int
    modules: int
    needed: int
    stand: int
    sole: int
    plugs: int
    plug: str | None


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a project beside its figures: `products` with most at stake first, some of them in full."""

    upstream: str
    url: str | None
    mapped: bool
    packages: tuple[str, ...]
    products: tuple[str, ...]
    by_product: list[dict[str, Any]]


def used(
    session: Session, mapped: Sequence[Mapped], products: Mapping[str, tuple[str | None, Sequence[str]]]
) -> list[Used]:
    """Every upstream project in use, by name, as of the session's day; the session holds `TABLES`.

    `products` gives criticality and projects of each declared product; projects of none are one product, "(none)".
    """
    from umbel.strategy.mapping.related import attach

    attach(session, mapped)
    _declared(session)
    _products(session, products)
    for part in ("named", "code", "stakes"):
        for statement in _text(part).split(";\n"):
            if statement.strip():
                session.run(statement)
    fields = Used.__struct_fields__
    answer = session.ask(_text("sums"))
    if tuple(answer.columns) != fields:
        raise ValueError("the query of use and its record are not of one mind")
    return [Used(**dict(zip(fields, row, strict=True))) for row in answer.rows()]


def details(session: Session, upstreams: Sequence[str]) -> dict[str, Detail]:
    """What is told of some projects, by name; `used` was asked in this session before."""
    import pyarrow as pa

    session.register("strategy_asked", pa.table({"upstream": pa.array(upstreams, pa.string())}))
    rows = session.ask(_text("details")).rows()
    fields = Detail.__struct_fields__
    return {row[0]: msgspec.convert(dict(zip(fields, row, strict=True)), Detail) for row in rows}


def _text(part: str) -> str:
    return files("umbel.strategy.score").joinpath(f"use_{part}.sql").read_text("utf-8")


def _declared(session: Session) -> None:
    """The numbers of the model as relations, so that they are bound and never pasted."""
    import pyarrow as pa

    told = model()
    groups = {"way": told.way, "depth": told.depth, "reach": told.reach}
    row = {
        f"{group}_{name}": float(value)
        for group, numbers in groups.items()
        for name, value in numbers.items()
    }
    row["heaviest"] = float(_weights().critical)
    session.register("strategy_model", pa.Table.from_pylist([row]))
    spoken = [(t, name) for t, names in told.languages.items() for name in names]
    session.register(
        "strategy_languages",
        pa.table({"type": pa.array([t for t, _ in spoken], pa.string()), "language": [n for _, n in spoken]}),
    )
    table = kinds()
    session.register(
        "strategy_kinds",
        pa.Table.from_pylist(
            [
                {"kind": name, "floor": kind.floor, "usual": kind.usual, "hardness": kind.hardness}
                for name, kind in table.kinds.items()
            ]
        ),
    )
    patterns = [(role, pattern) for role in table.roles for pattern in role.packages]
    session.register(
        "strategy_patterns",
        pa.Table.from_pylist([
            {
                "place": place, "pattern": pattern.removesuffix("*"), "prefix": pattern.endswith("*"),
                "role": role.name, "kind": role.kind,
            }
            for place, (role, pattern) in enumerate(patterns)
        ]),
    )  # fmt: skip


def _weights() -> Any:
    from umbel.strategy.mapping.model import model as mapping_model

    return mapping_model().reach


def _products(session: Session, products: Mapping[str, tuple[str | None, Sequence[str]]]) -> None:
    """Which of our projects make up which product, and how much each weighs.

    Where nobody said of any product how critical it is, all count alike, and as if they were critical: else
    nothing at all could matter.
    """
    import pyarrow as pa

    weights = _weights()
    judged = any(criticality is not None for criticality, _ in products.values())
    rows = [
        (name, project, weights.of(criticality) if judged else weights.critical, criticality is not None)
        for name, (criticality, projects) in products.items()
        for project in projects
    ]
    known = {row[1] for row in rows}
    others = session.ask("SELECT project FROM usage GROUP BY project ORDER BY project").rows()
    spare = weights.undeclared if judged else weights.critical
    rows += [(NO_PRODUCT, project, spare, False) for (project,) in others if project not in known]
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * 4
    types = (pa.string(), pa.string(), pa.float64(), pa.bool_())
    names = ("product", "project", "weight", "declared")
    session.register(
        "strategy_products",
        pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)}),
    )
