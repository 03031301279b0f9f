# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Our side of a project: what we would gain by taking part, and whether we could carry it.

From the histories of upstream projects: commits and people of ours, newcomers, work a year, size and languages. From
our own evidence: patched copies that we use in its place, and the languages that our own code is written in.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.strategy.score.model import (
    Model,
    Signal,
    half,
    logarithm,
    mean,
    model,
    points,
    share_known,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.strategy.use import Used

UPSTREAM_TABLES = (
    "histories",
    "commits",
    "identities",
    "aliases",
    "forgotten",
    "releases",
    "practices",
    "languages",
)
"""Stored tables of the lake of upstream projects that the ranking asks."""
_NO_CODE = frozenset({
    "JSON", "YAML", "TOML", "XML", "SVG", "CSV", "Markdown", "Plain Text", "License", "HTML", "CSS", "INI",
    "ReStructuredText", "gitignore", "Docker ignore", "Properties File", "AsciiDoc", "TypeScript Typings",
})  # fmt: skip
"""What is counted as lines but written in no language that somebody must know."""
_PATCHED = r"""
WITH sources AS (
  SELECT c.package,
         regexp_extract(url_decode(coalesce(nullif(regexp_extract(c.purl, '[?&]vcs_url=([^&#]+)', 1), ''),
                                            regexp_extract(c.purl, '[?&]download_url=([^&#]+)', 1))),
                        '(?:://|@)(?:[^/@]*@)?([^/:]+[/:][^/]+)/', 1) AS place
  FROM components AS c
  WHERE contains(c.purl, '_url=') AND c.component IN (SELECT component FROM usage)
)
SELECT DISTINCT package, lower(replace(place, ':', '/')) AS place FROM sources WHERE place <> '' ORDER BY ALL
"""


class There(msgspec.Struct, frozen=True, kw_only=True):
    """What an examined project shows: commits by people in a year, those of ours, our people within two years and one.

    `unknown` are commits of the year by people of whom nobody knows for whom they work.
    `newcomers` first contributed within the year; `code` and `languages` are lines, None where its files weren't read.
    """

    project: str
    commits: int
    our_commits: int
    our_people: int
    our_people_now: int = 0
    unknown: int = 0
    newcomers: int
    code: int | None = None
    languages: list[dict[str, Any]] | None = None


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of us: lines of our own code by language (empty: none was counted), and patched copies in use.

    `patched` gives by package the places of ours (`github.com/acme`) that we have it from; `told` says that it is
    known who our people are.
    """

    code: dict[str, int]
    patched: dict[str, list[str]]
    told: bool


class OurSide(NamedTuple):
    """A part of the score: points (None: too little known), how sure, and its signals by name."""

    value: float | None
    confidence: float
    signals: dict[str, Signal]


def there(session: Session, who: Rules) -> dict[str, There]:
    """Every examined project, by name, as of the session's day; the session holds `UPSTREAM_TABLES`."""
    from umbel.metrics.engine import Engine

    Engine(session, who, wide=False)  # tells who is who, as metrics have it
    sql = files("umbel.strategy.score").joinpath("ours_there.sql").read_text("utf-8")
    fields = There.__struct_fields__
    found = (There(**dict(zip(fields, row, strict=True))) for row in session.ask(sql).rows())
    return {each.project: msgspec.structs.replace(each, code=_written(each.languages)) for each in found}


def _written(languages: list[dict[str, Any]] | None) -> int | None:
    """Lines that somebody must understand; None where no file was read."""
    if languages is None:
        return None
    return sum(int(each["code"]) for each in languages if each["language"] not in _NO_CODE)


def home(session: Session, who: Rules | None) -> Home:
    """Our own code and the patched copies that we carry; the session holds `languages`, `usage` and `components`."""
    counted = session.ask("SELECT language, sum(code)::BIGINT FROM languages GROUP BY language").rows()
    code = {language: lines for language, lines in counted if language not in _NO_CODE}
    owners = {
        "/".join(project.lower().split("/")[:2])
        for (project,) in session.ask("SELECT project FROM usage GROUP BY project").rows()
        if project.count("/") >= 2
    }
    patched: dict[str, list[str]] = {}
    for package, place in session.ask(_PATCHED).rows():
        if place in owners:
            patched.setdefault(package, []).append(place)
    return Home(code=code, patched=patched, told=bool(who and who.ours))


def opportunity(
    used: Used, seen: There | None, patches: int, *, told: bool, chosen: Model | None = None
) -> OurSide:
    """What we would gain by taking part: `patches` are packages of it that we use from a place of ours.

    `told` says that it is known who our people are: else nobody can be counted.
    """
    said = (chosen or model()).opportunity
    signals = {
        "patches": Signal(half(patches, said["patches_half"]), said["usual_patches"], said["patches"]),
        "standing": Signal(
            half(seen.our_commits, said["standing_half"]) if seen and told else None,
            said["usual_standing"],
            said["standing"],
        ),
        "door": Signal(
            half(seen.newcomers, said["door_half"]) if seen else None, said["usual_door"], said["door"]
        ),
        "use": Signal(used.use, 0.0, said["use"]),
    }
    return _told(signals, share_known([s for n, s in signals.items() if n != "use"]), said["least"])


def supportability(
    used: Used, seen: There | None, code: Mapping[str, int], *, told: bool, chosen: Model | None = None
) -> OurSide:
    """Whether we could carry it: `code` are lines of our own by language."""
    numbers = chosen or model()
    said = numbers.supportability
    skill, sure = _skill(used, seen, code, numbers)
    size = None
    if seen and seen.code is not None:
        size = 1 - logarithm(seen.code, numbers.hardness["size_low"], numbers.hardness["size_high"])
    signals = {
        "skills": Signal(skill, said["usual_skills"], said["skills"]),
        "people": Signal(
            half(seen.our_people, said["people_half"]) if seen and told else None,
            said["usual_people"],
            said["people"],
        ),
        "size": Signal(size, said["usual_size"], said["size"]),
        "work": Signal(
            1 - half(seen.commits, said["work_half"]) if seen else None, said["usual_work"], said["work"]
        ),
    }
    unsure = said["skills"] * (1 - sure) if skill is not None else 0.0
    return _told(signals, share_known(list(signals.values())) - unsure, said["least"])


def languages_of(used: Used, seen: There | None, numbers: Model) -> dict[str, float]:
    """The languages of a project with their shares: as counted there, else as its packages' type tells."""
    if seen and seen.languages:
        lines = {
            each["language"]: each["code"] for each in seen.languages if each["language"] not in _NO_CODE
        }
        total = sum(lines.values())
        if total:
            return {name: code / total for name, code in lines.items()}
    by_type = numbers.languages.get(used.type, ())
    return {name: 1 / len(by_type) for name in by_type}


def _skill(
    used: Used, seen: There | None, code: Mapping[str, int], numbers: Model
) -> tuple[float | None, float]:
    shares = languages_of(used, seen, numbers)
    if not shares or not code:
        return None, 0.0
    counted = bool(seen and seen.languages)
    at = numbers.supportability["skills_half"]
    skill = sum(share * half(code.get(name, 0), at) for name, share in shares.items())
    if not counted:  # either of the languages of its type will do
        skill = max(half(code.get(name, 0), at) for name in shares)
    return skill, 1.0 if counted else numbers.supportability["language_by_type"]


def _told(signals: dict[str, Signal], confidence: float, least: float) -> OurSide:
    value = points(mean(list(signals.values())).value) if confidence >= least else None
    return OurSide(value, max(0.0, confidence), signals)
