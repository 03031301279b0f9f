# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said of where packages come from, by whom: relations in a session, weighed in sets.

- `mapping_packages(package)`: what is in use on the session's day;
- `mapping_claims(package, how, kind, url, mode)`: one row a word, each once;
- `mapping_places(url, mode, project, address, path, packaging)`: what the addresses name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from umbel.strategy.mapping.addresses import place
from umbel.strategy.mapping.model import model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.evidence.session import Session

TABLES = ("usage", "components", "packages")
"""The stored tables that are asked."""
_INSTALLED = ("site_packages", "node_modules", "dpkg_status", "apk_installed", "rpm_database", "image_tree",
              "oci_image")  # fmt: skip
"""Collectors of what is installed; those of SBOMs begin with `cyclonedx`, `spdx`; the rest read lockfiles."""
_METADATA = ", ".join(f"'{name}'" for name in _INSTALLED)
_FORGE = r"github|gitlab|bitbucket|codeberg|sr\.ht|gitea|savannah|googlesource"
"""Of archives' addresses only those are looked at: registries' own are most, and one a version."""

_PACKAGES = "CREATE OR REPLACE TABLE mapping_packages AS SELECT DISTINCT package FROM usage"

# Cold rows first made distinct by what is asked: a package's versions repeat its addresses.
_SAID = f"""
CREATE OR REPLACE TABLE mapping_said AS
WITH used AS (
  SELECT DISTINCT component,
         CASE WHEN starts_with(collector, 'cyclonedx') OR starts_with(collector, 'spdx') THEN 'sbom'
              WHEN collector IN ({_METADATA}) THEN 'metadata'
              ELSE 'lockfile' END AS how
  FROM usage
), told AS (
  SELECT c.package, u.how, c.urls, CASE WHEN c.purl LIKE '%_url=%' THEN c.purl END AS purl
  FROM raw_components AS c JOIN used AS u ON u.component = c.component
  WHERE len(c.urls) > 0 OR c.purl LIKE '%_url=%'
), listed AS (
  SELECT DISTINCT package, how, urls FROM told
), each_url AS (
  SELECT package, how, unnest(urls) AS said FROM listed
)
SELECT DISTINCT package, how, said.kind, said.url FROM each_url
WHERE said.url IS NOT NULL AND said.kind IN ('vcs', $kinds)
  AND (said.kind <> 'distribution' OR regexp_matches(said.url, '{_FORGE}'))
UNION
SELECT package, CASE how WHEN 'lockfile' THEN how ELSE 'purl' END, 'purl', purl FROM told WHERE purl IS NOT NULL
"""  # noqa: S608 - ours

_OF_REGISTRIES = """
SELECT p.package, CASE WHEN p.source = 'deps.dev' THEN 'deps.dev' ELSE 'registry' END AS how, 'vcs' AS kind,
       p.repository AS url
FROM packages AS p JOIN mapping_packages AS u ON u.package = p.package WHERE p.repository IS NOT NULL
UNION
SELECT p.package, CASE WHEN p.source = 'deps.dev' THEN 'deps.dev' ELSE 'registry' END, 'website', p.homepage
FROM packages AS p JOIN mapping_packages AS u ON u.package = p.package WHERE p.homepage IS NOT NULL
"""

_CLAIMS = f"""
CREATE OR REPLACE TABLE mapping_claims AS
WITH every AS (
  SELECT package, how, kind, url FROM mapping_said WHERE kind <> 'purl'
  UNION {_OF_REGISTRIES}
  UNION SELECT package, how, kind, url FROM mapping_named
)
SELECT package, kind, url,
       CASE WHEN kind IN ('vcs', 'distribution') THEN how ELSE 'homepage' END AS how,
       CASE WHEN kind <> 'vcs' THEN 'forge' WHEN starts_with(package, 'pkg:npm/') THEN 'npm' ELSE 'any' END AS mode
FROM every
"""  # noqa: S608 - ours

_QUALIFIED = "SELECT package, how, url FROM mapping_said WHERE kind = 'purl' ORDER BY ALL"
_ON_FORGES = re.compile(r"(?:github\.com|bitbucket\.org|codeberg\.org|gitlab\.com)/")
_MAJOR = re.compile(r"v\d+")


def gather(session: Session) -> None:
    """Make the relations of this module in a session that holds `TABLES`."""
    import pyarrow as pa

    weights = model()
    session.run(_PACKAGES)
    kinds = ", ".join(f"'{kind}'" for kind in weights.kind)
    session.run(_SAID.replace("$kinds", kinds))
    rows = [*_qualified(session), *_by_name(session)]
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 4
    names = ("package", "how", "kind", "url")
    session.register(
        "mapping_named", pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})
    )
    session.run(_CLAIMS)
    _locate(session)


def _qualified(session: Session) -> Iterable[tuple[str, str, str, str]]:
    """What the qualifiers of purls say: `vcs_url`, `download_url`."""
    for package, how, purl in session.ask(_QUALIFIED).rows():
        said = dict(parse_qsl(purl.partition("?")[2].partition("#")[0]))
        if said.get("vcs_url"):
            yield package, how, "vcs", said["vcs_url"]
        elif said.get("download_url"):
            yield package, how, "distribution", said["download_url"]


_NAMED = """
SELECT package FROM mapping_packages
WHERE regexp_matches(package, '^pkg:(golang|github|githubactions|bitbucket|gitlab|codeberg|swift)/')
"""


def _by_name(session: Session) -> Iterable[tuple[str, str, str, str]]:
    """What a package's own name says: a module's path, the owner and name on a forge."""
    for (package,) in session.ask(_NAMED).rows():
        url = of_name(package)
        if url is not None:
            yield package, "purl", "vcs", url


def of_name(package: str) -> str | None:
    """The address of the repository that a package's own name holds; a folder in it as a fragment.

    >>> of_name("pkg:golang/github.com/acme/shop/till/v2")
    'https://github.com/acme/shop#./till'
    """
    kind, _, name = package.removeprefix("pkg:").partition("/")
    path = unquote(name)
    if kind == "githubactions":
        return f"https://github.com/{path}"
    if kind in {"github", "bitbucket", "gitlab", "codeberg"}:
        return f"https://{kind}.{'org' if kind in {'bitbucket', 'codeberg'} else 'com'}/{path}"
    if kind == "swift":
        return f"https://{path}" if _ON_FORGES.match(path) else None
    documented = model().of_module(path)
    if documented is not None or not _ON_FORGES.match(path):
        return documented
    parts = [part for part in path.split("/") if not _MAJOR.fullmatch(part)]
    if parts[0] == "gitlab.com" and len(parts) > 3:
        return None  # where its subgroups end and its folders begin can't be told
    folder = "/".join(parts[3:])
    return f"https://{'/'.join(parts[:3])}" + (f"#./{folder}" if folder else "")


def _locate(session: Session) -> None:
    """Take every address apart once."""
    import pyarrow as pa

    asked = session.ask("SELECT DISTINCT url, mode FROM mapping_claims ORDER BY ALL").rows()
    found = [(url, mode, where) for url, mode in asked if (where := place(url, mode)) is not None]
    text, hosts = pa.string(), frozenset(model().packaging.hosts)
    rows = {
        "url": pa.array([url for url, _, _ in found], text),
        "mode": pa.array([mode for _, mode, _ in found], text),
        "project": pa.array([where.project for _, _, where in found], text),
        "address": pa.array([where.url for _, _, where in found], text),
        "path": pa.array([where.path for _, _, where in found], text),
        "packaging": pa.array(
            [where.project.partition("/")[0] in hosts for _, _, where in found], pa.bool_()
        ),
    }
    session.register("mapping_places", pa.table(rows))
