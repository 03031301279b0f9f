# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How well SBOMs say what standards ask of them: one TOML file a standard, one query for all documents.

Enters: a session, standards by name. Leaves: one outcome an element and document, with its numbers.
"""
