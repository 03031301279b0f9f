# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""npm's `npm-shrinkwrap.json` → evidence: a lockfile that is published with the package."""

from __future__ import annotations

from umbel.collect.lockfiles.package_lock_json import PackageLockJsonCollector


class NpmShrinkwrapJsonCollector(PackageLockJsonCollector):
    """npm's lockfile for what is published: its form, and what is read in it, are package-lock.json's.

    npm itself reads only this file where both stand beside each other.
    """

    id = "npm_shrinkwrap_json"
    title = "npm shrinkwrap"
    reads = "npm-shrinkwrap.json of lockfile versions 1, 2 and 3, and those of npm before 5."
    limits = f"{PackageLockJsonCollector.limits} Those of npm before 5 don't say which packages only development needs."
    names = ("npm-shrinkwrap.json",)
