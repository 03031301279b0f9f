-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Maintainers"
question   = "How many people look after the work of others?"
unit       = "people"
definition = "People who in the window tagged a release, or at least twice merged, committed someone else's commit, reviewed or acknowledged one (as trailers say)."
better     = "higher"
windows    = [365]
source     = "CHAOSS: Contributors, by role (chaoss.community/kb/metric-contributors); the acts are ours"
limits     = "Reviews and squash merges on a forge leave no trace in the history, nor do light tags say who set them: fewer than there are. A merge of one's own branch counts too. Bots are left out."
missing    = 0
*/
with merges as (
  select c.project, p.person, c.committed_at as acted_at
  from commits as c
  join people as p on p.identity = c.author
  where c.parents > 1 and not p.bot
),
checked as (
  select r.project, r.person, c.committed_at as acted_at
  from reviews as r
  join commits as c on c.project = r.project and c.sha = r.sha
  where r.kind in ('committer', 'reviewed-by', 'acked-by')
),
tagged as (
  select r.project, p.person, r.released_at as acted_at
  from releases as r
  join people as p on p.identity = r.tagger
  where r.version is not null and not p.bot
),
acts as (
  select project, person, acted_at, 1 as weight from merges
  union all
  select project, person, acted_at, 1 as weight from checked
  union all
  select project, person, acted_at, 2 as weight from tagged
),
by_person as (
  select project, person, sum(weight) as weight, count(*) as n
  from acts
  where acted_at > $since and acted_at <= $as_of
  group by project, person
)
select project as subject,
       cast(count(*) filter (where weight >= 2) as double) as value,
       cast(sum(n) as double) as denominator,
       {'maintainers': count(*) filter (where weight >= 2), 'acts': sum(n)} as evidence
from by_person
group by project
