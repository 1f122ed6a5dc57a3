"""The page Complaints in a browser: its forms, two who look at one complaint, and a viewer's look at what is public."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.pack import Pack
from tests.browser import needed, screen
from tests.crowded_room import Crowded, crowded_room
from tests.house import PHRASE

pytestmark = pytest.mark.browser
PEOPLE = {"Amina": "analyst", "Press": "press", "Vanna": "viewer"}


@pytest.fixture(scope="module")
def crowd(redis_server: str, pack: Pack) -> Iterator[Crowded]:
    """A room with a few reports."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with crowded_room(os.path.abspath(redis_server), folder, pack, PEOPLE, 10, 20) as made:
        yield made
    shutil.rmtree(folder)


def at_complaints(crowd: Crowded, browser: Browser, name: str) -> Page:
    page = screen(browser).page
    session = crowd.house.live.room.access.sign_in(name, PHRASE, "127.0.0.1")
    page.context.add_cookies([{"name": f"session-{crowd.port}", "value": session, "url": crowd.address}])
    page.goto(f"{crowd.address}/complaints")
    expect(page.get_by_test_id("complaints")).to_have_attribute("aria-busy", "false")
    return page


def act(page: Page, name: str, **values: str) -> None:
    """Open a form, fill it in, send it, and see it close."""
    form = page.locator(f"[data-act={name}]")
    form.locator("summary").click()
    for field, value in values.items():
        one = form.locator(f"[name={field}]").first
        if one.evaluate("one => one.tagName") == "SELECT":
            one.select_option(value)
        else:
            one.fill(value)
    form.locator("button.primary").click()
    expect(form).not_to_have_attribute("open", "")


def counted(page: Page, level: str, at: str, votes: tuple[int, int]) -> None:
    form = page.locator("[data-act=count]")
    form.locator("summary").click()
    form.locator("[name=level]").select_option(level)
    form.locator("[name=at]").fill(at)
    for n, (name, many) in enumerate(zip(("A", "B"), votes, strict=True)):
        if not level:
            form.locator("[name=list]").nth(n).fill(name)
        form.locator("[name=votes]").nth(n).fill(str(many))
    form.locator("button.primary").click()
    expect(form).not_to_have_attribute("open", "")


def test_a_complaint_is_followed_by_its_forms(crowd: Crowded, browser: Browser) -> None:
    amina, press = (at_complaints(crowd, browser, name) for name in ("Amina", "Press"))
    act(amina, "new", kind="recount", title="Recount in one commune", at="2017-06-06T10:00")
    expect(amina.get_by_test_id("name")).to_have_text("Recount in one commune")
    act(
        amina,
        "filing",
        level="province",
        at="2017-06-09T23:59",
        complainant="party",
        words="The papers were counted in a hurry.",
    )
    expect(amina.get_by_test_id("whole")).to_contain_text("in time")
    press.locator("[data-complaint] a").first.click()
    act(press, "ruling", level="province", at="2017-06-13T09:00", ruling="late", words="So the stamp says.")
    expect(amina.get_by_test_id("whole")).to_contain_text("The commission held it late.")
    act(amina, "dispute", level="province", complainant="party")
    counted(amina, "", "2017-06-05T10:00", (608, 631))
    expect(amina.get_by_test_id("counts")).to_contain_text("608")
    counted(amina, "province", "2017-06-14T10:00", (771, 704))
    expect(amina.get_by_test_id("counts")).to_contain_text("+163")
    fix = amina.locator("[data-act=correction]")
    fix.locator("summary").click()
    fix.locator("[name=what]").select_option("recounted/2")
    expect(fix.locator("[name=votes]").first).to_have_value("771")
    fix.locator("[name=votes]").first.fill("772")
    fix.locator("[name=at]").fill("2017-06-14T10:00")
    fix.locator("[name=reason]").fill("a slip of the pen")
    fix.locator("button.primary").click()
    expect(press.get_by_test_id("counts")).to_contain_text("+164")
    amina.locator("[data-act=filing] summary").click()
    amina.locator("[data-act=filing] [name=level]").select_option("province")
    amina.locator("[data-act=filing] [name=at]").fill("2017-06-09T10:00")
    amina.locator("[data-act=filing] [name=complainant]").select_option("party")
    amina.locator("[data-act=filing] button.primary").click()
    expect(amina.locator("[data-act=filing] .outcome")).to_contain_text("filed with this level already")
    act(press, "publication", summary="Two lists are counted again.")
    vanna = at_complaints(crowd, browser, "Vanna")
    vanna.locator("[data-complaint] a").first.click()
    expect(vanna.get_by_test_id("name")).to_have_text("Two lists are counted again.")
    expect(vanna.get_by_test_id("counts")).to_contain_text("+164")
    expect(vanna.locator("body")).not_to_contain_text("hurry")
    expect(vanna.locator("[data-act]")).to_have_count(0)
    for page in (amina, press, vanna):
        page.context.close()
