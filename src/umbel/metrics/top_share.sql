-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Top share"
question   = "How much does the busiest person do?"
unit       = "share"
definition = "Contributions of the person who made most of them, as a share of all by people."
better     = "lower"
windows    = [365, "all"]
source     = "CHAOSS: Contributor Absence Factor (chaoss.community/kb/metric-contributor-absence-factor), of the first person only"
limits     = "Counts commits, not their weight. Bots are left out."
*/
with by_person as (
  select project, person, count(*) as n, max(committed_at) as last_at
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project, person
),
ranked as (
  select project, person, n, last_at,
         row_number() over (partition by project order by n desc, person) as place,
         sum(n) over (partition by project) as total,
         count(*) over (partition by project) as people
  from by_person
)
select project as subject,
       cast(n as double) / nullif(cast(total as double), 0) as value,
       cast(total as double) as denominator,
       {'person': person, 'contributions': n, 'people': people, 'last': cast(last_at as date)} as evidence
from ranked
where place = 1
