-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- What our own code knows of each upstream project, by product; and the components that need it.

CREATE OR REPLACE TABLE strategy_code AS
WITH sites AS (
  SELECT p.upstream_id, r.product, i.module, i.names, coalesce(i.files, 0) AS files, coalesce(i.sites, 0) AS sites,
         least(coalesce(i.test_files, 0), coalesce(i.files, 0)) AS test_files
  FROM imports AS i
  JOIN strategy_packages AS p ON p.package = i.package
  JOIN strategy_products AS r ON r.project = i.project
), counted AS (
  SELECT upstream_id, product, sum(files) AS files, sum(test_files) AS test_files, sum(sites) AS sites,
         sum(sites * (files - test_files) / greatest(files, 1)) AS own_sites
  FROM sites GROUP BY upstream_id, product
), told AS (
  SELECT upstream_id, product, module, unnest(names) AS name FROM sites
), broad AS (
  SELECT upstream_id, product, count(DISTINCT name) AS names,
         count(DISTINCT (module, regexp_extract(name, '^(.*)\.', 1))) AS modules
  FROM told GROUP BY upstream_id, product
)
SELECT c.*, coalesce(b.names, 0) AS names, coalesce(b.modules, 1) AS modules
FROM counted AS c LEFT JOIN broad AS b ON b.upstream_id = c.upstream_id AND b.product = c.product;

-- A module of unknown package (allauth) may be that of a package that seems not to be imported (django-allauth).
CREATE OR REPLACE TABLE strategy_maybe AS
WITH open_modules AS (
  SELECT DISTINCT i.project, t.type, lower(replace(i.module, '_', '-')) AS module
  FROM imports AS i JOIN strategy_languages AS t ON t.language = i.language
  WHERE i.package IS NULL AND i.kind = 'unknown' AND length(i.module) > 3
), known AS (
  SELECT DISTINCT p.package_id, i.project FROM imports AS i JOIN strategy_packages AS p ON p.package = i.package
)
SELECT DISTINCT u.package_id, u.project_id
FROM strategy_uses AS u
JOIN strategy_packages AS p ON p.package_id = u.package_id
JOIN strategy_projects AS j ON j.project_id = u.project_id
JOIN open_modules AS o ON o.project = j.project AND o.type = p.type
ANTI JOIN known AS k ON k.package_id = u.package_id AND k.project = j.project
WHERE u.direct AND length(p.name) > 3 AND (contains(p.name, o.module) OR contains(o.module, p.name));

CREATE OR REPLACE TABLE strategy_sizes AS
SELECT j.project_id, t.type, sum(l.files) AS files
FROM languages AS l
JOIN strategy_languages AS t ON t.language = l.language
JOIN strategy_projects AS j ON j.project = l.project
WHERE j.code_read
GROUP BY j.project_id, t.type;

-- 0 stands for a project of ours. A component's key says its package: no second row can say another.
CREATE OR REPLACE TABLE strategy_edges AS
WITH keyed AS (
  SELECT c.component, any_value(p.package_id) AS package_id, any_value(p.upstream_id) AS upstream_id
  FROM raw_components AS c JOIN strategy_packages AS p ON p.package = c.package
  GROUP BY c.component
)
SELECT DISTINCT coalesce(f.package_id, 0) AS parent, coalesce(f.upstream_id, 0) AS parent_upstream,
       p.package_id AS child, p.upstream_id AS child_upstream
FROM dependencies AS d
JOIN strategy_packages AS p ON p.package = d.to_package
LEFT JOIN keyed AS f ON f.component = d.from_component
WHERE d.from_component IS NULL OR f.component IS NOT NULL;

CREATE OR REPLACE TABLE strategy_needs AS
WITH chosen AS (
  SELECT package_id, any_value(upstream_id) AS upstream_id FROM strategy_uses WHERE direct GROUP BY package_id
), needed AS (
  SELECT e.child_upstream AS upstream_id, count(DISTINCT e.parent) AS needed,
         count(DISTINCT e.parent) FILTER (c.package_id IS NOT NULL) AS stand
  FROM strategy_edges AS e LEFT JOIN chosen AS c ON c.package_id = e.parent
  WHERE e.parent <> 0 AND e.parent_upstream <> e.child_upstream
  GROUP BY e.child_upstream
), brought AS (
  SELECT min(parent_upstream) AS upstream_id, child FROM strategy_edges
  WHERE parent_upstream <> child_upstream
  GROUP BY child HAVING min(parent_upstream) = max(parent_upstream) AND min(parent_upstream) <> 0
), only_here AS (
  SELECT upstream_id, count(*) AS sole FROM brought GROUP BY upstream_id
), tokens AS (
  SELECT p.type, p.name, p.package_id, p.upstream_id,
         unnest([split_part(p.name, '-', 1), regexp_extract(p.name, '([^-]+)$', 1)]) AS token
  FROM strategy_packages AS p JOIN chosen AS c ON c.package_id = p.package_id
  WHERE p.name = p.stem AND contains(p.name, '-') AND NOT regexp_matches(p.name, '^types-|-(types|stubs)$')
), plugged AS (
  SELECT t.upstream_id, count(DISTINCT k.package_id) AS plugs, min(k.name) AS plug
  FROM tokens AS k
  JOIN strategy_packages AS t ON t.type = k.type AND t.stem = k.token AND t.upstream_id <> k.upstream_id
  JOIN chosen AS c ON c.package_id = t.package_id
  WHERE length(k.token) > 2
  GROUP BY t.upstream_id
), everyone AS (
  SELECT upstream_id FROM needed UNION SELECT upstream_id FROM only_here UNION SELECT upstream_id FROM plugged
)
SELECT e.upstream_id, coalesce(n.needed, 0) AS needed, coalesce(n.stand, 0) AS stand, coalesce(o.sole, 0) AS sole,
       coalesce(g.plugs, 0) AS plugs, g.plug
FROM everyone AS e
LEFT JOIN needed AS n ON n.upstream_id = e.upstream_id
LEFT JOIN only_here AS o ON o.upstream_id = e.upstream_id
LEFT JOIN plugged AS g ON g.upstream_id = e.upstream_id;
