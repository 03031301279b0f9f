# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Products: what business depends on, who answers for each, which projects make it up; the forms that declare them."""
