-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Days since the last release"
question   = "How long ago was the last release?"
unit       = "days"
definition = "Days from the newest tag with a version that is no pre-release to the day asked for."
better     = "lower"
windows    = ["all"]
source     = "CHAOSS: Release Frequency (chaoss.community/kb/metric-release-frequency)"
limits     = "Sees tags only: a project may publish without tagging. A light tag has its commit's time. Maintenance releases of old lines count."
missing    = "no tag with a version"
whole      = false
*/
select project as subject,
       cast(date_diff(
         'day', cast(max(released_at) filter (where not prerelease) as date), cast($as_of as date)
       ) as double) as value,
       cast(count(*) filter (where not prerelease) as double) as denominator,
       {
         'last': cast(max(released_at) filter (where not prerelease) as date),
         'last_prerelease': cast(max(released_at) filter (where prerelease) as date),
         'releases': count(*) filter (where not prerelease)
       } as evidence,
       case when count(*) filter (where not prerelease) = 0 then 'only pre-releases are tagged' end as why
from releases
where version is not null and released_at <= $as_of
group by project
