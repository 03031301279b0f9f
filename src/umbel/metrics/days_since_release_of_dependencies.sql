-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Days since dependencies were released"
question   = "How long ago did a typical package that it uses make its newest release?"
unit       = "days"
definition = "Of each package in use, the days from its last release, pre-releases included, to the day asked for; the median over the packages."
better     = "lower"
windows    = ["all"]
source     = "CHAOSS: Release Frequency (chaoss.community/kb/metric-release-frequency), turned to what is used"
limits     = "What is finished needs no releases. Counts only packages with a release date: the denominator."
reads      = "inventory"
*/
with last as (
  select package, max(released_at) as released_at
  from package_versions
  where released_at <= $as_of
  group by package
), used as (
  select distinct project, package
  from inventory
  where starts_with(package, 'pkg:')
), aged as (
  select u.project, u.package,
         date_diff('day', cast(l.released_at as date), cast($as_of as date)) as days
  from used as u
  left join last as l on l.package = u.package
)
select project as subject,
       cast(median(days) as double) as value,
       cast(count(days) as double) as denominator,
       {
         'packages': count(*),
         'counted': count(days),
         'two_years': count(*) filter (where days > 730),
         'four_years': count(*) filter (where days > 1460),
         'most': max(days)
       } as evidence,
       case when count(days) = 0 then 'no release dates are known of what it uses (umbel sync packages)' end as why
from aged
group by project
