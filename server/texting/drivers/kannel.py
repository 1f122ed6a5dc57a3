"""Texts by Kannel's sendsms: a POST whose head says to whom, and whose body is the text; the id there is ours."""

from urllib.parse import urlencode

from server.settings import Settings
from server.texting import segments
from server.texting.drivers import Letter, Outcome, Request, refused

NAMES_ITSELF = False
EVENTS = "31"  # of which Kannel tells: delivered, failed, buffered, taken by the network, rejected


def request(letter: Letter, given: Settings) -> Request:
    """POST {KANNEL_URL}. What GSM-7 cannot write goes as UTF-16BE: some builds of Kannel fail to recode it."""
    gsm = segments.is_gsm(letter.words)
    headers = {
        "X-Kannel-Username": given.options["KANNEL_USER"],
        "X-Kannel-Password": given.options["KANNEL_PASSWORD"],
        "X-Kannel-From": given.options["KANNEL_FROM"],
        "X-Kannel-To": letter.number,
        "X-Kannel-Coding": "0" if gsm else "2",
        "X-Kannel-DLR-Mask": EVENTS,
        "X-Kannel-DLR-Url": receipts(letter.id, given),
        "Content-Type": f"text/plain; charset={'UTF-8' if gsm else 'UTF-16BE'}",
    }
    return Request(given.options["KANNEL_URL"], headers, letter.words.encode("utf-8" if gsm else "utf-16-be"))


def receipts(text: str, given: Settings) -> str:
    """Where Kannel tells what became of a text; it fills in %d."""
    return f"{given.public_base_url}/in/kannel?{urlencode({'k': given.secrets['kannel'], 'id': text})}&dlr=%d"


def outcome(status: int, body: bytes, letter: Letter) -> Outcome:
    """202: it is on its way, or waits for the network."""
    return Outcome("taken", letter.id) if status in (200, 202) else refused(status)
