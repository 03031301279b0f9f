-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Activity trend"
question   = "Is there more or less work than in the window before?"
unit       = "ratio"
definition = "Commits by people in the window, divided by those in the window before: 1 is the same, 0.5 half, 2 twice as many."
better     = "neither"
windows    = [365]
source     = "CHAOSS: Activity Dates and Times (chaoss.community/kb/metric-activity-dates-and-times); the ratio is ours"
limits     = "Unknown where the project is younger than two windows, or had no commit in the window before. A finished project is quiet without being ill."
*/
with counted as (
  select project, min(committed_at) as first_at,
         count(*) filter (where committed_at > $since) as later,
         count(*) filter (where committed_at > $before and committed_at <= $since) as earlier
  from contributions
  where role = 'author' and not bot and committed_at <= $as_of
  group by project
)
select project as subject,
       case when first_at <= $before
            then cast(later as double) / nullif(cast(earlier as double), 0) end as value,
       cast(earlier as double) as denominator,
       {'commits': later, 'before': earlier} as evidence,
       case when first_at > $before then 'the project is younger than two windows'
            when earlier = 0 then 'no commits by people in the window before' end as why
from counted
