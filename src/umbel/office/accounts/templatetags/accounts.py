# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What templates of accounts ask of a deployment: {% load accounts %}."""

from __future__ import annotations

from django import template

from umbel.office.accounts import adapter

register = template.Library()


@register.simple_tag
def may_sign_up() -> bool:
    """Whether people may make accounts of their own."""
    return adapter.may_sign_up()


@register.simple_tag
def sends_mail() -> bool:
    """Whether this deployment can send mail."""
    return adapter.sends_mail()
