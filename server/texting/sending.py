"""Hands the texts that are asked for to their gateways, each at most once, and says on the log what became of it."""

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.signals import handle_of
from server import events
from server.drawer import Drawer
from server.log import Draft, Log, place
from server.monitors.roster import Roster
from server.outside.telling import contact
from server.seal import Forgotten, Sealer, Vault
from server.sections.section import moment
from server.settings import Settings
from server.texting import drivers
from server.texting.answering import is_dark
from server.texting.attempts import Attempts
from server.texting.drivers import DRY, Driver, Letter, Outcome
from server.texting.outbox import Outbox, settled
from server.texting.texts import Row, Texts
from server.wiring import CALLED, FETCHED
from server.work.duties import owner_of

ANSWER_LASTS = timedelta(minutes=30)  # an answer that is older would puzzle more than help
PAGE_LASTS = timedelta(hours=2)  # somebody has looked by then, or somebody else was told
ORDER_LASTS = timedelta(hours=6)
AT_ONCE = 20  # texts in one step
PAGE = "page"  # why a text goes to whoever is on duty, who is on no roster of monitors
HEAD = "head"  # why a text goes to somebody outside who keeps signed heads
LONGEST_STEP = timedelta(seconds=2)  # then whatever was reported meanwhile is heard first: it may be of danger
REST = timedelta(seconds=5)  # that a gateway which cannot be reached is left alone
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tools:
    """What it works with; `clock` says the hour (aware, UTC)."""

    log: Log
    texts: Texts
    roster: Roster
    vault: Vault
    sealer: Sealer
    outbox: Outbox
    given: Settings
    clock: Callable[[], datetime]


class Sending:
    """All that is between a text that is asked for and the fact of what became of it."""

    def __init__(self, tools: Tools) -> None:
        self._with = tools
        self._drawer = Drawer(tools.log)
        self._attempts = Attempts(self._drawer)
        self._drivers: dict[str, Driver] = {}
        self._resting: dict[str, datetime] = {}  # gateway -> until when
        self._owed: list[Draft] = []  # what became of texts while the record was away
        self._settled: set[str] = set()  # texts whose fact is on its way down the log

    def step(self) -> int:
        """Try what is due, at most AT_ONCE. How many texts were settled. Raises Down, seal.Locked."""
        self._pay()
        waiting = sorted(self._with.texts.waiting(), key=lambda row: row["why"] != PAGE)  # those must not wait
        self._settled &= {row["id"] for row in waiting}
        done, now = 0, self._with.clock()
        for row in waiting:
            if done >= AT_ONCE or self._with.clock() - now > LONGEST_STEP:
                break
            if row["id"] in self._settled:
                continue
            if reason := self._hindered(row, now):
                self._give_up(row, reason)
                done += 1
            elif self._attempts.due(row["id"], now) <= now and not self._rests(row, now):
                done += self._try(row, now)
        return done

    def _hindered(self, row: Row, now: datetime) -> str:
        """Why this text must not go out, or no longer; "" when nothing is in its way."""
        given, order = self._with.given, self._with.texts.order(row["of"]) if row["of"] else None
        if given.texts == "off":
            return "off"
        if order and order["state"] == "cancelled":
            return "cancelled"
        if now > self._until(row):
            return "expired"
        if row["why"] == PAGE:
            return "expired" if self._paged_anew(row) else self._no_way(row)
        if row["why"] == HEAD:
            return "safety" if is_dark(self._drawer, row["source"]) else self._no_way(row)
        monitor = self._with.roster.of_alias(row["source"])
        if monitor is None:
            return "gone"
        phones = {row["source"], *monitor.aliases}
        if any(map(self._with.roster.is_blocked, phones)):
            return "blocked"
        if any(is_dark(self._drawer, phone) for phone in phones):
            return "safety"
        if not monitor.replies and not (order and order["told"].get("wanted", {}).get("unwilling")):
            return "unwilling"
        return self._no_way(row)

    def _paged_anew(self, row: Row) -> bool:
        """Whether a newer page waits for the same person: one that is late is as good as ten."""
        later = (one for one in self._with.texts.waiting() if one["why"] == PAGE and one["source"] == row["source"])
        return any(place(one["fact"]) > place(row["fact"]) for one in later)

    def _no_way(self, row: Row) -> str:
        return "" if self._is_dry(row) or self._with.given.sends(row["gateway"]) else "no_gateway"

    def _try(self, row: Row, now: datetime) -> int:
        text, gateway = row["id"], row["gateway"]
        try:
            body = self._with.vault.open(_owner(row), row["sealed"])
            letter = Letter(text, body["number"], body["words"])
        except (Forgotten, KeyError):
            self._give_up(row, "gone")
            return 1
        if self._is_dry(row):
            self._settle(row, events.TextSent(subject=text, handle=self._handle(DRY, text), gateway=DRY, attempt=1))
            return 1
        if gateway in FETCHED:
            until = self._until(row)
            self._with.outbox.put(gateway, text, letter.number, letter.words, until)
            self._attempts.rest(text, until + timedelta(seconds=1))
            return 0
        return self._call(row, letter, now)

    def _call(self, row: Row, letter: Letter, now: datetime) -> int:
        text, gateway = row["id"], row["gateway"]
        driver = self._drivers.setdefault(gateway, _driver(gateway))
        attempt = self._attempts.begin(text)
        outcome = Outcome("unsure", "" if driver.NAMES_ITSELF else text)
        if attempt:
            outcome = drivers.deliver(driver, letter, self._with.given)
        if outcome.what == "later":
            if outcome.reason == "unreached":
                logger.warning("The gateway %s cannot be reached; texts wait for it.", gateway)
                self._resting[gateway] = now + REST
            self._attempts.later(text, attempt, now)
            return 0
        handle = self._handle(gateway, outcome.id) if outcome.id else ""
        if outcome.what == "taken":
            self._settle(row, events.TextSent(subject=text, handle=handle, gateway=gateway, attempt=attempt))
        else:
            logger.warning("The gateway %s: text %s is %s (%s).", gateway, text, outcome.what, outcome.reason)
            self._settle(row, events.TextFailed(subject=text, reason=outcome.what, handle=handle, attempt=attempt))
        return 1

    def _give_up(self, row: Row, reason: str) -> None:
        if row["gateway"] in FETCHED:
            self._with.outbox.drop(row["gateway"], row["id"])
        self._settle(row, events.TextFailed(subject=row["id"], reason=reason, handle="", attempt=0))

    def _settle(self, row: Row, event: events.TextSent | events.TextFailed) -> None:
        # one key for all ends of a text: the public door says `sent` with the same one when a phone has fetched it
        self._owed.append(Draft(event, by="courier", cause=row["fact"], once=(settled(row["id"]),)))
        self._settled.add(row["id"])
        self._pay()

    def _pay(self) -> None:
        while self._owed:
            self._with.log.append_all(self._owed[:1])
            self._attempts.forget(self._owed.pop(0).event.subject)

    def _until(self, row: Row) -> datetime:
        lasts = ORDER_LASTS if row["of"] else PAGE_LASTS if row["why"] in (PAGE, HEAD) else ANSWER_LASTS
        return datetime.fromisoformat(moment(row["fact"])) + lasts

    def _is_dry(self, row: Row) -> bool:
        return self._with.given.texts == "dry" or bool(row["rehearsal"])

    def _rests(self, row: Row, now: datetime) -> bool:
        return not self._is_dry(row) and self._resting.get(row["gateway"], now) > now

    def _handle(self, gateway: str, id_there: str) -> str:
        return handle_of(self._with.sealer, gateway, id_there)


def _owner(row: Row) -> str:
    """Under whose key number and words are."""
    if row["why"] == PAGE:
        return owner_of(row["source"])
    return contact(row["source"]) if row["why"] == HEAD else f"source:{row['source']}"


def _driver(gateway: str) -> Driver:
    driver: Driver = importlib.import_module(f"server.texting.drivers.{CALLED[CALLED.index(gateway)]}")
    return driver
