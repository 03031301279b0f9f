# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forms of the inbox that no kind of request has of its own."""

from __future__ import annotations

from django import forms

from umbel.office.inbox.kinds.base import Once, Words
from umbel.office.inbox.models import Notices


class CommentForm(Once):
    """A word to a request."""

    text = Words(label="Say something", help_text="Plain text. @name tells somebody of it.")


class NoticesForm(forms.ModelForm):  # type: ignore[type-arg]  # not so at run time
    """Of what somebody wants mail."""

    class Meta:
        """What can be chosen."""

        model = Notices
        fields = ("asked", "answered", "commented", "mentioned")
