"""Every screen with a full rehearsal day in it, as pictures under docs/screens: `make screens`. To be looked at."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser import chromium, screen
from tests.rig import ROOT, Rig, whole_room

OUT = ROOT / "docs" / "screens"
SPEED = "600"
DECIDED = 60  # incidents that somebody has decided on before the pictures are taken
FAULTY = "Ref,Name,Organisation,Phone,Station\nA1,Sok,Network A,012345678,KD0123-7\nA2,Dara,Network A,0123,KD0123-3\n"
WORDS = {"en": "Please check in when it is safe.", "km": "សូមផ្ញើរបាយការណ៍វត្តមាន ពេលមានសុវត្ថិភាព។"}
CALL = {"codes": "XB", "station": "KD0123-3", "time": "10:40", "count": "5", "words": "One man put them in."}
DEEPEST = 60  # screens full of cards that are looked through for one with a sign
JOINED = 12  # reports that somebody has joined to another one's incident
REASON = "Called back on the number on file; the account is the same."
DECISIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("verification", {"method": "call_back"}),
    ("verification", {"method": "photo"}),
    ("verification", {"method": "direct_observation", "basis": "saw"}),
    ("category", {"code": "NC"}),
    ("rejection", {"method": "call_back"}),
    ("unverified", {}),
    ("checks", {"step": "contrary", "outcome": "done"}),
    ("dismissal", {"kind": "noise"}),
)


def rehearsed(rig: Rig) -> None:
    """A whole day of monitors who are known, and the morning's work on it."""
    command, told = [sys.executable, "-m", "ingest.rehearse"], {"cwd": ROOT, "env": {**os.environ, **rig.env}}
    table = subprocess.run([*command, "--roster"], **told, check=True, stdout=subprocess.PIPE).stdout
    enrol = [sys.executable, "-m", "server", "roster", "import", "--rehearsal", "-"]
    subprocess.run(enrol, **told, check=True, input=table)
    subprocess.run([*command, "--speed", SPEED], **told, check=True)
    token = rig.token("analyst")
    rig.until(lambda: not unread(rig, token), 600, "the end of the reading")
    work(rig, (rig.seat("Sok"), rig.seat("Vanna")), [card for card in rig.cards(token) if card["number"]])


def unread(rig: Rig, token: str) -> int:
    """How many reports wait for the reader."""
    counts = json.loads(rig.ask(rig.given.room_port, "GET", "/api/v1/counts", Authorization=f"Bearer {token}")[1])
    return int(counts["raw"] + counts["waiting"])


def work(rig: Rig, people: tuple[dict[str, str], dict[str, str]], cards: list[dict[str, Any]]) -> None:
    """What two analysts did: some are joined, others decided or dismissed, or have another category; of what is grave
    every second verdict is confirmed, and the others wait."""
    first, second = people
    asked = [each for card in cards[40:] for each in card["suggestions"][:1]][:JOINED]
    for one in asked:
        joined = {"report": one["report"], "reason": "Both tell of the same."}
        post(rig, first, f"incidents/{one['into']}/reports", joined)
    alone = [card for card in cards if card["id"] not in {one["report"] for one in asked}][::9][:DECIDED]
    for n, card in enumerate(alone):
        what, more = DECISIONS[n % len(DECISIONS)]
        path = f"incidents/{card['id']}"
        if what in ("verification", "rejection") and callable_by(rig, first, card["id"]):
            rig.tick(card["id"], first, "call_back", "photo")
        post(rig, first, f"{path}/{what}", {"reason": REASON, **more})
    for card in alone[::2]:  # by now the room knows what waits
        post(rig, second, f"incidents/{card['id']}/confirmation", {"reason": REASON})


def callable_by(rig: Rig, who: dict[str, str], card: str) -> bool:
    """Whether somebody may ring about an incident: nobody does where it may put somebody in danger."""
    answer = rig.ask(rig.given.room_port, "GET", f"/api/v1/incidents/{card}", **who)
    return answer[0] == 200 and bool(json.loads(answer[1])["may_call"])


def post(rig: Rig, who: dict[str, str], path: str, body: dict[str, str]) -> None:
    """One decision; what was decided otherwise a moment before stays as it is."""
    kind = {**who, "Content_Type": "application/json"}
    status, answer = rig.ask(rig.given.room_port, "POST", f"/api/v1/{path}", json.dumps(body), **kind)
    assert status in (202, 409, 422), answer


def shot(
    rig: Rig, browser: Browser, name: str, who: str, act: Callable[[Page], None], size: tuple[int, int], **look: str
):  # type: ignore[no-untyped-def]
    """One picture of the room as somebody sees it."""
    shown = screen(browser, *size, **look)
    shown.sign_in(rig, who)
    act(shown.page)
    shown.page.wait_for_timeout(4000)
    shown.page.screenshot(path=OUT / f"{name}.png")
    shown.page.context.close()
    print(name)


def opened(page: Page) -> None:
    """With an incident open."""
    page.locator("[data-testid=feed] [data-id]", has_text="Verified").first.click()


def verifying(page: Page) -> None:
    """With the form to verify open."""
    page.locator("[data-testid=feed] [data-id]", has_text="New").first.click()
    page.keyboard.press("v")


def marked(page: Page, mark: str) -> None:
    """The first card open that has this sign on it; the list is scrolled until there is one."""
    page.select_option("[data-testid=filter-show]", "incident")
    card = page.locator("[data-testid=feed] [data-id]", has=page.locator(mark)).first
    feed = page.locator("[data-testid=feed]")
    for _ in range(DEEPEST):
        if card.count():
            break
        feed.evaluate("list => (list.scrollTop += list.clientHeight)")
        page.wait_for_timeout(400)
    card.click()


def asked(page: Page) -> None:
    """With an incident open that another report may tell of, too."""
    marked(page, ".tag-asked")


def together(page: Page) -> None:
    """With an incident open that several reports tell of, in Khmer."""
    speak_khmer(page)
    marked(page, ".tag-story")


def doubted(page: Page) -> None:
    """With an incident open whose category is in doubt."""
    marked(page, ".tag-guess, .tag-against")


def alerted(page: Page) -> None:
    """With the list of alerts."""
    page.keyboard.press("l")


def alerted_in_khmer(page: Page) -> None:
    """The same in Khmer."""
    speak_khmer(page)
    alerted(page)


def sorting_in_khmer(page: Page) -> None:
    """Agreement and models, in Khmer."""
    speak_khmer(page)
    visit(page, "model")


def speak_khmer(page: Page) -> None:
    """The room in Khmer."""
    page.locator("[data-testid=language] [value=km]").click()
    page.wait_for_selector("[data-testid=line-state][data-state=live]")


def khmer(page: Page) -> None:
    """In Khmer, with an incident open."""
    speak_khmer(page)
    page.locator("[data-testid=feed] [data-id]").nth(1).click()


def visit(page: Page, where: str) -> None:
    """Another page of the room."""
    page.goto(page.url.split("?")[0].rstrip("/") + f"/{where}")


def written(page: Page) -> None:
    """A reminder drafted, and the next one begun."""
    visit(page, "texts?silent=1&why=reminder")
    fields = [page.locator(f"[name='words.{language}']") for language in WORDS]
    for _ in range(2):
        page.wait_for_selector("[data-testid=order-new][open]")
        for field, words in zip(fields, WORDS.values(), strict=True):
            field.fill(words)
        page.wait_for_selector("[data-testid=preview-people]")
        if not page.locator("[data-order]").count():
            page.click("[data-testid=order-form] .primary")
            page.locator("[data-order]").wait_for()
            page.click("[data-testid=order-new] summary")


def approving(page: Page) -> None:
    """What somebody else drafted, waiting for this person, in Khmer."""
    khmer(page)
    visit(page, "texts")


def incident(page: Page) -> None:
    """A grave incident on its own page, about to tick a step."""
    page.fill("[data-testid=search]", "sev:5 status:open ")
    page.locator("[data-testid=feed] [data-id]").first.click()
    page.locator(".own-page").click()
    page.locator("[data-step=call_back]").click()


def incident_in_khmer(page: Page) -> None:
    """The same in Khmer."""
    speak_khmer(page)
    incident(page)


def shift(page: Page) -> None:
    """My work after a batch was taken, with the sheet of the shift as it would be."""
    visit(page, "work")
    page.wait_for_selector("[data-testid=line-state][data-state=live]")
    page.get_by_test_id("batch").click()
    page.get_by_test_id("preview").click()


def shift_in_khmer(page: Page) -> None:
    """The same in Khmer."""
    speak_khmer(page)
    shift(page)


def calling(page: Page) -> None:
    """The voice desk while somebody calls who mistook a station's check digit."""
    visit(page, "voice")
    for name, said in CALL.items():
        page.fill(f"[name={name}]", said)


def calling_in_khmer(page: Page) -> None:
    """The same in Khmer."""
    khmer(page)
    calling(page)


def guide(page: Page) -> None:
    """The SMS guide as it is printed."""
    visit(page, "guide?lang=km")


def figures(page: Page) -> None:
    """The page of figures, drawn as far down as the times people took."""
    visit(page, "figures#look")
    page.locator("#look .main-svg").first.wait_for()


def figures_in_khmer(page: Page) -> None:
    """The same in Khmer, at the provinces."""
    speak_khmer(page)
    visit(page, "figures#where")
    page.locator("#where .main-svg").first.wait_for()


def report_in_khmer(page: Page) -> None:
    """The report after the day as it is printed, in Khmer."""
    visit(page, "report?lang=km")
    page.emulate_media(media="print")


def figures_on_a_phone(page: Page) -> None:
    """The page of figures, in Khmer."""
    speak_khmer(page)
    visit(page, "figures")
    page.locator(".main-svg").first.wait_for()


def roster(page: Page) -> None:
    """The page of the roster, a table checked."""
    visit(page, "roster")
    page.set_input_files("[name=file]", {"name": "monitors.csv", "mimeType": "text/csv", "buffer": FAULTY.encode()})
    page.click("[data-testid=table-form] button")


def coverage(page: Page) -> None:
    """Who should have spoken, with a province's districts and the stations behind a number."""
    visit(page, "coverage")
    page.locator("[data-testid=areas] tbody td:first-child button").first.click()
    page.locator("[data-testid=within] button").wait_for()
    page.locator("[data-testid=areas] tbody td.n button").first.click()


def covered(page: Page) -> None:
    """Coverage on the map, in Khmer."""
    page.click("[data-layer=coverage]")
    khmer(page)


def restricted(page: Page) -> None:
    """The security lead's list, about to say that a card is not restricted."""
    visit(page, "restricted")
    page.locator("[data-testid=feed] [data-id]").first.click()
    page.keyboard.press("r")


def restricted_in_khmer(page: Page) -> None:
    """The same in Khmer."""
    khmer(page)
    restricted(page)


def stating(page: Page, language: str = "en") -> None:
    """A mid-day statement of the rehearsal just begun, one of its figures open."""
    visit(page, "press")
    page.select_option("[name=kind]", "mid_day")
    page.locator("[data-testid=new-form] button").click()
    page.locator(f"[data-testid=reading-{language}] a.figure").nth(1).click()


def stating_in_khmer(page: Page) -> None:
    """The same in Khmer."""
    speak_khmer(page)
    stating(page, "km")


def walled(language: str, theme: str) -> Callable[[Page], None]:
    """The wall, hung by an administrator."""

    def act(page: Page) -> None:
        visit(page, "accounts")
        page.fill("[data-testid=wall-form] [name=name]", "The hall")
        page.select_option("[data-testid=wall-form] [name=language]", language)
        page.select_option("[data-testid=wall-form] [name=theme]", theme)
        page.click("[data-testid=wall-form] button")
        page.goto(page.locator("[data-testid=wall-address]").inner_text())
        page.click("button.primary")
        page.wait_for_selector("[data-testid=wall][data-state=live]")

    return act


def nothing(page: Page) -> None:
    """As it opens."""


def plain(browser: Browser, name: str, address: str, size: tuple[int, int]) -> None:
    """One picture of a page that needs no account."""
    shown = screen(browser, *size)
    shown.page.goto(address)
    shown.page.screenshot(path=OUT / f"{name}.png")
    shown.page.context.close()
    print(name)


def main() -> None:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    laptop, wall, phone = (1366, 768), (1920, 1080), (390, 844)
    people = (("Sok", "analyst"), ("Vanna", "analyst"), ("Chan", "press"), ("Dara", "administrator"))
    people += (("Rath", "security_lead"),)
    with whole_room(folder, TEXTS="dry") as rig:
        for name, role in people:
            rig.account(name, role, "Network B" if name == "Vanna" else "Network A")
        rehearsed(rig)
        with chromium() as browser:
            shot(rig, browser, "room", "Sok", opened, laptop, color_scheme="light")
            shot(rig, browser, "room-dark", "Sok", verifying, laptop, color_scheme="dark")
            shot(rig, browser, "room-khmer", "Sok", khmer, laptop, color_scheme="light")
            shot(rig, browser, "room-wall", "Sok", opened, wall, color_scheme="dark")
            shot(rig, browser, "room-phone", "Sok", nothing, phone, color_scheme="light")
            shot(rig, browser, "story", "Sok", asked, laptop, color_scheme="light")
            shot(rig, browser, "story-khmer", "Sok", together, wall, color_scheme="light")
            shot(rig, browser, "doubt", "Sok", doubted, laptop, color_scheme="dark")
            shot(rig, browser, "alerts", "Sok", alerted, laptop, color_scheme="light")
            shot(rig, browser, "alerts-wall", "Sok", alerted, wall, color_scheme="dark")
            shot(rig, browser, "alerts-khmer", "Sok", alerted_in_khmer, phone, color_scheme="light")
            shot(rig, browser, "incident", "Sok", incident, laptop, color_scheme="light")
            shot(rig, browser, "incident-khmer", "Vanna", incident_in_khmer, laptop, color_scheme="dark")
            shot(rig, browser, "work", "Sok", shift, laptop, color_scheme="light")
            shot(rig, browser, "work-khmer", "Vanna", shift_in_khmer, laptop, color_scheme="dark")
            shot(rig, browser, "model", "Dara", lambda page: visit(page, "model"), laptop, color_scheme="light")
            shot(rig, browser, "model-khmer", "Sok", sorting_in_khmer, phone, color_scheme="light")
            shot(rig, browser, "room-coverage", "Sok", lambda page: page.click("[data-layer=coverage]"), laptop)
            shot(rig, browser, "room-coverage-khmer", "Sok", covered, laptop, color_scheme="light")
            shot(rig, browser, "coverage", "Sok", coverage, wall, color_scheme="light")
            shot(rig, browser, "coverage-phone", "Sok", lambda page: visit(page, "coverage"), phone)
            shot(rig, browser, "figures", "Sok", lambda page: visit(page, "figures"), laptop, color_scheme="light")
            shot(rig, browser, "figures-times", "Sok", figures, wall, color_scheme="dark")
            shot(rig, browser, "figures-khmer", "Sok", figures_in_khmer, laptop, color_scheme="light")
            shot(rig, browser, "report", "Dara", lambda page: visit(page, "report"), (820, 1160), color_scheme="light")
            shot(rig, browser, "report-khmer", "Dara", report_in_khmer, (820, 1160), color_scheme="light")
            shot(rig, browser, "figures-phone", "Sok", figures_on_a_phone, phone, color_scheme="light")
            shot(rig, browser, "figures-press", "Chan", lambda page: visit(page, "figures"), laptop)
            shot(rig, browser, "roster", "Dara", roster, laptop, color_scheme="light")
            shot(rig, browser, "restricted", "Rath", restricted, laptop, color_scheme="light")
            shot(rig, browser, "restricted-khmer", "Rath", restricted_in_khmer, laptop, color_scheme="dark")
            shot(rig, browser, "texts", "Sok", written, laptop, color_scheme="light")
            shot(rig, browser, "texts-khmer", "Vanna", approving, laptop, color_scheme="dark")
            shot(rig, browser, "voice", "Sok", calling, laptop, color_scheme="light")
            shot(rig, browser, "voice-khmer", "Sok", calling_in_khmer, phone, color_scheme="light")
            shot(rig, browser, "guide", "Sok", guide, (820, 1160), color_scheme="light")
            shot(rig, browser, "wall", "Dara", walled("en", "dark"), wall)
            shot(rig, browser, "wall-light", "Dara", walled("en", "light"), laptop)
            shot(rig, browser, "wall-khmer", "Dara", walled("km", "dark"), laptop)
            shot(rig, browser, "wall-khmer-light", "Dara", walled("km", "light"), wall)
            shot(rig, browser, "press", "Chan", nothing, laptop, color_scheme="light")
            shot(rig, browser, "statement", "Chan", stating, laptop, color_scheme="light")
            shot(rig, browser, "statement-khmer", "Chan", stating_in_khmer, laptop, color_scheme="dark")
            shot(rig, browser, "statement-phone", "Chan", stating_in_khmer, phone, color_scheme="light")
            shot(rig, browser, "statements", "Chan", lambda page: visit(page, "press"), laptop, color_scheme="light")
            plain(browser, "sign-in", f"{rig.given.room_base_url}/sign-in", laptop)
            plain(browser, "form", f"http://127.0.0.1:{rig.given.intake_port}/", phone)
            plain(browser, "form-khmer", f"http://127.0.0.1:{rig.given.intake_port}/?lang=km", phone)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
