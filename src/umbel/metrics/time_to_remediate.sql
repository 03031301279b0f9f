-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Time to remediate"
question   = "How long do known vulnerabilities stay?"
unit       = "days"
definition = "The median of the days from when a vulnerability was both published and in the project to the first document without an affected version, of those mended in the window."
better     = "lower"
windows    = [365, "all"]
source     = "CHAOSS: Time to Close, applied to vulnerabilities; NIST SP 800-40r4, metrics of enterprise patch management"
limits     = "Of what may be shipped (runtime, optional and unknown scope). Times are those of the documents that show it: what nobody looked at is seen late. One that was gone before it was published never counts. Those still open are not in the median: see open."
reads      = "remediations"
*/
with known as (
  select distinct project from usage
), counted as (
  select project, severity, opened_at, closed_at, due_at
  from remediations
  where shipped and opened_at <= $as_of
), measured as (
  select project, severity, closed_at, due_at,
         cast(date_diff('day', cast(opened_at as date), cast(closed_at as date)) as double) as days,
         closed_at is not null and closed_at > $since and closed_at <= $as_of as mended,
         closed_at is null or closed_at > $as_of as stands
  from counted
)
select k.project as subject,
       median(case when m.mended then m.days end) as value,
       cast(count(*) filter (where m.mended) as double) as denominator,
       {
         'closed': count(*) filter (where m.mended),
         'open': count(*) filter (where m.stands),
         'longest': max(case when m.mended then m.days end),
         'critical': median(case when m.mended and m.severity = 'critical' then m.days end),
         'high': median(case when m.mended and m.severity = 'high' then m.days end),
         'closed_late': count(*) filter (where m.mended and m.closed_at > m.due_at)
       } as evidence,
       case when count(*) filter (where m.mended) = 0 then 'no known vulnerability was mended in the window' end as why
from known as k
left join measured as m on m.project = k.project
group by k.project
