-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- What the features stand on, once for all projects and days that are asked about. A contribution's place in its
-- project's order makes a window of time a range of numbers. Statements are run one by one.

CREATE OR REPLACE TABLE fragile_all AS
SELECT project, sha, person, role = 'author' AS authored, bot, organisation, committed_at
FROM contributions
WHERE committed_at IS NOT NULL AND project IN (SELECT project FROM fragile_asked);

CREATE OR REPLACE TABLE fragile_work AS
SELECT project, person, organisation, committed_at,
       row_number() OVER (PARTITION BY project ORDER BY committed_at, sha, person) AS place
FROM fragile_all WHERE NOT bot;

CREATE OR REPLACE TABLE fragile_authored AS
SELECT project, person, bot, committed_at FROM fragile_all WHERE authored;

CREATE OR REPLACE TABLE fragile_commits AS
SELECT c.project, c.sha, c.parents, p.person, c.committed_at
FROM commits AS c LEFT JOIN people AS p ON p.identity = c.author AND NOT p.bot
WHERE c.project IN (SELECT project FROM fragile_asked);

CREATE OR REPLACE TABLE fragile_first AS
SELECT project, person, min(committed_at) AS first_at FROM fragile_work GROUP BY project, person;

CREATE OR REPLACE TABLE fragile_released AS
SELECT r.project, t.person AS tagger, coalesce(t.person, c.person) AS person, r.released_at,
       NOT r.prerelease AS stable
FROM releases AS r
LEFT JOIN people AS t ON t.identity = r.tagger AND NOT t.bot
LEFT JOIN fragile_commits AS c ON c.project = r.project AND c.sha = r.sha
WHERE r.version IS NOT NULL AND r.released_at IS NOT NULL AND r.project IN (SELECT project FROM fragile_asked);

CREATE OR REPLACE TABLE fragile_acts AS
SELECT project, person, committed_at AS acted_at, 1 AS weight
FROM fragile_commits WHERE parents > 1 AND person IS NOT NULL
UNION ALL
SELECT r.project, r.person, c.committed_at, 1
FROM reviews AS r JOIN fragile_commits AS c ON c.project = r.project AND c.sha = r.sha
WHERE r.kind IN ('committer', 'reviewed-by', 'acked-by')
UNION ALL
SELECT project, tagger, released_at, 2 FROM fragile_released WHERE tagger IS NOT NULL;

-- Half of a small project's years hold next to nothing: its last `least` contributions count then, whenever they were.
CREATE OR REPLACE TABLE fragile_spans AS
WITH marks AS (
  SELECT project, committed_at, max(place) AS place FROM fragile_work GROUP BY project, committed_at
), placed AS (
  SELECT a.*, coalesce(n.place, 0) AS upto, coalesce(h.place, 0) AS at_d180, coalesce(p.place, 0) AS at_y1,
         coalesce(k.place, 0) AS at_d90,
         n.committed_at AS last_at, least(a.y1, n.committed_at) AS worked_until
  FROM fragile_asked AS a
  ASOF LEFT JOIN marks AS n ON n.project = a.project AND a.day >= n.committed_at
  ASOF LEFT JOIN marks AS h ON h.project = a.project AND a.d180 >= h.committed_at
  ASOF LEFT JOIN marks AS k ON k.project = a.project AND a.d90 >= k.committed_at
  ASOF LEFT JOIN marks AS p ON p.project = a.project AND a.y1 >= p.committed_at
), begun AS (
  SELECT project, min(first_at) AS begun_at FROM fragile_first GROUP BY project
)
SELECT p.*, b.begun_at, greatest(0, least(p.at_y1, p.upto - $least)) AS recent_from,
       coalesce(w.place, 0) AS at_worked_from, p.last_at <= p.d180 AS deserted
FROM placed AS p
JOIN begun AS b ON b.project = p.project
ASOF LEFT JOIN marks AS w ON w.project = p.project AND p.worked_until - INTERVAL 1095 DAY >= w.committed_at
WHERE p.upto > 0
