"""A day on which SMS is switched off by order: who would have texted fills in the form, or telephones the desk."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zlib import crc32

from ingest.cast import FORM
from ingest.day import Delivery

DESK = "desk"
CALLS = 3  # every so many of those who would have texted telephones; the others have data


def without_sms(deliveries: Iterable[Delivery], since: datetime) -> list[Delivery]:
    """The same day, by other doors from `since` (aware) on. Everybody keeps to one of them."""
    return [_detour(each) if each.at >= since and each.door != FORM else each for each in deliveries]


def _detour(delivery: Delivery) -> Delivery:
    calls = crc32(delivery.sender.encode()) % CALLS == 0
    return replace(delivery, door=DESK if calls else FORM)
