# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel upstream`: the projects that packages in use come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.app.upstream import UpstreamState

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def upstream(
    project: Annotated[
        str | None,
        typer.Argument(
            metavar="[PROJECT]",
            help="All that is known of this one: its name or the end of it, or a package of it.",
        ),
    ] = None,
    unmapped: Annotated[  # noqa: FBT002
        bool, typer.Option("--unmapped", help="The packages whose project nobody knows, and why.")
    ] = False,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the upstream projects that packages come from: how sure that is, whom they reach, examined or not.

    Example: umbel upstream pallets/flask
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    if project is not None and unmapped:
        raise UsageError("--unmapped is about packages without a project.", "Leave the project out.")
    if project is not None:
        _one(here.upstream_about(project, moment), format)
    elif unmapped:
        found = output.structs(here.upstream_unmapped(moment))
        output.emit(found, format, columns=UNMAPPED, limit=limit, nothing="Every package has its project.")
    else:
        records = [_record(each) for each in here.upstream_states(moment)]
        output.emit(records, format, columns=LISTED, limit=limit, nothing="No package's project is known.")


def _record(state: UpstreamState) -> dict[str, Any]:
    known = state.examined
    return output.structs([state])[0] | {"examined": None if known is None else output.structs([known])[0]}


def _one(found: dict[str, Any], how: Format) -> None:
    state: UpstreamState = found["state"]
    packages, relatives = output.structs(found["packages"]), found["relatives"]
    if how is not Format.table:
        told = [output.structs([each])[0] | {"same": each.same} for each in relatives]
        record = _record(state) | {"packages": packages, "users": found["users"], "relatives": told}
        output.emit([record], how, columns={})
        return
    direct = "nobody says whether" if state.direct is None else f"{state.direct:,} of them"
    reaches = f"{output.counted(state.projects, 'project')} of ours, {direct} directly (development and tests aside)"
    print(f"{output.clean(state.project)} ({output.clean(state.url)}): {reaches}")
    for line in _history(state):
        print(output.clean(line))
    for each in relatives:
        other = each.other if each.project == state.project else each.project
        words = "holds all the same commits or more" if each.same else f"{each.shared:,} commits in common"
        print(output.clean(f"Begins like {other}: {words}."))
    print()
    output.emit(packages, how, columns=PACKAGES, limit=0)
    output.emit(found["users"], how, columns=USERS, limit=0)


def _history(state: UpstreamState) -> list[str]:
    """What is known of its history, in plain sentences."""
    known = state.examined
    if known is None:
        return [f"Not examined yet: umbel collect upstream --only {state.project}"]
    lines = []
    if known.failed_at is not None:
        lines.append(f"On {output.day(known.failed_at)} its repository could not be had: {known.message}.")
    if known.examined_at is None:
        return lines
    more = "paths and head files, too" if known.thorough else "commits only"
    cut = ", cut off when it was cloned" if known.shallow else ""
    lines.append(
        f"{output.number(known.commits)} commits from {output.day(known.first_commit)} to "
        f"{output.day(known.last_commit)}, {output.number(known.releases)} releases, the last on "
        f"{output.day(known.last_release)} ({more}{cut}; examined {output.day(known.examined_at)})."
    )
    return [*lines, f"Who keeps it alive: umbel health --upstream {state.project}"]


def _examined(record: dict[str, Any]) -> str:
    known = record["examined"]
    if known is None:
        return "–"
    if known["examined_at"] is None:
        return output.clean(known["code"] or "failed")
    return "with files" if known["thorough"] else "commits"


def _last(record: dict[str, Any]) -> str:
    return output.day((record["examined"] or {}).get("last_commit"))


LISTED: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "weight#": lambda r: output.number(r["weight"]),
    "used by#": lambda r: output.number(r["projects"]),
    "directly#": lambda r: output.number(r["direct"]),
    "packages#": lambda r: output.number(len(r["packages"])),
    "said by": lambda r: output.clean(r["how"]),
    "sure#": lambda r: f"{r['confidence']:.2f}",
    "examined": _examined,
    "last commit": _last,
}
UNMAPPED: output.Shown = {
    "package": lambda r: output.clean(r["package"]),
    "why": lambda r: output.clean(r["why"]),
}
PACKAGES: output.Shown = {
    "package": lambda r: output.clean(r["package"]),
    "folder": lambda r: output.clean(r["path"] or ""),
    "said by": lambda r: output.clean(r["how"]),
    "sure#": lambda r: f"{r['confidence']:.2f}",
    "others say": lambda r: output.clean(", ".join(r["rivals"])),
}
USERS: output.Shown = {
    "used by": lambda r: output.clean(r["project"]),
    "directly": lambda r: output.yes_no(r["direct"]),
    "for": lambda r: output.clean(", ".join(r["scopes"] or []) or "?"),
    "packages#": lambda r: output.number(len(r["packages"])),
}
