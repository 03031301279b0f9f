-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Patch coverage"
question   = "Of the vulnerabilities known in the window, how many are mended?"
unit       = "share"
definition = "Of the vulnerabilities that stood open at any time in the window, the share that no document shows any more on its last day."
better     = "higher"
windows    = [365, "all"]
source     = "CHAOSS: Time to Close, applied to vulnerabilities; NIST SP 800-40r4, metrics of enterprise patch management"
limits     = "Of what may be shipped (runtime, optional and unknown scope). Times are those of the documents that show it: what nobody looked at is seen late. One that was gone before it was published never counts. A package that was removed mends its vulnerabilities, too."
reads      = "remediations"
*/
with known as (
  select distinct project from usage
), counted as (
  select project, severity, opened_at, closed_at, due_at
  from remediations
  where shipped and opened_at <= $as_of
    and (closed_at is null or closed_at > $since)
), told as (
  select project, severity, closed_at is not null and closed_at <= $as_of as mended
  from counted
)
select k.project as subject,
       cast(count(*) filter (where t.mended) as double) / nullif(cast(count(t.mended) as double), 0) as value,
       cast(count(t.mended) as double) as denominator,
       {
         'known': count(t.mended),
         'mended': count(*) filter (where t.mended),
         'open': count(*) filter (where not t.mended),
         'high_known': count(*) filter (where t.severity in ('high', 'critical')),
         'high_mended': count(*) filter (where t.mended and t.severity in ('high', 'critical'))
       } as evidence,
       case when count(t.mended) = 0 then 'no vulnerability was known in the window' end as why
from known as k
left join told as t on t.project = k.project
group by k.project
