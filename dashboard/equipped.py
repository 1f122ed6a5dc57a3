"""What the room works with, put together: keys, board, access and all that desks and pages ask."""

from collections.abc import Callable
from functools import partial
from typing import Any

from dashboard import live as live_module
from dashboard.pages import frame
from dashboard.spoken import told
from dashboard.untold import untold
from dashboard.views import Grounds, card
from ingest.handed import Hand
from ingest.spool import Spool
from server import compared, grammar, seal
from server.access import Access
from server.board import Board
from server.classify import Classifier
from server.guard import Room
from server.locking import state, ways
from server.log import Log
from server.measures.accounted import Reckoning
from server.model import examples
from server.model.fitting import version_of
from server.model.shelf import Shelf
from server.pack import Pack
from server.photos import Photos
from server.places import Gazetteer
from server.press.checks.surroundings import Surroundings
from server.press.proof import means
from server.queries import Row
from server.reading.grounds import grounds
from server.roles import Reader
from server.settings import Settings
from server.sources.retention import Schedule
from server.walls import Walls


def judging(pack: Pack) -> tuple[Callable[[str], bool], Callable[[str, str], list[str]]]:
    """Whether words may be restricted, and which of them make a code so; by rules alone."""
    classifier = Classifier(pack)

    def suspect(text: str) -> bool:
        return classifier.read(text, grammar.parse(text, pack.taxonomy, pack.prefixes)).restricted

    def why(text: str, sub: str) -> list[str]:
        return grounds(text, sub, pack, classifier)

    return suspect, why


def equip(given: Settings, pack: Pack, log: Log, offload: Callable[..., Any]) -> Room:
    """What the room works with, its board still empty."""
    vault, gazetteer, keys = seal.Vault(given.data_dir), Gazetteer(pack), given.data_dir / "keys"
    suspect, why = judging(pack)
    opener, sealer = seal.Opener(keys), seal.Sealer(keys)
    board = Board(opener, vault, suspect, pack)
    return Room(
        log=log,
        board=board,
        access=entry(given, log, board, vault, offload),
        walls=Walls(log, pack.languages, live_module.now),
        reckoning=Reckoning(board, log, Spool(given.data_dir / "spool").waiting),
        vault=vault,
        pack=pack,
        gazetteer=gazetteer,
        sealer=sealer,
        press=means(given.data_dir, board, pack, given.signatures, Surroundings(board, pack).check, offload),
        hand=Hand(given, sealer),
        offload=offload,
        see=seeing(board, gazetteer, why),
        look=lambda photo: Photos(given.data_dir).open(photo, opener),
        schedule=Schedule(log, pack.day, given.retention_days),
        shelf=Shelf(given.data_dir, vault),
        first_model=version_of(pack, examples.read(pack)),
        clock=live_module.now,
        **settled(given),
    )


def entry(given: Settings, log: Log, board: Board, vault: seal.Vault, offload: Callable[..., Any]) -> Access:
    """Who gets in, by what the record says of people."""
    people, required = board.people, given.second_factor == "required"

    def of(name: str) -> str:  # whoever opens accounts could else look with the eyes of every organisation
        return people.organisation_of(name) if people.vouched(name) else ""

    return Access(log, people.role_of, live_module.now, offload, vault=vault, required=required, organisation_of=of)


def seeing(board: Board, gazetteer: Gazetteer, why: Grounds) -> Callable[..., dict[str, Any] | None]:
    """What is asked whenever somebody is to be shown a card: see guard.Room."""
    thin = partial(untold, board.attendance, gazetteer.pack)

    def see(row: Row, reader: Reader, scope: str = "") -> dict[str, Any] | None:
        return card(row, reader, gazetteer, thin, scope, why, board.treaty.of_card(reader, row))

    return see


def settled(given: Settings) -> dict[str, Any]:
    """What of a room its settings say outright."""
    origins = {given.room_base_url, f"http://localhost:{given.room_port}", f"http://127.0.0.1:{given.room_port}"}
    secure = given.room_base_url.startswith("https://")
    texts = (given.texts, given.texts_by)
    said = {"texts": texts, "origins": tuple(origins), "port": given.room_port, "secure": secure}
    return {
        **said,
        "told": told,
        "frame": frame,
        "lock": lambda by: state.lock(given.data_dir, by, "button", live_module.now()),
        "file_stays": lambda: ways.file_stays(given.data_dir / "keys"),
        "whole": lambda: not compared.told(given.data_dir),
    }
