# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people ask for and what waits for them comes in; the inbox, requests with their talk and their answers leave."""
