# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Value of all projects: ranges from the draws, the sum of all, and the assumptions that matter most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.strategy.value import sampling, sentences
from umbel.strategy.value.answer import Assumed, Driver, ProjectValue, Range, Share, Valued
from umbel.strategy.value.facts import Facts
from umbel.strategy.value.model import Reckoned, Stream, Window, reckon, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from umbel.strategy.value.answer import Bound, Side
    from umbel.strategy.value.assumptions import Assumptions
    from umbel.strategy.value.ledger import Ledger

ALL = "all"
"""The name that the sum of all projects goes by."""
_QUANTILES = [0.1, 0.5, 0.9]
_NOTHING_SPENT = "nothing was invested"
_NOTHING_KNOWN = "nothing is known to have been invested"
_COST_UNKNOWN = "what was invested is unknown"
_BENEFIT_UNKNOWN = "what it saves is unknown"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a valuation is made of: the window, the assumptions, the records, the seed and the number of draws."""

    since: datetime
    as_of: datetime
    assumptions: Assumptions
    ledger: Ledger
    seed: int = sampling.SEED
    draws: int = sampling.DRAWS

    @property
    def window(self) -> Window:
        """Its days."""
        return Window(self.since.date(), self.as_of.date())


def value(facts: Sequence[Facts], asked: Asked, left_out: int = 0) -> Valued:
    """What contributing to these projects cost and saved, each and in all."""
    drawn = sampling.draws(asked.assumptions, asked.seed, asked.draws)
    reckoned = {each.project: _reckon(each, asked, drawn) for each in facts}
    by_name = {each.project: each for each in facts}
    projects = [_valued(by_name[name], each, asked) for name, each in reckoned.items()]
    whole = _valued(Facts(project=ALL), _sum(reckoned), asked, len(reckoned))
    own = set(asked.assumptions.own)
    return Valued(
        since=asked.since,
        as_of=asked.as_of,
        currency=asked.assumptions.currency,
        seed=asked.seed,
        draws=asked.draws,
        projects=tuple(sorted(projects, key=_order)),
        total=whole,
        drivers=_drivers(facts, asked, drawn, _net(reckoned)),
        assumptions=tuple(
            Assumed(
                name=name,
                what=each.what,
                unit=each.unit,
                shape=each.shape,
                low=each.low,
                likely=each.likely,
                high=each.high,
                source="this workspace (value.toml)" if name in own else each.source,
                own=name in own,
            )
            for name, each in asked.assumptions.by_name.items()
        ),
        own=asked.assumptions.own,
        left_out=left_out,
    )


def _reckon(facts: Facts, asked: Asked, drawn: Mapping[str, Any]) -> Reckoned:
    stated = asked.ledger.of(facts.project)
    return reckon(facts, stated, asked.window, drawn, asked.assumptions.not_code)


def _sum(reckoned: Mapping[str, Reckoned]) -> Reckoned:
    """All projects as one: the parts of a name together."""
    parts: dict[tuple[str, str], list[Stream]] = {}
    for each in reckoned.values():
        for stream in each.streams:
            parts.setdefault((stream.of, stream.name), []).append(stream)
    streams = tuple(
        Stream(
            of=of,
            name=name,
            draws=total([one.draws for one in found]),
            how=sentences.of_projects(len(found)),
            stated=all(one.stated for one in found),
            sources=tuple(dict.fromkeys(source for one in found for source in one.sources)),
        )
        for (of, name), found in parts.items()
    )
    unknown = tuple(
        msgspec.structs.replace(gap, what=f"{name}: {gap.what}")
        for name, each in reckoned.items()
        for gap in each.unknown
    )
    rewrites = [each.rewrite for each in reckoned.values() if each.rewrite is not None]
    return Reckoned(streams=streams, unknown=unknown, rewrite=total(rewrites))


def _valued(facts: Facts, reckoned: Reckoned, asked: Asked, projects: int = 1) -> ProjectValue:
    """Ranges of one project (or the sum). A side of which nothing is known, and nothing is missing, is 0."""
    import pyarrow.compute as pc

    cost = _side(reckoned, "investment", asked.draws)
    benefit = _side(reckoned, "benefit", asked.draws)
    short = {gap.of for gap in reckoned.unknown}
    net = returned = None
    why = _why(cost, benefit, known="investment" not in short)
    if cost is not None and benefit is not None:
        net = pc.subtract(benefit, cost)
        returned = None if why else pc.divide(net, cost)
    of_difference = _difference(short)
    found = ProjectValue(
        project=facts.project,
        investment=_range(cost, "lower" if "investment" in short else None),
        benefit=_range(benefit, "lower" if "benefit" in short else None),
        net=_range(net, of_difference),
        returned=_range(returned, of_difference),
        why=why,
        rewrite=_range(reckoned.rewrite, None),
        parts=tuple(_share(stream) for stream in reckoned.streams),
        unknown=reckoned.unknown,
        evidence=_evidence(facts, asked) if facts.project != ALL else {"projects": projects},
        sentence="",
    )
    return msgspec.structs.replace(found, sentence=sentences.of_project(found, asked.assumptions.currency))


def _side(reckoned: Reckoned, name: str, draws: int) -> Any:
    import pyarrow as pa

    found = reckoned.side(name)
    if found is None and not any(gap.of == name for gap in reckoned.unknown):
        return pa.array([0.0] * draws, pa.float64())
    return found


def _why(cost: Any, benefit: Any, *, known: bool) -> str | None:
    """Why there is no return, where there is none; `known` says that no cost was left out."""
    import pyarrow.compute as pc

    if cost is None:
        return _COST_UNKNOWN
    if pc.min(cost).as_py() <= 0:
        return _NOTHING_SPENT if known else _NOTHING_KNOWN
    return _BENEFIT_UNKNOWN if benefit is None else None


def _difference(short: set[Side]) -> Bound | None:
    """Which way a difference could move if what is left out were known."""
    if len(short) == 2:
        return "open"
    if not short:
        return None
    return "lower" if "benefit" in short else "upper"


def _share(stream: Stream) -> Share:
    found = _range(stream.draws, None)
    if found is None:
        raise ValueError(f"the part {stream.name} has no draws")
    side: Any = stream.of
    return Share(
        of=side,
        name=stream.name,
        range=found,
        how=stream.how,
        stated=stream.stated,
        sources=stream.sources,
    )


def _range(draws: Any, bound: Bound | None) -> Range | None:
    import pyarrow.compute as pc

    if draws is None:
        return None
    low, middle, high = pc.quantile(draws, q=_QUANTILES).to_pylist()
    return Range(p10=low, p50=middle, p90=high, bound=bound)


def _evidence(facts: Facts, asked: Asked) -> dict[str, Any]:
    found = msgspec.structs.asdict(facts)
    del found["project"]
    return found | {"share": facts.share, "code_lines": facts.size(asked.assumptions.not_code)}


def _order(each: ProjectValue) -> tuple[float, str]:
    """The dearest first, then what saves most."""
    spent = each.investment.p50 if each.investment else 0.0
    saved = each.benefit.p50 if each.benefit else 0.0
    return (-max(spent, saved), each.project)


def _net(reckoned: Mapping[str, Reckoned]) -> Any:
    import pyarrow.compute as pc

    cost = total([s.draws for each in reckoned.values() for s in each.streams if s.of == "investment"])
    saved = total([s.draws for each in reckoned.values() for s in each.streams if s.of == "benefit"])
    if cost is None or saved is None:
        return saved if cost is None else pc.negate(cost)
    return pc.subtract(saved, cost)


def _drivers(facts: Sequence[Facts], asked: Asked, drawn: Mapping[str, Any], net: Any) -> tuple[Driver, ...]:
    """What each assumption moves, the strongest first; those that move nothing are left out."""
    if net is None:
        return ()
    names, design = sampling.one_at_a_time(asked.assumptions)
    moved = _net({each.project: _reckon(each, asked, design) for each in facts}).to_pylist()
    found = []
    for place, name in enumerate(names):
        low, high = moved[1 + 2 * place], moved[2 + 2 * place]
        if low == high:
            continue
        each = asked.assumptions.by_name[name]
        at = each.at((sampling.LOW, sampling.HIGH))
        driver = Driver(
            assumption=name,
            what=each.what,
            unit=each.unit,
            low=at[0],
            high=at[1],
            net_low=low,
            net_high=high,
            correlation=_rank_correlation(drawn[name], net),
            own=each.own,
            sentence="",
        )
        told = sentences.of_driver(driver, asked.assumptions.currency)
        found.append(msgspec.structs.replace(driver, sentence=told))
    return tuple(sorted(found, key=lambda driver: (-driver.swing, driver.assumption)))


def _rank_correlation(one: Any, other: Any) -> float | None:
    """Spearman's: how far two move together, by their order alone; None if one doesn't move."""
    import pyarrow.compute as pc

    first, second = _ranks(one), _ranks(other)
    spread = pc.stddev(first).as_py() * pc.stddev(second).as_py()
    if not spread:
        return None
    together = pc.mean(pc.multiply(first, second)).as_py() - pc.mean(first).as_py() * pc.mean(second).as_py()
    return float(together / spread)


def _ranks(values: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.rank(values, sort_keys="ascending", tiebreaker="dense").cast(pa.float64())
