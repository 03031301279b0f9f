# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: what is in use, what is known of it, the policy and its exceptions.
Leaves: findings, each with its reason and remedy, and the gate's verdict.
"""
