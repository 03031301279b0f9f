# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""People and programs come in with what proves who they are; roles and what is kept from them leave."""
