# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The answer to "why?": a figure's definition, how it is computed, what it stands on, and from which evidence."""
