# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Words on a command line → plain values, without Pydantic.

Typer asks Pydantic to make a value even of a text, and loading that takes longer than most answers. Texts, paths,
flags, numbers and words of an enumeration are made here; whatever is of another kind, or is no sound value of
its kind, is left to Typer, and so is every refusal.
"""

from __future__ import annotations

import os
import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import typer
from typer.core import TyperArgument, TyperOption

if TYPE_CHECKING:
    from typer.models import ParameterInfo

_LEFT = object()
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII).fullmatch
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII).fullmatch


class _Option(TyperOption):
    """An option whose value needs no Pydantic."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """The value as its command takes it."""
        made = plain_value(self, value)
        if made is _LEFT:
            return super().process_value(ctx, value)
        return made if self.callback is None else self.callback(ctx, self, made)


class _Argument(TyperArgument):
    """An argument whose value needs no Pydantic."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """The value as its command takes it."""
        made = plain_value(self, value)
        if made is _LEFT:
            return super().process_value(ctx, value)
        return made if self.callback is None else self.callback(ctx, self, made)


def plain(command: Any) -> Any:
    """The same command, or group of commands, whose parameters make plain values themselves."""
    for parameter in (*command.params, command.get_help_option(typer.Context(command))):
        if type(parameter) is TyperOption:
            parameter.__class__ = _Option
        elif type(parameter) is TyperArgument:
            parameter.__class__ = _Argument
    for inner in getattr(command, "commands", {}).values():
        plain(inner)
    return command


def plain_value(parameter: TyperOption | TyperArgument, value: Any) -> Any:
    """The value of a parameter, or the mark that it is left to Typer."""
    info = parameter.type_descriptor.parameter_info
    kind: Any = parameter.type_descriptor.annotation
    if info.parser is not None:
        return _LEFT
    several = parameter.multiple or parameter.nargs == -1
    if value is None:
        return _LEFT if parameter.required else () if several else None
    if not several:
        return _one(kind, info, value)
    if get_origin(kind) is not list or not isinstance(value, tuple | list):
        return _LEFT
    made = [_one(get_args(kind)[0], info, each) for each in value]
    return _LEFT if any(each is _LEFT for each in made) or (parameter.required and not made) else made


def _one(kind: Any, info: ParameterInfo, value: Any) -> Any:
    if kind is str:
        return value if type(value) is str else _LEFT
    if kind is bool:
        return value if isinstance(value, bool) else _LEFT
    if kind is Path:
        return _path(info, value)
    if kind is int or kind is float:
        return _number(kind, info, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next((each for each in kind if value is each or value == str(each.value)), _LEFT)
    return _LEFT


def _path(info: ParameterInfo, value: Any) -> Any:
    checked = info.exists or info.writable or info.resolve_path or info.allow_dash or info.path_type
    if (
        checked
        or not (info.file_okay and info.dir_okay)
        or not isinstance(value, str | Path)
        or "\0" in str(value)
    ):
        return _LEFT
    path = Path(value)
    try:
        return _LEFT if info.readable and path.exists() and not os.access(path, os.R_OK) else path
    except OSError:
        return _LEFT


def _number(kind: type[float], info: ParameterInfo, value: Any) -> Any:
    if isinstance(value, str) and (_WHOLE if kind is int else _DECIMAL)(value):
        value = kind(value)
    if type(value) is not kind or info.clamp:
        return _LEFT
    below = info.min is not None and value < info.min
    return _LEFT if below or (info.max is not None and value > info.max) else value
