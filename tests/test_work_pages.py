"""Journeys in a real browser: what calls, what alerts become, who has what, who is on duty."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.log import Draft
from server.pack import Pack
from tests.browser import Screen, needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.days import report_id
from tests.test_answered import raised

pytestmark = pytest.mark.browser
FEW = 20  # cards that are there before
CALLED = """
window.called = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, { body }) { called.push(body); }
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { called.push("a note"); start.call(this, at); };
"""


@pytest.fixture(scope="module")
def crowd(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A rehearsal alone on the record, whose hour is that of the newest report."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    people = {"Amina": "analyst", "Bora": "analyst", "Dara": "administrator"}
    with crowded_room(os.path.abspath(redis_server), folder, pack, people, FEW, FEW) as made:
        made.house.live.room.board.db.execute("UPDATE cards SET severity = 2")
        yield made
    shutil.rmtree(folder)


@pytest.fixture
def amina(crowd: Crowded, browser: Browser) -> Iterator[Screen]:
    made = screen(browser)
    made.page.add_init_script(CALLED)
    crowd.sign_in(made.page, "Amina")
    yield made
    assert made.complaints == []
    made.leave()


@pytest.fixture
def bora(crowd: Crowded, browser: Browser) -> Iterator[Page]:
    made = screen(browser)
    crowd.sign_in(made.page, "Bora")
    yield made.page
    assert made.complaints == []
    made.leave()


def reported(crowd: Crowded, *numbers: int, at: str, opens: bool = True, **more: Any) -> None:
    """Reports of the rehearsal, told at this hour (UTC), each an incident unless it `opens` none."""
    drafts = []
    for n in numbers:
        facts = [crowd.pen.received(n, at=f"2017-06-04T{at}:{n % 60:02}.000+00:00", rehearsal=True)]
        facts.append(crowd.pen.read(n, **more))
        facts += [crowd.pen.opened(n, rehearsal=True, **more)] if opens else []
        drafts += [Draft(fact, by="reader") for fact in facts]
    crowd.house.log.append_all(drafts)


def opened(page: Page, n: int) -> None:
    """The card of this report, open, found by its own query."""
    page.get_by_test_id("search").fill(f"alike:{report_id(n)}")
    page.get_by_test_id("search").press("Enter")
    page.locator(f"[data-testid=feed] [data-id='{report_id(n)}']").click()
    expect(page.get_by_test_id("worked")).to_be_visible()


def sent(form: Locator, **values: str) -> None:
    """Fill a form in and send it."""
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button.primary").click()


def test_an_alert_becomes_an_incident_and_the_list_grows_while_somebody_writes(crowd: Crowded, amina: Screen) -> None:
    page = amina.page
    reported(crowd, 101, at="10:01", opens=False, kind="unsorted", category="", sub="", severity=0)
    crowd.house.log.append(raised(crowd.pen, "a1", 101, rehearsal=True), by="lookout")
    expect(page.get_by_test_id("count-alerts")).to_have_text("1")
    page.keyboard.press("l")
    first = page.locator("[data-alert=a1]")
    first.locator("[data-answer=take]").click()
    form = page.get_by_test_id("alert-take-form")
    form.locator("[name=reason]").fill("Many of the sa")
    crowd.house.log.append(raised(crowd.pen, "a2", 101, rehearsal=True), by="lookout")
    expect(page.locator("[data-alert=a2]")).to_be_visible()
    expect(form.locator("[name=reason]")).to_have_value("Many of the sa")
    sent(form, report=report_id(101), code="PK", reason="Many of the same.")
    expect(first.get_by_test_id("answer-state")).to_contain_text("Amina")
    expect(first.locator("form")).to_have_count(0)
    first.get_by_test_id("answer-state").get_by_role("button").click()
    expect(page.get_by_test_id("incident-view")).to_contain_text("PK")
    expect(page.get_by_test_id("history")).to_contain_text("Many of the same.")


def test_sound_and_notice_call_whoever_chose_them_and_nobody_else(crowd: Crowded, amina: Screen, bora: Page) -> None:
    page = amina.page
    bora.evaluate("() => { window.called = []; window.Notification = class { constructor() { called.push(1); } }; }")
    page.keyboard.press("l")
    for what in ("call-sound", "call-notice"):
        page.get_by_test_id(what).check()
    page.wait_for_function("called.includes('a note')")
    page.evaluate("called.length = 0")
    reported(crowd, 111, at="10:02", severity=5)
    expect(page.locator(f"[data-call='{report_id(111)}']")).to_be_visible()
    page.wait_for_function("called.some((each) => each.startsWith('Severity 5: #'))")
    assert page.evaluate("called.filter((each) => each === 'a note').length") == 3
    expect(bora.locator(f"[data-call='{report_id(111)}']")).to_be_visible()
    assert bora.evaluate("called") == []
    page.reload()
    page.keyboard.press("l")
    expect(page.get_by_test_id("call-sound")).to_be_checked()
    page.locator(f"[data-call='{report_id(111)}']").click()
    expect(bora.get_by_test_id("grave-bar")).to_be_hidden()


@pytest.mark.survival("R29", "on the screens")
def test_many_of_the_gravest_are_one_line_and_a_list_and_come_back_when_nobody_has_them_any_more(
    crowd: Crowded, amina: Screen, bora: Page
) -> None:
    page, bar = amina.page, amina.page.get_by_test_id("grave-bar")
    grave = range(121, 129)
    reported(crowd, *grave, at="10:20", severity=5)
    expect(bar).to_contain_text("9 of severity 5, and nobody has them.")  # with the one that was held until a while ago
    assert bar.locator("[data-call]").count() == 1
    height = bar.bounding_box()
    assert height
    assert height["height"] < 60
    page.get_by_test_id("call-all").click()
    expect(page.get_by_test_id("search")).to_have_value("sev:5 status:new held:none")
    expect(page.get_by_test_id("feed-foot")).to_contain_text("9")
    late = bar.locator("[data-call]").get_attribute("data-call")
    bora.locator(f"[data-call='{late}']").click()
    expect(bar).to_contain_text("8 of severity 5")
    reported(crowd, 130, at="10:40", severity=2)
    expect(bar).to_contain_text("9 of severity 5")
    expect(bora.get_by_test_id("grave-bar")).to_contain_text("9 of severity 5")


def test_a_card_is_taken_let_go_given_to_somebody_and_called_about_again(
    crowd: Crowded, amina: Screen, bora: Page
) -> None:
    page, worked = amina.page, amina.page.get_by_test_id("worked")
    reported(crowd, 141, at="11:00", severity=3)
    opened(page, 141)
    worked.locator("[data-work=take]").click()
    expect(worked).to_contain_text("Amina has it until")
    worked.locator("[data-work=let_go]").click()
    expect(worked).to_contain_text("Nobody has it.")
    worked.locator("[data-work=assign]").click()
    sent(page.get_by_test_id("assign-form"), to="Bora")
    expect(worked).to_contain_text("Bora")
    worked.locator("[data-work=due]").click()
    sent(page.get_by_test_id("due-form"), minutes="10", note="She is in the queue.")
    expect(worked.locator("[data-clock=next]")).to_contain_text("10 min")
    page.locator("[data-action=note]").click()
    page.get_by_test_id("mention").select_option("Bora")
    page.get_by_test_id("note-form").locator("[name=note]").press_sequentially("please look")
    page.get_by_test_id("note-form").locator("button.primary").click()
    expect(worked).to_contain_text("@Bora")

    bora.goto(f"{crowd.address}/work")
    for name in ("assigned", "mentions", "due"):
        expect(bora.locator(f"[data-list={name}] li")).to_have_count(1)
    reported(crowd, 142, at="11:15", severity=2)
    expect(bora.locator("[data-list=due] .by .due")).to_have_class(re.compile("over"))
    expect(worked.locator("[data-clock=next] .due")).to_have_class(re.compile("over"))
    bora.locator("[data-list=assigned] a").first.click()
    expect(bora.get_by_test_id("history")).to_contain_text("please look")
    bora.locator("[data-work=due]").click()
    sent(bora.get_by_test_id("due-form"), minutes="0")
    expect(bora.locator("[data-clock=next]")).to_have_count(0)


def test_a_duty_is_planned_and_cancelled(crowd: Crowded, browser: Browser) -> None:
    page = browser.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    crowd.sign_in(page, "Dara")
    page.goto(f"{crowd.address}/work")
    page.get_by_test_id("plan").locator("summary").click()
    form = page.get_by_test_id("duty-form")
    hours = {"starts": "2017-06-04T17:00", "ends": "2017-06-04T20:00"}
    sent(form, to="Bora", level="desk", **hours)
    expect(page.get_by_test_id("duty-outcome")).not_to_be_empty()
    planned = page.locator("[data-duty]")
    expect(planned).to_contain_text("17:00 – 20:00")
    expect(planned).to_contain_text("Bora")
    expect(page.get_by_test_id("on-duty")).to_contain_text("Bora")
    planned.get_by_role("button").click()
    expect(planned).to_have_count(0)
    expect(page.get_by_test_id("on-duty")).not_to_contain_text("Bora")
    page.context.close()
