"""The form on a phone, in Chromium: reports outlive signal, browser and strangers' networks, and leave no trace."""

import contextlib
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from ingest.form import WORDS
from server import events
from tests import doors
from tests.airwaves import Air, on_air
from tests.browser import ARGS, CHROMIUM, Screen, needed
from tests.test_photos import HOSTILE, picture, taken, telling

pytestmark = pytest.mark.browser
CANARY = "canary-of-what-was-seen"
OVERHEAD = 94  # bytes of an envelope besides what is sealed


@pytest.fixture(scope="module")
def play() -> Iterator[Playwright]:
    needed()
    with sync_playwright() as playing:
        yield playing


@pytest.fixture(scope="module")
def browser(play: Playwright) -> Iterator[Browser]:
    made = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    yield made
    made.close()


@pytest.fixture
def door(tmp_path: Path, log) -> doors.Door:
    return doors.build(tmp_path / "door", log)


@pytest.fixture
def air(door: doors.Door) -> Iterator[Air]:
    with on_air(door.client.application) as made:
        yield made


class Phone:
    """A browser with the form open; with a `profile`, one that outlives it."""

    def __init__(
        self,
        play: Playwright,
        air: Air,
        browser: Browser | None = None,
        profile: Path | None = None,
        language: str = "en",
        **options,
    ):
        self.play, self.air, self.browser, self.profile, self.options = play, air, browser, profile, options
        self.address = f"{air.url}/?lang={language}"
        self.complaints: list[str] = []
        self.open()

    def open(self) -> None:
        """Start the browser."""
        options = {"viewport": {"width": 360, "height": 720}, **self.options}
        if self.browser:
            self.context = self.browser.new_context(**options)
        else:
            self.context = self.play.chromium.launch_persistent_context(
                str(self.profile), executable_path=CHROMIUM, args=ARGS, **options
            )
        self.page = self.tab()

    def tab(self) -> Page:
        """Another tab, on the form."""
        page = self.context.new_page()
        page.set_default_timeout(15000)
        self.screen = Screen(page, complaints=self.complaints)
        page.goto(self.address)
        return page

    def settled(self) -> None:
        """Wait until the phone has kept the form."""
        self.page.evaluate(
            "() => navigator.serviceWorker.controller ? null : new Promise((done) =>"
            " navigator.serviceWorker.addEventListener('controllerchange', () => done(null)))"
        )

    def write(self, text: str, **more: str) -> None:
        """Write a report and press Send."""
        for name, value in {"text": text, **more}.items():
            self.page.fill(f"[name={name}]", value)
        self.page.click("#send")
        expect(self.page.locator("[name=text]")).to_have_value("")

    def waiting(self, n: int) -> None:
        """Wait until the page says that so many wait."""
        if n:
            expect(self.page.locator("#waiting b")).to_have_text(str(n))
        else:
            expect(self.page.locator("#waiting")).to_be_hidden()

    def faults(self) -> list[str]:
        """What the browser complained of, but for the signal."""
        return [line for line in self.complaints if "Failed to load resource" not in line]


@contextlib.contextmanager
def held(made: Phone) -> Iterator[Phone]:
    """A phone until it is put away; it must have complained of nothing."""
    yield made
    with contextlib.suppress(Error):  # put away already
        made.context.close()
    assert made.faults() == []


@pytest.fixture
def phone(play: Playwright, browser: Browser, air: Air) -> Iterator[Phone]:
    with held(Phone(play, air, browser)) as made:
        made.settled()
        yield made


@pytest.fixture
def lasting(play: Playwright, tmp_path: Path, air: Air) -> Iterator[Phone]:
    with held(Phone(play, air, profile=tmp_path / "profile")) as made:
        made.settled()
        yield made


def arrived(door: doors.Door, n: int) -> list[tuple[str, events.ReportReceived]]:
    """Wait until so many reports are on the record: their words and facts."""
    late = time.monotonic() + 20
    while len(reports := door.reports()) < n:
        assert time.monotonic() < late, f"{len(reports)} of {n} came."
        time.sleep(0.05)
    return list(zip([body["text"] for body in door.bodies()], reports, strict=True))


@pytest.mark.survival("R31", "in a browser")
@pytest.mark.survival("R36", "phones keep what they have")
def test_twenty_reports_written_offline_outlive_the_browser_and_arrive_once_each_with_their_own_times(
    lasting: Phone, air: Air, door: doors.Door
) -> None:
    air.state = "silent"
    lasting.page.reload()
    written = {}
    for n in range(20):
        before = datetime.now(UTC)
        lasting.write(f"report {n}", station="KD0123-7")
        lasting.waiting(n + 1)
        written[f"report {n}"] = (before, datetime.now(UTC))
    lasting.context.close()
    lasting.open()
    lasting.waiting(20)
    assert door.reports() == []
    air.state = "clear"
    lasting.page.evaluate("dispatchEvent(new Event('online'))")
    lasting.waiting(0)
    found = arrived(door, 20)
    assert [text for text, _ in found] == list(written)
    slack = timedelta(milliseconds=1)
    for text, report in found:
        first, last = written[text]
        assert first - slack <= datetime.fromisoformat(report.sent_at) <= last + slack
    assert len(air.sent()) == 20


@pytest.mark.parametrize("stranger", ["portal", "noise", "busy"])
def test_a_strangers_answer_deletes_nothing(phone: Phone, air: Air, door: doors.Door, stranger: str) -> None:
    air.state = stranger
    phone.write("before the portal")
    phone.waiting(1)
    phone.page.reload()
    phone.waiting(1)
    assert phone.page.title() == "Message"
    air.state = "clear"
    phone.page.reload()
    phone.waiting(0)
    assert [text for text, _ in arrived(door, 1)] == ["before the portal"]


def test_a_strangers_page_is_never_kept_as_the_form(play: Playwright, browser: Browser, air: Air) -> None:
    air.state = "swapped"
    phone = Phone(play, air, browser)
    gone = (
        "async () => { const { installing } = await navigator.serviceWorker.register('/sw.js');"
        " if (!installing) return 'redundant';"
        " return new Promise((done) => installing.addEventListener('statechange', () => done(installing.state))); }"
    )
    assert phone.page.evaluate(gone) == "redundant"
    air.state = "clear"
    phone.page.reload()
    phone.settled()
    air.state = "silent"
    phone.page.reload()
    assert phone.page.title() == "Message"
    phone.context.close()


def test_an_answer_that_was_lost_is_asked_for_again_and_the_report_is_one(
    phone: Phone, air: Air, door: doors.Door
) -> None:
    air.state = "lost"
    phone.write("the answer is lost")
    arrived(door, 1)
    phone.waiting(1)
    air.state = "clear"
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    phone.waiting(0)
    assert len(door.reports()) == 1


def test_two_tabs_and_the_worker_send_each_report_once(phone: Phone, air: Air, door: doors.Door) -> None:
    air.state = "silent"
    for n in range(5):
        phone.write(f"report {n}")
    other = phone.tab()
    expect(other.locator("#waiting b")).to_have_text("5")
    air.state = "clear"
    for page in (phone.page, other):
        page.evaluate("dispatchEvent(new Event('online'))")
    phone.waiting(0)
    expect(other.locator("#waiting")).to_be_hidden()
    arrived(door, 5)
    assert len(air.sent()) == 5


def test_the_page_says_the_reference_and_nothing_of_what_was_sent(phone: Phone, door: doors.Door) -> None:
    phone.write(CANARY, phone="012345678", pin="4711")
    expect(phone.page.locator("#sent b")).to_have_text(re.compile(r"^Received \d{4}-\d{4}\.$"))
    number = phone.page.locator("#sent b").inner_text()[-10:-1]
    [(_, report)] = arrived(door, 1)
    assert number == events.reference(report.subject)
    assert CANARY not in phone.page.content()
    assert phone.page.locator("[name=pin]").input_value() == ""


@pytest.mark.security("S49", "requests of a class")
def test_all_requests_of_a_class_have_one_length(phone: Phone, air: Air, door: doors.Door, tmp_path: Path) -> None:
    for text in ("x", "SOS", "ប្រអប់" * 60, "a" * 2000):
        phone.write(text, station="KD0123-7")
        phone.waiting(0)
    phone.write("ប្រ" * 1300)
    phone.waiting(0)
    for name, size in (("small.png", (90, 70)), ("large.png", (1700, 1300))):
        (tmp_path / name).write_bytes(picture("PNG", size))
        phone.page.set_input_files("#photo", tmp_path / name)
        expect(phone.page.locator("#picture")).to_be_visible()
        phone.write("with a photo")
        phone.waiting(0)
    arrived(door, 7)
    assert air.sent()[:5] == [4096 + OVERHEAD] * 4 + [16384 + OVERHEAD]
    assert air.sent()[5::2] == [4096 + OVERHEAD] * 2, "the words of a report with a photo go first, by themselves"
    assert [(length - OVERHEAD) % 65536 for length in air.sent()[6::2]] == [0, 0]
    assert {out for _, path, _, out in air.calls if path == "/sealed"} == {256}


def found_in(profile: Path, *words: str) -> list[str]:
    needles = [word.encode(coding) for word in words for coding in ("utf-8", "utf-16-le")]
    files = [path for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    return [f"{path.name}: {needle!r}" for path in files for needle in needles if needle in path.read_bytes()]


@pytest.mark.security("S39", "phone's browser")
@pytest.mark.security("S58", "phone")
def test_nothing_that_was_written_can_be_read_in_the_browsers_folder(
    lasting: Phone, air: Air, door: doors.Door, tmp_path: Path
) -> None:
    (tmp_path / "seen.jpg").write_bytes(telling())
    canaries = (CANARY, "KD0777-7", "0129988776", "995511", "canary-in-the-metadata")
    typed = {"station": "KD0777-7", "phone": "0129988776", "pin": "995511"}
    lasting.write(CANARY, **typed)
    lasting.waiting(0)
    air.state = "silent"
    lasting.page.set_input_files("#photo", tmp_path / "seen.jpg")
    expect(lasting.page.locator("#picture")).to_be_visible()
    lasting.write(CANARY, **typed)
    lasting.waiting(1)
    for name, value in {"text": CANARY, **typed}.items():  # typed, and the battery ends
        lasting.page.fill(f"[name={name}]", value)
    lasting.context.close()
    assert found_in(lasting.profile, "/sealed?v=", "/?lang=en&kept=1"), "the search does find what is there"
    assert found_in(lasting.profile, *canaries) == []
    lasting.open()
    expect(lasting.page.locator("[name=text]")).to_have_value("")
    lasting.waiting(1)
    air.state = "clear"
    lasting.page.evaluate("dispatchEvent(new Event('online'))")
    lasting.waiting(0)
    lasting.context.close()
    assert found_in(lasting.profile, *canaries) == []
    assert (len(door.reports()), len(taken(door))) == (2, 1)


@pytest.mark.security("S58", "hiding")
def test_hiding_clears_the_screen_and_the_way_back(phone: Phone) -> None:
    phone.page.fill("[name=text]", CANARY)
    phone.page.click("#hide")
    phone.page.wait_for_url("**/away")
    assert "cannot be shown" in phone.page.inner_text("body")
    phone.page.go_back()
    assert CANARY not in phone.page.content()
    assert phone.page.url == "about:blank"


@pytest.mark.security("S58", "wiping")
def test_wiping_takes_what_waits_and_the_form_itself(phone: Phone, air: Air, door: doors.Door) -> None:
    air.state = "silent"
    phone.write("never sent")
    phone.waiting(1)
    phone.page.click("#traces summary")
    expect(phone.page.locator("#traces b")).to_have_text("1")
    phone.page.click("#wipe")
    phone.page.wait_for_url("about:blank")
    air.state = "clear"
    page = phone.context.new_page()
    page.goto(f"{air.url}/away")
    kept = (
        "async () => [await caches.keys(), await indexedDB.databases(),"
        " await navigator.serviceWorker.getRegistrations()].map((all) => all.length)"
    )
    assert page.evaluate(kept) == [0, 0, 0]
    assert door.reports() == []


def test_a_phone_without_room_sends_at_once_or_says_that_nothing_was_sent(
    phone: Phone, air: Air, door: doors.Door
) -> None:
    phone.page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('x', 'QuotaExceededError'); }; }"
    )
    air.state = "silent"
    phone.page.fill("[name=text]", "no room")
    phone.page.click("#send")
    expect(phone.page.locator("#full")).to_be_visible()
    expect(phone.page.locator("[name=text]")).to_have_value("no room")
    air.state = "clear"
    phone.write("no room")
    expect(phone.page.locator("#sent")).to_be_visible()
    assert [text for text, _ in arrived(door, 1)] == ["no room"]


def test_a_photo_follows_its_words_and_a_refused_one_is_said(phone: Phone, door: doors.Door, tmp_path: Path) -> None:
    for name, raw in (("photo.jpg", telling()), ("page.jpg", HOSTILE["a page"])):
        (tmp_path / name).write_bytes(raw)
    phone.page.set_input_files("#photo", tmp_path / "page.jpg")
    expect(phone.page.locator("#unreadable")).to_be_visible()
    expect(phone.page.locator("#picture")).to_be_hidden()
    phone.page.set_input_files("#photo", tmp_path / "photo.jpg")
    expect(phone.page.locator("#unreadable")).to_be_hidden()
    phone.write("with a photo")
    phone.waiting(0)
    arrived(door, 1)
    [fact] = taken(door)
    assert fact.came != sha256(telling()).hexdigest(), "the phone itself draws it anew"


@pytest.mark.security("S46", "with a photo")
def test_without_scripts_the_plain_form_sends_words_and_photo(
    play: Playwright, browser: Browser, tmp_path: Path, air: Air, door: doors.Door
) -> None:
    phone = Phone(play, air, browser, java_script_enabled=False)
    expect(phone.page.locator("#plain")).to_be_visible()
    for hidden in ("#find", "#position", "#traces"):
        expect(phone.page.locator(hidden)).to_be_hidden()
    (tmp_path / "photo.jpg").write_bytes(telling())
    phone.page.set_input_files("#photo", tmp_path / "photo.jpg")
    phone.page.select_option("#code", "KB ")
    phone.page.fill("[name=text]", "by hand")
    phone.page.click("#send")
    expect(phone.page.locator("h1")).to_contain_text("Received")
    assert [text for text, _ in arrived(door, 1)] == ["KB by hand"]
    assert len(taken(door)) == 1
    phone.context.close()
    assert phone.faults() == []


def test_where_nothing_can_be_kept_the_form_says_so_and_sends_plainly(
    play: Playwright, browser: Browser, air: Air, door: doors.Door
) -> None:
    phone = Phone(play, air, browser)
    phone.context.add_init_script("Object.defineProperty(self, 'isSecureContext', { value: false })")
    phone.page.reload()
    expect(phone.page.locator("#plain")).to_be_visible()
    phone.page.fill("[name=text]", "over plain http")
    phone.page.click("#send")
    expect(phone.page.locator("h1")).to_contain_text("Received")
    assert [text for text, _ in arrived(door, 1)] == ["over plain http"]
    phone.context.close()


@pytest.mark.security("S46", "small")
@pytest.mark.parametrize("language", WORDS)
def test_the_first_load_is_small_and_asks_nobody_else(
    play: Playwright, browser: Browser, air: Air, language: str
) -> None:
    with held(Phone(play, air, browser, language=language)) as phone:
        phone.settled()
        calls = list(air.calls)
        assert sum(out for *_, out in calls) <= 60 * 1024, calls
        assert {path for _, path, *_ in calls} >= {"/", "/sw.js", "/manifest.json", "/static/form.js", "/away"}
        assert phone.screen.hosts == {air.url.removeprefix("http://")}
        assert phone.context.cookies() == []


def test_the_worker_sends_what_waits_when_the_form_is_closed(phone: Phone, air: Air, door: doors.Door) -> None:
    air.state = "silent"
    phone.write("sent by the worker")
    phone.page.goto(f"{air.url}/away")  # kept on the phone, and without a script
    air.state = "clear"
    browser_inside = phone.context.new_cdp_session(phone.page)
    known: list[dict] = []
    browser_inside.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    browser_inside.send("ServiceWorker.enable")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    signal = {"origin": air.url, "registrationId": known[-1]["registrationId"], "tag": "send", "lastChance": False}
    browser_inside.send("ServiceWorker.dispatchSyncEvent", signal)
    assert [text for text, _ in arrived(door, 1)] == ["sent by the worker"]


def test_a_station_is_checked_and_found_without_signal_once_its_list_was_loaded(phone: Phone, air: Air) -> None:
    page = phone.page
    for typed, right, slip in (("kd0123-7", True, False), ("KD0123-5", False, True), ("KD0123", False, False)):
        page.fill("#station", typed)
        assert (page.locator("#right").is_visible(), page.locator("#slip").is_visible()) == (right, slip)

    def find() -> None:
        page.click("#find")
        for step in ("province", "district", "commune", "place"):
            expect(page.locator(f"#{step}")).to_be_enabled()
            page.select_option(f"#{step}", index=1)
        expect(page.locator("#right")).to_be_visible()

    find()
    once = page.locator("#station").input_value()
    air.state = "silent"
    page.reload()
    find()
    assert page.locator("#station").input_value() == once
    page.select_option("#province", index=2)
    expect(page.locator("#unfound")).to_be_visible()


def test_a_position_goes_only_when_it_is_asked_for(
    play: Playwright, browser: Browser, air: Air, door: doors.Door
) -> None:
    where = {"geolocation": {"latitude": 11.5, "longitude": 104.9}, "permissions": ["geolocation"]}
    phone = Phone(play, air, browser, **where)
    phone.settled()
    phone.write("no position")
    phone.page.click("#position")
    expect(phone.page.locator("#placed")).to_be_visible()
    phone.write("a position")
    phone.page.click("#position")
    expect(phone.page.locator("#placed")).to_be_visible()
    phone.page.click("#unplace")
    phone.write("taken back")
    phone.waiting(0)
    arrived(door, 3)
    assert [(body["lat"], body["lon"]) for body in door.bodies()] == [(None, None), (11.5, 104.9), (None, None)]
    phone.context.close()
    assert phone.faults() == []
