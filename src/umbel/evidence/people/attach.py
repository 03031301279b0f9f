# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The people of a session: what metrics and pages ask instead of identities.

`attach` makes four relations in a session that holds `TABLES`:

- `people(identity, person, bot)`: every identity once; `person` is a pseudonym;
- `affiliations(person, since, until, organisation, ours)`: dated, not overlapping; no row is unknown;
- `contributions(project, sha, person, role, bot, organisation, ours, at, zone)`: one row per commit
  and person, role `author` or `co-author`; a view, cut at the session's day as commits are;
- `reviews(project, sha, person, kind)`: who else vouched for a commit: a trailer's kind, or `committer`.

Who is who doesn't depend on the day asked for; decisions that were made later count for days before.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.evidence.people import addresses as address_module
from umbel.evidence.people.affiliations import Domains, Span, of_identities, of_person, overlay
from umbel.evidence.people.bots import Bots
from umbel.evidence.people.cache import Cache
from umbel.evidence.people.facts import TABLES, Facts
from umbel.evidence.people.handles import digits, digits_of_all
from umbel.evidence.people.merge import Given, Identity, Merged, merge
from umbel.evidence.people.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.evidence.people.addresses import Address
    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session

_ONE_ORGANISATION = """
CREATE OR REPLACE TABLE affiliations AS
SELECT person, since, until, organisation, ours FROM affiliation_rows
UNION ALL
SELECT p.person, min(make_timestamptz(f.first)), NULL, any_value(e.organisation), any_value(e.ours)
FROM people AS p
JOIN people_employment AS e USING (identity)
LEFT JOIN people_first AS f USING (identity)
WHERE NOT p.bot
GROUP BY p.person
HAVING p.person NOT IN (SELECT person FROM people_dated)
"""
"""Affiliations of those with dates between organisations, and from their first commit on of all others."""

_CONTRIBUTIONS = """
CREATE OR REPLACE VIEW contributions AS
WITH authored AS (
  SELECT c.project, c.sha, p.person, 'author' AS role, p.bot, c.author AS identity,
         c.committed_at AS at, c.author_zone AS zone
  FROM commits AS c JOIN people AS p ON p.identity = c.author
), named AS (
  SELECT project, sha, author, committed_at, author_zone, unnest(trailers) AS trailer
  FROM commits WHERE len(trailers) > 0
), helped AS (
  SELECT n.project, n.sha, p.person, 'co-author' AS role, p.bot, p.identity,
         n.committed_at AS at, n.author_zone AS zone
  FROM named AS n
  JOIN people AS p ON p.identity = n.trailer.identity
  JOIN people AS a ON a.identity = n.author
  WHERE n.trailer.kind = 'co-authored-by' AND p.person <> a.person
  QUALIFY row_number() OVER (PARTITION BY n.project, n.sha, p.person ORDER BY p.identity) = 1
), everyone AS (
  SELECT * FROM authored UNION ALL SELECT * FROM helped
)
SELECT b.project, b.sha, b.person, b.role, b.bot, e.organisation, e.ours, b.at, b.zone
FROM everyone AS b
LEFT JOIN people_employment AS e ON e.identity = b.identity
  AND coalesce(b.at, '-infinity'::TIMESTAMPTZ) >= e.since
  AND coalesce(b.at, '-infinity'::TIMESTAMPTZ) < e.until
"""

_REVIEWS = """
CREATE OR REPLACE VIEW reviews AS
WITH named AS (
  SELECT project, sha, author, unnest(trailers) AS trailer FROM commits WHERE len(trailers) > 0
), vouched AS (
  SELECT project, sha, author, trailer.identity AS identity, trailer.kind AS kind FROM named
  WHERE trailer.kind IN ('reviewed-by', 'acked-by', 'tested-by', 'signed-off-by')
), committed AS (
  SELECT project, sha, author, committer AS identity, 'committer' AS kind
  FROM commits WHERE committer <> author
), all_of_them AS (
  SELECT * FROM vouched UNION ALL SELECT * FROM committed
)
SELECT DISTINCT r.project, r.sha, p.person, r.kind
FROM all_of_them AS r
JOIN people AS p ON p.identity = r.identity
JOIN people AS a ON a.identity = r.author
WHERE NOT p.bot AND p.person <> a.person
"""


__all__ = ["TABLES", "Attached", "People", "attach", "resolve"]


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Who is who in a lake, with names: for look-ups on the machine that holds it, never for output.

    `person` is each identity's pseudonym, `members` each person's identities with the one that gave the
    pseudonym first, `first` an identity's first commit (microseconds since 1970), `forgotten` identities that
    were deleted, `affiliations` the spans of those with more than one organisation or with dates.
    """

    rules: Rules
    identities: dict[int, Identity]
    addresses: dict[int, Address]
    person: dict[int, str]
    members: dict[str, list[int]]
    merged: Merged
    first: dict[int, int]
    forgotten: frozenset[int]
    employment: dict[int, list[Span]]
    affiliations: dict[str, list[Span]]
    spoken: Spoken

    def handle(self, key: int) -> str:
        """How an identity is named in output (`i-…`)."""
        return "i-" + digits(self.rules.salt, key)


class Attached:
    """The people of a session; who they are is told only when it is asked for."""

    def __init__(self, session: Session, rules: Rules) -> None:
        """Make the relations in the session, from the cache if nothing changed."""
        self.rules = rules
        self._facts = Facts(session, rules.salt)
        kept = Cache(session, rules, self._facts)
        with _no_collections():
            if not kept.read():
                _fill(session, self.people)
                kept.write()
        session.run(_CONTRIBUTIONS)
        session.run(_REVIEWS)

    @cached_property
    def people(self) -> People:
        """Who is who, with names."""
        with _no_collections():
            return resolve(self._facts, self.rules)


def attach(session: Session, rules: Rules) -> Attached:
    """Tell who is who, and make the relations of this module in the session."""
    return Attached(session, rules)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Leave cyclic garbage for later: there is none here, and looking for it among 100,000 people takes long."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def resolve(facts: Facts, rules: Rules) -> People:
    """Tell who is who. Nothing is made in the session but a scratch relation."""
    keys, named, addressed = facts.identities
    identities = dict(zip(keys, map(Identity, keys, named, addressed), strict=True))
    first = {key: at for key, at in facts.first.items() if at is not None}
    unnamed = facts.forgotten.union(facts.first).difference(identities)
    known = address_module.parse_all(addressed, rules.free_mail)
    parsed = {key: known[text] for key, text in zip(keys, addressed, strict=True)}
    spoken = Spoken(rules, [*identities, *unnamed], parsed)
    given = Given(
        mailmap=facts.aliases,
        decided=spoken.together,
        apart=spoken.apart,
        humans=[key for key, bot in spoken.bots.items() if not bot],
        projects_of=facts.projects,
        in_one_project=facts.alike,
    )
    merged = merge(identities.values(), Bots(rules.bots, rules.not_bots), given, parsed)
    members = _pseudonyms(merged, unnamed, first, rules.salt)
    person = {key: name for name, keys in members.items() for key in keys}
    for key, bot in spoken.bots.items():
        if bot and key in person:
            merged.bots.update(dict.fromkeys(members[person[key]], "decided"))
    employment = _employment(rules, parsed, person, merged, members, spoken)
    return People(
        rules=rules,
        identities=identities,
        addresses=parsed,
        person=person,
        members=members,
        merged=merged,
        first=first,
        forgotten=facts.forgotten,
        employment=employment[0],
        affiliations=_by_person(employment, members, first),
        spoken=spoken,
    )


def _pseudonyms(
    merged: Merged, unnamed: Iterable[int], first: dict[int, int], salt: bytes
) -> dict[str, list[int]]:
    """Each person's name is their oldest identity's, so that a new address changes nothing."""
    people = []
    for keys in merged.people:
        if len(keys) > 1:
            oldest = min(zip(map(first.get, keys, repeat(_NEVER)), keys, strict=False))[1]
            keys = [oldest, *(key for key in keys if key != oldest)]  # noqa: PLW2901 - in another order
        people.append(keys)
    people += [[key] for key in sorted(unnamed)]
    return {
        "p-" + name: keys
        for name, keys in zip(digits_of_all(salt, [k[0] for k in people]), people, strict=True)
    }


_NEVER = 1 << 62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _employment(
    rules: Rules,
    parsed: dict[int, Address],
    person: dict[int, str],
    merged: Merged,
    members: dict[str, list[int]],
    spoken: Spoken,
) -> tuple[dict[int, list[Span]], dict[int, list[Span]], dict[str, list[Span]]]:
    """Spans by identity, all told; those of the domains alone; those that were said of persons."""
    domains = Domains(spoken.domains, rules.ours, rules.organisation, rules.imported.domains)
    by_domain = of_identities(parsed, person, domains, merged.bots)
    said = spoken.of_addresses(parsed) if spoken.speaks_of_addresses else {}
    of_people: dict[str, list[Span]] = {
        person[key]: spans for key, spans in spoken.people.items() if key in person
    }
    spans = dict(by_domain)
    for key, own in said.items():
        spans[key] = overlay(spans.get(key, []), own)
    for name, explicit in of_people.items():
        for key in members[name]:
            spans[key] = overlay(spans.get(key, []), explicit)
    for name, keys in members.items() if said else ():
        of_addresses = [span for key in keys for span in said.get(key, ())]
        if of_addresses:
            of_people[name] = overlay(of_addresses, of_people.get(name, []))
    return spans, by_domain, of_people


def _by_person(
    employment: tuple[dict[int, list[Span]], dict[int, list[Span]], dict[str, list[Span]]],
    members: dict[str, list[int]],
    first: dict[int, int],
) -> dict[str, list[Span]]:
    _, by_domain, of_people = employment
    found: dict[str, list[Span]] = {}
    changing = {key for key, spans in by_domain.items() if not _plain(spans)}
    for name, keys in members.items():
        if len(keys) == 1 and name not in of_people and keys[0] not in changing:
            continue  # quicker for most of those below
        if name not in of_people and changing.isdisjoint(keys):
            told = {by_domain[key][0][2:] for key in keys if key in by_domain}
            if len(told) < 2:
                continue  # most people by far: `_ONE_ORGANISATION` tells of them
        dated = [(_at(first.get(key)), by_domain[key]) for key in keys if key in by_domain]
        if dated or name in of_people:
            found[name] = of_person(dated, of_people.get(name, []))
    return found


def _plain(spans: list[Span]) -> bool:
    return len(spans) == 1 and spans[0].since is None and spans[0].until is None


def _at(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


def _fill(session: Session, people: People) -> None:
    import pyarrow as pa

    bots = people.merged.bots
    programs = {people.person[key] for key in bots}
    persons = list(people.person.values())
    table = {
        "identity": pa.array(people.person, pa.int64()),
        "person": pa.array(persons, pa.string()),
        "bot": pa.array([person in programs for person in persons], pa.bool_()),
    }
    session.register("people_rows", pa.table(table))
    session.run("CREATE OR REPLACE TABLE people AS SELECT * FROM people_rows")
    session.register("employment_rows", _spans("identity", pa.int64(), people.employment))
    session.run("""
        CREATE OR REPLACE TABLE people_employment AS
        SELECT identity, coalesce(since, '-infinity'::TIMESTAMPTZ) AS since,
               coalesce(until, 'infinity'::TIMESTAMPTZ) AS until, organisation, ours
        FROM employment_rows WHERE organisation IS NOT NULL
    """)
    dated = {name: spans for name, spans in people.affiliations.items() if name not in programs}
    session.register("affiliation_rows", _spans("person", pa.string(), dated))
    session.register("people_dated", pa.table({"person": pa.array(list(people.affiliations), pa.string())}))
    first = {
        "identity": pa.array(list(people.first), pa.int64()),
        "first": pa.array(list(people.first.values()), pa.int64()),
    }
    session.register("people_first", pa.table(first))
    session.run(_ONE_ORGANISATION)


def _spans(name: str, kind: Any, spans: dict[Any, list[Span]]) -> Any:
    import pyarrow as pa

    rows = [(key, *span) for key, each in spans.items() for span in each]
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * 5
    time = pa.timestamp("us", "UTC")
    types = (kind, time, time, pa.string(), pa.bool_())
    names = (name, "since", "until", "organisation", "ours")
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})
