-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Contributor conversion"
question   = "How many of the newcomers came back?"
unit       = "share"
definition = "Of the people whose first contribution lies in the window before this one (so that each had at least a window's time to return), the share who contributed on a second day: drive-by is one day, repeat two to nine, core ten and more."
better     = "higher"
windows    = [365]
source     = "CHAOSS: Conversion Rate (chaoss.community/kb/metric-conversion-rate); the steps are ours"
limits     = "Days are of UTC. Sees only commits; small numbers jump. Bots are left out."
missing    = "nobody began in the window before"
*/
with newcomers as (
  select project, person
  from contributions
  where not bot and committed_at <= $as_of
  group by project, person
  having min(committed_at) > $before and min(committed_at) <= $since
),
days as (
  select distinct n.project, n.person, cast(c.committed_at as date) as day
  from newcomers as n
  join contributions as c on c.project = n.project and c.person = n.person
  where c.committed_at <= $as_of
),
by_person as (
  select project, person, count(*) as days from days group by project, person
)
select project as subject,
       cast(count(*) filter (where days > 1) as double) / nullif(cast(count(*) as double), 0) as value,
       cast(count(*) as double) as denominator,
       {
         'newcomers': count(*),
         'drive_by': count(*) filter (where days = 1),
         'repeat': count(*) filter (where days between 2 and 9),
         'core': count(*) filter (where days >= 10)
       } as evidence
from by_person
group by project
