# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables, and what refuses to change a line of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_WORDS = "the audit log is only added to"
SQLITE = [
    f"CREATE TRIGGER records_entry_no_{what} BEFORE {what} ON records_entry BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    for what in ("UPDATE", "DELETE")
]
_POSTGRESQL = [
    """CREATE FUNCTION records_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'insufficient_privilege'; END $$""",
    """CREATE TRIGGER records_entry_rows BEFORE UPDATE OR DELETE ON records_entry
    FOR EACH ROW EXECUTE FUNCTION records_entry_refuse()""",
    """CREATE TRIGGER records_entry_whole BEFORE TRUNCATE ON records_entry
    FOR EACH STATEMENT EXECUTE FUNCTION records_entry_refuse()""",
]


def guarded(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table of the audit log and what guards it."""
    schema_editor.create_model(apps.get_model("records", "Entry"))
    for column in ("action", "actor", "at"):  # Django indexes no table that it doesn't manage
        schema_editor.execute(f"CREATE INDEX records_entry_{column} ON records_entry ({column}, id)", None)
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE, "postgresql": _POSTGRESQL}.get(vendor, []):
        schema_editor.execute(statement, None)


def dropped(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo it."""
    schema_editor.delete_model(apps.get_model("records", "Entry"))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION records_entry_refuse()", None)


class Migration(migrations.Migration):
    """See the module."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("version", models.PositiveBigIntegerField(default=0)),
                ("mark", models.CharField(default="", max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=400, unique=True)),
                ("content", models.BinaryField()),
                ("private", models.BooleanField(default=False)),
                ("version", models.PositiveBigIntegerField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=160)),
                ("user", models.BigIntegerField(null=True)),
                ("via", models.CharField(max_length=16)),
                ("action", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=300)),
                ("detail", models.TextField(blank=True)),
                ("difference", models.TextField(blank=True)),
                ("before", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"managed": False, "db_table": "records_entry", "ordering": ["-id"]},
        ),
        migrations.RunPython(guarded, dropped),
    ]
