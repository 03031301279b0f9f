-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- What each product puts at stake with each upstream project, and the sum over products.

CREATE OR REPLACE TABLE strategy_kind AS
WITH best AS (
  SELECT package_id, bool_or(direct) AS direct FROM strategy_uses GROUP BY package_id
), rated AS (
  SELECT p.*, k.floor, k.usual, k.hardness, coalesce(b.direct, false) AS chosen
  FROM strategy_packages AS p
  JOIN best AS b ON b.package_id = p.package_id
  JOIN strategy_kinds AS k ON k.kind = coalesce(p.kind, 'library')
)
SELECT upstream_id, upstream, coalesce(kind, 'library') AS kind, role, kind IS NOT NULL AS listed, floor, usual, hardness, type
FROM rated
QUALIFY row_number() OVER (
  PARTITION BY upstream_id ORDER BY chosen DESC, hardness DESC, kind IS NOT NULL DESC, package
) = 1;

CREATE OR REPLACE TABLE strategy_stakes AS
WITH told AS (
  SELECT package_id, type, type IN (SELECT type FROM strategy_languages) AS readable FROM strategy_packages
), counted AS (
  SELECT u.upstream_id, r.product_id, max(u.way) AS way, min(u.scope) AS scope,
         -- No document denies what one of them leaves open.
         CASE WHEN bool_or(u.direct) OR NOT bool_or(u.direct IS NULL) THEN bool_or(u.direct) END AS direct,
         coalesce(min(u.scope) > 1, true) AND bool_or(u.scope IS NULL) AS scope_open,
         count(*) AS uses, count(*) FILTER (r.code_read AND p.readable AND y.package_id IS NULL) AS read,
         count(y.package_id) AS maybe, count(*) FILTER (r.wired) AS wired
  FROM strategy_uses AS u
  JOIN told AS p ON p.package_id = u.package_id
  JOIN strategy_members AS r ON r.project_id = u.project_id
  LEFT JOIN strategy_maybe AS y ON y.package_id = u.package_id AND y.project_id = u.project_id
  GROUP BY u.upstream_id, r.product_id
), products AS (
  SELECT product_id, any_value(product) AS product, any_value(weight) AS weight, bool_and(declared) AS declared
  FROM strategy_members GROUP BY product_id
), seen AS (
  SELECT c.* EXCLUDE (product_id), p.product, p.weight, p.declared
  FROM counted AS c JOIN products AS p ON p.product_id = c.product_id
), importing AS (
  SELECT DISTINCT c.upstream_id, c.product, u.project_id, p.type
  FROM strategy_code AS c
  JOIN strategy_members AS r ON r.product = c.product
  JOIN strategy_uses AS u ON u.upstream_id = c.upstream_id AND u.project_id = r.project_id
  JOIN told AS p ON p.package_id = u.package_id
), sized AS (
  SELECT i.upstream_id, i.product, sum(s.files) AS code_files
  FROM importing AS i JOIN strategy_sizes AS s ON s.project_id = i.project_id AND s.type = i.type
  GROUP BY i.upstream_id, i.product
), facts AS (
  SELECT s.*, z.code_files, c.files, c.test_files, c.sites, c.names, c.modules, k.floor, k.usual,
         c.files - c.test_files + m.depth_test_weight * c.test_files AS heavy_files,
         c.own_sites + m.depth_test_weight * (c.sites - c.own_sites) AS heavy_sites,
         c.names * CASE WHEN c.files > c.test_files THEN 1 ELSE m.depth_test_weight END AS heavy_names,
         m.depth_needed * coalesce(n.needed, 0) / (coalesce(n.needed, 0) + m.depth_needed_half) AS carried
  FROM seen AS s
  CROSS JOIN strategy_model AS m
  JOIN strategy_kind AS k ON k.upstream_id = s.upstream_id
  LEFT JOIN sized AS z ON z.upstream_id = s.upstream_id AND z.product = s.product
  LEFT JOIN strategy_code AS c ON c.upstream_id = s.upstream_id AND c.product = s.product
  LEFT JOIN strategy_needs AS n ON n.upstream_id = s.upstream_id
), deep AS (
  SELECT f.*, coalesce(f.files > 0 AND f.files = f.test_files, false) AS only_tests,
         1 - f.read / f.uses AS unread, -- of its uses, those of which nobody can say whether the code knows it
         CASE WHEN f.files IS NULL AND f.read = 0 THEN NULL WHEN f.files IS NULL THEN 0.0 ELSE
           m.depth_share * (1 - exp(-least(1, f.heavy_files / greatest(f.code_files, f.heavy_files, 1))
                                    / m.depth_share_scale))
           + m.depth_files * f.heavy_files / (f.heavy_files + m.depth_files_half)
           + m.depth_sites * f.heavy_sites / (f.heavy_sites + m.depth_sites_half)
           + m.depth_names * f.heavy_names / (f.heavy_names + m.depth_names_half)
           + m.depth_modules * f.modules / (f.modules + m.depth_modules_half)
         END AS depth
  FROM facts AS f CROSS JOIN strategy_model AS m
), staked AS (
  SELECT d.*, d.weight / m.heaviest * d.way * CASE WHEN d.scope = 1 AND d.only_tests THEN m.way_test ELSE 1 END AS share_of,
         1 - (1 - CASE WHEN d.files IS NULL THEN d.unread * greatest(0.0, d.usual - d.floor) / (1 - d.floor) ELSE d.depth END)
           * (1 - d.carried) AS middle,
         1 - (1 - coalesce(d.depth, 0)) * (1 - d.carried) AS least_,
         1 - (1 - coalesce(d.depth, 0)) * (1 - d.unread) * (1 - d.carried) AS most_
  FROM deep AS d CROSS JOIN strategy_model AS m
)
SELECT * EXCLUDE (middle, least_, most_),
       share_of * (floor + (1 - floor) * middle) AS stake,
       share_of * (floor + (1 - floor) * least_) AS stake_low,
       share_of * (floor + (1 - floor) * most_) AS stake_high
FROM staked;
