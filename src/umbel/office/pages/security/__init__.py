# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What may harm us: risks, advisories, alerts, incidents, what ends its life, and what VEX says."""
