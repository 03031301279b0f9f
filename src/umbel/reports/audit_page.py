# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An audit summary as a page that stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel._version import __version__
from umbel.reports.audit import TITLE, need, reading, share, summary
from umbel.reports.listing import Column, table
from umbel.reports.markup import Html, element, short
from umbel.reports.page import asset, document

if TYPE_CHECKING:
    from umbel.policy.audit import Audit, Count, Figure, Package


def page(audit: Audit, name: str | None = None) -> str:
    """The whole page. `name` is whose audit it is. Pure: equal figures give equal bytes."""
    about = element(
        "div",
        element("p", TITLE, class_="kicker"),
        element("h1", element("bdi", short(name or "The whole portfolio", 120))),
    )
    dates = element("dl", element("dt", "As of"), element("dd", f"{audit.as_of:%Y-%m-%d}"), class_="when")
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    body = [
        element("p", summary(audit), class_="lead"),
        element("p", "Shares are of the projects of which something is known.", class_="lead"),
        _figures(audit),
        _packages(audit.packages),
    ]
    footer = element(
        "footer",
        element("p", f"Made by umbel {__version__}. What nobody knows counts neither as good nor as bad."),
    )
    title = f"{TITLE} · {short(name, 80)}" if name else TITLE
    return document(title, top, element("main", *body), footer)


def _figures(audit: Audit) -> Html:
    heading = element("h2", "Projects that …", id="figures-title")
    figures = element("div", *map(_figure, audit.figures), class_="numbers")
    return element("section", heading, figures, aria_labelledby="figures-title")


def _figure(figure: Figure) -> Html:
    projects = figure.projects
    wordy = projects.share is None
    because = element(
        "details",
        element("summary", "why?", element("span", f" {figure.title}", class_="aside")),
        element(
            "div",
            element("p", figure.limits),
            element("p", f"Of the components: {reading(figure.components, 'component')}."),
            *([element("p", need(figure))] if figure.missing else []),
            class_="why",
        ),
    )
    return element(
        "div",
        element("h3", f"… {figure.title}"),
        element("p", share(projects), class_="value words" if wordy else "value"),
        _gauge(projects),
        element("p", reading(projects, "project"), class_="of"),
        because,
        class_="figure",
    )


def _gauge(count: Count) -> Html:
    """Its part of all projects as a bar; what is unknown is part of the empty frame."""
    if not count.of:
        return Html()
    width = f"{count.met / count.of * 100:.2f}%"
    return element(
        "svg",
        Html('<rect class="track" width="100%" height="5"/>'),
        Html(f'<rect class="bar" width="{width}" height="5"/>'),
        class_="gauge",
        aria_hidden="true",
        focusable="false",
    )


def _packages(packages: list[Package]) -> Html:
    if not packages:
        return Html()
    columns = [
        Column("Package"),
        *(Column(name, "number") for name in ("Vulnerabilities", "High or critical", "Versions", "Projects")),
    ]
    rows = [
        (short(one.package, 120), one.vulnerabilities, one.high, one.versions, one.projects)
        for one in packages
    ]
    return element(
        "section",
        element("h2", "Packages with the most vulnerabilities", id="packages-title"),
        table("packages", columns, rows),
        aria_labelledby="packages-title",
    )
