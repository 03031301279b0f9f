-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Release frequency"
question   = "How many releases were made?"
unit       = "releases"
definition = "Tags with a version that is no pre-release in the window, patch releases included; several on one day (parts of one repository) count once."
better     = "neither"
windows    = [365]
source     = "CHAOSS: Release Frequency (chaoss.community/kb/metric-release-frequency)"
limits     = "Sees tags only. Unknown where no tag with a version was ever set: releases may be made elsewhere."
missing    = "no tag with a version"
*/
select project as subject,
       cast(count(distinct cast(released_at as date)) filter (where not prerelease and released_at > $since) as double)
         as value,
       cast(count(*) filter (where not prerelease) as double) as denominator,
       {
         'days': count(distinct cast(released_at as date)) filter (where not prerelease and released_at > $since),
         'tags': count(*) filter (where not prerelease and released_at > $since),
         'prereleases': count(*) filter (where prerelease and released_at > $since),
         'ever': count(*) filter (where not prerelease)
       } as evidence
from releases
where version is not null and released_at <= $as_of
group by project
