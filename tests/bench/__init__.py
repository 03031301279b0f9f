# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Benchmarks, each measured beside its floor in the same run: `make bench`."""
