-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Overdue vulnerabilities"
question   = "Of the open vulnerabilities, how many should have been mended by now?"
unit       = "share"
definition = "Of the vulnerabilities that stand open, the share whose time to mend is over: 7 days for critical ones, 30 for high, 90 for medium and those without a severity, 180 for low."
better     = "lower"
windows    = [365, "all"]
source     = "CHAOSS: Time to Close, applied to vulnerabilities; NIST SP 800-40r4, metrics of enterprise patch management"
limits     = "Of what may be shipped (runtime, optional and unknown scope). Times are those of the documents that show it: what nobody looked at is seen late. One that was gone before it was published never counts. The days are the shipped policy; one of your own changes what findings say, not this figure."
reads      = "remediations"
*/
with known as (
  select distinct project from usage
), counted as (
  select project, severity, opened_at, closed_at, due_at
  from remediations
  where shipped and opened_at <= $as_of
), told as (
  select project,
         closed_at is null or closed_at > $as_of as stands,
         due_at < $as_of as overdue,
         closed_at > $since and closed_at <= $as_of as mended,
         closed_at > due_at as late
  from counted
  where due_at is not null
)
select k.project as subject,
       cast(count(*) filter (where t.stands and t.overdue) as double)
         / nullif(cast(count(*) filter (where t.stands) as double), 0) as value,
       cast(count(*) filter (where t.stands) as double) as denominator,
       {
         'open': count(*) filter (where t.stands),
         'overdue': count(*) filter (where t.stands and t.overdue),
         'closed': count(*) filter (where t.mended),
         'closed_late': count(*) filter (where t.mended and t.late)
       } as evidence,
       case when count(*) filter (where t.stands) = 0 then 'no known vulnerability with a time to mend is open' end as why
from known as k
left join told as t on t.project = k.project
group by k.project
