-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- In whose hands the project is: someone new, one who releases, those who look after others' work.
-- That nobody looks after others' work is known only where its history shows such acts at all.
-- As handover_signs (180 days) and maintainers among the metrics, of many days at once.
WITH wrote AS (
  SELECT s.asked, f.person, f.first_at > s.d180 AS new, count(*) AS commits
  FROM fragile_spans AS s
  JOIN fragile_authored AS w ON w.project = s.project AND NOT w.bot
    AND w.committed_at > s.d180 AND w.committed_at <= s.day
  JOIN fragile_first AS f ON f.project = s.project AND f.person = w.person
  GROUP BY ALL
), written AS (
  SELECT asked, sum(commits) AS commits FROM wrote GROUP BY asked
), put_out AS (
  SELECT s.asked, r.person, f.first_at > s.d180 AS new, count(*) AS releases
  FROM fragile_spans AS s
  JOIN fragile_released AS r ON r.project = s.project AND r.released_at > s.d180 AND r.released_at <= s.day
  LEFT JOIN fragile_first AS f ON f.project = r.project AND f.person = r.person
  WHERE r.person IS NOT NULL
  GROUP BY ALL
), all_out AS (
  SELECT asked, sum(releases) AS releases FROM put_out GROUP BY asked
), new_ones AS (
  SELECT coalesce(w.asked, r.asked) AS asked, coalesce(w.person, r.person) AS person,
         coalesce(w.commits, 0) AS commits, coalesce(r.releases, 0) AS releases
  FROM (SELECT * FROM wrote WHERE new) AS w
  FULL JOIN (SELECT * FROM put_out WHERE new) AS r ON r.asked = w.asked AND r.person = w.person
), newest AS (
  SELECT n.asked, n.commits, n.releases,
         CASE WHEN n.commits >= 3 THEN n.commits / t.commits ELSE 0 END AS commit_share,
         coalesce(n.releases / o.releases, 0) AS release_share
  FROM new_ones AS n
  LEFT JOIN written AS t ON t.asked = n.asked
  LEFT JOIN all_out AS o ON o.asked = n.asked
  QUALIFY row_number() OVER (
    PARTITION BY n.asked ORDER BY greatest(commit_share, release_share) DESC, n.person
  ) = 1
), releasers AS (
  SELECT s.asked, r.person, count(*) AS n
  FROM fragile_spans AS s
  JOIN fragile_released AS r ON r.project = s.project AND r.released_at > s.y3 AND r.released_at <= s.day
  WHERE r.person IS NOT NULL
  GROUP BY s.asked, r.person
), shared_out AS (
  SELECT asked, sum(n) AS releases_known, count(*) AS releasers FROM releasers GROUP BY asked
), acted AS (
  SELECT s.asked, a.person
  FROM fragile_spans AS s
  JOIN fragile_acts AS a ON a.project = s.project AND a.acted_at > s.y1 AND a.acted_at <= s.day
  GROUP BY s.asked, a.person
  HAVING sum(a.weight) >= 2
), maintaining AS (
  SELECT asked, count(*) AS maintainers FROM acted GROUP BY asked
), once AS (
  SELECT project, min(acted_at) AS since FROM fragile_acts GROUP BY project
)
SELECT s.asked, n.commit_share, n.release_share, t.commits AS half_year_commits, o.releases AS half_year_releases,
       CASE WHEN s.begun_at <= s.d180 AND (t.commits > 0 OR o.releases > 0)
            THEN coalesce(greatest(n.commit_share, n.release_share), 0) END AS newcomer_share,
       h.releases_known, CASE WHEN h.releases_known >= 3 THEN h.releasers END AS releasers,
       CASE WHEN e.since <= s.y1 THEN coalesce(m.maintainers, 0) ELSE m.maintainers END AS maintainers
FROM fragile_spans AS s
LEFT JOIN written AS t ON t.asked = s.asked
LEFT JOIN all_out AS o ON o.asked = s.asked
LEFT JOIN newest AS n ON n.asked = s.asked
LEFT JOIN shared_out AS h ON h.asked = s.asked
LEFT JOIN maintaining AS m ON m.asked = s.asked
LEFT JOIN once AS e ON e.project = s.project
