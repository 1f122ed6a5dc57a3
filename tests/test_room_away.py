"""A journey in a real browser: the room loses its network for ten minutes, and finds everything when it is back."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from server.log import Draft, place
from server.pack import Pack
from tests.browser import Screen, needed, screen
from tests.cable import Cable, cable
from tests.crowded import COLUMNS
from tests.crowded_room import Crowded, crowded_room
from tests.days import report_id
from tests.house import decide, told
from tests.rig import free_ports

pytestmark = pytest.mark.browser
MANY = 100  # incidents before the journey
AT = "strftime('%Y-%m-%dT%H:%M:%S.000+00:00', '2017-06-04T10:02:00', (n / 10.0) || ' seconds')"
NAMED = "%08x-aaaa-4aaa-8aaa-aaaaaaaaaaaa"  # ids of what was missed
MISSED = 5_000  # cards that came while nobody could look
SCREENS, RATE = 100, 20  # that the room loses at once, and how many of them may come back in one second
LINES = """async (many) => {
  const { Line } = await import("/static/line.js");
  const { cursor } = await (await fetch("/api/v1/cards?limit=1")).json();
  const nothing = () => {};
  Object.assign(window, { waits: [], lines: [] });
  for (let n = 0; n < many; n++) {
    const line = new Line({ onPatch: nothing, onState: nothing, onBye: nothing, onLost: nothing });
    const [again, cut] = [line.again.bind(line), line.cut.bind(line)];
    line.cut = (reason) => ((line.closed = reason.startsWith("transport")), cut(reason), (line.closed = false));
    line.again = (wait) => (line.closed && waits.push(wait), again(wait));
    line.start(cursor);
    lines.push(line);
  }
}"""  # so many screens in one page
HELD, LATE = MANY + 1, MANY + 2  # what Amina has, and what Bora decides on


@pytest.fixture
def through() -> int:
    """The port that browsers come to."""
    return free_ports(1)[0]


@pytest.fixture
def crowd(redis_server: str, pack: Pack, through: int) -> Iterator[Crowded]:
    """A room in a rehearsal, whose hour is that of the newest report."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    people = {"Amina": "analyst", "Bora": "analyst"}
    with crowded_room(os.path.abspath(redis_server), folder, pack, people, MANY, MANY, through) as made:
        db = made.house.live.room.board.db
        db.execute("UPDATE cards SET status = 'new', severity = 2, awaiting = ''")
        yield made
    shutil.rmtree(folder)


@pytest.fixture
def line(crowd: Crowded, through: int) -> Iterator[Cable]:
    with cable(through, crowd.port) as made:
        yield made


@pytest.fixture
def amina(crowd: Crowded, line: Cable, browser: Browser) -> Iterator[Screen]:
    made = screen(browser)
    crowd.sign_in(made.page, "Amina")
    expect(made.page.locator("[data-testid=feed] [data-id]").first).to_be_visible()
    yield made
    refused = ("ERR_", "WebSocket connection", "Failed to load resource")
    assert [said for said in made.complaints if not any(word in said for word in refused)] == []
    made.leave()


@pytest.fixture
def bora(crowd: Crowded) -> FlaskClient:
    """Another analyst, whose network holds."""
    return crowd.house.at_desk("Bora")


def reported(crowd: Crowded, *numbers: int, minute: str, **more: Any) -> None:
    """Incidents of the rehearsal, told at this minute after ten (UTC)."""
    pen, drafts = crowd.pen, []
    for n in numbers:
        at = f"2017-06-04T10:{minute}:{n % 60:02}.000+00:00"
        facts = [pen.received(n, at=at, rehearsal=True), pen.read(n, severity=2, **more)]
        facts += [pen.opened(n, rehearsal=True, severity=2, **more)]
        drafts += [Draft(fact, by="reader") for fact in facts]
    crowd.house.log.append_all(drafts)


def until(page: Page, holds: Any, tries: int = 300) -> None:
    """Let the page go on until something holds that is not on it."""
    for _ in range(tries):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not come to that.")


def row(page: Page, n: int) -> Any:
    return page.locator(f"[data-testid=feed] [data-id='{report_id(n)}']")


def opened(page: Page, n: int) -> None:
    row(page, n).click()
    expect(page.get_by_test_id("worked")).to_be_visible()


@pytest.mark.survival("R24", "in a browser")
@pytest.mark.survival("R36", "office without server")
def test_the_room_loses_its_network_for_ten_minutes(
    crowd: Crowded, line: Cable, amina: Screen, bora: FlaskClient
) -> None:
    page = amina.page
    reported(crowd, HELD, LATE, minute="01")
    opened(page, HELD)
    page.locator("[data-work=take]").click()
    expect(page.get_by_test_id("having")).to_contain_text("Amina has it until 17:11")
    page.locator("[data-form=note]").click()
    note = page.get_by_test_id("note-form")
    note.locator("[name=note]").fill("Half a sen")

    states = "window.states = []; new MutationObserver(() => states.push(document.querySelector"
    states += "('[data-testid=line-state]').dataset.state)).observe"
    page.evaluate(f"{states}(document.querySelector('[data-testid=line-state]'), {{attributes: true}})")
    line.pull()
    expect(page.get_by_test_id("interrupted")).to_contain_text("older than 17:01")
    missed = range(MANY + 3, MANY + 15)
    reported(crowd, *missed, minute="12")
    assert decide(bora, HELD, "category", code="NB", reason="Too few ballots.").status_code == 202
    assert decide(bora, LATE, "dismissal", kind="quiet", reason="All is calm there.").status_code == 202
    tried = line.tried
    until(page, lambda: line.tried > tried + 4)
    assert page.evaluate("[...new Set(states)]") == ["interrupted"]  # and not "catching up" with each try
    expect(page.get_by_test_id("interrupted")).to_contain_text("older than 17:01")

    page.locator("[data-form=category]").first.click()
    form = page.get_by_test_id("category-form")
    form.locator("[name=family]").select_option("IN")
    form.locator("[name=code]").select_option("NC")
    form.locator("[name=reason]").fill("Their names were not there.")
    form.locator("button.primary").click()
    expect(form.locator(".outcome")).to_contain_text("Send it again when the line is back")

    line.mend()
    expect(page.get_by_test_id("line-state")).to_have_attribute("data-state", "live")
    expect(page.get_by_test_id("interrupted")).to_be_hidden()
    expect(page.get_by_test_id("having")).to_contain_text("Nobody has it.")
    expect(page.get_by_test_id("incident-view")).to_contain_text("NB")
    expect(form.locator("[name=reason]")).to_have_value("Their names were not there.")
    form.locator("button.primary").click()
    expect(form.get_by_test_id("newer")).to_contain_text("NB")
    assert facts(bora, HELD).count("incident.recategorised") == 1
    form.locator("button.primary").click()
    expect(page.get_by_test_id("incident-view")).to_contain_text("NC")
    assert facts(bora, HELD).count("incident.recategorised") == 2
    page.locator("[data-form=note]").click()
    expect(note.locator("[name=note]")).to_have_value("Half a sen")

    page.get_by_test_id("new-pill").click()
    expect(row(page, missed[-1])).to_be_visible()
    expect(row(page, HELD)).to_be_attached()  # the rows below are drawn a moment later
    ids = page.locator("[data-testid=feed] [data-id]").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert ids[: len(missed) + 2] == [report_id(n) for n in [*reversed(missed), LATE, HELD]]
    expect(row(page, LATE)).to_have_class(re.compile(r"\bleft\b"))  # it goes with the next page


@pytest.mark.survival("R28", "in a browser")
def test_what_was_recorded_while_its_answer_was_lost_is_not_recorded_twice(
    crowd: Crowded, line: Cable, amina: Screen, bora: FlaskClient
) -> None:
    page = amina.page
    reported(crowd, HELD, minute="01")
    opened(page, HELD)
    page.locator("[data-form=note]").click()
    note = page.get_by_test_id("note-form")
    note.locator("[name=note]").fill("She will call again at noon.")
    line.deafen()
    note.locator("button.primary").click()
    expect(note.locator(".outcome")).to_contain_text("it is not recorded twice")
    until(page, lambda: "incident.noted" in facts(bora, HELD))
    line.mend()
    expect(page.get_by_test_id("line-state")).to_have_attribute("data-state", "live")
    expect(page.get_by_test_id("history")).to_contain_text("at noon")
    note.locator("button.primary").click()
    expect(note).to_have_count(0)
    assert facts(bora, HELD).count("incident.noted") == 1
    page.locator("[data-form=note]").click()
    note.locator("[name=note]").fill("She will call again at noon.")
    note.locator("button.primary").click()
    expect(note).to_have_count(0)
    assert facts(bora, HELD).count("incident.noted") == 2  # on purpose


def facts(client: FlaskClient, n: int) -> list[str]:
    """What stands on the record about an incident."""
    return [fact["what"] for fact in told(client, n)["history"]]


@pytest.mark.survival("R25", "in a browser", "cards of a crowd")
def test_five_thousand_that_were_missed_come_by_pages_while_the_room_is_used(
    crowd: Crowded, line: Cable, amina: Screen
) -> None:
    page = amina.page
    asked: list[str] = []
    page.on("response", lambda answer: "/changes" in answer.url and asked.append(answer.url))
    reported(crowd, HELD, minute="01")
    opened(page, HELD)
    line.pull()
    expect(page.get_by_test_id("interrupted")).to_be_visible()
    missed(crowd)
    reported(crowd, LATE, minute="12")
    asked.clear()
    line.mend()
    until(page, lambda: asked)
    page.locator("[data-form=note]").click()  # while it catches up
    page.get_by_test_id("note-form").locator("[name=note]").fill("Still at work.")
    expect(page.get_by_test_id("line-state")).to_have_attribute("data-state", "live")
    assert len(set(asked)) > MISSED / 200
    expect(page.get_by_test_id("note-form").locator("[name=note]")).to_have_value("Still at work.")
    expect(page.get_by_test_id("new-pill")).to_contain_text(f"{MISSED + 1:,} new")
    page.get_by_test_id("new-pill").click()
    expect(row(page, LATE)).to_be_visible()
    expect(page.get_by_test_id("feed-foot")).to_contain_text(f"{MANY + MISSED + 2:,}")
    ids = page.locator("[data-testid=feed] [data-id]").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert len(ids) == len(set(ids)) > 5
    assert ids[1] == NAMED % MISSED


def missed(crowd: Crowded) -> None:
    """So many cards at once, each as one that is there already, changed behind all that there is."""
    room = crowd.house.live.room
    after = place(room.board.cursor)
    own = {"id": f"printf('{NAMED}', n)", "number": f"{MISSED} + n", "changed": f"{after} + n", "at": AT, "sent_at": AT}
    columns = [name.strip() for name in COLUMNS.split(",")]
    values = ", ".join(own.get(name, f"cards.{name}") for name in columns)
    copied = (
        f"WITH RECURSIVE every (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM every WHERE n < {MISSED})"  # noqa: S608
        f" INSERT INTO cards ({COLUMNS}) SELECT {values} FROM every JOIN cards ON cards.row = 1 + every.n % {MANY}"
    )
    with crowd.alone:
        room.board.db.execute(copied)


@pytest.mark.survival("R27", "all back", "spread", "the same picture")
def test_a_hundred_screens_that_a_room_loses_at_once_come_back_each_in_its_turn(
    crowd: Crowded, line: Cable, amina: Screen
) -> None:
    page = amina.page
    page.evaluate(LINES, SCREENS)
    all_live = "lines.every((line) => line.state === 'live' && line.within >= 1000 * lines.length / 20)"
    until(page, lambda: page.evaluate(all_live), 1200)
    assert page.evaluate("waits") == []
    line.pull()
    until(page, lambda: page.evaluate("waits.length") >= SCREENS, 1200)
    waits = sorted(page.evaluate(f"waits.slice(0, {SCREENS})"))
    assert max(sum(start <= wait < start + 1000 for wait in waits) for start in waits) <= RATE
    assert waits[-1] < 8_000
    reported(crowd, HELD, LATE, minute="12")
    line.mend()
    until(page, lambda: page.evaluate(all_live), 1200)
    head = crowd.house.log.head()
    until(page, lambda: page.evaluate("[...new Set(lines.map((line) => line.cursor))]") == [head])
    page.evaluate("lines.forEach((line) => line.socket.disconnect())")
