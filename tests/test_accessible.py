"""WCAG 2.2 AA on every page, for eyes, hands and keyboard: by axe, and by looking at what axe does not look at."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from server import seal
from server.log import Log
from server.pack import Pack
from server.roles import ROLES
from tests import accessible, doors, scenes
from tests.airwaves import on_air
from tests.browser import needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.days import report_id
from tests.house import PHRASE, build
from tests.scenes import SCENES, WALL, Scene

pytestmark = pytest.mark.browser
WIDE, PHONE = (1366, 768), (390, 844)
NARROW, ZOOMED = (320, 640), (683, 384)  # 1.4.10; a laptop at 200 %
STEPS = 30  # by Tab through a page
FIRST = {scene.rule: n for n, scene in reversed([*enumerate(SCENES)])}  # rule -> its first scene
NAMES = [f"{n} {scene.rule}" for n, scene in enumerate(SCENES)]
HELD = [scene for scene in SCENES if scene.who != WALL and SCENES[FIRST[scene.rule]] is scene]  # in a hand
VALUES = {"<card>": report_id(scenes.OPEN), "<name>": "where", "<language>": "en"}
VALUES |= {"<statement>": scenes.WRITTEN, "<number>": "exercise-1", "<kind>": "html"}


@pytest.fixture(scope="module")
def room(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with something on every page."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(os.path.abspath(redis_server), folder, pack, scenes.PEOPLE, 120, 360) as made:
        scenes.furnish(made)
        yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def seats(room: Crowded) -> dict[str, str]:
    """Who sits there already: name -> session."""
    enter, walls = room.house.live.room.access.sign_in, room.house.live.room.walls
    word, _ = walls.make("hall", "", "dark", by="console")
    return {name: enter(name, PHRASE, "127.0.0.1") for name in scenes.PEOPLE} | {WALL: walls.open(word, "here")}


def opened(route: Route) -> None:
    """A page in which nothing runs, as it is where our own looking at it may."""
    answer = route.fetch()
    policy = answer.headers["content-security-policy"].removesuffix("; sandbox")
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})


@pytest.fixture(scope="module")
def wide(browser: Browser) -> Iterator[Page]:
    """A laptop."""
    page = screen(browser, *WIDE).page
    page.route("**/statements/**", opened)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone, which is held in the dark."""
    page = screen(browser, *PHONE, color_scheme="dark").page
    page.route("**/statements/**", opened)
    yield page
    page.context.close()


def looked(page: Page, room: Crowded, seats: dict[str, str], scene: Scene, language: str) -> None:
    """The page as this person sees it in this language."""
    port = room.address.rsplit(":", 1)[1]
    kind = "wall" if scene.who == WALL else "session"
    jar = {"lang": language, **({f"{kind}-{port}": seats[scene.who]} if scene.who else {})}
    page.goto("about:blank")  # or the page before finds itself signed out, and goes away by itself meanwhile
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": value, "url": room.address} for name, value in jar.items()])
    page.goto(room.address + scene.address)
    page.wait_for_selector(scene.ready, state="attached")


def test_every_page_of_the_room_is_looked_at(room: Crowded) -> None:
    """What answers with anything else than a page for somebody is none; all other addresses must have a scene."""
    askers = [room.house.app.test_client(), *(room.house.program(role) for role in ROLES)]
    pages = set()
    for rule in room.house.rules:
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/api/", "/static/")):
            continue
        address = rule.rule
        for place, value in VALUES.items():
            address = address.replace(place, value)
        kinds = {answer.mimetype for asker in askers if (answer := asker.get(address)).status_code == 200}
        if not kinds or "text/html" in kinds:
            pages.add(rule.rule)
    assert pages - {"/health", "/statements/proof/<number>.json"} == {scene.rule for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES, ids=NAMES)
def test_a_page_breaks_no_rule_light_or_dark(room: Crowded, seats: dict[str, str], wide: Page, scene: Scene) -> None:
    wide.emulate_media(color_scheme="light")
    looked(wide, room, seats, scene, "en")
    scene.act(wide)
    assert accessible.violations(wide) == []
    assert accessible.misfits(wide) == []
    if SCENES[FIRST[scene.rule]] is not scene:
        return
    wide.emulate_media(color_scheme="dark")
    if not scene.paper:
        expect(wide.locator("html")).to_have_attribute("data-theme", "dark")
    assert accessible.violations(wide, "color-contrast") == []
    assert accessible.walked(wide, STEPS) == []


@pytest.mark.parametrize("scene", HELD, ids=lambda scene: scene.rule)
def test_a_page_fits_a_phone_in_khmer(room: Crowded, seats: dict[str, str], phone: Page, scene: Scene) -> None:
    looked(phone, room, seats, scene, "km")
    assert accessible.violations(phone) == []
    for size in (PHONE, NARROW, ZOOMED, PHONE):
        phone.set_viewport_size({"width": size[0], "height": size[1]})
        assert (size, accessible.misfits(phone)) == (size, [])


def test_the_first_administrator_s_form_breaks_no_rule(
    redis_server: str, pack: Pack, phone: Page, tmp_path: Path
) -> None:
    seal.make_keys(tmp_path / "keys")
    house = build(tmp_path, pack, Log(redis_server, f"first-{uuid.uuid4()}"))
    with on_air(house.app) as air:
        phone.goto(f"{air.url}/first?t={house.live.room.access.invite()}")
        phone.wait_for_selector("[data-testid=first]")
        assert accessible.violations(phone) == []


def test_the_public_form_breaks_no_rule(redis_server: str, phone: Page, tmp_path: Path) -> None:
    door = doors.build(tmp_path / "door", Log(redis_server, f"form-{uuid.uuid4()}"))
    with on_air(door.client.application) as air:
        for language in ("en", "km"):
            phone.goto(f"{air.url}/?lang={language}")
            assert accessible.violations(phone) == []
            phone.click("#send")
            expect(phone.locator("#empty")).to_be_visible()
            assert accessible.violations(phone) == []
            for size in (NARROW, PHONE):
                phone.set_viewport_size({"width": size[0], "height": size[1]})
                assert (size, accessible.misfits(phone)) == (size, [])
        phone.goto(f"{air.url}/away")
        assert accessible.violations(phone) == []


def test_somebody_without_a_mouse_and_without_single_keys_comes_from_the_room_to_a_verdict(
    room: Crowded, seats: dict[str, str], wide: Page
) -> None:
    looked(wide, room, seats, Scene("Amina", "/", scenes.LIVE), "en")
    wide.evaluate("() => localStorage.setItem('keys-off', 'yes')")
    wide.reload()
    wide.wait_for_selector(scenes.LIVE)

    def tab_to(selector: str) -> None:
        for _ in range(90):
            if wide.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
            wide.keyboard.press("Tab")
        raise AssertionError(f"no way by Tab to {selector}")

    tab_to("[data-testid=search]")
    wide.keyboard.type(f"{scenes.RARE} ")
    expect(wide.locator("[data-testid=feed] [data-id]")).to_have_count(1)
    wide.keyboard.press("Escape")
    tab_to("[data-testid=feed]")
    wide.keyboard.press("j")
    assert wide.evaluate("() => document.activeElement.dataset.testid") == "feed", "letters are switched off"
    wide.keyboard.press("ArrowDown")
    tab_to("[data-testid=card]")
    wide.keyboard.press("Enter")
    tab_to("[data-action=unverified]")
    wide.keyboard.press("Enter")
    tab_to("[data-testid=unverified-form] [name=reason]")
    wide.keyboard.type("Nobody can be reached.")
    tab_to("[data-testid=unverified-form] button.primary")
    wide.keyboard.press("Enter")
    expect(wide.get_by_test_id("decided")).to_contain_text("Nobody can be reached.")
    wide.evaluate("() => localStorage.clear()")


def test_nothing_moves_for_whoever_wants_it_still(room: Crowded, seats: dict[str, str], wide: Page) -> None:
    looked(wide, room, seats, Scene("Amina", "/", scenes.LIVE), "en")
    assert accessible.look(wide, "moving") > 0
    wide.emulate_media(reduced_motion="reduce")
    assert accessible.look(wide, "moving") == 0
    wide.emulate_media(reduced_motion="no-preference")
