# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The projects that business depends on: which are named, known, decided about, and by whom they are controlled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.indicators._asked import (
    NOT_STRATEGIC,
    UNMAPPED,
    examined_strategic,
    histories,
    listed,
    once,
    opinions,
    strategic,
    today,
    used_packages,
    with_people,
)
from umbel.frameworks.indicators.found import Found, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.frameworks.interface import Known
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Mapped, Ranked


def _mapped(known: Known) -> list[Mapped]:
    used = None if known.projects is None else used_packages(known)
    return [each for each in known.mapped if used is None or each.package in used]


def packages_mapped(known: Known) -> Found:
    """Of the packages in use, those whose upstream project is known."""
    every = _mapped(known)
    if not every:
        return unknown("no package in use is known (umbel collect)")
    none = sum(each.project is None and each.how == "declared" for each in every)
    found = sum(each.project is not None for each in every)
    if len(every) == none:
        return unknown("every package in use is declared to have no upstream project", declared_none=none)
    doubtful = sum(each.project is not None and each.confidence < 0.5 for each in every)
    return Found(
        numerator=found,
        denominator=len(every) - none,
        known=len(every),
        whole=len(every),
        evidence={"doubtful": doubtful, "declared_none": none},
    )


def upstream_examined(known: Known) -> Found:
    """Of the upstream projects that packages in use come from, those whose history was read."""
    names = {each.project for each in _mapped(known) if each.project}
    if not names:
        return unknown(UNMAPPED)
    told = {} if known.upstream is None else histories(known, known.upstream)
    whole = sum(bool(told.get(name)) for name in names)
    return Found(
        numerator=whole,
        denominator=len(names),
        known=len(names),
        whole=len(names),
        evidence={"cut_off_or_failed": sum(told.get(name) is False for name in names)},
    )


def strategic_examined(known: Known) -> Found:
    """Of the strategic projects, those whose history of the last year was read."""
    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    _, read = examined_strategic(known)
    return Found(numerator=len(read), denominator=len(chosen), known=len(chosen), whole=len(chosen))


def strategic_named(known: Known) -> Found:
    """Projects with a verdict above the strategic line."""
    every = listed(known)
    if not every:
        return unknown(UNMAPPED)
    chosen = strategic(known)
    return Found(
        value=len(chosen),
        known=sum(each.verdict for each in every),
        whole=len(every),
        evidence={"listed": len(every), "without_verdict": sum(not each.verdict for each in every)},
    )


def _chosen(known: Known) -> list[Ranked] | Found:
    if not listed(known):
        return unknown(UNMAPPED)
    return strategic(known) or unknown(NOT_STRATEGIC)


def strategic_confirmed(known: Known) -> Found:
    """Of the strategic projects, those of which a person said something: a part of the score, or a stance."""
    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    opined = {each.project for each in chosen if any(part.opinion for part in each.parts.values())}
    decided = {each.project for each in chosen if each.project in opinions(known).stances}
    return Found(
        numerator=len(opined | decided),
        denominator=len(chosen),
        known=len(chosen),
        whole=len(chosen),
        evidence={"with_opinion": len(opined), "with_decided_stance": len(decided)},
    )


def strategic_stances(known: Known) -> Found:
    """Of the strategic projects, those with a stance that a person decided and that isn't due to be looked at."""
    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    decided, day = opinions(known).stances, today(known)
    late = [
        each for each in chosen if each.project in decided and (decided[each.project].review or day) < day
    ]
    with_stance = sum(each.project in decided for each in chosen)
    return Found(
        numerator=with_stance - len(late),
        denominator=len(chosen),
        known=len(chosen),
        whole=len(chosen),
        evidence={"decided": with_stance, "overdue": len(late)},
    )


def projects_to_contribute(known: Known) -> Found:
    """Strategic projects of which a person decided to lead them or to contribute."""
    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    decided = opinions(known).stances
    said = [decided[each.project].stance for each in chosen if each.project in decided]
    if not said:
        return unknown("of no strategic project did anybody decide a stance (umbel strategy decide)")
    meant = sum(stance in {"lead", "contribute"} for stance in said)
    if not meant and len(said) < len(chosen):
        return unknown(
            "of some strategic projects nobody decided a stance, of the others none is to be led or contributed to"
        )
    return Found(
        value=meant,
        known=len(said),
        whole=len(chosen),
        stated=True,
        evidence={"decided": len(said), "strategic": len(chosen)},
    )


def fragile_without_stance(known: Known) -> Found:
    """Strategic projects that are fragile, and of which nobody decided what is done with them."""
    from umbel.strategy.stance_model import model

    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    line, decided = model().lines["fragile"].value, opinions(known).stances
    told = [each for each in chosen if each.fragility is not None and each.fragility.risk is not None]
    if not told:
        return unknown("the fragility of no strategic project is known (umbel collect upstream)")
    fragile = [each for each in told if each.fragility and (each.fragility.risk or 0.0) >= line]
    open_ones = [each.project for each in fragile if each.project not in decided]
    return Found(
        value=len(open_ones),
        known=len(told),
        whole=len(chosen),
        evidence={"fragile": len(fragile), "strategic": len(chosen), "projects": open_ones[:5]},
    )


def fragile_known(known: Known) -> Found:
    """Of the strategic projects, those whose fragility is known."""
    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    told = sum(each.fragility is not None and each.fragility.risk is not None for each in chosen)
    return Found(numerator=told, denominator=len(chosen), known=len(chosen), whole=len(chosen))


# ---- who controls them


def _controls(known: Known) -> tuple[list[Control], int] | Found:
    """Who controls the strategic projects that were examined, and how many strategic projects there are."""
    chosen = _chosen(known)
    if isinstance(chosen, Found):
        return chosen
    _, read = examined_strategic(known)
    return once(known, "controls", lambda: _controlled(known, read)), len(chosen)


def _controlled(known: Known, projects: Sequence[str]) -> list[Control]:
    """As the strategic list was told it, where it was; the others are looked at here."""
    from umbel.strategy.control import decisions
    from umbel.strategy.control.control import controls
    from umbel.strategy.control.licensing import of_packages

    there: Mapping[str, Control] = getattr(known, "controls", {})
    found = [there[name] for name in projects if name in there]
    lacking = [name for name in projects if name not in there]
    if known.upstream is None or not lacking:
        return found
    came_from = {each.package: each.project for each in known.mapped if each.project in set(lacking)}
    versions = of_packages(known.session, {package: name for package, name in came_from.items() if name})
    said = decisions.load(known.folder / decisions.FILE)
    return found + controls(with_people(known, known.upstream), lacking, said=said, versions=versions)


def control_known(known: Known) -> Found:
    """Of the strategic projects, those of which it can be said who controls them."""
    found = _controls(known)
    if isinstance(found, Found):
        return found
    told, every = found
    return Found(
        numerator=sum(each.governed is not None for each in told),
        denominator=every,
        known=every,
        whole=every,
        evidence={"examined": len(told)},
    )


def single_vendor(known: Known) -> Found:
    """Strategic projects that one firm controls."""
    found = _controls(known)
    if isinstance(found, Found):
        return found
    told, every = found
    answered = [each for each in told if each.single_vendor.value is not None]
    if not answered:
        return unknown("of no strategic project is it known whether one firm controls it (umbel control)")
    held = [each.project for each in answered if each.single_vendor.value]
    return Found(
        value=len(held),
        known=len(answered),
        whole=every,
        evidence={"answered": len(answered), "strategic": every, "projects": held[:5]},
    )


def license_change_watched(known: Known) -> Found:
    """Of the strategic projects, those whose licence is known for at least two points in time or by its paths."""
    found = _controls(known)
    if isinstance(found, Found):
        return found
    told, every = found
    watched = [each for each in told if each.licensing.looked_at > 1 or each.licensing.touched is not None]
    return Found(
        numerator=len(watched),
        denominator=every,
        known=every,
        whole=every,
        evidence={"examined": len(told), "changed": sum(bool(each.licensing.changes) for each in watched)},
    )
