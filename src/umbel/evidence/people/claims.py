# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Claiming an address: a text that only its claimer can sign, and the proof that they did.

The text can be made again from the lake's salt, the address and the day, so that nothing is stored
until the proof is there. The signature is one of `ssh-keygen -Y sign -n umbel-claim`; whose key it is
stands in the allowed-signers file that the settings name.
"""

from __future__ import annotations

import re
import subprocess
from datetime import date, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from umbel.evidence.people import addresses
from umbel.evidence.people.handles import of_address
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.evidence.people.addresses import Address
    from umbel.evidence.people.rules import Rules

NAMESPACE = "umbel-claim"
DAYS = 30
"""A challenge can be answered for so long."""
_LARGEST = 1 << 16
_SECONDS = 20
_KEY = re.compile(r"key (SHA256:[A-Za-z0-9+/=]+)")


def address_of(text: str, rules: Rules) -> Address:
    """The address that is claimed; `login@users.noreply.github.com` for an account. Raises `UsageError`."""
    address = addresses.parse(text, rules.free_mail)
    if not address.same:
        raise UsageError(
            "That address can't be anybody's own.",
            "Placeholders, addresses of roles and names of machines belong to many.",
        )
    return address


def challenge(rules: Rules, address: Address, day: date, since: date | None = None) -> str:
    """The text to be signed for an address on a day."""
    handle = of_address(rules.salt, address)
    start = since.isoformat() if since else "always"
    seed = f"{handle} {day.isoformat()} {start}".encode()
    salt = blake2b(seed, digest_size=16, key=rules.salt, person=b"umbel claim").hexdigest()
    return (
        f"I contribute under the address {handle}, and want my contributions to be counted as those of\n"
        f"{rules.organisation or 'my organisation'}, from: {start}.\nMade: {day.isoformat()}. Salt: {salt}.\n"
    )


def verify(
    rules: Rules, address: Address, proof: Path, signers: Path, since: date | None = None
) -> tuple[str, str | None, date]:
    """Check a signature: gives the signer's own address, the key's fingerprint, and the day of the text.

    Raises `UsageError` if the signature is not by a key in the file, over a text of the last days.
    """
    for path, what in ((proof, "signature"), (signers, "allowed-signers file")):
        if not path.is_file() or path.stat().st_size > _LARGEST * (1 if path is proof else 1000):
            raise UsageError(f"There is no {what} {path}.")
    principals = _run(["-Y", "find-principals", "-s", str(proof), "-f", str(signers)], "").split()
    today = date.today()  # noqa: DTZ011 - days as people write them
    for principal in principals:
        for back in range(-1, DAYS + 1):
            day = today - timedelta(days=back)
            text = challenge(rules, address, day, since)
            command = ["-Y", "verify", "-f", str(signers), "-I", principal, "-n", NAMESPACE, "-s", str(proof)]
            said = _run(command, text)
            if said:
                key = _KEY.search(said)
                return principal, key[1] if key else None, day
    raise UsageError(
        "The proof doesn't hold.",
        f"It must be a signature of the challenge, at most {DAYS} days old, made with -n {NAMESPACE} by a key in "
        f"{signers.name}; --since as in the challenge.",
    )


def _run(arguments: list[str], text: str) -> str:
    """What ssh-keygen says; empty if it refuses."""
    try:
        done = subprocess.run(
            ["ssh-keygen", *arguments],
            input=text.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("ssh-keygen is not installed.", "It is part of OpenSSH.") from error
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
