-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- Asked of the lake of upstream projects: who of ours works there, and how much there is to do.
WITH bounds AS (
  SELECT as_of, as_of - INTERVAL 365 DAY AS year, as_of - INTERVAL 730 DAY AS two_years FROM moment
), told AS (
  SELECT c.project, c.person, c.sha, coalesce(c.ours, false) AS ours, c.organisation IS NULL AS unknown, c.committed_at
  FROM contributions AS c WHERE NOT c.bot
), firsts AS (
  SELECT project, person, min(committed_at) AS first_at FROM told GROUP BY project, person
), newcomers AS (
  SELECT f.project, count(*) FILTER (f.first_at > b.year) AS newcomers FROM firsts AS f CROSS JOIN bounds AS b GROUP BY f.project
), people AS (
  SELECT t.project, count(DISTINCT t.sha) FILTER (t.committed_at > b.year) AS commits,
         count(DISTINCT t.sha) FILTER (t.ours AND t.committed_at > b.year) AS our_commits,
         count(DISTINCT t.person) FILTER (t.ours AND t.committed_at > b.two_years) AS our_people,
         count(DISTINCT t.person) FILTER (t.ours AND t.committed_at > b.year) AS our_people_now,
         count(DISTINCT t.sha) FILTER (t.unknown AND t.committed_at > b.year) AS unknown
  FROM told AS t CROSS JOIN bounds AS b GROUP BY t.project
), written AS (
  SELECT project, sum(code)::BIGINT AS code, list({'language': language, 'code': code} ORDER BY code DESC, language) AS languages
  FROM languages WHERE coalesce(comments, 0) + code > 0 GROUP BY project
)
SELECT p.project, p.commits, p.our_commits, p.our_people, p.our_people_now, p.unknown, n.newcomers, w.code, w.languages
FROM people AS p
LEFT JOIN newcomers AS n ON n.project = p.project
LEFT JOIN written AS w ON w.project = p.project
