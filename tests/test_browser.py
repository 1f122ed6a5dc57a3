"""Journeys through a real room in a real browser."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, WebSocketRoute, expect

from tests.browser import Screen, needed, screen, signed_in
from tests.phone import multipart
from tests.rig import PHRASE, ROOT, Rig, whole_room
from tests.test_photos import picture

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg onload=alert(3)>',
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "javascript:alert(4)//' onmouseover='alert(5)",
    '<a href="https://evil.example">click</a>',
    "txt\u202egnp.exe \u200b \u2066abc",
    "</textarea><iframe srcdoc='<script>parent.alert(6)</script>'>",
]


@pytest.fixture(scope="module")
def fresh() -> Iterator[Rig]:
    """One room for all journeys, in which there is nobody yet."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with whole_room(folder) as made:
        yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def rig(fresh: Rig) -> Rig:
    """The same, with somebody in each role."""
    for name, role in (("Amina", "analyst"), ("Bora", "analyst"), ("Chan", "press"), ("Dara", "administrator")):
        fresh.account(name, role)
    fresh.account("Eng", "security_lead")
    return fresh


@pytest.fixture(scope="module")
def amina_kept(rig: Rig, browser: Browser) -> StorageState:
    """Amina, signed in once."""
    return signed_in(rig, browser, "Amina")


@pytest.fixture
def amina(rig: Rig, browser: Browser, amina_kept: StorageState) -> Iterator[Screen]:
    """An analyst's screen, signed in; at the end it must have complained of nothing and asked nobody else."""
    made = screen(browser)
    made.page.context.add_cookies(amina_kept["cookies"])  # type: ignore[arg-type]
    made.come_in(rig)
    yield made
    host = f"127.0.0.1:{rig.given.room_port}"
    assert made.hosts == {host}
    assert made.complaints == []
    assert made.dialogs == []
    made.leave()


def told(rig: Rig, text: str, door: str = "kannel") -> str:
    """Send a report whose words occur once."""
    words = f"{text} {uuid.uuid4().hex[:8]}"
    assert rig.send(door, "+85512345678", words) == 200
    return words


def ticked(rig: Rig, words: str) -> None:
    """What a verdict of one person needs, written down."""
    token = rig.token("analyst")
    rig.until(lambda: any(one["text"] == words and one["number"] for one in rig.cards(token)), 10, "the incident")
    found = next(one for one in rig.cards(token) if one["text"] == words)
    rig.tick(found["id"], rig.seat("Eng"), "call_back", "photo")  # the lead may call whoever it is


def card(shown: Screen, words: str):  # type: ignore[no-untyped-def]
    """The card on the feed that shows these words."""
    return shown.page.locator("[data-testid=feed] [data-id]", has_text=words)


@pytest.mark.security("S56", "in a browser")
def test_the_first_administrator_is_made_by_a_link_that_works_once(fresh: Rig, browser: Browser) -> None:
    """The first journey in the room, while there is nobody."""
    link = re.search(r"http\S+/first\?t=\S+", fresh.output.read_text())
    assert link
    shown = screen(browser)
    shown.page.goto(link.group())
    shown.page.fill("[name=name]", "Fay")
    shown.page.fill("[name=passphrase]", PHRASE)
    shown.page.click("button.primary")
    shown.page.wait_for_selector("[data-testid=message]")
    shown.page.goto(link.group())
    expect(shown.page.locator("[data-testid=message]")).to_contain_text("used already")
    shown.sign_in(fresh, "Fay")
    shown.leave()


def test_a_report_sent_to_the_public_door_appears_on_feed_and_map(rig: Rig, amina: Screen) -> None:
    words = told(rig, "XB KD0123-7 5 10:40 one man, many ballots")
    expect(card(amina, words)).to_be_visible()
    expect(card(amina, words)).to_contain_text("XB")
    expect(card(amina, words)).to_contain_text("Kandal")
    amina.page.wait_for_selector("[data-testid=map] .scatterlayer .points path")
    expect(amina.page.locator("[data-testid=map] .scatterlayer .js-fill").first).to_be_attached()


@pytest.mark.security("S16", "words of a report")
def test_hostile_text_stays_text(rig: Rig, amina: Screen) -> None:
    runnable = amina.page.locator("img, iframe, script, a[href*=evil], svg[onload], [onerror], [onmouseover]")
    before = runnable.count()
    for text in HOSTILE:
        words = told(rig, f"NC KD0123-7 {text}")
        card(amina, words[-8:]).click()
        expect(amina.page.locator("[data-testid=original]")).to_contain_text(words[-8:])
        assert runnable.count() == before
        amina.page.keyboard.press("Escape")
        amina.page.mouse.move(900, 10)  # while somebody reads, new cards wait


@pytest.mark.survival("R26", "dropped frame")
def test_a_frame_that_is_lost_on_the_way_is_recovered(rig: Rig, browser: Browser) -> None:
    shown = screen(browser)
    dropped: list[str] = []

    def lossy(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(server.send)

        def pass_on(message: str | bytes) -> None:
            if not dropped and isinstance(message, str) and "lost-frame" in message:
                dropped.append(message)
            else:
                route.send(message)

        server.on_message(pass_on)

    shown.page.route_web_socket(re.compile(r".*/socket\.io/.*"), lossy)
    shown.sign_in(rig, "Amina")
    words = told(rig, "LC KD0123-7 lost-frame lights out")
    expect(card(shown, words)).to_be_visible(timeout=10000)
    assert dropped
    shown.leave()


def test_what_one_analyst_verifies_another_sees_without_reloading(rig: Rig, amina: Screen, browser: Browser) -> None:
    words = told(rig, "PA KD0123-7 station did not open in time")
    ticked(rig, words)
    bora = screen(browser)
    bora.sign_in(rig, "Bora")
    card(amina, words).click()
    amina.page.keyboard.press("v")
    form = amina.page.locator("[data-testid=verify-form]")
    form.locator("[name=method]").select_option("call_back")
    form.locator("[name=reason]").fill("Called on the number on file; saw it herself.")
    form.locator("button.primary").click()
    expect(card(amina, words)).to_contain_text("Verified")
    expect(amina.page.locator("[data-testid=history]")).to_contain_text("Amina")
    expect(amina.page.locator("[data-testid=history]")).to_contain_text("saw it herself")
    expect(card(bora, words)).to_contain_text("Verified")
    bora.leave()


def test_who_decides_second_gets_the_newer_card_and_keeps_their_words(
    rig: Rig, amina: Screen, browser: Browser
) -> None:
    words = told(rig, "PA KD0123-7 opened very late")
    ticked(rig, words)
    card(amina, words).click()
    amina.page.keyboard.press("f")
    form = amina.page.locator("[data-testid=reject-form]")
    form.locator("[name=method]").select_option("second_source")
    form.locator("[name=reason]").fill("A second observer says it opened at seven.")
    token = rig.token("analyst")
    found, seat = next(one for one in rig.cards(token) if one["text"] == words), rig.seat("Bora")
    # Bora decides between Amina's looking and Amina's sending: her page must not learn it first
    amina.page.context.set_offline(True)
    bora = rig.ask(
        rig.given.room_port,
        "POST",
        f"/api/v1/incidents/{found['id']}/verification",
        f'{{"method": "photo", "reason": "Photo of the closed door.", "expect": {found["version"]}}}',
        **seat,
        Content_Type="application/json",
    )
    assert bora[0] == 202
    stale = f'{{"method": "photo", "reason": "The same.", "expect": {found["version"]}}}'
    again = rig.ask(
        rig.given.room_port,
        "POST",
        f"/api/v1/incidents/{found['id']}/rejection",
        stale,
        **seat,
        Content_Type="application/json",
    )
    assert again[0] == 409
    assert b'"verified"' in again[1]
    amina.page.context.set_offline(False)
    expect(form.locator("[name=reason]")).to_have_value("A second observer says it opened at seven.")
    expect(card(amina, words)).to_contain_text("Verified")
    amina.complaints.clear()  # the browser notes that it was offline


def test_while_somebody_reads_nothing_jumps_and_new_cards_wait(rig: Rig, amina: Screen) -> None:
    first = told(rig, "PK KD0123-7 long queue")
    card(amina, first).click()
    top = amina.page.locator("[data-testid=feed] [data-id]").first.get_attribute("data-id")
    words = told(rig, "PK KD0123-7 longer queue")
    expect(amina.page.locator("[data-testid=new-pill]")).to_contain_text("1")
    assert amina.page.locator("[data-testid=feed] [data-id]").first.get_attribute("data-id") == top
    amina.page.locator("[data-testid=new-pill]").click()
    expect(card(amina, words)).to_be_visible()


def test_press_officers_see_verified_incidents_without_words_or_sources(rig: Rig, browser: Browser) -> None:
    secret = told(rig, "XA KD0123-7 seal broken, said the tall clerk")
    chan = screen(browser)
    frames: list[str] = []
    chan.page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: frames.append(str(frame))))
    bodies: list[str] = []
    chan.page.on("response", lambda one: bodies.append(one.text()) if "/api/" in one.url and one.ok else None)
    chan.sign_in(rig, "Chan")
    chan.page.wait_for_timeout(1500)
    assert chan.page.locator("[data-testid=feed] [data-id]", has_text="tall clerk").count() == 0
    seen = "".join([*frames, *bodies, chan.page.content()])
    assert "by_status" in seen, "the page did ask and hear"
    assert "tall clerk" not in seen
    assert secret[-8:] not in seen
    assert re.search(r"S-[A-Z2-7]{3}-[A-Z2-7]{3}", seen) is None
    assert chan.page.locator("[data-testid=actions] button").count() == 0
    chan.leave()


def test_what_is_restricted_is_on_the_lead_s_list_alone_until_it_is_released(
    rig: Rig, amina: Screen, browser: Browser
) -> None:
    eng = screen(browser)
    eng.sign_in(rig, "Eng")
    words = told(rig, "SOS phone cards for sale")
    expect(eng.page.locator("[data-testid=unguarded]")).to_be_visible()
    expect(card(eng, words)).to_have_count(0)
    eng.page.click("[data-testid=unguarded] a")
    expect(card(eng, words)).to_contain_text("SOS")
    for key in ("j", "Enter", "r"):
        eng.page.keyboard.press(key)
    expect(eng.page.locator("[data-testid=original]")).to_have_text(words)
    expect(card(amina, words)).to_have_count(0)
    form = eng.page.locator("[data-testid=release-form]")
    form.locator("[name=reason]").fill("An advert, nothing else.")
    form.locator("button.primary").click()
    expect(card(amina, words)).to_be_visible()
    expect(card(eng, words)).to_have_count(0)
    assert eng.complaints == []
    eng.leave()


def test_the_room_speaks_khmer_and_remembers_it(rig: Rig, amina: Screen) -> None:
    words = told(rig, "NC KD0123-7 ទាហាននៅក្នុងការិយាល័យបោះឆ្នោត")
    amina.page.locator("[data-testid=language] [value=km]").click()
    amina.page.wait_for_selector("[data-testid=line-state][data-state=live]")
    assert amina.page.locator("html").get_attribute("lang") == "km"
    expect(card(amina, words[-8:])).to_contain_text("កណ្ដាល")
    amina.page.reload()
    assert amina.page.locator("html").get_attribute("lang") == "km"


@pytest.mark.security("S58", "page empties itself")
def test_signing_out_ends_the_line(rig: Rig, browser: Browser) -> None:
    shown, other = screen(browser), None
    shown.sign_in(rig, "Bora")
    other = shown.page.context.new_page()
    other.goto(rig.given.room_base_url)
    other.wait_for_selector("[data-testid=line-state][data-state=live]")
    shown.page.locator(".who summary").click()
    shown.page.locator("form[action='/sign-out'] button").click()
    shown.page.wait_for_url("**/sign-in")
    other.wait_for_url("**/sign-in", timeout=8000)
    shown.leave()


@pytest.mark.security("S46", "without scripts")
def test_the_form_works_without_javascript_and_answers_with_a_number(rig: Rig, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{rig.given.intake_port}/")
    page.fill("[name=text]", "men with sticks outside the gate")
    page.fill("[name=station]", "KD0123-7")
    page.click("#send")
    assert re.search(r"\d{4}-\d{4}", page.content())
    assert context.cookies() == []
    context.close()


@pytest.mark.security("S58", "searched words")
def test_words_that_were_searched_for_do_not_stand_in_the_address_which_browsers_keep(amina: Screen) -> None:
    amina.page.fill("[data-testid=search]", "Sok Dara 012345678")
    amina.page.select_option("[data-testid=filter-status]", "new")
    expect(amina.page).to_have_url(re.compile(r"/\?query=status%3Anew$"))
    assert amina.page.input_value("[data-testid=search]") == "Sok Dara 012345678 status:new"


def test_a_photo_that_came_with_a_report_is_on_its_panel_small_and_large(rig: Rig, amina: Screen) -> None:
    words = f"XA KD0123-7 seal broken, photo {uuid.uuid4().hex[:8]}"
    body, kind = multipart({"text": words.encode()}, picture()), "multipart/form-data; boundary=xx"
    assert rig.ask(rig.given.intake_port, "POST", "/", body, Content_Type=kind)[0] == 200
    card(amina, words).click()
    small = amina.page.locator("[data-testid=photos] img")
    expect(small).to_have_js_property("naturalWidth", 60)
    small.click()
    expect(amina.page.locator("[data-testid=photo-large] img")).to_be_visible()
    amina.page.keyboard.press("Escape")
    expect(amina.page.locator("[data-testid=photo-large]")).to_have_count(0)
    expect(card(amina, words)).to_be_visible()


def test_who_should_have_spoken_is_on_the_map_and_in_a_table_down_to_the_station(rig: Rig, amina: Screen) -> None:
    rows = "organisation,reference,name,phone,station\nA,1,One,012345601,KD0001-8\nA,2,Two,012345602,KD0002-6\n"
    command = [sys.executable, "-m", "server", "roster", "import", "-"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **rig.env}, input=rows.encode(), check=True)
    page = amina.page
    expect(page.locator("[data-testid=heard]")).to_contain_text(re.compile(r"of \d+ stations with monitors"))
    page.click("[data-layer=coverage]")
    expect(page.locator("[data-testid=map-legend] li")).to_have_count(6)
    expect(page.locator("[data-testid=map]")).to_have_attribute("aria-label", re.compile("^Map of coverage"))
    page.click("[data-testid=map-table]")
    expect(page.locator("[data-testid=sum]")).to_contain_text("stations with monitors")
    province = page.locator("[data-testid=areas] tbody tr", has_text="Kandal")
    expect(province.locator(".tag-silent")).to_be_visible()
    province.locator("td:first-child button").click()
    district = page.locator("[data-testid=areas] tbody tr").first
    expect(page.locator("[data-testid=within]")).to_contain_text("Kandal")
    district.locator("td.n button").first.click()
    expect(page.locator("[data-testid=stations] tr").first).to_contain_text("M-")
    page.click("[data-testid=remind]")
    expect(page.locator("[name=silent]")).to_be_checked()
    expect(page.locator("[name=province]")).to_have_value("08")


def test_a_burst_is_one_card_with_a_count_that_opens_to_all(rig: Rig, amina: Screen) -> None:
    words = f"soldiers take the boxes of the school away {uuid.uuid4().hex[:6]} and nobody may leave the village"
    for n in range(5):
        assert rig.send("kannel", f"+8551266{n:04d}", words) == 200
    feed = amina.page.get_by_test_id("feed")
    card = feed.locator("[data-id]", has_text=words[:60])
    expect(card.locator(".tag-alike")).to_have_text("4 alike")
    expect(card).to_have_count(1)
    card.locator(".tag-alike").click()
    expect(feed.locator("[data-id]")).to_have_count(5)
    expect(amina.page.get_by_test_id("incident-body")).to_be_hidden()
    amina.page.get_by_test_id("filter-clear").click()
    expect(card).to_have_count(1)


def test_what_was_not_understood_is_on_the_card_and_in_the_panel(rig: Rig, amina: Screen) -> None:
    mark = uuid.uuid4().hex[:8]
    assert rig.send("kannel", "+85512660001", f"XB KD0123-8 ZZ {mark}") == 200
    card = amina.page.get_by_test_id("feed").locator("[data-id]", has_text=mark)
    expect(card.locator(".tag-unread")).to_be_visible()
    card.click()
    record = amina.page.get_by_test_id("incident-history")
    expect(record).to_contain_text("ZZ")
    expect(record).to_contain_text("KD0123-7?")


def test_a_phoned_in_report_is_typed_read_back_and_sent_without_a_mouse(rig: Rig, amina: Screen) -> None:
    page, mark = amina.page, uuid.uuid4().hex[:8]
    page.goto(f"{rig.given.room_base_url}/voice")
    expect(page.locator("[name=caller]")).to_be_focused()
    keys = page.keyboard
    for typed in ("012345678", "", "stuf"):
        keys.type(typed)
        keys.press("Tab") if typed != "stuf" else None
    expect(page.get_by_test_id("voice-found").locator("button").first).to_contain_text("XB")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("kd0123-8")
    expect(page.get_by_test_id("voice-read")).to_contain_text("KD0123\u20117")
    keys.press("Backspace")
    keys.type("7")
    for typed in ("10:40", "5", f"many ballots {mark}"):
        keys.press("Tab")
        keys.type(typed)
    expect(page.get_by_test_id("voice-read")).to_contain_text("Kandal")
    expect(page.get_by_test_id("voice-line")).to_have_text(f"XB KD0123-7 5 10:40 many ballots {mark}")
    keys.press("Control+Enter")
    expect(page.get_by_test_id("voice-outcome")).to_contain_text(re.compile(r"\d{4}-\d{4}"))
    expect(page.locator("[name=words]")).to_have_value("")
    expect(page.locator("[name=caller]")).to_be_focused()
    page.goto(rig.given.room_base_url)
    expect(page.get_by_test_id("feed").locator("[data-id]", has_text=mark)).to_be_visible()
