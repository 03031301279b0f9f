# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for business: what products are exposed to, what belongs to none, who has a stake, who holds what."""
