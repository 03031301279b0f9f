# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The process that makes one edition and ends: `python -m umbel.office.operating.making [--with-parent PID] [DAY]`."""

from __future__ import annotations

import logging
import os
import sys
from datetime import date

log = logging.getLogger("umbel.office.making")


def main() -> int:
    """Make the edition of now, or of a day. 0: made; 1: it couldn't be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
    import django

    from umbel.model.errors import UmbelError
    from umbel.office.operating import logs

    logs.begin()
    django.setup()
    from umbel.office.away import away
    from umbel.office.config import config
    from umbel.office.core import must_have_lake, workspace
    from umbel.office.editions.make import make
    from umbel.office.editions.store import Store
    from umbel.office.operating.serving import follow

    arguments = sys.argv[1:]
    if arguments[:1] == ["--with-parent"]:
        follow(
            lambda: os._exit(1), int(arguments[1])
        )  # or two would make the same when another worker starts
        arguments = arguments[2:]
    day = date.fromisoformat(arguments[0]) if arguments else None
    try:
        must_have_lake()
        edition = make(workspace(), Store(config().folder), day)
    except (UmbelError, OSError) as error:
        log.error("The edition couldn't be made: %s", error)  # noqa: TRY400 - a sentence says all
        return 1
    except Exception as error:
        if (found := away(error)) is None:
            raise
        log.error("The edition couldn't be made: %s", found.logged)  # noqa: TRY400 - as above
        return 1
    log.info("Edition %s of %s is made", edition.key, edition.day)
    return 0


if __name__ == "__main__":
    sys.exit(main())
