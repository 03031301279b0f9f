# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The pages: a folder a subject, each with its routes, figures, views and templates."""
