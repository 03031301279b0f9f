# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel people`: who keeps projects alive, who is who and why, and what people decide about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, PathsOption, WorkspaceOption
from umbel.model.errors import UsageError


class _ListsByDefault(TyperGroup):
    """`umbel people PROJECT` lists: what is no command's name is a project's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    cls=_ListsByDefault,
    help="Show who keeps projects alive, and decide who is who. Without a command: umbel people list.",
)

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="A pseudonym (p-…), an identity (i-…) or an address.")
]
RevealOption = Annotated[
    bool,
    typer.Option(
        "--reveal", help="Show names and addresses: for the office itself, on the machine with the lake."
    ),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with the decision.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help="From this day on, e.g. 2024-03-01.")
]


@app.command("list")
def list_(
    project: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="A project's name, or the end of it.")
    ] = None,
    bots: Annotated[bool, typer.Option("--bots", help="Show the programs instead of the people.")] = False,  # noqa: FBT002
    path: PathsOption = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show who keeps a project alive, most commits first; names only of those who agreed to it.

    Example: umbel people shop --as-of 2024-03-01
    """
    moment = options.moment(as_of)
    found = options.workspace(workspace).people(project, bots=bots, paths=path or (), as_of=moment)
    nothing = "No commit is known. Collect a repository: umbel collect PATH"
    if path:
        nothing = "No program touched it." if bots else "No person touched it."
    output.emit(found, format, columns=PEOPLE, limit=limit, nothing=nothing)


@app.command()
def why(
    person: PersonArgument,
    reveal: RevealOption = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show the identities that make up a person, and why each was taken for theirs.

    Example: umbel people why p-3f9a1c2b77de
    """
    found = options.workspace(workspace).people_why(person, reveal=reveal)
    records = output.structs(found)
    if not reveal:
        records = [{k: v for k, v in record.items() if k not in _PERSONAL} for record in records]
    output.emit(records, format, columns={**ALIASES, **(REVEALED if reveal else {})}, limit=0)


@app.command()
def proposals(
    reveal: RevealOption = False,  # noqa: FBT002
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show which people may be one, where the evidence is too weak to say so. Accept with merge.

    Example: umbel people proposals --reveal
    """
    found = output.structs(options.workspace(workspace).people_proposals(reveal=reveal))
    if not reveal:
        found = [{k: v for k, v in record.items() if k != "names"} for record in found]
    columns = {**PROPOSED, **(PROPOSED_NAMES if reveal else {})}
    output.emit(found, format, columns=columns, limit=limit, nothing="Nobody is in doubt.")


@app.command()
def merge(
    people: Annotated[list[str], typer.Argument(metavar="PERSON...", help="Two or more, as in why.")],
    reason: ReasonOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say that several are one person. The oldest pseudonym stays, and the others lead to it.

    Example: umbel people merge p-3f9a1c2b77de p-0c51d2a94e10
    """
    with options.workspace(workspace).people_office() as office:
        print(f"{' and '.join(office.merge(people, reason))} are one person.")


@app.command()
def split(
    person: PersonArgument,
    identities: Annotated[
        list[str], typer.Argument(metavar="IDENTITY...", help="Those that are another's (i-…, see why).")
    ],
    reason: ReasonOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say that some identities of a person are another person's.

    Example: umbel people split p-3f9a1c2b77de i-77aa01b2c3d4
    """
    with options.workspace(workspace).people_office() as office:
        taken = office.split(person, identities, reason)
    print(f"{taken} of the identities are another person now." if taken > 1 else "It is another person now.")


@app.command()
def forget(person: PersonArgument, workspace: WorkspaceOption = options.HERE) -> None:
    """Delete what names a person, at once and for good; collecting again does not bring it back.

    Example: umbel people forget dev@acme.example
    """
    done = options.workspace(workspace).people_forget(person)
    print(
        f"Forgotten: {done.identities} names and addresses, {done.files} old files, "
        f"{done.decisions} decisions. Their commits stay, under nobody's name."
    )
    if done.waiting:
        files = output.counted(done.waiting, "file")
        print(f"{files} of an unfinished run may still hold them: run this again tomorrow.")


@app.command("opt-in")
def opt_in(person: PersonArgument, workspace: WorkspaceOption = options.HERE) -> None:
    """Show a person's name with their figures, as they wished.

    Example: umbel people opt-in dev@acme.example
    """
    with options.workspace(workspace).people_office() as office:
        print(f"{office.consent(person, given=True)} is shown by name.")


@app.command("opt-out")
def opt_out(person: PersonArgument, workspace: WorkspaceOption = options.HERE) -> None:
    """Show a person under a pseudonym again.

    Example: umbel people opt-out dev@acme.example
    """
    with options.workspace(workspace).people_office() as office:
        print(f"{office.consent(person, given=False)} is shown by pseudonym.")


@app.command()
def bot(
    person: PersonArgument,
    human: Annotated[bool, typer.Option("--not", help="It is a person after all.")] = False,  # noqa: FBT002
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say that someone is a program (or is none), so that figures about people leave it out.

    Example: umbel people bot p-3f9a1c2b77de
    """
    with options.workspace(workspace).people_office() as office:
        print(f"{office.bot(person, program=not human)} is a {'person' if human else 'program'}.")


@app.command()
def claim(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="An address, or LOGIN@users.noreply.github.com.")
    ],
    proof: Annotated[
        Path | None, typer.Option("--proof", metavar="FILE", help="Signature of the challenge.")
    ] = None,
    since: SinceOption = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the claim back.")] = False,  # noqa: FBT002
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Claim an address as one's own: prints what to sign, or checks the signature and keeps the claim.

    Sign it with: umbel people claim ADDRESS | ssh-keygen -Y sign -n umbel-claim -f KEY > FILE

    Example: umbel people claim dev@mail.example --proof claim.sig
    """
    ws = options.workspace(workspace)
    begin = _day(since)
    if revoke:
        with ws.people_office() as office:
            print(f"The claim of {office.revoke(address)} is taken back.")
    elif proof:
        print(f"{ws.people_claim(address, proof, begin)} is claimed: its commits are our people's.")
    else:
        with ws.people_office() as office:
            print(office.challenge(address, begin), end="")


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Of gitdm or the CNCF (maps, affiliations) or Stackalytics."),
    ],
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Keep it under this name; the file's if not given."),
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Import who works for whom. It replaces an earlier import of the same name; deleting its file undoes it.

    Example: umbel people import domain-map
    """
    rows, faults = options.workspace(workspace).people_import(file, name)
    for fault in faults[:20]:
        typer.echo(f"{file.name}: {output.clean(fault)}", err=True)
    if len(faults) > 20:
        typer.echo(f"… and {len(faults) - 20:,} more faults", err=True)
    print(f"Imported {output.counted(rows, 'affiliation')}; addresses are kept as salted hashes.")


@app.command()
def affiliate(
    who: Annotated[
        str, typer.Argument(metavar="WHO", help="A person, or a domain whose addresses are meant.")
    ],
    organisation: Annotated[
        str, typer.Argument(metavar="ORGANISATION", help="Its name; unknown takes back what is wrong.")
    ],
    since: SinceOption = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="Until before this day.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say for whom a person works, or whose a domain is.

    Example: umbel people affiliate mail.acme.example Acme --since 2020-01-01
    """
    with options.workspace(workspace).people_office() as office:
        print(f"{office.affiliate(who, organisation, _day(since), _day(until))}: {organisation}.")


@app.command()
def affiliations(
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show for whom people work, and since when, as far as that is known.

    Example: umbel people affiliations
    """
    found = options.workspace(workspace).people_affiliations()
    output.emit(found, format, columns=AFFILIATIONS, limit=limit, nothing="No affiliation is known.")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2024-03-01.") from error


def _share(record: dict[str, Any]) -> str:
    return "?" if record["share"] is None else f"{record['share']:.1%}"


_PERSONAL = ("name", "address")

PEOPLE: output.Shown = {
    "person": lambda r: output.clean(f"{r['name']} ({r['person']})" if r["name"] else r["person"]),
    "roles": lambda r: ", ".join(r["roles"]),
    "projects#": lambda r: output.number(r["projects"]),
    "commits#": lambda r: output.number(r["commits"]),
    "share#": _share,
    "since": lambda r: output.day(r["since"]),
    "last": lambda r: output.day(r["last"]),
    "organisation": lambda r: output.unknown(r["organisation"]),
    "ours": lambda r: output.yes_no(r["ours"]),
}
ALIASES: output.Shown = {
    "identity": lambda r: r["identity"],
    "joined to": lambda r: r["joined_to"] or "–",
    "because": lambda r: r["reason"],
}
REVEALED: output.Shown = {
    "name": lambda r: output.unknown(r["name"]),
    "address": lambda r: output.unknown(r["address"]),
}
PROPOSED: output.Shown = {
    "one": lambda r: r["one"],
    "other": lambda r: r["other"],
    "because": lambda r: r["reason"],
}
PROPOSED_NAMES: output.Shown = {
    "names": lambda r: " · ".join(output.unknown(name) for name in r["names"]),
}
AFFILIATIONS: output.Shown = {
    "person": lambda r: r["person"],
    "since": lambda r: output.day(r["since"]),
    "until": lambda r: output.day(r["until"]),
    "organisation": lambda r: output.clean(r["organisation"]),
    "ours": lambda r: output.yes_no(r["ours"]),
}
