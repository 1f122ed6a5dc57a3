"""Journeys at the press desk in a real browser: from the first word to the release, by three people."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server import events
from server.log import Draft
from server.pack import Pack
from server.press.output import printing
from tests import days
from tests.browser import Screen, needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.days import report_id
from tests.house import PHRASE
from tests.test_attendance import ALIASES, HERE, enrolled

pytestmark = pytest.mark.browser
FIRST, INCIDENTS = 91_000, 3  # reports of the day, beyond what a crowded room holds
PEOPLE = {
    "Author": ("press", "First Union"),
    "Pen": ("press", "First Union"),
    "Checker": ("analyst", "Second Union"),
    "Other": ("security_lead", "Third Union"),
    "Guest": ("viewer", ""),
}
TEXTS = {
    "en": ("Mid-day update", "As of {{asof}}.\n\nOur monitors verified "),
    "km": ("ព័ត៌មានពាក់កណ្តាលថ្ងៃ", "គិតត្រឹម{{asof}}។\n\nអ្នកសង្កេតការណ៍របស់យើងបានផ្ទៀងផ្ទាត់"),
}
FIGURE = "count category=BX status=verified"
SAVED = "Everything is saved."
Enter = Callable[[str, str], Page]


@pytest.fixture(scope="module")
def desk(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with three monitors in one province and three verified incidents of theirs, beside a rehearsal."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(os.path.abspath(redis_server), folder, pack, {}, 2, 2) as made:
        for name, (role, organisation) in PEOPLE.items():
            made.house.live.room.access.open_account(name, role, PHRASE, by="console", organisation=organisation)
        said(made, *(enrolled(made.pen, n, HERE) for n in (1, 2, 3)))
        for n in range(FIRST, FIRST + INCIDENTS):
            source = ALIASES[n - FIRST + 1]
            read = made.pen.read(n, f"report {n}", source, where=days.PLACES[1])
            opened = made.pen.opened(n, category="BX", sub="XB")
            said(made, made.pen.received(n, f"report {n}", source), read, opened, made.pen.verified(n))
        tools = made.house.app.extensions["room"]  # the proof has tests of its own, and needs a ledger
        press = replace(tools.press, prove=lambda document: document, signed=lambda document: "{}")
        made.house.app.extensions["room"] = replace(tools, press=press)
        yield made
    shutil.rmtree(folder)


def said(desk: Crowded, *facts: events.Event) -> None:
    desk.house.log.append_all(Draft(fact, by="analyst:Amina") for fact in facts)


@pytest.fixture
def enter(desk: Crowded, browser: Browser) -> Iterator[Enter]:
    """Somebody at an address of the room, in a browser of their own; nothing went wrong in any of them."""
    made: list[Screen] = []

    def at(name: str, address: str) -> Page:
        one = screen(browser)
        session = desk.house.live.room.access.sign_in(name, PHRASE, "127.0.0.1")
        cookies = {f"session-{desk.port}": session, "lang": "en"}
        one.page.context.add_cookies([{"name": key, "value": is_, "url": desk.address} for key, is_ in cookies.items()])
        one.page.goto(desk.address + address)
        expect(one.page.get_by_test_id("line-state")).to_have_attribute("data-state", "live")
        made.append(one)
        return one.page

    yield at
    for one in made:
        assert [line for line in one.complaints if "ERR_FAILED" not in line and not re.search("409|429", line)] == []
        one.leave()


def begun(page: Page, kind: str = "mid_day") -> str:
    """A statement begun with a template, open; its id."""
    page.select_option("[name=kind]", kind)
    page.get_by_test_id("new-form").locator("button").click()
    page.wait_for_url("**/press/*")
    expect(page.get_by_test_id("line-state")).to_have_attribute("data-state", "live")
    return page.url.rsplit("/", 1)[1]


def field(page: Page, language: str, part: str = "body"):  # type: ignore[no-untyped-def]
    return page.locator(f"[data-side={language}] [data-part={part}]")


def write(page: Page) -> None:
    """A title and a text in each language, with a figure of the palette in both."""
    for language, (title, body) in TEXTS.items():
        expect(field(page, language)).to_be_editable()
        field(page, language, "title").fill(title)
        field(page, language).fill(body)
    page.get_by_test_id("palette").locator("summary").click()
    page.get_by_test_id("palette-search").fill("count category=bx")
    field(page, "en").press("End")
    page.locator(f"[data-insert='{FIGURE}']").click()
    for language, end in (("en", "."), ("km", "។")):
        field(page, language).press("Control+End")
        field(page, language).press_sequentially(end)
    expect(page.get_by_test_id("saved")).to_have_text(SAVED)


def step(page: Page, name: str) -> None:
    """Take a step at the side, and see that it was recorded."""
    form = page.locator(f"[data-step={name}]")
    form.locator("summary").click()
    form.locator("button.primary").click()
    expect(page.get_by_test_id("done")).to_have_text(f"Recorded: {form.locator('summary').text_content()}.")


def agreed(enter: Enter, statement: str) -> None:
    """Two people of two other organisations look at it and sign."""
    checker = enter("Checker", f"/press/{statement}")
    step(checker, "check")
    expect(checker.locator("[data-step=sign].ready")).to_be_visible()
    step(checker, "sign")
    step(enter("Other", f"/press/{statement}"), "sign")


def signed(enter: Enter) -> tuple[Page, str]:
    """The author's page of a statement that could be released now."""
    author = enter("Author", "/press")
    statement = begun(author)
    write(author)
    step(author, "freeze")
    agreed(enter, statement)
    expect(author.locator("[data-step=release].ready")).to_be_visible()
    return author, statement


def test_a_mid_day_statement_goes_from_draft_to_release_by_three_people_of_three_organisations(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, statement = signed(enter)
    expect(author.get_by_test_id("reading-en")).to_contain_text("Our monitors verified 3 incidents.")
    expect(author.get_by_test_id("reading-km")).to_contain_text("ហេតុការណ៍ ៣")
    author.locator(f"[data-testid=reading-en] [data-token='{FIGURE}']").click()
    expect(author.get_by_test_id("figure-body")).to_contain_text("verified")
    expect(author.get_by_test_id("figure-body")).to_contain_text("facts of the record")
    expect(author.get_by_test_id("signed")).to_contain_text("Signed by 2 of 2 organisations")
    step(author, "release")
    expect(author.get_by_test_id("way").locator("[aria-current]")).to_have_text("Released")
    expect(field(author, "en")).not_to_be_editable()
    author.goto(author.url.rsplit("/", 1)[0])
    row = author.locator(f"[data-testid=out] [data-statement='{statement}']")
    expect(row).to_contain_text("No. ")
    with author.expect_download() as kept:
        row.locator("a[href$='.png?lang=km']").click()
    assert kept.value.suggested_filename.endswith("-km-large.png")
    monkeypatch.setattr(printing, "WAIT", 0.01)
    with printing.turn():
        row.locator("a[href$='.pdf']").click()
        expect(row.get_by_role("status")).to_contain_text("Try again in half a minute")
    guest = enter("Guest", "/press")
    expect(guest.locator(f"[data-statement='{statement}']")).to_contain_text("Released")
    expect(guest.get_by_test_id("going")).to_have_count(0)


def test_an_incident_that_is_refuted_a_minute_before_blocks_the_release_until_it_is_frozen_anew(
    desk: Crowded, enter: Enter
) -> None:
    author, statement = signed(enter)
    last = FIRST + INCIDENTS - 1
    again = {"reason": desk.pen.vault.seal(f"incident:{report_id(last)}", {"reason": "it was elsewhere"})}
    said(desk, events.IncidentReopened(subject=report_id(last), **again), desk.pen.rejected(last))
    release = author.locator("[data-step=release]")
    expect(author.locator(f"[data-change='{report_id(last)}']")).to_contain_text("freeze them anew")
    expect(author.locator("[data-step=release].ready")).to_have_count(0)
    release.locator("summary").click()
    expect(release.locator("button.primary")).to_be_disabled()
    expect(release.locator("[data-lacking]")).to_contain_text("An incident in its figures is no longer what they count")
    author.locator(f"[data-testid=reading-en] [data-token='{FIGURE}']").click()
    expect(author.get_by_test_id("since")).to_contain_text("Since then: −1")
    step(author, "freeze")
    expect(author.get_by_test_id("reading-en")).to_contain_text("Our monitors verified 2 incidents.")
    expect(author.locator("[data-change]")).to_have_count(0)
    expect(author.get_by_test_id("signed")).to_contain_text("of another text or other figures: void")
    agreed(enter, statement)
    expect(author.locator("[data-step=release].ready")).to_be_visible()
    step(author, "release")
    expect(author.get_by_test_id("way").locator("[aria-current]")).to_have_text("Released")


def test_what_was_released_is_corrected_by_another_statement_that_says_what_it_corrects(enter: Enter) -> None:
    author, statement = signed(enter)
    step(author, "release")
    number = author.get_by_test_id("number").inner_text().split()[-1]
    author.locator("[data-step=correct] summary").click()
    author.locator("[data-step=correct] button").click()
    author.wait_for_url(lambda url: "/press/" in url and statement not in url)
    correction = author.url.rsplit("/", 1)[1]
    expect(field(author, "en")).to_have_value(re.compile("Our monitors verified"))
    write(author)
    step(author, "freeze")
    agreed(enter, correction)
    expect(author.locator("[data-step=release].ready")).to_be_visible()
    step(author, "release")
    author.goto(author.url.rsplit("/", 1)[0])
    expect(author.locator(f"[data-statement='{correction}']")).to_contain_text(f"corrects no. {number}")
    expect(author.locator(f"[data-statement='{statement}']")).to_contain_text("Released")


def test_what_two_write_at_once_is_put_together_and_nobody_loses_a_letter_or_their_place(enter: Enter) -> None:
    author = enter("Author", "/press")
    statement = begun(author)
    mine, before = field(author, "en"), author.url
    mine.fill("First line.\n\nMiddle.\n\nLast line.")
    expect(author.get_by_test_id("saved")).to_have_text(SAVED)
    other = enter("Pen", f"/press/{statement}")
    theirs = field(other, "en")
    expect(theirs).to_have_value(re.compile("Last line"))
    theirs.evaluate("(one) => { one.focus(); one.setSelectionRange(5, 5); }")
    other.keyboard.type(" new")
    mine.press("Control+End")
    mine.press_sequentially(" And more")
    expect(mine).to_have_value("First new line.\n\nMiddle.\n\nLast line. And more")
    author.keyboard.type(", still.")
    expect(theirs).to_have_value("First new line.\n\nMiddle.\n\nLast line. And more, still.")
    assert author.url == before
    author.route("**/draft", lambda route: route.abort())
    mine.press_sequentially(" Unsent.")
    expect(author.get_by_test_id("saved")).to_contain_text("The text stays here")
    theirs.press("Control+End")
    theirs.press_sequentially(" Theirs.")
    expect(other.get_by_test_id("saved")).to_have_text(SAVED)
    with other.expect_response("**/draft"):
        theirs.press_sequentially(" Too.")
    author.unroute("**/draft")
    expect(author.get_by_test_id("conflict")).to_be_visible()
    expect(author.get_by_test_id("conflict-sides")).to_contain_text("Theirs. Too.")
    expect(author.get_by_test_id("conflict-sides")).to_contain_text("Unsent.")
    author.get_by_role("button", name="Keep both, theirs first").click()
    both = "First new line.\n\nMiddle.\n\nLast line. And more, still. Theirs. Too.\nLast line. And more, still. Unsent."
    expect(theirs).to_have_value(both)
    expect(mine).to_have_value(both)


def test_what_a_check_finds_is_shown_in_the_text_and_put_right_by_one_press(enter: Enter) -> None:
    author = enter("Author", "/press")
    begun(author)
    for language, (title, _) in TEXTS.items():
        field(author, language, "title").fill(title)
        field(author, language).fill("We verified many incidents ({{count category=BX}}).")
    field(author, "km").fill("យើងបានផ្ទៀងផ្ទាត់{{count category=BX}}។")
    step(author, "freeze")
    finding = author.locator("[data-finding='fixed.wrong']")
    expect(finding).to_have_class("must")
    finding.get_by_role("button", name="Show").click()
    chosen = "one => one.value.slice(one.selectionStart, one.selectionEnd)"
    assert field(author, "en").evaluate(chosen) == "many"
    finding.get_by_role("button", name="Replace").click()
    expect(field(author, "en")).to_have_value("We verified a few incidents ({{count category=BX}}).")
    expect(finding).to_have_count(0)


def test_a_step_right_after_the_last_key_waits_for_one_s_own_words_on_a_slow_board(
    desk: Crowded, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = enter("Author", "/press")
    begun(author)
    quick = desk.house.live.step
    monkeypatch.setattr(desk.house.live, "step", lambda beat: (time.sleep(1), quick(beat))[1])
    field(author, "en").fill("We verified {{count category=BX}}.")
    expect(author.get_by_test_id("saved")).to_have_text(SAVED)
    field(author, "km").fill("យើងបានផ្ទៀងផ្ទាត់{{count category=BX}}។")
    step(author, "freeze")


def test_a_statement_is_looked_at_held_back_released_and_withdrawn_and_another_one_is_abandoned(
    desk: Crowded, enter: Enter
) -> None:
    author, statement = signed(enter)
    changed = author.locator(f"[data-change='{report_id(FIRST)}']")
    again = {"reason": desk.pen.vault.seal(f"incident:{report_id(FIRST)}", {"reason": "somebody else rang back"})}
    verified = replace(desk.pen.verified(FIRST), basis="told")
    said(desk, events.IncidentReopened(subject=report_id(FIRST), **again), verified)
    expect(changed).to_contain_text("how they know: ")
    expect(author.locator("[data-step=release].ready")).to_have_count(0)
    expect(changed.locator("button")).to_have_count(0)  # who wrote it does not look it away
    other = enter("Other", f"/press/{statement}")
    other.locator(f"[data-change='{report_id(FIRST)}'] button").click()
    look = other.locator("[data-step=review]")
    expect(look.locator("textarea")).to_be_focused()
    other.keyboard.type("It is verified still; the count is the same.")
    look.locator("button.primary").click()
    expect(other.locator("[data-change]")).to_have_count(0)
    expect(changed).to_have_count(0)
    held_back(other, "2099-06-04T12:00")
    expect(author.get_by_test_id("way").locator("[aria-current]")).to_have_text("Under embargo")
    release = author.locator("[data-step=release]")
    release.locator("summary").click()
    expect(release.locator("[data-lacking]")).to_contain_text("under embargo")
    held_back(other, "")
    expect(author.locator("[data-step=release].ready")).to_be_visible()
    release.locator("summary").click()
    step(author, "release")
    expect(author.get_by_test_id("files").locator("a[href$='.pdf']")).to_be_visible()
    with_a_reason(author, "withdraw", "A figure was wrong.")
    expect(author.get_by_test_id("way").locator("[aria-current]")).to_have_text("Withdrawn")
    begun(went(author))
    with_a_reason(author, "abandon", "It came too late.")
    expect(author.get_by_test_id("way").locator("[aria-current]")).to_have_text("Abandoned")
    expect(went(author).locator(f"[data-testid=out] [data-statement='{statement}']")).to_contain_text(
        "A figure was wrong."
    )
    expect(author.get_by_test_id("out")).to_contain_text("It came too late.")


def held_back(page: Page, until: str) -> None:
    """Set the embargo to a moment, or lift it."""
    page.locator("[data-step=embargo] summary").click()
    page.locator("[data-step=embargo] input").fill(until)
    page.locator("[data-step=embargo] button.primary").click()
    expect(page.locator("[data-step=embargo]")).not_to_have_attribute("open", "")


def with_a_reason(page: Page, name: str, reason: str) -> None:
    page.locator(f"[data-step={name}] summary").click()
    page.locator(f"[data-step={name}] textarea").fill(reason)
    page.locator(f"[data-step={name}] button.primary").click()


def went(page: Page) -> Page:
    """Back to all statements."""
    page.goto(page.url.rsplit("/press", 1)[0] + "/press")
    expect(page.get_by_test_id("line-state")).to_have_attribute("data-state", "live")
    return page
