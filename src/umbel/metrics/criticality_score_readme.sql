-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "OpenSSF criticality score, as its README says"
question   = "How critical is the project to the world, by OpenSSF's published formula?"
unit       = "of 1"
definition = "Σ α·ln(1+S)/ln(1+max(S,T)) / Σ α over the signals that a history tells: months (30 days each) since the first (α 1, T 120) and the last commit (α −1, T 120), contributors (2, 5000), organisations (1, 10), commits per week of the window (1, 1000), releases in the window (0.5, 26). In this form the months since the last commit have a negative weight, which also makes the divisor smaller."
better     = "neither"
windows    = [365]
source     = "OpenSSF criticality score (github.com/ossf/criticality_score), formula of the README, Apache-2.0"
limits     = "Issues, comments and mentions are asked of a forge and are missing here; a missing signal also leaves the divisor, so the figure is no smaller for it. What it could be with all of them stands beside it (at_least, at_most), and is the wider the less is known. Organisations are unknown where nobody's affiliation is; contributors count by person, not by account, and all their organisations, not those of the first fifteen. It says nothing of how much we depend on it."
missing    = "it has no commits by people"
*/
with bounds as (
  select project,
         floor(date_diff('day', cast(min(committed_at) as date), cast($as_of as date)) / nullif(cast(30 as double), 0))
           as created,
         floor(date_diff('day', cast(max(committed_at) as date), cast($as_of as date)) / nullif(cast(30 as double), 0))
           as updated
  from commits where committed_at <= $as_of group by project
),
heads as (
  select project, count(distinct person) as people, count(distinct organisation) as organisations,
         count(distinct case when committed_at > $since then sha end) as shas,
         count(*) filter (where organisation is not null) as affiliated
  from contributions where not bot and committed_at <= $as_of group by project
),
tags as (
  select project, count(distinct cast(released_at as date)) filter (where released_at > $since and not prerelease) as releases
  from releases where version is not null and released_at <= $as_of group by project
),
signals as (
  select b.project, 1.0 as alpha, 120.0 as most, 'created' as name, b.created as s, b.created as months
  from bounds as b
  union all
  select b.project, -1.0 as alpha, 120.0 as most, 'updated' as name, b.updated as s, b.updated as months
  from bounds as b
  union all
  select h.project, 2.0 as alpha, 5000.0 as most, 'contributors' as name, cast(h.people as double) as s, cast(null as double) as months
  from heads as h
  union all
  select h.project, 1.0 as alpha, 10.0 as most, 'organisations' as name,
         case when h.affiliated > 0 then cast(h.organisations as double) end as s, cast(null as double) as months
  from heads as h
  union all
  select h.project, 1.0 as alpha, 1000.0 as most, 'commits' as name,
         h.shas * 7 / nullif(cast(date_diff('day', cast($since as date), cast($as_of as date)) as double), 0) as s,
         cast(null as double) as months
  from heads as h
  union all
  select h.project, 0.5 as alpha, 26.0 as most, 'releases' as name, cast(t.releases as double) as s,
         cast(null as double) as months
  from heads as h left join tags as t on t.project = h.project
),
-- Logarithms differ between engines in their last digits; roots and sums don't. ln x = 256 · ln x^(1/256), and near 1
-- ln y = 2(z + z³/3 + z⁵/5 + …) with z = (y − 1)/(y + 1): exact to 12 digits for every x that can stand here.
rooted as (
  select project, cast(alpha as double) as alpha, name, s, months,
         sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(cast(1 + s as double))))))))) as near,
         sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(cast(1 + greatest(s, most) as double))))))))) as far
  from signals
),
turned as (
  select project, alpha, name, s, months, (near - 1) / nullif(cast(near + 1 as double), 0) as n,
         (far - 1) / nullif(cast(far + 1 as double), 0) as f
  from rooted
),
weighed as (
  select project, alpha, name, s, months,
         n * (1 + n * n * (1 / nullif(cast(3 as double), 0) + n * n * (1 / nullif(cast(5 as double), 0)
           + n * n / nullif(cast(7 as double), 0)))) as top,
         f * (1 + f * f * (1 / nullif(cast(3 as double), 0) + f * f * (1 / nullif(cast(5 as double), 0)
           + f * f / nullif(cast(7 as double), 0)))) as bottom
  from turned
),
summed as (
  select project, sum(case when s is not null then alpha end) as alphas,
         sum(case when s is null then alpha else cast(0 as double) end) as lost,
         coalesce(max(case when name = 'created' then alpha * top / nullif(cast(bottom as double), 0) end), 0) as t1,
         coalesce(max(case when name = 'updated' then alpha * top / nullif(cast(bottom as double), 0) end), 0) as t2,
         coalesce(max(case when name = 'contributors' then alpha * top / nullif(cast(bottom as double), 0) end), 0) as t3,
         coalesce(max(case when name = 'organisations' then alpha * top / nullif(cast(bottom as double), 0) end), 0) as t4,
         coalesce(max(case when name = 'commits' then alpha * top / nullif(cast(bottom as double), 0) end), 0) as t5,
         coalesce(max(case when name = 'releases' then alpha * top / nullif(cast(bottom as double), 0) end), 0) as t6,
         max(case when name = 'created' then s end) as created, max(case when name = 'updated' then months end) as updated,
         max(case when name = 'contributors' then s end) as contributors,
         max(case when name = 'organisations' then s end) as organisations,
         max(case when name = 'commits' then s end) as commits, max(case when name = 'releases' then s end) as releases
  from weighed group by project
),
-- Added up by name and not by sum(): the last digit of a sum of fractions depends on the order of its rows.
scored as (
  select project, t1 + t2 + t3 + t4 + t5 + t6 as score, alphas, lost, created, updated, contributors, organisations, commits,
         releases
  from summed
)
select s.project as subject, s.score / nullif(cast(s.alphas as double), 0) as value,
       s.alphas as denominator,
       {
         'created_months': s.created, 'updated_months': s.updated, 'contributors': s.contributors,
         'organisations': s.organisations, 'commits_a_week': s.commits, 'releases': s.releases,
         'closed_issues': cast(null as double), 'updated_issues': cast(null as double),
         'comments_an_issue': cast(null as double), 'mentions': cast(null as double),
         'missing_alpha': cast(4 as double) + s.lost,
         'at_least': s.score / nullif(cast(s.alphas + 4 + s.lost as double), 0),
         'at_most': (s.score + 4 + s.lost) / nullif(cast(s.alphas + 4 + s.lost as double), 0)
       } as evidence
from scored as s
join heads as h on h.project = s.project
