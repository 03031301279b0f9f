# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The petal of the ecosystem: which projects matter, how fragile they are, who controls them, what we do about it.

Start at `routes.py`; what pages show is made in `figures.py` and `lists.py`, out of what `gathered.py` puts together.
"""
