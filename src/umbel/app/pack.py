# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The evidence pack: everything that an auditor asks for, gathered from the records and the evidence."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from umbel.app import pack_decisions, pack_policy
from umbel.app.documents import Documents
from umbel.app.names import members, moment
from umbel.app.office_plan import OfficePlan
from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.policy.verdict import Verdict
    from umbel.reports.pack import Pack, Packed, Provenance
    from umbel.reports.pack_verify import Checked

_SLUG = re.compile(r"[^A-Za-z0-9._-]+")
_COLUMNS = (
    "key", "state", "level", "severity", "outcome", "rule", "project", "package", "version", "what", "reason", "remedy",
    "direct", "scope", "place", "exception", "vex",
)  # fmt: skip
_SNAPSHOT_COLUMNS = (
    "write_id", "collector", "collector_version", "subject", "subject_version", "producer", "format", "origin",
    "revision", "content_sha256", "observed_at", "collected_at", "outcome", "components",
)  # fmt: skip
_SNAPSHOTS = f"""
SELECT {", ".join(_SNAPSHOT_COLUMNS)}
FROM published WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], subject)
ORDER BY subject, collector, origin, observed_at, write_id
"""  # noqa: S608 - our own names


class Packing(OfficePlan, Documents):
    """See `umbel.app.workspace`."""

    def pack(
        self, path: str | os.PathLike[str], *, as_of: datetime | None = None, product: str | None = None
    ) -> Packed:
        """Write an evidence pack of the portfolio, or of one product; the same evidence gives the same bytes.

        It is of the end of a day: without `as_of` of today. Raises `UsageError` where nothing was collected, and where
        a file about persons is broken.
        """
        from umbel.reports.files import checked
        from umbel.reports.pack import Pack

        checked(path)
        day = as_of or moment(f"{datetime.now(UTC):%Y-%m-%d}")
        name = None if product is None else self.product(product).name
        (
            self.who(),
            self.stakeholders(as_of),
        )  # what is wrong in these quotes them, and would be told in the pack
        secrets = pack_policy.secrets(self.folder)
        with Pack(secrets) as made:
            head = _Packer(self, made, day, name).fill()
            return made.write(path, head)

    def verify_pack(self, path: Path) -> Checked:
        """Check a pack: one line a fault. Raises `UsageError` for what is none."""
        from umbel.reports.pack_verify import verify

        return verify(path)


class _Packer:
    """Fills one pack, part by part. What can't be had is said in it, and costs nothing else."""

    def __init__(self, here: Packing, pack: Pack, day: datetime, product: str | None) -> None:
        from umbel._version import __version__

        self.here, self.pack, self.day, self.product = here, pack, day, product
        self.version = __version__
        self.figures: list[tuple[str, str]] = []

    def fill(self) -> Any:
        """Every part; gives the head."""
        from umbel.reports.pack import Head

        with self.here.session(self.day, ("usage", "histories", "commits")) as session:
            from umbel.evidence.questions.coverage import known_projects

            scope = self.here.scope(session, self.product)
            projects = sorted(known_projects(session) if scope is None else scope)
            self._snapshots(session, scope)
        self.figures.append(("Projects", f"{len(projects):,}"))
        for what, part in (
            ("findings", self._findings),
            ("assessments", self._assessments),
            ("readings", self._readings),
        ):
            try:
                part()
            except UmbelError as error:
                self.pack.lacks(what, error.message)
        self._sboms(projects)
        self._notices(projects)
        self._products()
        pack_policy.add(self.pack, self.here, self.day, self.version)
        decisions = pack_decisions.add(self.pack, self.here.folder, self.version)
        self.figures.append(("Files of decisions", f"{decisions:,}"))
        return Head(
            organisation=self.here.settings.organisation.name or "",
            as_of=f"{self.day:%Y-%m-%d}",
            product=self.product,
            umbel=self.version,
            evidence=f"Figures are as of the end of {self.day:%Y-%m-%d} (UTC).",
            figures=tuple(self.figures),
        )

    def _by(self, collector: str, snapshot: str | None = None, origin: str | None = None) -> Provenance:
        from umbel.reports.pack import Provenance

        return Provenance(
            collector=collector,
            version=self.version,
            day=f"{self.day:%Y-%m-%d}",
            snapshot=snapshot,
            origin=origin,
        )

    def _snapshots(self, session: Any, scope: list[str] | None) -> None:
        from umbel.reports.pack import Provenance

        found = session.ask(_SNAPSHOTS, {"projects": scope})
        rows = found.rows()
        names = _SNAPSHOT_COLUMNS
        self.by_subject: dict[str, list[Provenance]] = {}
        for row in rows:
            told = dict(zip(names, row, strict=True))
            self.by_subject.setdefault(told["subject"], []).append(
                Provenance(
                    collector=told["collector"],
                    version=str(told["collector_version"]),
                    day=f"{told['observed_at']:%Y-%m-%d}",
                    snapshot=str(told["write_id"]),
                    origin=None if told["origin"] is None else str(told["origin"]),
                )
            )
        about = f"{len(rows):,} snapshots: who read what, where, when, with the hash of each document."
        self.pack.add("snapshots/snapshots.csv", "snapshots", about, _csv(names, rows), (self._by("umbel"),))
        self.figures.append(("Snapshots of evidence", f"{len(rows):,}"))

    def _findings(self) -> None:
        import msgspec

        verdict: Verdict = self.here.verdict(product=self.product, as_of=self.day)
        by = self._by("umbel policy", snapshot=self._policy_hash())
        records = [
            {"key": one.key, "state": one.state, "fails": one.fails} | msgspec.structs.asdict(one)
            for one in verdict.findings
        ]
        counts = {name: number for name, number in verdict.counted().items() if number}
        whole = {
            "as_of": self.day,
            "judged": verdict.judged,
            "projects": verdict.projects,
            "counts": counts,
            "not_asked": verdict.gaps,
            "findings": records,
        }
        about = (
            f"{len(records):,} findings of the policy in force, with what each stands on; "
            f"{len(verdict.gaps)} rules could not be asked."
        )
        self.pack.add_json("findings/findings.json", "findings", about, whole, (by,))
        rows = [[_flat(record.get(name)) for name in _COLUMNS] for record in records]
        self.pack.add(
            "findings/findings.csv", "findings", "The same as a sheet.", _csv(_COLUMNS, rows), (by,)
        )
        said = ", ".join(f"{number:,} {name}" for name, number in counts.items()) or "none"
        self.figures.append(("Findings", said))
        self.figures.append(
            ("Judged", (f"{verdict.judged:,} component versions in {verdict.projects:,} projects"))
        )
        for gap in verdict.gaps:
            self.pack.lacks(f"findings of {gap.rule}", gap.reason)

    def _policy_hash(self) -> str | None:
        """The first digits of the policy's hash, so that findings can be told to be of it."""
        from umbel.policy import file

        path = self.here.folder / file.FILE
        return f"policy {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}" if path.is_file() else None

    def _assessments(self) -> None:
        library = self.here.frameworks()
        for each in self.here.assess_all(self.day, product=self.product):
            one = each.overall
            level = one.level.title if one.level else "no stage yet"
            share = "unknown" if one.share is None else f"{one.share:.0%}"
            about = (
                f"{each.framework.title}: {level}; {one.met} practices met, {one.unmet} not, "
                f"{one.unknown} unknown."
            )
            self.pack.add_json(
                f"assessments/{each.framework.id}.json",
                "assessment",
                about,
                each,
                (self._by("umbel maturity"),),
            )
            self.figures.append((each.framework.title, f"{level}, {share} met"))
        for broken in getattr(library, "broken", ()):
            self.pack.lacks("a framework of the workspace", str(broken))

    def _readings(self) -> None:
        readings = self.here.readings(None, self.day, product=self.product)
        known = sum(one.value is not None for one in readings.values())
        about = (
            f"{len(readings)} figures about the program, each with numerator, denominator and "
            f"coverage; {known} are known."
        )
        self.pack.add_json(
            "readings/readings.json", "readings", about, readings, (self._by("umbel indicators"),)
        )

    def _sboms(self, projects: list[str]) -> None:
        """One session for all: opening one for each would take most of the time."""
        from umbel.reports.sbom import Form, Sbom
        from umbel.reports.sbom_evidence import TABLES, whole

        written, form = 0, Form("cyclonedx", "1.6")
        with self.here.session(self.day, TABLES) as session:
            for project, slug in _slugs(projects):
                try:
                    content = b"".join(Sbom(whole(session, project, [project]), form))
                except UmbelError as error:
                    self.pack.lacks(f"SBOM of {project}", error.message)
                    continue
                by = self.by_subject.get(project, []) or [self._by("umbel sbom")]
                self.pack.add(f"sboms/{slug}.cdx.json", "sbom", f"{project} (CycloneDX 1.6).", content, by)
                written += 1
        self.figures.append(("SBOMs", f"{written:,} of {len(projects):,} projects"))

    def _notices(self, projects: list[str]) -> None:
        """For each product; for each project that belongs to none."""
        from umbel.reports.notices import TABLES, gather
        from umbel.reports.notices_text import rendered

        products = [one for one in self.here.settings.products if self.product in {None, one.name}]
        scopes = [(one.name, members(one, projects), [one]) for one in products]
        claimed = {name for _, scope, _ in scopes for name in scope}
        scopes += [(name, [name], []) for name in projects if name not in claimed]
        with self.here.session(self.day, TABLES) as session:
            for (name, scope, mine), (_, slug) in zip(
                scopes, _slugs([one[0] for one in scopes]), strict=True
            ):
                try:
                    decided = self.here._decided(mine, session.as_of)  # noqa: SLF001 - a part of the workspace
                    notices = gather(session, name, scope, everything=False, decided=decided)
                except UmbelError as error:
                    self.pack.lacks(f"notices of {name}", error.message)
                    continue
                lacking = len({each.name for each in notices.missing})
                about = f"{name}: licence texts and copyright lines"
                about += f"; something is missing for {lacking:,} packages." if lacking else "."
                content = rendered(notices, "text").encode()
                self.pack.add(f"notices/{slug}.txt", "notices", about, content, (self._by("umbel notices"),))

    def _products(self) -> None:
        chosen = [one for one in self.here.settings.products if self.product in {None, one.name}]
        about = (
            f"{len(chosen)} products as umbel.toml declares them: owner, criticality, how they "
            f"reach users, support."
        )
        self.pack.add_json("products.json", "products", about, chosen, (self._by("umbel products"),))


def _slugs(names: list[str]) -> Iterator[tuple[str, str]]:
    """A file's name for each: readable, safe everywhere, and different for different names."""
    plain = [_SLUG.sub("-", name).strip("-.")[:100] or "project" for name in names]
    counted = Counter(each.casefold() for each in plain)
    for name, slug in zip(names, plain, strict=True):
        twice = counted[slug.casefold()] > 1
        mark = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=4).hexdigest()
        yield name, f"{slug}-{mark}" if twice or slug != name.replace("/", "-") else slug


def _csv(names: Any, rows: Any) -> bytes:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: what a document says must not become a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value.isoformat() if hasattr(value, "isoformat") else value


def _flat(value: Any) -> Any:
    """A record in a cell: an exception's id, a VEX word."""
    for key in ("id", "status"):
        if hasattr(value, key):
            return getattr(value, key)
    return value
