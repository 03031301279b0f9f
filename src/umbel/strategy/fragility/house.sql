-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- Whose work it is, how much of it is automatic, and how old the house is. A firm of whom one person takes part is
-- that person: many have a domain of their own.
-- As organisational_diversity and bot_share among the metrics, of many days at once.
WITH by_organisation AS (
  SELECT s.asked, w.organisation, count(*) AS n, count(DISTINCT w.person) AS people
  FROM fragile_spans AS s
  JOIN fragile_work AS w ON w.project = s.project AND w.place > s.recent_from AND w.place <= s.upto
  GROUP BY s.asked, w.organisation
), shares AS (
  SELECT asked, sum(n) AS total, coalesce(sum(n) FILTER (organisation IS NULL), 0) AS unaffiliated,
         max(n) FILTER (organisation IS NOT NULL AND people > 1) AS largest, count(organisation) AS organisations
  FROM by_organisation GROUP BY asked
), automatic AS (
  SELECT s.asked, count(*) AS commits, count(*) FILTER (w.bot) AS by_bots
  FROM fragile_spans AS s
  JOIN fragile_authored AS w ON w.project = s.project AND w.committed_at > s.y1 AND w.committed_at <= s.day
  GROUP BY s.asked
)
SELECT s.asked, o.organisations,
       o.unaffiliated / o.total AS unaffiliated_share,
       CASE WHEN 2 * o.unaffiliated <= o.total THEN o.largest / o.total END AS vendor_share,
       a.by_bots / a.commits AS bot_share,
       date_diff('day', s.begun_at, s.day) / 365.25 AS age
FROM fragile_spans AS s
LEFT JOIN shares AS o ON o.asked = s.asked
LEFT JOIN automatic AS a ON a.asked = s.asked
