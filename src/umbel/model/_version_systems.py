# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Versions of distributions' packages as values whose order is that of dpkg, rpm and apk.

Each reader gives nested tuples that Python compares, or None for what its package manager wouldn't take.

Source: deb-version(7); rpm's rpmvercmp and rpm-version(7); apk's version.c (apk-tools 2.14).
"""

from __future__ import annotations

import re
from typing import Any

_DEB = re.compile(r"(?:([0-9]+):)?([0-9A-Za-z.+:~_-]+?)(?:-([0-9A-Za-z.+~_]*))?").fullmatch
_DEB_PARTS = re.compile(r"([^0-9]*)([0-9]*)").findall
_RPM = re.compile(r"(?:([0-9]*):)?([^-\s]*)(?:-(\S*))?").fullmatch
_RPM_PARTS = re.compile(r"~|\^|[0-9]+|[A-Za-z]+").findall
_APK = re.compile(
    r"([0-9]+(?:\.[0-9]+)*)([A-Za-z])?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(?:~[0-9a-f]+)?(?:-r([0-9]+))?"
).fullmatch
_APK_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)").findall
_APK_ORDER = {
    "alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5,
}  # fmt: skip
_DEB_END = ((0,), 0)
_END = (1,)
_MOST_DIGITS = 64


def deb(version: str) -> Any | None:
    """A Debian version: epoch, upstream version, revision."""
    found = _DEB(version)
    if not found or _is_long(version):
        return None
    return int(found[1] or 0), _deb_part(found[2]), _deb_part(found[3] or "")


def _deb_part(text: str) -> Any:
    """Words and numbers in turn. In words a tilde stands before the end, and letters before other signs."""
    parts = [((*map(_deb_sign, word), 0), int(digits or 0)) for word, digits in _DEB_PARTS(text)]
    while parts and parts[-1] == _DEB_END:  # nothing is as good as a zero
        parts.pop()
    return *parts, _DEB_END


def _deb_sign(sign: str) -> int:
    return -1 if sign == "~" else ord(sign) if sign.isalpha() else ord(sign) + 256


def rpm(version: str) -> Any | None:
    """An RPM's epoch, version and release. What stands before a colon and is no number belongs to the version."""
    found = _RPM(version)
    if not found or _is_long(version):
        return None
    release: Any = ((-1,),) if found[3] is None else _rpm_part(found[3])
    return int(found[1] or 0), _rpm_part(found[2]), release


def _rpm_part(text: str) -> Any:
    """A tilde stands before the end, a caret after it, then words, then numbers."""
    return *((_RPM_SIGN.get(part) or _rpm_word(part)) for part in _RPM_PARTS(text)), _END


_RPM_SIGN = {"~": (0,), "^": (2,)}


def _rpm_word(part: str) -> tuple[int, int | str]:
    return (4, int(part)) if part.isdigit() else (3, part)


def apk(version: str) -> Any | None:
    """An Alpine version: numbers, a letter, suffixes around a plain version, a revision.

    A number after the first that begins with 0 is compared as the digits of a fraction are.
    """
    found = _APK(version)
    if not found or _is_long(version):
        return None
    first, *rest = found[1].split(".")
    numbers = ((1, int(first), ""), *(_apk_number(part) for part in rest), (-1, 0, ""))
    suffixes = tuple((_APK_ORDER[word], int(number or 0)) for word, number in _APK_SUFFIX(found[3]))
    return numbers, found[2] or "", (*suffixes, (0, 0)), int(found[4] or 0)


def _apk_number(text: str) -> tuple[int, int, str]:
    return (0, 0, text.rstrip("0")) if text.startswith("0") else (1, int(text), "")


def _is_long(version: str) -> bool:
    """Whether any number has more digits than it is worth to read."""
    return bool(re.search(rf"[0-9]{{{_MOST_DIGITS},}}", version))
