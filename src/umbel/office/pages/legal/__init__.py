# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What licences, policy and law ask: licences in use, violations, obligations, notices, exceptions, regulation."""
