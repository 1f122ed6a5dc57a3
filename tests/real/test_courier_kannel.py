"""A report that came by Kannel is answered by Kannel, and the network's receipt comes back to the room."""

import sys
import tempfile
from pathlib import Path

import pytest

from server import events
from server.log import Down
from server.seal import Vault
from server.sections.section import tables
from server.texting.texts import Texts
from tests.post import NUMBERS, enrol
from tests.real import kannel, outside

pytestmark = pytest.mark.real


def became(room: outside.Room) -> dict[str, int]:
    """What the board says of answers."""
    board = Texts(tables(), Vault(room.folder))
    board.fold(room.log.read())
    return board.became("")


def joined(room: outside.Room, group: str) -> bool:
    """Whether this group of workers follows the record."""
    try:
        return bool(room.log.ask(room.log.client.xpending, room.log.stream, group))
    except Down:
        return False


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("language", "words"), [("en", "Received, thank you"), ("km", "%17%94%17%B6")])
def test_a_report_is_answered_through_kannel_and_the_receipt_of_the_network_is_joined(language, words):
    with tempfile.TemporaryDirectory(prefix="sr") as made, outside.room(Path(made) / "r") as room:
        enrol(room.log, room.folder, 0, language=language)
        with kannel.running(Path(made) / "k", room.port) as gateway:
            login = {"KANNEL_USER": "room", "KANNEL_PASSWORD": "made-up-password", "KANNEL_FROM": "1234"}
            url = f"http://127.0.0.1:{gateway.sendsms}/cgi-bin/sendsms"
            env = {**room.env, **login, "KANNEL_URL": url, "TEXTS": "on", "TEXTS_BY": "kannel"}
            workers = [(sys.executable, "-m", f"server.{name}") for name in ("reader", "courier")]
            with (
                outside.program(*workers[0], output=room.folder / "reader.log", env=env),
                outside.program(*workers[1], output=room.folder / "courier.log", env=env),
            ):
                outside.until(lambda: joined(room, "courier"), "the courier")
                with gateway.operator(f"{NUMBERS[0]} 1234 text KB KD0123-7", count=1):
                    outside.until(lambda: became(room) == {"delivered": 1}, "a delivered answer", 120)
                    [said] = gateway.said_to_senders()
        assert words in said
        assert NUMBERS[0] in said
        assert len(room.facts(events.TextSent)) == 1
        whole = (room.folder / "courier.log").read_text() + room.written()
        assert not [secret for secret in (NUMBERS[0][4:], "thank you", "made-up-password") if secret in whole]
