-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- What the features stand on, once for all projects and days that are asked about. A contribution's place in its
-- project's order makes a window of time a range of numbers. Statements are run one by one.

CREATE OR REPLACE TABLE fragile_named AS
SELECT DISTINCT project, name FROM fragile_asked;

-- Numbers stand for names from here on: they are met a million times. A foundation's address tells no employer.
CREATE OR REPLACE TABLE fragile_all AS
SELECT n.project, c.sha, c.person, c.role = 'author' AS authored, c.bot, c.committed_at,
       CASE WHEN lower(c.organisation) IN (SELECT unnest($communities::VARCHAR[])) THEN NULL
            ELSE c.organisation END AS organisation
FROM contributions AS c JOIN fragile_named AS n ON n.name = c.project
WHERE c.committed_at IS NOT NULL;

CREATE OR REPLACE TABLE fragile_work AS
SELECT project, person, organisation, committed_at,
       row_number() OVER (PARTITION BY project ORDER BY committed_at, sha, person) AS place
FROM fragile_all WHERE NOT bot;

CREATE OR REPLACE TABLE fragile_authored AS
SELECT project, person, bot, committed_at FROM fragile_all WHERE authored;

CREATE OR REPLACE TABLE fragile_commits AS
SELECT n.project, c.sha, c.parents, p.person, c.committed_at
FROM commits AS c JOIN fragile_named AS n ON n.name = c.project
LEFT JOIN people AS p ON p.identity = c.author AND NOT p.bot;

CREATE OR REPLACE TABLE fragile_first AS
SELECT project, person, min(committed_at) AS first_at FROM fragile_work GROUP BY project, person;

CREATE OR REPLACE TABLE fragile_released AS
SELECT n.project, t.person AS tagger, coalesce(t.person, c.person) AS person, r.released_at,
       NOT r.prerelease AS stable
FROM releases AS r JOIN fragile_named AS n ON n.name = r.project
LEFT JOIN people AS t ON t.identity = r.tagger AND NOT t.bot
LEFT JOIN fragile_commits AS c ON c.project = n.project AND c.sha = r.sha
WHERE r.version IS NOT NULL AND r.released_at IS NOT NULL;

CREATE OR REPLACE TABLE fragile_acts AS
SELECT project, person, committed_at AS acted_at, 1 AS weight
FROM fragile_commits WHERE parents > 1 AND person IS NOT NULL
UNION ALL
SELECT n.project, r.person, c.committed_at, 1
FROM reviews AS r JOIN fragile_named AS n ON n.name = r.project
JOIN fragile_commits AS c ON c.project = n.project AND c.sha = r.sha
WHERE r.kind IN ('committer', 'reviewed-by', 'acked-by')
UNION ALL
SELECT project, tagger, released_at, 2 FROM fragile_released WHERE tagger IS NOT NULL;

-- Half of a small project's years hold next to nothing: its last `least` contributions count then, whenever they were.
CREATE OR REPLACE TABLE fragile_spans AS
WITH counted AS (
  SELECT a.asked, count(*) AS upto, min(w.committed_at) AS begun_at, max(w.committed_at) AS last_at,
         count(*) FILTER (w.committed_at <= a.d180) AS at_d180, count(*) FILTER (w.committed_at <= a.y1) AS at_y1,
         count(*) FILTER (w.committed_at <= a.d90) AS at_d90
  FROM fragile_asked AS a JOIN fragile_work AS w ON w.project = a.project AND w.committed_at <= a.day
  GROUP BY a.asked
), placed AS (
  SELECT a.*, c.* EXCLUDE (asked), least(a.y1, c.last_at) AS worked_until
  FROM fragile_asked AS a JOIN counted AS c ON c.asked = a.asked
), marks AS (
  SELECT project, committed_at, max(place) AS place FROM fragile_work GROUP BY project, committed_at
)
SELECT p.*, greatest(0, least(p.at_y1, p.upto - $least)) AS recent_from,
       coalesce(w.place, 0) AS at_worked_from, p.last_at <= p.d180 AS deserted
FROM placed AS p
ASOF LEFT JOIN marks AS w ON w.project = p.project AND p.worked_until - INTERVAL 1095 DAY >= w.committed_at
