"""The pages Accounts and Your account in a browser: a telephone, recovery codes, a link for others, a warning."""

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.live import SPACE
from server.pack import Pack
from server.people import totp
from tests.browser import needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.house import PHRASE
from tests.test_own_account import FRESH

PEOPLE = {"Amina": "analyst", "Dara": "administrator", "Eng": "security_lead", "Visal": "viewer"}
FORCED = "nine paper birds go swimming"
STORES = """Promise.all(
    [{ ...localStorage }, { ...sessionStorage }, indexedDB.databases(), caches.keys(), document.cookie]
).then(JSON.stringify)"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def room(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with four people."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(os.path.abspath(redis_server), folder, pack, PEOPLE, 10, 30) as made:
        yield made
    shutil.rmtree(folder)


def seated(browser: Browser, room: Crowded, name: str) -> Page:
    """Somebody's browser, signed in."""
    page: Page = screen(browser).page
    room.sign_in(page, name)
    return page


@pytest.mark.security("S58", "every store of the room")
def test_a_telephone_is_set_up_on_the_page_and_asked_for_afterwards(browser: Browser, room: Crowded) -> None:
    page = seated(browser, room, "Amina")
    page.goto(f"{room.address}/account")
    page.locator("[data-testid=sessions] tr").first.wait_for()
    page.fill("[data-testid=factor-begin] [name=passphrase]", PHRASE)
    page.click("[data-testid=factor-begin] button")
    page.get_by_test_id("factor-confirm").wait_for()
    assert page.evaluate("document.querySelector('[data-testid=picture]').decode().then(() => true)")
    secret = base64.b32decode(page.get_by_test_id("secret").inner_text().replace(" ", ""))
    now = totp.code(secret, int(datetime.now(UTC).timestamp()) // totp.STEP)
    page.fill("[data-testid=factor-confirm] [name=code]", now)
    page.route("**/api/v1/me/sessions", lambda asked: asked.abort())
    page.click("[data-testid=factor-confirm] button")
    codes = page.locator("[data-testid=codes] code")
    codes.first.wait_for()
    assert codes.count() == 10, "though the line broke behind the answer that told them"
    recovery = codes.first.inner_text()
    page.click("details.who summary")
    page.click("details.who button.link")
    page.wait_for_url("**/sign-in")
    for given, where in (("", "**/sign-in"), (recovery, f"{room.address}/")):
        page.fill("[name=name]", "Amina")
        page.fill("[name=passphrase]", PHRASE)
        page.fill("[name=code]", given)
        page.click("form[data-testid=sign-in] button.primary")
        page.wait_for_url(where)
    leaves_nothing(page)
    page.context.close()


def leaves_nothing(page: Page) -> None:
    """Somebody works in the room, saves a view and signs out: no store has anything of a report, and then nothing."""
    page.wait_for_selector("[data-testid=line-state][data-state=live]")
    page.fill("[data-testid=search]", "status:new Sok Dara 012345678")
    page.click("[data-testid=views] summary")
    page.fill("[data-testid=views-form] [name=name]", "mine")
    page.click("[data-testid=views-form] button")
    page.fill("[data-testid=search]", "")
    page.locator("[data-testid=feed] [data-id]").first.click()
    page.get_by_test_id("incident").wait_for()
    cards = page.evaluate("fetch('/api/v1/cards?limit=200').then((answer) => answer.json())")["cards"]
    texts = {card[name] for card in cards for name in ("text", "source") if card.get(name)}
    assert len(texts) > 5
    kept = page.evaluate(STORES)
    assert "status:new" in kept
    assert [text for text in (*texts, "Sok", "012345678") if text in kept] == []
    page.click("details.who summary")
    page.click("details.who button.link")
    page.wait_for_url("**/sign-in")
    assert page.evaluate(STORES) == '[{},{},[],[],""]'


@pytest.mark.security("S13", "passkeys")
def test_a_passkey_is_added_on_the_page_and_signs_in_beside_the_pass_phrase(browser: Browser, room: Crowded) -> None:
    shown, there = screen(browser), room.address.replace("127.0.0.1", "localhost")
    page = shown.page
    page.goto(f"{room.address}/sign-in")
    page.get_by_test_id("passkey-cannot").wait_for()  # browsers bind them to no bare address
    cable = page.context.new_cdp_session(page)
    cable.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "automaticPresenceSimulation": True}
    cable.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**key, "hasUserVerification": True, "isUserVerified": True}}
    )

    def sign_in(button: str, where: str) -> None:
        page.goto(f"{there}/sign-in")
        page.fill("[name=name]", "Visal")
        page.fill("[name=passphrase]", PHRASE)
        page.click(button)
        page.wait_for_url(where)

    sign_in("button.primary", f"{there}/")
    page.goto(f"{there}/account")
    page.fill("[data-testid=passkey-add] [name=passphrase]", PHRASE)
    page.fill("[data-testid=passkey-add] [name=name]", "blue key")
    page.click("[data-testid=passkey-add] button")
    page.locator("[data-passkey]").wait_for()
    assert page.locator("[data-testid=codes] code").count() == 10
    page.goto("about:blank")  # or the page finds itself signed out, and goes away by itself meanwhile
    page.context.clear_cookies()
    sign_in("button.primary", "**/sign-in")
    assert page.locator(".problem").first.is_visible()
    sign_in("[data-testid=passkey-use]", f"{there}/")
    page.goto(f"{there}/account")
    page.locator("[data-passkey] button").click()
    page.fill("[data-testid=passkey-remove] [name=passphrase]", PHRASE)
    page.click("[data-testid=passkey-remove] .primary")
    page.locator("[data-passkey]").wait_for(state="detached")
    assert [each for each in shown.complaints if "403" not in each] == []
    page.context.close()


def test_a_link_that_an_administrator_makes_opens_an_account_in_another_browser(
    browser: Browser, room: Crowded
) -> None:
    page = seated(browser, room, "Dara")
    page.goto(f"{room.address}/accounts")
    page.locator("[data-account]").first.wait_for()
    page.fill("[data-testid=account-form] [name=name]", "Boran")
    page.click("[data-testid=account-form] button")
    link = page.get_by_test_id("join-address").inner_text()
    other = screen(browser).page
    other.goto(link)
    other.fill("[name=passphrase]", FRESH)
    other.click("button.primary")
    other.get_by_test_id("message").wait_for()
    page.reload()
    page.locator("[data-account=Boran]").wait_for()
    other.context.close()
    page.context.close()


@pytest.mark.security("S58", "page empties itself")
@pytest.mark.security("S59", "locks itself")
def test_a_page_that_nobody_uses_empties_itself_when_the_session_ends_or_cannot_be_asked_for(
    browser: Browser, room: Crowded
) -> None:
    page, access, minute = screen(browser).page, room.house.live.room.access, 60000
    session = access.sign_in("Dara", PHRASE, "there")
    page.context.add_cookies([{"name": f"session-{room.port}", "value": session, "url": room.address}])
    page.clock.install()
    for how in ("line", "session"):
        page.goto(f"{room.address}/account")
        page.locator("[data-session]").first.wait_for()
        page.clock.fast_forward(2 * minute)
        page.route("**/sign-in", lambda asked: asked.abort())
        if how == "line":
            page.route("**/api/**", lambda asked: asked.abort())
            page.clock.fast_forward(27 * minute)
            assert page.locator("[data-session]").count()
        else:
            access.sessions.end_all("Dara")
        page.clock.fast_forward(3 * minute)
        expect(page.locator("[data-session]")).to_have_count(0)
        page.unroute_all()
    page.context.close()


def test_a_page_of_the_session_before_is_loaded_again_once_its_line_is_refused(browser: Browser, room: Crowded) -> None:
    page, live = screen(browser).page, room.house.live
    first, second = (live.room.access.sign_in("Visal", PHRASE, "there") for _ in range(2))
    cookie = {"name": f"session-{room.port}", "url": room.address}
    page.context.add_cookies([{**cookie, "value": first}])
    page.clock.install()
    page.goto(f"{room.address}/press")
    page.wait_for_selector("[data-testid=line-state][data-state=live]")
    page.context.add_cookies([{**cookie, "value": second}])
    with page.expect_event("load"):
        for socket in list(live._people):
            live.socketio.server.disconnect(socket, namespace=SPACE)
        for _ in range(3):
            with page.expect_response("**/api/v1/changes?*"):
                page.clock.run_for(3000)
    page.wait_for_selector("[data-testid=line-state][data-state=live]")
    assert page.evaluate("sessionStorage.length") == 0
    page.context.close()


def test_a_security_lead_reads_on_every_page_who_is_forced(browser: Browser, room: Crowded) -> None:
    access = room.house.live.room.access
    access._drawer.put(
        "credential", "Dara", {**access._drawer.get("credential", "Dara"), "duress": access.phrases.kept(FORCED)}
    )
    access.sign_in("Dara", FORCED, "there")
    page = seated(browser, room, "Eng")
    page.goto(f"{room.address}/account")
    told = page.get_by_test_id("forced")
    told.wait_for()
    assert "Dara" not in told.inner_text(), "whoever forces may stand behind the lead"
    told.locator("button").click()
    assert "Dara" in told.inner_text()
    page.context.close()


def test_two_people_agree_on_the_page_to_keep_everything_and_a_third_sees_why(browser: Browser, room: Crowded) -> None:
    pages = {}
    for name in ("Eng", "Dara", "Visal"):
        page: Page = screen(browser).page
        session = room.house.live.room.access.sign_in(name, PHRASE, "127.0.0.1")
        page.context.add_cookies([{"name": f"session-{room.port}", "value": session, "url": room.address}])
        page.goto(f"{room.address}/forgetting")
        page.locator("[data-testid=day] .date").wait_for()
        pages[name] = page
    eng, dara, visal = pages.values()
    eng.check("[name=what][value=hold]")
    eng.fill("[data-testid=ask] [name=reason]", "A court asks for it.")
    eng.click("[data-testid=ask] button")
    eng.locator("[data-testid=waits] .lacks").wait_for()
    assert eng.locator("[data-form=confirmation]").count() == 0, "nobody agrees alone"
    dara.click("[data-form=confirmation]")
    dara.keyboard.press("Enter")  # the keyboard stands on what it opened
    for page in pages.values():
        page.locator(".day.kept blockquote", has_text="A court asks for it.").wait_for()
    assert visal.locator("form[data-testid=ask], [data-testid=waits]").count() == 0
    for page in pages.values():
        page.context.close()
