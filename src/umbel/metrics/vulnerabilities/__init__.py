# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Advisories against what is in use: components and an index come in, matches and vulnerabilities go out.

Nothing is judged here; what can't be told is unknown, never "not affected".
"""
