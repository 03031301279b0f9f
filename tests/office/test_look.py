# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts that pages are made of, and what stands around every page."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from umbel.office import charts, static_files
from umbel.office.roles import Role, allows
from umbel.office.routes import table
from umbel.office.templatetags import marks
from umbel.reports.markup import Html

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

STATIC = Path(static_files.__file__).parent / "static/office"
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SHAPES = {"path", "rect", "circle", "use"}


def shown(template: str, **context: Any) -> str:
    return Template(template).render(Context(context)).strip()


def words(template: str, **context: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", shown(template, **context)).replace("\u00a0", " ").split())


# ---- small marks


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "?"),
        (0, "0"),
        (1234567, "1,234,567"),
        (12.5, "12.5"),
        (12.345, "12.35"),
        (2.0, "2"),
        (-3, "-3"),
    ],
)
def test_a_number_is_said_and_unknown_is_no_number(value: object, said: str) -> None:
    assert words("{% number v %}", v=value) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (12, 40, "12 of 40 · 30.0 %"),
        (0, 40, "0 of 40 · 0 %"),
        (9999, 10000, "9,999 of 10,000 · 99.9 %"),
        (40, 40, "40 of 40 · 100 %"),
        (None, 40, "? of 40"),
        (3, None, "3 of ?"),
        (0, 0, "0 of 0 · –"),
    ],
)
def test_a_share_has_its_denominator(part: int | None, whole: int | None, said: str) -> None:
    assert words("{% share p w %}", p=part, w=whole) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 10, 1), "2026-10-01"),
        ("2026-10-01", "2026-10-01"),
        (datetime(2026, 10, 1, 23, 30, tzinfo=UTC), "2026-10-01"),
        ("2026-10-01T23:30:00+00:00", "2026-10-01"),
        ("2026-10-01T01:30:00+05:00", "2026-09-30"),
        ("soon", "?"),
        (None, "?"),
    ],
)
def test_a_day_is_a_day_in_utc(value: object, said: str) -> None:
    assert words("{% day d %}", d=value) == said


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=30), "in 30 minutes"),
        (timedelta(hours=-5), "5 hours ago"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-59), "59 days ago"),
        (timedelta(days=-60), "2 months ago"),
        (timedelta(days=800), "in 2 years"),
    ],
)
def test_how_long_ago(away: timedelta, said: str) -> None:
    now = datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert f">{said}<" in marks.ago(now + away, now)


def test_no_outcome_is_told_by_colour_alone() -> None:
    css = (STATIC / "office.css").read_text()
    tones = {*marks.TONES.values(), "unknown"}
    glyphs = {tone: re.search(rf"\.badge\.{tone}::before {{ content: \"(.)\" / \"\"", css) for tone in tones}
    glyphs["unknown"] = re.search(r"\.badge::before { content: \"(.)\" / \"\"", css)
    assert len({found[1] for found in glyphs.values() if found}) == len(tones)
    assert words("{% outcome 'not-applicable' %}") == "not applicable"
    assert 'class="badge unknown"' in shown("{% outcome None %}")
    assert 'class="badge unknown"' in shown("{% outcome 'never heard' %}")
    assert 'class="badge bad"' in shown("{% outcome o 'in words' %}", o="unmet")


# ---- foreign text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " https://a.example", "data:text/html,x", "//a.example", "",
     "https://me:secret@a.example", "https://a.example/\u202egnp", "https://" + "a" * 3000, None, "http://[::1"],
)  # fmt: skip
def test_a_link_out_of_the_house_is_plain_http(address: str | None) -> None:
    assert shown("{{ a|safe_link }}", a=address) == ""
    assert "<a" not in shown("{% away a 'there' %}", a=address)


def test_a_sound_link_is_a_link() -> None:
    assert (
        shown("{{ a|safe_link }}", a="https://acme.example/x?a=1&b=2") == "https://acme.example/x?a=1&amp;b=2"
    )
    assert 'rel="noopener noreferrer nofollow"' in shown("{% away a %}", a="https://acme.example/")


@pytest.mark.parametrize(
    "template",
    [
        "{% picture evil %}",
        "{% value evil %}",
        "{% outcome 'met' evil %}",
        "{% number evil %}",
        "{% crumbs evil evil %}",
        "{% why '#' evil %}",
        "{% callout 'warn' evil %}{{ evil }}{% endcallout %}",
        "{% figure_card evil evil of=evil why='#' note=evil noun=evil unit=evil %}",
        "{% chart evil spec evil %}",
        "{% include 'parts/table.html' with caption=evil heads=several rows=rows %}",
        "{% include 'parts/timeline.html' with events=events %}",
        "{% include 'parts/empty.html' with title=evil what=evil command=evil %}",
    ],
)
def test_markup_in_foreign_text_is_text(template: str) -> None:
    evil = "<script>alert(1)</script>\"' onload=x"
    told = shown(
        template,
        evil=evil,
        several=[evil],
        rows=[[evil]],
        events=[{"title": evil, "text": evil}],
        spec={"a": evil},
    )
    assert "<script>alert" not in told
    assert 'onload="' not in told
    assert Sound(told).faults == []


def test_numbers_of_a_small_table_stand_flush_right() -> None:
    told = shown(
        "{% include 'parts/table.html' %}",
        heads=["Project", "Components", "Owner", "Mixed"],
        rows=[["shop", 1204, "mate", 1], ["till", None, None, "many"]],
    )
    assert re.findall(r'<th scope="col"( class="number")?>', told) == ["", ' class="number"', "", ""]
    assert told.count('<td class="number">') == 2


def test_every_word_of_a_state_has_its_tone() -> None:
    """What pages show as a badge is listed: an unlisted word looks like something that nobody knows."""
    from typing import get_args

    from umbel.model import finding, license_compatibility, vex, vulnerability
    from umbel.policy import incidents_progress
    from umbel.policy.alerting import book
    from umbel.strategy import contributions

    told = [finding.Severity, finding.Level, finding.Outcome, license_compatibility.Outcome, vex.VexStatus]
    told += [vulnerability.Severity, incidents_progress.State, book.State, contributions.State]
    words_ = {word for each in told for word in get_args(each)} | {"complete", "partial", "failed", "excused"}
    plain = {word.replace("_", "-") for word in words_} - {"unknown"}
    assert plain - set(marks.TONES) == set()


def test_a_drawing_is_drawn() -> None:
    assert shown("{% picture html %}", html=Html("<svg></svg>")) == "<svg></svg>"


# ---- figures


def test_a_figure_needs_its_denominator_and_its_why() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"of.*why|why.*of"):
        shown("{% figure_card 'Projects' 3 %}")


def test_a_figure_says_what_it_is_of() -> None:
    told = words("{% figure_card 'Known' 12 of=40 why='#w' noun='components' trend=2 since=d better='higher' %}",
                 d=date(2026, 7, 1))  # fmt: skip
    assert told == "Known 12 of 40 components · 30.0 % ▲ 2 better since 2026-07-01 why? – Known"


def test_an_unknown_figure_stays_unknown() -> None:
    told = words("{% figure_card 'Known' None of=None why=None note='No lake.' trend=None %}")
    assert told == "Known ? of how many isn't known unknown before No lake."
    assert "gauge" not in shown("{% figure_card 'Known' None of='all' why=None %}")


@pytest.mark.parametrize(("better", "tone"), [("higher", "bad"), ("lower", "good"), (None, "none")])
def test_a_trend_is_judged_only_where_a_way_is_better(better: str | None, tone: str) -> None:
    told = shown("{% figure_card 'X' 1 of=2 why=None trend=-1 better=b %}", b=better)
    assert f"figure-trend {tone}" in told
    assert "▼ 1" in told


# ---- around every page


class Sound(HTMLParser):
    """Reads a page, and notes what must not be in one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.faults += [f"{tag} has {name}" for name in told if name.startswith("on") or name == "style"]
        self.faults += [
            f"{tag} leads to {v}" for v in told.values() if v and v.strip().lower().startswith("javascript:")
        ]
        if tag == "script" and "src" not in told and told.get("type") != "application/json":
            self.faults.append("a script in the page")
        if tag == "style":
            self.faults.append("a style in the page")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in told:
            self.ids.append(str(told["id"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} ends where it didn't begin")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()


@pytest.mark.parametrize("path", ["/style/", "/there/is/nothing"])
def test_every_page_is_sound(office: Path, as_role: Callable[[str], Client], path: str) -> None:  # noqa: ARG001 - serves
    answer = as_role("office").get(path)
    page = Sound(answer.content.decode())
    assert page.faults == []
    assert page.open == []
    assert page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert [step for step in steps if step[1] - step[0] > 1] == []
    assert [each for each in page.ids if page.ids.count(each) > 1] == []
    for landmark in ("header", "main", "footer", "nav"):
        assert landmark in page.tags
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_what_is_not_there_can_be_searched_for(
    office: Path,  # noqa: ARG001 - serves
    as_role: Callable[[str], Client],
    nobody: Client,
) -> None:
    told = as_role("viewer").get("/packages/of/left-pad/").content.decode()
    assert re.search(r'<form class="inline" role="search" action="/search/".*value="left pad"', told)
    stranger = nobody.get("/there/is/nothing?x=1").content.decode()
    assert 'role="search"' not in stranger
    assert "/account/login/?next=%2Fthere%2Fis%2Fnothing%3Fx%3D1" in stranger
    asked = nobody.get("/api/v1/there/is/nothing")
    assert asked["Content-Type"] == "application/problem+json"
    assert "/api/v1/openapi.json" in asked.json()["hint"]


def test_every_page_says_of_when_its_figures_are(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    foot = as_role("viewer").get("/me/").content.decode().partition("<footer")[2]
    assert re.search(r'figures of <a href="/why/edition/"><time', foot)
    assert "testserver/me/" in foot


@pytest.mark.parametrize("mail", [False, True])
def test_who_has_no_password_is_told_the_way_that_there_is(
    office: Path,  # noqa: ARG001 - serves
    nobody: Client,
    monkeypatch: pytest.MonkeyPatch,
    *,
    mail: bool,
) -> None:
    from umbel.office.accounts import adapter

    monkeypatch.setattr(adapter, "sends_mail", lambda: mail)
    told = nobody.get("/account/login/").content.decode()
    assert ("Forgot your password?" in told) == mail, "the link leads nowhere where no mail is sent"
    assert ("umbel office account NAME" in told) != mail
    reset = nobody.get("/account/password/reset/").content.decode()
    assert ("We send you a link by mail" in reset) == mail


def test_nobody_sees_no_menu(office: Path, nobody: Client) -> None:  # noqa: ARG001 - serves
    answer = nobody.get("/there/is/nothing")
    told = answer.content.decode()
    assert answer.status_code == 404
    assert 'class="menu"' not in told
    assert "data-palette" not in told
    assert Sound(told).faults == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.LEGAL, Role.OFFICE])
def test_the_menu_has_only_what_one_may_open(
    office: Path,  # noqa: ARG001 - serves
    as_role: Callable[[str], Client],
    role: Role,
) -> None:
    told = as_role(role.value).get("/there/is/nothing").content.decode()
    menu = told[told.index('id="menu"') : told.index("</nav>")]
    links = set(re.findall(r'<a href="([^"]+)"', menu))
    routes = {"/" + route.path: route for route in table().values()}
    assert links
    assert [link for link in links if not allows(routes[link].allow["GET"], {Role.VIEWER, role})] == []
    titled = [
        route for route in routes.values() if route.title and "<" not in route.path and "GET" in route.allow
    ]
    kept = [route for route in titled if not allows(route.allow["GET"], {Role.VIEWER, role})]
    assert links.isdisjoint("/" + route.path for route in kept)


def test_the_menu_marks_where_one_is(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    told = as_role("office").get("/style/").content.decode()
    assert 'aria-current="page"' not in told[told.index('id="menu"') : told.index("</nav>")]
    client = as_role("viewer")
    requests = next(route for route in table().values() if route.name == "requests")
    page = client.get(f"/{requests.path}").content.decode()
    assert re.search(rf'<a href="/{requests.path}" aria-current="page"', page)
    assert re.search(r"<details open>\s*<summary><svg.{0,200}</svg>The office</summary>", page)


def test_the_menu_begins_each_part_with_its_own_page(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    told = as_role("office").get("/me/").content.decode()
    menu = told[told.index('id="menu"') : told.index("</nav>")]
    groups = {
        unescape(title): re.findall(r'href="([^"]+)"', pages)
        for title, pages in re.findall(r"</svg>([^<]+)</summary>(.*?)</details>", menu, re.DOTALL)
    }
    assert [pages[0] for pages in groups.values()] == [
        "/office/", "/contributors/", "/management/", "/legal/", "/business/", "/ecosystem/", "/projects/", "/why/",
    ]  # fmt: skip
    assert "/accounts/" in groups["The office"]
    assert menu.count('href="/inbox/"') == 1
    assert "/risks/" in groups["Business and security"]
    reader = as_role("viewer").get("/me/").content.decode()
    assert 'href="/accounts/"' not in reader


def test_a_past_day_is_said_on_every_page_and_keeps_the_address(
    office: Path,  # noqa: ARG001 - serves
    as_role: Callable[[str], Client],
) -> None:
    client = as_role("office")
    told = client.get("/style/?as_of=2026-01-15&q=a%22b&page=7").content.decode()
    assert "You see the office as of the end of" in told
    control = told[told.index('id="as-of"') : told.index("</form>", told.index('id="as-of"'))]
    assert 'name="q" value="a&quot;b"' in control
    assert 'name="page"' not in control
    assert "You see the office" in client.get("/style/").content.decode()
    assert "You see the office" not in client.get("/style/?as_of=today").content.decode()


# ---- colours


def test_colours_are_kept_without_script(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    client = as_role("viewer")
    assert client.get("/theme/").status_code == 405
    answer = client.post("/theme/", {"theme": "dark", "next": "/requests/"})
    assert (answer.status_code, answer["Location"]) == (302, "/requests/")
    assert '<html lang="en" data-theme="dark">' in client.get("/there/is/nothing").content.decode()
    client.post("/theme/", {"theme": "", "next": "/"})
    assert '<html lang="en">' in client.get("/there/is/nothing").content.decode()


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_colours_lead_nowhere_else(office: Path, nobody: Client, onward: str) -> None:  # noqa: ARG001 - serves
    assert nobody.post("/theme/", {"theme": "dark", "next": onward})["Location"] == "/"


def test_a_made_up_colour_is_none(office: Path, nobody: Client) -> None:  # noqa: ARG001 - serves
    nobody.post("/theme/", {"theme": '"><script>'})
    nobody.cookies["umbel-theme"] = '"><script>'
    assert "data-theme" not in nobody.get("/there/is/nothing").content.decode().partition(">")[0]


def _tokens() -> dict[str, tuple[str, str]]:
    css = (STATIC / "office.css").read_text()
    return {
        name: (light, dark)
        for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)
    }


def _light(color: str) -> float:
    full = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
    parts = [int(full[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


TEXT = [
    (text, ground)
    for text in ("ink", "soft", "link", "good", "warn", "bad", "unknown")
    for ground in ("paper", "raised", "well")
]
TEXT += [(tone, f"{tone}-well") for tone in ("good", "warn", "bad", "unknown")]
TEXT += [("ink", f"{tone}-well") for tone in ("good", "warn", "bad", "unknown")] + [("on-accent", "accent")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(text: str, ground: str, scheme: int) -> None:
    tokens = _tokens()
    assert _contrast(tokens[text][scheme], tokens[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("edge", "ground"), [("edge", "paper"), ("edge", "raised"), ("accent", "paper"), ("bar", "track")]
)
def test_edges_can_be_seen(edge: str, ground: str, scheme: int) -> None:
    tokens = _tokens()
    assert _contrast(tokens[edge][scheme], tokens[ground][scheme]) >= 3.0


def test_every_token_that_is_used_is_defined() -> None:
    sheets = {path: path.read_text() for path in STATIC.glob("*.css")}
    defined = {name for sheet in sheets.values() for name in re.findall(r"(--[\w-]+)\s*:", sheet)}
    used = {
        (path.name, name) for path, sheet in sheets.items() for name in re.findall(r"var\((--[\w-]+)", sheet)
    }
    assert {each for each in used if each[1] not in defined} == set()


def test_every_icon_that_is_named_is_drawn() -> None:
    there = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
    home = STATIC.parents[1]
    named = {
        name for path in home.rglob("*.html") for name in re.findall(r'{% icon "(\w+)" %}', path.read_text())
    }
    assert named - there == set()


# ---- static files


@pytest.mark.django_db
def test_an_address_with_the_right_digest_is_kept_for_ever(office: Path) -> None:  # noqa: ARG001 - serves
    serve = static_files.Served(lambda request: HttpResponse(request.path, status=404))

    def kept(address: str) -> str | None:
        answer = serve(RequestFactory().get(address))
        answer.close()
        return answer.get("Cache-Control")

    address, _, digest = marks.static("office/office.css").partition("?")
    assert re.fullmatch("[0-9a-f]{12}", digest)
    assert kept(f"{address}?{digest}") == static_files.FOREVER
    for other in ("", "?0", f"?{digest}0"):
        assert "immutable" not in (kept(f"{address}{other}") or "immutable")
    assert kept("/static/office/nothing.css") is None


def test_the_chart_library_is_made_once_and_needs_no_eval(own_office: Path, nobody: Client) -> None:
    address = f"/charts/{charts.version()}.js"
    packed = nobody.get(address, headers={"accept-encoding": "gzip"})
    plain = nobody.get(address)
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Cache-Control"].endswith("immutable")
    assert gzip.decompress(packed.content) == plain.content
    assert b"expressionInterpreter" in plain.content
    (kept,) = (own_office / ".umbel/office/cache").iterdir()
    before = kept.stat().st_mtime_ns
    nobody.get(address)
    assert kept.stat().st_mtime_ns == before
    assert nobody.get("/charts/other.js").status_code == 404
