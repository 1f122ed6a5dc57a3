"""Every page of the room with something on it, and how it looks when its menus, dialogs and forms are open."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from playwright.sync_api import Page

from server import events
from server.drawer import Drawer
from server.facts import complaints
from server.log import Draft
from server.press import public, steps
from server.press.asked import ask
from server.press.document import LANGUAGES, Figure, Text, canonical, digest
from server.press.document import Draft as Stated
from server.press.kept import owner_of
from server.press.picture import Picture
from server.press.tokens import BOX, parse
from server.vitals.looking import WATCH
from tests.crowded_room import Crowded
from tests.days import SOURCES, report_id
from tests.house import PHRASE
from tests.test_attendance import HERE, enrolled
from tests.test_evidence import raised

OPEN, ASKED, TOLD, HIDDEN, ASIDE, SMALL = range(90_000, 90_006)  # beyond what a crowded room holds
WRITTEN = "s-1"  # a statement that somebody writes
RARE = "lantern"  # stands in one report
SECRET = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}
PEOPLE = {"Amina": "analyst", "Dara": "administrator", "Eng": "security_lead", "Press": "press", "Vanna": "viewer"}
WALL = "the wall"
FAULTY = "Ref,Name,Organisation,Phone,Station\nA1,Sok,Network A,012345678,KD0123-7\nA2,Dara,Network A,0123,KD0123-3\n"
LIVE = "[data-testid=line-state][data-state=live]"


@dataclass(frozen=True)
class Scene:
    """One look at a page: `who` is signed in ("" nobody, WALL a wall), `ready` is there when it is drawn, `act` opens
    more of it."""

    who: str
    rule: str
    ready: str
    act: Callable[[Page], None] = lambda page: None
    at: str = ""  # its address, when that is not its rule
    paper: bool = False  # it looks the same in any light: made to be printed, or a wall

    @property
    def address(self) -> str:
        """Where to go."""
        return self.at or self.rule


def furnish(room: Crowded) -> None:
    """What a crowded day alone has not: an incident on its way, alerts, duties, shifts, what is restricted."""
    pen, facts = room.pen, []
    rehearsal = {"rehearsal": True}
    for n in (OPEN, ASKED, TOLD):
        facts += [pen.received(n, **rehearsal), pen.read(n, severity=5), pen.opened(n, severity=5, **rehearsal)]
    text = f"The {RARE} went out."
    small = {"severity": 2, **rehearsal}
    facts += [pen.received(SMALL, text, **rehearsal), pen.read(SMALL, text, severity=2), pen.opened(SMALL, **small)]
    facts += [pen.received(HIDDEN, **rehearsal), pen.read(HIDDEN, **SECRET), pen.opened(HIDDEN, **SECRET, **rehearsal)]
    facts += [pen.received(ASIDE, **rehearsal), events.ReportSetAside(subject=report_id(ASIDE), reason="a fault")]
    facts += [*pen.on_the_way(TOLD), pen.verified(TOLD), pen.noted(TOLD), enrolled(pen, 1, HERE, rehearsal=True)]
    likely = {"how": "same event", "likely": 0.9, "text": 0.4, "place": "commune", "minutes": 12, "category": True}
    facts += [events.ReportSuggested(subject=report_id(ASKED), into=report_id(OPEN), **likely)]
    facts += [raised(pen, "1a2b3c4d5e6f7a8b", rehearsal=True, inside={"reports": [report_id(OPEN)]})]
    facts += [
        events.SourceBlocked(subject=SOURCES[2], reason=pen.vault.seal(f"source:{SOURCES[2]}", {"reason": "noise"}))
    ]
    now = datetime.now(UTC)
    hours = {"starts": now.isoformat(), "ends": (now + timedelta(hours=9)).isoformat()}
    facts += [events.DutyPlanned(subject="d-1", person="Amina", level="desk", **hours, pages=False, sealed="")]
    facts += [*complained(room), *stated(room)]
    room.house.log.append_all(
        Draft(fact, by="analyst:Amina" if fact.about in ("incident", "complaint", "statement") else "reader")
        for fact in facts
    )
    room.house.log.append_all(asked(room))
    Drawer(room.house.log).put(WATCH, "now", {"picture": json.dumps(watched(now))}, 24 * 3600)


def watched(now: datetime) -> dict[str, Any]:
    """How a room is that has a full disk, a reader that died, a quiet gateway, and a phone without power."""
    at = now.isoformat(timespec="seconds")
    room = {"name": "room.1", "state": "lively", "age": 0.4, "lag": 0.1, "rss": 210_000_000, "cpu": 84.2}
    reader = {"name": "reader.1", "state": "silent", "age": 21.0, "lag": None, "rss": 190_000_000, "cpu": 61.0}
    absent = {"name": "learner.1", "state": "missing", "age": None, "lag": None, "rss": None, "cpu": None}
    kinds = {
        "disk": ("", 4e8),
        "process_silent": ("reader.1", 21.0),
        "late": ("reader", 18.0),
        "phone_power": ("gammu", 40),
    }
    return {
        **{
            "at": at,
            "record": "up",
            "processes": [absent, reader, room],
            "power": "mains",
            "missing": 0,
            "facts": 81_202,
        },
        "queues": [{"name": "reader", "lag": 18.0, "took": 3}],
        "gateways": [{"name": "kannel", "heard": at}],
        "phones": [{"gateway": "gammu", "what": "power_lost", "battery": 40, "at": at}],
        "counts": {"kannel": {"accepted": 20_000, "repeated": 3, "spooled": 0, "refused": 1}},
        **{"memory": None, "spool": {"bytes": 0, "damaged": 0}, "disk": {"free": 400_000_000, "all": 64_000_000_000}},
        "alarms": [{"kind": kind, "about": of, "since": at, "n": n} for kind, (of, n) in kinds.items()],
    }


def asked(room: Crowded) -> list[Draft]:
    """Somebody is to be forgotten, and everything to be kept; another one was declined; a number was shown."""

    def act(name: str, what: str, why: str, **whom: str) -> Draft:
        given = {"source": "", "monitor": "", "reports": "", "channels": "", **whom}
        why = room.pen.vault.seal("room", {"reason": why})
        return Draft(events.acts.ActAsked(subject=name, what=what, **given, reason=why), by="administrator:Dara")

    said = room.pen.vault.seal("room", {"reason": "The court has closed the case."})
    why = room.pen.vault.seal(f"incident:{report_id(OPEN)}", {"reason": "To hear it once more."})
    shown = {"subject": SOURCES[1], "incident": report_id(OPEN), "report": report_id(OPEN), "reason": why}
    return [
        act("f-1", "forget", "They called, and asked for it.", source=SOURCES[1], channels="sms=3 whatsapp=1"),
        act("f-2", "hold", "The court of appeal asks for all reports of one commune."),
        act("f-3", "hold", "A complaint is open."),
        Draft(events.acts.ActDeclined(subject="f-3", reason=said), by="security_lead:Eng"),
        Draft(events.SourceRevealed(**shown), by="analyst:Amina"),
    ]


def complained(room: Crowded) -> list[events.Event]:
    """A complaint that was thrown out as late, disputed, counted anew, and made public; its next deadline is near."""

    def sealed(**words: str) -> str:
        return room.pen.vault.seal("complaint:c-1", words)

    now = datetime.now(UTC)
    filed, ruled = ((now - timedelta(days=days)).isoformat(timespec="seconds") for days in (9, 4))
    of: dict[str, str] = {"subject": "c-1", "words": sealed(reason="The stamp cannot be read.")}
    at = {**of, "level": "province"}
    opening = sealed(title="Recount in one commune", substance="Two lists are close.", place="080501")
    told = {"kind": "recount", "province": "08", "results": filed, "rehearsal": True, "words": opening}
    figures = ('{"A":608,"B":631}', '{"A":771,"B":704}')
    return [
        complaints.ComplaintOpened(subject="c-1", **told),
        complaints.ComplaintFiled(**at, at=filed, complainant="party"),
        complaints.ComplaintRuled(**at, at=ruled, ruling="late"),
        complaints.ComplaintDisputed(**at, complainant="party"),
        complaints.ComplaintRecounted(**of, level="", at=filed, figures=figures[0]),
        complaints.ComplaintRecounted(**at, at=ruled, figures=figures[1]),
        complaints.ComplaintLinked(
            subject=f"c-1/{report_id(OPEN)}", complaint="c-1", incident=report_id(OPEN), linked=True
        ),
        complaints.ComplaintPublished(subject="c-1", public=True, area="080501", summary="Two lists are close."),
    ]


def stated(room: Crowded) -> list[events.Event]:
    """A statement of the rehearsal that is being written, with a figure that cannot be read, and one that is out."""
    body = "# Who we are\n\n- We verified {{count category=BX}}.\n- [write] {{count category=QQ}}"
    texts = {language: Text("Flash update", body) for language in LANGUAGES}
    tools, terms = room.house.live.room, room.house.live.room.pack.statements.terms
    at, said = datetime.now(UTC), list[events.Event]()
    for id in (WRITTEN, "s-2"):
        said.append(events.StatementBegun(subject=id, kind="flash", corrects="", rehearsal=True))
        said.append(steps.drafted(id, texts, partial(room.pen.vault.seal, owner_of(id))))
    with room.alone:
        found = ask(Picture(tools.board, tools.pack, at, True), [parse(token, terms) for token in BOX])
        figures = {token: figure for token, figure in found.items() if isinstance(figure, Figure)}
        draft = Stated("s-2", "flash", texts, figures, as_of=at.isoformat(timespec="seconds"), rehearsal=True)
        out = public.document(draft, tools.pack, 1, draft.as_of, [], None, tools.press.name)
    return [*said, events.StatementRehearsed(subject="s-2", number=1, hash=digest(out), document=canonical(out))]


def press(*keys: str) -> Callable[[Page], None]:
    """These keys, one after the other."""
    return lambda page: [page.keyboard.press(key) for key in keys] and None


def click(*selectors: str) -> Callable[[Page], None]:
    """These, one after the other."""
    return lambda page: [page.locator(each).first.click() for each in selectors] and None


def a_card(page: Page) -> None:
    """The panel of the first card, with the form of a verdict."""
    page.fill("[data-testid=search]", "sev:5 status:open ")
    page.locator("[data-testid=feed] [data-id]").first.click()
    page.get_by_test_id("steps").locator("button").first.click()


def asking(page: Page) -> None:
    """The words of a query, one of them wrong, and what completes the next."""
    page.fill("[data-testid=search]", "cat:IN sev:>=4 nonsense:1 ")
    page.get_by_test_id("chips").locator("li").first.wait_for()
    page.locator("[data-testid=search]").press_sequentially("pl")
    page.get_by_test_id("completion").locator("li").first.wait_for()


def picking(page: Page) -> None:
    """Two cards, to be decided together; the saved views open."""
    page.locator("[data-testid=feed] [data-id]").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_test_id("together-buttons").locator("button").first.click()


def wrong_table(page: Page) -> None:
    """A roster with a faulty row; and a source that is looked for."""
    page.set_input_files("[name=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": FAULTY.encode()})
    page.click("[data-testid=table-form] button")
    page.locator("[data-testid=preview] table").first.wait_for()


def drafting(page: Page) -> None:
    """An order on its way, and the next begun."""
    page.fill("[name='words.en']", "Please check in.")
    page.fill("[name='words.km']", "សូមផ្ញើរបាយការណ៍")
    page.get_by_test_id("preview-people").wait_for()


def calling(page: Page) -> None:
    """A station with a wrong check digit, and a code that is looked for."""
    page.fill("[name=station]", "KD0123-3")
    page.fill("[name=codes]", "X")
    page.locator("#voice-found button").first.wait_for()


def one(page: Page) -> None:
    """A step about to be ticked, and the description."""
    page.locator("[data-step]").first.click()
    page.locator("[data-known=basis] button").click()


def complaint_forms(page: Page) -> None:
    """The complaint that is there, with its history and two forms; and the form of another."""
    page.locator("[data-complaint] a").first.click()
    page.get_by_test_id("counts").wait_for()
    for summary in (".docket-history > summary", "[data-act=count] > summary", "[data-act=new] > summary"):
        page.locator(summary).click()


def statement_open(page: Page) -> None:
    """A figure opened, figures to put in, versions, and a step with what it lacks."""
    page.locator("[data-testid=reading-en] a.figure").first.click()
    page.locator("[data-testid=palette] summary").click()
    page.locator("[data-insert]").first.wait_for()
    page.locator("[data-testid=versions] summary").click()
    page.locator("[data-step=release] summary").click()


def agreeing(page: Page) -> None:
    """What agreeing means, before it is done."""
    page.locator("[data-act=f-1] [data-form=confirmation]").click()


def setting_up(page: Page) -> None:
    """A second factor about to be set up."""
    page.fill("[data-testid=factor-begin] [name=passphrase]", PHRASE)
    page.click("[data-testid=factor-begin] button")
    page.get_by_test_id("factor-confirm").wait_for()


CARD = f"/incidents/{report_id(OPEN)}"
SCENES = (
    Scene("", "/sign-in", "form"),
    Scene("", "/wall/open", "form"),
    Scene(WALL, "/wall", "[data-testid=numbers] li", paper=True),
    Scene("", "/first", "[data-testid=message]", at="/first?t=spent"),
    Scene("Amina", "/", LIVE, a_card),
    Scene("Amina", "/", LIVE, asking),
    Scene("Amina", "/", LIVE, picking),
    Scene("Amina", "/", LIVE, press("l")),
    Scene("Amina", "/", LIVE, press("?")),
    Scene("Amina", "/", LIVE, click("details.who summary")),
    Scene("Amina", "/", LIVE, click("[data-testid=map-rows-open]")),
    Scene("Press", "/", LIVE),
    Scene("Amina", "/incidents/<card>", LIVE, one, at=CARD),
    Scene("Eng", "/incidents/<card>", LIVE, at=f"/incidents/{report_id(TOLD)}"),
    Scene("Dara", "/work", LIVE, click("[data-testid=plan] summary", "[data-testid=preview]")),
    Scene("Amina", "/figures", ".main-svg", click("#look [data-do=table]")),
    Scene("Press", "/figures", ".main-svg"),
    Scene("Amina", "/coverage", "[data-testid=areas] tbody td"),
    Scene("Amina", "/complaints", "[data-complaint]", complaint_forms),
    Scene("Vanna", "/complaints", "[data-testid=counts]", at="/complaints#c-1"),
    Scene("Press", "/press", "[data-statement]"),
    Scene("Press", "/press/<statement>", "[data-testid=reading-en] a.figure", statement_open, at=f"/press/{WRITTEN}"),
    Scene("Amina", "/press/<statement>", "[data-testid=reading-en] a.figure", at=f"/press/{WRITTEN}"),
    Scene("Press", "/statements/<number>.<kind>", "h1", at="/statements/exercise-1.html", paper=True),
    Scene("Press", "/statements/draft/<statement>.<kind>", "h1", at=f"/statements/draft/{WRITTEN}.html", paper=True),
    Scene("Amina", "/report", "section", paper=True),
    Scene("Amina", "/guide", "section", paper=True),
    Scene("Amina", "/model", "[data-testid=versions]"),
    Scene("Amina", "/texts", "[data-testid=order-new]", lambda page: drafting(page), at="/texts?silent=1&why=reminder"),
    Scene("Amina", "/voice", "[data-testid=voice-form]", calling),
    Scene("Dara", "/roster", "[data-testid=organisations]:not([hidden])", wrong_table),
    Scene("Dara", "/accounts", "[data-testid=accounts] tr"),
    Scene("", "/join", "[data-testid=message]", at="/join?t=spent"),
    Scene("Amina", "/account", "[data-testid=sessions] tr", setting_up),
    Scene("Eng", "/forgetting", "[data-testid=reveals] td", agreeing),
    Scene("Vanna", "/forgetting", "[data-testid=day] .date"),
    Scene("Eng", "/lock", "[data-testid=lock]"),
    Scene("Dara", "/operations", "[data-testid=alarms] li[data-kind=disk]"),
    Scene("Eng", "/sharing", "[data-testid=sharing-form]"),
    Scene("Eng", "/restricted", "[data-testid=feed] [data-id]", click("[data-testid=feed] [data-id]")),
)
