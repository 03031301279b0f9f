# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: answers from `app`.
Leaves: documents a person can open, one module a document.
"""
