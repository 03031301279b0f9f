# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A session → what rules judge: components in their uses, projects, and the facts about them.

Everything is asked in sets: one query a kind of fact, whatever the number of components.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, overload

import msgspec

from umbel.model import licenses
from umbel.policy.engine import Group
from umbel.policy.facts import CycleFact, Facts, PackageFact, VersionFact
from umbel.policy.interface import Fact, ProjectUse, Use
from umbel.policy.license_decisions import LicenseDecisions
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from umbel.evidence.session import Session
    from umbel.metrics.lifecycle import CycleState
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.policy.file import Policy, Resolved

TABLES = ("usage", "packages", "package_versions", "lifecycles", "imports", "components")
"""The stored tables that a session must hold."""
REFERENCE = ("packages", "package_versions", "lifecycles")
"""Those of them that speak of no project."""


class Belonging(msgspec.Struct, frozen=True):
    """What a project belongs to: the names of its products, and how these reach their users."""

    products: tuple[str, ...] = ()
    distribution: tuple[str, ...] = ()


BelongingOf = Callable[[str], Belonging]

_PROJECTS = "SELECT DISTINCT subject FROM present ORDER BY subject"

# Projects as numbers, in the order of their names: the names of millions of uses are read where they are asked for.
_USES = """
SELECT * REPLACE (list_sort(list_distinct(projects)) AS projects) FROM (
  SELECT c.context, m.package, m.version, m.license, m.direct, m.scope, list(c.number) AS projects
  FROM merged AS m JOIN judged_projects AS c ON c.project = m.project
  GROUP BY ALL
) ORDER BY context, package, version, license, direct, scope
"""


class _Users(Sequence[str]):
    """The projects of one use, by their numbers."""

    __slots__ = ("_names", "_numbers")

    def __init__(self, names: Sequence[str], numbers: Sequence[int]) -> None:
        self._names, self._numbers = names, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return map(self._names.__getitem__, self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return _Users(self._names, self._numbers[place])
        return self._names[self._numbers[place]]


class Subjects:
    """What is to be judged: the projects of a session, each with its policy, and the components in use."""

    def __init__(
        self,
        session: Session,
        policy: Policy,
        belonging: BelongingOf,
        projects: Sequence[str] | None = None,
        decided: LicenseDecisions | None = None,
    ) -> None:
        """Resolve the policy of each project; None is all of them."""
        self.session = session
        self._decided = decided or LicenseDecisions()
        known = [name for (name,) in session.ask(_PROJECTS).rows()]
        wanted = known if projects is None else sorted(set(projects))
        self.belongings = {name: belonging(name) for name in wanted}
        self.policies = {
            name: policy.for_project(name, one.products) for name, one in self.belongings.items()
        }
        contexts: dict[tuple[int, tuple[str, ...]], int] = {}
        self._contexts: list[tuple[Resolved, tuple[str, ...]]] = []
        numbers = []
        for name, resolved in self.policies.items():
            ways = self.belongings[name].distribution
            number = contexts.setdefault((id(resolved), ways), len(contexts))
            if number == len(self._contexts):
                self._contexts.append((resolved, ways))
            numbers.append(number)
        self._register(numbers)

    def _register(self, numbers: list[int]) -> None:
        import pyarrow as pa

        rows = {
            "project": pa.array(self.policies, pa.string()),
            "context": pa.array(numbers, pa.int32()),
            "number": pa.array(range(len(numbers)), pa.int32()),
        }
        self.session.register("judged_projects", pa.table(rows))

    def products_of(self, project: str) -> tuple[str, ...]:
        """The names of the products that a project belongs to."""
        return self.belongings[project].products

    def needs(self) -> frozenset[Fact]:
        """What kinds of facts any of the policies' rules asks for."""
        asked = {name for resolved, _ in self._contexts for name in resolved.rules}
        return frozenset(fact for name in asked for fact in rules()[name].needs)

    def groups(self, facts: Facts) -> tuple[list[Group], int]:
        """Components in their uses, and how many versions in projects that is.

        A licence that no document tells is taken from the registry, which is then named.
        """
        groups: list[Group] = []
        judged = 0
        for context, package, version, license_, direct, scope, projects in self._uses():
            resolved, ways = self._contexts[context]
            said, by = self._license(facts, package, version, license_)
            use = Use(
                package=package,
                version=version,
                license=said,
                license_from=by,
                direct=direct,
                scope=scope,
                distribution=ways,
            )
            groups += self._chosen(use, resolved, projects, facts)
            judged += len(projects)
        return groups, judged

    def _uses(self) -> Iterator[tuple[Any, ...]]:
        """Each component in one use under one policy, with its projects."""
        names = list(self.policies)
        for batch in self.session.ask(_USES).arrow().to_batches():
            lists = batch.column("projects")
            first, *ends = lists.offsets.to_pylist()
            numbers = array("i", lists.values.slice(0, ends[-1] if ends else 0).to_pylist())
            columns = [batch.column(place).to_pylist() for place in range(batch.num_columns - 1)]
            for place, row in enumerate(zip(*columns, strict=True)):
                users = _Users(names, numbers[first : ends[place]])
                first = ends[place]
                yield (*row, users)

    def _license(
        self, facts: Facts, package: str, version: str | None, said: str | None
    ) -> tuple[str | None, str | None]:
        """What somebody concluded, else what documents say, else the registry; and who it is."""
        concluded = (
            self._decided.license_of(package, version, facts.today) if self._decided.conclude else None
        )
        if concluded is not None:
            return licenses.read(concluded.license).expression, concluded.by
        return (said, None) if said else _of_registry(facts, package, version)

    def _chosen(self, use: Use, resolved: Resolved, projects: Sequence[str], facts: Facts) -> Iterator[Group]:
        """A use as it is, or told apart by the alternatives of its licence that its projects chose."""
        if not use.license or " OR " not in use.license or not self._decided.touches(use.package):
            yield Group(use, resolved, projects)
            return
        ways: dict[str | None, list[str]] = {}
        for project in projects:
            products = self.belongings[project].products
            choice = self._decided.chosen(
                use.package, use.version, use.license, project, products, facts.today
            )
            ways.setdefault(choice.chosen if choice else None, []).append(project)
        for chosen, own in ways.items():
            yield Group(msgspec.structs.replace(use, license_chosen=chosen), resolved, own)


def _of_registry(facts: Facts, package: str, version: str | None) -> tuple[str | None, str | None]:
    found = facts.version(package, version)
    whole = facts.package(package)
    for raw in (found.license if found else None, whole.license if whole else None):
        said = licenses.effective((), (raw,), ()) if raw else None
        if said:
            return said, "registry"
    return None, None


# ---- facts about components

_ASKED = """
SELECT DISTINCT m.package, m.version FROM merged AS m SEMI JOIN judged_projects AS c ON c.project = m.project
"""
_SYSTEM = "regexp_matches(u.package, '^pkg:(deb|apk|rpm|alpm)/')"
# A distribution's package is looked up with what its whole purl says of the release and the source package.
_VERSIONED = f"""
SELECT DISTINCT u.package, u.version, NULL::VARCHAR AS purl FROM judged_components AS u
WHERE u.version IS NOT NULL AND NOT {_SYSTEM}
UNION ALL
SELECT DISTINCT u.package, u.version, c.purl FROM usage AS u
SEMI JOIN judged_projects AS j ON j.project = u.project
LEFT JOIN components AS c ON c.component = u.component
WHERE u.version IS NOT NULL AND {_SYSTEM}
"""  # noqa: S608 - our own words
# Of an image its whole purl tells from which registry it is, and its tag.
_IMAGES = """
SELECT package, version, NULL::VARCHAR FROM judged_components
WHERE NOT regexp_matches(package, '^pkg:(docker|oci)/')
UNION ALL
SELECT DISTINCT u.package, u.version, c.purl FROM usage AS u
SEMI JOIN judged_projects AS j ON j.project = u.project
LEFT JOIN components AS c ON c.component = u.component
WHERE regexp_matches(u.package, '^pkg:(docker|oci)/')
"""
_PACKAGES = """
SELECT p.package, p.found, p.latest, p.latest_at, p.license, p.deprecated, p.deprecation, p.successor, p.archived,
       p.seen_at
FROM packages AS p SEMI JOIN judged_components AS j ON j.package = p.package
"""
_VERSIONS = """
WITH listed AS (
  SELECT v.*, count(*) FILTER (WHERE NOT coalesce(v.prerelease, false) AND NOT coalesce(v.yanked, false)) OVER (
           PARTITION BY v.package ORDER BY v.position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS behind,
         count(*) FILTER (WHERE NOT coalesce(v.prerelease, false) AND NOT coalesce(v.yanked, false)) OVER (
           PARTITION BY v.package) AS stable
  FROM package_versions AS v SEMI JOIN judged_components AS j ON j.package = v.package
)
SELECT l.package, l.version, l.released_at, l.yanked, l.deprecation, l.license, l.prerelease,
       CASE WHEN l.position IS NOT NULL THEN l.behind END, l.stable
FROM listed AS l SEMI JOIN judged_components AS j ON j.package = l.package AND j.version = l.version
"""


def facts_of(
    session: Session, needs: frozenset[Fact], index: Index | None, measurements: Mapping[tuple[str, str], Any]
) -> Facts:
    """Everything that rules may ask about the components of the projects that `Subjects` chose.

    A kind of fact of which nothing at all is known counts as not known.
    """
    session.run(f"CREATE OR REPLACE TABLE judged_components AS {_ASKED}")
    facts = Facts(as_of=session.as_of, measurements=measurements)
    known: set[Fact] = {"measurements"} if measurements else set()
    if _any(session, "packages"):
        known |= {"packages", "versions"}
        for row in session.ask(_PACKAGES).rows():
            facts.packages[row[0]] = _made(PackageFact, row[1:])  # type: ignore[index]
        for row in session.ask(_VERSIONS).rows():
            facts.versions[row[0], row[1]] = _made(VersionFact, row[2:])  # type: ignore[index]
    if "lifecycles" in needs and _any(session, "lifecycles"):
        known.add("lifecycles")
        facts.lifecycles, facts.systems = _cycles(session)
    if index is not None and "vulnerabilities" in needs:
        known.add("vulnerabilities")
        facts.vulnerabilities_of = _vulnerabilities(session, index)
        facts.covers = cache(index.covers)
    facts.known = frozenset(known)
    return facts


def _made(kind: type[Any], values: Sequence[Any]) -> Any:
    return kind(**dict(zip(kind.__struct_fields__, values, strict=True)))


def _any(session: Session, view: str) -> bool:
    return bool(session.ask(f"SELECT EXISTS (SELECT 1 FROM {view})").one()[0])  # noqa: S608 - our own names


def _vulnerabilities(session: Session, index: Index) -> Mapping[tuple[str, str], Any]:
    from umbel.metrics.vulnerabilities.found import vulnerabilities
    from umbel.metrics.vulnerabilities.match import match

    components = session.ask(_VERSIONED).arrow()
    # An index of files holds what was published later, too; one of a lake is of the day.
    day = session.as_of
    return {
        component: [one for one in found if one.published_at is None or one.published_at <= day]
        for component, found in vulnerabilities(match(components, index), index).items()
    }


def _cycles(session: Session) -> tuple[dict[tuple[str, str], CycleFact], dict[str, list[CycleFact]]]:
    """Of each component that is in a list of lifecycles, and of the distributions in each project."""
    from umbel.metrics.lifecycle import cycle_of, cycles
    from umbel.metrics.lifecycle_ends import systems

    known = cycles(session)
    found: dict[tuple[str, str], CycleFact] = {}
    for package, version, purl_ in session.ask(_IMAGES).rows():
        state = cycle_of(package, version, known, purl=purl_)
        if state is not None:
            found[package, version or ""] = _cycle(state)
    return found, {
        project: [_cycle(one) for one in each] for project, each in systems(session, known).items()
    }


def _cycle(state: CycleState) -> CycleFact:
    return CycleFact(
        product=state.product,
        title=state.title,
        cycle=state.cycle,
        eol=state.eol,
        eol_on=state.eol_on,
        support_until=state.support_until,
        latest=state.latest,
        successor=state.successor,
        mapped_by=state.mapped_by,
        url=state.url,
    )


# ---- projects

_DOCUMENTS = """
WITH told AS (
  SELECT subject AS project, count(*) FILTER (WHERE is_document) AS documents,
         count(*) FILTER (WHERE is_document AND outcome = 'partial') AS partial,
         bool_or(collector = 'checkout') AS has_code
  FROM present GROUP BY subject
), failed AS (
  SELECT f.subject AS project, count(DISTINCT f.origin) AS failed FROM published AS f
  WHERE f.is_document AND f.outcome = 'failed' AND NOT EXISTS (
    SELECT 1 FROM published AS later
    WHERE later.origin = f.origin AND later.outcome <> 'failed' AND later.collected_at > f.collected_at)
  GROUP BY f.subject
)
SELECT j.project, t.documents, coalesce(t.partial, 0), coalesce(f.failed, 0), t.has_code
FROM judged_projects AS j
LEFT JOIN told AS t ON t.project = j.project
LEFT JOIN failed AS f ON f.project = j.project
"""
_UNDECLARED = """
SELECT i.project, i.package, max(i.files) FROM imports AS i
SEMI JOIN judged_projects AS j ON j.project = i.project
ANTI JOIN usage AS u ON u.project = i.project AND u.package = i.package
WHERE i.kind = 'package' AND i.package IS NOT NULL AND i.files > coalesce(i.test_files, 0)
GROUP BY i.project, i.package
"""


def project_uses(
    subjects: Subjects, quality: Mapping[str, Mapping[str, Any]] | None = None
) -> list[tuple[ProjectUse, Resolved]]:
    """Each project that is judged, with its policy. `quality` tells of the SBOMs of each, by standard."""
    session = subjects.session
    undeclared: dict[str, dict[str, int]] = {}
    for project, package, files in session.ask(_UNDECLARED).rows():
        undeclared.setdefault(project, {})[package] = files
    told = {row[0]: row[1:] for row in session.ask(_DOCUMENTS).rows()}
    uses = []
    for project, resolved in subjects.policies.items():
        documents, partial, failed, has_code = told.get(project, (None, 0, 0, None))
        use = ProjectUse(
            project=project,
            documents=documents,
            partial=partial,
            failed=failed,
            has_code=has_code,
            undeclared=undeclared.get(project, {}) if documents else {},
            quality=dict((quality or {}).get(project, {})) or None,
            distribution=subjects.belongings[project].distribution,
        )
        uses.append((use, resolved))
    return uses
