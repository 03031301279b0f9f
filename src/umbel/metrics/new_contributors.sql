-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "New contributors"
question   = "How many people contributed for the first time?"
unit       = "people"
definition = "People whose first contribution to the project lies in the window."
better     = "higher"
windows    = [365]
source     = "CHAOSS: New Contributors (chaoss.community/kb/metric-new-contributors)"
limits     = "Sees only commits. A person whose identities are not merged is new again under each. In the first year of a project everyone is new. Bots are left out."
missing    = 0
*/
with by_person as (
  select project, person, min(committed_at) as first_at, max(committed_at) as last_at
  from contributions
  where not bot and committed_at <= $as_of
  group by project, person
)
select project as subject,
       cast(count(*) filter (where first_at > $since) as double) as value,
       cast(count(*) filter (where last_at > $since) as double) as denominator,
       {
         'new': count(*) filter (where first_at > $since),
         'active': count(*) filter (where last_at > $since),
         'ever': count(*)
       } as evidence
from by_person
group by project
