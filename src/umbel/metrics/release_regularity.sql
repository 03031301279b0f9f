-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Release regularity"
question   = "How evenly are releases spaced?"
unit       = "ratio"
definition = "Standard deviation of the gaps between days with a release, divided by their mean (coefficient of variation): 0 is clockwork, 1 is chance, more is bursts and droughts."
better     = "lower"
windows    = [1095, "all"]
source     = "CHAOSS: Release Frequency and Burstiness (chaoss.community/kb/metric-burstiness); the ratio is ours"
limits     = "Needs at least three gaps in the window. Sees tags only, no pre-releases; maintenance releases of old lines are mixed in."
missing    = "fewer than four releases in the window"
*/
with days as (
  select distinct project, cast(released_at as date) as day
  from releases
  where version is not null and not prerelease and released_at > $since and released_at <= $as_of
),
gaps as (
  select project, day,
         date_diff('day', cast(lag(day) over (partition by project order by day) as date), cast(day as date)) as gap
  from days
),
sums as (
  select project, count(gap) as n, cast(sum(gap) as double) as total, cast(sum(gap * gap) as double) as squares,
         median(cast(gap as double)) as middle, max(gap) as longest
  from gaps
  group by project
)
select project as subject,
       case when n >= 3 then
         sqrt(greatest(squares / nullif(cast(n as double), 0)
                       - (total / nullif(cast(n as double), 0)) * (total / nullif(cast(n as double), 0)), cast(0 as double)))
         / nullif(cast(total / nullif(cast(n as double), 0) as double), 0)
       end as value,
       cast(n as double) as denominator,
       {'gaps': n, 'median_days': middle, 'longest_days': longest} as evidence,
       case when n < 3 then 'fewer than four releases in the window' end as why
from sums
