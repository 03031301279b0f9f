-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Zone spread"
question   = "Over how much of the earth is the work spread?"
unit       = "zones"
definition = "Time zones, by whole hours from UTC, that at least 2 % of the commits by people whose zone is known were written in."
better     = "higher"
windows    = [365]
source     = "CHAOSS: Contributor Location (chaoss.community/kb/metric-contributor-location), as far as zones show it"
limits     = "A zone is no country; summer time makes two of one place. UTC is also what servers and imported histories write: its share stands in the evidence."
missing    = "no commits by people in the window"
*/
with made as (
  select c.project, c.author_zone as zone, c.authored_at + c.author_zone * interval '1' minute as local_at
  from commits as c
  join people as p on p.identity = c.author
  where not p.bot and c.authored_at > $since and c.authored_at <= $as_of
),
by_zone as (
  select project, floor(cast(zone as double) / nullif(cast(60 as double), 0)) as hours, count(*) as n,
         count(*) filter (where zone = 0) as utc, count(*) filter (where zone is null) as unknown
  from made
  group by project, floor(cast(zone as double) / nullif(cast(60 as double), 0))
),
ranked as (
  select project, hours, n, utc, unknown,
         sum(n) filter (where hours is not null) over (partition by project) as known,
         row_number() over (partition by project order by case when hours is null then 1 else 0 end, n desc, hours) as place
  from by_zone
)
select project as subject,
       case when max(known) > 0 then cast(count(*) filter (where hours is not null and 50 * n >= known) as double) end as value,
       cast(max(known) as double) as denominator,
       {
         'largest_hours': max(hours) filter (where place = 1),
         'largest_share': cast(max(n) filter (where place = 1 and hours is not null) as double)
                          / nullif(cast(max(known) as double), 0),
         'utc_share': cast(sum(utc) as double) / nullif(cast(max(known) as double), 0),
         'zone_unknown': sum(unknown)
       } as evidence,
       case when max(known) is null then 'no commit says its zone' end as why
from ranked
group by project
