# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: files, folders and repositories of the world outside, trusted in nothing.
Leaves: evidence as typed columns (`Reading`), each fault of a document with its place.
"""
