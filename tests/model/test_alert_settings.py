# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`[alerts]` in umbel.toml: every fault at once, and no secret in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.model import settings

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.model.alert_settings import AlertSettings

_MAIL = '[[alerts.targets]]\nkind = "mail"\nhost = "mail.acme.example"\nsender = "umbel@acme.example"\n'


def _load(folder: Path, text: str) -> AlertSettings:
    path = folder / "umbel.toml"
    path.write_text(text)
    return settings.load(path).alerts


def test_nothing_is_wanted_unless_told(tmp_path: Path) -> None:
    assert not _load(tmp_path, "").wanted
    assert _load(tmp_path, "[alerts]\nautomatic = true\n").wanted
    told = _load(tmp_path, '[alerts]\nto = ["security@acme.example"]\n' + _MAIL)
    assert told.wanted
    assert told.targets[0].tls == "starttls"
    assert not _load(tmp_path, "[alerts]\nautomatic = false\n" + _MAIL + "owners_too = true\n").wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[alerts]\nto = ["a b"]\n', "'a b' is no mail address"),
        ('[alerts]\nto = ["dev@acme.example\\nBcc: x@y.example"]\n', "is no mail address"),
        ('[alerts]\nto = ["dev@acme.example"]\n', "needs a server"),
        ("[alerts]\nstale_days = -1\n", "must be 0 or more"),
        ('[alerts]\ncauses = ["cve"]\n', "must be one of vulnerability, malicious"),
        (_MAIL, "nobody gets it"),
        ('[[alerts.targets]]\nkind = "mail"\n', "needs the host"),
        (_MAIL + 'to = ["a@b.example"]\nuser = "u"\n', "needs a password"),
        (
            _MAIL + 'to = ["a@b.example"]\nuser = "u"\npassword = "s3cr3t"\n',
            "password' is not known|is not known",
        ),
        (_MAIL + 'to = ["a@b.example"]\nuser = "u"\npassword_env = "no name!"\n', "not a secret itself"),
        (
            _MAIL + 'to = ["a@b.example"]\nuser = "u"\npassword_env = "P"\ntls = "none"\n',
            "encrypted connection only",
        ),
        (_MAIL + 'to = ["a@b.example"]\ntimeout = 0\n', "must be at least 1"),
        ('[[alerts.targets]]\nkind = "webhook"\n', "needs one of url and url_env"),
        ('[[alerts.targets]]\nkind = "webhook"\nurl = "https://user:pw@hooks.example/"\n', "hold no user"),
        ('[[alerts.targets]]\nkind = "file"\npath = "a"\nfolder = "b"\n', "needs one of path and folder"),
        ('[[alerts.targets]]\nkind = "file"\npath = "a"\nname = "x"\n' * 2, "'x' is used twice"),
        (
            _MAIL + 'to = ["a@b.example"]\nuser = "u"\npassword_env = "P"\npassword_file = "f"\n',
            "only one of",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(settings.SettingsError, match=words) as caught:
        _load(tmp_path, text)
    assert "line " in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    assert "user:pw" not in str(caught.value)
