# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The centre of the flower: how mature the program is and why, what to do next, where evidence comes from."""
