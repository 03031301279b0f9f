# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: histories and files of upstream projects. Leaves: who controls each, where, on what terms.

No share is told without the share that is unknown, and no verdict where the unknown could turn it.
"""
