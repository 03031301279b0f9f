# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records as rows: the newest text of each file, and one version of all of them together."""

from __future__ import annotations

import secrets

from umbel.office.records.folders import Changes, Text

_AT_ONCE = 200


def head() -> tuple[int, str]:
    """The version of all records and its mark; 0 where none was ever brought here."""
    from umbel.office.records.models import Head

    return Head.objects.filter(pk=1).values_list("version", "mark").first() or (0, "")


def rows() -> tuple[int, str, dict[str, Text]]:
    """The newest version with its files. Nobody has to wait for it: what changed in between is asked again."""
    while True:
        before, files = head(), texts()
        if head() == before:
            return (*before, files)


def texts() -> dict[str, Text]:
    """The files as they stand."""
    from umbel.office.records.models import File

    found = File.objects.order_by("path").values_list("path", "content", "private", "changed_at")
    return {path: Text(bytes(content), private, at) for path, content, private, at in found}


def keep(changed: Changes) -> int:
    """Keep what changed as a new version, and give it. In a transaction in which nobody else writes."""
    from umbel.office.records.models import File, Head

    version = head()[0] + 1
    gone = [name for name, text in changed.items() if text is None]
    for start in range(0, len(gone), _AT_ONCE):
        File.objects.filter(path__in=gone[start : start + _AT_ONCE]).delete()
    files = [
        File(path=name, content=text.content, private=text.private, version=version, changed_at=text.at)
        for name, text in changed.items()
        if text is not None
    ]
    File.objects.bulk_create(
        files,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["path"],
        update_fields=["content", "private", "version", "changed_at"],
    )
    Head.objects.update_or_create(pk=1, defaults={"version": version, "mark": secrets.token_hex(8)})
    return version
