# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The version, kept apart so that `umbel --version` imports nothing else."""

__version__ = "0.1.0"
