# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables: projects by the names and versions that pipelines give them, receipts, and the documents that stand."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

LONGEST = 255


class Project(models.Model):
    """A project in one version (a branch or a release), as those who hand in documents know it.

    `subject` is what the evidence calls it: the name alone for the version that the portfolio shows, the name with its
    version for one that stands beside it. A project that was only ever collected has a row, too, once it was asked for.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST, db_index=True)
    version = models.CharField(max_length=LONGEST, blank=True, default="")
    subject = models.CharField(max_length=2 * LONGEST + 1, db_index=True)
    latest = models.BooleanField(default=True)
    chosen = models.BooleanField(default=False)
    """Somebody said that it is the latest: another version doesn't take its place by coming later."""
    active = models.BooleanField(default=True)
    """Whether what was handed in for it still stands."""
    tags = models.JSONField(default=list, blank=True)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="children")
    created_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(null=True)

    class Meta:
        """In the order of their names."""

        ordering = ("name", "version", "uuid")
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="uploads_project_once"),)

    def __str__(self) -> str:
        """Its name, with its version where it has one."""
        return f"{self.name} {self.version}".strip()


class Document(models.Model):
    """The bytes of a document, by their digest, so that evidence can be read again and shown."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    packed = models.BinaryField()
    """Compressed by zlib."""
    kept_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        """Its digest."""
        return self.sha256


class Receipt(models.Model):
    """That a document was handed in: who, when, for what, and what came of it."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="receipts")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=160)
    via = models.CharField(max_length=16)
    part = models.CharField(max_length=LONGEST, blank=True, default="")
    file_name = models.CharField(max_length=LONGEST)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="receipts")
    """None: something newer took its place and its bytes were let go."""
    collector = models.CharField(max_length=64)
    format = models.CharField(max_length=LONGEST, blank=True, default="")
    origin = models.CharField(max_length=3 * LONGEST)
    subject = models.CharField(max_length=2 * LONGEST + 1)
    outcome = models.CharField(max_length=16)
    """complete, partial or unchanged."""
    components = models.PositiveIntegerField()
    dependencies = models.PositiveIntegerField()
    replaced = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    exit_code = models.PositiveSmallIntegerField()
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    gaps = models.JSONField(default=list)
    policy = models.CharField(max_length=LONGEST, blank=True, default="")
    stands = models.BooleanField(default=True, db_index=True)
    seconds = models.FloatField(default=0.0)

    objects: ClassVar[models.Manager[Receipt]]

    class Meta:
        """The newest first."""

        ordering = ("-at", "token")
        indexes = (models.Index(fields=("project", "-at"), name="uploads_receipt_newest"),)

    def __str__(self) -> str:
        """What it is of."""
        return f"{self.project_id} {self.at:%Y-%m-%d}"
