# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: lockfiles and manifests, one module a format.
Leaves: `Reading`s with direct or transitive, scope, edges and hashes where the format has them.
"""
