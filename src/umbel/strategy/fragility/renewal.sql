-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- Whether people come, stay, and who fell silent.
-- Where nobody contributed for half a year, all who did the work before are silent, however long ago that was.
-- As new_contributors, contributor_conversion and silent_maintainers among the metrics, of many days at once.
WITH fresh AS (
  SELECT s.asked, count(*) FILTER (f.first_at > s.y1) AS newcomers,
         count(*) FILTER (f.first_at > s.y2 AND f.first_at <= s.y1) AS earlier
  FROM fragile_spans AS s
  JOIN fragile_first AS f ON f.project = s.project AND f.first_at <= s.day AND f.first_at > s.y2
  GROUP BY s.asked
), visits AS (
  SELECT s.asked, w.person, count(DISTINCT w.committed_at::DATE) AS days
  FROM fragile_spans AS s
  JOIN fragile_first AS f ON f.project = s.project AND f.first_at > s.y2 AND f.first_at <= s.y1
  JOIN fragile_work AS w ON w.project = f.project AND w.person = f.person AND w.committed_at <= s.day
  GROUP BY s.asked, w.person
), back AS (
  SELECT asked, count(*) AS began, count(*) FILTER (days > 1) AS returned FROM visits GROUP BY asked
), by_person AS (
  SELECT s.asked, w.person, count(*) FILTER (w.place <= s.at_d180) AS before,
         count(*) FILTER (w.place > s.at_d180) AS since
  FROM fragile_spans AS s
  JOIN fragile_work AS w ON w.project = s.project AND w.place <= s.upto
    AND w.committed_at > CASE WHEN s.deserted THEN s.worked_until - INTERVAL 1095 DAY ELSE s.y3 END
  GROUP BY s.asked, w.person
), gone AS (
  SELECT asked, sum(before) AS before, coalesce(sum(before) FILTER (since = 0), 0) AS lost,
         count(*) FILTER (before > 0) AS people, count(*) FILTER (before > 0 AND since = 0) AS silent
  FROM by_person GROUP BY asked
), looked_after AS (
  SELECT s.asked, s.project, s.day, s.y1, a.person
  FROM fragile_spans AS s
  JOIN fragile_acts AS a ON a.project = s.project AND a.acted_at > s.y2 AND a.acted_at <= s.y1
  GROUP BY ALL
  HAVING sum(a.weight) >= 2
), seen AS (
  SELECT l.asked, l.person FROM looked_after AS l
  JOIN fragile_work AS w ON w.project = l.project AND w.person = l.person
    AND w.committed_at > l.y1 AND w.committed_at <= l.day
  UNION
  SELECT l.asked, l.person FROM looked_after AS l
  JOIN fragile_acts AS a ON a.project = l.project AND a.person = l.person
    AND a.acted_at > l.y1 AND a.acted_at <= l.day
), maintained AS (
  SELECT l.asked, count(*) AS maintainers_before, count(*) FILTER (n.person IS NULL) AS maintainers_silent
  FROM looked_after AS l LEFT JOIN seen AS n ON n.asked = l.asked AND n.person = l.person
  GROUP BY l.asked
)
SELECT s.asked,
       CASE WHEN s.begun_at <= s.y1 THEN coalesce(f.newcomers, 0) END AS newcomers,
       b.began, b.returned, CASE WHEN b.began >= 3 THEN b.returned / b.began END AS conversion,
       g.before AS knew, g.people AS knew_people, g.silent AS silent_people,
       CASE WHEN g.before >= 10 THEN g.lost / g.before END AS lost_share,
       m.maintainers_before, m.maintainers_silent,
       m.maintainers_silent / m.maintainers_before AS silent_maintainers
FROM fragile_spans AS s
LEFT JOIN fresh AS f ON f.asked = s.asked
LEFT JOIN back AS b ON b.asked = s.asked
LEFT JOIN gone AS g ON g.asked = s.asked
LEFT JOIN maintained AS m ON m.asked = s.asked
