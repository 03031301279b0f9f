-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Contributor retention"
question   = "How many of those who contributed in the window before are still there?"
unit       = "share"
definition = "Of the people who contributed in the window before this one, the share who contributed in this one too."
better     = "higher"
windows    = [365]
source     = "CHAOSS: Contributor retention in Inactive Contributors (chaoss.community/kb/metric-inactive-contributors)"
limits     = "Most people of most projects contribute once: a low share is usual. Small numbers jump; see the denominator. Bots are left out."
missing    = "nobody contributed in the window before"
*/
with by_person as (
  select project, person,
         count(*) filter (where committed_at <= $since) as earlier,
         count(*) filter (where committed_at > $since) as later
  from contributions
  where not bot and committed_at > $before and committed_at <= $as_of
  group by project, person
)
select project as subject,
       cast(count(*) filter (where later > 0) as double) / nullif(cast(count(*) as double), 0) as value,
       cast(count(*) as double) as denominator,
       {'before': count(*), 'stayed': count(*) filter (where later > 0)} as evidence
from by_person
where earlier > 0
group by project
