"""Journeys over a map of 30,000 incidents in a real browser."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.mapping.gathered import MOST_CELLS
from server.pack import Pack
from tests.browser import Screen, needed, screen
from tests.crowded_room import Crowded, crowded_room

pytestmark = pytest.mark.browser

MANY = 30_000
MOVES = 8


@pytest.fixture(scope="module")
def room(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with 30,000 incidents, every one of them at a station."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    people = {"Amina": "analyst", "Vanna": "viewer", "Eng": "security_lead"}
    with crowded_room(os.path.abspath(redis_server), folder, pack, people, MANY, MANY) as made:
        yield made
    shutil.rmtree(folder)


@pytest.fixture
def amina(room: Crowded, browser: Browser) -> Iterator[Screen]:
    made = screen(browser)
    room.sign_in(made.page, "Amina")
    expect(said(made.page, "map-level")).to_have_text("Provinces · 30,000 incidents")
    drawn(made.page)
    yield made
    assert made.complaints == []
    made.leave()


def said(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.get_by_test_id(name)


def drawn(page: Page) -> None:
    """The map stands, and hears."""
    page.wait_for_selector("[data-testid=map][data-drawn]")


def nearer(page: Page, level: str) -> None:
    """Zoom in until this level is shown."""
    for _ in range(8):
        if re.match(level, said(page, "map-level").inner_text()):
            return
        with page.expect_response(re.compile("/api/v1/map")):
            page.click("[data-zoom=in]")
    expect(said(page, "map-level")).to_have_text(re.compile(level))


def drag(page: Page, x: int, y: int) -> None:
    """The map is dragged by so many pixels."""
    box = said(page, "map").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    for n in range(1, 11):
        page.mouse.move(middle[0] + x * n / 10, middle[1] + y * n / 10)
    page.mouse.up()


def test_thirty_thousand_incidents_are_moved_about_with_one_question_and_few_signs_each(amina: Screen) -> None:
    page, asked = amina.page, []
    nearer(page, "Stations")
    signs = "[data-testid=map] .scatterlayer .points path"
    page.wait_for_selector(signs)
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/map?" in request.url else None)
    for n in range(MOVES):
        with page.expect_response(re.compile("/api/v1/map")):
            drag(page, 180 if n % 4 < 2 else -180, 60 if n % 2 else -60)
        page.wait_for_timeout(300)
        assert len(asked) == n + 1
        assert page.locator(signs).count() <= MOST_CELLS


def test_hours_and_a_rectangle_become_words_of_the_query(amina: Screen) -> None:
    page = amina.page
    said(page, "map-time-open").click()
    said(page, "map-hour").evaluate("one => (one.value = 540, one.dispatchEvent(new Event('input')))")
    expect(said(page, "map-hours")).to_have_text("until 09:00")
    expect(said(page, "map-level")).to_have_text("Provinces · 6,001 incidents")
    page.select_option("[data-testid=map-span]", "60")
    expect(said(page, "map-level")).to_have_text("Provinces · 3,001 incidents")
    said(page, "map-choose").click()
    expect(said(page, "search")).to_have_value(re.compile("from:2017-06-04T08:00 until:2017-06-04T09:00$"))
    expect(said(page, "feed-foot")).to_have_text("3,001 in all")
    said(page, "map-time-open").click()
    said(page, "map-brush-open").click()
    drag(page, 90, 60)
    expect(said(page, "search")).to_have_value(re.compile(r"place:\d\d"))
    expect(said(page, "map-brush")).to_be_hidden()
    expect(said(page, "feed-foot")).to_have_text(re.compile(r"^([1-9]\d{0,2}|[12],\d{3}) in all"))


def test_hours_are_played_and_paused(amina: Screen) -> None:
    page = amina.page
    said(page, "map-time-open").click()
    said(page, "map-play").click()
    expect(said(page, "map-hours")).to_have_text(re.compile("until 07:[123]0"))
    said(page, "map-play").click()
    expect(said(page, "map-play")).to_have_attribute("aria-pressed", "false")
    assert said(page, "map-level").inner_text() != "Provinces · 30,000 incidents"


def test_the_map_goes_by_the_keyboard_and_is_a_table_as_well(amina: Screen) -> None:
    page = amina.page
    said(page, "map-rows-open").focus()
    page.keyboard.press("Enter")
    rows = said(page, "map-rows-body").locator("tr")
    expect(rows).to_have_count(26)
    counts = rows.locator("td:nth-child(2)").all_inner_texts()
    assert sum(int(each.replace(",", "")) for each in counts) == MANY
    first = rows.first.locator("button")
    name = first.inner_text()
    first.click()
    expect(said(page, "map-rows")).to_be_hidden()
    expect(said(page, "map-level")).to_have_text("Districts · 30,000 incidents")
    expect(said(page, "chips")).to_contain_text(name)
    page.locator("[data-zoom=out]").focus()
    for key in ("ArrowLeft", "ArrowUp"):
        with page.expect_response(re.compile("/api/v1/map")):
            page.keyboard.press(key)
    page.locator("[data-zoom=whole]").press("Enter")
    expect(said(page, "map-level")).to_have_text("Provinces · 30,000 incidents")


def test_a_viewer_comes_no_nearer_than_provinces(room: Crowded, browser: Browser) -> None:
    made = screen(browser)
    room.sign_in(made.page, "Vanna")
    drawn(made.page)
    for _ in range(3):
        made.page.click("[data-zoom=in]")
    expect(said(made.page, "map-level")).to_have_text(re.compile("Provinces"))
    assert made.page.locator("[data-testid=map] .scatterlayer .points path").count() == 0
    assert made.complaints == []
    made.leave()


def test_coverage_is_shown_by_district_when_one_comes_nearer(room: Crowded, amina: Screen) -> None:
    page = amina.page
    page.click("[data-layer=coverage]")
    expect(said(page, "map-silent")).to_have_text(re.compile("Silent provinces"))
    for _ in range(2):
        page.click("[data-zoom=in]")
    expect(said(page, "map-silent")).to_have_text(re.compile("Silent districts"))
    page.click("[data-zoom=whole]")
    expect(said(page, "map-silent")).to_have_text(re.compile("Silent provinces"))
    page.click("[data-layer=incidents]")
    expect(said(page, "map-level")).to_be_visible()
