# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: names and addresses as commits write them, .mailmap, decisions of people, affiliations.
Leaves: who is one person, under a pseudonym, a bot or not, of which organisation and when; each with its reason.
"""
