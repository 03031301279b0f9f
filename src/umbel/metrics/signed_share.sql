-- SPDX-FileCopyrightText: The Umbel contributors
-- SPDX-License-Identifier: Apache-2.0
/*
title      = "Signed share"
question   = "How many commits hold a signature?"
unit       = "share"
definition = "Of all commits in the window, the share that hold a cryptographic signature."
better     = "higher"
windows    = [365]
source     = "SLSA source track, OpenSSF (slsa.dev/spec)"
limits     = "Nobody checked the signatures. A forge signs what is merged with its button: that is the forge's word, not the author's."
missing    = "no commits in the window"
*/
with made as (
  select project, count(signed) as n, count(*) filter (where signed) as signed
  from commits
  where committed_at > $since and committed_at <= $as_of
  group by project
),
tags as (
  select project, count(*) as n, count(*) filter (where signed) as signed
  from releases
  where version is not null and released_at > $since and released_at <= $as_of
  group by project
)
select m.project as subject,
       cast(m.signed as double) / nullif(cast(m.n as double), 0) as value,
       cast(m.n as double) as denominator,
       {'signed': m.signed, 'signed_releases': coalesce(t.signed, 0), 'releases': coalesce(t.n, 0)} as evidence
from made as m
left join tags as t on t.project = m.project
