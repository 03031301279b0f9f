# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a product's people take away: its SBOM, its notices, its evidence pack; each is made apart and waited for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import reverse

from umbel.app.names import matcher
from umbel.model.errors import UsageError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of, newest
from umbel.office.errors import refused
from umbel.office.pages.management import apart
from umbel.office.pages.products.figures import project_names
from umbel.office.records import audit
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from umbel.office.seen import Seen


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Kind(NamedTuple):
    """A kind of paper: what it is called, the file's ending, and the command that writes it.

    The name stands where the command says, else behind all options.
    """

    title: str
    ending: str
    command: tuple[str, ...]
    who: Who = Who.VIEWER


KINDS = {
    "sbom": Kind("SBOM (CycloneDX 1.6)", "cdx.json", ("sbom", "--product")),
    "spdx": Kind("SBOM (SPDX 2.3)", "spdx.json", ("sbom", "--product", "-f", "spdx")),
    "notices": Kind("Third-party notices", "html", ("notices", "--product", "-f", "html")),
    "review": Kind("Quarterly review", "pdf", ("document", "quarterly-review", "--product={name}")),
    "pack": Kind("Evidence pack", "zip", ("pack", "write", "--product={name}"), Who.OFFICE),
}


class Paper(NamedTuple):
    """A paper of one product, and how far it is."""

    kind: str
    title: str
    state: apart.Made


def offered(looks: Seen, name: str) -> list[Paper]:
    """The papers of a product that somebody may have."""
    return [
        Paper(kind, each.title, apart.made(_key(looks, kind, name), each.ending))
        for kind, each in KINDS.items()
        if allows(each.who, looks.roles)
    ]


def paper(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """One paper: ordered by POST, taken by GET. Raises `UsageError` where it isn't there yet."""
    looks, chosen = seen_module.of(request), KINDS.get(kind)
    if chosen is None or all(each.name != name for each in workspace().settings.products):
        raise Http404(f"There is no such paper of {name}.")
    if not allows(chosen.who, looks.roles):
        return refused(request, 403, "Your account may not see or do this.", "Ask the office if you need it.")
    if not _may_read(looks, workspace().product(name).projects):
        return refused(
            request, 403, "It speaks of projects, some of which you may not see.", "Ask the office."
        )
    state = apart.made(_key(looks, kind, name), chosen.ending)
    if request.method == "POST":
        apart.order(_key(looks, kind, name), chosen.ending, _command(looks, chosen, name))
        if chosen.who is Who.OFFICE:
            audit(request, "pack.order", name, "")
        return HttpResponseRedirect(reverse("product", args=[name]))
    if state.how != apart.How.READY:
        raise UsageError(
            "It isn't there yet.", "Ask for it on the product's page, and look again in a minute."
        )
    file = f"{_UNSAFE.sub('-', name)[:60]}-{kind}.{chosen.ending}"
    return FileResponse(state.path.open("rb"), as_attachment=True, filename=file)


def _may_read(looks: Seen, patterns: Sequence[str]) -> bool:
    """Whether somebody may see every project that a product's papers speak of."""
    if not looks.hidden:
        return True
    members = matched(looks, patterns)
    return (
        members is not None
        and all(map(looks.shows, members))
        and not any(map(matcher(patterns), looks.hidden))
    )


def matched(looks: Seen, patterns: Sequence[str]) -> list[str] | None:
    """The known projects that patterns name; None while nobody can tell."""
    known = figure_of(project_names, looks).value
    return None if known is None else list(filter(matcher(patterns), known))


def told_patterns(looks: Seen, patterns: Sequence[str]) -> tuple[str, ...]:
    """The patterns that may be told: none that names confidential projects and no other."""
    if not looks.hidden:
        return tuple(patterns)
    known = figure_of(project_names, looks).value or []

    def may_tell(pattern: str) -> bool:
        if not looks.shows(pattern):
            return False
        means = matcher([pattern])
        named = list(filter(means, known))
        return any(map(looks.shows, named)) or not (named or any(map(means, looks.hidden)))

    return tuple(filter(may_tell, patterns))


def _command(looks: Seen, chosen: Kind, name: str) -> list[str]:
    """What is run: a name that begins with a dash is a name all the same."""
    filled = [each.replace("{name}", name) for each in chosen.command]
    day = [] if looks.day is None else [f"--as-of={looks.day.isoformat()}"]
    last = ["--", name] if filled == list(chosen.command) else []
    return [*filled, "-o", "{path}", "-C", str(workspace().folder), *day, *last]


def _key(looks: Seen, kind: str, name: str) -> list[str]:
    edition = newest(looks).edition
    return [
        "product",
        kind,
        name,
        edition.key if edition else "none",
        looks.day.isoformat() if looks.day else "",
    ]
