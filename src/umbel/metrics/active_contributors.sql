-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Active contributors"
question   = "How many people contributed?"
unit       = "people"
definition = "People who are author or co-author of at least one commit in the window."
better     = "higher"
windows    = [90, 365]
source     = "CHAOSS: Contributors (chaoss.community/kb/metric-contributors)"
limits     = "Sees only commits: who reports, reviews, translates or answers is not counted. Bots are left out."
missing    = 0
*/
select project as subject,
       cast(count(distinct person) as double) as value,
       cast(count(*) as double) as denominator,
       {'contributions': count(*), 'people': count(distinct person)} as evidence
from contributions
where not bot and committed_at > $since and committed_at <= $as_of
group by project
