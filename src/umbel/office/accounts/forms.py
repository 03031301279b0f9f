# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The forms of accounts, with their bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm
from django import forms

from umbel.office.accounts import adapter
from umbel.office.accounts.models import LONGEST_DAYS, SCOPES
from umbel.office.roles import Role

if TYPE_CHECKING:
    from umbel.office.accounts.models import User

ROLES = {
    Role.CONTRIBUTOR: "Contributor: asks, takes part, uploads evidence",
    Role.LEGAL: "Legal: decides on licences",
    Role.SECURITY: "Security: decides on risks",
    Role.OFFICE: "Office: decides on everything, gives roles",
}
_SCOPES = {
    "read": "Read what you may read",
    "upload": "Upload evidence (SBOMs)",
    "decide": "Ask and decide, as you may",
    "badge": "See badges; alone it may stand in a picture's address",
    "admin": "Everything that you may",
}
_DAYS = ((7, "a week"), (30, "30 days"), (90, "90 days"), (180, "half a year"), (LONGEST_DAYS - 1, "a year"))


class SignInForm(LoginForm):  # type: ignore[misc] # allauth tells no types
    """Name or address, and password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """With our words."""
        super().__init__(*args, **more)
        words = {
            "login": "Name or e-mail",
            "password": "Password",
            "remember": "Stay signed in for two weeks",
        }
        for name, label in words.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].widget.attrs.pop("placeholder", None)
        if not adapter.sends_mail() and "password" in self.fields:
            self.fields["password"].help_text = ""  # the page says what to do where no mail can help


class ProfileForm(forms.Form):
    """How somebody is shown."""

    full_name = forms.CharField(
        label="Shown as",
        max_length=200,
        required=False,
        help_text="Beside what you decide and write. Empty: your account's name.",
    )


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label="What it is for",
        max_length=100,
        help_text="So that you know later which one to revoke: pipeline of shop-web.",
    )
    scopes = forms.MultipleChoiceField(
        label="What it may",
        choices=[(scope, _SCOPES[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Never more than you yourself may.",
    )
    days = forms.TypedChoiceField(label="Ends after", choices=_DAYS, coerce=int, initial=90)


class RolesForm(forms.Form):
    """The roles that the office gives."""

    roles = forms.MultipleChoiceField(
        label="Roles",
        required=False,
        choices=[(role.value, words) for role, words in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Everybody with an account reads what isn't confidential.",
    )

    def chosen(self) -> list[Role]:
        """The roles that were ticked."""
        return [Role(value) for value in self.cleaned_data["roles"]]


class AccountForm(RolesForm):
    """An account that the office changes."""

    full_name = forms.CharField(label="Shown as", max_length=200, required=False)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        help_text="Held for theirs by your word: rules that go by addresses count it at once.",
    )
    field_order = ("name", "full_name", "email", "roles")

    def __init__(self, *args: Any, user: User | None = None, **more: Any) -> None:
        """With what stands, unless something was sent."""
        if user is not None:
            more["initial"] = {"full_name": user.full_name, "email": user.email, "roles": user.roles}
        super().__init__(*args, **more)


class NewAccountForm(AccountForm):
    """An account that the office makes."""

    name = forms.CharField(
        label="Name", max_length=150, help_text="To sign in with; letters, digits and @ . + - _"
    )


class ClaimForm(forms.Form):
    """The proof that an address is somebody's: a signature of the text that was given."""

    address = forms.CharField(label="Address", max_length=254)
    since = forms.DateField(
        label="Yours since",
        required=False,
        help_text="A day like 2024-03-01; empty: always.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    proof = forms.CharField(
        label="Signature",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="What ssh-keygen wrote, from BEGIN SSH SIGNATURE to its end. Leave it empty to get the text to sign.",
    )
