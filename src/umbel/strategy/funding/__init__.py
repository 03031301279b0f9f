# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: ranked projects, and where they take money. Leaves: a budget split over them, with its arithmetic."""
