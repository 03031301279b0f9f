-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Days since the last commit"
question   = "How long ago did anyone change anything?"
unit       = "days"
definition = "Days from the last commit by a person to the day asked for."
better     = "lower"
windows    = ["all"]
source     = "CHAOSS: Activity Dates and Times (chaoss.community/kb/metric-activity-dates-and-times)"
limits     = "By the committer's clock; one in the future counts as the day on which it was read. Commits of bots don't count, and stand in the evidence."
missing    = "no commits by people"
whole      = false
*/
select project as subject,
       cast(date_diff('day', cast(max(committed_at) filter (where not bot) as date), cast($as_of as date)) as double) as value,
       cast(count(*) as double) as denominator,
       {
         'last': cast(max(committed_at) filter (where not bot) as date),
         'last_by_a_bot': cast(max(committed_at) filter (where bot) as date)
       } as evidence
from contributions
where committed_at <= $as_of
group by project
