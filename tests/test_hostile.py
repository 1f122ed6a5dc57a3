"""Strangers' words in every field: in a browser they are text, in figures, on the map, in notices and titles too."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from server import events
from server.log import Draft
from server.pack import Pack
from tests import scenes
from tests.airwaves import on_air
from tests.browser import ARGS, CHROMIUM, Screen, needed, screen
from tests.days import report_id
from tests.hostile_room import CORPUS, FIRST, RAW, SHORT, Hostile, hostile_room, marks
from tests.house import PHRASE
from tests.scenes import SCENES, WALL, Scene
from tests.test_offline_form import found_in

MARK = "evil.example"
RAN = """() => {
  const all = (signs) => [...document.querySelectorAll(signs)];
  const leads = /evil\\.example|javascript:|data:text/;
  const ways = ["href", "xlink:href", "action", "src"];
  const data = all("[onerror],[onload],[onclick],[onfocus],[ontoggle],[onmouseover],[srcdoc]");
  const led = all("a, form, base, link, iframe, img, script")
    .filter((one) => ways.some((name) => leads.test(one.getAttribute(name) ?? "")));
  const drawn = all("svg a, svg image:not([*|href^='data:image/png']), svg foreignObject, svg script");
  return [...data, ...led, ...drawn].map((one) => one.outerHTML.slice(0, 200));
}"""
BENT = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode())
    if (/[\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]/.test(texts.currentNode.data)) found.push(texts.currentNode);
  const shown = found.map((text) => text.parentElement).filter((one) => !one.closest("script, textarea"));
  return shown.map((one) => one.outerHTML.slice(0, 200));
}"""
UNSEEN = {  # a field that was filled, and shows on no page -> why
    **dict.fromkeys(("monitor.name", "monitor.reference", "monitor.supervisor", "monitor.pin"), "of the vault alone"),
    **dict.fromkeys(("received.sender", "received.raw_sender", "received.pin", "source.sender"), "of the vault alone"),
    **dict.fromkeys(("received.message_id", "received.to", "received.language"), "for the reader"),
    **dict.fromkeys(("received.entered_by", "set_aside.reason"), "for whoever looks into the record"),
    **dict.fromkeys(("gateway.device", "receipt", "receipt.gateway"), "only what is known of them is counted"),
    **dict.fromkeys(("statements.kinds.body", "statements.kinds.title"), "a statement begins with them"),
}
NOTICED = """localStorage.setItem("call-notice", "yes"); window.notices = [];
  window.Notification = class { static permission = "granted";
    constructor(title, { body }) { window.notices.push(body); } };"""
DRAWN = {  # page -> where strangers' words or names of the pack are drawn
    "/": ("[data-testid=map] .scatterlayer .points path", "[data-testid=feed] [data-id]"),
}


def other(n: int) -> Callable[[Page], None]:
    """The page of another report."""
    return lambda page: page.goto(page.url.rsplit("/", 1)[0] + f"/{report_id(n)}") and None


def complaint(name: str) -> Callable[[Page], None]:
    """Another complaint, in its list or behind."""
    return lambda page: page.evaluate("(name) => { location.hash = name; }", name)


MORE = {  # page -> what else of it is looked at, and the field that it shows then
    "/work": [(scenes.click("[data-shift='s-9'] button"), "room.words")],
    "/complaints": [
        (complaint("c-2"), "complaint.lists"),
        (complaint("c-1"), "complaint.summary"),
    ],
    "/incidents/<card>": [(other(scenes.TOLD), "incident.benefits"), (other(RAW), "received.text")],
}
PAGES = [scene for n, scene in enumerate(SCENES) if scene.rule not in {before.rule for before in SCENES[:n]}]
STAYS = ("/", "/figures")  # pages that are looked at again


class Visits:
    """Each page, opened once by whom it is for: some stay open, on the others the next one follows."""

    def __init__(self, browser: Browser, room: Any, seats: dict[str, str]) -> None:
        self._room, self._seats, self.shows = room, seats, dict[str, set[str]]()
        self.all = [screen(browser), screen(browser)]
        self.all[0].page.context.add_init_script(NOTICED)
        self._open = dict[str, Screen]()

    def at(self, rule: str) -> Screen:
        """The page of this rule, with more of it open."""
        scene = next(scene for scene in PAGES if scene.rule == rule)
        if rule not in self._open:
            self._open[rule] = self._came(scene)
        return self._open[rule]

    def _came(self, scene: Scene) -> Screen:
        shown = self.all[0 if scene.rule in STAYS else 1]
        beside = scene.rule in STAYS and self._open.keys() & set(STAYS)
        if beside:
            shown = Screen(shown.page.context.new_page())
        shown.page.goto("about:blank")  # or the page before finds itself signed out, and goes away by itself meanwhile
        shown.complaints.clear()
        port, page = self._room.address.rsplit(":", 1)[1], shown.page
        kind = "wall" if scene.who == WALL else "session"
        jar = {"lang": "en", **({f"{kind}-{port}": self._seats[scene.who]} if scene.who else {})}
        if not beside:  # or the page that stays finds itself signed out
            page.context.clear_cookies()
        cookies = [{"name": name, "value": value, "url": self._room.address} for name, value in jar.items()]
        page.context.add_cookies(cookies)  # type: ignore[arg-type]
        page.goto(self._room.address + scene.address)
        page.wait_for_selector(scene.ready, state="attached")
        for drawn in DRAWN.get(scene.rule, ()):
            page.wait_for_selector(drawn, state="attached")
        self.shows[scene.rule] = marks(page.content())
        scene.act(page)
        self.shows[scene.rule] |= marks(page.content())
        for more, field in MORE.get(scene.rule, ()):
            more(page)
            page.wait_for_function("(mark) => document.body.textContent.includes(mark)", arg=f"~{field}~")
            self.shows[scene.rule] |= marks(page.content())
        return shown


@pytest.fixture(scope="module")
def hostile(redis_server: str, pack: Pack) -> Iterator[Hostile]:
    """A room with the corpus in everything that somebody may write, and on every page."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with hostile_room(redis_server, folder, pack) as made:
        yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def visits(hostile: Hostile, browser: Browser) -> Iterator[Visits]:
    """Who sits there already, at which page."""
    room = hostile.room.house.live.room
    word, _ = room.walls.make(SHORT[:30], "", "dark", by="console")
    seats = {name: room.access.sign_in(name, PHRASE, "127.0.0.1") for name in scenes.PEOPLE}
    made = Visits(browser, hostile.room, seats | {WALL: room.walls.open(word, "here")})
    yield made
    for shown in made.all:
        shown.page.context.close()


@pytest.mark.browser
@pytest.mark.security("S16", "trusted types")
@pytest.mark.security("S16", "no report by the browser")
@pytest.mark.security("S17", "figures")
@pytest.mark.security("S19", "marks are shown")
@pytest.mark.parametrize("rule", [scene.rule for scene in PAGES])
def test_on_every_page_whatever_anybody_wrote_is_text(visits: Visits, rule: str) -> None:
    """No dialog, no complaint of the browser about our policy, which asks for trusted types, and nothing that leads."""
    shown = visits.at(rule)
    assert shown.dialogs == []
    assert [said for said in shown.complaints if not said.endswith("(FORBIDDEN)")] == []  # links that are spent
    assert shown.page.evaluate(RAN) == []
    assert shown.page.evaluate(BENT) == [], "what turns the direction is shown and does not act"
    assert {host.split(":")[0] for host in shown.hosts} == {"127.0.0.1"}


@pytest.mark.browser
@pytest.mark.security("S16", "every field")
def test_each_field_that_anybody_fills_was_hostile_and_was_seen_but_for_those_that_no_page_shows(
    visits: Visits, hostile: Hostile
) -> None:
    for scene in PAGES:
        visits.at(scene.rule)
    unseen = hostile.filled - set().union(*visits.shows.values())
    assert unseen == UNSEEN.keys(), " ".join(sorted(unseen ^ UNSEEN.keys()))


DRAW = """async (names) => {
  const { plotly } = await import("/static/plots.js");
  const { react, relayout, toImage } = await plotly();
  let plot = document.getElementById("tried");
  if (!plot) {
    plot = Object.assign(document.createElement("div"), { id: "tried" });
    plot.style.setProperty("inline-size", "900px");
    plot.style.setProperty("block-size", "600px");
    document.body.append(plot);
  }
  const x = names.map(() => 1);
  const one = { type: "bar", orientation: "h", y: names, x, text: names, hovertext: names, name: names[0] };
  const named = { title: { text: names[0] } };
  const yaxis = { ...named, type: "category", dtick: 1, automargin: true };
  const annotations = names.map((text, n) => ({ text, x: 0.5, y: n }));
  const layout = { ...named, xaxis: named, yaxis, showlegend: true, annotations };
  await react(plot, [one, { ...one, type: "scatter", mode: "text" }], layout, { displayModeBar: false });
  await relayout(plot, { "title.text": names.at(-1) });
  const svg = decodeURIComponent(await toImage({ data: [one], layout }, { format: "svg", width: 900, height: 600 }));
  const said = [...plot.querySelectorAll(".ytick text")].map((text) => text.textContent);
  const odd = [...plot.querySelectorAll("a, tspan[style], image, script, foreignObject")].map((tag) => tag.outerHTML);
  return { said, odd, file: /<(a|script|foreignObject)[ >]/.test(svg) };
}"""
PARTS = ("<", ">", "&", "/", "a", "b", " ", "=", '"', "'", "%{y}", "<a href=x>", "</a>", "<b>", "<sub>", "lt;", "#60;")
SIGNS = st.sampled_from(PARTS)
NAMES = st.lists(st.lists(SIGNS, min_size=1, max_size=9).map("".join), min_size=1, max_size=12, unique=True)


@pytest.fixture
def drawing(visits: Visits) -> Screen:
    """A page of ours that can draw."""
    return visits.at("/figures")


def drawn(shown: Screen, texts: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = shown.page.evaluate(DRAW, texts)
    return told


def seen(text: str) -> str:
    return "".join(text.split())


@pytest.mark.browser
@pytest.mark.security("S17", "names in figures")
@given(NAMES)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_figure_shows_any_text_letter_by_letter_and_never_as_markup(drawing: Screen, texts: list[str]) -> None:
    """As names of an axis, of a trace, in titles, notes and hovers, and in a picture that is saved."""
    told = drawn(drawing, texts)
    assert told["odd"] == []
    assert {seen(text) for text in texts if seen(text)} <= {seen(text) for text in told["said"]}
    assert not told["file"]


@pytest.mark.browser
@pytest.mark.security("S17", "names in figures")
def test_a_figure_shows_the_corpus_as_text(drawing: Screen) -> None:
    """But for our own sign of a new line, which leads nowhere."""
    texts = [payload.replace("<br>", "").replace("<extra></extra>", "") for payload in CORPUS]
    told = drawn(drawing, texts)
    assert told["odd"] == []
    assert {seen(text) for text in texts} <= {seen(text) for text in told["said"]}
    assert drawing.dialogs == drawing.complaints == []


@pytest.mark.browser
@pytest.mark.security("S17", "map")
def test_names_of_the_map_are_text_in_labels_and_hovers(visits: Visits) -> None:
    page = visits.at("/").page
    told = page.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap((plot) => plot.data)
             .flatMap((trace) => [trace.text, trace.hovertext]).flat().filter((text) => typeof text === "string")"""
    )
    assert any(MARK in text for text in told), "a name of the corpus is on the map"
    assert not [text for text in told if "<" in text.replace("<br>", "")]
    assert page.locator("[data-testid=map]").locator("svg a, tspan[style*=color]").count() == 0


@pytest.mark.browser
@pytest.mark.security("S17", "notices and titles")
def test_a_notice_and_a_title_have_our_words_and_no_markup(hostile: Hostile, visits: Visits) -> None:
    shown, room = visits.at("/"), hostile.room
    assert shown.page.locator("title *").count() == 0
    n = FIRST + len(CORPUS)
    facts: list[events.Event] = [room.pen.received(n, CORPUS[1], rehearsal=True)]
    facts += [room.pen.read(n, CORPUS[1], severity=5), room.pen.opened(n, severity=5, rehearsal=True)]
    room.house.log.append_all(Draft(fact, by="reader") for fact in facts)
    shown.page.wait_for_function("() => window.notices.length > 0")
    assert not [said for said in shown.page.evaluate("window.notices") if "<" in said or "alert" in said]
    assert shown.dialogs == []


TRIES = """async ([room, report]) => {
  const note = `${room}/api/v1/incidents/${report}/notes`, how = { method: "POST", credentials: "include" };
  const json = JSON.stringify({ note: "from elsewhere" }), read = [];
  const ask = (address, more) => fetch(address, more).then((answer) => answer.text()).then((text) => read.push(text));
  const tries = [
    ask(note, { ...how, mode: "no-cors", body: new URLSearchParams({ note: "from elsewhere" }) }),
    ask(note, { ...how, mode: "no-cors", headers: { "Content-Type": "text/plain" }, body: json }),
    ask(note, { ...how, headers: { "Content-Type": "application/json" }, body: json }),
    ask(`${room}/sign-out`, { ...how, mode: "no-cors" }),
    ask(`${room}/api/v1/cards`, { credentials: "include" }),
  ];
  for (const [action, name] of [[note, "note"], [`${room}/sign-out`, "csrf"]])
    for (const enctype of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]) {
      const frame = Object.assign(document.createElement("iframe"), { name: `${name}-${enctype}` });
      const form = Object.assign(document.createElement("form"), { action, enctype, method: "post" });
      form.target = frame.name;
      form.append(Object.assign(document.createElement("input"), { name, value: "from elsewhere" }));
      document.body.append(frame, form);
      tries.push(new Promise((done) => { frame.onload = done; }));
      form.submit();
    }
  for (const path of ["/sign-out", `/api/v1/incidents/${report}/notes`, "/"]) {
    const image = Object.assign(new Image(), { src: room + path });
    tries.push(new Promise((done) => { image.onload = image.onerror = done; }));
  }
  await Promise.allSettled(tries);
  return read.filter(Boolean);
}"""


@pytest.mark.browser
@pytest.mark.security("S31", "from another page")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_somebody_else_reads_nothing_and_changes_nothing(hostile: Hostile, visits: Visits, host: str) -> None:
    """By form, picture and fetch, of another site and of our own site at another port, whose cookies are sent."""
    shown, room = Screen(visits.at("/").page.context.new_page()), hostile.room
    refused: list[str] = []
    shown.page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    before = room.house.log.head()
    with on_air(Flask("elsewhere")) as air:
        shown.page.goto(air.url.replace("127.0.0.1", host))
        assert shown.page.evaluate(TRIES, [room.address, report_id(scenes.OPEN)]) == []
    assert len(refused) >= 6, "they came to the room"
    assert room.house.log.head() == before
    shown.page.goto(f"{room.address}/account")
    expect(shown.page.locator("[data-testid=sessions] tr").first).to_be_attached()
    shown.page.close()


@pytest.mark.browser
@pytest.mark.security("S39", "staff's browser")
def test_after_signing_out_the_browser_of_a_lead_has_nobody_s_number_and_no_words(
    hostile: Hostile, browser: Browser, tmp_path: Path
) -> None:
    """Who is told most. A profile that stays on the disk: a report was read there, and a number was shown."""
    profile, room = tmp_path / "profile", hostile.room
    context = browser.browser_type.launch_persistent_context(profile, executable_path=CHROMIUM, args=ARGS)
    page = context.pages[0]
    room.sign_in(page, "Eng")
    page.goto(room.address + scenes.CARD)
    page.get_by_test_id("reveal").click()
    form = page.get_by_test_id("number-form")
    form.locator("[name=reason]").fill("To ask what was seen.")
    form.locator("[name=passphrase]").fill(PHRASE)
    form.locator("button.primary").click()
    expect(page.get_by_test_id("number")).to_contain_text("+85512345678")
    expect(page.locator("main")).to_contain_text("~source.text~")
    page.locator("details.who summary").click()
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url("**/sign-in")
    context.close()
    assert found_in(profile, "/sign-in"), "the search does find what is there"
    said = ("85512345678", "~source.", "~monitor.", "To ask what was seen", PHRASE, f"{room.address}/api/")
    assert found_in(profile, *said) == []
