# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Views over what the world says of packages, as of the day asked for.

- `syncs`: every sync that was published (`collector` is the source), newest first in time;
- `packages`: one row a package: what a registry said last by that day; a registry itself before an index of many;
- `package_versions`: its versions up to that day: release dates tell of days before they were read;
- `advisories`: one row an id: the record as it stood that day, or the earliest that is known of it;
  `withdrawn` says whether it was taken back by then;
- `advisory_ranges`: what these say is affected;
- `exploits`: the newest word by that day of each vulnerability and source;
- `lifecycles`: each product's cycles: as seen last by that day, or first after it;
- `licenses`: one row an id.

Rows of a sync that was not published are never seen.
"""

from __future__ import annotations

NEEDS: dict[str, tuple[str, ...]] = {
    "syncs": ("snapshots",),
    "packages": ("packages",),
    "package_versions": ("packages", "package_versions"),
    "advisories": ("advisories",),
    "advisory_ranges": ("advisories", "advisory_ranges"),
    "exploits": ("exploits",),
    "lifecycles": ("lifecycles",),
    "licenses": ("licenses",),
}
"""Which stored tables a view reads, beside `snapshots`."""

SYNCS = """
CREATE TABLE syncs AS
SELECT write_id, collector, collector_version, lineage, origin, revision, observed_at, collected_at, outcome
FROM raw_snapshots WHERE subject IS NULL
"""

_CHOSEN = "(p.source = 'deps.dev')"
"""An index of many registries speaks where none of them was asked itself."""

PACKAGES = f"""
CREATE VIEW packages AS
SELECT p.* FROM raw_packages AS p
WHERE p.write_id IN (SELECT write_id FROM syncs) AND p.seen_at <= (SELECT as_of FROM moment)
QUALIFY row_number() OVER (PARTITION BY p.package ORDER BY {_CHOSEN}, p.seen_at DESC, p.write_id) = 1
"""

PACKAGE_VERSIONS = f"""
CREATE VIEW package_versions AS
WITH newest AS (
  SELECT p.package, p.source, p.versions_in FROM raw_packages AS p
  WHERE p.write_id IN (SELECT write_id FROM syncs) AND p.versions_in IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY p.package ORDER BY {_CHOSEN}, p.seen_at DESC, p.write_id) = 1
)
SELECT v.* EXCLUDE (write_id)
FROM raw_package_versions AS v
JOIN newest AS n ON n.package = v.package AND n.source = v.source AND n.versions_in = v.write_id
WHERE v.released_at IS NULL OR v.released_at <= (SELECT as_of FROM moment)
"""

# A date in the future is a mistake: the record was there when it was seen.
ADVISORIES = """
CREATE TABLE advisories AS
WITH known AS (
  SELECT a.* EXCLUDE (details, urls), least(a.modified_at, a.seen_at) > $as_of::TIMESTAMPTZ AS later
  FROM raw_advisories AS a
  WHERE a.write_id IN (SELECT write_id FROM syncs)
    AND least(coalesce(a.published_at, a.modified_at), a.seen_at) <= $as_of::TIMESTAMPTZ
), chosen AS (
  SELECT * FROM known
  QUALIFY row_number() OVER (
    PARTITION BY advisory
    ORDER BY later, CASE WHEN later THEN epoch_us(coalesce(modified_at, seen_at)) ELSE -epoch_us(seen_at) END, write_id
  ) = 1
)
SELECT * EXCLUDE (later), coalesce(withdrawn_at <= $as_of::TIMESTAMPTZ, false) AS withdrawn FROM chosen
"""

ADVISORY_RANGES = """
CREATE VIEW advisory_ranges AS
SELECT r.* EXCLUDE (write_id)
FROM raw_advisory_ranges AS r JOIN advisories AS a ON a.advisory = r.advisory AND a.write_id = r.write_id
"""

EXPLOITS = """
CREATE VIEW exploits AS
SELECT * FROM raw_exploits
WHERE write_id IN (SELECT write_id FROM syncs) AND day <= (SELECT as_of FROM moment)::DATE
QUALIFY row_number() OVER (PARTITION BY vulnerability, source ORDER BY day DESC, seen_at DESC, write_id) = 1
"""

LIFECYCLES = """
CREATE VIEW lifecycles AS
WITH chosen AS (
  SELECT DISTINCT product, source, write_id,
         seen_at > (SELECT as_of FROM moment) AS later, seen_at
  FROM raw_lifecycles WHERE write_id IN (SELECT write_id FROM syncs)
  QUALIFY row_number() OVER (
    PARTITION BY product ORDER BY later, CASE WHEN later THEN epoch_us(seen_at) ELSE -epoch_us(seen_at) END, write_id
  ) = 1
)
SELECT l.* FROM raw_lifecycles AS l
JOIN chosen AS c ON c.product = l.product AND c.source = l.source AND c.write_id = l.write_id
"""

LICENSES = """
CREATE VIEW licenses AS
SELECT * FROM raw_licenses WHERE write_id IN (SELECT write_id FROM syncs)
QUALIFY row_number() OVER (PARTITION BY license ORDER BY text IS NULL, seen_at DESC, write_id) = 1
"""

SETUP: tuple[tuple[str, str], ...] = (
    ("syncs", SYNCS),
    ("packages", PACKAGES),
    ("package_versions", PACKAGE_VERSIONS),
    ("advisories", ADVISORIES),
    ("advisory_ranges", ADVISORY_RANGES),
    ("exploits", EXPLOITS),
    ("lifecycles", LIFECYCLES),
    ("licenses", LICENSES),
)
"""View name and statement, in the order in which they stand on each other."""
