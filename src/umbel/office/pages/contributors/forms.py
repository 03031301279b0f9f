# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people may say on the contributors' pages."""

from __future__ import annotations

from typing import Any

from django import forms


class LinkForm(forms.Form):
    """An address to be shared."""

    title = forms.CharField(max_length=120)
    url = forms.CharField(label="Address", max_length=2_000, help_text="https only, without a login in it.")
    petal = forms.ChoiceField(label="For whom")
    keeper = forms.CharField(
        label="Who keeps it", max_length=120, help_text="A team or a role: no person's address."
    )
    about = forms.CharField(
        label="What lies there", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, petals: list[tuple[str, str]], **more: Any) -> None:
        """With the petals there are."""
        super().__init__(*args, **more)
        self.fields["petal"].choices = petals  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    """An address that is shared no longer."""

    url = forms.CharField(max_length=2_000, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=500, label="Why is it shared no longer?")
