# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs come in; the same answers leave as JSON, and what Dependency-Track's clients expect."""
