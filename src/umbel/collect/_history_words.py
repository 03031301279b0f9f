# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What git says of a repository that it can't read, without what it quotes.

Git quotes paths, names of branches and lines of a configuration: a person's name or address may be among
them, and what is written of a snapshot stays when the person asks to be forgotten. So only words that git uses
itself are left, ids and numbers.
"""

from __future__ import annotations

import re

_LONGEST = 400
_LINES = 3
_KEPT = frozenset(
    """
    a access accessed all allocate allocation already alternate alternates an and answer any argument as at
    bad base be because been before blob blobs broken but by bytes can can't cannot changed check checksum
    commit commit-graph commits compressed compression config configuration corrupt corrupted corruption
    could couldn't damaged data death delta denied depth detected dictionary did different directory disk
    does doesn't download dubious due early empty end ended entries entry eof error exceeded exceeds exist
    exists expected extension extensions extra failed failure far fatal fetch fetched fetching file files
    filter fits for format found from garbage git got grafts graph had has hash have head header id in
    incomplete incorrect index inflate inflateinit input installed invalid is it its keyword killed large
    lazy length limit line link list lock long loose lost malformed malloc many map match maximum memory
    mismatch missing more name needed negative no non not nothing number object objects of offset on only
    open or out output over overflow ownership pack packed packed-refs packfile packs parent parents parse
    partial path permission pointer preferred premature prematurely promised promisor read readable reading
    ref reference refs remote repository revision root says seek setup sha sha1 shallow short signal size
    small space stat store stream supported symbolic tag tags terminated than that the there this timed to
    too traverse tree trees truncated type unable unexpected unknown unpack unreadable unresolved
    unsupported unterminated useful value version walk was when while with write wrong zlib
    """.split()
)
_WORD = re.compile(r"[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*")
_ID = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{4,64}|[0-9]{1,9}")
_QUOTED = re.compile(r"""(?<!\w)(['"`])(.*?)['"](?!\w)""")
_AROUND = "\"'`()[]<>{},.:;!?"


def told(words: str) -> str:
    """Git's first complaints on one line; what they quote is left out (…), and it may be nothing."""
    lines = words.splitlines()
    complaints = [line for line in lines if line.startswith(("error:", "fatal:"))] or lines
    said = (_plain(line.partition(": ")[2] if ": " in line[:9] else line) for line in complaints)
    return "; ".join(list(dict.fromkeys(one for one in said if one))[:_LINES])[:_LONGEST]


def _quoted(found: re.Match[str]) -> str:
    return found[2] if _ID.fullmatch(found[2]) else "…"


def _plain(line: str) -> str:
    kept: list[str] = []
    for word in _QUOTED.sub(_quoted, line[:_LONGEST]).split():
        bare = word.strip(_AROUND)
        # Names are written large, git's own words seldom are: "Could not read", "SHA1".
        plain = bare.islower() or not kept or bare.isupper()
        known = plain and bare.lower() in _KEPT and _WORD.fullmatch(bare)
        shown = word if known or _ID.fullmatch(bare) else "…"
        if shown != "…" or kept[-1:] != ["…"]:
            kept.append(shown)
    return " ".join(kept)
