# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What clients of Dependency-Track send comes in; the answers that they expect leave.

The addresses, fields and statuses are theirs; what stands behind them is the office's. What isn't offered isn't there:
such a client is told 404 or 405, as by an older server.
"""
