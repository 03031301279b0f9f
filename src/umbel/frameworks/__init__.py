# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""In: evidence, verdicts, strategy, and what people attest. Out: assessments by frameworks, goals and KPIs.

A framework is a .toml file here; what its practices and KPIs are measured by is one in indicators/.
"""
