# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The form by which documents are handed in: files, or a text that is pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from umbel.office.uploads.models import LONGEST

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MOST_FILES = 20
MOST_PASTED = 16 << 20


class Several(forms.ClearableFileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files."""

    widget = Several

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Each of them. Raises `ValidationError`."""
        several = data if isinstance(data, list | tuple) else [data]
        found = [super(Files, self).clean(each, initial) for each in several if each]
        if len(found) > MOST_FILES:
            raise forms.ValidationError(
                f"Hand in at most {MOST_FILES} files at once; a pipeline can send any number."
            )
        return found


class UploadForm(forms.Form):
    """What is handed in, and what it is of."""

    files = Files(  # type: ignore[assignment]
        label="Files",
        required=False,
        help_text="CycloneDX, SPDX, lockfiles and manifests, up to 64 MiB each; gzip is fine. "
        "Choose them, or drop them anywhere on this page.",
    )
    text = forms.CharField(
        label="The document",
        required=False,
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )
    name = forms.CharField(
        label="Its file name",
        required=False,
        max_length=LONGEST,
        help_text="Lockfiles are known by their names: package-lock.json, poetry.lock.",
    )
    project = forms.CharField(
        label="Project",
        required=False,
        max_length=LONGEST,
        help_text="Empty: what the document calls itself, or its file.",
    )
    version = forms.CharField(
        label="Version or branch",
        required=False,
        max_length=LONGEST,
        help_text="The one that comes last is shown in the portfolio.",
    )
    latest = forms.BooleanField(
        label="This version is the latest one, whichever comes after it", required=False
    )

    def clean(self) -> dict[str, Any]:
        """Something must be handed in."""
        told = super().clean() or {}
        if not self.errors and not told.get("files") and not (told.get("text") or "").strip():
            self.add_error("files", "Choose a file, or paste a document.")
        return told

    def documents(self) -> list[tuple[str, bytes]]:
        """Names and bytes of all that is handed in."""
        found = [(file.name or "bom.json", file.read()) for file in self.cleaned_data["files"]]
        text = self.cleaned_data.get("text") or ""
        if text.strip():
            data = text.encode("utf-8", "replace")
            name = self.cleaned_data.get("name") or (
                "bom.xml" if text.lstrip().startswith("<") else "bom.json"
            )
            found.append((name, data))
        return found
