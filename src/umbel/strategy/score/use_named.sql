-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- Packages in use with the project and the kind that they are of; how each of our projects uses them.

CREATE OR REPLACE TABLE strategy_packages AS
WITH used AS (
  SELECT package FROM usage GROUP BY package
), fitting AS (
  SELECT u.package, p.place, p.role, p.kind FROM used AS u JOIN strategy_patterns AS p ON p.pattern = u.package
  WHERE NOT p.prefix
  UNION ALL
  SELECT u.package, p.place, p.role, p.kind FROM used AS u JOIN strategy_patterns AS p ON starts_with(u.package, p.pattern)
  WHERE p.prefix
), listed AS (
  SELECT package, min_by(role, place) AS role, min_by(kind, place) AS kind FROM fitting GROUP BY package
), named AS (
  SELECT u.package, coalesce(m.project, u.package) AS upstream, m.project IS NOT NULL AS mapped, m.url,
         coalesce(m.confidence, 0.0) AS sure, regexp_extract(u.package, '^pkg:([^/]+)/', 1) AS type,
         lower(regexp_extract(u.package, '([^/]+)$', 1)) AS name,
         lower(coalesce(nullif(regexp_extract(u.package, '/%40([^/]+)/', 1), ''), regexp_extract(u.package, '([^/]+)$', 1)))
           AS stem,
         l.role, l.kind
  FROM used AS u
  LEFT JOIN upstreams AS m ON m.package = u.package
  LEFT JOIN listed AS l ON l.package = u.package
)
SELECT *, dense_rank() OVER (ORDER BY upstream)::INTEGER AS upstream_id,
       row_number() OVER (ORDER BY package)::INTEGER AS package_id
FROM named;

CREATE OR REPLACE TABLE strategy_projects AS
WITH used AS (
  SELECT project FROM usage GROUP BY project
), code_read AS (
  SELECT project FROM imports GROUP BY project
), wired AS (
  SELECT project FROM dependencies WHERE from_component IS NOT NULL GROUP BY project
)
SELECT u.project, row_number() OVER (ORDER BY u.project)::INTEGER AS project_id, r.project IS NOT NULL AS code_read,
       w.project IS NOT NULL AS wired
FROM used AS u
LEFT JOIN code_read AS r ON r.project = u.project
LEFT JOIN wired AS w ON w.project = u.project;

CREATE OR REPLACE TABLE strategy_snapshots AS
SELECT s.write_id AS snapshot, j.project_id FROM present AS s JOIN strategy_projects AS j ON j.project = s.subject;

-- Known beats unknown, as in the inventory: one document that says "direct" is not undone by another that doesn't say.
CREATE OR REPLACE TABLE strategy_uses AS
WITH merged_uses AS (
  SELECT p.package_id, j.project_id, bool_or(u.direct) AS direct,
         min(list_position(['runtime', 'optional', 'build', 'test', 'development', 'excluded'], u.scope)) AS scope
  FROM usage AS u
  JOIN strategy_packages AS p ON p.package = u.package
  JOIN strategy_snapshots AS j ON j.snapshot = u.snapshot
  GROUP BY p.package_id, j.project_id
)
SELECT m.*, p.upstream_id,
       CASE WHEN m.direct THEN w.way_direct WHEN NOT m.direct THEN w.way_transitive ELSE w.way_unknown_direct END
       * CASE m.scope WHEN 1 THEN w.way_runtime WHEN 2 THEN w.way_optional WHEN 3 THEN w.way_build
                      WHEN 4 THEN w.way_test WHEN 5 THEN w.way_development WHEN 6 THEN w.way_excluded
                      ELSE w.way_unknown_scope END AS way
FROM merged_uses AS m JOIN strategy_packages AS p ON p.package_id = m.package_id CROSS JOIN strategy_model AS w;

CREATE OR REPLACE TABLE strategy_members AS
SELECT j.project_id, j.code_read, j.wired, r.product, r.weight, r.declared,
       dense_rank() OVER (ORDER BY r.product)::INTEGER AS product_id
FROM strategy_products AS r JOIN strategy_projects AS j ON j.project = r.project;
