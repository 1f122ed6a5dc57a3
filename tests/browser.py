"""Chromium for tests and screenshots: headless, a fresh profile, and a note of every request and every complaint."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect, sync_playwright

from tests.rig import PHRASE, Rig

CHROMIUM = shutil.which("chromium")
PATIENCE = 15000  # ms, of whatever is waited for: on a machine with much else to do a page may stand still for seconds
WITHOUT = [  # two pages of the browser's own that each window begins with, and that cost as much as ours
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AimEnabled", "PreconnectToSearch"),
    # of Playwright's own list, which this one takes the place of
    *("HttpsUpgrades", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding"),
]
ARGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--disable-features={','.join(WITHOUT)}",
]
STORES = "local_storage,indexeddb,service_workers,cache_storage"
expect.set_options(timeout=PATIENCE)
_resting: dict[Browser, list[BrowserContext]] = {}  # profiles that somebody left, with nothing of theirs in them


def needed() -> None:
    """Skip where there is no Chromium; in CI that is a failure."""
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "CI has no Chromium: the browser tests would be skipped."
        pytest.skip("There is no Chromium on this machine.")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        _resting.pop(browser, None)
        browser.close()


@dataclass
class Screen:
    """One page, who looks at it, and what it asked for and complained of."""

    page: Page
    own: bool = False  # whether its profile has options of its own, which no other screen gets
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("dialog", self._dialog)

    def _dialog(self, dialog) -> None:  # type: ignore[no-untyped-def]
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def leave(self) -> None:
        """Close all pages of this profile. The next screen gets it as if new, but for what the server lets be kept: a
        page that was loaded before is loaded and compiled in half the time."""
        context, browser = self.page.context, self.page.context.browser
        if self.own or not browser:
            context.close()
            return
        for page in context.pages:  # first: a page that finds itself signed out goes away by itself meanwhile
            page.close()
        blank = context.new_page()
        inside = context.new_cdp_session(blank)
        for host in self.hosts:
            inside.send("Storage.clearDataForOrigin", {"origin": f"http://{host}", "storageTypes": STORES})
        context.set_offline(False)
        context.unroute_all()
        context.clear_permissions()
        context.clear_cookies()
        blank.close()
        _resting.setdefault(browser, []).append(context)

    def sign_in(self, rig: Rig, name: str) -> None:
        """Sign in by the form."""
        self.page.goto(f"{rig.given.room_base_url}/sign-in")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=passphrase]", PHRASE)
        self.page.click("button.primary")
        self.page.wait_for_selector("[data-testid=line-state][data-state=live]")

    def come_in(self, rig: Rig) -> None:
        """Open the room's page, signed in already."""
        self.page.goto(rig.given.room_base_url)
        self.page.wait_for_selector("[data-testid=line-state][data-state=live]")


def signed_in(rig: Rig, browser: Browser, name: str) -> StorageState:
    """What the browser of somebody keeps who has signed in by the form."""
    made = screen(browser)
    made.sign_in(rig, name)
    kept = made.page.context.storage_state()
    made.leave()
    return kept


def screen(browser: Browser, width: int = 1366, height: int = 768, own: bool = False, **options: Any) -> Screen:
    """A page in a profile that nobody has. One of its `own` where a test sets its clock, or with `options`."""
    size: ViewportSize = {"width": width, "height": height}
    own = own or bool(options)
    if own or not _resting.get(browser):
        context = browser.new_context(viewport=size, **options)
    else:
        context = _resting[browser].pop()
    page = context.new_page()
    page.set_viewport_size(size)
    page.set_default_timeout(PATIENCE)
    return Screen(page, own)
