-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- Packages and products of some projects, those with most at stake first; the first products in full.
WITH asked AS (
  SELECT DISTINCT p.upstream_id, p.upstream FROM strategy_packages AS p JOIN strategy_asked AS a ON a.upstream = p.upstream
), named AS (
  SELECT upstream_id, min(url) AS url, bool_or(mapped) AS mapped, list(package ORDER BY package) AS packages
  FROM strategy_packages WHERE upstream_id IN (SELECT upstream_id FROM asked) GROUP BY upstream_id
), told AS (
  SELECT upstream_id, list(product ORDER BY stake DESC, product) AS products, list({
           'product': product, 'weight': weight, 'stake': round(stake, 4), 'way': round(way, 3), 'depth': round(depth, 3),
           'files': files, 'code_files': code_files, 'direct': direct
         } ORDER BY stake DESC, product)[:5] AS by_product
  FROM strategy_stakes WHERE upstream_id IN (SELECT upstream_id FROM asked) GROUP BY upstream_id
)
SELECT a.upstream, n.url, n.mapped, n.packages, t.products, t.by_product
FROM asked AS a
JOIN named AS n ON n.upstream_id = a.upstream_id
JOIN told AS t ON t.upstream_id = a.upstream_id
ORDER BY a.upstream
