"""What room and page need not do: look at every card for one number, draw a figure that has not changed."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from server.board import Board
from server.pack import Pack
from server.seal import Opener, Vault
from tests import crowded
from tests.browser import needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.days import Pen, raws

DRAWN = """() => {
  window.drawn = [];
  for (const plot of document.querySelectorAll("[data-figure] .js-plotly-plot"))
    plot.on("plotly_afterplot", () => drawn.push(plot.closest("[data-figure]").dataset.figure));
}"""


def test_an_incident_costs_no_more_work_the_more_cards_there_are(keys: Path, pack: Pack) -> None:
    few, many = (work(keys, pack, reports) for reports in (100, 3000))
    assert many < few * 1.5


def work(keys: Path, pack: Pack, reports: int) -> int:
    """Steps of SQLite, in hundreds, until a new incident stands among so many reports."""
    board, pen, steps = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, pack), Pen(keys), count()
    crowded.fill(board, pack, 50, reports)
    board.db.set_progress_handler(lambda: next(steps) < 0, 100)
    board.fold(raws([pen.received(9000, rehearsal=True), pen.read(9000), pen.opened(9000, rehearsal=True)]))
    return next(steps)


@pytest.fixture(scope="module")
def room(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(os.path.abspath(redis_server), folder, pack, {"Amina": "analyst"}, 100, 200) as made:
        yield made
    shutil.rmtree(folder)


@pytest.mark.browser
def test_a_figure_is_drawn_anew_when_it_has_changed_or_the_theme(room: Crowded, browser: Browser) -> None:
    page = screen(browser).page
    room.sign_in(page, "Amina")
    page.wait_for_selector("[data-figure=status] .main-svg")
    page.wait_for_selector("[data-figure=reports] .main-svg")
    page.evaluate(DRAWN)
    with page.expect_response(re.compile("/api/v1/figures")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_test_id("theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_function("() => ['reports', 'where', 'status'].every((name) => drawn.includes(name))")
    assert page.evaluate("drawn.filter((name) => name === 'status').length") == 1
    page.context.close()
