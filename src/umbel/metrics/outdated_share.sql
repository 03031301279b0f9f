-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Outdated packages"
question   = "Of what it uses, how much has a newer stable version?"
unit       = "share"
definition = "Of the packages in use whose version its registry lists in order, the share with a newer stable version that was not withdrawn."
better     = "lower"
windows    = ["all"]
source     = "CHAOSS: Libyears and upstream code dependencies (chaoss.community/kb/metric-libyears)"
limits     = "A newer version need not be a better one. Packages whose order or version is unknown are left out: see components and counted."
reads      = "inventory"
*/
with newest as (
  select package, max(position) as position
  from package_versions
  where not prerelease and not coalesce(yanked, false) and position is not null
    and (released_at is null or released_at <= $as_of)
  group by package
), used as (
  select project, package, version, coalesce(direct, false) as direct
  from inventory
  where starts_with(package, 'pkg:')
), compared as (
  select u.project, u.direct, v.position < n.position as outdated
  from used as u
  left join package_versions as v on v.package = u.package and v.version = u.version
  left join newest as n on n.package = u.package
)
select project as subject,
       cast(count(*) filter (where outdated) as double) / nullif(cast(count(outdated) as double), 0) as value,
       cast(count(outdated) as double) as denominator,
       {
         'components': count(*),
         'counted': count(outdated),
         'outdated': count(*) filter (where outdated),
         'direct_outdated': count(*) filter (where outdated and direct)
       } as evidence,
       case when count(outdated) = 0 then 'no list of versions is known of what it uses (umbel sync packages)' end as why
from compared
group by project
