-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Bot share"
question   = "How much of the activity is automatic?"
unit       = "share"
definition = "Of all commits in the window, the share whose author is a bot."
better     = "neither"
windows    = [365]
source     = "CHAOSS: Bot Activity (chaoss.community/kb/metric-bot-activity)"
limits     = "Bots are known by a list and by patterns; one that commits under a person's name counts as that person."
missing    = "no commits in the window"
*/
select project as subject,
       cast(count(*) filter (where bot) as double) / nullif(cast(count(*) as double), 0) as value,
       cast(count(*) as double) as denominator,
       {'by_bots': count(*) filter (where bot), 'bots': count(distinct person) filter (where bot)} as evidence
from contributions
where role = 'author' and committed_at > $since and committed_at <= $as_of
group by project
