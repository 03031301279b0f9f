# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people decided and wrote down: evaluations, money, what owners say, how long answers took.

What nobody wrote down in this workspace is unknown, not absent: it may stand elsewhere. All of it is stated.
"""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from umbel.frameworks.indicators._asked import YEAR, once, today
from umbel.frameworks.indicators.found import Found, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from umbel.frameworks.interface import Known
    from umbel.policy.evaluations import Evaluation

QUARTER = 92
"""Days that count as a quarter for what was decided lately."""


def stated(**more: Any) -> Found:
    """Figures that people wrote down."""
    return Found(stated=True, **more)


def said_yes(is_so: bool, **evidence: Any) -> Found:  # noqa: FBT001 - it is the answer
    """A yes or no that people wrote down."""
    return stated(value=float(is_so), evidence=evidence)


# ---- decisions


def _evaluations(known: Known) -> list[Evaluation]:
    from umbel.policy import evaluations

    path = known.folder / evaluations.FILE
    found = once(known, "evaluations", lambda: evaluations.load(path).evaluations)
    return [each for each in found if each.decided <= today(known)]


def evaluations_decided(known: Known) -> Found:
    """Decisions about software within the year."""
    every = _evaluations(known)
    if not every:
        return unknown("no evaluation was ever decided here (umbel evaluate decide)")
    recent = [each for each in every if each.decided > today(known) - timedelta(days=YEAR)]
    return stated(value=len(recent), evidence={"ever": len(every)})


def _lead_time(known: Known, spans: Iterable[tuple[date, date | None]]) -> Found:
    """The median of days between asked and decided, of what was decided within the year."""
    since = today(known) - timedelta(days=YEAR)
    recent = [(decided, asked) for decided, asked in spans if since < decided <= today(known)]
    if not recent:
        return unknown("nothing was decided in the last year")
    days = [(decided - asked).days for decided, asked in recent if asked is not None]
    if not days:
        return unknown("nobody wrote down when it was asked for (asked = in decisions/)", decided=len(recent))
    return stated(
        value=median(days),
        denominator=len(days),
        known=len(days),
        whole=len(recent),
        evidence={"longest": max(days), "shortest": min(days), "decided": len(recent)},
    )


def evaluation_lead_time(known: Known) -> Found:
    """How long a request to evaluate software waited for its decision."""
    return _lead_time(known, [(each.decided, each.asked) for each in _evaluations(known)])


def approval_lead_time(known: Known) -> Found:
    """The same of all requests with a dated decision: evaluations, and decisions to publish."""
    from umbel.policy import publications

    said = once(known, "publications", lambda: publications.load(known.folder / publications.FILE))
    spans = [(each.decided, each.asked) for each in _evaluations(known)]
    return _lead_time(known, [*spans, *((each.decided, each.asked) for each in said.published)])


def radar_published(known: Known) -> Found:
    """Whether anything decided stands on the radar."""
    from umbel.policy.evaluations import Evaluations

    every = _evaluations(known)
    if not every:
        return unknown("no evaluation was ever decided here (umbel evaluate decide)")
    standing = Evaluations(tuple(every)).standing(today(known))
    return said_yes(
        bool(standing), standing=len(standing), due=sum(each.is_due(today(known)) for each in standing)
    )


def decisions_dated(known: Known) -> Found:
    """Decisions of the last quarter, whatever they are about.

    Attestations are none: to say of a practice that it isn't met would meet it.
    """
    found, broken = _dated(known)
    if not found and not broken:
        return unknown("nothing was ever decided in this workspace (decisions/)")
    since = today(known) - timedelta(days=QUARTER)
    by_file = {
        name: sum(since < day <= today(known) for day in days) for name, days in sorted(found.items()) if days
    }
    return stated(
        value=sum(by_file.values()),
        known=len(found),
        whole=len(found) + broken,
        evidence={"by_file": {name: many for name, many in by_file.items() if many}, "unreadable": broken},
    )


def _dated(known: Known) -> tuple[dict[str, list[date]], int]:
    """The days of all decisions up to the day, by file, and how many files can't be read."""
    import tomllib

    from umbel.policy.records import LARGEST

    found: dict[str, list[date]] = {}
    broken = 0
    for path in _tomls(known.folder / "decisions"):
        try:
            text = "" if path.stat().st_size > LARGEST else path.read_text("utf-8")
            told = tomllib.loads(text)
        except (OSError, ValueError, RecursionError):
            broken += 1
            continue
        entries = [entry for table in told.values() if isinstance(table, list) for entry in table]
        days = [entry.get("decided") for entry in entries if isinstance(entry, dict)]
        found[path.stem] = [day for day in days if type(day) is date and day <= today(known)]
    return {name: days for name, days in found.items() if days}, broken


def _tomls(folder: Path) -> list[Path]:
    from umbel.frameworks import attestations

    attested = attestations.FILE.rpartition("/")[2]
    try:
        found = (path for path in folder.iterdir() if path.suffix == ".toml" and path.name != attested)
        return sorted(path for path in found if path.is_file())
    except OSError:
        return []


# ---- money and value


def funding_given(known: Known) -> Found:
    """Projects that got money of ours within the year, as somebody wrote down."""
    from umbel.strategy.value import assumptions, ledger

    assumed = assumptions.load(known.folder / assumptions.FILE)
    day = today(known)
    every = [
        each for each in ledger.load(known.folder / ledger.FILE, assumed.currency).money if each.date <= day
    ]
    if not every:
        return unknown("nobody wrote down any money given (decisions/value.toml)")
    since = day - timedelta(days=YEAR)
    spans = [(each, _part(each.date, each.until, since, day)) for each in every]
    projects = {each.project for each, part in spans if part > 0 and each.project}
    return stated(
        value=len(projects),
        evidence={
            "amount": round(sum(each.amount * part for each, part in spans), 2),
            "currency": assumed.currency,
            "of_no_project": round(sum(each.amount * part for each, part in spans if not each.project), 2),
            "records": len(every),
        },
    )


def _part(begin: date, end: date | None, since: date, day: date) -> float:
    """Which part of an amount falls into the time: spread evenly where it has an end."""
    if end is None or end <= begin:
        return float(since < begin <= day)
    inside = (min(end, day) - max(begin - timedelta(days=1), since)).days
    return max(0, inside) / ((end - begin).days + 1)


def memberships(known: Known) -> Found:
    """Memberships that are paid for on the day, as somebody wrote down."""
    from umbel.strategy.value import assumptions, ledger

    assumed = assumptions.load(known.folder / assumptions.FILE)
    day = today(known)
    money = ledger.load(known.folder / ledger.FILE, assumed.currency).money
    every = [each for each in money if each.kind == "membership" and each.date <= day]
    series = None if every else _series(known, "memberships")
    if series is not None:
        return series
    if not every:
        return unknown('nobody wrote down any membership (kind = "membership" in decisions/value.toml)')
    running = [each for each in every if (each.until or each.date + timedelta(days=YEAR)) >= day]
    return stated(value=len({(each.project, each.source) for each in running}), evidence={"ever": len(every)})


def value_told(known: Known) -> Found:
    """Whether the value of contributing is reckoned with the organisation's own assumptions."""
    from umbel.strategy.value import assumptions

    assumed = assumptions.load(known.folder / assumptions.FILE)
    return said_yes(bool(assumed.own), own=len(assumed.own), assumptions=len(assumed.by_name))


# ---- what others state


def _series(known: Known, name: str) -> Found | None:
    """The newest value of an imported series up to the day; None where there is no such series."""
    from umbel.frameworks import imported

    series = imported.load(known.folder, today(known)).get(name)
    if series is None:
        return None
    told = imported.reading(series, imported.rows(series, known.folder, known.as_of), known.as_of)
    return stated(
        value=told.value,
        numerator=told.numerator,
        denominator=told.denominator,
        observed_at=told.observed_at,
        oldest_at=told.oldest_at,
        evidence={"owner": series.owner, "source": series.source},
        why=told.why,
    )


def training_reach(known: Known) -> Found:
    """What share of our people was trained, as the owner of the series `training` states it."""
    found = _series(known, "training")
    if found is None:
        return unknown("no series named training is imported (umbel kpis import)")
    if found.value is not None and not 0 <= found.value <= 1:
        return unknown("the series training isn't one of shares")
    return found


# ---- product owners


def owners_asked(known: Known) -> Found:
    """Of the declared products, those whose owner answered within the year."""
    from umbel.strategy import owners

    asked = getattr(known, "product", None)
    products = [each.name for each in known.settings.products if asked in {None, each.name}]
    if not products:
        return unknown("no product is declared (umbel.toml)")
    since = today(known) - timedelta(days=YEAR)
    said = {
        product.casefold()
        for (_, product), each in owners.load(known.folder, today(known)).newest.items()
        if each.decided > since and not each.blank
    }
    return stated(
        numerator=sum(name.casefold() in said for name in products),
        denominator=len(products),
        known=len(products),
        whole=len(products),
    )
