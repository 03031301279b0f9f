-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- On how few shoulders the work rests, and whether on fewer each year.
-- As top_share, absence_factor and concentration_trend among the metrics, of many days at once; where the last
-- contributions reach back beyond a year, those who are gone since are nobody to rest on; and where nobody did
-- anything in a year, nobody is the busiest.
WITH by_person AS (
  SELECT s.asked, w.person, count(*) AS n, bool_or(w.place > s.at_y1) AS there
  FROM fragile_spans AS s
  JOIN fragile_work AS w ON w.project = s.project AND w.place > s.recent_from AND w.place <= s.upto
  GROUP BY s.asked, w.person
), ranked AS (
  SELECT asked, n, there,
         sum(n) OVER (PARTITION BY asked ORDER BY n DESC, person ROWS UNBOUNDED PRECEDING) AS reached,
         sum(n) OVER (PARTITION BY asked) AS total
  FROM by_person
), half AS (
  SELECT asked, max(n) AS top, max(total) AS recent, count(*) AS people,
         count(*) FILTER (2 * (reached - n) < total) AS half,
         count(*) FILTER (there AND 2 * (reached - n) < total) AS half_there
  FROM ranked GROUP BY asked
), yearly AS (
  SELECT s.asked, extract(year FROM w.committed_at) AS year, w.person, count(*) AS n
  FROM fragile_spans AS s
  JOIN fragile_work AS w ON w.project = s.project AND w.committed_at > s.y5 AND w.committed_at <= s.day
  GROUP BY ALL
), shares AS (
  SELECT asked, year, max(n) / sum(n) AS share FROM yearly GROUP BY asked, year HAVING sum(n) >= 10
), slopes AS (
  SELECT asked, count(*) AS years, regr_slope(share, year) AS slope,
         min_by(share, year) AS first_share, max_by(share, year) AS last_share, min(year) AS first_year
  FROM shares GROUP BY asked HAVING count(*) >= 3
)
SELECT h.asked, h.recent::DOUBLE AS recent, s.recent_from = s.at_y1 AS whole_year, h.people, h.top,
       CASE WHEN h.recent >= 5 AND s.upto > s.at_y1 THEN h.top / h.recent END AS top_share,
       h.half, CASE WHEN h.recent >= 5 THEN h.half_there END AS absence_factor,
       v.slope AS concentration_trend, v.first_share, v.last_share, v.first_year
FROM half AS h
JOIN fragile_spans AS s ON s.asked = h.asked
LEFT JOIN slopes AS v ON v.asked = h.asked
