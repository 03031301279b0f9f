-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Contributor absence factor"
question   = "How few people make half of the changes?"
unit       = "people"
definition = "The smallest number of people who together made at least 50 % of the contributions; a commit counts once for each person who is its author or co-author."
better     = "higher"
windows    = [365, "all"]
source     = "CHAOSS: Contributor Absence Factor (chaoss.community/kb/metric-contributor-absence-factor)"
limits     = "Counts commits, not their weight, merges included; blind to reviewers. The source leaves open whether half is enough: here it is (LFX takes 51 %). Bots are left out. Silent is who has contributed nothing for 90 days."
*/
with by_person as (
  select project, person, count(*) as n, max(committed_at) as last_at
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project, person
),
ranked as (
  select project, person, n, last_at,
         sum(n) over (
           partition by project order by n desc, person rows between unbounded preceding and current row
         ) as reached,
         sum(n) over (partition by project) as total,
         count(*) over (partition by project) as people
  from by_person
)
select project as subject,
       cast(count(*) as double) as value,
       cast(max(total) as double) as denominator,
       {
         'people': max(people),
         'by_them': max(reached),
         'silent': count(*) filter (where last_at + interval '90' day < $as_of),
         'silent_since': cast(max(last_at) filter (where last_at + interval '90' day < $as_of) as date)
       } as evidence
from ranked
where 2 * (reached - n) < total
group by project
