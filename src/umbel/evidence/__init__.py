# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: readings from collectors.
Leaves: published snapshots in Delta tables, and answers to SQL over them as of a day.
"""
