"""The wall in a browser: opened once, live, without the line, in both languages, and no larger after many pictures."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from server.pack import Pack
from tests.accessible import violations
from tests.browser import needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.walled import LIVE, Many, hang

pytestmark = pytest.mark.browser
SLACK = 256 * 1024  # bytes that a heap may differ by; the longer form is tests/measure_wall.py
NEWS = 900_000  # number of a report that no crowded day has


@pytest.fixture(scope="module")
def crowd(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with some of a day in it, and an administrator."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(redis_server, folder, pack, {"Dara": "administrator"}, 40, 200) as made:
        yield made
    shutil.rmtree(folder)


def test_an_administrator_hangs_a_wall_that_lives_through_a_lost_line_until_it_is_ended(
    crowd: Crowded, browser: Browser
) -> None:
    desk, wall = screen(browser), screen(browser, 1920, 1080)
    crowd.sign_in(desk.page, "Dara")
    desk.page.goto(f"{crowd.address}/accounts")
    desk.page.fill("[data-testid=wall-form] [name=name]", "The hall")
    desk.page.select_option("[data-testid=wall-form] [name=language]", "en")
    desk.page.click("[data-testid=wall-form] button")
    address = desk.page.locator("[data-testid=wall-address]").inner_text()
    assert violations(desk.page) == []
    wall.page.goto(address)
    wall.page.click("button.primary")
    wall.page.wait_for_selector(LIVE)
    assert wall.page.url == f"{crowd.address}/wall", "no word stands in the address any more"

    again = screen(browser)
    again.page.goto(address)
    again.page.click("button.primary")
    expect(again.page.get_by_role("alert")).to_contain_text("was used")

    verified = wall.page.locator(".number-verified .n")
    before = int(verified.inner_text())
    pen, log = crowd.pen, crowd.house.log
    for fact in (pen.received(NEWS), pen.read(NEWS), pen.opened(NEWS), pen.verified(NEWS)):
        log.append(fact, by="analyst:Amina")
    expect(verified).to_have_text(str(before + 1))
    expect(wall.page.locator("[data-testid=headlines] li:visible", has_text="BX")).not_to_have_count(0)

    wall.page.context.set_offline(True)
    expect(wall.page.get_by_test_id("lost")).to_contain_text("Picture of")
    expect(verified).to_have_text(str(before + 1))
    wall.page.context.set_offline(False)
    wall.page.wait_for_selector(LIVE)
    expect(wall.page.get_by_test_id("lost")).to_be_hidden()

    desk.page.evaluate("window.confirm = () => true")
    desk.page.locator("[data-wall] button").click()
    wall.page.wait_for_url("**/wall/open")
    for shown in (desk, wall, again):
        assert shown.hosts == {crowd.address.removeprefix("http://")}
        shown.leave()
    assert desk.complaints == []


def test_a_wall_turns_from_one_language_to_the_next_by_itself(crowd: Crowded, browser: Browser) -> None:
    shown = screen(browser, own=True)
    shown.page.clock.install()
    hang(shown.page, crowd.address, crowd.house.live.room, language="")
    title, words = shown.page.get_by_test_id("news-title"), ("Verified last", "បានផ្ទៀងផ្ទាត់ចុងក្រោយ")
    for language in words:
        expect(title).to_have_text(language)
        shown.page.clock.run_for(30_000)
    expect(title).to_have_text(words[0])
    assert shown.complaints == []
    shown.leave()


def test_a_wall_begins_anew_at_a_quiet_moment_and_takes_its_picture_along(crowd: Crowded, browser: Browser) -> None:
    shown = screen(browser, own=True)
    shown.page.clock.install()
    hang(shown.page, crowd.address, crowd.house.live.room)
    shown.page.evaluate("document.body.dataset.mark = 'the first page'")
    number = shown.page.locator(".number-verified .n")
    before = number.inner_text()
    shown.page.route("**/api/v1/wall/ground", lambda route: route.abort())  # without it nothing can be painted anew
    shown.page.clock.fast_forward("04:01:00")
    expect(shown.page.locator("[data-mark]")).to_have_count(0)
    expect(number).to_have_text(before)
    expect(number).to_be_visible()
    shown.page.wait_for_selector(LIVE)
    shown.leave()


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("km", "light")])
def test_the_wall_fits_every_screen_without_a_scroll(
    crowd: Crowded, browser: Browser, language: str, theme: str
) -> None:
    shown = screen(browser)
    hang(shown.page, crowd.address, crowd.house.live.room, language, theme)
    whole = "({ scrollWidth: w, scrollHeight: h }) => [w, h]"
    smallest = "all => Math.min(...all.filter(e => e.textContent).map(e => parseFloat(getComputedStyle(e).fontSize)))"
    parts = ".big .of, .balance, .hour, .gateways li, .legend li, .n"
    inside = f"""([across, up]) => [...document.querySelectorAll("{parts}")]
        .map(one => one.getBoundingClientRect()).every(box => box.right <= across && box.bottom <= up)"""
    for across, up in ((1366, 768), (1920, 1080), (3840, 2160)):
        shown.page.set_viewport_size({"width": across, "height": up})
        assert shown.page.locator("html").evaluate(whole) == [across, up]
        assert shown.page.evaluate(inside, [across, up])
        assert shown.page.locator("body :is(h1, h2, p, li, small, span, b)").evaluate_all(smallest) >= 17.9
    assert violations(shown.page) == []
    assert shown.complaints == []
    shown.leave()


def test_a_gateway_that_is_silent_stands_before_those_that_are_well(crowd: Crowded, browser: Browser) -> None:
    shown = screen(browser)
    hang(shown.page, crowd.address, crowd.house.live.room)
    told = shown.page.evaluate(
        """async (found) => {
            const { gateways } = await import("/static/wall_parts.js");
            const list = document.createElement("ul");
            gateways(list, { gateways: found });
            return [...list.children].filter((row) => !row.hidden).map((row) => row.textContent);
        }""",
        [
            {"name": name, "state": state, "last": "2017-06-04T00:00:00.000+00:00"}
            for name, state in (("one", "lively"), ("two", "silent"), ("three", "lively"), ("four", "slow"))
        ],
    )
    assert [row[1:4] for row in told] == ["two", "fou", "one", "thr"]
    assert [row[0] for row in told] == ["■", "▲", "●", "●"]
    assert told[2] == "●one"
    assert told[3] == "●threemessages come"
    assert shown.complaints == []
    shown.leave()


def test_a_wall_holds_no_more_after_many_pictures_than_after_some(crowd: Crowded, browser: Browser) -> None:
    shown = screen(browser, 1920, 1080)
    hang(shown.page, crowd.address, crowd.house.live.room)
    many = Many(shown.page)
    some, more = many.after(60), many.after(300)
    for name in ("Nodes", "JSEventListeners", "Documents"):
        assert more[name] == some[name], name
    assert more["JSHeapUsedSize"] <= some["JSHeapUsedSize"] + SLACK
    assert shown.complaints == []
    shown.leave()
