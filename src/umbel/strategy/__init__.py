# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""In: evidence of what is used, histories of those who make it, and what people say.

Out: which few projects matter, how fragile they are, and what to do.
"""
