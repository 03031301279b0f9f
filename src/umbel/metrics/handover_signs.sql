-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Hand-over signs"
question   = "Has a newcomer taken over?"
unit       = "share"
definition = "The largest share of the window's commits, or of its releases, that came from one person whose first contribution lies in the window; a release is its tagger's, else the author's of the commit that it leads to. From 0.5 it is called a sign."
better     = "lower"
windows    = [180, 365]
source     = "Ours, after the event-stream incident of 2018"
limits     = "A sign to look at, no accusation: most hand-overs are honest, and often a rescue. Needs a project that is older than the window, and at least three commits or one release by the newcomer; publishing to a registry leaves no trace in a history. Bots are left out."
*/
with firsts as (
  select project, person, min(committed_at) as first_at,
         count(*) filter (where role = 'author' and committed_at > $since) as commits
  from contributions
  where not bot and committed_at <= $as_of
  group by project, person
),
age as (
  select project, min(first_at) as first_at, sum(commits) as commits from firsts group by project
),
released as (
  select r.project, coalesce(t.person, a.person) as person, count(*) as n
  from releases as r
  left join people as t on t.identity = r.tagger and not t.bot
  left join commits as c on c.project = r.project and c.sha = r.sha
  left join people as a on a.identity = c.author and not a.bot
  where r.version is not null and r.released_at > $since and r.released_at <= $as_of
  group by r.project, coalesce(t.person, a.person)
),
all_released as (
  select project, sum(n) as n from released where person is not null group by project
),
newcomers as (
  select f.project, f.person, f.first_at, f.commits, coalesce(r.n, 0) as releases,
         case when f.commits >= 3 then cast(f.commits as double) / nullif(cast(a.commits as double), 0)
              else cast(0 as double) end as commit_share,
         coalesce(cast(r.n as double) / nullif(cast(t.n as double), 0), cast(0 as double)) as release_share
  from firsts as f
  join age as a on a.project = f.project
  left join released as r on r.project = f.project and r.person = f.person
  left join all_released as t on t.project = f.project
  where f.first_at > $since
),
ranked as (
  select project, person, first_at, commits, releases, commit_share, release_share,
         row_number() over (
           partition by project order by greatest(commit_share, release_share) desc, person
         ) as place
  from newcomers
)
select a.project as subject,
       case when a.first_at <= $since and (a.commits > 0 or t.n > 0)
            then coalesce(greatest(r.commit_share, r.release_share), cast(0 as double)) end as value,
       cast(a.commits as double) as denominator,
       {
         'person': r.person,
         'since': cast(r.first_at as date),
         'commits': coalesce(r.commits, 0),
         'commit_share': r.commit_share,
         'releases': coalesce(r.releases, 0),
         'release_share': r.release_share
       } as evidence,
       case when a.first_at > $since then 'the project is younger than the window'
            when a.commits = 0 and t.n is null then 'no commits by people in the window' end as why
from age as a
left join ranked as r on r.project = a.project and r.place = 1
left join all_released as t on t.project = a.project
