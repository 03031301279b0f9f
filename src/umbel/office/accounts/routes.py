# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may do what with accounts. The names of allauth's views are allauth's, which finds its addresses by them."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from umbel.office.roles import Who
from umbel.office.routes import Route, page


class Base36(StringConverter):
    """The number of an account, as allauth writes it in links: it ends at the first hyphen."""

    regex = "[0-9A-Za-z]+"


register_converter(Base36, "base36")
ANYONE, VIEWER, OFFICE = Who.ANYONE, Who.VIEWER, Who.OFFICE
_OURS = "umbel.office.accounts"
_ACCOUNT = "allauth.account.views"
_CODES = "allauth.mfa.recovery_codes.views"
_TOTP = "allauth.mfa.totp.views"
_KEY = {"name": "mate"}


def _form(path: str, view: str, name: str, who: Who, **more: object) -> Route:
    """A page with a form that whoever sees it may send."""
    return page(path, view, name, who=who, post=who, **more)


_COMING_IN = [
    _form("account/login/", f"{_ACCOUNT}.login", "account_login", ANYONE),
    _form("account/logout/", f"{_ACCOUNT}.logout", "account_logout", VIEWER),
    page("account/inactive/", f"{_ACCOUNT}.account_inactive", "account_inactive", who=ANYONE),
    _form("account/signup/", f"{_ACCOUNT}.signup", "account_signup", ANYONE),
    page(
        "account/confirm-email/",
        f"{_ACCOUNT}.email_verification_sent",
        "account_email_verification_sent",
        who=ANYONE,
    ),
    _form(
        "account/confirm-email/<str:key>/",
        f"{_ACCOUNT}.confirm_email",
        "account_confirm_email",
        ANYONE,
        sample={"key": "spent"},
    ),
    _form(
        "account/link/<str:secret>/",
        f"{_OURS}.links.enter",
        "sign-in-link",
        ANYONE,
        sample={"secret": "spent"},
    ),
    _form("account/password/reset/", f"{_ACCOUNT}.password_reset", "account_reset_password", ANYONE),
    page(
        "account/password/reset/done/",
        f"{_ACCOUNT}.password_reset_done",
        "account_reset_password_done",
        who=ANYONE,
    ),
    _form(
        "account/password/reset/key/<base36:uidb36>-<str:key>/",
        f"{_ACCOUNT}.password_reset_from_key",
        "account_reset_password_from_key",
        ANYONE,
        sample={"uidb36": "1", "key": "spent"},
    ),
    page(
        "account/password/reset/key/done/",
        f"{_ACCOUNT}.password_reset_from_key_done",
        "account_reset_password_from_key_done",
        who=ANYONE,
    ),
    _form("account/2fa/authenticate/", "allauth.mfa.base.views.authenticate", "mfa_authenticate", ANYONE),
    _form(
        "account/oidc/<str:provider_id>/login/",
        f"{_OURS}.single.login",
        "openid_connect_login",
        ANYONE,
        sample={"provider_id": "sso"},
    ),
    page(
        "account/oidc/<str:provider_id>/login/callback/",
        f"{_OURS}.single.callback",
        "openid_connect_callback",
        who=ANYONE,
        sample={"provider_id": "sso"},
    ),
    page(
        "account/social/cancelled/",
        "allauth.socialaccount.views.login_cancelled",
        "socialaccount_login_cancelled",
        who=ANYONE,
    ),
    page(
        "account/social/error/",
        "allauth.socialaccount.views.login_error",
        "socialaccount_login_error",
        who=ANYONE,
    ),
    _form("account/social/signup/", "allauth.socialaccount.views.signup", "socialaccount_signup", ANYONE),
]
_PROOFS = [
    _form("account/reauthenticate/", f"{_ACCOUNT}.reauthenticate", "account_reauthenticate", VIEWER),
    _form("account/email/", f"{_OURS}.passwords.email", "account_email", VIEWER),
    _form("account/password/change/", f"{_ACCOUNT}.password_change", "account_change_password", VIEWER),
    _form("account/password/set/", f"{_OURS}.passwords.first", "account_set_password", VIEWER),
    page("account/2fa/", "allauth.mfa.base.views.index", "mfa_index"),
    _form(
        "account/2fa/reauthenticate/", "allauth.mfa.base.views.reauthenticate", "mfa_reauthenticate", VIEWER
    ),
    _form("account/2fa/totp/activate/", f"{_TOTP}.activate_totp", "mfa_activate_totp", VIEWER),
    _form("account/2fa/totp/deactivate/", f"{_TOTP}.deactivate_totp", "mfa_deactivate_totp", VIEWER),
    page("account/2fa/recovery-codes/", f"{_CODES}.view_recovery_codes", "mfa_view_recovery_codes"),
    _form(
        "account/2fa/recovery-codes/generate/",
        f"{_CODES}.generate_recovery_codes",
        "mfa_generate_recovery_codes",
        VIEWER,
    ),
    page(
        "account/2fa/recovery-codes/download/",
        f"{_CODES}.download_recovery_codes",
        "mfa_download_recovery_codes",
    ),
]
_OWN = [
    _form("me/", f"{_OURS}.me.me", "me", VIEWER, title="Your account"),
    _form("me/tokens/", f"{_OURS}.tokens.tokens", "me-tokens", VIEWER, title="Your tokens"),
    Route(
        path="me/tokens/<int:key>/revoke/",
        view=f"{_OURS}.tokens.revoke",
        name="me-token-revoke",
        allow={"POST": VIEWER},
        sample={"key": "1"},
    ),
    Route(path="me/sessions/end/", view=f"{_OURS}.me.end", name="me-session-end", allow={"POST": VIEWER}),
    page("me/held/", f"{_OURS}.held.held", "me-held", title="What is held about you"),
    Route(path="me/held/named/", view=f"{_OURS}.held.named", name="me-named", allow={"POST": VIEWER}),
    _form("me/held/claim/", f"{_OURS}.held.claim", "me-claim", VIEWER),
    Route(
        path="me/held/revoke/", view=f"{_OURS}.held.revoke", name="me-claim-revoke", allow={"POST": VIEWER}
    ),
]
_OFFICE = [
    page("accounts/", f"{_OURS}.everybody.accounts", "accounts", who=OFFICE, title="Accounts"),
    _form("accounts/new/", f"{_OURS}.everybody.new", "account-new", OFFICE),
    _form("accounts/of/<str:name>/", f"{_OURS}.everybody.account", "account", OFFICE, sample=_KEY),
    *(
        Route(
            path=f"accounts/of/<str:name>/{what}/",
            view=f"{_OURS}.everybody.{what}",
            name=f"account-{what}",
            allow={"POST": OFFICE},
            sample=_KEY,
        )
        for what in ("close", "reopen", "link")
    ),
]
ROUTES: list[Route] = [*_COMING_IN, *_PROOFS, *_OWN, *_OFFICE]
PERSONAL = frozenset(route.name for route in ROUTES)
"""Routes that no token opens: they show or change what an account is proven by."""
