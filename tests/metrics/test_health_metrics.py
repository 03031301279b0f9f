# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Each health metric against an answer that anyone can check by hand, and on real histories."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.metrics import histories
from tests.metrics.histories import NOW, Commit, Release
from umbel.metrics.definition import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.metrics.engine import Engine
    from umbel.model.measurement import Measurement

METRICS = catalog().told_by_history()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        yield made


def ask(
    session: Session, name: str, commits: Sequence[Commit], releases: Iterable[Release] = (), **more: Any
) -> Measurement:
    """One metric of one told project."""
    (figure,) = histories.tell(session, commits, releases).measure(METRICS[name], **more)
    return figure


def shares(*numbers: int, **more: Any) -> list[Commit]:
    """A person for each number, with so many commits in the last year."""
    return [
        Commit(f"p{index:02}", -1 - step % 300, **more)
        for index, n in enumerate(numbers)
        for step in range(n)
    ]


def why(figure: Measurement) -> dict[str, Any]:
    assert isinstance(figure.evidence, dict)
    return figure.evidence


# ---- who makes how much


def test_the_worked_example_of_chaoss(session: Session) -> None:
    figure = ask(session, "absence_factor", shares(1000, 202, 90, 33, 332, 343, 42, 433))
    assert (figure.value, figure.denominator) == (2.0, 2475.0)
    assert why(figure) == {"people": 8, "by_them": 1433, "silent": 0, "silent_since": None}


@pytest.mark.parametrize(
    ("numbers", "factor"),
    [([5, 5], 1), ([1, 1, 1], 2), ([1, 1, 1, 1], 2), ([3, 3, 1], 2), ([7], 1), ([49, 51], 1)],
)
def test_half_is_enough(session: Session, numbers: list[int], factor: float) -> None:
    assert ask(session, "absence_factor", shares(*numbers)).value == factor


def test_of_those_who_make_half_the_silent_are_counted(session: Session) -> None:
    commits = [Commit("ann", -day) for day in range(200, 230)] + [Commit("bob", -day) for day in range(1, 30)]
    figure = ask(session, "absence_factor", [*commits, *(Commit("cyd", -day) for day in range(1, 28))])
    assert figure.value == 2
    assert (why(figure)["silent"], why(figure)["silent_since"]) == (1, date(2025, 8, 13))


def test_bots_are_no_people_and_co_authors_are(session: Session) -> None:
    commits = [Commit("renovate[bot]", -day) for day in range(1, 50)]
    commits += [Commit("ann", -1, co=("bob",)), Commit("ann", -2, co=("bob", "bob")), Commit("ann", -3)]
    assert ask(session, "active_contributors", commits).value == 2
    assert ask(session, "absence_factor", commits).denominator == 5
    assert ask(session, "commit_activity", commits).value == 3
    assert ask(session, "commit_activity", commits).denominator == 52
    assert ask(session, "bot_share", commits).value == pytest.approx(49 / 52)


def test_concentration(session: Session) -> None:
    assert ask(session, "gini", shares(5, 5, 5, 5)).value == pytest.approx(0)
    assert ask(session, "gini", shares(1, 2, 3, 4)).value == pytest.approx(0.25)
    one = ask(session, "gini", shares(9))
    assert (one.value, one.why) == (None, "only one person contributed")
    top = ask(session, "top_share", shares(3, 1, 1))
    assert (top.value, why(top)["person"], top.denominator) == (0.6, "p00", 5)


def test_concentration_over_years(session: Session) -> None:
    commits = []
    for year, share in ((2022, 5), (2023, 6), (2024, 7), (2025, 8)):
        middle = (datetime(year, 7, 1, 12, tzinfo=UTC) - NOW).days
        commits += [Commit("ann" if step < share else f"b{step}", middle + step) for step in range(10)]
    figure = ask(session, "concentration_trend", commits, window=None)
    assert figure.value == pytest.approx(0.1)
    assert why(figure)["first_year"] == 2022
    assert ask(session, "concentration_trend", shares(20), window=None).value is None


# ---- who comes and goes


def test_newcomers(session: Session) -> None:
    commits = [
        Commit("old", -500),
        Commit("old", -5),
        Commit("gone", -400),
        Commit("new", -300),
        Commit("newer", -1),
    ]
    figure = ask(session, "new_contributors", commits)
    assert (figure.value, figure.denominator) == (2, 3)
    assert why(figure) == {"new": 2, "active": 3, "ever": 4}


def test_retention(session: Session) -> None:
    commits = [
        Commit(p, day)
        for p, days in {"a": (-500, -5), "b": (-400,), "c": (-3,), "d": (-900,)}.items()
        for day in days
    ]
    figure = ask(session, "contributor_retention", commits)
    assert (figure.value, figure.denominator) == (0.5, 2)


def test_conversion_counts_days_not_commits(session: Session) -> None:
    commits = [Commit("burst", -400 + step / 1000) for step in range(20)]
    commits += [Commit("again", -500), Commit("again", -2)]
    commits += [Commit("core", -600 + day) for day in range(12)]
    commits += [Commit("earlier", -800), Commit("earlier", -500), Commit("late", -10), Commit("late", -9)]
    figure = ask(session, "contributor_conversion", commits)
    assert why(figure) == {"newcomers": 3, "drive_by": 1, "repeat": 1, "core": 1}
    assert figure.value == pytest.approx(2 / 3)


def test_maintainers_are_known_by_what_they_do(session: Session) -> None:
    commits = [
        Commit("merger", -5, parents=2), Commit("merger", -6, parents=2),
        Commit("once", -5, parents=2),
        Commit("author", -7, by="picker"), Commit("author", -8, by="picker"),
        Commit("author", -9, reviewed=(("reviewed-by", "reader"), ("acked-by", "reader"))),
        Commit("author", -9, reviewed=(("signed-off-by", "signer"), ("tested-by", "tester"))),
        Commit("old", -700, parents=2), Commit("old", -701, parents=2), Commit("bot[bot]", -1, parents=2),
        Commit("bot[bot]", -2, parents=2),
    ]  # fmt: skip
    figure = ask(
        session,
        "maintainers",
        commits,
        [Release("v1", -3, tagger="tagger"), Release("x", -3, tagger="no", version=None)],
    )
    assert figure.value == 4  # merger, picker, reader, tagger
    assert ask(session, "maintainers", [Commit("author", -7)]).value == 0


def test_maintainers_who_fell_silent(session: Session) -> None:
    commits = [Commit(who, day, parents=2) for who in ("gone", "here", "writes") for day in (-500, -600)]
    commits += [Commit("here", -20, parents=2), Commit("writes", -20)]
    figure = ask(session, "silent_maintainers", commits)
    assert (figure.value, figure.denominator) == (1, 3)
    assert why(figure)["silent_since"] == date(2024, 10, 17)
    nobody = ask(session, "silent_maintainers", [Commit("a", -500), Commit("a", -1)])
    assert (nobody.value, nobody.why) == (None, "no maintainers are known in the window before")


def test_knowledge_at_risk(session: Session) -> None:
    commits = [Commit("gone", -400 - step) for step in range(6)] + [Commit("here", -500), *shares(3)]
    figure = ask(session, "knowledge_at_risk", commits)
    assert figure.value == pytest.approx(0.7)
    assert why(figure) == {"silent": 2, "people": 3, "largest_silent_share": 0.6}
    assert ask(session, "knowledge_at_risk", shares(3)).value == 0


# ---- how much goes on


def test_activity_trend(session: Session) -> None:
    old = [Commit("a", -900)]
    assert (
        ask(session, "activity_trend", [*old, *(Commit("a", -400 - s) for s in range(4)), *shares(2)]).value
        == 0.5
    )
    young = ask(session, "activity_trend", [Commit("a", -400), Commit("a", -1)])
    assert (young.value, young.why) == (None, "the project is younger than two windows")
    pause = ask(session, "activity_trend", [*old, Commit("a", -1)])
    assert (pause.value, pause.why) == (None, "no commits by people in the window before")


def test_days_since(session: Session) -> None:
    commits = [Commit("a", -100), Commit("renovate[bot]", -1)]
    releases = [
        Release("v1", -30),
        Release("v2-rc1", -3, prerelease=True),
        Release("nightly", -1, version=None),
    ]
    last = ask(session, "days_since_commit", commits)
    assert (last.value, why(last)["last_by_a_bot"]) == (100, date(2026, 2, 28))
    assert ask(session, "days_since_release", commits, releases).value == 30
    only = ask(session, "days_since_release", commits, releases[1:])
    assert (only.value, only.why) == (None, "only pre-releases are tagged")
    assert ask(session, "days_since_release", commits, releases[2:]).why == "no tag with a version"


def test_a_shallow_history_still_knows_its_last_commit(session: Session) -> None:
    engine = histories.tell(session, [Commit("a", -7)], shallow=["shop"])
    assert engine.measure(METRICS["days_since_commit"])[0].value == 7
    assert engine.measure(METRICS["new_contributors"])[0].value is None


def test_releases(session: Session) -> None:
    commits = [Commit("a", -900)]
    tags = [Release(f"v{n}", -10 * n) for n in range(1, 6)] + [
        Release("part/v1", -10),
        Release("rc", -11, prerelease=True),
    ]
    figure = ask(session, "release_frequency", commits, tags)
    assert figure.value == 5
    assert why(figure) == {"days": 5, "tags": 6, "prereleases": 1, "ever": 6}
    assert ask(session, "release_frequency", commits, [Release("v1", -700)]).value == 0
    assert ask(session, "release_frequency", commits).value is None


def test_release_regularity(session: Session) -> None:
    commits = [Commit("a", -900)]
    clockwork = ask(session, "release_regularity", commits, [Release(f"v{n}", -30 * n) for n in range(1, 6)])
    assert clockwork.value == pytest.approx(0)
    assert clockwork.denominator == 4
    bursts = ask(session, "release_regularity", commits, [Release(f"v{n}", -n) for n in (1, 2, 3, 4, 300)])
    assert bursts.value == pytest.approx(1.70888, abs=1e-4)  # gaps 1, 1, 1, 296
    few = ask(session, "release_regularity", commits, [Release(f"v{n}", -n) for n in (1, 2, 3)])
    assert (few.value, few.why) == (None, "fewer than four releases in the window")


# ---- how it is done


def test_reviews(session: Session) -> None:
    commits = [
        Commit("a", -1, reviewed=(("reviewed-by", "b"), ("acked-by", "c"))), Commit("a", -2, by="b"), Commit("a", -3),
        Commit("a", -4, reviewed=(("signed-off-by", "b"),)), Commit("renovate[bot]", -5, by="a"),
    ]  # fmt: skip
    figure = ask(session, "review_share", commits)
    assert (figure.value, figure.denominator) == (0.5, 4)
    none = ask(session, "review_share", [Commit("a", -3)])
    assert (none.value, none.why) == (None, "the history shows no trace of reviews; a forge may hold them")


def test_sign_offs_and_signatures(session: Session) -> None:
    commits = [
        Commit("a", -1, trailers=(("signed-off-by", "a"), ("signed-off-by", "b")), signed=True),
        Commit("a", -2, trailers=(("reviewed-by", "b"),)), Commit("a", -3), Commit("a", -4, parents=2, signed=True),
    ]  # fmt: skip
    assert ask(session, "sign_off_share", commits).value == pytest.approx(1 / 3)
    assert ask(session, "signed_share", commits).value == 0.5
    assert ask(session, "sign_off_share", [Commit("a", -1)]).value == 0


def test_working_hours_are_the_authors_own(session: Session) -> None:
    # The estate's today is a Sunday, noon in UTC.
    monday = [Commit("a", -6, zone=zone) for zone in (0, 5 * 60, 6 * 60, -4 * 60, -5 * 60, -12 * 60)]
    figure = ask(session, "working_hours", [*monday, Commit("a", -7), Commit("a", -6, zone=None)])
    assert figure.denominator == 7
    assert figure.value == pytest.approx(3 / 7)  # at 12, 17 and 8; not at 18, 7 and 0 o'clock, nor on Sunday
    assert why(figure)["zone_unknown"] == 1
    assert why(figure)["weekend_share"] == pytest.approx(1 / 7)
    none = ask(session, "working_hours", [Commit("a", -6, zone=None)])
    assert (none.value, none.why) == (None, "no commit says its zone")


def test_zones(session: Session) -> None:
    commits = [
        Commit("a", -day, zone=zone)
        for zone, n in ((60, 60), (0, 38), (330, 2), (-480, 1))
        for day in range(1, n + 1)
    ]
    figure = ask(session, "zone_spread", [*commits, Commit("a", -1, zone=None)])
    assert (figure.value, figure.denominator) == (2, 101)
    assert why(figure)["utc_share"] == pytest.approx(38 / 101)
    assert why(figure)["largest_hours"] == 1
    assert ask(session, "zone_spread", [Commit("a", -1, zone=None)]).value is None


# ---- for whom


def affiliated(**numbers: int) -> list[Commit]:
    """So many contributions of each organisation; `unknown` is none."""
    return [
        Commit(name, -1 - step, organisation=None if name == "unknown" else name,
               ours=None if name == "unknown" else name == "acme")
        for name, number in numbers.items() for step in range(number)
    ]  # fmt: skip


def test_the_elephant_factor_never_takes_the_unknown_for_one_organisation(session: Session) -> None:
    assert ask(session, "elephant_factor", affiliated(acme=1, **{f"o{n}": 1 for n in range(7)})).value == 4
    figure = ask(session, "elephant_factor", affiliated(acme=4, other=3, unknown=3))
    assert (figure.value, figure.denominator) == (2, 10)
    assert why(figure)["unknown_share"] == pytest.approx(0.3)
    hidden = ask(session, "elephant_factor", affiliated(acme=4, unknown=5))
    assert hidden.value is None
    assert hidden.why == "affiliation is unknown for more than half of the contributions"
    assert ask(session, "elephant_factor", affiliated(acme=5, unknown=5)).value == 1


def test_organisations_and_our_share(session: Session) -> None:
    commits = affiliated(acme=2, other=3, unknown=5)
    diversity = ask(session, "organisational_diversity", commits)
    assert (diversity.value, why(diversity)["unknown_share"]) == (2, 0.5)
    ours = ask(session, "our_share", commits)
    assert (ours.value, ours.denominator, why(ours)["people"]) == (0.2, 10, 1)
    assert ask(session, "our_share", affiliated(other=3)).value == 0
    for name in ("organisational_diversity", "our_share"):
        figure = ask(session, name, affiliated(unknown=3))
        assert (figure.value, figure.why) == (None, "nobody's affiliation is known")


# ---- who takes over


def test_a_newcomer_who_takes_most_commits_or_the_releases(session: Session) -> None:
    old = [Commit("old", -900), Commit("old", -100)]
    took = ask(session, "handover_signs", [*old, *(Commit("new", -day) for day in (5, 6, 7))])
    assert took.value == 0.75
    assert (why(took)["person"], why(took)["since"]) == ("new", date(2026, 2, 22))
    few = ask(session, "handover_signs", [*old, Commit("new", -5), Commit("new", -6)])
    assert few.value == 0
    released = ask(
        session,
        "handover_signs",
        [*old, Commit("new", -5)],
        [Release("v2", -4, of=2), Release("v3", -3, tagger="new")],
    )
    assert (released.value, why(released)["releases"]) == (1.0, 2)
    young = ask(session, "handover_signs", [Commit("new", -5)])
    assert (young.value, young.why) == (None, "the project is younger than the window")
    assert ask(session, "handover_signs", old).value == 0


# ---- real histories


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Histories of the test data, read with git's own log."""
    names = ("core-js", "event-stream", "flask", "left-pad", "request")
    bundles = [shared_data / f"git/{name}.meta.bundle" for name in names]
    rows = histories.read(bundles, tmp_path_factory.mktemp("bundles"))
    with histories.session(tmp_path_factory.mktemp("real"), datetime(2026, 11, 1, tzinfo=UTC)) as session:
        yield histories.replaced(session, rows)


def values(real: Engine, name: str, day: str, **more: Any) -> dict[str, float | None]:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return {m.subject: m.value for m in real.measure(METRICS[name], as_of=moment, **more)}


def test_commits_are_as_many_as_git_counts(real: Engine) -> None:
    found = {m.subject: m.denominator for m in real.measure(METRICS["commit_activity"], window=None)}
    assert found == {"core-js": 7908, "event-stream": 322, "flask": 5531, "left-pad": 72, "request": 2270}


def test_the_hand_over_of_2018_shows_and_others_do_not(real: Engine) -> None:
    found = values(real, "handover_signs", "2018-10-10")
    assert found["event-stream"] == 1.0
    assert found["flask"] is not None
    assert found["flask"] < 0.1
    assert all((value or 0) < 0.5 for name, value in found.items() if name != "event-stream")


def test_flask_shows_no_hand_over_in_ten_years(real: Engine) -> None:
    metric = METRICS["handover_signs"]
    days = [datetime(year, month, 1, tzinfo=UTC) for year in range(2011, 2021) for month in (1, 7)]
    found = [m for m in real.series(metric, days) if m.subject == "flask" and m.value is not None]
    assert len(found) > 15
    assert max(m.value or 0 for m in found) < 0.5


def test_one_person_makes_core_js(real: Engine) -> None:
    assert values(real, "absence_factor", "2026-01-01", window=None)["core-js"] == 1
    assert (values(real, "top_share", "2026-01-01", window=None)["core-js"] or 0) > 0.9


def test_dead_projects_are_unknown_not_nought(real: Engine) -> None:
    found = values(real, "absence_factor", "2025-01-01")
    assert found["left-pad"] is None
    assert values(real, "active_contributors", "2025-01-01")["left-pad"] == 0
    assert values(real, "knowledge_at_risk", "2025-01-01")["left-pad"] == 1
