# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence of what is in use comes in; lists of projects, packages, components, upstream projects and people leave.

`lists` is the page of any list of the office.
"""
