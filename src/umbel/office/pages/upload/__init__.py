# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents that people hand in by a form come in; receipts with verdicts leave, for pipelines' uploads, too."""
