# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may see and say what of the ecosystem."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.ecosystem.views"
_PROJECTS = "umbel.office.pages.ecosystem.projects"
_ACTING = "umbel.office.pages.ecosystem.acting"
_PROJECT = {"project": "git.example/acme/frame"}

ROUTES = [
    page("ecosystem/", f"{_VIEWS}.home", "ecosystem", title="Ecosystem"),
    page("strategic/", f"{_VIEWS}.strategic", "strategic", title="Strategic projects"),
    page("strategic/<path:project>/", f"{_PROJECTS}.project_page", "strategic-project", sample=_PROJECT),
    page(
        "decide/stance/<path:project>/",
        f"{_PROJECTS}.stance",
        "strategic-stance",
        who=Who.OFFICE,
        post=Who.OFFICE,
        scope="decide",
        sample=_PROJECT,
    ),
    page(
        "say/opinion/<path:project>/",
        f"{_PROJECTS}.opinion",
        "strategic-opinion",
        who=Who.CONTRIBUTOR,
        post=Who.CONTRIBUTOR,
        scope="decide",
        sample=_PROJECT,
    ),
    page(
        "decide/coordinator/<path:project>/",
        f"{_PROJECTS}.coordinator",
        "strategic-coordinator",
        who=Who.OFFICE,
        post=Who.OFFICE,
        scope="decide",
        sample=_PROJECT,
    ),
    page("fragility/", f"{_VIEWS}.fragility", "fragility", title="Fragility"),
    page("sovereignty/", f"{_VIEWS}.sovereignty", "sovereignty", title="Control"),
    page("funding/", f"{_VIEWS}.funding", "funding", title="Funding"),
    page("contributions/", f"{_VIEWS}.contributions", "contributions", title="Contributions"),
    page(
        "contributions/new/",
        f"{_ACTING}.contribution_new",
        "contribution-new",
        who=Who.CONTRIBUTOR,
        post=Who.CONTRIBUTOR,
        scope="decide",
    ),
    page(
        "contributions/<str:name>/",
        f"{_ACTING}.contribution",
        "contribution",
        post=Who.CONTRIBUTOR,
        scope="decide",
        sample={"name": "c-00000000"},
    ),
    page("radar/", f"{_VIEWS}.radar", "radar", title="Technology radar"),
    page("evaluations/", f"{_VIEWS}.evaluations", "evaluations", title="Evaluations"),
    page(
        "evaluations/decide/",
        f"{_ACTING}.evaluation_decide",
        "evaluation-decide",
        who=Who.APPROVER,
        post=Who.APPROVER,
        scope="decide",
    ),
    page("owners/", f"{_VIEWS}.owners", "owner-questions", title="Owners' questions"),
    page(
        "owners/<path:product>/",
        f"{_ACTING}.owner_questions",
        "owner-questions-of",
        post=Who.VIEWER,
        scope="decide",
        sample={"product": "Shop"},
    ),
]
