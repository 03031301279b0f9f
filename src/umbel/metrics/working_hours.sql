-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Working hours"
question   = "Is it done at work, or in evenings and at weekends?"
unit       = "share"
definition = "Of the commits by people whose zone is known, the share written on Monday to Friday between 8 and 18 o'clock of their author's own time."
better     = "neither"
windows    = [365, "all"]
source     = "CHAOSS: Activity Dates and Times (chaoss.community/kb/metric-activity-dates-and-times)"
limits     = "By the author's clock; rebased and imported commits may have lost it. Says nothing of a person, and not who pays: many are paid in the evening, many are volunteers by day."
missing    = "no commits by people in the window"
*/
with made as (
  select c.project, c.author_zone as zone, c.authored_at + c.author_zone * interval '1' minute as local_at
  from commits as c
  join people as p on p.identity = c.author
  where not p.bot and c.authored_at > $since and c.authored_at <= $as_of
),
placed as (
  select project, zone, extract(hour from local_at) as hour,
         (date_diff('day', cast('1900-01-01' as date), cast(local_at as date)) % 7 + 7) % 7 as weekday
  from made
)
select project as subject,
       cast(count(*) filter (where weekday < 5 and hour >= 8 and hour < 18) as double)
         / nullif(cast(count(zone) as double), 0) as value,
       cast(count(zone) as double) as denominator,
       {
         'weekend_share': cast(count(*) filter (where weekday >= 5) as double) / nullif(cast(count(zone) as double), 0),
         'night_share': cast(count(*) filter (where hour < 6 or hour >= 22) as double)
                        / nullif(cast(count(zone) as double), 0),
         'zone_unknown': count(*) - count(zone)
       } as evidence,
       case when count(zone) = 0 then 'no commit says its zone' end as why
from placed
group by project
