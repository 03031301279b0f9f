# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests, what was said of them, word of them, and what is on its way."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=200)),
                ("state", models.CharField(default="open", max_length=12)),
                ("fields", models.JSONField(default=dict)),
                ("project", models.CharField(blank=True, db_index=True, max_length=300)),
                ("answerer", models.CharField(max_length=12)),
                ("asker", models.CharField(max_length=160)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField()),
                ("expires_on", models.DateField()),
                ("answered_by", models.CharField(blank=True, max_length=160)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("alone", models.BooleanField(default=False)),
                ("record", models.CharField(blank=True, max_length=200)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("once", models.CharField(max_length=36, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Notices",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="notices",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked",
                    models.BooleanField(
                        default=True, verbose_name="a request that I may answer, or that is late"
                    ),
                ),
                ("answered", models.BooleanField(default=True, verbose_name="an answer to my request")),
                (
                    "commented",
                    models.BooleanField(
                        default=True, verbose_name="a comment on a request that I take part in"
                    ),
                ),
                ("mentioned", models.BooleanField(default=True, verbose_name="somebody mentions me")),
            ],
        ),
        migrations.CreateModel(
            name="Known",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="known",
                        serialize=False,
                        to="inbox.request",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("summary", models.TextField(blank=True)),
                ("lines", models.JSONField(default=list)),
                ("why", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.CharField(max_length=160)),
                ("kind", models.CharField(max_length=12)),
                ("text", models.TextField(blank=True)),
                ("once", models.CharField(max_length=36, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="inbox.request"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("to", models.CharField(max_length=254)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField()),
                ("key", models.CharField(max_length=80, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("next_at", "id"),
                "indexes": [models.Index(fields=["ended_at", "next_at"], name="inbox_outgoing_due")],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=12)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="inbox.event"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="inbox.request"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["state", "answerer", "due_at"], name="inbox_request_to_answer"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["by", "-id"], name="inbox_request_own"),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(fields=["user", "read_at", "-id"], name="inbox_word_unread"),
        ),
        migrations.AddConstraint(
            model_name="word",
            constraint=models.UniqueConstraint(fields=("user", "event"), name="inbox_word_once"),
        ),
    ]
