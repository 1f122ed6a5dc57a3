"""Journeys in a real browser: a grave incident becomes a verdict of two, and a shift goes from one to the next."""

import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Screen, needed, screen
from tests.rig import PHRASE, Rig, whole_room

pytestmark = pytest.mark.browser
SENDER = "+85512345601"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    """One room for all journeys; two analysts of two organisations."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with whole_room(folder) as made:
        made.account("Amina", "analyst", "Network A")
        made.account("Boran", "analyst", "Network B")
        yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def token(rig: Rig) -> str:
    return rig.token("analyst")


@pytest.fixture(scope="module")
def screens(rig: Rig, browser: Browser) -> Iterator[tuple[Screen, Screen]]:
    """Amina's and Boran's; at the end they must have complained of nothing and asked nobody else."""
    both = screen(browser), screen(browser)
    for shown, name in zip(both, ("Amina", "Boran"), strict=True):
        shown.sign_in(rig, name)
    yield both
    for shown in both:
        assert shown.hosts == {f"127.0.0.1:{rig.given.room_port}"}
        assert shown.complaints == []
        shown.leave()


def told(rig: Rig, token: str, text: str, sender: str = SENDER) -> dict[str, Any]:
    """Send a report whose words occur once; its card, once it is an incident."""
    words = f"{text} {uuid.uuid4().hex[:8]}"
    assert rig.send("kannel", sender, words) == 200
    found: list[dict[str, Any]] = []

    def is_read() -> bool:
        found[:] = [one for one in rig.cards(token) if one.get("text") == words and one["number"]]
        return bool(found)

    rig.until(is_read, 30, "the reading")
    return found[0]


def ticked(page: Page, step: str, outcome: str, note: str = "") -> None:
    """One step: one press opens it, one says what came of it."""
    page.locator(f"[data-step={step}]").click()
    form = page.get_by_test_id("check-form")
    form.locator("[name=note]").fill(note)
    form.locator(f"[value={outcome}]").click()
    expect(page.locator(f"[data-outcome={outcome}] [data-step={step}]")).to_be_visible()


def sent(form: Locator, **values: str) -> None:
    """Fill a form in and send it."""
    for name, value in values.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button.primary").click()


@pytest.mark.security("S44", "on the page")
def test_an_analyst_verifies_a_severity_5_with_a_colleague_of_another_organisation(
    rig: Rig, token: str, screens: tuple[Screen, Screen]
) -> None:
    amina, boran = (shown.page for shown in screens)
    incident = told(rig, token, "XB KD0123-7 5 10:40 one man put in many ballots")
    assert incident["severity"] == 5
    called = amina.locator(f"[data-call='{incident['id']}']")
    expect(boran.locator(f"[data-call='{incident['id']}']")).to_be_visible()
    called.click()
    expect(amina.get_by_test_id("having")).to_contain_text("Amina has it until")
    expect(boran.locator(f"[data-call='{incident['id']}']")).to_have_count(0)
    expect(amina.get_by_test_id("clocks").locator(".due, .met").first).to_be_visible()

    missing = amina.get_by_test_id("verdict-verified")
    expect(missing).to_contain_text("Nobody has called back yet")
    amina.get_by_test_id("reveal").click()
    sent(amina.get_by_test_id("number-form"), reason="To ask what was seen.", passphrase=PHRASE)
    expect(amina.get_by_test_id("number")).to_contain_text(SENDER)
    ticked(amina, "call_back", "done", "She saw it herself.")
    expect(missing).not_to_contain_text("Nobody has called back yet")
    ticked(amina, "photo", "done")
    expect(missing).to_contain_text("Nothing is missing.")
    sent(described(amina), basis="saw", benefits="List Nine", how_known="From the door.")
    expect(amina.locator("[data-known=benefits]")).to_contain_text("hidden until the verdict")
    missing.get_by_role("button").click()
    sent(amina.get_by_test_id("verify-form"), method="call_back", reason="Called on the number it came from.")
    expect(amina.get_by_test_id("awaiting")).to_contain_text("Amina says: Verified")
    expect(amina.locator("[data-action=confirm]")).to_have_count(0)

    boran.goto(f"{rig.given.room_base_url}/incidents/{incident['id']}")
    expect(boran.get_by_test_id("awaiting")).to_contain_text("Called on the number it came from.")
    expect(boran.get_by_test_id("present")).to_contain_text("Amina")
    expect(boran.get_by_test_id("original")).to_have_count(0)
    expect(boran.get_by_test_id("report")).to_contain_text(incident["text"])
    expect(boran.locator("[data-known=benefits]")).not_to_contain_text("List Nine")
    boran.get_by_role("button", name="Translate").click()
    sent(boran.get_by_test_id("translate-form"), words="បុរសម្នាក់", language="km")
    expect(boran.get_by_test_id("translation")).to_contain_text("បុរសម្នាក់")
    boran.keyboard.press("v")
    sent(boran.get_by_test_id("confirm-form"), reason="I looked at the photo.")
    expect(boran.get_by_test_id("decided")).to_contain_text("proposed by Amina")
    expect(boran.locator("[data-known=benefits]")).to_contain_text("List Nine")
    expect(amina.get_by_test_id("decided")).to_contain_text("Verified")
    expect(amina.get_by_test_id("history")).to_contain_text("I looked at the photo.")


def described(page: Page) -> Locator:
    """The form of what is known, open."""
    page.locator("[data-known=basis] button").click()
    return page.get_by_test_id("describe-form")


def test_whoever_was_overtaken_has_the_newer_card_beside_their_own_words(
    rig: Rig, token: str, screens: tuple[Screen, Screen]
) -> None:
    boran = screens[1]
    incident = told(rig, token, "PA KD0123-7 opened late", "+85512345603")
    boran.page.goto(f"{rig.given.room_base_url}/incidents/{incident['id']}")
    form = described(boran.page)
    form.locator("[name=how_known]").fill("Three voters say so.")
    post = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}
    door, said = f"/api/v1/incidents/{incident['id']}/triage", '{"severity": "4", "reason": "Many wait."}'
    assert rig.ask(rig.given.room_port, "POST", door, said, **post)[0] == 202
    expect(boran.page.get_by_test_id("incident-view")).to_contain_text("Looked at")
    form.locator("button.primary").click()
    expect(form.get_by_test_id("newer")).to_contain_text("Looked at")
    expect(form.locator("[name=how_known]")).to_have_value("Three voters say so.")
    form.locator("button.primary").click()
    expect(boran.page.locator("[data-known=how_known]")).to_contain_text("Three voters say so.")
    boran.complaints.clear()  # the browser notes what was refused


def test_a_shift_is_handed_over_and_signed(rig: Rig, token: str, screens: tuple[Screen, Screen]) -> None:
    amina, boran = (shown.page for shown in screens)
    incident = told(rig, token, "XB KD0123-7 6 11:40 ballots in a bag", "+85512345602")
    amina.goto(f"{rig.given.room_base_url}/work")
    amina.wait_for_selector("[data-testid=line-state][data-state=live]")
    amina.get_by_test_id("batch").click()
    expect(amina.locator("[data-list=held]")).to_contain_text(f"#{incident['number']}")
    amina.get_by_test_id("preview").click()
    expect(amina.get_by_test_id("sheet-body")).to_contain_text(f"#{incident['number']}")
    form = amina.get_by_test_id("shift-form")
    sent(form, to="Boran", words="A statement was promised for two o'clock.")
    expect(form.locator(".outcome")).to_contain_text("Handed over to Boran")
    expect(amina.locator("[data-list=held]")).to_contain_text("You hold nothing.")

    boran.goto(f"{rig.given.room_base_url}/work")
    waiting = boran.get_by_test_id("shift").first
    expect(waiting).to_contain_text("waits for Boran to sign")
    waiting.get_by_role("button").click()
    expect(boran.get_by_test_id("sheet-body")).to_contain_text("promised for two o'clock")
    expect(boran.get_by_test_id("sheet-body")).to_contain_text(f"#{incident['number']}")
    sent(boran.get_by_test_id("takeover-form"), note="Read; I call the clerk first.")
    expect(amina.get_by_test_id("shift").first).to_contain_text(re.compile("taken over and signed by Boran"))
    expect(amina.get_by_test_id("shift").first).to_contain_text("I call the clerk first")
    amina.get_by_test_id("shift").first.get_by_role("button").click()
    expect(amina.get_by_test_id("takeover-form")).to_be_hidden()
