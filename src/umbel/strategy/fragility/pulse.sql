-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
-- Whether commits and releases still come as they used to: each against the project's own usual gaps. What a year
-- used to bring is taken from the three years before the last one, or before the work ended, if that was earlier.
WITH days AS (
  SELECT DISTINCT project, committed_at::DATE AS day FROM fragile_work
), gaps AS (
  SELECT project, day, date_diff('day', lag(day) OVER (PARTITION BY project ORDER BY day), day) AS gap FROM days
), usual AS (
  SELECT s.asked, count(g.gap) AS gaps, quantile_cont(g.gap, 0.9) AS usual_gap,
         max(g.gap) FILTER (g.day > s.d180::DATE) AS broken_gap
  FROM fragile_spans AS s
  JOIN gaps AS g ON g.project = s.project AND g.gap IS NOT NULL AND g.day <= s.last_at::DATE
    AND g.day > s.last_at::DATE - 1825
  GROUP BY s.asked
), release_days AS (
  SELECT DISTINCT project, released_at::DATE AS day FROM fragile_released WHERE stable
), release_gaps AS (
  SELECT project, day, date_diff('day', lag(day) OVER (PARTITION BY project ORDER BY day), day) AS gap
  FROM release_days
), latest AS (
  SELECT s.asked, r.day, r.gap
  FROM fragile_spans AS s JOIN release_gaps AS r ON r.project = s.project AND r.day <= s.day::DATE
  QUALIFY row_number() OVER (PARTITION BY s.asked ORDER BY r.day DESC) <= 10
), released AS (
  SELECT asked, max(day) AS last_day, count(gap) AS gaps, median(gap) AS usual_gap FROM latest GROUP BY asked
)
SELECT s.asked, s.begun_at, s.upto AS contributions,
       date_diff('day', s.last_at::DATE, s.day::DATE) AS quiet_days,
       CASE WHEN u.gaps >= 10 THEN u.usual_gap END AS usual_gap,
       CASE WHEN u.gaps >= 10
            THEN date_diff('day', s.last_at::DATE, s.day::DATE) / greatest(u.usual_gap, 14) END AS silence,
       CASE WHEN s.begun_at <= s.y1 THEN coalesce(u.broken_gap, 0) END AS burst,
       s.upto - s.at_d90 AS last_90, s.upto - s.at_y1 AS last_year,
       CASE WHEN s.begun_at <= s.y2
            THEN (s.at_y1 - s.at_worked_from)
                 / least(3, greatest(1, date_diff('day', s.begun_at, s.worked_until) / 365.25)) END AS usual_year,
       date_diff('day', r.last_day, s.day::DATE) AS release_days,
       CASE WHEN r.gaps >= 3 THEN r.usual_gap END AS release_gap,
       CASE WHEN r.gaps >= 3
            THEN date_diff('day', r.last_day, s.day::DATE) / greatest(r.usual_gap, 30) END AS release_wait
FROM fragile_spans AS s
LEFT JOIN usual AS u ON u.asked = s.asked
LEFT JOIN released AS r ON r.asked = s.asked
