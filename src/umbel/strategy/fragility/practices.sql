-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- What the head's files show, where they had been read by that day. Who is not asked about a practice doesn't lack it,
-- and where not even a read-me is shown, there were no files to look at.
WITH shown AS (
  SELECT s.asked, p.practice, bool_or(p.outcome = 'met') AS met
  FROM fragile_spans AS s
  JOIN practices AS p ON p.project = s.name AND p.outcome IN ('met', 'unmet')
    AND p.practice IN (SELECT unnest($practices))
  JOIN present AS n ON n.write_id = p.snapshot AND n.observed_at <= s.day
  GROUP BY s.asked, p.practice
)
SELECT asked, count(*) AS practices_known, count(*) FILTER (met) AS practices_met,
       CASE WHEN count(*) >= 5 AND bool_or(met) THEN count(*) FILTER (met) / count(*) END AS practices
FROM shown GROUP BY asked
