# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables: the text files of records, their newest version, and the audit log."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Head(models.Model):
    """One row: the version of all records together."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveBigIntegerField(default=0)
    mark = models.CharField(max_length=32, default="")
    """Drawn anew with each version: a restored database has other words under the same number."""

    def __str__(self) -> str:
        """Its number."""
        return str(self.version)


class File(models.Model):
    """A file of records as it stands: its path in the workspace and its bytes."""

    path = models.CharField(max_length=400, unique=True)
    content = models.BinaryField()
    private = models.BooleanField(default=False)
    """Whether only its owner may read it where it lies as a file."""
    version = models.PositiveBigIntegerField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        """Its path."""
        return self.path


class Entry(models.Model):
    """One line of the audit log: who did what, and the hash of the line before. Its indexes are in the migration.

    The database refuses to change or remove one. Django doesn't manage the table, so that nothing that empties
    every table tries to.
    """

    id = models.BigIntegerField(primary_key=True)
    """1, 2, 3 …: a gap is a line that is missing."""
    at = models.DateTimeField()
    actor = models.CharField(max_length=160)
    user = models.BigIntegerField(null=True)
    via = models.CharField(max_length=16)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    difference = models.TextField(blank=True)
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        """Django leaves the table alone."""

        managed = False
        db_table = "records_entry"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        """Who did what."""
        return f"{self.id}: {self.actor} {self.action} {self.subject}"
