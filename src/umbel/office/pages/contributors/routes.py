# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may see and say what of the contributors' pages. The catalogue is anyone's where the deployment says so."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import Route, page

_VIEWS = "umbel.office.pages.contributors.views"

ROUTES = [
    page("contributors/", f"{_VIEWS}.home", "contributors", title="Contributors"),
    page("catalogue/", f"{_VIEWS}.catalogue", "catalogue", who=Who.CATALOGUE, title="Catalogue"),
    page(
        "catalogue/<path:project>/",
        f"{_VIEWS}.catalogue_project",
        "catalogue-project",
        who=Who.CATALOGUE,
        sample={"project": "till"},
    ),
    page("who/", f"{_VIEWS}.who_works", "who-works-on-what", title="Who works on what"),
    page("help-wanted/", f"{_VIEWS}.help_wanted", "help-wanted", title="Help wanted"),
    page("recognition/", f"{_VIEWS}.recognition", "recognition", title="Recognition"),
    page("links/", f"{_VIEWS}.shared_links", "shared-links", title="Shared links"),
    page(
        "links/new/",
        f"{_VIEWS}.link_new",
        "link-new",
        who=Who.CONTRIBUTOR,
        post=Who.CONTRIBUTOR,
        scope="decide",
    ),
    Route(
        path="links/withdraw/",
        name="link-withdraw",
        view=f"{_VIEWS}.link_withdraw",
        allow={"POST": Who.CONTRIBUTOR},
        scope="decide",
    ),
    page("paths/", f"{_VIEWS}.golden_paths", "golden-paths", title="Golden paths"),
    page(
        "paths/<slug:name>/", f"{_VIEWS}.golden_path", "golden-path", sample={"name": "contribute-upstream"}
    ),
]
