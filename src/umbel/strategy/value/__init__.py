# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""In: our people's commits upstream, what people state, and declared assumptions, each a range.

Out: what contributing costs and what it saves, as ranges, with the assumptions that matter most.
"""
