# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m umbel`."""

from umbel.cli import main

if __name__ == "__main__":
    main()
