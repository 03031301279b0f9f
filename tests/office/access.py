# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The reviewed table of who may do what, `access.txt`: a line a route and method. Run it to write the file anew."""

from __future__ import annotations

from pathlib import Path

HEADER = ["# SPDX-FileCopyrightText: The Umbel contributors", "# SPDX-License-Identifier: Apache-2.0"]
FILE = Path(__file__).with_name("access.txt")


def lines() -> list[str]:
    """The table as the routes have it now."""
    from umbel.office.routes import table

    rows = sorted(
        (route.name, method, who.value, route.scope or "-")
        for route in table().values()
        for method, who in route.allow.items()
    )
    heads = ("# route", "method", "who", "scope of a token")
    wide = [max(len(row[place]) for row in [heads, *rows]) for place in range(3)]
    return [
        *HEADER,
        *(
            "  ".join((*(cell.ljust(width) for cell, width in zip(row, wide, strict=False)), row[3]))
            for row in [heads, *rows]
        ),
    ]


def read() -> dict[tuple[str, str], str]:
    """Who may use a route with a method, as it was reviewed."""
    rows = (line.split() for line in FILE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {(row[0], row[1]): row[2] for row in rows}


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.office.django_settings")
    import django

    django.setup()
    FILE.write_text("\n".join(lines()) + "\n", "utf-8")
