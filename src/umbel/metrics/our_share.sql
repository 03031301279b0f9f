-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Our share"
question   = "How much of it do our own people do?"
unit       = "share"
definition = "Contributions by people of our organisation, as a share of all by people, those of unknown affiliation included."
better     = "neither"
windows    = [365, "all"]
source     = "CHAOSS: Organizational Diversity (chaoss.community/kb/metric-organizational-diversity), of one organisation"
limits     = "A lower bound: colleagues who write from a private address are unknown until they claim it. Unknown where nobody's affiliation is known. Bots are left out."
*/
with sums as (
  select project, count(*) as total, count(ours) as known, count(*) filter (where ours) as ours,
         count(distinct person) filter (where ours) as people
  from contributions
  where not bot and committed_at > $since and committed_at <= $as_of
  group by project
)
select project as subject,
       case when known > 0 then cast(ours as double) / nullif(cast(total as double), 0) end as value,
       cast(total as double) as denominator,
       {
         'ours': ours,
         'people': people,
         'unknown_share': cast(total - known as double) / nullif(cast(total as double), 0)
       } as evidence,
       case when known = 0 then 'nobody''s affiliation is known' end as why
from sums
