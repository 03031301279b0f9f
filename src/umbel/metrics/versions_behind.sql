-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Versions behind"
question   = "How many stable versions behind the newest is a typical package that it uses?"
unit       = "versions"
definition = "Of each package in use, the stable versions that come after the one in use by the order of its ecosystem; the median over the packages."
better     = "lower"
windows    = ["all"]
source     = "Cox, Bouwers, van Eekelen, Visser: Measuring Dependency Freshness in Software Systems (ICSE 2015): version sequence number"
limits     = "Projects release at different rhythms. Counts only packages whose version its registry lists in order: the denominator."
reads      = "inventory"
*/
with ordered as (
  select package, version, position,
         case when not prerelease and not coalesce(yanked, false) then 1 else 0 end as stable
  from package_versions
  where position is not null and (released_at is null or released_at <= $as_of)
), counted as (
  select package, version,
         sum(stable) over (partition by package) - sum(stable) over (partition by package order by position) as behind
  from ordered
), used as (
  select project, package, version, coalesce(direct, false) as direct
  from inventory
  where starts_with(package, 'pkg:')
), compared as (
  select u.project, u.direct, c.behind
  from used as u
  left join counted as c on c.package = u.package and c.version = u.version
)
select project as subject,
       cast(median(behind) as double) as value,
       cast(count(behind) as double) as denominator,
       {
         'components': count(*),
         'counted': count(behind),
         'most': max(behind),
         'direct_median': cast(median(case when direct then behind end) as double)
       } as evidence,
       case when count(behind) = 0 then 'no list of versions is known of what it uses (umbel sync packages)' end as why
from compared
group by project
