"""Fetches messages from where no gateway can reach us, Telegram and a mailbox, and knocks with them at our own door."""

import http.client
import imaplib
import json
import logging
import os
import signal
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from ingest.gateways import email, signature
from server import logs, settings
from server.settings import Settings

TELEGRAM = "https://api.telegram.org"
LONG_POLL = 25  # seconds that Telegram holds a question without an answer
PATIENCE = 15.0  # seconds for any other answer
IMAPS = 993
BETWEEN = 5.0  # seconds between two looks into the mailbox, and after any fault
TOO_LONG = 413
logger = logging.getLogger("fetch")


class Kept(Exception):
    """The door did not take a message: it stays where it is, and is fetched again."""


class Door:
    """Our own public door, which the fetched messages enter as all others do."""

    def __init__(self, given: Settings, clock: Callable[[], datetime]) -> None:
        self._address, self._clock = (given.intake_host, given.intake_port), clock

    def knock(self, gateway: str, body: bytes, headers: dict[str, str]) -> None:
        """Return when the message is safe, or can never come in. Raises Kept; OSError, HTTPException: no answer."""
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE)
        try:
            connection.request("POST", f"/in/{gateway}", body, headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        if status == TOO_LONG:  # it would stand before all others for ever
            logger.error("A message of %s is too long for the door and was passed over.", gateway)
        elif status != http.HTTPStatus.OK:
            raise Kept

    def signed(self, secret: str, body: bytes) -> dict[str, str]:
        """The headers of a call that we sign ourselves."""
        timestamp = str(int(self._clock().timestamp()))
        return {"X-Timestamp": timestamp, "X-Signature": signature(secret, timestamp, body)}


FAULTS = (Kept, OSError, http.client.HTTPException, imaplib.IMAP4.error, ValueError, LookupError)  # not of our making


class Straight(urllib.request.HTTPRedirectHandler):
    """Follows nobody to another address: ours holds the bot's token."""

    def redirect_request(self, *_: Any) -> None:
        """No other request."""


DIRECT = urllib.request.build_opener(Straight)


class Telegram:
    """A bot's messages by getUpdates. Telegram keeps each for a day, until we ask for the one after it."""

    pause = 0.0  # seconds until the next question, which Telegram answers as soon as it has something

    def __init__(self, given: Settings, door: Door) -> None:
        base = given.options["TELEGRAM_API"] or TELEGRAM
        self._url = f"{base}/bot{given.options['TELEGRAM_BOT_TOKEN']}/getUpdates"
        self._headers = {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": given.secrets["telegram"],
        }
        self._door, self._next = door, 0

    def step(self) -> None:
        """Ask once, and bring in what came. Raises Kept, or any of FAULTS."""
        query = urlencode({"timeout": LONG_POLL, "offset": self._next})
        try:
            with DIRECT.open(f"{self._url}?{query}", timeout=LONG_POLL + PATIENCE) as answer:
                told: dict[str, Any] = json.load(answer)
        except HTTPError as fault:
            if fault.code == http.HTTPStatus.CONFLICT:
                logger.error("Telegram refuses: this bot has a webhook, or another program fetches its messages.")
            raise
        for update in told["result"]:
            self._door.knock("telegram", json.dumps(update).encode(), self._headers)
            self._next = update["update_id"] + 1


class Mailbox:
    """The unread mails of an INBOX, over TLS. A mail is marked as read only when it is safe here."""

    pause = BETWEEN

    def __init__(self, given: Settings, door: Door) -> None:
        host, _, port = given.options["EMAIL_HOST"].partition(":")
        self._address = host, int(port or IMAPS)
        self._login = given.options["EMAIL_USER"], given.options["EMAIL_PASSWORD"]
        self._secret, self._door = given.secrets["email"], door

    def step(self) -> None:
        """Look once, and bring in what is there. Raises Kept, when all was tried, or any of FAULTS."""
        secure, left = ssl.create_default_context(), 0
        with imaplib.IMAP4_SSL(*self._address, ssl_context=secure, timeout=PATIENCE) as server:
            server.login(*self._login)
            server.select("INBOX")
            unread = server.uid("SEARCH", "UNSEEN")[1][0] or b""  # None, where a server says nothing instead of "none"
            for number in unread.decode().split():
                try:
                    self._bring(server, number)
                except Kept:  # one bad mail must not stand before all others
                    left += 1
        if left:
            raise Kept

    def _bring(self, server: imaplib.IMAP4, number: str) -> None:
        for raw in self._raw(server, number):
            self._door.knock("email", raw, self._door.signed(self._secret, raw))
            server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")

    def _raw(self, server: imaplib.IMAP4, number: str) -> Iterator[bytes]:
        """The mail as it stands there, up to what the door takes; nothing when it is gone."""
        _, found = server.uid("FETCH", number, f"(BODY.PEEK[]<0.{email.LONGEST_BODY}>)")
        yield from (part[1] for part in found if isinstance(part, tuple))


def sources(given: Settings) -> dict[str, type[Telegram] | type[Mailbox]]:
    """What there is to fetch, by gateway; nothing, for most rooms."""
    found: dict[str, type[Telegram] | type[Mailbox]] = {}
    if "telegram" in given.gateways and given.options["TELEGRAM_FETCH"] == "yes":
        found["telegram"] = Telegram
    if "email" in given.gateways:
        found["email"] = Mailbox
    return found


def follow(name: str, source: Telegram | Mailbox, done: threading.Event) -> None:
    """Fetch for ever. A fault outside is told once, and tried again; a bug ends the process, to be started again."""
    well = True
    try:
        while not done.is_set():
            try:
                source.step()
                if not well:
                    logger.info("Messages of %s are fetched again.", name)
                well = True
            except FAULTS as fault:
                if well:
                    logger.warning("Messages of %s cannot be fetched just now (%s).", name, type(fault).__name__)
                well = False
            done.wait(source.pause if well else BETWEEN)
    except Exception:
        logger.exception("Fetching from %s failed; this process ends, to be started again.", name)
        os._exit(1)


def main() -> None:
    """Fetch until SIGTERM or SIGINT."""
    logs.start()
    given = settings.read(settings.environment())
    door, done = Door(given, lambda: datetime.now(UTC)), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    for name, kind in sources(given).items():
        threading.Thread(target=follow, args=(name, kind(given, door), done), daemon=True, name=name).start()
        logger.info("Messages of %s are fetched.", name)
    done.wait()


if __name__ == "__main__":
    main()
