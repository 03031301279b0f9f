# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: a verdict, plans, licences as they were. Leaves: alerts, each told once to each target.
What was raised, told and ended stands in a journal; what people said of it in `decisions/alerts.toml`.
"""
