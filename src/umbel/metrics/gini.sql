-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Concentration (Gini)"
question   = "How unevenly is the work shared?"
unit       = "index"
definition = "Gini coefficient of the contributions of those who made any: 0 if all made the same, towards 1 if one made nearly all."
better     = "lower"
windows    = [365, "all"]
source     = "Gini coefficient, as used for CHAOSS: Contributor Absence Factor (chaoss.community/kb/metric-contributor-absence-factor)"
limits     = "Blind to the number of people: of one person it would be 0, so it is unknown below two. A crowd of drive-by contributors raises it, though nothing got worse. Bots are left out."
*/
with by_person as (
  select project, person, count(*) as n
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project, person
),
ranked as (
  select project, n, row_number() over (partition by project order by n, person) as place
  from by_person
),
sums as (
  select project, count(*) as people, cast(sum(n) as double) as total, cast(sum(n * place) as double) as weighted
  from ranked
  group by project
)
select project as subject,
       case when people > 1 then
         2 * weighted / nullif(cast(people * total as double), 0)
         - cast(people + 1 as double) / nullif(cast(people as double), 0)
       end as value,
       total as denominator,
       {'people': people, 'contributions': total} as evidence,
       case when people < 2 then 'only one person contributed' end as why
from sums
