-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Concentration trend"
question   = "Does the work come to rest on fewer shoulders?"
unit       = "share a year"
definition = "Slope of a straight line (least squares) through the busiest person's share of each calendar year's contributions: 0.05 is five points more each year."
better     = "lower"
windows    = [1825, "all"]
source     = "CHAOSS: Contributor Absence Factor, periodically (chaoss.community/kb/metric-contributor-absence-factor); the slope is ours"
limits     = "Needs three years with at least ten contributions each; other years are left out, the first and the last may be short. The busiest person may be another one each year. Bots are left out."
missing    = "fewer than three years with ten contributions"
*/
with by_person as (
  select project, extract(year from committed_at) as year, person, count(*) as n
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project, extract(year from committed_at), person
),
by_year as (
  select project, cast(year as double) as x,
         cast(max(n) as double) / nullif(cast(sum(n) as double), 0) as y
  from by_person
  group by project, year
  having sum(n) >= 10
),
middle as (
  select project, avg(x) as x, avg(y) as y, count(*) as years, min(x) as first_x, max(x) as last_x
  from by_year
  group by project
),
sums as (
  select m.project, min(m.years) as years,
         sum((b.x - m.x) * (b.y - m.y)) as xy, sum((b.x - m.x) * (b.x - m.x)) as xx,
         max(b.y) filter (where b.x = m.first_x) as first_share, max(b.y) filter (where b.x = m.last_x) as last_share,
         max(m.first_x) as first_x, max(m.last_x) as last_x
  from middle as m
  join by_year as b on b.project = m.project
  group by m.project
)
select project as subject,
       case when years >= 3 then xy / nullif(cast(xx as double), 0) end as value,
       cast(years as double) as denominator,
       {'first_year': first_x, 'first_share': first_share, 'last_year': last_x, 'last_share': last_share} as evidence,
       case when years < 3 then 'fewer than three years with ten contributions' end as why
from sums
