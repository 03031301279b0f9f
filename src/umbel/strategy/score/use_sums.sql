-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- One row an upstream project: everything that its dependency is reckoned from.
WITH per_package AS (
  SELECT package_id, any_value(upstream_id) AS upstream_id, count(*) AS projects, bool_or(direct) AS direct
  FROM strategy_uses GROUP BY package_id
), frequent AS (
  SELECT upstream_id, max(projects) AS frequency, count(*) AS packages, count(*) FILTER (direct) AS direct_packages
  FROM per_package GROUP BY upstream_id
), named AS (
  SELECT upstream_id, any_value(upstream) AS upstream, min(sure) AS sure
  FROM strategy_packages GROUP BY upstream_id
), shared AS (
  SELECT upstream_id, max(heavy_files / greatest(code_files, heavy_files, 1)) AS file_share
  FROM strategy_stakes GROUP BY upstream_id
), code AS (
  SELECT p.upstream_id, sum(coalesce(i.files, 0))::BIGINT AS files, sum(coalesce(i.sites, 0))::BIGINT AS sites,
         sum(least(coalesce(i.test_files, 0), coalesce(i.files, 0)))::BIGINT AS test_files
  FROM imports AS i
  JOIN strategy_packages AS p ON p.package = i.package
  SEMI JOIN strategy_products AS r ON r.project = i.project -- one of several products has no more files for it
  GROUP BY p.upstream_id
), broad AS (
  SELECT upstream_id, count(DISTINCT name) AS names, count(DISTINCT (module, regexp_extract(name, '^(.*)\.', 1))) AS modules
  FROM (
    SELECT p.upstream_id, i.module, unnest(i.names) AS name
    FROM imports AS i JOIN strategy_packages AS p ON p.package = i.package
  ) GROUP BY upstream_id
), summed AS (
  SELECT s.upstream_id, pow(sum(pow(stake, any_norm)), 1 / any_value(any_norm)) AS norm,
         pow(sum(pow(stake_low, any_norm)), 1 / any_value(any_norm)) AS norm_low,
         pow(sum(pow(stake_high, any_norm)), 1 / any_value(any_norm)) AS norm_high,
         sum(weight) AS weight, coalesce(sum(weight) FILTER (declared), 0) AS declared_weight,
         bool_or(direct) AS direct, min(scope) AS scope, count(*) AS products,
         sum(uses)::BIGINT AS uses, sum(read)::BIGINT AS read, sum(maybe)::BIGINT AS maybe, sum(wired)::BIGINT AS wired,
         sum(stake * read / uses) / nullif(sum(stake), 0) AS read_share,
         bool_or(direct IS NULL) AS direct_open, bool_or(scope_open) AS scope_open
  FROM (SELECT t.*, m.reach_norm AS any_norm FROM strategy_stakes AS t CROSS JOIN strategy_model AS m) AS s
  GROUP BY s.upstream_id
), roles AS (
  SELECT role, type, count(*) AS here FROM strategy_kind WHERE role IS NOT NULL GROUP BY role, type
), weights AS (
  SELECT sum(weight) AS everything FROM (SELECT product, any_value(weight) AS weight FROM strategy_products GROUP BY product)
)
SELECT n.upstream, n.sure, f.direct_packages, f.frequency,
       rank() OVER (ORDER BY f.frequency DESC) AS frequency_place,
       k.kind, k.role, k.listed, k.hardness AS kind_hardness, k.type, r.here - 1 AS alternatives_here,
       1 - exp(-m.reach_steepness * s.norm) AS use, 1 - exp(-m.reach_steepness * s.norm_low) AS use_low,
       1 - exp(-m.reach_steepness * s.norm_high) AS use_high,
       s.products, s.weight / w.everything AS reach, s.declared_weight / s.weight AS declared,
       s.direct, s.scope, s.direct_open, s.scope_open, s.uses, s.read, s.maybe, s.wired, coalesce(s.read_share, 0) AS read_share,
       coalesce(c.files, 0) AS files, coalesce(c.test_files, 0) AS test_files, coalesce(c.sites, 0) AS sites,
       coalesce(h.file_share, 0.0) AS file_share, coalesce(b.names, 0) AS names, coalesce(b.modules, 0) AS modules,
       coalesce(e.needed, 0) AS needed, coalesce(e.stand, 0) AS stand, coalesce(e.sole, 0) AS sole,
       coalesce(e.plugs, 0) AS plugs, e.plug
FROM summed AS s
CROSS JOIN strategy_model AS m CROSS JOIN weights AS w
JOIN named AS n ON n.upstream_id = s.upstream_id
JOIN frequent AS f ON f.upstream_id = s.upstream_id
JOIN strategy_kind AS k ON k.upstream_id = s.upstream_id
JOIN shared AS h ON h.upstream_id = s.upstream_id
LEFT JOIN code AS c ON c.upstream_id = s.upstream_id
LEFT JOIN broad AS b ON b.upstream_id = s.upstream_id
LEFT JOIN strategy_needs AS e ON e.upstream_id = s.upstream_id
LEFT JOIN roles AS r ON r.role = k.role AND r.type = k.type
ORDER BY n.upstream
