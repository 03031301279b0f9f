-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Knowledge at risk"
question   = "How much of the history was written by people who have gone silent?"
unit       = "share"
definition = "Of all contributions ever, the share by people who contributed nothing in the window."
better     = "lower"
windows    = [365]
source     = "CHAOSS: Inactive Contributors (chaoss.community/kb/metric-inactive-contributors), weighed by their contributions"
limits     = "Old projects gather it naturally; code that was replaced since counts too. Read it beside the active contributors. Bots are left out."
missing    = "no commits by people"
*/
with by_person as (
  select project, person, count(*) as n, max(committed_at) as last_at
  from contributions
  where not bot and committed_at <= $as_of
  group by project, person
)
select project as subject,
       coalesce(cast(sum(n) filter (where last_at <= $since) as double), cast(0 as double))
         / nullif(cast(sum(n) as double), 0) as value,
       cast(sum(n) as double) as denominator,
       {
         'silent': count(*) filter (where last_at <= $since),
         'people': count(*),
         'largest_silent_share': cast(max(n) filter (where last_at <= $since) as double)
                                 / nullif(cast(sum(n) as double), 0)
       } as evidence
from by_person
group by project
