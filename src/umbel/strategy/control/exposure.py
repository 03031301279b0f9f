# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How exposed users are to a change of heart ("rug pull"): questions that anyone can read, and no score.

One who alone holds the code, and may put it under other terms, can do so on any day. What was already
out stays under its old licence: the exposure is of what comes after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.strategy.control.records import Exposure, Rule

if TYPE_CHECKING:
    from umbel.strategy.control.records import ExposureName, Licensing, Rights, Verdict

_ALONE = "one vendor decides"
_CLOSED = ("source-available", "restricted", "proprietary", "none")


def exposure(vendor: Verdict, foundation: Verdict, rights: Rights, licensing: Licensing) -> Exposure:
    """The rules, each with its answer and its reason, and the level to which they lead."""
    rules = (
        Rule(
            name="single-vendor",
            question="Does one vendor decide?",
            value=vendor.value,
            reason=vendor.because,
        ),
        _relicensing(rights),
        _permissive(licensing),
        _past(licensing),
        _neutral(foundation),
    )
    level, because = _level({rule.name: rule.value for rule in rules}, licensing)
    return Exposure(level=level, because=because, rules=rules)


def _relicensing(rights: Rights) -> Rule:
    value = {
        None: None,
        "assignment": True,
        "cla": True,
        "cla and dco": True,
        "dco": False,
        "none seen": None,
    }[rights.terms]
    said = "; ".join(rights.because) or "nothing is known of it"
    ends = {
        True: "one party gets the rights to put all of it under other terms",
        False: "contributors keep their rights, and each would have to agree",
        None: "whether one party may put all of it under other terms is unknown",
    }
    return Rule(
        name="relicensing",
        question="May one party put all of it under other terms (CLA or assignment)?",
        value=value,
        reason=f"{said}: {ends[value]}",
    )


def _permissive(licensing: Licensing) -> Rule:
    if licensing.group is None:
        value, reason = None, licensing.why or "its licence is unknown"
    elif licensing.group in {"permissive", "public-domain"}:
        value, reason = True, f"{licensing.license} lets anyone go on under other terms"
    elif licensing.group in _CLOSED:
        value, reason = False, f"{licensing.license} is no open source licence to begin with"
    else:
        value, reason = (
            False,
            f"{licensing.license} binds everyone to its terms but those who hold all the rights",
        )
    return Rule(
        name="permissive",
        question="Does the licence itself let one go on under other terms?",
        value=value,
        reason=reason,
    )


def _past(licensing: Licensing) -> Rule:
    closing = [each for each in licensing.changes if each.kind == "closing"]
    if closing:
        last = closing[-1]
        when = f"on {last.at:%Y-%m-%d}" if last.at else "on a day that is unknown"
        where = f" with {last.package} {last.version}" if last.package else ""
        reason = f"{last.before} became {last.after} {when}{where}"
        return Rule(name="past", question="Was it closed before?", value=True, reason=reason)
    if licensing.looked_at < 2:
        reason = "fewer than two versions or looks at its files are known"
        if licensing.touched:
            number = len(licensing.touched)
            times = "once" if number == 1 else f"on {number:,} days"
            reason += f"; its licence's file was changed {times}, last on {licensing.touched[-1]}: look there"
        return Rule(name="past", question="Was it closed before?", value=None, reason=reason)
    reason = f"not in {licensing.looked_at:,} versions and looks at its files"
    if licensing.unread:
        reason += f"; but what {licensing.unread:,} more say isn't understood"
        return Rule(name="past", question="Was it closed before?", value=None, reason=reason)
    return Rule(name="past", question="Was it closed before?", value=False, reason=reason)


def _neutral(foundation: Verdict) -> Rule:
    return Rule(
        name="foundation",
        question="Does a foundation hold it, so that no vendor can?",
        value=foundation.value,
        reason=foundation.because,
    )


def _level(  # noqa: PLR0911 - one line a rule
    said: dict[str, bool | None], licensing: Licensing
) -> tuple[ExposureName | None, str]:
    """The level by the rules, in this order: the first that speaks decides."""
    vendor, holds = said["single-vendor"], said["foundation"]
    if licensing.group in _CLOSED:
        return "high", f"it is under {licensing.license}, which is no open source licence"
    if holds:
        return "low", "a foundation holds it"
    if vendor and said["past"]:
        return "high", f"{_ALONE}, and the licence was closed before"
    if vendor and said["relicensing"]:
        return "high", f"{_ALONE}, and gets the rights to relicense; no foundation is known to hold it"
    if vendor and said["permissive"]:
        return "medium", f"{_ALONE}, and the licence lets it go on under other terms"
    if vendor:
        return "medium", f"{_ALONE}; nothing else is known to make a change easy"
    if said["past"]:
        return "medium", "its licence was closed before, and who decides now is shared or unknown"
    if vendor is False:
        return "low", "no single vendor decides"
    return None, "whether one vendor decides is unknown"
