# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lists of these pages, made once an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.editions import Column, Kind, Listing, Shared, listing

if TYPE_CHECKING:
    import pyarrow as pa

    from umbel.app.portfolio import Rows

AMONG = Column(
    name="among",
    title="Used by",
    kind=Kind.WORDS,
    shown=False,
    about="The projects, where they are few: so that it shows to nobody who may see none of them.",
)


def rows_of(shared: Shared) -> Rows:
    """The portfolio of an edition; what its lists share is made by the first of them."""
    return shared.once("portfolio", lambda: shared.workspace.portfolio(shared.known))


def projects_table(shared: Shared) -> pa.Table:
    """The rows of `PROJECTS`, made once an edition."""
    return shared.once("projects", lambda: rows_of(shared).projects(shared.known.verdict.findings))


def packages_table(shared: Shared) -> pa.Table:
    """The rows of `PACKAGES`, made once an edition."""
    return shared.once("packages", lambda: rows_of(shared).packages())


@listing
def PROJECTS() -> Listing:  # noqa: N802 - the decorator makes it a constant
    """Our projects."""
    return Listing(
        name="projects",
        title="Projects",
        noun=("project", "projects"),
        about="Everything of ours of which there is evidence, or which somebody declared, and how much is known of it.",
        columns=(
            Column(name="project", title="Project", link="project", searched=True),
            Column(name="products", title="Products", kind=Kind.WORDS, filtered=True, searched=True),
            Column(
                name="criticality",
                title="Criticality",
                filtered=True,
                about="That of the most critical product that it is a part of.",
            ),
            Column(name="distribution", title="Distribution", kind=Kind.WORDS, filtered=True, shown=False),
            Column(
                name="evidence",
                title="Evidence",
                kind=Kind.OUTCOME,
                filtered=True,
                about="complete, partial (something couldn't be read, or can't tell everything), failed or none",
            ),
            Column(
                name="documents",
                title="Documents",
                kind=Kind.NUMBER,
                about="SBOMs, lockfiles and environments.",
                shown=False,
            ),
            Column(name="failed", title="Unreadable", kind=Kind.NUMBER, shown=False),
            Column(
                name="components",
                title="Components",
                kind=Kind.NUMBER,
                filtered=True,
                about="Package versions.",
            ),
            Column(name="packages", title="Packages", kind=Kind.NUMBER, shown=False),
            Column(
                name="direct", title="Direct", kind=Kind.NUMBER, about="Packages that it asks for itself."
            ),
            Column(
                name="fail", title="Fail", kind=Kind.NUMBER, filtered=True, about="Findings that stop a gate."
            ),
            Column(
                name="warn",
                title="Warn",
                kind=Kind.NUMBER,
                filtered=True,
                about="Findings that are warned of.",
            ),
            Column(name="note", title="Note", kind=Kind.NUMBER, shown=False),
            Column(
                name="license_unknown",
                title="Licence unknown",
                kind=Kind.NUMBER,
                filtered=True,
                about="Components of which no document says the licence.",
            ),
            Column(name="newest", title="Newest evidence", kind=Kind.MOMENT),
            Column(name="age", title="Age in days", kind=Kind.NUMBER, filtered=True, shown=False),
            Column(name="producers", title="Made by", kind=Kind.WORDS, filtered=True, shown=False),
        ),
        order="project",
        rows=projects_table,
        project="project",
        detail="project",
        global_search="project",
        empty="There is no evidence of any project yet.",
        empty_hint="Collect it on the command line (umbel collect .), or upload an SBOM.",
    )


@listing
def PACKAGES() -> Listing:  # noqa: N802
    """The packages in use."""
    return Listing(
        name="packages",
        title="Packages",
        noun=("package", "packages"),
        about="Every package in use, whatever its version, and what is known of it.",
        columns=(
            Column(name="name", title="Package", link="package", searched=True),
            Column(name="ecosystem", title="Ecosystem", filtered=True),
            Column(
                name="projects", title="Projects", kind=Kind.NUMBER, filtered=True, about="Ours that use it."
            ),
            Column(
                name="direct_share",
                title="Direct",
                kind=Kind.SHARE,
                about="Of the projects that tell, the share that asks for it itself.",
            ),
            Column(name="direct_in", title="Direct in", kind=Kind.NUMBER, shown=False),
            Column(name="told_in", title="Directness known in", kind=Kind.NUMBER, shown=False),
            Column(
                name="versions", title="Versions", kind=Kind.NUMBER, filtered=True, about="Versions in use."
            ),
            Column(name="licenses", title="Licences", kind=Kind.WORDS, filtered=True, searched=True),
            Column(
                name="severity",
                title="Advisories",
                kind=Kind.OUTCOME,
                filtered=True,
                about="How grave the worst is that affects a version in use; none: all are known, and none does.",
            ),
            Column(name="advisories", title="Known advisories", kind=Kind.NUMBER, filtered=True, shown=False),
            Column(name="advisory_ids", title="Advisory ids", kind=Kind.WORDS, searched=True, shown=False),
            Column(
                name="ended",
                title="End of life",
                kind=Kind.YES,
                filtered=True,
                about="A version in use gets no more fixes; unknown where no list of lifecycles has it.",
            ),
            Column(
                name="deprecated",
                title="Deprecated",
                kind=Kind.YES,
                filtered=True,
                shown=False,
                about="Its registry says that it should not be used any more.",
            ),
            Column(name="upstream", title="From", link="upstream", link_key="upstream", searched=True),
            Column(name="latest", title="Latest", about="The newest stable version, by its registry."),
            Column(name="key", title="purl", searched=True, shown=False),
            AMONG,
        ),
        order="-projects",
        rows=packages_table,
        project="among",
        counts=("projects", "direct_in", "told_in", "direct_share"),
        detail="package",
        global_search="package",
        empty="No package is in use yet, as far as is known.",
        empty_hint="Collect evidence, or upload an SBOM.",
    )


@listing
def COMPONENTS() -> Listing:  # noqa: N802
    """The package versions in use."""
    return Listing(
        name="components",
        title="Components",
        noun=("component", "components"),
        about="Every package version in use.",
        columns=(
            Column(name="name", title="Package", link="package", link_key="package", searched=True),
            Column(name="version", title="Version", searched=True),
            Column(name="ecosystem", title="Ecosystem", filtered=True),
            Column(name="projects", title="Projects", kind=Kind.NUMBER, filtered=True),
            Column(name="direct_in", title="Direct in", kind=Kind.NUMBER, filtered=True),
            Column(
                name="scope",
                title="Scope",
                filtered=True,
                about="What it is used for; of several, what matters most.",
            ),
            Column(name="licenses", title="Licences", kind=Kind.WORDS, filtered=True),
            Column(name="severity", title="Advisories", kind=Kind.OUTCOME, filtered=True),
            Column(name="advisories", title="Known advisories", kind=Kind.NUMBER, filtered=True, shown=False),
            Column(name="advisory_ids", title="Advisory ids", kind=Kind.WORDS, searched=True, shown=False),
            Column(name="deprecated", title="Deprecated", kind=Kind.YES, filtered=True),
            Column(name="yanked", title="Withdrawn", kind=Kind.YES, filtered=True, shown=False),
            Column(name="ended", title="End of life", kind=Kind.YES, filtered=True),
            Column(name="released_at", title="Released", kind=Kind.MOMENT, filtered=True),
            Column(name="package", title="purl", searched=True, shown=False),
            AMONG,
        ),
        order="-projects",
        rows=lambda shared: rows_of(shared).components(),
        project="among",
        counts=("projects", "direct_in"),
        empty="No component is in use yet, as far as is known.",
        empty_hint="Collect evidence, or upload an SBOM.",
    )


@listing
def UPSTREAMS() -> Listing:  # noqa: N802
    """The projects that packages come from."""
    return Listing(
        name="upstreams",
        title="Upstream projects",
        noun=("upstream project", "upstream projects"),
        about="The projects that the packages in use come from: who they are, how much hangs on them, how they fare.",
        columns=(
            Column(name="project", title="Project", link="upstream", searched=True),
            Column(
                name="packages",
                title="Packages",
                kind=Kind.NUMBER,
                filtered=True,
                about="In use here, from it.",
            ),
            Column(name="package_names", title="Called", kind=Kind.WORDS, searched=True, shown=False),
            Column(name="projects", title="Our projects", kind=Kind.NUMBER, filtered=True),
            Column(name="direct_in", title="Direct in", kind=Kind.NUMBER, shown=False),
            Column(name="products", title="Products", kind=Kind.NUMBER, filtered=True, shown=False),
            Column(name="place", title="Place", kind=Kind.NUMBER, about="In the strategic list."),
            Column(name="strategic", title="Strategic", kind=Kind.NUMBER, filtered=True, about="1 to 10."),
            Column(name="priority", title="Priority", kind=Kind.NUMBER, shown=False),
            Column(name="fragility", title="Fragility", kind=Kind.OUTCOME, filtered=True),
            Column(name="risk", title="Risk", kind=Kind.SHARE, filtered=True, shown=False),
            Column(name="stance", title="Stance", filtered=True, about="What to do with it."),
            Column(name="governed", title="Governed by", filtered=True),
            Column(
                name="exposure",
                title="Exposure",
                kind=Kind.OUTCOME,
                filtered=True,
                about="Should the one in control change the terms.",
            ),
            Column(name="examined", title="Examined", kind=Kind.YES, filtered=True, shown=False),
            Column(name="url", title="Address", shown=False),
            AMONG,
        ),
        order="place",
        rows=lambda shared: rows_of(shared).upstreams(),
        project="among",
        counts=("projects", "direct_in", "products"),
        detail="upstream",
        global_search="upstream project",
        empty="No package in use could be told to a project.",
        empty_hint="Packages are told to projects by their purls, registries and metadata: umbel upstream says how.",
    )


@listing
def PEOPLE() -> Listing:  # noqa: N802
    """Those who write what we use and what we make."""
    return Listing(
        name="people",
        title="People",
        noun=("person or program", "people and programs"),
        about="Who writes our projects and those that we stand on. Names show of those alone who wished so.",
        columns=(
            Column(
                name="called",
                title="Person",
                link="person",
                searched=True,
                about="A name of those who wished to be named; else a pseudonym.",
            ),
            Column(name="person", title="Pseudonym", searched=True, shown=False),
            Column(name="name", title="Name", shown=False, about="Of those who opted in."),
            Column(name="kind", title="Kind", filtered=True),
            Column(
                name="organisation",
                title="Works for",
                filtered=True,
                about="By their newest commit; kept back where fewer than three write from there.",
            ),
            Column(name="ours", title="Ours", kind=Kind.YES, filtered=True),
            Column(name="roles", title="Roles", kind=Kind.WORDS, filtered=True),
            Column(name="projects", title="Our projects", kind=Kind.NUMBER, filtered=True),
            Column(name="commits", title="Commits", kind=Kind.NUMBER, filtered=True),
            Column(name="upstream_projects", title="Upstream projects", kind=Kind.NUMBER, filtered=True),
            Column(name="upstream_commits", title="Upstream commits", kind=Kind.NUMBER),
            Column(name="since", title="Since", kind=Kind.MOMENT, shown=False),
            Column(name="last", title="Last seen", kind=Kind.MOMENT, filtered=True),
        ),
        order="-commits",
        rows=lambda shared: rows_of(shared).people(),
        detail="person",
        global_search="person",
        empty="No history was collected yet, so nobody is known.",
        empty_hint="Collect your projects' git histories, and those of upstream projects (umbel collect upstream).",
    )


@listing
def DOCUMENTS() -> Listing:  # noqa: N802
    """What was read of each project, and when."""
    return Listing(
        name="documents",
        title="Documents",
        noun=("document", "documents"),
        about="Every document, checkout and history that was read.",
        columns=(
            Column(
                name="project",
                title="Project",
                link="project",
                link_key="project",
                searched=True,
                filtered=True,
            ),
            Column(name="observed_at", title="Speaks of", kind=Kind.MOMENT, filtered=True),
            Column(name="collected_at", title="Read", kind=Kind.MOMENT, shown=False),
            Column(name="format", title="Format", filtered=True),
            Column(name="producer", title="Made by", filtered=True),
            Column(name="version", title="Version"),
            Column(name="outcome", title="Read", kind=Kind.OUTCOME, filtered=True),
            Column(name="components", title="Components", kind=Kind.NUMBER),
            Column(name="dependencies", title="Edges", kind=Kind.NUMBER),
            Column(name="faults", title="Faults", kind=Kind.NUMBER),
            Column(name="present", title="Counts today", kind=Kind.YES, filtered=True),
            Column(name="origin", title="Where it lay", searched=True),
            Column(name="revision", title="Revision", shown=False),
            Column(name="collector", title="Collector", shown=False, filtered=True),
            Column(name="lineage", title="Lineage", shown=False),
        ),
        order="-observed_at",
        rows=lambda shared: rows_of(shared).snapshots(),
        project="project",
        empty="Nothing was read yet.",
        empty_hint="Collect evidence, or upload an SBOM.",
    )
