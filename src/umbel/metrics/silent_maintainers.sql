-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Maintainers who fell silent"
question   = "How many of those who looked after others' work are gone?"
unit       = "people"
definition = "People who were maintainers in the window before this one and neither contributed nor did a maintainer's act in this one."
better     = "lower"
windows    = [365]
source     = "CHAOSS: Inactive Contributors (chaoss.community/kb/metric-inactive-contributors), of maintainers as in maintainers"
limits     = "As maintainers: who reviews on a forge only seems silent. Bots are left out."
missing    = "no maintainers are known in the window before"
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
maintainers as (
  select project, person
  from acts
  where acted_at > $before and acted_at <= $since
  group by project, person
  having sum(weight) >= 2
),
seen as (
  select project, person, committed_at as acted_at from contributions where not bot and committed_at <= $as_of
  union all
  select project, person, acted_at from acts where acted_at <= $as_of
),
last_seen as (
  select m.project, m.person, max(s.acted_at) as last_at
  from maintainers as m
  join seen as s on s.project = m.project and s.person = m.person
  group by m.project, m.person
)
select project as subject,
       cast(count(*) filter (where last_at <= $since) as double) as value,
       cast(count(*) as double) as denominator,
       {
         'before': count(*),
         'silent': count(*) filter (where last_at <= $since),
         'silent_since': cast(max(last_at) filter (where last_at <= $since) as date)
       } as evidence
from last_seen
group by project
