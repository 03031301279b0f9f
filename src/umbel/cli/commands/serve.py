# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel serve`: the web office."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from umbel.cli import options
from umbel.cli.options import WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", "-p", min=1, max=65535, help="The port to listen at.")
    ] = 8080,
    processes: Annotated[int, typer.Option("--processes", min=1, help="How many processes answer.")] = 1,
    threads: Annotated[
        int, typer.Option("--threads", min=1, help="How many requests each of them answers at once.")
    ] = 8,
    work: Annotated[  # noqa: FBT002 - typer's option
        bool,
        typer.Option(
            "--work/--no-work",
            help="Make editions, too; in production `umbel office work` may do it elsewhere.",
        ),
    ] = True,
    migrate: Annotated[  # noqa: FBT002 - typer's option
        bool, typer.Option("--migrate/--no-migrate", help="Bring the database to this version first.")
    ] = True,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Serve the office on the web: the flower, its pages, its API. Prints the address and a link to sign in with, once.

    Example: umbel serve --port 8080
    """
    from umbel.office.operating import logs, serving

    serving.prepare(options.workspace(workspace).folder, processes=processes)
    number = serving.free(host, port)
    with serving.reached():
        if migrate:
            serving.migrate()
        print(f"The office is at {serving.address(host, port)}/")
        if sys.stdout.isatty() or host in {"127.0.0.1", "::1", "localhost"}:
            print(f"Sign in, once, within 15 minutes: {serving.sign_in_link(host, port)}")
    logs.begin()
    print("It ends with Ctrl-C.", flush=True)
    if not work:
        serving.answer(number, port, processes=processes, threads=threads)
        return
    with serving.worker():
        serving.answer(number, port, processes=processes, threads=threads)
