# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel office`: what those do who run the web office."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import WorkspaceOption

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Run the web office: accounts, database, editions, records, backups.",
)


class Role(StrEnum):
    """What an account may be."""

    viewer = "viewer"
    contributor = "contributor"
    legal = "legal"
    security = "security"
    office = "office"


def _office(workspace: Path) -> AbstractContextManager[None]:
    """The office of a workspace, for a block in which its database being away is told in a line."""
    from umbel.office.operating import serving

    serving.prepare(options.workspace(workspace).folder)
    return serving.reached()


@app.command()
def migrate(workspace: WorkspaceOption = options.HERE) -> None:
    """Bring the database's tables to this version.

    Example: umbel office migrate
    """
    from umbel.office.operating import serving

    with _office(workspace):
        serving.migrate()
        print("The database is at this version.")


@app.command()
def account(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")],
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help="Where mail for it goes.")] = "",
    role: Annotated[
        list[Role] | None, typer.Option("--role", "-r", help="What it may do; may be given several times.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Create an account, or give one other roles; prints a link to sign in with, once. Nothing asks for a password here.

    Example: umbel office account owner --email owner@acme.example --role office
    """
    from umbel.office.operating import accounts

    with _office(workspace):
        made, link = accounts.give(name, email, [each.value for each in role or []])
        print(f"{'Made' if made else 'Changed'} the account {output.clean(name)}.")
        print(f"Sign in, once, within 15 minutes: {link}")


@app.command()
def work(workspace: WorkspaceOption = options.HERE) -> None:
    """Make editions of new evidence and records, and send mail, until stopped. `umbel serve` does it unless told otherwise.

    Example: umbel office work
    """
    from umbel.office.operating import working

    with _office(workspace):
        sys.exit(working.main())


@app.command()
def edition(
    day: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Of that day instead of now.")
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Make the edition of now, or of a day, and say how long its parts took.

    Example: umbel office edition --as-of 2026-01-01
    """
    from umbel.office.operating import editions

    with _office(workspace):
        seconds, failed = editions.made(day, lambda line: print(line, file=sys.stderr))
        for name, took in sorted(seconds.items(), key=lambda each: -each[1]):
            print(f"{took:9.2f} s  {name}")
        for name, why in failed.items():
            print(f"failed     {name}: {output.clean(why)}")
        raise typer.Exit(3 if failed else 0)


@app.command("import-records")
def import_records(
    replace: Annotated[  # noqa: FBT002 - typer's option
        bool, typer.Option("--replace", help="Also where the database says otherwise.")
    ] = False,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Take the workspace's decisions, policy and settings into the database (UMBEL_RECORDS=database).

    Example: umbel office import-records
    """
    from umbel.office.operating import moving

    with _office(workspace):
        print(moving.taken_in(replace=replace))


@app.command("export-records")
def export_records(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files are written.")],
    replace: Annotated[bool, typer.Option("--replace", help="Also over files that say otherwise.")] = False,  # noqa: FBT002 - typer's option
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write the decisions, policy and settings that the database holds as files again.

    Example: umbel office export-records kept/
    """
    from umbel.office.operating import moving

    with _office(workspace):
        print(moving.given_out(folder, replace=replace))


@app.command("verify-audit")
def verify_audit(workspace: WorkspaceOption = options.HERE) -> None:
    """See whether the audit log is whole: each entry carries the digest of the one before.

    Example: umbel office verify-audit
    """
    from umbel.office.operating import moving

    with _office(workspace):
        sound, said = moving.verified()
        print(said)
        raise typer.Exit(0 if sound else 1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive that is written, a .tar.gz.")],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write everything that can't be computed again into one archive: the database, the records, the lake on this disk.

    Example: umbel office backup office-2026-11-01.tar.gz
    """
    from umbel.office.operating import backup as backups

    with _office(workspace):
        print(backups.write(file))


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An archive that `umbel office backup` wrote.")
    ],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Bring a backup into an empty database and a folder without a lake; another kind of database is fine.

    Example: umbel office restore office-2026-11-01.tar.gz
    """
    from umbel.office.operating import backup as backups
    from umbel.office.operating import serving

    with _office(workspace):
        serving.migrate()
        print(backups.restore(file))


@app.command()
def check(workspace: WorkspaceOption = options.HERE) -> None:
    """Say what is missing for others than yourself to use this office safely. Exit code 1 where something is.

    Example: umbel office check
    """
    from umbel.office.operating import safety

    with _office(workspace):
        faults = safety.faults()
        for fault in faults:
            print(f"✗ {output.clean(fault.what)}\n    {output.clean(fault.remedy)}")
        print(f"{len(faults)} to mend." if faults else "Nothing is missing.")
        raise typer.Exit(1 if faults else 0)
