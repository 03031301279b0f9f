-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Libyears"
question   = "How many years behind the newest releases is what it uses?"
unit       = "years"
definition = "The sum over its packages of the days from the release of the version in use to that of the newest stable version, divided by 365; a version that is newer counts 0."
better     = "lower"
windows    = ["all"]
source     = "Cox, Bouwers, van Eekelen, Visser: Measuring Dependency Freshness in Software Systems (ICSE 2015); libyear.com"
limits     = "Counts only packages whose both dates are known: the denominator. A package without a version is unknown, not fresh. An old line that is still cared for counts as behind."
reads      = "inventory"
*/
with stable as (
  select package, version, position, released_at,
         row_number() over (partition by package order by position desc, version) as place
  from package_versions
  where not prerelease and not coalesce(yanked, false) and position is not null
    and (released_at is null or released_at <= $as_of)
), used as (
  select project, package, version, coalesce(direct, false) as direct
  from inventory
  where starts_with(package, 'pkg:')
), compared as (
  select u.project, u.package, u.version, u.direct,
         v.version is not null as listed,
         case when v.released_at is null or n.released_at is null then null
              when v.position is not null and v.position >= n.position then 0
              else greatest(date_diff('day', cast(v.released_at as date), cast(n.released_at as date)), 0)
         end as days
  from used as u
  left join package_versions as v on v.package = u.package and v.version = u.version
  left join stable as n on n.package = u.package and n.place = 1
)
select project as subject,
       cast(sum(days) as double) / nullif(cast(365 as double), 0) as value,
       cast(count(days) as double) as denominator,
       {
         'components': count(*),
         'counted': count(days),
         'direct_years': cast(sum(case when direct then days end) as double) / nullif(cast(365 as double), 0),
         'direct_counted': count(case when direct then days end),
         'transitive_years': cast(sum(case when not direct then days end) as double) / nullif(cast(365 as double), 0),
         'transitive_counted': count(case when not direct then days end),
         'without_version': count(*) filter (where version is null),
         'unlisted': count(*) filter (where version is not null and not listed),
         'most': cast(max(days) as double) / nullif(cast(365 as double), 0)
       } as evidence,
       case when count(days) = 0 then 'no release dates are known of what it uses (umbel sync packages)' end as why
from compared
group by project
