# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The first page: the flower, what changed since somebody was last here, what to do next. Colours, and all parts."""
