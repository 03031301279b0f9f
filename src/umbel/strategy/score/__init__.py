# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The strategic value of upstream projects.

Enters: what our products use and how deep (`umbel.strategy.use`), who of ours works there, how fragile projects are,
what people say. Leaves: a ranked list, each part with its evidence, its confidence and what is missing.
"""
