# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for purls, license expressions and versions whatever they are made of."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from packageurl import PackageURL

from umbel.model import licenses, purl, versions

# Types whose names packageurl-python treats as their definitions do; the others are told in tests/model/test_purl_suite.py.
AGREED = [
    "bitbucket",
    "cargo",
    "composer",
    "cran",
    "docker",
    "gem",
    "generic",
    "github",
    "hackage",
    "maven",
    "nuget",
    "pub",
]
kinds = st.sampled_from(
    [*AGREED, "npm", "pypi", "deb", "rpm", "golang", "apk", "oci", "huggingface", "swift", "x-own"]
)
plain = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~+-]{0,10}", fullmatch=True)
part = st.text(min_size=1, max_size=12).filter(lambda text: text.strip().strip("/"))
anything = st.text(max_size=60) | st.text(
    st.sampled_from([*"pkg:/@?#&=%2540FnmAz_-.+ \t", "é", "\ud800", "😀"]), max_size=60
).map("pkg:npm/".__add__)


# -- purls


@given(kind=st.sampled_from(AGREED), namespace=st.none() | plain, name=plain, version=st.none() | plain)
def test_a_purl_is_what_packageurl_python_makes_of_it(
    kind: str, namespace: str | None, name: str, version: str | None
) -> None:
    # With an encoded letter in a name that is lowered, packageurl-python lowers the escape's digits, too.
    assume("+" not in f"{namespace}{name}")
    expected = PackageURL(kind, namespace, name, version)
    found = purl.parse(expected.to_string())
    assert found.purl == expected.to_string()
    assert (found.namespace, found.name, found.version) == (
        expected.namespace,
        expected.name,
        expected.version,
    )
    assert purl.make(kind, namespace, name, version) == found


@given(kind=kinds, namespace=st.none() | part, name=part, version=st.none() | part, key=plain, value=part)
def test_what_was_made_is_read_back(
    kind: str, namespace: str | None, name: str, version: str | None, key: str, value: str
) -> None:
    assume(not key[0].isdigit() and "~" not in key and "+" not in key)
    try:
        made = purl.make(kind, namespace, name, version, {key: value})
    except purl.PurlError:
        return
    again = purl.parse(made.purl)
    assert again == made._replace(note=None)
    assert purl.parse(made.package).package == made.package
    assert purl.make(made.type, made.namespace, made.name, made.version).package == made.package
    assert purl.ecosystem(made.package) == kind


@given(anything)
def test_whatever_is_read_is_canonical_after_one_reading(text: str) -> None:
    try:
        found = purl.parse(text)
    except purl.PurlError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, and each has its own promise
        return
    again = purl.parse(found.purl)
    assert again == found._replace(note=None)
    package = purl.parse(found.package)
    assert (package.package, package.purl, package.version) == (found.package, found.package, None)
    assert found.package.isascii()
    assert "@" not in found.package


@given(
    st.text(max_size=40),
    st.none() | st.text(max_size=20),
    st.text(max_size=40),
    st.none() | st.text(max_size=20),
)
def test_unidentified_keys_are_as_distinct_as_their_names_and_no_packages(
    name: str, namespace: str | None, other: str, beside: str | None
) -> None:
    key = purl.unidentified(name, namespace)
    assert not key.startswith("pkg:")
    assert "@" not in key
    assert (key == purl.unidentified(other, beside)) == ((name, namespace or None) == (other, beside or None))


@given(st.text(max_size=60))
def test_a_question_is_understood_or_refused(text: str) -> None:
    try:
        query = purl.parse_query(text)
    except purl.PurlError:
        return
    assert (query.package is None) != (query.name is None)


@given(kind=kinds, name=plain, version=plain)
def test_a_question_for_a_made_purl_finds_it(kind: str, name: str, version: str) -> None:
    made = purl.make(kind, "some", name, version)
    assert purl.parse_query(made.purl) == (made.package, None, made.version)


# -- licenses

ids = st.sampled_from(
    [
        "MIT",
        "Apache-2.0",
        "GPL-2.0-only",
        "MPL-2.0",
        "LicenseRef-x",
        "DocumentRef-d:LicenseRef-y",
        "Apache-2.0+",
    ]
)
leaves = ids | ids.map("{} WITH Classpath-exception-2.0".format)
expressions = st.recursive(
    leaves,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR", "and", "Or"]), inner).map(
        "({0[0]} {0[1]} {0[2]})".format
    ),
    max_leaves=8,
)


def names(expression: str) -> list[str]:
    words = expression.replace("(", " ").replace(")", " ").split()
    return [word for word in words if word.upper() not in {"AND", "OR", "WITH"}]


@given(expressions)
def test_reading_an_expression_drops_no_license_and_is_done_after_once(expression: str) -> None:
    found = licenses.read(expression).expression
    assert found is not None
    assert names(found) == names(expression)
    assert licenses.read(found).expression == found


@given(expressions, expressions)
def test_a_choice_is_never_heavier_and_a_sum_never_lighter_than_its_parts(one: str, other: str) -> None:
    weights = [
        "public-domain",
        "permissive",
        "weak-copyleft",
        "strong-copyleft",
        "network-copyleft",
        "other",
        "proprietary",
        "unknown",
    ]
    weigh = {text: weights.index(licenses.category(licenses.read(text).expression)) for text in (one, other)}
    choice, together = (licenses.read(f"({one}) {word} ({other})").expression for word in ("OR", "AND"))
    assert weights.index(licenses.category(choice)) == min(weigh.values())
    assert weights.index(licenses.category(together)) == max(weigh.values())


@given(st.lists(expressions, min_size=1, max_size=4))
def test_the_effective_license_is_an_expression_that_holds_every_statement(statements: list[str]) -> None:
    whole = licenses.effective([], statements, [])
    assert whole is not None
    assert set(names(whole)) == {name for statement in statements for name in names(statement)}
    assert licenses.read(whole).expression == whole


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["MIT", "or", "AND", "(", ")", "WITH", "BSD", "/", "foo", ","])).map(" ".join)
)
def test_any_statement_is_kept_and_understood_or_not(text: str) -> None:
    found = licenses.read(text)
    assert found.raw == text
    assert found.kind not in {"text", "none", "noassertion"} or found.expression is None
    assert found.expression is None or licenses.read(found.expression).expression == found.expression
    assert found.expression is not None or found.note is not None or found.kind in {"none", "noassertion"}


# -- versions

number = st.integers(0, 30)
release = st.tuples(number, number, number).map(lambda t: ".".join(map(str, t)))
ordered = st.sampled_from(
    ["npm", "pypi", "cargo", "maven", "deb", "rpm", "gem", "golang", "nuget", "composer", "apk", "cran"]
)
schemes = st.sampled_from(
    ["npm", "pypi", "maven", "deb", "rpm", "gem", "nuget", "composer", "conan", "alpm", "pub", "x", None]
)
wild = st.text(max_size=20) | st.text(st.sampled_from("0123456789.-+~^<>=!|*[](),abrcvx "), max_size=20)


@given(ordered, release, release)
def test_plain_releases_are_ordered_by_their_numbers(kind: str, a: str, b: str) -> None:
    left, right = [int(x) for x in a.split(".")], [int(x) for x in b.split(".")]
    assert versions.compare(kind, a, b) == (left > right) - (left < right)
    assert versions.satisfies(kind, a, f">={b}") == (left >= right)
    assert versions.satisfies(kind, a, f"vers:{kind}/<{b}") == (left < right)


@given(schemes, wild, wild)
def test_no_text_whatever_crashes_and_order_has_two_sides(kind: str | None, version: str, other: str) -> None:
    assert versions.satisfies(kind, version, other) in {True, False, None}
    order, back = versions.compare(kind, version, other), versions.compare(kind, other, version)
    assert order == (None if back is None else -back)
    assert sorted([version, other], key=versions.sort_key(kind)) == sorted(
        [other, version], key=versions.sort_key(kind)
    )
