-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Organisational (elephant) factor"
question   = "How few organisations make half of the changes?"
unit       = "organisations"
definition = "The smallest number of organisations whose people made at least 50 % of all contributions, those of unknown affiliation included in the total but never taken for one organisation."
better     = "higher"
windows    = [365, "all"]
source     = "CHAOSS: Elephant Factor (chaoss.community/kb/metric-elephant-factor)"
limits     = "Unknown where affiliation is known for less than half of the contributions: half can't be reached then. The share of unknown stands beside it; where it is large, the unknown could be one more organisation, or none. The source's prose on high and low is the wrong way round: few organisations are a risk. Bots are left out."
*/
with by_organisation as (
  select project, organisation, count(*) as n
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project, organisation
),
totals as (
  select project, sum(n) as total, coalesce(sum(n) filter (where organisation is null), 0) as unknown,
         count(*) filter (where organisation is not null) as organisations
  from by_organisation
  group by project
),
ranked as (
  select project, n,
         sum(n) over (
           partition by project order by n desc, organisation rows between unbounded preceding and current row
         ) as reached
  from by_organisation
  where organisation is not null
),
half as (
  select r.project, count(*) as organisations
  from ranked as r
  join totals as t on t.project = r.project
  where 2 * (r.reached - r.n) < t.total
  group by r.project
)
select t.project as subject,
       case when 2 * t.unknown <= t.total then cast(h.organisations as double) end as value,
       cast(t.total as double) as denominator,
       {
         'organisations': t.organisations,
         'unknown': t.unknown,
         'unknown_share': cast(t.unknown as double) / nullif(cast(t.total as double), 0)
       } as evidence,
       case when 2 * t.unknown > t.total
            then 'affiliation is unknown for more than half of the contributions' end as why
from totals as t
left join half as h on h.project = t.project
