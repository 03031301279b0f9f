# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the dependency of a project stands on, in plain words: reasons, and what is missing with how to find it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.metrics.words import percent
from umbel.strategy.interface import Opinion, Part, Reason
from umbel.strategy.score.dependency import code_read, is_framework_by_signs, listed_alternatives
from umbel.strategy.score.model import kinds, model
from umbel.strategy.use import NO_PRODUCT, SCOPES

if TYPE_CHECKING:
    from umbel.strategy.score.dependency import Dependency, Effort
    from umbel.strategy.use import Detail, Used

_ROUND = 3


def dependency_part(used: Used, found: Dependency, detail: Detail, opinion: Opinion | None) -> Part:
    """The part `dependency` with its reasons, what is missing, and every figure that it stands on."""
    return Part(
        name="dependency",
        value=found.value,
        confidence=found.confidence,
        reasons=tuple(sorted(_reasons(used, found, detail), key=lambda each: -each.weight)),
        missing=missing(used, found, detail),
        evidence=_evidence(used, found, detail),
        opinion=opinion,
    )


def _reasons(used: Used, found: Dependency, detail: Detail) -> list[Reason]:
    signals = found.hardness.signals
    reasons = [
        Reason(text=_use(used, detail), of="use", weight=found.use),
        Reason(text=_kind(used), of="kind", weight=signals["kind"].weight * signals["kind"].taken),
    ]
    if found.hardness.effort is not None:
        told = signals["effort"]
        reasons.append(
            Reason(text=effort_told(found.hardness.effort), of="effort", weight=told.weight * told.taken)
        )
    if used.plugs or used.stand or used.sole:
        told = signals["lock_in"]
        reasons.append(Reason(text=_lock_in(used), of="lock_in", weight=told.weight * told.taken))
    if signals["alternatives"].value is not None:
        told = signals["alternatives"]
        reasons.append(Reason(text=_alternatives(used), of="alternatives", weight=told.weight * told.taken))
    if signals["size"].value is not None:
        told = signals["size"]
        text = (
            "It is larger than a team would write anew."
            if told.taken > 0.5
            else "It is small enough to be written anew."
        )
        reasons.append(Reason(text=text, of="size", weight=told.weight * told.taken))
    return reasons


def _use(used: Used, detail: Detail) -> str:
    products = [name for name in detail.products if name != NO_PRODUCT]
    named = ", ".join(products[:3]) + (f" and {len(products) - 3:,} more" if len(products) > 3 else "")
    where = f"{_many(len(products), 'product')} ({named})" if products else "projects of no declared product"
    how = "asks for it itself" if used.direct else "has it only through others"
    if not used.direct and used.direct_open:
        how = "has it, directly or not"
    scope = SCOPES[used.scope or 0]
    only = "" if scope in {None, "runtime"} or used.scope_open else f", for {scope} only"
    return f"{where}: {how}{only}; {_code(used)}."


def _code(used: Used) -> str:
    if not used.files and not kinds().kinds[used.kind].imported:
        return "it is run or configured, not imported"
    if not code_read(used):
        return "whether our code imports it isn't known" if used.maybe else "nobody read the code"
    if not used.files:
        return (
            "our code never imports it"
            if used.read >= used.uses
            else "the code that was read never imports it"
        )
    tests = f", {used.test_files:,} of them tests" if used.test_files else ""
    share = f", {percent(used.file_share)} of the files of the product that does so most"
    return f"{_many(used.files, 'file')}{tests}{share}; {_many(used.names, 'name')} at {_many(used.sites, 'place')}"


def _kind(used: Used) -> str:
    kind = kinds().kinds[used.kind]
    if is_framework_by_signs(used, model()):
        return "A framework by its signs: many files know it by many names, or others plug into it."
    if not used.listed:
        return f"Taken for a library, since no table lists it: {kind.reason}."
    return f"{used.role.capitalize() if used.role else used.kind} ({used.kind}): {kind.reason}."


def effort_told(effort: Effort) -> str:
    """The effort as a sentence with its assumptions."""
    said = model().effort
    return (
        f"To replace it would take {_days(effort.low)} to {_days(effort.high)} person-days "
        f"({said['minutes_a_site']:.0f} minutes a place, {said['hours_a_name']:.0f} hours a name, "
        f"{said['days_a_plug']:.0f} days a plug-in)."
    )


def _days(days: float) -> str:
    return f"{days:,.0f}" if days >= 10 else f"{days:.1f}".removesuffix(".0")


def _lock_in(used: Used) -> str:
    parts = []
    if used.plugs:
        parts.append(
            f"{_many(used.plugs, 'component')} that we chose {_is(used.plugs)} named after it ({used.plug} …)"
        )
    if used.stand:
        parts.append(
            f"{_many(used.stand, 'component')} that we chose {'needs' if used.stand == 1 else 'need'} it"
        )
    if used.sole:
        parts.append(f"{_many(used.sole, 'component')} {_is(used.sole)} here only because of it")
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def _alternatives(used: Used) -> str:
    number = listed_alternatives(used) or 0
    here = (
        f", {used.alternatives_here:,} of them in use here"
        if used.alternatives_here
        else ", none of them in use here"
    )
    return f"{_many(number, 'well-known alternative')} ({used.role}){here}."


def missing(used: Used, found: Dependency, detail: Detail) -> tuple[str, ...]:
    """What isn't known and how to find it out, the most telling first."""
    said: dict[str, str] = {
        "code": _no_code(used),
        "criticality": "how critical are the products? Say so in umbel.toml ([[products]] criticality)",
        "direct": "is it asked for directly? Collect lockfiles or SBOMs with a dependency graph",
        "kind": "what kind of thing is it? No table lists it: an opinion may say how dependent we are",
        "edges": "which components need it? Collect lockfiles or SBOMs with a dependency graph",
        "project": "which repository does it come from? See umbel upstream --unmapped; umbel.toml can name it",
        "size": "how large is it? umbel collect upstream counts its lines",
        "alternatives": "what would replace it? Ask its product owners (umbel ask strategic)",
        "scope": "does it run in production? Collect lockfiles, which tell scopes",
    }
    gaps = {name: s.weight * (1 - (s.value or 0.0)) for name, s in found.known.items()}
    told = sorted((name for name, gap in gaps.items() if gap >= 0.02), key=lambda name: -gaps[name])
    return tuple(said[name] for name in told if name != "project" or not detail.mapped or used.sure < 0.5)


def _no_code(used: Used) -> str:
    if used.maybe:
        return "is it what the code imports under another name? Collect an installed environment, which tells modules"
    if used.type in model().languages:
        return "how does our code use it? Collect the checkouts of the projects that do (umbel collect PATH)"
    return (
        f"how does our code use it? Imports of {used.type or 'such'} packages aren't read: ask the developers"
    )


def _evidence(used: Used, found: Dependency, detail: Detail) -> dict[str, Any]:
    effort = found.hardness.effort
    signals = {
        name: None if each.value is None else round(each.value, _ROUND)
        for name, each in found.hardness.signals.items()
    }
    return {
        "use": round(found.use, _ROUND),
        "hardness": round(found.hardness.total.value, _ROUND),
        "range": [round(found.low, 1), round(found.high, 1)],
        "frequency": used.frequency,
        "frequency_place": used.frequency_place,
        "reach": round(used.reach, _ROUND),
        "products": used.products,
        "packages": len(detail.packages),
        "direct_packages": used.direct_packages,
        "direct": used.direct,
        "scope": SCOPES[used.scope or 0],
        "code_read": round(used.read_share, _ROUND),
        **({name: getattr(used, name) if code_read(used) else None for name in _FROM_CODE}),
        "file_share": round(used.file_share, _ROUND) if code_read(used) else None,
        "needed": used.needed if used.wired else None,
        "stand": used.stand if used.wired else None,
        "sole": used.sole if used.wired else None,
        "plugs": used.plugs,
        "kind": used.kind,
        "role": used.role,
        "inversion": None if found.hardness.inversion is None else round(found.hardness.inversion, _ROUND),
        "effort_days": None if effort is None else [round(effort.low, 1), round(effort.high, 1)],
        "signals": signals,
        "by_product": detail.by_product,
        "model": model().version,
    }


_FROM_CODE = ("files", "test_files", "sites", "names", "modules")


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


__all__ = ["dependency_part", "effort_told", "missing"]
