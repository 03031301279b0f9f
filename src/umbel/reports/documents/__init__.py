# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents for people: typed facts enter; one model of blocks leaves as PDF, HTML or Markdown.

`blocks` is the model, `write` the three writers' door; beside them, one file a document turns facts into blocks.
"""
