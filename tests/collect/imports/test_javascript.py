# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports of one file of JavaScript or TypeScript."""

from __future__ import annotations

import pytest

from umbel.collect.imports.javascript import extract


def found(code: str, suffix: str = ".js") -> dict[str, set[str]]:
    return {f.path: set(f.names) for f in extract(code.encode(), suffix)}


@pytest.mark.parametrize(
    ("code", "path", "names"),
    [
        ("import {a as b, c} from 'm'; b()", "m", {"a"}),
        ("import d from 'm'; d()", "m", {"default"}),
        ("import d from 'm'; d?.e", "m", {"e"}),
        ("import * as n from 'm'; n.f(); ({g: n . h})", "m", {"f", "h"}),
        ("import d, {a} from 'm'; [...a]", "m", {"a"}),
        ("import {'x-y' as z} from 'm'; z", "m", {"x-y"}),
        ("import 'm/side.css'", "m/side.css", set()),
        ("import x from './a.json' with {type: 'json'}", "./a.json", set()),
        ("export * from 'm'", "m", {"*"}),
        ("export {a as b, c} from 'm'", "m", {"a", "c"}),
        ("const m = require('m'); m.a", "m", {"a"}),
        ("const {a, b: {c}, d = 1, ...e} = require('m')", "m", {"a", "b", "d"}),
        ("require('m').a.b", "m", {"a"}),
        ("var m = __importDefault(require('m')); m.x", "m", {"x"}),
        ("const {a} = await import(`m`)", "m", {"a"}),
        ("import('m').then(f)", "m", set()),
        (
            "import React from 'react'; const x = <React.Fragment a='1'>React.no</React.Fragment>",
            "react",
            {"Fragment"},
        ),
    ],
)
def test_forms_and_the_names_used(code: str, path: str, names: set[str]) -> None:
    assert found(code) == {path: names}


@pytest.mark.parametrize(
    "code",
    [
        "// require('m')",
        "'require(\"m\")'",
        "`require('m')`",
        "a.require('m')",
        "require(m)",
        "require('m' + n)",
        "import(`m${n}`)",
        "export const from = 'm'",
        "/require('m')/",
    ],
)
def test_what_is_no_import(code: str) -> None:
    assert found(code) == {}


@pytest.mark.parametrize(
    ("code", "path", "names"),
    [
        ("import type {A} from 'm'; let a: A", "m", {"A"}),
        ("import {type A, B} from 'm'; let a: A", "m", {"A"}),
        ("import fs = require('fs'); fs.a", "fs", {"a"}),
        ("let a: import('m').T", "m", {"T"}),
        ("export type {A} from 'm'", "m", {"A"}),
        ("import {a} from 'm'; interface I { a: string }", "m", set()),
        ("import type from 'm'; type()", "m", {"default"}),
    ],
)
def test_typescript(code: str, path: str, names: set[str]) -> None:
    assert found(code, ".ts") == {path: names}
    assert found(code, ".tsx") == {path: names}


def test_flow_types_are_read_as_typescript() -> None:
    assert found("// @flow\nimport type {A} from 'm';\nfunction f(a: A): void {}") == {"m": {"A"}}


@pytest.mark.parametrize(
    ("code", "types"),
    [
        ("import type A from 'm'", True),
        ("import type * as n from 'm'", True),
        ("import type {a, b as c} from 'm'", True),
        ("import {type a, type b as c} from 'm'", True),
        ("export type {a} from 'm'", True),
        ("export {type a} from 'm'", True),
        ("import type a = require('m')", True),
        ("import {type a, b} from 'm'", False),
        ("import d, {type a} from 'm'", False),
        ("import {type as a} from 'm'", False),
        ("import {type} from 'm'", False),
        ("import type from 'm'", False),
        ("import type, {type a} from 'm'", False),
        ("import {} from 'm'", False),
        ("import 'm'", False),
        ("export * from 'm'", False),
        ("const m = require('m')", False),
    ],
)
def test_imports_for_types_only(code: str, types: bool) -> None:  # noqa: FBT001 - a parameter
    assert [f.types for f in extract(code.encode(), ".ts")] == [types]
