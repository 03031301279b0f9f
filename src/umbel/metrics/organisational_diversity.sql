-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Organisational diversity"
question   = "How many organisations take part?"
unit       = "organisations"
definition = "Organisations whose people contributed in the window; people of unknown affiliation belong to none."
better     = "higher"
windows    = [365]
source     = "CHAOSS: Organizational Diversity (chaoss.community/kb/metric-organizational-diversity)"
limits     = "A lower bound: who writes from a private address is unknown. Unknown where nobody's affiliation is known. Bots are left out."
*/
with by_organisation as (
  select project, organisation, count(*) as n, count(distinct person) as people
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project, organisation
),
sums as (
  select project, sum(n) as total, count(organisation) as organisations,
         coalesce(sum(n) filter (where organisation is null), 0) as unknown,
         coalesce(sum(people) filter (where organisation is null), 0) as people_unknown,
         max(n) filter (where organisation is not null) as largest
  from by_organisation
  group by project
)
select project as subject,
       case when organisations > 0 then cast(organisations as double) end as value,
       cast(total as double) as denominator,
       {
         'unknown_share': cast(unknown as double) / nullif(cast(total as double), 0),
         'people_unknown': people_unknown,
         'largest_share': cast(largest as double) / nullif(cast(total as double), 0)
       } as evidence,
       case when organisations = 0 then 'nobody''s affiliation is known' end as why
from sums
