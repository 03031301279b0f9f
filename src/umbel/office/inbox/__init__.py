# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests and news come in; who must answer by when, and word to them, leave."""
