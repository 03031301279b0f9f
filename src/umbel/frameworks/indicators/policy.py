# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policy says, and what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.frameworks.indicators.found import Found, unknown, yes
from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.indicators.state import once
from umbel.policy import file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from umbel.frameworks.interface import Known
    from umbel.model.finding import Finding

LICENSE_RULES = ("license-denied", "license-unknown", "copyleft-linkage")
SECURITY_RULES = ("vulnerability", "known-exploited", "malicious")
_NOTHING = "nothing is in the inventory that could be judged (umbel collect)"
_NONE_OWN = "The workspace has no policy.toml of its own; the shipped policy judges"


def in_force(known: Known) -> Found:
    """Whether the workspace has a policy of its own that is sound."""
    own = known.folder / file.FILE
    if not own.exists():
        return yes(is_so=False, sentence=_NONE_OWN)
    try:
        policy = file.load(own)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it isn't in force
        return yes(is_so=False, sentence="The policy.toml can't be used", fault=str(error).partition("\n")[0])
    if _untouched(own):
        return unknown("policy.toml stands as umbel policy init wrote it: nobody chose anything in it yet")
    said = policy.said
    rules = sorted(name for name, table in said.rules.items() if table)
    return yes(
        is_so=True, sentence="A policy of our own is in force", rules=rules, overrides=len(said.overrides)
    )


def _untouched(path: Path) -> bool:
    """Whether a policy says just what the shipped one does: writing it out is no decision."""
    import tomllib

    from umbel.policy.template import default_policy

    return tomllib.loads(path.read_text("utf-8")) == tomllib.loads(default_policy())


def license_gate(known: Known) -> Found:
    """Whether a rule on licences can stop a gate."""
    return _gate(known, LICENSE_RULES, "licences")


def security_gate(known: Known) -> Found:
    """Whether a rule on vulnerabilities can stop a gate."""
    return _gate(known, SECURITY_RULES, "vulnerabilities")


def _gate(known: Known, names: Collection[str], about: str) -> Found:
    if not (known.folder / file.FILE).exists():
        return yes(is_so=False, sentence=f"{_NONE_OWN}, and nobody decided that {about} stop a gate")
    failing = sorted(name for name in _failing_rules(known) if name in names)
    if failing:
        return yes(is_so=True, sentence=f"A gate fails on {about} ({', '.join(failing)})", rules=failing)
    return yes(is_so=False, sentence=f"No rule on {about} fails a gate")


def _failing_rules(known: Known) -> list[str]:
    """The rules that the policy has fail where nothing else is said of a project."""
    return [name for name, each in known.policy.for_project("", ()).rules.items() if each.level == "fail"]


def outbound_gate(known: Known) -> Found:
    """Whether a rule on outgoing code can stop a push."""
    if not (known.folder / file.FILE).exists():
        return yes(is_so=False, sentence=f"{_NONE_OWN}, and nobody decided what stops a push")
    rules = known.policy.for_outbound("", ())
    failing = sorted(name for name, each in rules.items() if each.level == "fail")
    if failing:
        return yes(is_so=True, sentence=f"{len(failing)} rules on outgoing code fail a gate", rules=failing)
    return yes(is_so=False, sentence="No rule on outgoing code fails a gate")


def license_list(known: Known) -> Found:
    """Whether the policy names licences, or groups of them, itself."""
    if not (known.folder / file.FILE).exists():
        return yes(is_so=False, sentence=_NONE_OWN)
    said = known.policy.said
    entries = [
        entry for rules in (said.rules, *(one.rules for one in said.overrides)) for entry in _licenses(rules)
    ]
    if entries:
        return yes(
            is_so=True,
            sentence=f"The policy names licences in {len(entries)} of its own rules",
            rules=len(entries),
        )
    return yes(is_so=False, sentence="The policy names no licences itself; the shipped table judges them")


def _licenses(rules: Mapping[str, Mapping[str, Any]]) -> Iterable[Any]:
    listed = rules.get("license-denied", {}).get("licenses", ())
    return [entry for entry in listed if entry.get("verdict") in {"allow", "deny"}]


# ---- what it finds


def violations(known: Known) -> Found:
    """Open findings that stop a gate."""
    return _counted(known, known.verdict.failing, "open findings fail the policy")


def license_violations(known: Known) -> Found:
    """Open findings of the rules on licences that stop a gate."""
    found = [each for each in known.verdict.failing if each.rule in LICENSE_RULES]
    return _counted(known, found, "open findings of licence rules fail the policy", LICENSE_RULES)


def known_exploited(known: Known) -> Found:
    """Open findings of vulnerabilities that are known to be exploited."""
    rule = "known-exploited"
    if known.verdict.judged and not _exploits(known):
        return unknown("nothing is known of what is exploited (umbel sync advisories)")
    if rule not in known.policy.for_project("", ()).rules:
        return unknown("the policy has the rule on exploited vulnerabilities off")
    found = [each for each in known.verdict.findings if each.rule == rule and each.outcome == "unmet"]
    stands = [each for each in found if not each.excused]
    return _counted(known, stands, "known exploited vulnerabilities are open", (rule,))


def _counted(known: Known, found: list[Finding], words: str, rules: Collection[str] | None = None) -> Found:
    """So many findings, as far as the rules that fail could be asked."""
    verdict = known.verdict
    if not verdict.judged:
        return unknown(_NOTHING)
    asked = _asked(known, rules)
    if asked and not any(asked.values()):
        return unknown(_unasked(known, rules), rules=len(asked))
    partly = _partly(asked)
    number = "No" if not found else f"At least {len(found):,}" if partly else f"{len(found):,}"
    if len(found) == 1:
        words = words.replace("findings fail", "finding fails").replace(
            "vulnerabilities are", "vulnerability is"
        )
        words = words.replace("findings of", "finding of").replace("rules fail", "rules fails")
    return Found(
        value=len(found),
        numerator=len(found),
        known=sum(asked.values()) if asked else None,
        whole=len(asked) or None,
        evidence={
            "judged": verdict.judged,
            "projects": len({each.project for each in found}),
            "by_rule": _by(each.rule for each in found),
            "not_asked": sorted(name for name, part in asked.items() if not part),
            "asked_in_part": sorted(name for name, part in asked.items() if 0 < part < 1),
        },
        sentence=f"{number} {words}{partly}",
    )


def _partly(asked: Mapping[str, float]) -> str:
    """How far the rules could be asked, where that isn't wholly."""
    whole = sum(part == 1 for part in asked.values())
    some = sum(0 < part < 1 for part in asked.values())
    if whole == len(asked):
        return ""
    part = f", {some} in part" if some else ""
    share = percent(sum(asked.values()) / len(asked))
    words = f"{whole} of {len(asked)} rules that fail could be asked wholly{part} ({share})"
    return f", as far as can be told: {words}"


def _asked(known: Known, rules: Collection[str] | None = None) -> dict[str, float]:
    """The rules that fail, and of what share of the components each could be asked.

    A rule on vulnerabilities is asked of those whose ecosystem's advisories are here.
    """
    missed = {gap.rule for gap in known.verdict.gaps}
    return {
        name: _part(known, name) if name in missed or name == "known-exploited" else 1.0
        for name in _failing_rules(known)
        if rules is None or name in rules
    }


def _part(known: Known, rule: str) -> float:
    """Of what share of the components a rule could be asked that misses something."""
    if rule == "known-exploited" and not _exploits(known):
        return 0.0
    return _covered(known) if rule in SECURITY_RULES else 0.0


def _exploits(known: Known) -> bool:
    """Whether anything is known of what is exploited."""
    return bool(known.session.ask("SELECT EXISTS (SELECT 1 FROM exploits)").one()[0])


def _covered(known: Known) -> float:
    """The share of components of which vulnerabilities could be looked up."""
    from umbel.frameworks.indicators.security import scanning_coverage

    found = once(known, "scanned", lambda: scanning_coverage(known))
    return (found.numerator or 0.0) / found.denominator if found.denominator else 0.0


def _unasked(known: Known, rules: Collection[str] | None) -> str:
    """Why none of the rules that fail could be asked."""
    gaps = [gap for gap in known.verdict.gaps if gap.fails and (rules is None or gap.rule in rules)]
    if not gaps:
        return ""
    return f"none of the rules that fail could be asked: {gaps[0].reason.rstrip('.')} ({gaps[0].remedy})"


def _by(names: Iterable[str]) -> dict[str, int]:
    from collections import Counter

    return dict(sorted(Counter(names).items()))


def clean_projects(known: Known) -> Found:
    """Projects with an inventory in which nothing fails."""
    with_inventory = _inventoried(known)
    if not with_inventory:
        return unknown("no project has an inventory (umbel collect)")
    asked = _asked(known)
    if asked and not any(asked.values()):
        return unknown(_unasked(known, None))
    failing = {each.project for each in known.verdict.failing}
    clean = len(with_inventory - failing)
    return Found(
        numerator=clean,
        denominator=len(with_inventory),
        known=sum(asked.values()) if asked else None,
        whole=len(asked) or None,
        evidence={"failing_projects": len(with_inventory & failing), "rules": len(asked)},
        sentence=_clean(clean, len(with_inventory), asked),
    )


def _clean(clean: int, whole: int, asked: Mapping[str, float]) -> str:
    have = "has" if 1 in {clean, whole} else "have"
    noun = "project" if whole == 1 else "projects"
    share = percent(clean / whole)
    words = f"{clean:,} of {whole:,} {noun} with an inventory {have} no open finding that fails ({share})"
    return f"{words}{_partly(asked)}"


def _inventoried(known: Known) -> set[str]:
    from umbel.frameworks.indicators import shared
    from umbel.frameworks.indicators.state import state

    shared.make(known, state(known), known.session, "own", "asked")
    return {name for (name,) in known.session.ask("SELECT project FROM asked WHERE documents > 0").rows()}


_FIRST = """
SELECT median(age), count(*), max(age) FROM (
  SELECT f.place, date_diff('day', min(p.observed_at)::DATE, $as_of::TIMESTAMPTZ::DATE) AS age
  FROM failing AS f
  JOIN published AS p ON p.subject = f.project AND p.outcome NOT IN ('failed', 'absent')
  JOIN raw_usage AS u
    ON u.write_id = p.facts AND u.package = f.package AND u.version IS NOT DISTINCT FROM f.version
  GROUP BY f.place
)
"""


def violation_age(known: Known) -> Found:
    """The median of the days since the component of an open failing finding was first seen in its project."""
    import pyarrow as pa

    found = [each for each in known.verdict.failing if each.package is not None]
    if not known.verdict.judged:
        return unknown(_NOTHING)
    if not found:
        return unknown("no open finding about a component fails")
    columns = {
        "place": pa.array(range(len(found)), pa.int64()),
        "project": pa.array([each.project for each in found], pa.string()),
        "package": pa.array([each.package for each in found], pa.string()),
        "version": pa.array([each.version for each in found], pa.string()),
    }
    known.session.register("failing", pa.table(columns))
    asked = {"as_of": known.session.as_of.isoformat()}
    middle, dated, oldest = known.session.ask(_FIRST, asked).one()
    return Found(
        value=middle,
        denominator=dated,
        known=dated,
        whole=len(found),
        evidence={"findings": len(found), "oldest_days": oldest},
    )


# ---- exceptions


def _exceptions(known: Known) -> list[Any]:
    """Exceptions that were decided by the day."""
    from umbel.policy import exceptions

    longest = known.policy.said.longest_exception_days
    day = known.as_of.date()
    load = lambda: exceptions.load(known.folder / exceptions.FILE, longest)  # noqa: E731 - made once
    every = once(known, "exceptions", load).exceptions
    return [each for each in every if each.decided <= day]


def excepted_packages(known: Known) -> list[str]:
    """The packages, as they are written, of which exceptions in force speak."""
    day = known.as_of.date()
    return [each.package for each in _exceptions(known) if each.end >= day and each.package is not None]


def exceptions_recorded(known: Known) -> Found:
    """Exceptions that were ever recorded."""
    return Found(value=len(_exceptions(known)))


def exceptions_in_force(known: Known) -> Found:
    """Exceptions that count on the day."""
    told, day = _exceptions(known), known.as_of.date()
    standing = [each for each in told if each.end >= day]
    ends = min((each.end for each in standing), default=None)
    return Found(
        value=len(standing),
        evidence={"recorded": len(told), "next_end": None if ends is None else ends.isoformat()},
    )


def exceptions_unexpired(known: Known) -> Found:
    """Of the exceptions whose matter is still there, those that count."""
    if not _exceptions(known):
        return unknown("no exception was ever recorded (umbel exceptions)")
    if not known.verdict.judged:
        return unknown(_NOTHING)
    speaking = {
        each.exception.id: each.exception.expired for each in known.verdict.findings if each.exception
    }
    if not speaking:
        return unknown("no exception speaks of anything that is found")
    expired = sorted(name for name, is_over in speaking.items() if is_over)
    return Found(
        numerator=len(speaking) - len(expired),
        denominator=len(speaking),
        evidence={"expired": len(expired), "which": expired[:5]},
    )


def vex_said(known: Known) -> Found:
    """Failing findings of vulnerabilities of which an exception or VEX says something."""
    if not known.verdict.judged:
        return unknown(_NOTHING)
    asked = _asked(known, SECURITY_RULES)
    if not any(asked.values()):
        return unknown(_unasked(known, SECURITY_RULES) or "no rule on vulnerabilities fails a gate")
    found = [
        each
        for each in known.verdict.findings
        if each.rule in SECURITY_RULES and each.level == "fail" and each.outcome == "unmet"
    ]
    if not found:
        return unknown("no vulnerability is found that fails the policy")
    said = [each for each in found if each.excepted or each.vex is not None]
    return Found(
        numerator=len(said),
        denominator=len(found),
        known=sum(asked.values()),
        whole=len(asked),
        evidence={
            "exceptions": sum(each.excepted for each in found),
            "vex": sum(each.vex is not None for each in found),
        },
    )


def untouched(known: Known) -> Found:
    """Of the vulnerabilities found whose time to mend is over, those of which nobody said anything."""
    if not known.verdict.judged:
        return unknown(_NOTHING)
    if known.index is None:
        return unknown("no advisories are known (umbel sync advisories)")
    late = [
        each
        for each in known.verdict.findings
        if each.rule == "vulnerability" and each.outcome == "unmet" and each.evidence.get("overdue_days")
    ]
    if not late:
        return unknown("no vulnerability that is found is past its time to mend")
    silent = [each for each in late if not each.excepted and each.vex is None]
    return Found(numerator=len(silent), denominator=len(late), evidence={"overdue": len(late)})
