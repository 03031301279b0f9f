# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents that people and pipelines hand in come in; evidence, receipts and their verdicts leave."""
