"""Two phones that were named before lock the room by text; one of them, others, and other words do not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ingest.intake import SHARES
from ingest.message import Message
from server import events
from server.locking import state
from server.locking.keyword import Listener, Phones
from server.log import Log
from server.pack import Pack
from server.reader import Reader
from server.roles import Refused
from server.seal import Opener, Sealer, Vault
from tests import doors
from tests.doors import Door

NUMBERS = ("+85512300001", "+85512300002", "+85512300003")
WORDS = ("seven white cows", "the river is high", "rain at my aunt's")
Says = Callable[..., bool]


@pytest.fixture
def phones(keys: Path, log: Log) -> Phones:
    """The first two numbers may lock the room."""
    made, sealer = Phones(log, Vault(keys)), Sealer(keys / "keys")
    for number, word in zip(NUMBERS[:2], WORDS, strict=False):
        made.add(sealer, number, word)
    return made


@pytest.fixture
def says(door: Door, keys: Path, log: Log, pack: Pack, phones: Phones) -> Says:
    """Somebody writes, after so many minutes, and it is read. Whether the room is locked now."""
    hour = [datetime.now(UTC)]
    hear = Listener(phones, keys, lambda: hour[0]).hear
    reader = Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1", hear=hear, urgent=phones.named)
    sent = iter(range(100))
    door.intake.clock = lambda: hour[0]

    def written(number: str, text: str, after: float = 0, read: float = 0, typed: bool = False) -> bool:
        hour[0] += timedelta(minutes=after)
        call = doors.generic(text=text, id=f"lock-{next(sent)}", **{"from": number})
        if typed:
            call = {"method": "POST", "path": "/", "data": urlencode({"text": text, "phone": number})}
        assert door.client.open(**{"content_type": doors.FORM, **call}).status_code == 200
        hour[0] += timedelta(minutes=read)
        reader.step()
        return state.locked(keys)

    return written


@pytest.mark.security("S4", "two phones")
def test_the_words_of_two_phones_within_ten_minutes_lock_the_room(says: Says, keys: Path, log: Log) -> None:
    assert not says(NUMBERS[0], WORDS[0])
    assert says(NUMBERS[1], f"  {WORDS[1].upper()} ", after=9)
    assert state.read(keys).how == "phones"
    asked = [raw.fields["about"] for raw in log.read() if raw.fields["wire"] == events.locks.RoomLockAsked.wire]
    assert len(asked) == 2
    written = str([raw.fields for raw in log.read()])
    assert not [secret for secret in (*NUMBERS, *WORDS) if secret in written]


@pytest.mark.parametrize(
    "second",
    [
        (NUMBERS[0], WORDS[0], 1),
        (NUMBERS[1], WORDS[0], 1),
        (NUMBERS[1], f"{WORDS[1]} today", 1),
        (NUMBERS[2], WORDS[1], 1),
        (NUMBERS[1], WORDS[1], 11),
    ],
    ids=["same phone", "word of the other", "more words", "another phone", "too late"],
)
def test_nothing_else_does(says: Says, second: tuple[str, str, float]) -> None:
    assert not says(NUMBERS[0], WORDS[0])
    assert not says(*second)


def test_words_that_come_to_be_read_later_lock_nothing(says: Says) -> None:
    assert not says(NUMBERS[0], WORDS[0], read=11)
    assert not says(NUMBERS[1], WORDS[1], read=11)


def test_a_number_that_was_only_typed_into_the_form_locks_nothing(says: Says) -> None:
    assert not says(NUMBERS[0], WORDS[0], typed=True)
    assert not says(NUMBERS[1], WORDS[1], typed=True)


def test_words_of_before_the_last_unlocking_lock_nothing_when_they_come_again_or_one_phone_writes_anew(
    says: Says, keys: Path
) -> None:
    assert not says(NUMBERS[0], WORDS[0])
    assert says(NUMBERS[1], WORDS[1])
    now = datetime.fromisoformat(state.read(keys).at)
    state.unlock(keys, now + timedelta(minutes=1))
    assert not says(NUMBERS[0], WORDS[0])
    assert not says(NUMBERS[1], WORDS[1]), "both came again while the room was locked"
    assert not says(NUMBERS[0], WORDS[0], after=2)
    assert says(NUMBERS[1], WORDS[1], after=1)


def test_such_a_phone_is_heard_at_once_although_it_or_its_gateway_is_over_its_share(says: Says, door: Door) -> None:
    for n in range(SHARES["sender"].burst):
        door.intake.accept(Message(gateway="generic", message_id=f"n{n}", sender=NUMBERS[0], text=f"hello {n}"))
    assert not says(NUMBERS[0], WORDS[0])
    assert door.reports()[-1].crowded
    assert says(NUMBERS[1], WORDS[1])


def test_a_phone_that_was_dropped_locks_nothing(says: Says, phones: Phones, keys: Path) -> None:
    phones.drop(Sealer(keys / "keys"), NUMBERS[1])
    assert phones.count() == 1
    with pytest.raises(Refused):
        phones.drop(Sealer(keys / "keys"), NUMBERS[1])
    assert not says(NUMBERS[0], WORDS[0])
    assert not says(NUMBERS[1], WORDS[1], after=1)


def test_a_new_word_takes_the_place_of_the_old_one_and_a_short_one_is_refused(
    says: Says, phones: Phones, keys: Path
) -> None:
    sealer = Sealer(keys / "keys")
    phones.add(sealer, NUMBERS[1], WORDS[2])
    with pytest.raises(Refused, match="8 characters"):
        phones.add(sealer, NUMBERS[2], "lock it")
    assert phones.count() == 2
    assert not says(NUMBERS[0], WORDS[0])
    assert not says(NUMBERS[1], WORDS[1], after=1)
    assert says(NUMBERS[1], WORDS[2], after=1)
