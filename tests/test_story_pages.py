"""Journeys in a real browser: what the reader thought, one story, no incident, alerts, agreement and the model."""

import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, StorageState, expect

from server import events
from server.log import Draft, Log
from server.seal import Vault
from tests.browser import Screen, needed, screen, signed_in
from tests.rig import Rig, whole_room

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    """One room for all journeys."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with whole_room(folder) as made:
        for name, role in (("Amina", "analyst"), ("Dara", "administrator")):
            made.account(name, role)
        yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def amina_kept(rig: Rig, browser: Browser) -> StorageState:
    """Amina, signed in once."""
    return signed_in(rig, browser, "Amina")


@pytest.fixture
def amina(rig: Rig, browser: Browser, amina_kept: StorageState) -> Iterator[Screen]:
    """An analyst's screen; at the end it must have complained of nothing and asked nobody else."""
    made = screen(browser)
    made.page.context.add_cookies(amina_kept["cookies"])  # type: ignore[arg-type]
    made.come_in(rig)
    yield made
    assert made.hosts == {f"127.0.0.1:{rig.given.room_port}"}
    assert made.complaints == []
    made.leave()


@pytest.fixture(scope="module")
def token(rig: Rig) -> str:
    return rig.token("analyst")


def told(rig: Rig, token: str, text: str) -> dict[str, Any]:
    """Send a report whose words occur once; its card, once it is read."""
    words = f"{text} {uuid.uuid4().hex[:8]}"
    assert rig.send("kannel", f"+8551{uuid.uuid4().int % 10**7:07d}", words) == 200
    found: list[dict[str, Any]] = []

    def is_read() -> bool:
        found[:] = [
            one for one in rig.cards(token) if one.get("text") == words and one["kind"] not in ("raw", "crowded")
        ]
        return bool(found)

    rig.until(is_read, 30, "the reading")
    return found[0]


def put(rig: Rig, *facts: events.Event) -> None:
    """What a process of ours would have put on the log."""
    Log(rig.given.record, rig.given.pack).append_all([Draft(fact, by="reader") for fact in facts])


def suggested(one: dict[str, Any], into: dict[str, Any], **more: Any) -> events.ReportSuggested:
    given = {"how": "same event", "likely": 0.83, "text": 0.44, "place": "station", "minutes": 12, "category": True}
    return events.ReportSuggested(subject=one["id"], into=into["id"], **{**given, **more})


def row(shown: Screen, card: dict[str, Any]) -> Locator:
    return shown.page.locator(f"[data-testid=feed] [data-id='{card['id']}']")


def test_two_reports_are_joined_by_a_key_and_parted_again_by_undo(rig: Rig, token: str, amina: Screen) -> None:
    one, other = (told(rig, token, f"XB KD0123-7 {n} ballots in one hand") for n in (5, 6))
    put(rig, suggested(other, one))
    page = amina.page
    expect(row(amina, other).locator(".tag-asked")).to_be_visible()
    row(amina, other).click()
    asked = page.get_by_test_id("suggestion").filter(has_text=f"#{one['number']}")
    expect(asked).to_contain_text("same station, 12 minutes apart, similar words 44 %, same category")
    page.keyboard.press("y")
    expect(page.get_by_test_id("stands")).to_contain_text(f"#{one['number']}")
    expect(page.get_by_test_id("notice")).to_contain_text(f"Joined to #{one['number']}")
    page.get_by_test_id("stands").get_by_role("button", name=f"Open #{one['number']}").click()
    expect(page.get_by_test_id("reports")).to_contain_text("2 reports · 1 independent source")
    expect(page.get_by_test_id("reports")).to_contain_text(other["text"])
    expect(row(amina, one)).to_contain_text("2 reports")
    page.keyboard.press("u")
    expect(page.get_by_test_id("notice")).to_contain_text("stands for itself again")
    expect(page.get_by_test_id("reports")).to_have_count(0)
    expect(page.get_by_test_id("history")).to_contain_text("Undone.")
    expect(row(amina, one)).not_to_contain_text("2 reports")


def test_what_is_kept_apart_is_asked_no_more(rig: Rig, token: str, amina: Screen) -> None:
    one, other = (told(rig, token, f"PB KD0123-7 closed since {n}") for n in (7, 8))
    put(rig, suggested(other, one, likely=0.55, category=False))
    row(amina, one).click()
    page = amina.page
    asked = page.get_by_test_id("suggestion").filter(has_text=f"#{other['number']}")
    asked.get_by_role("button", name="Keep apart").click()
    expect(asked).to_have_count(0)
    expect(page.get_by_test_id("notice")).to_contain_text("Kept apart")
    row(amina, other).click()
    expect(page.get_by_test_id("history")).to_contain_text("Kept apart")


def test_a_report_is_joined_by_hand_by_the_number_of_the_incident(rig: Rig, token: str, amina: Screen) -> None:
    one, other = told(rig, token, "NC KD0123-7 soldiers in line"), told(rig, token, "BA PP0002-0 riel for votes")
    page = amina.page
    row(amina, other).click()
    page.keyboard.press("+")
    form = page.get_by_test_id("join-form")
    form.locator("[name=number]").fill("99999")
    form.locator("[name=reason]").fill("The caller says it is the same.")
    form.locator("button.primary").click()
    expect(form.locator(".outcome")).to_contain_text("no incident #99999")
    expect(form.locator("[name=reason]")).to_have_value("The caller says it is the same.")
    form.locator("[name=number]").fill(f"#{one['number']}")
    form.locator("button.primary").click()
    expect(page.get_by_test_id("stands")).to_contain_text(f"#{one['number']}")
    expect(page.get_by_test_id("undo")).to_be_visible()
    amina.complaints.clear()  # the browser notes what was refused


def test_what_is_no_incident_leaves_the_list_and_its_history_says_so(rig: Rig, token: str, amina: Screen) -> None:
    card = told(rig, token, "PJ KD0123-7 I only try whether this works")
    page = amina.page
    row(amina, card).click()
    page.keyboard.press("0")
    form = page.get_by_test_id("none-form")
    form.locator("[name=kind]").select_option("noise")
    form.locator("[name=reason]").fill("He was only trying it out.")
    form.locator("button.primary").click()
    history = page.get_by_test_id("history")
    expect(history).to_contain_text("No incident")
    expect(history).to_contain_text("Noise")
    expect(history).to_contain_text("He was only trying it out.")
    expect(row(amina, card)).to_contain_text("Noise")
    expect(page.locator("[data-action=verify]")).to_have_count(0)
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("[data-testid=feed] [data-id]")
    expect(row(amina, card)).to_have_count(0)


def alert(rig: Rig, reports: list[str], **more: Any) -> events.AlertRaised:
    now = datetime.now(UTC)
    inside = {"area": "0805", "parts": ["0805", "0802"], "mark": "", "reports": reports, "stations": []}
    given = {"kind": "burst", "statistic": "space-time scan", "category": "BX", "province": "08", "found": 7}
    return events.AlertRaised(
        subject=uuid.uuid4().hex[:16],
        since=(now - timedelta(minutes=40)).isoformat(),
        until=now.isoformat(),
        evidence=Vault(rig.given.data_dir).seal("room", inside | more.pop("inside", {})),
        **{"expected": 1.25, "chance": 0.01, "restricted": False, "rehearsal": False, **given, **more},
    )


def test_an_alert_says_what_is_unusual_and_leads_to_its_reports_on_the_feed(
    rig: Rig, token: str, amina: Screen
) -> None:
    here = [told(rig, token, f"XB KD0123-7 ballots pushed in by hand {n}") for n in range(2)]
    elsewhere = told(rig, token, "DA KD0123-7 names not on the list")
    page = amina.page
    page.keyboard.press("l")
    expect(page.get_by_test_id("alerts-empty")).to_be_visible()
    raised = alert(rig, [card["id"] for card in here])
    silent = alert(rig, [], kind="silence", statistic="missed check-ins", category="", inside={"stations": ["KD0123"]})
    put(rig, raised, silent)
    expect(page.get_by_test_id("alerts")).to_contain_text("2 alerts")
    shown = page.locator(f"[data-alert='{raised.subject}']")
    expect(shown).to_contain_text("7 events within 40 minutes; 1.3 were to be expected")
    expect(shown).to_contain_text("100 days")
    expect(shown.locator(".plot .barlayer .point").first).to_be_attached()
    expect(page.locator(f"[data-alert='{silent.subject}']")).to_contain_text("KD0123-7")
    shown.locator("[data-answer=acknowledge]").click()
    shown.locator("form .primary").click()
    expect(shown.get_by_test_id("answer-state")).to_contain_text("Amina deals with it.")
    shown.locator("[data-answer=snooze]").click()
    shown.locator("[name=minutes]").select_option("30")
    shown.locator("form .primary").click()
    expect(shown.get_by_test_id("answer-state")).to_contain_text("Amina let it be quiet until")
    shown.get_by_role("button", name="2 reports").click()
    feed = page.locator("[data-testid=feed] [data-id]")
    expect(feed).to_have_count(2)
    expect(row(amina, elsewhere)).to_have_count(0)
    put(rig, events.AlertEnded(subject=silent.subject, at=datetime.now(UTC).isoformat()))
    expect(page.get_by_test_id("alerts")).to_contain_text("1 alert")
    feed.first.click()
    expect(page.get_by_test_id("incident-body")).to_be_visible()
    expect(page.get_by_test_id("alerts-panel")).to_be_hidden()
    page.get_by_test_id("filter-clear").click()
    expect(row(amina, elsewhere)).to_be_visible()


def test_a_card_says_when_the_reader_is_in_doubt_and_when_code_and_words_disagree(
    rig: Rig, token: str, amina: Screen
) -> None:
    against = told(rig, token, "XB KD0123-7 everything is calm, no problem at all")
    plain = told(rig, token, "XB KD0123-7 one man put in five ballots")
    expect(row(amina, against).locator(".tag-against")).to_be_visible()
    row(amina, against).click()
    expect(amina.page.get_by_test_id("reading").locator(".against")).to_contain_text("Code and words disagree")
    expect(amina.page.get_by_test_id("reader")).to_contain_text("rules-")
    row(amina, plain).click()
    expect(amina.page.get_by_test_id("sure")).to_contain_text(f"{round(plain['confidence'] * 100)} %")
    assert row(amina, plain).locator(".tag-against").count() == 0


def test_a_place_whose_name_fits_several_is_chosen_with_one_press(rig: Rig, token: str, amina: Screen) -> None:
    card = told(rig, token, "XB ballots pushed in by hand")
    meant = ["0805", "0802"]
    located = {"code": "08", "level": "province", "confidence": 0.5, "because": ["a name"], "candidates": meant}
    vault = Vault(rig.given.data_dir)
    why = vault.seal(f"incident:{card['id']}", {"reason": "as it was said"})
    put(rig, events.IncidentPlaced(subject=card["id"], province="08", place=vault.seal("room", located), reason=why))
    page = amina.page
    row(amina, card).click()
    expect(page.get_by_test_id("precision")).to_contain_text("province only")
    page.get_by_test_id("candidates").get_by_role("button").first.click()
    form = page.get_by_test_id("place-form")
    expect(form.locator("[value='0805']")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("precision")).to_contain_text("known to the district")
    expect(page.get_by_test_id("candidates")).to_have_count(0)


def test_agreement_is_among_the_figures_and_leads_to_the_models_that_an_administrator_may_choose(
    rig: Rig, token: str, amina: Screen, browser: Browser
) -> None:
    card = told(rig, token, "XJ KD0123-7 one man looks over all shoulders")
    rig.tick(card["id"], rig.seat("Amina"), "call_back", "photo")
    before = rig.ask(rig.given.room_port, "GET", "/api/v1/agreement", Authorization=f"Bearer {token}")[1]
    decided = json.loads(before)["decided"] + 1
    row(amina, card).click()
    amina.page.keyboard.press("v")
    form = amina.page.get_by_test_id("verify-form")
    form.locator("[name=method]").select_option("call_back")
    form.locator("[name=reason]").fill("Called back; the same.")
    form.locator("button.primary").click()
    dara = screen(browser)
    dara.sign_in(rig, "Dara")
    dara.page.goto(f"{rig.given.room_base_url}/model")
    expect(amina.page.get_by_test_id("agreed")).to_contain_text(f" of {decided}", timeout=15000)
    amina.page.get_by_test_id("agreement-table").click()
    expect(amina.page.get_by_test_id("by-category")).to_contain_text("BX")
    expect(amina.page.get_by_test_id("versions")).to_contain_text("in use")
    assert amina.page.locator("[data-testid=learning] button").count() == 0
    dara.page.locator("[data-testid=learning] button").click()
    choose = dara.page.get_by_test_id("choose-form")
    choose.locator("[name=reason]").fill("It must stay as it is today.")
    choose.locator("button.primary").click()
    expect(dara.page.get_by_test_id("learning")).to_contain_text("Learning is stopped")
    expect(amina.page.get_by_test_id("choice")).to_contain_text("It must stay as it is today.")
    dara.leave()
