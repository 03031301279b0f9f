-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Review share"
question   = "How much of the work did a second person look at?"
unit       = "share"
definition = "Of the commits by people, the share that someone else committed, or that a trailer says someone else reviewed, acknowledged or tested."
better     = "higher"
windows    = [365]
source     = "CHAOSS: Change Request Reviews (chaoss.community/kb/metric-change-request-reviews), as far as a history shows it"
limits     = "A forge keeps its reviews to itself: this is a lower bound. Unknown where the window shows no trace of a review at all. Merges are counted as commits."
*/
with made as (
  select project, sha
  from contributions
  where role = 'author' and not bot and committed_at > $since and committed_at <= $as_of
),
looked_at as (
  select project, sha, count(*) filter (where kind = 'committer') as committed
  from reviews
  where kind in ('committer', 'reviewed-by', 'acked-by', 'tested-by')
  group by project, sha
),
counted as (
  select m.project, count(*) as commits, count(l.sha) as reviewed,
         count(*) filter (where l.committed > 0) as committed
  from made as m
  left join looked_at as l on l.project = m.project and l.sha = m.sha
  group by m.project
)
select project as subject,
       case when reviewed > 0 then cast(reviewed as double) / nullif(cast(commits as double), 0) end as value,
       cast(commits as double) as denominator,
       {'reviewed': reviewed, 'committed_by_another': committed} as evidence,
       case when reviewed = 0 then 'the history shows no trace of reviews; a forge may hold them' end as why
from counted
