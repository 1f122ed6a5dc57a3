"""Whoever is forgotten can be read nowhere any more, in no older copy either; two persons decide that; counts stay."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import summed
from server import events, ledger
from server.board import Board
from server.ledger import Ledger
from server.log import Draft, Log
from server.pack import Pack
from server.photos import Photos, name_of
from server.resumed import Picture
from server.seal import Forgotten, Opener, Vault
from server.sources.forgetting import Forgetting
from server.sources.leaving import Leaving
from server.sources.notice import Notice
from server.sources.retention import Retention, Schedule
from tests.days import SOURCES, Pen, report_id, the_pack
from tests.house import PHRASE, House, build, cards, error
from tests.test_attendance import HERE, enrolled

GONE, STAYS, OFF_LINE = SOURCES[1], SOURCES[2], "77aa3b7f0c0e9a2d5b66"
READ, UNREAD, OTHER, NOBODY = range(4)
DAYS = 90
WHY = "they asked to be forgotten"
PICTURE = b"a picture of a canary"
PHOTO = name_of(report_id(READ), PICTURE)


@pytest.fixture
def sent(log: Log, pen: Pen, keys: Path) -> Log:
    """A source with one report that was read, with a photo, and one that was not; another source; nobody's."""
    facts: list[events.Event] = [
        pen.received(READ, "canary 0", GONE),
        events.ReportPhotographed(subject=report_id(READ), photo=PHOTO, came="00", kept="00", size=9),
        pen.read(READ, "canary 0", GONE),
        pen.opened(READ),
        pen.received(UNREAD, "canary 1", GONE),
        pen.received(OTHER, "sparrow 2", STAYS),
        pen.read(OTHER, "sparrow 2", STAYS),
        pen.opened(OTHER),
        pen.received(NOBODY, "sparrow 3", ""),
    ]
    Photos(keys).keep(PHOTO, PICTURE, pen.sealer)
    log.append_all(Draft(fact, by="reader") for fact in facts)
    return log


@pytest.fixture
def told(sent: Log, keys: Path, pack: Pack) -> House:
    """A room in which they are seen, and which destroys what people sent, in time."""
    house = build(keys, pack, sent, RETENTION_DAYS=str(DAYS))
    house.fold()
    return house


@pytest.fixture
def lead(told: House) -> FlaskClient:
    return told.at_desk("Dara", "security_lead", "Network A")


@pytest.fixture
def second(told: House, lead: FlaskClient) -> FlaskClient:
    return told.at_desk("Bopha", "administrator", "Network B")


def asks(house: House, client: FlaskClient, what: str = "forget", **more: Any) -> str:
    answer = client.post("/api/v1/acts", json={"what": what, "reason": WHY, **more})
    assert answer.status_code == 202, answer.text
    house.fold()
    return str(answer.json["act"])  # type: ignore[index]


def confirms(house: House, client: FlaskClient, act: str, folder: Path) -> None:
    """Agrees, and a lookout that was started now does what follows."""
    answer = client.post(f"/api/v1/acts/{act}/confirmation")
    assert answer.status_code == 202, answer.text
    Forgetting(house.log, Vault(folder), folder).finish()
    house.fold()


def became(house: House, client: FlaskClient, act: str) -> str:
    house.fold()
    return next(row["state"] for row in client.get("/api/v1/acts").json["acts"] if row["id"] == act)  # type: ignore[index]


def anew(log: Log, folder: Path) -> Board:
    """The picture of a process that was started now."""
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())
    while raws := log.read(board.cursor):
        board.fold(raws)
    return board


def texts(board: Board) -> set[str]:
    return {word for row in board.db.execute("SELECT text FROM words") if (word := str(row["text"]).strip())}


def sealed(log: Log) -> list[tuple[str, str]]:
    found = [raw.fact().event for raw in log.read()]
    return [(event.source, event.sealed) for event in found if isinstance(event, events.ReportReceived)]


@pytest.mark.security("S5", "the room forgets a source")
@pytest.mark.security("S5", "what is not read yet")
@pytest.mark.security("S5", "photos")
def test_two_persons_forget_a_source_with_what_was_not_read_yet_and_its_photo(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path
) -> None:
    picture, leaving = Photos(keys), Leaving(keys)
    assert picture.open(PHOTO, Opener(keys / "keys")) == PICTURE
    act = asks(told, lead, report=report_id(READ))
    assert Forgetting(told.log, Vault(keys), keys).finish() == 0
    assert "canary 0" in str(cards(told.program("analyst"))), "nothing goes before somebody else agrees"
    confirms(told, second, act, keys)
    assert leaving.due(), "every process that may remember begins anew"
    board = anew(told.log, keys)
    assert texts(board) == {"sparrow 2", "sparrow 3"}
    with pytest.raises(FileNotFoundError):
        picture.open(PHOTO, Opener(keys / "keys"))
    fact = [event for raw in told.log.read() if (event := raw.fact().event).wire == "source.forgotten"][0]
    assert (fact.subject, fact.act, fact.reports, fact.photos) == (GONE, act, 2, 1)


@pytest.mark.security("S5", "older copies")
def test_a_copy_that_was_made_before_opens_nothing_of_theirs_with_the_vault_of_now(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(keys, copy, ignore=shutil.ignore_patterns("vault", "copy", "*.sock"))
    before = [Opener(keys / "keys").open(text)["text"] for source, text in sealed(told.log) if source == GONE]
    assert before == ["canary 0", "canary 1"]
    confirms(told, second, asks(told, lead, report=report_id(READ)), keys)
    shutil.copytree(keys / "vault", copy / "vault")
    opener, vault = Opener(copy / "keys"), Vault(copy)
    for source, text in sealed(told.log):
        if source != GONE:
            assert opener.open(text)["text"].startswith("sparrow")
            continue
        with pytest.raises(Forgotten):
            opener.open(text)
    with pytest.raises(Forgotten):
        Photos(copy).open(PHOTO, opener)
    read = [event for raw in told.log.read() if isinstance(event := raw.fact().event, events.ReportRead)]
    with pytest.raises(Forgotten):
        vault.open(f"source:{GONE}", read[0].words)
    assert vault.open(f"source:{STAYS}", read[1].words)["text"] == "sparrow 2"


@pytest.mark.security("S5", "older copies")
@pytest.mark.parametrize("way", ["two persons agree", "the day has come"])
def test_the_picture_that_a_room_kept_opens_nowhere_once_anybody_is_forgotten(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, way: str
) -> None:
    def picture(board: Board) -> Picture:
        return Picture(keys, board, Vault(keys), told.log, "kh-2017", lambda: True)

    def began() -> Board:
        return Board(Opener(keys / "keys"), Vault(keys), lambda text: False, the_pack())

    path = keys / "picture" / "board"
    picture(told.live.room.board).keep()
    copy, board = path.read_bytes(), began()
    assert picture(board).resume() == board.facts == told.live.room.board.facts
    assert "canary 0" in texts(board)
    if way == "two persons agree":
        confirms(told, second, asks(told, lead, report=report_id(READ)), keys)
    else:
        forgetting = Forgetting(told.log, Vault(keys), keys)
        forgetting.look()
        assert forgetting.forget_all(told.log.head())
    path.write_bytes(copy)
    assert (picture(began()).resume(), path.exists()) == (0, False)


@pytest.mark.security("S11", "forgetting")
def test_nobody_forgets_anybody_alone(told: House, lead: FlaskClient, keys: Path) -> None:
    act = asks(told, lead, report=report_id(READ))
    assert "yourself" in error(lead.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    told.at_desk("Bopha", "administrator", "Network B")
    same = told.at_desk("Chan", "security_lead", "Network A")
    assert "another organisation" in error(same.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    assert "program" in error(told.program("administrator").post(f"/api/v1/acts/{act}/confirmation"))["message"]
    late = told.at_desk("Late", "administrator", "Network C")
    assert "newer" in error(late.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    assert told.at_desk("Amina").post(f"/api/v1/acts/{act}/confirmation").status_code == 403
    assert lead.post("/api/v1/acts", json={"what": "forget", "report": report_id(READ)}).status_code == 422
    assert [each["misses"] for each in lead.get("/api/v1/acts").json["acts"]] == [["same", "apart"]]  # type: ignore[index]
    assert all(Opener(keys / "keys").open(text) for _, text in sealed(told.log))
    assert not [raw for raw in told.log.read() if raw.fields["wire"] == "source.forgotten"]


@pytest.mark.security("S11", "forgetting")
def test_two_accounts_that_one_administrator_let_in_forget_nobody_nor_with_one_that_was_closed(
    told: House, second: FlaskClient
) -> None:
    def let_in(name: str, organisation: str) -> FlaskClient:
        account = {"name": name, "role": "security_lead", "organisation": organisation, "passphrase": PHRASE}
        assert second.post("/api/v1/accounts", json=account).status_code == 202
        told.fold()
        return told.at_desk(name)

    first, other = let_in("Bun", "Network B"), let_in("Yan", "Network Y")
    act = asks(told, first, report=report_id(READ))
    assert "let in both" in error(other.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    (row,) = (other.get("/api/v1/acts").json or {})["acts"]
    assert row["misses"] == ["sibling", "vouched"]
    told.live.room.access.close_account("Bun", by="console")
    told.fold()
    lead = told.live.room.access
    lead.open_account("Chan", "security_lead", PHRASE, by="console", organisation="Network A")
    told.fold()
    chan = told.at_desk("Chan")
    (row,) = (chan.get("/api/v1/acts").json or {})["acts"]
    assert row["misses"] == ["void", "young"]


def test_what_was_asked_can_be_declined_once(told: House, lead: FlaskClient, second: FlaskClient) -> None:
    act = asks(told, lead, report=report_id(READ))
    assert second.post(f"/api/v1/acts/{act}/decline", json={"reason": "they are in danger"}).status_code == 202
    told.fold()
    assert "any more" in error(second.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    (row,) = lead.get("/api/v1/acts").json["acts"]  # type: ignore[index]
    assert (row["state"], row["why"], row["reason"]) == ("declined", "they are in danger", WHY)
    assert row["whom"].startswith("S-")


def test_a_monitor_is_forgotten_with_every_phone_that_was_ever_theirs(
    told: House, lead: FlaskClient, second: FlaskClient, pen: Pen, keys: Path
) -> None:
    monitor = enrolled(pen, 1, HERE)
    words = {"name": "Sok", "phones": ["+85512345678"], "stations": [HERE], "supervisor": "", "no_signal": False}
    given = {name: value for name, value in vars(monitor).items() if name not in ("subject", "aliases", "sealed")}
    for aliases in (f"{OFF_LINE} {GONE}", OFF_LINE):
        fresh = pen.vault.seal(f"monitor:{monitor.subject}", words)
        told.log.append(
            events.MonitorEnrolled(subject=monitor.subject, aliases=aliases, sealed=fresh, **given), by="console"
        )
    told.fold()
    assert told.live.room.board.roster.name(monitor.subject) == "Sok"
    confirms(told, second, asks(told, lead, monitor=monitor.subject), keys)
    board = anew(told.log, keys)
    assert (board.roster.name(monitor.subject), board.roster.get(monitor.subject)) == ("", None)
    assert texts(board) == {"sparrow 2", "sparrow 3"}
    with pytest.raises(Forgotten):
        Vault(keys).open(f"monitor:{monitor.subject}", fresh)


@pytest.mark.security("S5", "ledger still verifies")
@pytest.mark.security("S41", "statistics stay")
def test_counts_and_ledger_are_as_before(told: House, lead: FlaskClient, second: FlaskClient, keys: Path) -> None:
    def counts(board: Board) -> dict[str, Any]:
        whole = summed.counts(board, "analyst", the_pack(), datetime(2017, 6, 5, tzinfo=UTC))
        # what nobody had read counts among the restricted: nobody can say any more that it is not
        total, restricted = whole["total"], whole.pop("restricted")
        return {**whole, "total": total + restricted, "raw": whole["raw"] + restricted}

    def kinds(board: Board) -> list[tuple[Any, ...]]:
        asked = "SELECT id, kind, category, sub, severity, status, province, number FROM cards ORDER BY id"
        return [tuple(row) for row in board.db.execute(asked)]

    before, cards_before = counts(anew(told.log, keys)), kinds(anew(told.log, keys))
    act = asks(told, lead, report=report_id(READ))
    copied = Ledger(keys, the_pack())
    facts = told.log.read()
    copied.copy(facts)
    assert copied.sign(1.0)
    confirms(told, second, act, keys)
    assert counts(anew(told.log, keys)) == before
    assert kinds(anew(told.log, keys)) == cards_before
    copied.copy(told.log.read(facts[-1].id))
    assert copied.sign(2.0)
    assert ledger.verify(keys / "ledger") == (len(told.log.read()), 2)
    copied.check_against(told.log)


class Clock:
    """An hour that a test sets, and seconds that pass whatever the hour is set to."""

    def __init__(self, hour: datetime) -> None:
        self.hour, self.seconds = hour, 0.0

    def __call__(self) -> datetime:
        return self.hour

    def passes(self, **span: float) -> None:
        self.hour += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()


class Looking:
    """The lookout's look at the day on which everything is destroyed, of an election that is today."""

    def __init__(self, log: Log, folder: Path, days: int = DAYS) -> None:
        self.clock = Clock(datetime.combine(datetime.now(UTC).date(), time(12), UTC))
        self.schedule = Schedule(log, self.clock.hour.date(), days)
        self.log, self.folder = log, folder
        self.begin()

    def begin(self) -> None:
        """As a process that was started now."""
        forgetting, clock = Forgetting(self.log, Vault(self.folder), self.folder), self.clock
        self._retention = Retention(self.log, self.schedule, forgetting, self.folder, clock, lambda: clock.seconds)

    def after(self, days: int = 0, **span: float) -> int:
        """How many went in so many days, of which each is looked at, and then in this time more."""
        gone = 0
        for _ in range(days):
            self.clock.passes(days=1)
            gone += self._retention.look()
        self.clock.passes(**span)
        return gone + self._retention.look()

    def told(self) -> date | None:
        """The day that all are told."""
        notice = Notice()
        for fact in (raw.fact() for raw in self.log.read() if raw.fields["wire"] in Notice.wires):
            notice.take(fact)
        return self.schedule.announced(notice, self.clock())

    def said(self) -> list[str]:
        """What the record says of it."""
        return [raw.fields["wire"] for raw in self.log.read() if raw.fields["about"].startswith("retention:")]


@pytest.fixture
def looking(sent: Log, keys: Path) -> Looking:
    """A day before it is announced."""
    made = Looking(sent, keys)
    assert made.schedule.due() == made.clock.hour.date() + timedelta(days=DAYS)
    made.clock.passes(days=DAYS - 15)
    return made


@pytest.mark.security("S41", "on schedule")
@pytest.mark.security("S41", "statistics stay")
def test_on_the_day_that_was_announced_every_key_is_destroyed_once_and_the_statistics_stay(
    sent: Log, looking: Looking, keys: Path, pen: Pen
) -> None:
    before = [tuple(row) for row in anew(sent, keys).db.execute("SELECT id, kind, category, severity FROM cards")]
    assert looking.after(14, hours=11) == 0, "not yet"
    assert len(texts(anew(sent, keys))) == 4
    assert looking.after(hours=1) == 3
    board = anew(sent, keys)
    assert texts(board) == set()
    assert [tuple(row) for row in board.db.execute("SELECT id, kind, category, severity FROM cards")] == before
    assert not list((keys / "photos").iterdir())
    end = sent.head()
    assert (looking.after(hours=2), sent.head()) == (0, end), "nothing is forgotten twice"
    sent.append(pen.received(9, "a latecomer", GONE), by="gateway:kannel")
    assert texts(anew(sent, keys)) == {"a latecomer"}
    assert looking.after(hours=2) == 1
    assert texts(anew(sent, keys)) == set()


@pytest.mark.security("S41", "on schedule")
def test_the_day_is_announced_two_weeks_ahead_and_shown_to_all_on_every_page(told: House, looking: Looking) -> None:
    viewer = told.person("Vanna", "viewer")
    tools = replace(told.live.room, clock=looking.clock, schedule=looking.schedule)
    told.app.extensions["room"] = tools
    assert 'data-testid="destroying"' not in viewer.get("/").text
    looking.after(1)
    told.fold()
    assert looking.said() == ["retention.announced", "retention.looked"]
    at = looking.clock.hour.date()
    for role in ("viewer", "press", "analyst", "security_lead", "administrator"):
        seen = told.program(role).get("/api/v1/hold").json
        assert seen
        assert (seen["destroyed_on"], seen["announced"]) == (str(at + timedelta(days=14)), True)
    for page in ("/", "/coverage", "/complaints", "/account"):
        assert f'datetime="{at + timedelta(days=14)}"' in viewer.get(page).text, page


def test_a_clock_that_jumps_ahead_destroys_nothing_before_ten_real_days_that_all_could_see(
    sent: Log, looking: Looking, keys: Path
) -> None:
    looking.after(3)
    looking.clock.hour += timedelta(days=200)
    for _ in range(20):
        looking.clock.hour += timedelta(days=1)  # whoever sets it on and on
        looking.begin()  # and has the process end each time
        assert looking.after(seconds=60) == 0
    assert looking.said().count("retention.came") == 0
    assert len(texts(anew(sent, keys))) == 4
    assert looking.after(16) == 3, "as the clock says, in the end"


@pytest.mark.parametrize("begins_anew", [False, True])
def test_ten_days_by_a_clock_that_is_set_on_are_not_ten_days_of_the_machine(
    looking: Looking, begins_anew: bool
) -> None:
    for _ in range(20):
        looking.clock.passes(hours=6)
        looking.clock.hour += timedelta(hours=18)
        assert looking.after(seconds=60) == 0
        if begins_anew:  # the machine, or its power comes back
            looking.clock.seconds = 0.0
            looking.begin()
    assert looking.said().count("retention.came") == 0
    assert looking.after(30) == 3


def test_a_clock_that_was_ahead_and_is_set_right_leaves_no_announcement_behind(sent: Log, looking: Looking) -> None:
    looking.clock.hour -= timedelta(days=40)
    assert (looking.after(), looking.said()) == (0, [])
    looking.clock.hour += timedelta(days=300)
    looking.after(hours=2)
    assert looking.said() == ["retention.announced", "retention.looked"]
    looking.clock.hour -= timedelta(days=300)
    assert looking.after(days=20) == 0
    assert looking.said() == ["retention.announced", "retention.looked"]
    assert looking.told() is None


def test_a_room_that_was_restored_announces_anew(sent: Log, looking: Looking, keys: Path) -> None:
    looking.after(13)
    (keys / "vault" / "announced").unlink()  # which is in no backup
    looking.begin()
    assert looking.after(13) == 0
    assert looking.said().count("retention.announced") == 2
    assert looking.after(2) == 3


def test_a_room_that_was_off_for_long_announces_anew(sent: Log, looking: Looking, keys: Path) -> None:
    looking.after(12)
    assert looking.after(days=0, hours=24 * 20) == 0
    assert looking.said().count("retention.announced") == 2
    assert looking.after(13) == 0
    assert looking.after(1) == 3


def test_an_election_before_the_record_began_sets_no_day(told: House, keys: Path) -> None:
    looking = Looking(told.log, keys)
    looking.schedule = Schedule(told.log, date(2017, 6, 4), DAYS)
    looking.begin()
    assert looking.after(days=0, hours=24 * 4000) == 0
    assert looking.said() == []
    assert told.program("viewer").get("/api/v1/hold").json == {
        "hold": None,
        "destroyed_on": None,
        "announced": False,
        "days": DAYS,
    }


def test_who_stops_it_at_the_last_moment_is_not_overtaken(
    told: House, looking: Looking, lead: FlaskClient, second: FlaskClient, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking.after(14)
    act, append = asks(told, lead, "hold"), told.log.append_all

    def slowly(drafts: list[Draft]) -> Any:
        if any(draft.event.wire == "retention.came" for draft in drafts):
            monkeypatch.setattr(told.log, "append_all", append)
            confirms(told, second, act, keys)
        return append(drafts)

    monkeypatch.setattr(told.log, "append_all", slowly)
    assert looking.after(1) == 0
    assert told.log.append_all is append, "it was about to begin"
    assert len(texts(anew(told.log, keys))) == 4


@pytest.mark.security("S62", "two persons")
@pytest.mark.security("S62", "schedule waits")
@pytest.mark.security("S62", "seen by all")
def test_two_persons_stop_the_destroying_for_a_reason_that_all_see_and_let_it_go_on(
    told: House, lead: FlaskClient, second: FlaskClient, looking: Looking, keys: Path
) -> None:
    looking.after(12)
    announced = looking.said().count("retention.announced")
    act = asks(told, lead, "hold")
    assert "yourself" in error(lead.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    assert told.program("viewer").get("/api/v1/hold").json["hold"] is None  # type: ignore[index]
    confirms(told, second, act, keys)
    for role in ("viewer", "press", "analyst", "security_lead", "administrator"):
        seen = told.program(role).get("/api/v1/hold").json
        assert seen
        assert seen["hold"]["reason"] == WHY
        assert (seen["hold"]["by"], seen["hold"]["second"]) == ("security_lead:Dara", "administrator:Bopha")
        assert not seen["announced"]
    assert looking.after(5) == 0
    assert len(texts(anew(told.log, keys))) == 4
    confirms(told, second, asks(told, lead, "lift"), keys)
    assert told.program("viewer").get("/api/v1/hold").json["hold"] is None  # type: ignore[index]
    assert looking.after(14) == 0, "it is announced again"
    assert looking.said().count("retention.announced") == announced + 1
    assert looking.after(1) == 3
    assert texts(anew(told.log, keys)) == set()


def test_a_room_that_sets_no_day_names_none_and_destroys_nothing_by_itself(
    keys: Path, pack: Pack, log: Log, pen: Pen
) -> None:
    log.append(pen.received(READ, "canary 0", GONE), by="reader")
    house, years = build(keys, pack, log), Looking(log, keys, days=0)
    nothing = {"hold": None, "destroyed_on": None, "announced": False, "days": 0}
    assert house.program("viewer").get("/api/v1/hold").json == nothing
    assert years.after(days=0, hours=24 * 4000) == 0
    assert texts(anew(log, keys)) == {"canary 0"}


def test_a_request_that_somebody_else_overtook_changes_nothing_any_more(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path
) -> None:
    confirms(told, second, asks(told, lead, "hold"), keys)
    stale = asks(told, lead, "lift")
    confirms(told, second, asks(told, lead, "lift"), keys)
    confirms(told, second, asks(told, lead, "hold"), keys)
    confirms(told, second, stale, keys)
    assert told.program("viewer").get("/api/v1/hold").json["hold"] is None  # type: ignore[index]
    late = asks(told, lead, "hold")
    confirms(told, second, asks(told, lead, "hold"), keys)
    assert "any more" in error(second.post(f"/api/v1/acts/{late}/confirmation"))["message"]
    seen = told.program("viewer").get("/api/v1/hold").json
    assert seen
    assert seen["hold"]["second"] == "administrator:Bopha"


def test_to_keep_everything_takes_any_two_accounts_also_of_one_opener(told: House, second: FlaskClient) -> None:
    for name in ("Bun", "Yan"):
        account = {"name": name, "role": "security_lead", "organisation": "Network B", "passphrase": PHRASE}
        assert second.post("/api/v1/accounts", json=account).status_code == 202
    told.fold()
    bun = told.at_desk("Bun")
    act = asks(told, bun, "hold")
    told.live.room.access.open_account("Chan", "security_lead", PHRASE, by="console")
    told.fold()
    assert bun.post(f"/api/v1/acts/{act}/confirmation").status_code == 422
    assert told.at_desk("Chan").post(f"/api/v1/acts/{act}/confirmation").status_code == 202


def test_what_holds_is_not_stopped_again(told: House, lead: FlaskClient) -> None:
    assert "already" in error(lead.post("/api/v1/acts", json={"what": "lift", "reason": WHY}))["message"]
    assert lead.post("/api/v1/acts", json={"what": "burn", "reason": WHY}).status_code == 422
    assert lead.post("/api/v1/acts/no-such/confirmation").status_code == 404
