# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Golden paths: how something is done here, step by step.

The shipped ones say what Umbel can check and where one asks, with the figures of the policy in force; they invent no
rule of a house. A deployment's own text in `documents/paths/<name>.md` takes the place of the one of its name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import nh3
from django.urls import NoReverseMatch, reverse

from umbel.reports.documents.policy_terms import terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.app.workspace import Workspace
    from umbel.reports.documents.policy_terms import Terms

FOLDER = "documents/paths"
LARGEST = 256 << 10
MOST = 50
TAGS = frozenset(
    (
        "a abbr b blockquote br code dd del dl dt em h2 h3 h4 hr i li ol p pre s strong sub sup "
        "table tbody td th thead tr ul"
    ).split()
)


class Link(NamedTuple):
    """A way on, inside of the office."""

    label: str
    url: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what to do, why or how, where, and the command that does it."""

    title: str
    text: str
    links: tuple[Link, ...] = ()
    command: str | None = None


class Path_(msgspec.Struct, frozen=True, kw_only=True):  # noqa: N801 - pathlib's is at hand, too
    """A golden path: shipped with steps, or somebody's own as HTML that was made safe."""

    name: str
    title: str
    lead: str
    steps: tuple[Step, ...] = ()
    html: str | None = None
    file: str | None = None


class About(NamedTuple):
    """What a shipped path is called, and what makes its steps."""

    title: str
    lead: str
    steps: Callable[[Terms, int], tuple[Step, ...]]


def paths(space: Workspace) -> list[Path_]:
    """Every path: the shipped ones in their order, then the deployment's own by name."""
    own = {each.name: each for each in _own(space.folder / FOLDER)}
    shipped = [own.get(name) or _shipped(space, name) for name in SHIPPED]
    return [*shipped, *(each for name, each in own.items() if name not in SHIPPED)]


def path(space: Workspace, name: str) -> Path_ | None:
    """One by its name; None if there is none."""
    for each in _own(space.folder / FOLDER):
        if each.name == name:
            return each
    return _shipped(space, name) if name in SHIPPED else None


def _shipped(space: Workspace, name: str) -> Path_:
    about = SHIPPED[name]
    said = terms(space.policy(), space.settings)
    return Path_(
        name=name,
        title=about.title,
        lead=about.lead,
        steps=about.steps(said, space.settings.office.answer_days),
    )


# ---- a deployment's own


def _own(folder: Path) -> list[Path_]:
    try:
        files = sorted(each for each in folder.glob("*.md") if each.is_file())[:MOST]
    except OSError:
        return []
    found = []
    for file in files:
        try:
            told = file.stat()
            if told.st_size > LARGEST:
                continue
            found.append(_read(file, told.st_mtime_ns))
        except (OSError, UnicodeDecodeError):
            continue
    return found


@lru_cache(maxsize=64)
def _read(file: Path, _changed: int) -> Path_:
    text = file.read_text("utf-8")
    first, _, rest = text.lstrip("\ufeff\n ").partition("\n")
    headed = first.startswith("# ")
    title = first[2:].strip() if headed else file.stem.replace("-", " ").capitalize()
    html = rendered(rest if headed else text)
    return Path_(name=file.stem, title=title[:120], lead="", html=html, file=f"{FOLDER}/{file.name}")


def rendered(text: str) -> str:
    """Markdown as HTML in which nothing runs: only these elements, only links of the web and of the office."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    return nh3.clean(
        made,
        tags=set(TAGS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )


# ---- the shipped ones


def _link(label: str, route: str, *args: str, **asked: str) -> tuple[Link, ...]:
    """A link to a page, where the office has it."""
    from urllib.parse import urlencode

    try:
        url = reverse(route, args=args)
    except NoReverseMatch:
        return ()
    return (Link(label, f"{url}?{urlencode(asked)}" if asked else url),)


def _named(rules: list[str]) -> str:
    return ", ".join(rules) if rules else "none"


def _stopping(said: Terms, *, outbound: bool) -> str:
    """The rules whose findings stop the gate, by name."""
    chosen = said.outbound if outbound else said.rules
    return _named([name for name in chosen if said.stops(name)])


def _source(said: Terms) -> str:
    return "the policy that ships with Umbel" if said.shipped else "the policy in force"


def _answered(days: int) -> str:
    return (
        f"It is to be answered within {days} {'day' if days == 1 else 'days'}; your inbox shows when it is."
    )


def _upstream(said: Terms, days: int) -> tuple[Step, ...]:
    return (
        Step(
            title="Choose where help is wanted",
            text="Strategic projects that need hands stand in a list, with where to begin.",
            links=(*_link("Help wanted", "help-wanted"), *_link("Strategic projects", "strategic")),
        ),
        Step(
            title="Read what the house has said about it",
            text="The document on contributing says what may be sent without asking, and who is asked for the rest.",
            links=_link("Contributing to open source", "document", "policy-contribution"),
        ),
        Step(
            title="Ask, where you have to",
            text=f"One request says what you want to contribute and where. {_answered(days)}",
            links=_link("Ask to contribute", "request-new", kind="contribute"),
        ),
        Step(
            title="Look before you push",
            text=f"By {_source(said)} these stop what leaves the house: {_stopping(said, outbound=True)}.",
            command="umbel check --outbound origin/main..HEAD",
        ),
        Step(
            title="Send it the project's way",
            text="Its guide, its style, its sign-off. Ask before you sign a contributor agreement.",
            links=_link("Ask a question", "request-new", kind="question"),
        ),
        Step(
            title="Let it count",
            text="Claim the addresses that you commit from, and say whether you want to be named.",
            links=_link("What is held about you", "me-held"),
        ),
        Step(
            title="Where it is more than once, write it down",
            text="A goal, an owner, hours and a measure: then it is followed up, and thanked for.",
            links=_link("Plan a contribution", "contribution-new"),
        ),
    )


def _release(said: Terms, days: int) -> tuple[Step, ...]:
    return (
        Step(
            title="Say why, and for whom",
            text="The document on releasing says what is asked, and who looks after it later.",
            links=_link("Releasing projects", "document", "policy-release"),
        ),
        Step(
            title="Put what others look for beside the code",
            text="What it is (README), its licence (LICENSE), how to take part (CONTRIBUTING), whom to ask "
            "(MAINTAINERS), how to report a weakness (SECURITY). The catalogue shows what was found.",
            links=_link("Catalogue", "catalogue"),
        ),
        Step(
            title="Look through all of its history",
            text=f"By {_source(said)} these stop what leaves the house: {_stopping(said, outbound=True)}.",
            command="umbel check --outbound HEAD",
        ),
        Step(
            title="Look at what it brings along",
            text=f"Licences and weaknesses of what it needs come along. These stop: {_stopping(said, outbound=False)}.",
            command="umbel check",
        ),
        Step(
            title="Ask for the release",
            text=f"One request, with the address of the code. {_answered(days)}",
            links=_link("Ask to publish", "request-new", kind="release"),
        ),
        Step(
            title="Afterwards",
            text="Published projects stand in their own list with what their files show.",
            links=_link("Published projects", "published"),
        ),
    )


def _innersource(said: Terms, days: int) -> tuple[Step, ...]:
    del said, days
    return (
        Step(
            title="Say what it is, how to take part, and whom to ask",
            text="README, CONTRIBUTING and MAINTAINERS: with these three the catalogue calls it ready.",
            links=_link("Projects that are ready", "catalogue", ready="true"),
        ),
        Step(
            title="Let strangers build it",
            text="Somebody who has never seen it should get to a green test run without asking. The catalogue "
            "looks for tests, and for checks of each change.",
        ),
        Step(
            title="Settle who decides",
            text="Who accepts changes, how fast, and what happens to a change that nobody answers. The document "
            "on InnerSource has the questions.",
            links=_link("InnerSource", "document", "policy-innersource"),
        ),
        Step(
            title="Let it be collected",
            text="What is collected is shown: files, languages, people by number, last change.",
            command="umbel collect PATH",
        ),
        Step(
            title="Tell others",
            text="Share the link for the people whom it concerns, with the team that keeps it.",
            links=_link("Shared links", "shared-links"),
        ),
        Step(
            title="See whether it works",
            text="The share of commits by people from elsewhere in the house tells; it is an indicator like any other.",
            links=_link("Commits from elsewhere", "why-indicator", "innersource_share"),
        ),
    )


def _package(said: Terms, days: int) -> tuple[Step, ...]:
    allowed = _named(said.allowed)
    return (
        Step(
            title="See whether it was decided already",
            text="What was evaluated stands on the radar: adopt, trial, hold or remove, with the reason.",
            links=(*_link("Evaluated software", "evaluations"), *_link("Packages in use", "packages")),
        ),
        Step(
            title="Compare it with others",
            text="Up to five side by side: licence, weaknesses, who keeps them alive, what comes along.",
            command="umbel evaluate pkg:npm/NAME pkg:npm/OTHER",
        ),
        Step(
            title="See what the gate would say",
            text=f"By {_source(said)} these stop a change: {_stopping(said, outbound=False)}. "
            f"Licences that are allowed in every use: {allowed}.",
            links=_link("Use of open source", "document", "policy-use"),
            command="umbel check",
        ),
        Step(
            title="Ask",
            text=f"One request, with the package and what it is for. {_answered(days)}",
            links=_link("Ask for a package", "request-new", kind="package"),
        ),
        Step(
            title="Where the gate says no",
            text=f"An exception has a reason, an owner and an end: at most {said.longest_exception_days} days.",
            links=_link("Ask for an exception", "request-new", kind="exception"),
        ),
    )


SHIPPED: dict[str, About] = {
    "contribute-upstream": About(
        "Contribute upstream", "From the wish to take part to a change that was accepted.", _upstream
    ),
    "release-a-project": About("Release a project", "From code of ours to a project in the open.", _release),
    "start-innersource": About(
        "Start an InnerSource project",
        "So that colleagues of other teams can find it and take part.",
        _innersource,
    ),
    "ask-for-a-package": About("Ask for a package", "Before something new comes into a product.", _package),
}
