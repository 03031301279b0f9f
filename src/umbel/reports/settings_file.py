# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A first `umbel.toml`, with comments, from what was found in a folder."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT = """\
# What Umbel knows about you: the organisation, its products, and where evidence comes from.
# Everything is optional. After a change, `umbel products` shows what Umbel understood,
# and every fault of this file with its line.

[organisation]
{organisation}
# E-mail domains of your people: they tell your own contributions from those of others.
domains = []
# departments = ["Payments", "Logistics"]

[sources]
# What `umbel collect` reads when it is given no path; relative to this file.
paths = ["."]

# [lake]
# Where the evidence is kept: a folder beside this file, or object storage ("s3://bucket/umbel").
# url = ".umbel/lake"

# Products are what business depends on. A pattern in `projects` is a project's name or the end of
# it; * stands for anything. A project that belongs to no product is shown as such, never dropped.
{products}
# Documents that speak of one project under several names are brought together like this:
# [[projects]]
# name = "shop"
# match = ["github.com/acme/shop", "shop-backend", "sboms/shop-*.json"]

# The web office (`umbel serve`). Who may do what there goes by accounts (`umbel office account`), or by single sign-on:
# [office.roles]
# legal = ["legal-*"]             # patterns of groups; also: viewer, contributor, security, office
#
# Projects that only some may see:
# [[office.confidential]]
# projects = ["skunkworks-*"]
# roles = ["security"]            # or people, groups, teams
"""

_PRODUCT = """\
# [[products]]
# name = "{name}"
# owner = "team@example.org"
# department = "…"
# criticality = "high"            # low, medium, high or critical
# distribution = ["hosted"]       # internal, hosted, distributed-binary, distributed-source, embedded-device
# projects = [{projects}]
#
# [[products.releases]]
# version = "1.0"
# released = 2026-01-31
# end_of_support = 2028-01-31
"""

MOST_PROJECTS = 20


def draft(projects: Sequence[str]) -> str:
    """The file's text. `projects` are the names of those that were found, in any number."""
    owner = _owner(projects)
    organisation = f"name = {_quoted(owner)}" if owner else '# name = "Acme"'
    shown = [_quoted(name) for name in sorted(projects)[:MOST_PROJECTS]]
    listed = "\n".join(f"#   {name}," for name in shown)
    if len(projects) > MOST_PROJECTS:
        listed += f"\n#   … and {len(projects) - MOST_PROJECTS:,} more"
    inner = f"\n{listed}\n# " if shown else ""
    name = (shown[0].strip('"').rpartition("/")[2] if shown else "Shop").replace('"', "")
    return _TEXT.format(organisation=organisation, products=_PRODUCT.format(name=name, projects=inner))


def _owner(projects: Sequence[str]) -> str | None:
    """The owner in most of the remotes (host/owner/name), if there is one."""
    owners = Counter(
        name.split("/")[1] for name in projects if name.count("/") >= 2 and "." in name.split("/")[0]
    )
    return owners.most_common(1)[0][0] if owners else None


def _quoted(text: str) -> str:
    escaped = (
        "".join(c if c.isprintable() else "\ufffd" for c in text).replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
