-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Packages past their end of life"
question   = "Of what it uses, how much is in a release cycle whose life has ended?"
unit       = "share"
definition = "Of the package versions in use whose release cycle says when or whether its life ends, the share for which that was by the day."
better     = "lower"
windows    = ["all"]
source     = "endoflife.date: end of life, mapped by purl; NIST SP 800-53 SA-22, unsupported system components"
limits     = "Most packages are in no list of lifecycles: the denominator counts those that are, in a cycle that is known. Distributions are no packages: umbel lifecycle tells of them."
reads      = "lifecycles"
*/
with used as (
  select project, package, version, coalesce(direct, false) as direct
  from inventory
  where starts_with(package, 'pkg:')
), told as (
  select u.project, u.direct, e.project is not null as listed,
         case when e.eol_on is not null then e.eol_on <= cast($as_of as date) else e.eol end as ended
  from used as u
  left join life_ends as e on e.project = u.project and e.package = u.package and e.version is not distinct from u.version
)
select project as subject,
       cast(count(*) filter (where ended) as double) / nullif(cast(count(ended) as double), 0) as value,
       cast(count(ended) as double) as denominator,
       {
         'components': count(*),
         'counted': count(ended),
         'ended': count(*) filter (where ended),
         'direct_ended': count(*) filter (where ended and direct),
         'listed': count(*) filter (where listed)
       } as evidence,
       case when count(ended) = 0 then 'no lifecycle is known of what it uses (umbel sync lifecycles)' end as why
from told
group by project
