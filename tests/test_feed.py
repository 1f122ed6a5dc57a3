"""Journeys through a feed of 20,000 incidents in a real browser."""

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from server import events
from server.log import Draft, place
from server.pack import Pack
from tests.browser import Screen, needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.days import report_id

pytestmark = pytest.mark.browser

MANY = 20_000
QUERIES = [
    "show:all",
    "cat:IN,BX sev:>=4",
    "-cat:IN status:new by:known",
    "place:Kandal",
    "-place:08 org:none",
    "since:2h",
    "until:12:00 photo:no",
    "clock:overdue",
    "-clock:none",
    "held:Bora",
    "-held:none assigned:none",
    "assigned:me",
    "awaiting:me",
    "awaiting:verified basis:saw",
    "via:sms,web -by:unknown",
    "#7",
    "sub:NC",
    "alike:" + report_id(1),
    "sev:<=2",
    "by:blocked",
]


@pytest.fixture(scope="module")
def crowd(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room in which some work has been done on the newest of 20,000 incidents."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    people = {"Amina": "analyst", "Bora": "analyst"}
    with crowded_room(os.path.abspath(redis_server), folder, pack, people, MANY, MANY) as made:
        db = made.house.live.room.board.db
        held = (
            "UPDATE cards SET holder = 'Bora', held_until = '2017-06-04T10:59:00.000+00:00' WHERE number IN (19998, 40)"
        )
        db.execute(held)
        db.execute("UPDATE cards SET assigned = 'Amina' WHERE number IN (41, 42)")
        db.execute("UPDATE cards SET awaiting = 'verified', proposed_by = 'Bora', basis = 'saw' WHERE number = 43")
        db.execute(
            "UPDATE cards SET look_due = '2017-06-04T08:00:00.000+00:00', status = 'new' WHERE number IN (44, 45)"
        )
        db.execute("UPDATE cards SET standing = 'blocked', sources = 0 WHERE number = 46")
        yield made
    shutil.rmtree(folder)


@pytest.fixture
def amina(crowd: Crowded, browser: Browser) -> Iterator[Screen]:
    made = screen(browser)
    crowd.sign_in(made.page, "Amina")
    expect(card(made, MANY)).to_be_attached()
    yield made
    assert [said for said in made.complaints if "422" not in said] == []  # a refused query is one of the journeys
    made.leave()


def card(shown: Screen, number: int):  # type: ignore[no-untyped-def]
    return shown.page.locator("[data-testid=feed] [data-id]", has=shown.page.get_by_text(f"#{number}", exact=True))


def test_twenty_thousand_cards_are_scrolled_to_the_end_with_a_few_rows_in_the_document(amina: Screen) -> None:
    feed = amina.page.get_by_test_id("feed")
    expect(amina.page.get_by_test_id("pin").first).to_be_visible()
    first = feed.locator("[data-id]").first
    expect(first).to_have_attribute("aria-setsize", re.compile(rf"^({MANY}|{MANY - 1})$"))  # one is blocked
    total = int(first.get_attribute("aria-setsize") or 0)
    feed.evaluate("list => (list.scrollTop = list.scrollHeight / 2)")
    near = "half => Math.abs(document.querySelector('[data-testid=feed] [data-id]')?.ariaPosInSet - half) < 20"
    amina.page.wait_for_function(near, arg=MANY / 2)  # the rows come with the next frame
    place = int(first.get_attribute("aria-posinset") or 0)
    expect(card(amina, total - place + 2)).to_be_visible()
    feed.evaluate("list => (list.scrollTop = list.scrollHeight)")
    expect(card(amina, 1)).to_be_visible()
    assert feed.locator("[data-id]").count() < 40
    last = feed.locator("[data-id]").last
    expect(last).to_have_attribute("aria-posinset", str(total))
    expect(last).to_have_attribute("aria-setsize", str(total))


def test_five_are_chosen_by_keys_and_taken_and_who_is_refused_is_named(amina: Screen) -> None:
    keys = amina.page.keyboard
    card(amina, MANY).focus()
    for _ in range(5):
        keys.press("x")
        keys.press("j")
    expect(amina.page.get_by_test_id("together-many")).to_have_text("5 chosen")
    amina.page.get_by_text("Take", exact=True).click()
    refused = amina.page.get_by_test_id("together-refused")
    expect(refused).to_contain_text("#19998")
    expect(refused).to_contain_text("Bora has it")
    expect(amina.page.get_by_test_id("together-many")).to_have_text("1 chosen")
    expect(card(amina, MANY).locator(".said-held")).to_have_text("Amina")
    amina.page.get_by_test_id("together-clear").click()
    amina.page.locator("[data-testid=pick]").nth(2).click()
    amina.page.locator("[data-testid=pick]").nth(6).click(modifiers=["Shift"])
    expect(amina.page.get_by_test_id("together-many")).to_have_text("5 chosen")


def test_a_second_press_on_what_is_under_way_does_nothing(amina: Screen) -> None:
    sent: list[str] = []
    amina.page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/assignment") else None)
    for n in (2, 6):
        amina.page.locator("[data-testid=pick]").nth(n).click()
    amina.page.locator("[data-together=assign]").click()
    fields = amina.page.get_by_test_id("together-fields")
    fields.evaluate("form => (form.requestSubmit(), form.requestSubmit())")
    expect(amina.page.get_by_test_id("together")).not_to_have_attribute("aria-busy", "true")
    expect(amina.page.get_by_test_id("together-fields")).to_have_count(0)
    assert len(sent) == 2


def test_a_link_with_a_query_opens_the_same_view_and_what_was_searched_for_is_not_in_it(
    crowd: Crowded, amina: Screen, browser: Browser
) -> None:
    page = amina.page
    page.fill("[data-testid=search]", "cat:IN sev:>=4 -place:Kandal soldiers")
    chips = page.locator("[data-testid=chips] .chip")
    expect(chips).to_have_count(4)
    expect(chips.nth(2)).to_contain_text("not place Kandal")
    assert page.input_value("[data-testid=filter-category]") == "IN"
    chips.nth(3).locator("button").click()
    expect(chips).to_have_count(3)
    expect(page).to_have_url(
        f"{crowd.address}/?query={quote('cat:IN sev:>=4 -place:Kandal', safe='').replace('%20', '+')}"
    )
    total = page.get_by_test_id("feed-foot").text_content()
    other = screen(browser)
    crowd.sign_in(other.page, "Bora")
    other.page.goto(page.url)
    expect(other.page.get_by_test_id("feed-foot")).to_have_text(total or "")
    expect(other.page.locator("[data-testid=chips] .chip")).to_have_count(3)
    other.leave()
    page.fill("[data-testid=search]", "soldiers cat:IN")
    expect(chips).to_have_count(2)
    assert "soldiers" not in page.url
    page.get_by_test_id("views").locator("summary").click()
    page.get_by_test_id("views-form").locator("[name=name]").fill("Mine")
    page.get_by_test_id("views-form").locator("button").click()
    assert json.loads(page.evaluate("localStorage.getItem('views')")) == [{"name": "Mine", "query": "cat:IN"}]
    page.get_by_test_id("view").get_by_text("Overdue").click()
    expect(card(amina, 45)).to_be_visible()


def test_a_wrong_word_is_explained_and_the_list_stays(amina: Screen) -> None:
    amina.page.fill("[data-testid=search]", "kat:IN")
    expect(amina.page.get_by_test_id("query-wrong")).to_contain_text("did you mean cat:?")
    expect(card(amina, MANY)).to_be_visible()
    amina.page.goto(f"{amina.page.url.split('?')[0]}?query=kat:IN")
    expect(amina.page.get_by_test_id("query-wrong")).to_contain_text("did you mean cat:?")
    expect(card(amina, MANY)).to_be_visible()


def test_all_of_it_goes_by_the_keyboard_and_no_key_acts_while_somebody_types(amina: Screen) -> None:
    page, keys = amina.page, amina.page.keyboard
    keys.press("j")
    expect(page.locator(".pin").first).to_be_focused()
    for _ in range(page.locator(".pin:visible").count() + 1):
        keys.press("j")
    expect(page.locator("[data-testid=feed] [data-id]").nth(1)).to_be_focused()
    assert page.locator(".card.unread").count() == 0
    keys.press("Enter")
    expect(page.get_by_test_id("incident-body")).to_be_visible()
    keys.press("Escape")
    keys.press("/")
    keys.type("stat")
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.type("ver")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_test_id("search")).to_have_value("status:verified ")
    keys.type("xxx")
    expect(page.get_by_test_id("together")).to_be_hidden()
    keys.press("Escape")
    keys.press("?")
    expect(page.get_by_test_id("help-keys")).to_contain_text("choose the card together")
    page.get_by_test_id("help-single").uncheck()
    keys.press("Escape")
    keys.press("x")
    keys.press("/")
    expect(page.get_by_test_id("search")).not_to_be_focused()


def test_browser_and_server_agree_which_cards_belong_to_a_query(crowd: Crowded, amina: Screen) -> None:
    """A live card is judged in the browser: over what the server would find, and what it would not."""
    agrees = """async ([queries, ids]) => {
      const { fits } = await import("/static/fits.js");
      const get = async (path) => (await fetch(`/api/v1/cards${path}`)).json();
      const cards = (await Promise.all(ids.map((id) => get(`/${id}`)))).map((one) => one.card);
      const judge = async (query, card) => {
        const page = await get(`?${new URLSearchParams({ query, number: card.number })}`);
        return fits(page.asked.conditions, card) === page.total > 0 ? [] : [[query, card.number]];
      };
      const wrong = [];
      for (const query of queries) wrong.push(...(await Promise.all(cards.map((card) => judge(query, card)))).flat());
      return wrong;
    }"""
    ids = [report_id(n) for n in [*range(36, 50), 6, *range(MANY - 4, MANY)]]
    assert amina.page.evaluate(agrees, [QUERIES, ids]) == []


OF_ANY = [
    "",
    "show:all",
    "#0",
    "-#0 show:all",
    "-#7 show:all",
    "sev:0 show:all",
    "sev:<3 show:all",
    "alert:none",
    "-alert:none show:all",
    "by:blocked",
    "-by:known show:all",
    "clock:none show:all",
    "basis:none show:all",
    "-awaiting:me show:all",
    "place:none show:all",
    "-held:Bora show:all",
]


def test_they_agree_on_reports_that_are_no_incidents_too_and_on_blocked_and_joined_ones(
    crowd: Crowded, amina: Screen
) -> None:
    pen, ids = crowd.pen, [report_id(MANY + n) for n in range(101, 107)]
    incident, stranger, blocked, copied, quiet, joined = range(MANY + 101, MANY + 107)
    senders = {MANY + 101 + n: sign * 20 for n, sign in enumerate(["", *"abcde"])}
    none = {"category": "", "sub": "", "severity": 0}
    sorted_ = {incident: {}, stranger: {"kind": "unsorted", **none}, blocked: {}, copied: {"kind": "unsorted", **none}}
    sorted_ |= {quiet: {"kind": "noise", **none}, joined: {}}
    facts: list[events.Event] = []
    for n, kind in sorted_.items():
        sent = {"source": senders[n], "rehearsal": True, "channel": "signal", "at": "2017-06-04T09:00:00.000+00:00"}
        facts += [pen.received(n, **sent), pen.read(n, source=senders[n], **kind)]
        facts += [] if kind else [pen.opened(n, rehearsal=True)]
    facts.append(events.ReportLikened(subject=report_id(copied), first=report_id(blocked), copy=True))
    for n, into in ((copied, blocked), (joined, incident)):
        stands = {"subject": report_id(into), "report": report_id(n), "how": "same event", "reason": ""}
        facts.append(events.IncidentJoined(**stands))
    facts.append(events.SourceBlocked(subject=senders[blocked], reason=""))
    placed = crowd.house.log.append_all(Draft(fact, by="analyst:Amina") for fact in facts)
    while place(crowd.house.live.room.board.cursor) < place(placed[-1].id):
        time.sleep(0.01)
    agrees = """async ([queries, ids]) => {
      const { fits } = await import("/static/fits.js");
      const get = async (path) => (await fetch(`/api/v1/cards${path}`)).json();
      const all = async () => (await Promise.all(ids.map((id) => get(`/${id}`)))).map((one) => one.card);
      while (!(await all()).every((card) => card && card.kind !== "raw"))
        await new Promise(requestAnimationFrame);
      while ((await get(`/${ids[2]}`)).card.known !== "blocked") await new Promise(requestAnimationFrame);
      const cards = await all(), wrong = [];
      for (const query of queries) {
        const page = await get(`?${new URLSearchParams({ query: `${query} via:signal` })}`);
        const found = page.cards.map((card) => card.id);
        for (const card of cards)
          if (fits(page.asked.conditions, card) !== found.includes(card.id)) wrong.push([query, ids.indexOf(card.id)]);
      }
      return wrong;
    }"""
    assert amina.page.evaluate(agrees, [OF_ANY, ids]) == []


def test_late_reports_and_those_that_leave_and_come_back_lose_no_card_below(amina: Screen) -> None:
    """The list in a browser, beside a server that counts what is behind its top."""
    differ = """async () => {
      const { Loaded } = await import("/static/loaded.js");
      const name = (n) => `t${100 + n}`, wrong = [];
      const order = (one, other) => (one.at === other.at ? other.row - one.row : one.at < other.at ? 1 : -1);
      const check = (what, change) => {
        const cards = [...Array(30).keys()].map((n) => ({ id: `c${n}`, at: name(n), row: n + 1, fit: true }));
        const list = () => cards.filter((card) => card.fit).sort(order);
        const page = (skip, top) => {
          const [at, row] = (top ?? "").split("~");
          const is = (card) => !top || card.at < at || (card.at === at && card.row < Number(row));
          const some = list().filter(is).slice(skip, skip + 10);
          const next = some.length === 10 ? "x" : "";
          return { cards: some, total: list().length, next, top: `${list()[0].at}~${list()[0].row + 1}` };
        };
        const loaded = new Loaded();
        loaded.begin(page(0));
        change({
          came: (id, at) => (cards.push({ id, at, row: cards.length + 1, fit: true }), loaded.insert(cards.at(-1))),
          fits: (id, fit) => {
            const card = cards.find((one) => one.id === id);
            card.fit = fit;
            loaded.count(card, fit);
          },
        });
        for (let gap; (gap = loaded.gap(0, loaded.total)) >= 0; ) loaded.fill(gap, page(loaded.skip(gap), loaded.top));
        const there = loaded.places.map((card) => card.id);
        const missing = list().filter((card) => !there.includes(card.id));
        if (missing.length || new Set(there).size < there.length) wrong.push([what, missing.map((card) => card.id)]);
      };
      check("a newer one", ({ came }) => came("new", "t200"));
      check("late ones that belong up here", ({ came }) => [1, 2, 3, 4, 5].forEach((n) => came(`late${n}`, "t125")));
      check("a late one below", ({ came }) => came("late", "t105"));
      check("one that leaves", ({ fits }) => fits("c25", false));
      check("one that leaves and comes back", ({ fits }) => (fits("c25", false), fits("c25", true)));
      check("a newer one that comes back", ({ came, fits }) => {
        came("new", "t200");
        fits("new", false);
        fits("new", true);
      });
      return wrong;
    }"""
    assert amina.page.evaluate(differ) == []


def test_whoever_has_seen_five_thousand_cards_still_sees_what_is_new(amina: Screen) -> None:
    unread = """async () => {
      const kept = localStorage.getItem("seen");
      localStorage.removeItem("seen");
      const seen = await import("/static/unread.js?alone");
      seen.begin("100-0");
      seen.see({ id: "fresh", changed: "9000-0" });
      for (let n = 0; n < 5000; n++) seen.see({ id: `x${n}`, changed: `${200 + n}-0` });
      const answer = [seen.unread({ id: "never", changed: "6000-0" }), seen.unread({ id: "fresh", changed: "9000-0" })];
      localStorage.setItem("seen", kept);
      return answer;
    }"""
    assert amina.page.evaluate(unread) == [True, False]


def test_a_grave_incident_is_pinned_and_counted_as_new_while_somebody_reads(crowd: Crowded, amina: Screen) -> None:
    pen = crowd.pen
    card(amina, MANY - 1).click()
    at = "2017-06-04T10:30:00.000+00:00"
    for n, severity in ((MANY + 1, 3), (MANY + 2, 5)):
        facts = [pen.received(n, at=at), pen.read(n, severity=severity), pen.opened(n, severity=severity)]
        crowd.house.log.append_all(Draft(fact, by="reader") for fact in facts)
    expect(amina.page.get_by_test_id("new-pill")).to_have_text("2 new")
    expect(amina.page.locator(f".pin[data-id='{report_id(MANY + 2)}']")).to_be_visible()
    expect(card(amina, MANY - 1)).to_have_class("card rehearsal")
    amina.page.get_by_test_id("new-pill").click()
    expect(amina.page.locator(f".card.unread[data-id='{report_id(MANY + 1)}']")).to_be_visible()
