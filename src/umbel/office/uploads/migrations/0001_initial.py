# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.PositiveBigIntegerField()),
                ("packed", models.BinaryField()),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "uuid",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(db_index=True, max_length=255)),
                ("version", models.CharField(blank=True, default="", max_length=255)),
                ("subject", models.CharField(db_index=True, max_length=511)),
                ("latest", models.BooleanField(default=True)),
                ("chosen", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("tags", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("imported_at", models.DateTimeField(null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="uploads.project",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "version", "uuid"),
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "token",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("actor", models.CharField(max_length=160)),
                ("via", models.CharField(max_length=16)),
                ("part", models.CharField(blank=True, default="", max_length=255)),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("collector", models.CharField(max_length=64)),
                ("format", models.CharField(blank=True, default="", max_length=255)),
                ("origin", models.CharField(max_length=765)),
                ("subject", models.CharField(max_length=511)),
                ("outcome", models.CharField(max_length=16)),
                ("components", models.PositiveIntegerField()),
                ("dependencies", models.PositiveIntegerField()),
                ("replaced", models.PositiveIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("exit_code", models.PositiveSmallIntegerField()),
                ("counts", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("gaps", models.JSONField(default=list)),
                ("policy", models.CharField(blank=True, default="", max_length=255)),
                ("stands", models.BooleanField(db_index=True, default=True)),
                ("seconds", models.FloatField(default=0.0)),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="receipts",
                        to="uploads.document",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="uploads.project",
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "token"),
            },
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(fields=("name", "version"), name="uploads_project_once"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["project", "-at"], name="uploads_receipt_newest"),
        ),
    ]
