# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports of one Python file: what is imported, and which names are used."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import umbel
from umbel.collect.imports.parsing import TooHardError, fit
from umbel.collect.imports.python import by_grammar, extract
from umbel.collect.imports.python_text import for_types, plain


def found(code: str, *spaces: str) -> dict[str, set[str]]:
    return {f.path: set(f.names) for f in extract(code.encode(), spaces.__contains__)}


def test_attributes_and_names_that_the_code_uses() -> None:
    code = "import numpy as np, os.path\nfrom x.y import a as b, c\nnp.array(np.linalg.norm(b))\nos.path.join()\n"
    assert found(code) == {"numpy": {"array", "linalg"}, "os.path": {"join"}, "x.y": {"a"}}


def test_comments_texts_and_names_of_arguments_are_no_use() -> None:
    code = (
        'import m\nfrom n import a, b, c, d\n# m.no\n"m.no"\nf(a=1)\nx: b = 1\nself.c\nf"{d.z} {m.yes} c"\n'
    )
    assert found(code) == {"m": {"yes"}, "n": {"b", "d"}}


def test_every_form_of_the_statement() -> None:
    code = (
        "from __future__ import annotations\nfrom a import (b, # why\n  c as d,\n)\nimport e \\\n . f as g\n"
        "from h import *\nfrom . import i\nfrom .. j import k\nif True:\n  import l; import m\nd; g.u\n"
    )
    assert [(f.path, f.names, f.local) for f in extract(code.encode())] == [
        (".", (), True),
        (".", (), True),
        ("__future__", (), False),
        ("a", ("c",), False),
        ("e.f", ("u",), False),
        ("h", ("*",), False),
        ("l", (), False),
        ("m", (), False),
    ]


def test_imports_by_a_call_with_a_literal() -> None:
    code = "import importlib\nimportlib.import_module(\"a.b\")\n__import__('c')\nimport_module(name)\nx = \"import_module('d')\"\n"
    assert set(found(code)) == {"importlib", "a.b", "c"}


def test_what_is_imported_from_a_namespace_is_a_module() -> None:
    code = "from google.cloud import storage, bigquery as bq\nbq.Client\nstorage.Blob\n"
    assert found(code, "google.cloud") == {
        "google.cloud.storage": {"Blob"},
        "google.cloud.bigquery": {"Client"},
    }


def test_broken_code_gives_what_is_sure() -> None:
    assert set(found("import a\ndef f(:\n  import b\nclass\nimport c\n")) >= {"a", "c"}


@pytest.mark.parametrize(
    "code",
    [
        b"\xef\xbb\xbfimport a",
        "import a\n".encode("utf-16"),
        b"x = '\xff\xfe'\nimport a\n",
        b"x = 1\0\nimport a\n",
        b"import a\r\nimport a",
    ],
)
def test_odd_encodings_are_read(code: bytes) -> None:
    assert {f.path for f in extract(fit(code))} == {"a"}


@pytest.mark.parametrize(
    "code",
    [b"import a\n" + b"(" * 400_000, b"import a\n" + b"[{" * 200_000, b"import a\nx" + b"lambda:" * 90_000],
)
def test_what_nests_without_end_is_read_plainly_or_left_out(code: bytes) -> None:
    assert [f.path for f in extract(fit(b"\n" * 900 + code))] == ["a"]
    with pytest.raises(TooHardError):
        extract(fit(b"\n" * 900 + b"'\n" + code))  # a text without end: only the grammar can tell


def test_deep_but_sound_code_is_read() -> None:
    deep = b"x = " + b"[" * 5000 + b"]" * 5000 + b"\n" + b"y = " + b"not " * 5000 + b"a\n"
    assert [f.path for f in extract(b"import a\n" + deep + b"import b\n")] == ["a", "b"]


@pytest.mark.parametrize("data", [b"x" * (1 << 20) + b"\n", b"a = 1;" * 5000])
def test_what_no_person_writes_is_left_out(data: bytes) -> None:
    with pytest.raises(TooHardError):
        fit(data + b"a")


def test_equals_the_syntax_tree_of_python_itself() -> None:
    """Our own code is the sample; whole projects were compared too (docs/explanation/imports.md)."""
    folder = Path(umbel.__file__).parent / "collect"
    for path in sorted(folder.glob("*.py"))[:25]:
        data = path.read_bytes()
        assert Counter(f.path for f in extract(data)) == _by_ast(data), path.name


def _by_ast(data: bytes) -> Counter[str]:
    modules: Counter[str] = Counter()
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules["." if node.level else node.module or ""] += 1
    return modules


TEXTS = (
    "x = f'{a[\"b\"]} {{no}} {c!r:>{d}}'; y = b'\\''; z = '''it's\n'''; w = \"\"\"a \\\"\"\" b\"\"\"  # 'open\n",
    "s = 'a\\\n import no'\nt = f'\\N{DASH} {e}'\nif'x' in s: pass\nu = f'''{\n f}'''\n",
    "v = 'import no' 'from x import no'\ndef from_(important): return reimport.x\n",
)


@pytest.mark.parametrize("texts", TEXTS)
def test_plain_text_shows_what_the_grammar_shows(texts: str) -> None:
    code = (
        f"{texts}import a.b as c\nif x: from . import d; import e\ntry:\n    from f import (g, # no\n  h)\n{texts}"
        "except E:\n    import i \\\n      , j\nfrom .import k\n"
    ).encode()
    read = plain(code)
    assert read is not None
    tree = by_grammar(code)
    assert [start for start, _ in read.imports] == [start for start, _ in tree.imports]
    assert read.code == tree.code


@pytest.mark.parametrize(
    "code",
    [
        "import a\nx = 'open\n",
        'import a\nx = """open\n',
        "import a\nf'{f'{x}'}'\n",
        'import a\nf"{x["y"]}"\n',
        "import a\nprint(import b)\n",
        "from a \\\n import b\n",
        "x.import a\n",
        "import a\rimport b\r",
    ],
)
def test_what_is_not_plain_is_left_to_the_grammar(code: str) -> None:
    assert plain(code.encode()) is None


def test_the_library_of_python_reads_the_same_by_text_and_grammar() -> None:
    """A sample; 21,472 files were compared too (docs/explanation/imports.md)."""
    read = 0
    for path in sorted(Path(ast.__file__).parent.glob("*.py"))[::8]:
        data = path.read_bytes()
        if (text := plain(data)) is not None:
            tree = by_grammar(data)
            assert [start for start, _ in text.imports] == [start for start, _ in tree.imports], path.name
            read += 1
    assert read > 10


def test_imports_for_types_only() -> None:
    code = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n    from b import (\n  c,\n)\n"
        "    from . import d\nimport e\nclass C:\n  if typing.TYPE_CHECKING: import f; import g\n  else:\n    import h\n"
        "if not TYPE_CHECKING:\n    import i\nif (TYPE_CHECKING):\n\n    import j\n    if x:\n        import k\n"
    )
    typed = {".", "a", "b", "f", "g", "j", "k"}
    assert {f.path for f in extract(code.encode()) if f.types} == typed
    assert {f.path for f in extract(code.encode())} == typed | {"typing", "e", "h", "i"}
    # The grammar loses its way where a bracket's lines are indented less than its block.
    sound = code.replace("(\n  c,\n)", "(c)").encode()
    tree = by_grammar(sound)
    assert for_types(tree) == for_types(plain(sound) or tree)
