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
    from umbel.reports.pack import Figure, Pack, Packed, Provenance
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

        It is of the end of a day: without `as_of` of today. What could not be had is told in it.
        Raises `UsageError` where nothing was collected, and where a file about persons is broken.
        """
        from umbel.reports.files import checked
        from umbel.reports.pack import Pack

        checked(path)
        day = as_of or moment(f"{datetime.now(UTC):%Y-%m-%d}")
        name = None if product is None else self.product(product).name
        # What is wrong in these quotes them, and would be told in the pack.
        self.who()
        self.stakeholders(as_of)
        secrets = pack_policy.secrets(self.folder, self.settings)
        with Pack(secrets) as made:
            made.hide(self.folder.as_posix(), ())
            head = Packer(self, made, day, name).fill()
            return made.write(path, head)

    def verify_pack(self, path: Path) -> Checked:
        """Check a pack: one line a fault. Raises `UsageError` for what is none."""
        from umbel.reports.pack_verify import verify

        return verify(path)


class Packer:
    """Fills one pack, part by part. What can't be had is said in it, and costs nothing else."""

    def __init__(
        self,
        here: Packing,
        pack: Pack,
        day: datetime,
        product: str | None,
        judged: tuple[str, ...] = ("findings", "readings", "assessments"),
    ) -> None:
        """Fill a pack of a day; `judged` are the parts that take long, in the order in which they are made.

        All readings come before the assessments: what the frameworks ask is there already then.
        """
        from umbel._version import __version__

        self.judged = judged
        self.here, self.pack, self.day, self.product = here, pack, day, product
        self.version = __version__
        self.figures: list[Figure] = []
        self.by_subject: dict[str, list[Provenance]] = {}

    def fill(self) -> Any:
        """Every part; gives the head."""
        from umbel.reports.pack import Head

        with self.here.session(self.day, ("usage", "histories", "commits")) as session:
            from umbel.evidence.questions.coverage import known_projects

            scope = self.here.scope(session, self.product)
            projects = sorted(known_projects(session) if scope is None else scope)
            self.pack.hide(self.here.folder.as_posix(), _folders(session))
            self._snapshots(session, scope)
        self._figure("Projects", f"{len(projects):,}")
        parts = {"findings": self._findings, "readings": self._readings, "assessments": self._assessments}
        for what in self.judged:
            try:
                parts[what]()
            except UmbelError as error:
                self.pack.lacks(what, error.message)
        self._sboms(projects)
        self._notices(projects)
        self._products()
        pack_policy.add(self.pack, self.here, self.day, self.version)
        narrow = pack_decisions.Narrow(self.day.date(), self.product, projects)
        decisions = pack_decisions.add(self.pack, self.here.folder, self.version, narrow)
        self._figure("Files of decisions", f"{decisions:,}")
        return Head(
            organisation=self.here.settings.organisation.name or "",
            as_of=f"{self.day:%Y-%m-%d}",
            product=self.product,
            umbel=self.version,
            evidence=f"Figures are as of {self._moment()}.",
            figures=tuple(self.figures),
        )

    def _moment(self) -> str:
        day = f"{self.day:%Y-%m-%d}"
        return f"the end of {day} (UTC)" if self.day == moment(day) else f"{self.day:%Y-%m-%d %H:%M:%S} (UTC)"

    def _figure(self, name: str, value: str, file: str | None = None) -> None:
        from umbel.reports.pack import Figure

        self.figures.append(Figure(name=name, value=value, file=file))

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
        path = "snapshots/snapshots.csv"
        self.pack.add(path, "snapshots", about, _csv(names, rows), (self._by("umbel"),))
        self._figure("Snapshots of evidence", f"{len(rows):,}", path)

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
        asked = f"; {len(verdict.gaps):,} rules could not be asked" if verdict.gaps else ""
        self._figure("Findings", said + asked, "findings/findings.json")
        judged = f"{verdict.judged:,} component versions in {verdict.projects:,} projects"
        self._figure("Judged", judged, "findings/findings.json")
        for gap in verdict.gaps:
            self.pack.lacks(f"findings of {gap.rule}", gap.reason)

    def _policy_hash(self) -> str | None:
        """The first digits of the policy's hash, so that findings can be told to be of it."""
        from umbel.policy import file

        path = self.here.folder / file.FILE
        return f"policy {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}" if path.is_file() else None

    def _assessments(self) -> None:
        from umbel.frameworks.loading import FOLDER

        for each in self.here.assess_all(self.day, product=self.product):
            one = each.overall
            level = one.level.title if one.level else "no stage yet"
            said = f"{level}; {one.met} practices met, {one.unmet} not, {one.unknown} unknown"
            about, path = f"{each.framework.title}: {said}.", f"assessments/{each.framework.id}.json"
            self.pack.add_json(path, "assessment", about, each, (self._by("umbel maturity"),))
            self._figure(each.framework.title, said, path)
        if (self.here.folder / FOLDER).is_dir():
            for broken in self.here.frameworks().broken:
                self.pack.lacks("a framework of the workspace", str(broken))

    def _readings(self) -> None:
        readings = self.here.readings(None, self.day, product=self.product)
        known = sum(one.value is not None for one in readings.values())
        about = (
            f"{len(readings)} figures about the program, each with numerator, denominator and "
            f"coverage; {known} are known."
        )
        path = "readings/readings.json"
        self.pack.add_json(path, "readings", about, readings, (self._by("umbel indicators"),))
        self._figure("Figures about the program", f"{known:,} of {len(readings):,} are known", path)

    def _sboms(self, projects: list[str]) -> None:
        """One session for all: opening one for each would take most of the time."""
        from umbel.reports.sbom import Form, Sbom
        from umbel.reports.sbom_evidence import TABLES, whole

        written, form = 0, Form("cyclonedx", "1.6")
        with self.here.session(self.day, TABLES) as session:
            for project, slug in self._slugs(projects):
                try:
                    content = b"".join(Sbom(whole(session, project, [project]), form))
                except UmbelError as error:
                    self.pack.lacks(f"SBOM of {project}", error.message)
                    continue
                by = self.by_subject.get(project, []) or [self._by("umbel sbom")]
                self.pack.add(f"sboms/{slug}.cdx.json", "sbom", f"{project} (CycloneDX 1.6).", content, by)
                written += 1
        self._figure("SBOMs", f"{written:,} of {len(projects):,} projects")

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
                scopes, self._slugs([one[0] for one in scopes]), strict=True
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

    def _slugs(self, names: list[str]) -> Iterator[tuple[str, str]]:
        return zip(names, _slugs([self.pack.cleaned(name) for name in names], names), strict=True)


def _folders(session: Any) -> list[str]:
    """Where on this machine the evidence was read: the folders in which documents and checkouts lie."""
    from posixpath import dirname

    from umbel.reports.pack_private import outermost

    rows = session.ask("SELECT DISTINCT origin FROM published WHERE starts_with(origin, 'file:')").rows()
    places = ("/" + str(origin).removeprefix("file:").lstrip("/") for (origin,) in rows)
    return [dirname(place) for place in outermost(places)]


def _slugs(told: list[str], names: list[str]) -> Iterator[str]:
    """A file's name for each: readable, safe everywhere, and different for different names."""
    from umbel.reports.pack import is_safe

    plain = [_SLUG.sub("-", name).strip("-.")[:100].rstrip("-.") or "project" for name in told]
    counted = Counter(each.casefold() for each in plain)
    given: set[str] = set()
    for name, slug in zip(names, plain, strict=True):
        marked, size = slug, 4
        if counted[slug.casefold()] > 1 or slug != name.replace("/", "-") or not is_safe(slug):
            marked = f"{slug}-{_mark(name, size)}"
        while marked.casefold() in given:  # somebody named a project as another's file
            size *= 2
            marked = f"{slug}-{_mark(name, size)}"
        given.add(marked.casefold())
        yield marked


def _mark(name: str, size: int) -> str:
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=size).hexdigest()


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
    from umbel.reports.spreadsheet import as_text

    if isinstance(value, str):
        return as_text(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _flat(value: Any) -> Any:
    """A record in a cell: an exception's id, a VEX word."""
    for key in ("id", "status"):
        if hasattr(value, key):
            return getattr(value, key)
    return value
