-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Commit activity"
question   = "How many commits did people make?"
unit       = "commits"
definition = "Commits in the window whose author is no bot; the denominator is all commits, bots' included."
better     = "neither"
windows    = [90, 365]
source     = "CHAOSS: Code Changes Commits (chaoss.community/kb/metric-code-changes-commits)"
limits     = "Habits differ: one project squashes what another commits in ten steps. Compare a project with itself. Merges are included."
missing    = 0
*/
select project as subject,
       cast(count(*) filter (where not bot) as double) as value,
       cast(count(*) as double) as denominator,
       {'by_people': count(*) filter (where not bot), 'by_bots': count(*) filter (where bot)} as evidence
from contributions
where role = 'author' and committed_at > $since and committed_at <= $as_of
group by project
