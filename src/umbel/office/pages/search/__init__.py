# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A few words come in; what they mean anywhere in the office leaves: packages, projects, people, advisories, pages."""
