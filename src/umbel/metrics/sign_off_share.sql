-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Sign-off share"
question   = "How many commits were signed off by someone?"
unit       = "share"
definition = "Of the commits by people (merges left out), the share with at least one Signed-off-by line."
better     = "neither"
windows    = [365]
source     = "Developer Certificate of Origin 1.1 (developercertificate.org)"
limits     = "Whose line it is isn't asked. Few projects ask for a sign-off: 0 says only that it isn't the custom."
*/
with made as (
  select c.project, c.sha, c.trailers
  from commits as c
  join people as p on p.identity = c.author
  where not p.bot and c.parents < 2 and c.committed_at > $since and c.committed_at <= $as_of
),
named as (
  select project, sha, unnest(trailers) as trailer from made
),
signed_off as (
  select distinct project, sha from named where named.trailer.kind = 'signed-off-by'
),
counted as (
  select project, count(*) as n from signed_off group by project
),
totals as (
  select project, count(*) as n from made group by project
)
select t.project as subject,
       cast(coalesce(s.n, 0) as double) / nullif(cast(t.n as double), 0) as value,
       cast(t.n as double) as denominator,
       {'signed_off': coalesce(s.n, 0), 'commits': t.n} as evidence
from totals as t
left join counted as s on s.project = t.project
