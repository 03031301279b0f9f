# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which licences are known, and what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.state import once, state

if TYPE_CHECKING:
    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known
    from umbel.policy.license_decisions import LicenseDecisions

_NOTHING = "no component is known (umbel collect)"
_UNSAID = "p.license IS NULL OR p.license IN ('NOASSERTION', 'NONE')"
_COUNTED = f"SELECT count(*), count(*) FILTER (WHERE {_UNSAID}) FROM parts AS p"  # noqa: S608 - our own words
_UNTOLD = f"""
SELECT p.package, p.version, v.license, k.license
FROM parts AS p
LEFT JOIN package_versions AS v ON v.package = p.package AND v.version = p.version
LEFT JOIN packages AS k ON k.package = p.package
WHERE {_UNSAID}
"""  # noqa: S608 - our own words


class _Licensed(NamedTuple):
    components: int
    unsaid: int
    concluded: int
    registry: int

    @property
    def open(self) -> int:
        return self.unsaid - self.concluded - self.registry


def unknown_share(known: Known) -> Found:
    """Components whose licence nobody knows, after what people concluded and registries say."""
    told = _licensed(known)
    if not told.components:
        return unknown(_NOTHING)
    return Found(numerator=told.open, denominator=told.components, evidence=_evidence(told))


def known_share(known: Known) -> Found:
    """Components with a licence."""
    told = _licensed(known)
    if not told.components:
        return unknown(_NOTHING)
    return Found(numerator=told.components - told.open, denominator=told.components, evidence=_evidence(told))


def _evidence(told: _Licensed) -> dict[str, Any]:
    return {
        "components": told.components,
        "by_documents": told.components - told.unsaid,
        "by_people": told.concluded,
        "by_registry": told.registry,
        "unknown": told.open,
    }


def _licensed(known: Known) -> _Licensed:
    found: _Licensed = once(known, "licensed", lambda: _count(known))
    return found


def _count(known: Known) -> _Licensed:
    session = _with_parts(known)
    components, unsaid = session.ask(_COUNTED).one()
    if not unsaid:
        return _Licensed(components, 0, 0, 0)
    decided, day = decisions(known), known.as_of.date()
    concluded = registry = 0
    for package, version, *said in session.ask(_UNTOLD).rows():
        if decided.conclude and decided.license_of(package, version, day) is not None:
            concluded += 1
        elif any(_is_license(each) for each in said):
            registry += 1
    return _Licensed(components, unsaid, concluded, registry)


def _is_license(raw: str | None) -> bool:
    from umbel.model import licenses

    return bool(raw) and licenses.effective((), (str(raw),), ()) not in {None, "NOASSERTION", "NONE"}


def decisions(known: Known) -> LicenseDecisions:
    """What people decided of licences."""
    from umbel.policy import license_decisions

    path = known.folder / license_decisions.FILE
    found: LicenseDecisions = once(known, "licenses", lambda: license_decisions.load(path))
    return found


def _with_parts(known: Known) -> Session:
    shared.make(known, state(known), known.session, "own", "parts")
    return known.session


# ---- obligations

SHIPPED = ("distributed-binary", "distributed-source", "embedded-device")
_IN_PRODUCTS = """
SELECT u.package, u.version, min(u.license), s.ways
FROM usage AS u JOIN shipped_projects AS s ON s.project = u.project
WHERE u.scope IS NULL OR u.scope IN ('runtime', 'optional')
GROUP BY u.package, u.version, s.ways
"""


def obligations_known(known: Known) -> Found:
    """Components of distributed products of whose licence the obligations are known."""
    rows = _shipped(known)
    if isinstance(rows, Found):
        return rows
    decided, day = decisions(known), known.as_of.date()
    told: dict[tuple[str, str | None], bool] = {}
    for package, version, license_, ways in rows:
        concluded = decided.license_of(package, version, day) if decided.conclude else None
        expression = concluded.expression if concluded is not None else license_
        key = (package, version)
        told[key] = told.get(key, True) and _is_told(expression, tuple(ways.split(",")))
    sure = sum(told.values())
    return Found(numerator=sure, denominator=len(told), evidence={"open": len(told) - sure})


def _is_told(expression: str | None, ways: tuple[Any, ...]) -> bool:
    """Whether the table has the licence itself, and nothing is left to be found out."""
    from umbel.model.obligations import Use, obligations

    asked = obligations(expression, Use(distribution=ways, scope="runtime"))
    return all(each.id != "clarify" and not each.derived for each in asked)


def texts_known(known: Known) -> Found:
    """Components of distributed products with the text of each licence in their expression at hand."""
    rows = _shipped(known)
    if isinstance(rows, Found):
        return rows
    sql = "SELECT license FROM licenses WHERE text IS NOT NULL"
    texts = {name for (name,) in known.session.ask(sql).rows()}
    if not texts:
        return unknown("no list of licence texts was read (umbel sync licenses)")
    decided, day = decisions(known), known.as_of.date()
    told: dict[tuple[str, str | None], bool] = {}
    for package, version, license_, _ in rows:
        concluded = decided.license_of(package, version, day) if decided.conclude else None
        expression = concluded.expression if concluded is not None else license_
        told[package, version] = _has_texts(expression, texts)
    return Found(numerator=sum(told.values()), denominator=len(told), evidence={"texts": len(texts)})


def _has_texts(expression: str | None, texts: set[str]) -> bool:
    from umbel.model.license_logic import leaves, tree

    found = tree(expression)[0] if expression else None
    if found is None:
        return False
    return all(
        part.license.removesuffix("+") in texts and (part.exception is None or part.exception in texts)
        for part in leaves(found)
    )


def _shipped(known: Known) -> list[tuple[Any, ...]] | Found:
    """What is in products that reach their users as software, or why nothing is known of it."""
    import pyarrow as pa

    from umbel.frameworks.indicators.products import of_projects

    ways = {
        project: ",".join(sorted({way for one in mine for way in one.distribution}))
        for project, mine in of_projects(known).items()
        if any(way in SHIPPED for one in mine for way in one.distribution)
    }
    if not ways:
        return unknown(
            "no product that is declared to be distributed has a known project (distribution in umbel.toml)"
        )
    columns = {
        "project": pa.array(list(ways), pa.string()),
        "ways": pa.array(list(ways.values()), pa.string()),
    }
    known.session.register("shipped_projects", pa.table(columns))
    rows: list[tuple[Any, ...]] = once(known, "shipped", lambda: known.session.ask(_IN_PRODUCTS).rows())
    return rows or unknown("the projects of distributed products have no inventory")
