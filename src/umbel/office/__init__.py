# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The web office: requests come in from people, pipelines and clients; pages, records and API answers leave.

Everything that is said here is asked of `umbel.app`. Start at `routes.py` (who may do what), `editions` (figures that
are computed once and read often), `records` (what people decide) and `pages` (a folder a subject).
"""
